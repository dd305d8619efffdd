// Pages to look at: one HTML file that holds all that it needs, and opens without a network.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace sentinel::analysis {

// The page that shows this: the data of a run (run_report.h), or the JSON that `sentinel-sim sweep` writes. Equal data
// give equal bytes.
std::string report_page(const nlohmann::ordered_json& data);

}  // namespace sentinel::analysis
