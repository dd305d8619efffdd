// What `check` tells people: what failed, of which seeds, and how to see it again.
#pragma once

#include <string>
#include <vector>

#include "analysis/check/check.h"

namespace sentinel::analysis {

// What failed in a file: equal expectations once, each in two lines, the second one with the seeds and the command
// that replays the first of them. Without line ends.
std::vector<std::string> failure_lines(const CheckResult& result);

// A line with how it went, and below it what failed. With line ends.
std::string result_text(const CheckResult& result);

// `1 of 3 scenarios passed`; above it, if there are several files, a table by folder that is not wider than 80 columns.
std::string summary_text(const std::vector<CheckResult>& results);

// `12 of 40 files, 1 failed`.
std::string progress_note(const CheckProgress& progress);

}  // namespace sentinel::analysis
