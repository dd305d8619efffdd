// A run in the Trace Event Format, which Perfetto and chrome://tracing open.
#pragma once

#include <cstdint>
#include <memory>
#include <nlohmann/json_fwd.hpp>

#include "sim/scenario.h"

namespace sentinel::analysis {

// Each node is a process of the trace with a track for each of its states, one for what it says and one for its
// messages, which arrows lead to where they arrive. Failovers have a process of their own, with their phases as spans.
nlohmann::ordered_json trace_events(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed);

}  // namespace sentinel::analysis
