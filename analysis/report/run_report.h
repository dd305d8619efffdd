// What the page of one run shows, as JSON: what was done, what was said, the state of every node at every moment.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "sim/scenario.h"

namespace sentinel::analysis {

// Runs the scenario until its end. Times are µs since the start of the run; nodes are named by their place in `nodes`.
nlohmann::ordered_json run_report(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed);

}  // namespace sentinel::analysis
