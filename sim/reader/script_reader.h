// What the scripts of a scenario do: its field `scripts`.
#pragma once

#include <vector>

#include "sim/reader/located_json.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// Of scripts that the nodes and steps of the scenario, which must be there, name. Throws BadInput that names the place.
std::vector<ScriptSpec> read_scripts(const Json& scripts, const Scenario& scenario);

}  // namespace sentinel::sim
