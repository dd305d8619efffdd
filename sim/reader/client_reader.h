// The clients of a scenario file: `clients`, and those that steps `write` bring.
#pragma once

#include "sim/reader/located_json.h"
#include "sim/scenario.h"

namespace sentinel::sim {

inline constexpr std::int64_t kMostRate = 1'000;  // operations a second of one client
inline constexpr std::int64_t kMostWriteBytes = 1 << 29;

// Adds them to the nodes, which must be there. Throws BadInput that names the place.
void read_clients(const Json& clients, Scenario& scenario);

// What a step `write` starts: a client that does not do more than to write to `node`, or to whom the sentinel `node`
// names. Throws BadInput if that sentinel has no master.
model::ClientConfig plain_writer(const Scenario& scenario, NodeId node);

}  // namespace sentinel::sim
