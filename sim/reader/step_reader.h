// The steps of a scenario file: what is done to the nodes and the network, and when.
#pragma once

#include <vector>

#include "sim/reader/located_json.h"
#include "sim/reader/node_names.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// In the order of the file. The other parts of the scenario must be there. Throws BadInput that names the place.
std::vector<Step> read_steps(const Json& steps, const NodeNames& names, Scenario& scenario);

}  // namespace sentinel::sim
