// What an exploration found, for people and for programs.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "analysis/explore/exploration.h"

namespace sentinel::analysis {

// The verdict, the bounds that it holds within, and what was done. `seconds`: how long that took.
std::string exploration_text(const sim::Scenario& scenario, const ExploreBounds& bounds, const Exploration& exploration,
                             double seconds);
// Likewise, the same bytes for the same bounds; without the file of the counterexample.
nlohmann::ordered_json exploration_json(const sim::Scenario& scenario, const ExploreBounds& bounds,
                                        const Exploration& exploration);

}  // namespace sentinel::analysis
