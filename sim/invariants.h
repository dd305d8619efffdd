// Rules that hold in every run, whatever is done to a cluster: their names, and what they say.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "sim/scenario.h"

namespace sentinel::sim {

enum class Invariant : std::uint8_t {
  kOneLeaderPerEpoch,
  kVotesOncePerEpoch,
  kElectedByMajority,
  kEpochsNeverGoBack,
  kConfigEpochNeverGoesBack,
  kOneNameInTheEnd,
};
inline constexpr std::size_t kInvariants = static_cast<std::size_t>(Invariant::kOneNameInTheEnd) + 1;

struct InvariantRow {
  Invariant invariant;
  std::string_view name;
  std::string_view meaning;  // one sentence
};
std::span<const InvariantRow> invariants();  // in the order of Invariant
const InvariantRow& invariant_row(Invariant invariant);

}  // namespace sentinel::sim
