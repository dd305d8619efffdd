// The facts of an event by name: one table for the lines of the format jsonl and the patterns of scenarios.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "model/events.h"
#include "sim/scenario.h"

namespace sentinel::sim {

enum class EventField : std::uint8_t {
  kPath,
  kSignal,
  kPid,
  kExitCode,
  kCandidate,
  kEpoch,
  kMaster,
  kMasterAddress,
  kInstance,
  kAddress,
  kId,
  kVotes,
  kQuorum,
  kRole,
  kOption,
  kValue,
  kNewAddress,
  kMatches,
};

using FieldValue = std::variant<std::int64_t, std::uint64_t, std::string, model::Address>;

struct EventFieldRow {
  EventField field;
  std::string_view name;
  bool is_number;
  bool is_address;
  bool (*stands_in)(model::Payload payload);  // whether events with such a payload may have it
  FieldValue (*value)(const model::Event& event, const SymbolTable& symbols);
};
std::span<const EventFieldRow> event_fields();  // in the order of EventField, in which jsonl writes them
const EventFieldRow& event_field_row(EventField field);

// nullopt if this event has no such field.
std::optional<FieldValue> field_value(EventField field, const model::Event& event, const SymbolTable& symbols);

// A number in decimal, an address as `ip:port`.
std::string field_text(const FieldValue& value, const SymbolTable& symbols);

}  // namespace sentinel::sim
