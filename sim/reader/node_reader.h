// The nodes of a scenario file: `cluster` and `nodes` together.
#pragma once

#include <vector>

#include "sim/reader/json_fields.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// In the order of the file, those of the shorthand first. Throws BadInput that names the place.
std::vector<Node> read_nodes(const Fields& scenario, SymbolTable& symbols);

}  // namespace sentinel::sim
