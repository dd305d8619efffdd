// Quantiles of samples, and the test whether two samples are of one distribution.
#pragma once

#include <span>
#include <vector>

namespace sentinel::analysis {

// The value that a share `q` (0 .. 1) of the sorted sample does not exceed, with straight lines between the ranks
// (type 7 of Hyndman and Fan: Sample quantiles in statistical packages, 1996). The sample must not be empty,
// and may end with infinite values.
double quantile(std::span<const double> sorted, double q);

struct KolmogorovSmirnov {
  double distance = 0;  // largest difference of the two empirical distribution functions
  double p = 1;         // chance of such a distance, or a larger one, if both are of one distribution
};

// Two-sample test of sorted samples. The chance is the asymptotic one with Stephens' correction for small samples
// (Stephens: Use of the Kolmogorov-Smirnov, Cramér-von Mises and related statistics without extensive tables, 1970).
KolmogorovSmirnov kolmogorov_smirnov(std::span<const double> a, std::span<const double> b);

}  // namespace sentinel::analysis
