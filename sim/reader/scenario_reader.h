// Reads scenario files.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sim/reader/setting.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// All throw BadInput with file, line, JSON path and what would be right.

// The cases of the scenario in `file`, at least one.
std::vector<Scenario> read_scenarios(const std::filesystem::path& file);

// The case of this name, or the only one.
Scenario read_scenario(const std::filesystem::path& file, const std::optional<std::string>& case_name = std::nullopt);

// The same for a text; `file` is named in errors, and other files that it names are looked for beside that. `settings`
// win over what the text says, in all cases of it.
std::vector<Scenario> parse_scenarios(std::string_view text, const std::filesystem::path& file,
                                      std::span<const Setting> settings = {});
Scenario parse_scenario(std::string_view text, const std::filesystem::path& file,
                        const std::optional<std::string>& case_name = std::nullopt,
                        std::span<const Setting> settings = {});

// The names of the fields that a scenario may have.
std::span<const std::string_view> scenario_fields();

}  // namespace sentinel::sim
