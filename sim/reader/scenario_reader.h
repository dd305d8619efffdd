// Reads scenario files.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/scenario.h"

namespace sentinel::sim {

// All throw BadInput with file, line, JSON path and what would be right.

// The cases of the scenario in `file`, at least one.
std::vector<Scenario> read_scenarios(const std::filesystem::path& file);

// The case of this name, or the only one.
Scenario read_scenario(const std::filesystem::path& file, const std::optional<std::string>& case_name = std::nullopt);

// The same for a text; `file` is named in errors, and other files that it names are looked for beside that.
std::vector<Scenario> parse_scenarios(std::string_view text, const std::filesystem::path& file);
Scenario parse_scenario(std::string_view text, const std::filesystem::path& file);

}  // namespace sentinel::sim
