// The state that a scenario expects in the end.
#pragma once

#include <vector>

#include "sim/reader/json_fields.h"
#include "sim/reader/node_names.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// By node (`*` in a name stands for any text), then by what is expected of it. Throws BadInput that names the place.
std::vector<FinalFact> read_final_state(const Json& json, const NodeNames& names, Scenario& scenario);

}  // namespace sentinel::sim
