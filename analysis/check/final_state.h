// The state of a run against the one that its scenario expects in the end.
#pragma once

#include <vector>

#include "analysis/observe/violation.h"
#include "sim/run.h"

namespace sentinel::analysis {

// Of the run as it is now.
std::vector<Violation> final_violations(const sim::Run& run);

}  // namespace sentinel::analysis
