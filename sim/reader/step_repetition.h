// Steps that happen again and again, and those that are taken back after some time.
#pragma once

#include <vector>

#include "sim/reader/json_fields.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// No scenario has more.
inline constexpr std::size_t kMostSteps = 100'000;

// Adds to `steps` all that one step of the file stands for, with its fields `every`, `times` and `for`: the step, what
// takes it back, and their repetitions until the end of the run. Throws BadInput that names the place.
void add_repeated(const Fields& fields, const Step& step, const Scenario& scenario, std::vector<Step>& steps);

}  // namespace sentinel::sim
