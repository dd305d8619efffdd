// Numbers for texts: for all that a scenario was read from, whatever files that came from.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "sim/reader/located_json.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// Of the JSON, without its line breaks and spaces, and of the lines of all configurations (CRC-64).
std::uint64_t fingerprint_of(const Json& scenario, const std::vector<Node>& nodes);
// The same of any text.
std::uint64_t fingerprint_of(std::string_view text);

}  // namespace sentinel::sim
