// Patterns of events in a scenario file: what steps wait for, and what is expected.
#pragma once

#include "sim/reader/json_fields.h"
#include "sim/reader/node_names.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// A text, `[NODE ]CHANNEL[ PAYLOAD]`, or an object. Throws BadInput that names the place.
EventPattern read_pattern(const Json& json, const NodeNames& names);

}  // namespace sentinel::sim
