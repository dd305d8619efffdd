// The ledger of a run for people, and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "analysis/observe/ledger.h"

namespace sentinel::analysis {

std::string duration_text(sim::Micros duration);                          // `1.500 s`
std::string window_text(const Window& window);                            // `1.500 s, 10.000 .. 11.500`
nlohmann::ordered_json windows_json(const std::vector<Window>& windows);  // each as its two ends

// Some lines of at most 80 columns.
std::string ledger_text(const sim::Scenario& scenario, const LedgerReport& report);

// Times are in µs since the start.
nlohmann::ordered_json ledger_json(const sim::Scenario& scenario, const LedgerReport& report);

}  // namespace sentinel::analysis
