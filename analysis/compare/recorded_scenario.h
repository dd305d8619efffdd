// The scenario that a recording is a run of: its configurations, its topology, and what was done at the times it was
// done.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/compare/recording.h"
#include "sim/scenario.h"

namespace sentinel::analysis {

// The profile that stands for a version: the newest that is not newer, of the same product, or
// else its oldest. An unknown product is taken for that of the first profile.
std::string_view profile_of(std::string_view product, std::string_view version);

struct RecordedScenario {
  std::string text{};  // JSON, as a scenario file holds it
  std::shared_ptr<const sim::Scenario> scenario{};
  Micros begin{};  // time of the scenario that is time 0 of the recording
};

// Throws BadInput, which names the recording, if something was done that a scenario cannot say.
RecordedScenario scenario_of(const Recording& recording, std::optional<std::string_view> profile = std::nullopt);

}  // namespace sentinel::analysis
