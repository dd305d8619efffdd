// Figures of samples with the interval in which the true one is: shares, rates and quantiles.
#pragma once

#include <cstdint>
#include <limits>
#include <span>

namespace sentinel::analysis {

// With 95 % confidence the true figure is from `low` to `high`; an end that the sample is too small for is infinite.
// That holds for samples of a size that was fixed before. One that ended because its interval had become narrow enough
// (--precision) ended more likely where it looked narrow by chance: its interval is a bit too narrow.
struct Estimate {
  double value = std::numeric_limits<double>::quiet_NaN();
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

// `hits` of `all`, which is not 0 (Wilson: Probable inference, the law of succession, and statistical inference, 1927).
Estimate share(std::uint64_t hits, std::uint64_t all);

// How often in one unit of `exposure`, in which there were so many events (Garwood: Fiducial limits for the Poisson
// distribution, 1936).
Estimate rate(std::uint64_t events, double exposure);

// The quantile `q` (0 < q < 1) of a sorted sample, which is not empty, between two of its values: free of any
// assumption on the distribution, since how many values lie below the true quantile is binomial (David and Nagaraja:
// Order statistics, 2003, 7.1).
Estimate quantile_estimate(std::span<const double> sorted, double q);

}  // namespace sentinel::analysis
