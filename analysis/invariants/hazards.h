// What a scenario does that excuses a broken promise, and what is known of it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "analysis/invariants/invariants.h"
#include "sim/invariants.h"
#include "sim/scenario.h"

namespace sentinel::analysis {

enum class Hazard : std::uint8_t {
  kLostConfiguration,   // a sentinel loses what it knew, or cannot save it
  kMembership,          // not all sentinels know all sentinels, or of a quorum that differs
  kReset,               // SENTINEL RESET
  kSentinelDeath,       // a sentinel is killed
  kDeathOfAskedOne,     // one that was told SENTINEL FAILOVER
  kConflictingMasters,  // sentinels begin with different masters of one name, or with two names of one master
  kNeverUpIsTooLong,    // before 6.2.2 a replica whose link to its master never was up says that it is down since 1970
};

// In the order of Hazard.
std::vector<Hazard> hazards_of(const sim::Scenario& scenario);

// Where it is told that Sentinel does not keep this in such a scenario: because of the way in which it was broken,
// because it was never promised, because of a hazard until then, or because of what else the run breaks. nullopt:
// nobody told it yet.
std::optional<std::string_view> known_from(const Break& broken, const sim::Scenario& scenario,
                                           std::span<const Break> breaks = {});

}  // namespace sentinel::analysis
