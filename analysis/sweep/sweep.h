// A sweep: how what comes of a scenario depends on its settings. Cells, each with other settings and the same seeds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/observe/measures.h"
#include "analysis/statistics/intervals.h"

namespace sentinel::analysis {

// A setting that is varied.
struct SweepAxis {
  std::string name;                 // as `--vary` and `vary` in scenario files name it: `quorum`, `/steps/0/at`
  std::vector<std::string> values;  // JSON, such as `2` or `"10s"`: in a grid in order; of a sample all that were drawn
};

// Quantiles with intervals that each cell tells, and how finely its curve is drawn.
inline constexpr auto kSweepQuantiles = std::to_array<double>({0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999});
inline constexpr std::size_t kCurveSteps = 100;

// Where one of these is.
constexpr std::size_t sweep_quantile_place(double q) {
  std::size_t place = 0;
  while (kSweepQuantiles[place] != q) ++place;
  return place;
}

// One measure over the runs of a cell that have it.
struct MeasureSummary {
  std::uint64_t runs = 0;  // that have it; with 0 the rest is empty, unless it says otherwise
  double sum = 0;
  double min = 0;
  double max = 0;
  std::vector<Estimate> quantiles{};         // in the order of kSweepQuantiles; empty for shares
  std::vector<Estimate> needed_quantiles{};  // of time-to-…: the same, where a failover that was needed and never came
                                             // took for ever; also with 0 runs that have it
  std::vector<double> curve{};  // quantiles 0, 1/100 .. 1, of which a distribution function is drawn; empty for
                                // shares, or if all values are the same
  Estimate figure{};  // of a share: the share; of a rate: events a second of the time observed; of all else: the mean,
                      // without an interval

  double mean() const { return runs == 0 ? 0 : sum / static_cast<double>(runs); }
};

struct SweepCell {
  std::vector<std::string> settings;       // of each axis its value, JSON
  std::uint64_t runs = 0;                  // seeds 1 .. runs
  bool is_precise = false;                 // it ended before the last seed, because its intervals were narrow enough
  double observed = 0;                     // seconds of simulated time in all runs, from Scenario::from on
  std::vector<OutcomeShare> outcomes{};    // those that came, in the order of FailoverOutcome and FailoverReason
  std::vector<MeasureSummary> measures{};  // in the order of measures()

  const MeasureSummary& measure(std::string_view name) const { return measures[measure_place(name)]; }
};

struct SweepResult {
  std::string scenario;     // the file, as it was named
  std::string case_name{};  // empty: the file has only one
  std::uint64_t seeds = 0;
  std::optional<double> precision{};
  bool is_sample = false;  // cells are drawn from the ranges, not all of a grid
  std::vector<SweepAxis> axes;
  std::vector<SweepCell> cells;  // of a grid: the last axis changes fastest
};

}  // namespace sentinel::analysis
