// The account that `explain` gives of a run: how its failovers ended, what was missing, and where the time went.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/explain/critical_path.h"
#include "analysis/explain/diagnosis.h"
#include "sim/scenario.h"

namespace sentinel::analysis {

struct Explanation {
  std::vector<std::string> outcomes{};  // a sentence for each master
  std::vector<Finding> findings{};
  std::vector<CriticalPath> paths{};
};

// Of the first and of the last +switch-master of each failover.
Explanation explain(const CauseFinder& causes);

struct ExplanationLayout {
  std::size_t width = 80;
  bool all = false;  // also what took no time worth speaking of
};
std::string explanation_text(const CauseFinder& causes, const Explanation& explanation,
                             const ExplanationLayout& layout);
// Of the run with this seed, as `explain` prints it.
std::string explanation_text(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed);
nlohmann::ordered_json explanation_json(const CauseFinder& causes, const Explanation& explanation);

}  // namespace sentinel::analysis
