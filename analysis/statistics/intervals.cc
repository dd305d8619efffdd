#include "analysis/statistics/intervals.h"

#include <algorithm>
#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/chi_squared.hpp>
#include <cmath>
#include <cstddef>

#include "analysis/statistics/statistics.h"

namespace sentinel::analysis {
namespace {

constexpr double kTail = 0.025;          // on each side
constexpr double kNormal = 1.959963985;  // the quantile 1 - kTail of the normal distribution

}  // namespace

Estimate share(std::uint64_t hits, std::uint64_t all) {
  const auto n = static_cast<double>(all);
  const double p = static_cast<double>(hits) / n;
  const double square = kNormal * kNormal;
  const double center = (p + square / (2 * n)) / (1 + square / n);
  const double reach = kNormal / (1 + square / n) * std::sqrt(p * (1 - p) / n + square / (4 * n * n));
  return {.value = p,
          .low = hits == 0 ? 0 : std::max(0.0, center - reach),
          .high = hits == all ? 1 : std::min(1.0, center + reach)};
}

Estimate rate(std::uint64_t events, double exposure) {
  using Chi = boost::math::chi_squared;
  const auto count = static_cast<double>(events);
  const double low = events == 0 ? 0 : boost::math::quantile(Chi{2 * count}, kTail) / 2;
  const double high = boost::math::quantile(Chi{2 * count + 2}, 1 - kTail) / 2;
  return {.value = count / exposure, .low = low / exposure, .high = high / exposure};
}

// The true quantile is below the value of rank r (from 1 on) with the chance P(fewer than r values lie below it).
Estimate quantile_estimate(std::span<const double> sorted, double q) {
  const boost::math::binomial below{static_cast<double>(sorted.size()), q};
  Estimate estimate{.value = quantile(sorted, q)};
  const auto fewer_than = [&](std::size_t rank) {  // P(B < rank)
    return rank == 0 ? 0 : boost::math::cdf(below, static_cast<double>(rank - 1));
  };
  const auto from = [&](std::size_t rank) {  // P(B >= rank)
    return rank == 0 ? 1 : boost::math::cdf(boost::math::complement(below, static_cast<double>(rank - 1)));
  };
  // The largest rank that is rarely above the true quantile, and the smallest one that is rarely below it. What the
  // library finds is rounded.
  auto low = static_cast<std::size_t>(boost::math::quantile(below, kTail));
  while (low < sorted.size() && fewer_than(low + 1) <= kTail) ++low;
  while (fewer_than(low) > kTail) --low;
  auto high = std::min(static_cast<std::size_t>(boost::math::quantile(below, 1 - kTail)) + 1, sorted.size() + 1);
  while (from(high - 1) <= kTail) --high;
  while (high <= sorted.size() && from(high) > kTail) ++high;
  if (low > 0) estimate.low = sorted[low - 1];
  if (high <= sorted.size()) estimate.high = sorted[high - 1];
  return estimate;
}

}  // namespace sentinel::analysis
