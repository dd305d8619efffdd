// The ledger of a run for people, and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "analysis/ledger.h"

namespace sentinel::analysis {

// Some lines of at most 80 columns.
std::string ledger_text(const sim::Scenario& scenario, const LedgerReport& report);

// Times are in µs since the start.
nlohmann::ordered_json ledger_json(const sim::Scenario& scenario, const LedgerReport& report);

}  // namespace sentinel::analysis
