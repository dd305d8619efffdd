// Why a failover did not happen, or not at once: what was missing, with the numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/explain/causes.h"

namespace sentinel::analysis {

struct Finding {
  enum class Kind : std::uint8_t {  // the first ones say more about the cause
    kLeaderLost,                    // who led the failover died in the middle of it
    kManyMasters,                   // several failovers at once: an epoch each, and votes count for the newest
    kNotElected,                    // -failover-abort-not-elected
    kNoGoodReplica,                 // -failover-abort-no-good-slave
    kNotPromoted,                   // -failover-abort-slave-timeout
    kNotAgreed,                     // +sdown of a master without +odown
    kNotReconfigured,               // +failover-end-for-timeout
    kWaited,                        // a new try had to wait
    kNotConverted,                  // an old master that goes on being one
    kNotSwitched,                   // sentinels that name different masters in the end
    kNotNoticed,                    // a master was gone, and nobody said +sdown
  };
  Kind kind{};
  sim::SimTime at{};
  sim::SimTime until{};  // kWaited: when the wait is over
  sim::NodeId node{};    // the first sentinel that it is about
  model::Symbol master{};
  std::string what{};                  // one sentence
  std::vector<std::string> details{};  // a line each
  std::size_t count = 0;               // of votes, if it is about votes: others are likewise only if they have as many
  std::uint32_t times = 1;             // of the same kind, master and sentinel
  std::vector<sim::NodeId> also{};     // other sentinels of which the same is true
};
inline constexpr std::size_t kFindingKinds = static_cast<std::size_t>(Finding::Kind::kNotNoticed) + 1;
std::string_view finding_name(Finding::Kind kind);  // `not-elected`

// By kind and time.
std::vector<Finding> diagnose(const CauseFinder& causes);

}  // namespace sentinel::analysis
