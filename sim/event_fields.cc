#include "sim/event_fields.h"

#include <algorithm>
#include <array>

#include "model/rows.h"
#include "sim/event_text.h"

namespace sentinel::sim {
namespace {

using model::Event;
using model::InstanceKind;
using model::Payload;
using enum EventField;

template <Payload... payloads>
bool is_one_of(Payload payload) {
  return ((payload == payloads) || ...);
}

// Payloads that begin with an instance, or tell of a master in another way.
bool tells_of_master(Payload payload) {
  return !is_one_of<Payload::kTilt, Payload::kScriptError, Payload::kScriptTimeout, Payload::kEpoch, Payload::kVote>(
      payload);
}

std::string text(model::Symbol symbol, const SymbolTable& symbols) { return std::string{symbols.text(symbol)}; }

constexpr auto kEventFields = std::to_array<EventFieldRow>({
    {kPath, "path", false, false, is_one_of<Payload::kScriptError, Payload::kScriptTimeout>,
     [](const Event& event, const SymbolTable& symbols) -> FieldValue { return text(event.option, symbols); }},
    {kSignal, "signal", true, false, is_one_of<Payload::kScriptError>,
     [](const Event& event, const SymbolTable&) -> FieldValue { return event.value; }},
    {kPid, "pid", true, false, is_one_of<Payload::kScriptTimeout>,
     [](const Event& event, const SymbolTable&) -> FieldValue { return event.value; }},
    {kExitCode, "exit_code", true, false, is_one_of<Payload::kScriptError>,
     [](const Event& event, const SymbolTable&) -> FieldValue { return event.quorum; }},
    {kCandidate, "candidate", false, false, is_one_of<Payload::kVote>,
     [](const Event& event, const SymbolTable&) -> FieldValue { return event.candidate.text(); }},
    {kEpoch, "epoch", true, false, is_one_of<Payload::kEpoch, Payload::kVote>,
     [](const Event& event, const SymbolTable&) -> FieldValue { return event.epoch.value; }},
    {kMaster, "master", false, false, tells_of_master,
     [](const Event& event, const SymbolTable& symbols) -> FieldValue { return text(event.master_name, symbols); }},
    {kMasterAddress, "master_address", false, true, tells_of_master,
     [](const Event& event, const SymbolTable&) -> FieldValue { return event.master_address; }},
    {kInstance, "instance", false, false, tells_of_master,
     [](const Event& event, const SymbolTable&) -> FieldValue {
       return std::string{model::instance_kind_name(event.subject)};
     }},
    {kAddress, "address", false, true, tells_of_master,
     [](const Event& event, const SymbolTable&) -> FieldValue { return event.address; }},
    {kId, "id", false, false, tells_of_master,
     [](const Event& event, const SymbolTable&) -> FieldValue { return event.id.text(); }},
    {kVotes, "votes", true, false, is_one_of<Payload::kVotes>,
     [](const Event& event, const SymbolTable&) -> FieldValue { return event.value; }},
    {kQuorum, "quorum", true, false, is_one_of<Payload::kQuorum, Payload::kVotes>,
     [](const Event& event, const SymbolTable&) -> FieldValue { return event.quorum; }},
    {kRole, "role", false, false, is_one_of<Payload::kRole>,
     [](const Event& event,
        const SymbolTable&) -> FieldValue { return std::string{model::instance_kind_name(event.role)}; }},
    {kOption, "option", false, false, is_one_of<Payload::kOption>,
     [](const Event& event, const SymbolTable& symbols) -> FieldValue { return text(event.option, symbols); }},
    {kValue, "value", false, false, is_one_of<Payload::kOption>,
     [](const Event& event, const SymbolTable& symbols) -> FieldValue { return text(event.option_value, symbols); }},
    {kNewAddress, "new_address", false, true, is_one_of<Payload::kAddressSwitch, Payload::kDuplicate, Payload::kSwitch>,
     [](const Event& event, const SymbolTable&) -> FieldValue { return event.new_address; }},
    {kMatches, "matches", true, false, is_one_of<Payload::kMatches>,
     [](const Event& event, const SymbolTable&) -> FieldValue { return event.value; }},
});

static_assert(model::in_order<&EventFieldRow::field>(kEventFields), "event_field_row() looks a row up by its field");

}  // namespace

std::span<const EventFieldRow> event_fields() { return kEventFields; }

const EventFieldRow& event_field_row(EventField field) { return kEventFields[static_cast<std::size_t>(field)]; }

std::optional<FieldValue> field_value(EventField field, const Event& event, const SymbolTable& symbols) {
  const EventFieldRow& row = event_field_row(field);
  const Payload payload = model::event_row(event.kind).payload;
  if (!row.stands_in(payload)) return std::nullopt;
  if (field == kAddress && event.subject == InstanceKind::kMaster) return std::nullopt;
  const bool tells_other_id = is_one_of<Payload::kAddressSwitch, Payload::kDuplicate>(payload);
  if (field == kId && event.subject != InstanceKind::kSentinel && !tells_other_id) return std::nullopt;
  return row.value(event, symbols);
}

std::string field_text(const FieldValue& value, const SymbolTable& symbols) {
  return std::visit(
      [&](const auto& held) -> std::string {
        using Held = std::decay_t<decltype(held)>;
        if constexpr (std::is_same_v<Held, std::string>) {
          return held;
        } else if constexpr (std::is_same_v<Held, model::Address>) {
          return name_and_port(held, symbols);
        } else {
          return std::to_string(held);
        }
      },
      value);
}

}  // namespace sentinel::sim
