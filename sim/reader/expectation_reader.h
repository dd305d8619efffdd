// The expectations of a scenario file, and the patterns that they are made of.
#pragma once

#include <string_view>

#include "sim/reader/json_fields.h"
#include "sim/reader/node_names.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// All throw BadInput that names the place.
Expectations read_expectations(const Json& expect, const NodeNames& names);

// `[NODE ]CHANNEL[ PAYLOAD]`.
EventPattern read_pattern(const Json& json, const NodeNames& names);

}  // namespace sentinel::sim
