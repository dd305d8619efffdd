// Results of `check` as JUnit XML, for CI systems.
#pragma once

#include <filesystem>
#include <vector>

#include "analysis/check/check.h"

namespace sentinel::analysis {

// One test case a scenario file. Throws BadInput if the file cannot be written.
void write_junit(const std::filesystem::path& file, const std::vector<CheckResult>& results);

}  // namespace sentinel::analysis
