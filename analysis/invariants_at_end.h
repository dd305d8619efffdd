// What should be so when a run is over and was left alone for long enough.
#pragma once

#include <vector>

#include "analysis/invariants.h"
#include "sim/run.h"

namespace sentinel::analysis {

// The first break of each invariant of the end, in the state that the run is in.
std::vector<Break> breaks_at_end(const sim::Run& run);

}  // namespace sentinel::analysis
