// Patterns of events in a scenario file: what steps wait for, and what is expected.
#pragma once

#include <string_view>

#include "sim/reader/json_fields.h"
#include "sim/reader/node_names.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// A text, `[NODE ]CHANNEL[ PAYLOAD]`, or an object. Throws BadInput that names the place.
EventPattern read_pattern(const Json& json, const NodeNames& names);

// The same for a text that stands in no file; `where` is named in errors.
EventPattern parse_pattern(std::string_view text, const Scenario& scenario, std::string_view where);

}  // namespace sentinel::sim
