// Events, answers and patterns as text: the only place where the payloads that Redis prints are written.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "model/commands.h"
#include "model/events.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// The payload of an event, byte for byte as Redis publishes it (sentinelEvent).
std::string payload_text(const model::Event& event, const SymbolTable& symbols);

// An answer as redis-cli shows it, on one line.
std::string answer_text(const model::Answer& answer, const SymbolTable& symbols, const model::Profile& profile);

// `ip port`.
std::string address_text(const model::Address& address, const SymbolTable& symbols);

// `ip:port`, an IPv6 address in brackets: the name of a replica.
std::string name_and_port(const model::Address& address, const SymbolTable& symbols);

// `*` stands for any text.
bool matches_glob(std::string_view pattern, std::string_view text);

// An event that was said, and its payload as text.
struct Occurrence {
  SimTime at{};
  NodeId node{};
  const model::Event* event = nullptr;
  std::string_view payload{};
};

// How many parts of a pattern do not hold of an event that is of its kind: node, payload, each field, time.
std::size_t mismatches(const EventPattern& pattern, const Occurrence& said, const SymbolTable& symbols);

// Whether the pattern means it.
bool matches(const EventPattern& pattern, const Occurrence& said, const SymbolTable& symbols);

}  // namespace sentinel::sim
