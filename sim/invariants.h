// What holds in every run, or should: the names of the invariants, what they say, and what they are known to be broken
// by.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sim/scenario.h"

namespace sentinel::sim {

// First what Sentinel promises at all times, then what it promises for the end of a run that was left alone for long
// enough, then what one would like to hold and is known not to.
enum class Invariant : std::uint8_t {
  kOneLeaderPerEpoch,
  kVotesOncePerEpoch,
  kElectedByMajority,
  kEpochsNeverGoBack,
  kConfigEpochNeverGoesBack,
  kFailoverNeedsOdown,
  kOneNameInTheEnd,
  kAllFollowInTheEnd,
  kWritableInTheEnd,
  kElectedInItsEpoch,
  kOnePromotionPerConfigEpoch,
  kSwitchesToPromoted,
  kPromotesACopy,
  kNoReplicaLeftOut,
  kOneWritableMaster,
  kKeepsAcknowledgedWrites,
};
inline constexpr std::size_t kInvariants = static_cast<std::size_t>(Invariant::kKeepsAcknowledgedWrites) + 1;

struct InvariantRow {
  Invariant invariant;
  std::string_view name;
  std::string_view meaning;  // one sentence
  std::string_view known{};  // the issue, or whatever else, that tells that it is broken; empty: it is promised
  bool in_the_end = false;   // judged by the state at the end of the run

  bool is_promised() const { return known.empty(); }
};
std::span<const InvariantRow> invariants();  // in the order of Invariant
const InvariantRow& invariant_row(Invariant invariant);

}  // namespace sentinel::sim
