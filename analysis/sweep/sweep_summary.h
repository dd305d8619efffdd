// What the runs of a cell come to, and whether that is known precisely enough.
#pragma once

#include <optional>
#include <span>

#include "analysis/sweep/sweep_design.h"

namespace sentinel::analysis {

// All blocks are there. Without settings.
SweepCell summary_of(std::span<const std::optional<SweepBlock>> blocks);

// Whether the intervals of the share of successes, and of the median time to failover in proportion to it, reach no
// further than `precision` to each side. Fewer than 100 runs are never enough, and so are runs that needed no failover.
bool is_precise_enough(std::span<const std::optional<SweepBlock>> blocks, double precision);

}  // namespace sentinel::analysis
