#include "analysis/sweep/sweep_summary.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "analysis/statistics/statistics.h"

namespace sentinel::analysis {
namespace {

using Blocks = std::span<const std::optional<SweepBlock>>;

template <class Use>
void for_each_run(Blocks blocks, Use use) {
  for (const auto& block : blocks) std::ranges::for_each(block->runs, use);
}

// The values of the runs that have one, sorted.
std::vector<double> values_of(Blocks blocks, std::size_t measure) {
  std::vector<double> values;
  for_each_run(blocks, [&](const RunFigures& run) {
    if (!std::isnan(run.values[measure])) values.push_back(run.values[measure]);
  });
  std::ranges::sort(values);
  return values;
}

std::vector<Estimate> quantiles_of(const std::vector<double>& sorted) {
  std::vector<Estimate> quantiles;
  for (const double q : kSweepQuantiles) quantiles.push_back(quantile_estimate(sorted, q));
  return quantiles;
}

MeasureSummary summarize(const std::vector<double>& values, MeasureRow::Unit unit, double observed) {
  MeasureSummary summary{.runs = values.size()};
  if (values.empty()) return summary;
  summary.sum = std::accumulate(values.begin(), values.end(), 0.0);
  summary.min = values.front();
  summary.max = values.back();
  const auto count = static_cast<std::uint64_t>(summary.sum);  // of what is counted
  if (unit == MeasureRow::Unit::kShare) {
    summary.figure = share(count, values.size());
    return summary;
  }
  summary.figure =
      unit == MeasureRow::Unit::kRate && observed > 0 ? rate(count, observed) : Estimate{.value = summary.mean()};
  summary.quantiles = quantiles_of(values);
  if (summary.min == summary.max) return summary;
  for (std::size_t i = 0; i <= kCurveSteps; ++i) {
    summary.curve.push_back(quantile(values, static_cast<double>(i) / static_cast<double>(kCurveSteps)));
  }
  return summary;
}

// Of times, sorted: of `needed` runs those without one took for ever.
std::vector<Estimate> needed_quantiles(std::vector<double> times, std::uint64_t needed) {
  if (times.size() < needed) times.resize(needed, std::numeric_limits<double>::infinity());
  return times.empty() ? std::vector<Estimate>{} : quantiles_of(times);
}

}  // namespace

SweepCell summary_of(Blocks blocks) {
  SweepCell cell;
  OutcomeTally outcomes;
  for_each_run(blocks, [&](const RunFigures& run) {
    ++cell.runs;
    cell.observed += run.observed;
    outcomes.add(run.outcome, run.reason);
  });
  cell.outcomes = outcomes.shares();
  const std::uint64_t needed = values_of(blocks, measure_place("success")).size();
  for (std::size_t i = 0; i < measures().size(); ++i) {
    const std::vector<double> values = values_of(blocks, i);
    MeasureSummary& summary = cell.measures.emplace_back(summarize(values, measures()[i].unit, cell.observed));
    if (measures()[i].name.starts_with("time-to-")) summary.needed_quantiles = needed_quantiles(values, needed);
  }
  return cell;
}

bool is_precise_enough(Blocks blocks, double precision) {
  constexpr std::size_t kLeast = 100;
  const std::vector<double> successes = values_of(blocks, measure_place("success"));
  const std::vector<double> times = values_of(blocks, measure_place("time-to-failover"));
  std::size_t runs = 0;
  for (const auto& block : blocks) runs += block->runs.size();
  if (runs < kLeast) return false;
  const auto is_narrow = [&](const Estimate& estimate, double unit) {
    return std::max(estimate.high - estimate.value, estimate.value - estimate.low) <= precision * unit;
  };
  if (successes.empty()) return false;  // nothing is known of either
  const auto hits = static_cast<std::uint64_t>(std::accumulate(successes.begin(), successes.end(), 0.0));
  if (!is_narrow(share(hits, successes.size()), 1)) return false;
  if (times.empty()) return true;
  const Estimate median = quantile_estimate(times, 0.5);
  return is_narrow(median, median.value);
}

}  // namespace sentinel::analysis
