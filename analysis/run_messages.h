// The messages of a run, as the page of a run shows them.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "sim/history.h"
#include "sim/run.h"

namespace sentinel::analysis {

// Of a run that is over, from Scenario::from on: `kinds`, names; `rows`, [sent, arrived or null, from, to, kind,
// words]; `omitted`, how many were left out because there are too many for a page: those far from anything that
// sentinels said.
nlohmann::ordered_json messages_json(const sim::Run& run, const sim::History& history);

}  // namespace sentinel::analysis
