// What `timing` tells: as text, as CSV and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "analysis/timing/timing.h"

namespace sentinel::analysis {

// Outcomes, and of each phase the quantiles in seconds; not wider than 80 columns.
std::string timing_text(const sim::Scenario& scenario, const Timing& timing);

// A row for each quantile of each phase: `phase,sentinel,n,quantile,ms,low_ms,high_ms`. Quantiles 0 and 1 are the least
// and the greatest value, which have no interval; an end that the sample is too small for is empty.
std::string timing_csv(const sim::Scenario& scenario, const Timing& timing);

nlohmann::ordered_json timing_json(const sim::Scenario& scenario, const Timing& timing);

}  // namespace sentinel::analysis
