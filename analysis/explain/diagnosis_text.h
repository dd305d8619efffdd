// What keeps a replica or another sentinel from doing its part in a failover, in words.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "analysis/explain/causes.h"

namespace sentinel::analysis {

// `1.250 s`.
std::string seconds(sim::Micros time);
std::string seconds(model::Millis time);
// `1 vote`, `2 votes`.
std::string counted(std::size_t count, const std::string& one);

// Why the sentinel would not promote the replica at `now`, with the numbers that it compares.
std::string exclusion_text(const CauseFinder& causes, const model::Sentinel& sentinel, model::Instant now,
                           const model::Master& master, const model::Replica& replica);

// The error with which a replica has answered SLAVEOF of this sentinel until that moment, if it did.
std::optional<std::string> refusal_text(const CauseFinder& causes, const model::Address& replica, sim::NodeId sentinel,
                                        sim::MomentNumber until);

// Why another sentinel does not say that the master is down.
std::string disagreement_text(const CauseFinder& causes, const sim::Run& then, sim::NodeId node,
                              const model::Master& master, const model::Peer& peer);

}  // namespace sentinel::analysis
