// Small clusters with clients to which random things happen: the same seed gives the same scenario.
#pragma once

#include <cstdint>
#include <memory>

#include "sim/scenario.h"

namespace sentinel::sim {

// A master, one to three replicas, three sentinels and two clients of any version, with small backlogs, slow transfers,
// min-replicas-to-write and what else changes how data nodes replicate; crashes, restarts, pauses, stalls, partitions,
// failovers and REPLICAOF happen to them for 12 s, and until 20 s they are left alone, but for what never ends.
std::shared_ptr<const Scenario> random_faults(std::uint64_t seed);

}  // namespace sentinel::sim
