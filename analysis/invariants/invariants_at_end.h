// What should be so when a run is over and was left alone for long enough.
#pragma once

#include <chrono>
#include <vector>

#include "analysis/invariants/invariants.h"
#include "model/ids.h"
#include "sim/run.h"

namespace sentinel::analysis {

// How long a run must be left alone with these (the longest of it), until nothing more can follow from what was done to
// it: a try that has to wait, a failover that runs into its time-out, and who is corrected after it.
constexpr model::Millis quiet_time(model::Millis failover_timeout, model::Millis down_after) {
  return 3 * failover_timeout + 3 * down_after + std::chrono::seconds{40};
}

// The first break of each invariant of the end, in the state that the run is in.
std::vector<Break> breaks_at_end(const sim::Run& run);

}  // namespace sentinel::analysis
