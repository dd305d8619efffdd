// The choices of a scenario file: `schedule`.
#pragma once

#include "sim/reader/located_json.h"
#include "sim/schedule.h"

namespace sentinel::sim {

// The names of what a draw can give instead of what is drawn: `lowest`, …
std::string_view draw_name(model::Draw draw);  // empty: kDrawn

// Throws BadInput that names the place.
Schedule read_schedule(const Json& json);

}  // namespace sentinel::sim
