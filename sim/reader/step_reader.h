// The steps of a scenario file: what is done to the nodes and the network, and when.
#pragma once

#include <vector>

#include "sim/reader/located_json.h"
#include "sim/reader/node_names.h"
#include "sim/scenario.h"

namespace sentinel::sim {

struct Steps {
  std::vector<Step> steps;    // in the order of the file
  std::vector<Node> clients;  // that they start, to stand behind the other nodes
};

// The other parts of the scenario must be there, but for what is expected. Throws BadInput that names the place.
Steps read_steps(const Json& steps, const NodeNames& names, Scenario& scenario);

}  // namespace sentinel::sim
