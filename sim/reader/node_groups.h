// Lists of nodes, and groups of them that something happens between.
#pragma once

#include <functional>
#include <vector>

#include "sim/reader/located_json.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// The nodes that a text means: a node, a site, or a part in an event. Throws BadInput that names the place.
using MeantBy = std::function<std::vector<NodeId>(const Json& name)>;

// Both throw BadInput that names the place.
std::vector<NodeId> read_node_list(const Json& list, const MeantBy& meant);
// At least two groups. One that is a single name needs no list; nobody is in two of them.
std::vector<std::vector<NodeId>> read_groups(const Json& between, const MeantBy& meant);

}  // namespace sentinel::sim
