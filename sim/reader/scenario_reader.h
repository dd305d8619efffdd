// Reads scenario files.
#pragma once

#include <filesystem>
#include <string_view>

#include "sim/scenario.h"

namespace sentinel::sim {

// The scenario in `file`. Throws BadInput with file, line, JSON path and what would be right.
Scenario read_scenario(const std::filesystem::path& file);

// The same for a text; `file` is named in errors, and relative `conf-file`s are looked for beside it.
Scenario parse_scenario(std::string_view text, const std::filesystem::path& file);

}  // namespace sentinel::sim
