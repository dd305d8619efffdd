// The phases of a failover: how long a run took from one mark to the next.
#pragma once

#include <optional>

#include "analysis/observe/ledger.h"
#include "analysis/observe/stream.h"
#include "sim/phases.h"

namespace sentinel::analysis {

// What was done to a cluster, as far as phases are counted from it.
struct Incident {
  sim::Micros fault{};
  std::optional<sim::Micros> back{};           // the process or the network is whole again
  std::optional<sim::Micros> clients_moved{};  // to the new master, all of them
};

// The first fault of the first data node, or else the first fault; and the first step after it that mends something.
// In the time of the scenario. A cut is a fault of its first group. A forced failover counts as a fault, a step that
// waits for an event does not.
std::optional<Incident> incident_of(const sim::Scenario& scenario);

// Not reached, or not in this order: nullopt.
std::optional<sim::Micros> duration_of(const sim::Phase& phase, const Stream& stream, const Incident& incident);

// When all clients of a run have moved, if they have: from then on they succeed at the master of the end only.
std::optional<sim::Micros> clients_moved(const LedgerReport& ledger);

// When it began, if it did.
std::optional<sim::Micros> begin_of(const sim::Phase& phase, const Stream& stream, const Incident& incident);

}  // namespace sentinel::analysis
