// What a step of a scenario does, in words.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario.h"

namespace sentinel::analysis {

// `R1, R2 and S1`; those whom an event names are called so.
std::string names_text(const sim::Scenario& scenario, const std::vector<sim::NodeId>& nodes);

// `R1 is killed`.
std::string step_text(const sim::Scenario& scenario, const sim::Step& step);

}  // namespace sentinel::analysis
