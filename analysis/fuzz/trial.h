// One execution of a random scenario: what it broke, and what it reached.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/fuzz/coverage.h"
#include "analysis/invariants/invariants.h"
#include "sim/scenario.h"

namespace sentinel::analysis {

// All chances of a run are those of this seed: what differs is the scenario.
inline constexpr std::uint64_t kTrialSeed = 1;

struct Broken {
  Break what{};
  std::string known{};  // where it is told that this happens; empty: nowhere
};

struct Trial {
  std::uint64_t digest = 0;
  std::vector<Broken> broken{};  // in the order of Invariant
  Coverage coverage{};
};
// Until the end of the scenario, or until all is well after the last fault.
Trial try_out(const std::shared_ptr<const sim::Scenario>& scenario);

// Only whether it breaks this invariant, and whether that is known; nullopt if it does not.
std::optional<Broken> breaks(const std::shared_ptr<const sim::Scenario>& scenario, sim::Invariant invariant);

}  // namespace sentinel::analysis
