// Quantiles and the Kolmogorov-Smirnov test against values that were worked out elsewhere.
#include "analysis/statistics/statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <numeric>

namespace sentinel::analysis {
namespace {

std::vector<double> from(double first, std::size_t size) {
  std::vector<double> sample(size);
  std::iota(sample.begin(), sample.end(), first);
  return sample;
}

// Type 7: rank q (n - 1) from 0 on, a straight line between two ranks. quantile(c(1, 2, 4, 8), …) of R says the same.
TEST(Quantile, LiesBetweenRanks) {
  const std::vector<double> sample{1, 2, 4, 8};
  EXPECT_DOUBLE_EQ(quantile(sample, 0), 1);
  EXPECT_DOUBLE_EQ(quantile(sample, 0.25), 1.75);
  EXPECT_DOUBLE_EQ(quantile(sample, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile(sample, 0.95), 7.4);
  EXPECT_DOUBLE_EQ(quantile(sample, 1), 8);
}

// The middle of an odd number is itself, and so is the only one.
TEST(Quantile, OfOddAndSingleSamples) {
  EXPECT_DOUBLE_EQ(quantile(std::vector<double>{1, 5, 100}, 0.5), 5);
  EXPECT_DOUBLE_EQ(quantile(std::vector<double>{7}, 0.95), 7);
}

// What takes for ever is more than all else, and does not disturb the quantiles below.
TEST(Quantile, MayBeInfinite) {
  constexpr double kNever = std::numeric_limits<double>::infinity();
  const std::vector<double> sample{1, 2, kNever, kNever, kNever};
  EXPECT_EQ(quantile(sample, 0.25), 2);
  EXPECT_EQ(quantile(sample, 0.3), kNever);
  EXPECT_EQ(quantile(sample, 0.9), kNever);
}

// The same sample is surely of the same distribution, and so is one with every value twice.
TEST(KolmogorovSmirnovTest, AcceptsTheSame) {
  const std::vector<double> sample{1, 2, 2, 3, 9};
  const std::vector<double> twice{1, 1, 2, 2, 2, 2, 3, 3, 9, 9};
  for (const auto& other : {sample, twice}) {
    const KolmogorovSmirnov test = kolmogorov_smirnov(sample, other);
    EXPECT_NEAR(test.distance, 0, 1e-12);
    EXPECT_DOUBLE_EQ(test.p, 1);
  }
}

// Samples that do not overlap are as far from each other as can be.
TEST(KolmogorovSmirnovTest, RejectsWhatIsApart) {
  const KolmogorovSmirnov test = kolmogorov_smirnov(from(0, 50), from(1'000, 50));
  EXPECT_DOUBLE_EQ(test.distance, 1);
  EXPECT_LT(test.p, 1e-20);
}

// By hand: 1 2 3 4 and 3 4 5 6 are 1/2 apart (after 2: two of four, none of four); with n = 4 x 4 / 8 the argument of
// Kolmogorov's distribution is (sqrt 2 + 0.12 + 0.11 / sqrt 2) / 2 = 0.805998, and
// 2 (exp(-2 x^2) - exp(-8 x^2) + exp(-18 x^2) - …) = 0.534416. The others in the same way.
TEST(KolmogorovSmirnovTest, AgreesWithHandWork) {
  const KolmogorovSmirnov small = kolmogorov_smirnov(from(1, 4), from(3, 4));
  EXPECT_DOUBLE_EQ(small.distance, 0.5);
  EXPECT_NEAR(small.p, 0.534416, 1e-6);
  const KolmogorovSmirnov uneven = kolmogorov_smirnov(from(1, 8), from(7, 4));  // 6 of 8, none of 4
  EXPECT_DOUBLE_EQ(uneven.distance, 0.75);
  EXPECT_NEAR(uneven.p, 0.048086, 1e-6);
  const KolmogorovSmirnov large = kolmogorov_smirnov(from(1, 100), from(21, 100));
  EXPECT_NEAR(large.distance, 0.2, 1e-12);
  EXPECT_NEAR(large.p, 0.031377, 1e-6);
}

// The limits of published tables: sqrt(n m / (n + m)) D > 1.358 is rejected at 5 %, > 1.628 at 1 %
// (Smirnov: Table for estimating the goodness of fit of empirical distributions, 1948). For large samples.
TEST(KolmogorovSmirnovTest, AgreesWithTables) {
  constexpr std::size_t kSize = 20'000;  // the root is 100
  EXPECT_NEAR(kolmogorov_smirnov(from(0, kSize), from(270.5, kSize)).p, 0.05, 0.001);
  EXPECT_NEAR(kolmogorov_smirnov(from(0, kSize), from(325.6, kSize)).p, 0.01, 0.001);
}

// Which of the two comes first does not matter, and ties are counted on both sides at once.
TEST(KolmogorovSmirnovTest, IsSymmetric) {
  const std::vector<double> a{0, 0, 0, 1, 2};
  const std::vector<double> b{0, 0, 1, 1, 1, 3};
  EXPECT_DOUBLE_EQ(kolmogorov_smirnov(a, b).p, kolmogorov_smirnov(b, a).p);
  EXPECT_NEAR(kolmogorov_smirnov(a, b).distance, 3.0 / 5 - 2.0 / 6, 1e-12);
}

// Nothing can be said of nothing.
TEST(KolmogorovSmirnovTest, OfEmptySamples) { EXPECT_DOUBLE_EQ(kolmogorov_smirnov({}, from(0, 3)).p, 1); }

}  // namespace
}  // namespace sentinel::analysis
