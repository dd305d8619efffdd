// A scenario as the JSON that it is written in: what is generated, cut and found, and what people read.
#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "model/ids.h"
#include "sim/scenario.h"

namespace sentinel::analysis {

using Document = nlohmann::ordered_json;

// One case of a scenario file, with all that it extends, so that it stands alone; it has `steps`, perhaps none.
// Throws BadInput.
Document read_document(const std::filesystem::path& file, const std::optional<std::string>& case_name);

// The scenario that it stands for. Throws BadInput that says what is wrong with it.
std::shared_ptr<const sim::Scenario> scenario_of(const Document& document);

// A duration, or a time since the start of a run, as it is written.
std::string duration_text(model::Millis duration);
std::string duration_text(sim::SimTime at);
// What is written in a field, in whole milliseconds, rounded up; nullopt if that is no text, or not there.
std::optional<model::Millis> duration_in(const Document& object, std::string_view field);

// Laid out as by hand: one step a line, one node a line, one choice a line.
std::string document_text(const Document& document);

}  // namespace sentinel::analysis
