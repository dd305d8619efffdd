// Intervals of shares, rates and quantiles, against published values and against what they promise.
#include "analysis/statistics/intervals.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "model/random.h"

namespace sentinel::analysis {
namespace {

// Wilson's interval: 81 of 263 (Newcombe: Two-sided confidence intervals for the single proportion, 1998, table I), and
// its ends.
TEST(Intervals, OfShares) {
  const Estimate some = share(81, 263);
  EXPECT_NEAR(some.low, 0.2553, 5e-5);
  EXPECT_NEAR(some.high, 0.3662, 5e-5);
  EXPECT_EQ(share(0, 20).low, 0);
  EXPECT_NEAR(share(0, 20).high, 0.1611, 5e-5);
  EXPECT_EQ(share(20, 20).high, 1);
}

// Garwood's table: the limits of a Poisson mean for 0, 1 and 10 events.
TEST(Intervals, OfRates) {
  EXPECT_EQ(rate(0, 1).low, 0);
  EXPECT_NEAR(rate(0, 1).high, 3.689, 5e-4);
  EXPECT_NEAR(rate(1, 1).low, 0.0253, 5e-5);
  EXPECT_NEAR(rate(1, 1).high, 5.572, 5e-4);
  EXPECT_NEAR(rate(10, 2).low, 4.795 / 2, 5e-4);
  EXPECT_NEAR(rate(10, 2).high, 18.39 / 2, 5e-3);
}

// The median of 10 lies between the 2nd and the 9th, that of 100 between the 40th and the 61st (tables of order
// statistics); of an extreme quantile a small sample bounds one side only.
TEST(Intervals, OfQuantiles) {
  std::vector<double> ranks;
  for (int i = 1; i <= 100; ++i) ranks.push_back(i);
  const Estimate of_ten = quantile_estimate(std::span{ranks}.first(10), 0.5);
  EXPECT_EQ(of_ten.low, 2);
  EXPECT_EQ(of_ten.high, 9);
  const Estimate of_all = quantile_estimate(ranks, 0.5);
  EXPECT_EQ(of_all.low, 40);
  EXPECT_EQ(of_all.high, 61);
  EXPECT_EQ(of_all.value, 50.5);
  EXPECT_TRUE(std::isinf(quantile_estimate(ranks, 0.999).high));
  EXPECT_TRUE(std::isinf(quantile_estimate(std::span{ranks}.first(1), 0.5).low));
}

// At least 95 of 100 intervals hold the true quantile, whatever the distribution.
TEST(Intervals, HoldTheTrueQuantile) {
  model::Random random{1, 1};
  constexpr int kSamples = 1000;
  int held = 0;
  for (int i = 0; i < kSamples; ++i) {
    std::vector<double> sample;
    for (int j = 0; j < 60; ++j) sample.push_back(std::pow(random.below(model::Random::Stream::kTick, 10'000), 3));
    std::ranges::sort(sample);
    const Estimate p75 = quantile_estimate(sample, 0.75);
    held += p75.low <= 7'500.0 * 7'500 * 7'500 && 7'500.0 * 7'500 * 7'500 <= p75.high ? 1 : 0;
  }
  EXPECT_GE(held, 945);
}

}  // namespace
}  // namespace sentinel::analysis
