// The expectations of a scenario file.
#pragma once

#include "sim/reader/json_fields.h"
#include "sim/reader/node_names.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// Throws BadInput that names the place. `scenario` has its nodes.
Expectations read_expectations(const Json& expect, const NodeNames& names, Scenario& scenario);

}  // namespace sentinel::sim
