// Numbers that may be unknown or unbounded, as text and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace sentinel::analysis {

// `1.05`; of what is no number `-`.
std::string fixed_text(double value, int decimals);

// Of what is no number null.
nlohmann::ordered_json finite_json(double value);

}  // namespace sentinel::analysis
