// Steps of a scenario in words: what was done to whom.
#pragma once

#include <string>

#include "sim/scenario.h"

namespace sentinel::analysis {

// `crash R1`, `partition R1, S1 | R2, S2 (drop)`.
std::string step_text(const sim::Scenario& scenario, const sim::Action& action);

}  // namespace sentinel::analysis
