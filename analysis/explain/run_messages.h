// The messages of a run, as the page of a run shows them.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>

#include "sim/history.h"
#include "sim/run.h"

namespace sentinel::analysis {

// Of a page of about a megabyte.
inline constexpr std::size_t kMostMessages = 20'000;

// Of a run that is over, from Scenario::from on: `kinds`, names; `rows`, [sent, arrived or null, from, to, kind,
// words]; `omitted`, how many were left out because there are too many for a page: those farthest in time from anything
// that sentinels said; `near`, µs: all that were sent nearer than this to it are there; null if none was left out, or
// sentinels said nothing, and the last ones are left out.
nlohmann::ordered_json messages_json(const sim::Run& run, const sim::History& history,
                                     std::size_t most = kMostMessages);

}  // namespace sentinel::analysis
