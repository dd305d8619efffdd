// What is not as it should be when a run ends: old masters that nobody converts, sentinels that name different masters.
#pragma once

#include <vector>

#include "analysis/explain/diagnosis.h"

namespace sentinel::analysis {

std::vector<Finding> findings_at_end(const CauseFinder& causes);

}  // namespace sentinel::analysis
