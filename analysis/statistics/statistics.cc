#include "analysis/statistics/statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace sentinel::analysis {
namespace {

// Q(x) = 2 sum (-1)^(j-1) exp(-2 j^2 x^2), the tail of Kolmogorov's distribution. The series converges fast for large
// x; for small ones it is 1 to more digits than a double has.
double kolmogorov_tail(double x) {
  constexpr double kSmall = 0.2;
  constexpr int kTerms = 100;
  if (x < kSmall) return 1;
  double sum = 0;
  double sign = 1;
  for (int j = 1; j <= kTerms; ++j) {
    sum += sign * std::exp(-2.0 * j * j * x * x);
    sign = -sign;
  }
  return std::clamp(2 * sum, 0.0, 1.0);
}

}  // namespace

double quantile(std::span<const double> sorted, double q) {
  const double rank = q * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  const double part = rank - static_cast<double>(below);
  if (part == 0 || sorted[below] == sorted[above]) return sorted[below];  // which may be infinite
  return sorted[below] + (sorted[above] - sorted[below]) * part;
}

KolmogorovSmirnov kolmogorov_smirnov(std::span<const double> a, std::span<const double> b) {
  if (a.empty() || b.empty()) return {};
  const auto size_a = static_cast<double>(a.size());
  const auto size_b = static_cast<double>(b.size());
  double distance = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const double value = std::min(a[i], b[j]);
    while (i < a.size() && a[i] <= value) ++i;
    while (j < b.size() && b[j] <= value) ++j;
    distance = std::max(distance, std::abs(static_cast<double>(i) / size_a - static_cast<double>(j) / size_b));
  }
  constexpr double kStephens = 0.12;
  constexpr double kStephensInverse = 0.11;
  const double root = std::sqrt(size_a * size_b / (size_a + size_b));
  return {distance, kolmogorov_tail((root + kStephens + kStephensInverse / root) * distance)};
}

}  // namespace sentinel::analysis
