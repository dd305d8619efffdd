// What a user requires of settings: a measure, a quantile, and how much it may be.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/sweep/sweep.h"

namespace sentinel::analysis {

// One of `p99 time-to-failover <= 10s`, `false-failovers <= 1/month`, `success >= 99.9%`.
struct Requirement {
  std::string text{};                     // as given
  std::size_t measure = 0;                // its place in measures()
  std::optional<std::size_t> quantile{};  // its place in kSweepQuantiles; nullopt for shares and rates
  bool at_most = true;
  double bound = 0;  // µs, a share (0 .. 1), events a second, or a number
};

// Requirements with commas between them. Throws sim::BadInput that says what would be right.
//
// Durations and counts are of a quantile: `median`, or `p` and one of kSweepQuantiles in percent; of the runs that
// needed a failover those without one took for ever. Rates are a number by `second`, `minute`, `hour`, `day`, `month`
// (of 30 days) or `year`.
std::vector<Requirement> parse_requirements(std::string_view text);

// `10 s`, `99.9 %`, `1/month`: a figure as requirements have it; `never` if it is infinite.
std::string figure_text(double value, MeasureRow::Unit unit);

}  // namespace sentinel::analysis
