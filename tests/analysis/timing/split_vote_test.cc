// How often simultaneous candidates split the vote, against the closed form.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "analysis/check/check.h"
#include "analysis/observe/measures.h"
#include "analysis/statistics/intervals.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis {
namespace {

// The closed form. n sentinels with quorum 1 lose the same master at once (scenarios/failover/
// simultaneous_candidates.json: all that takes time is fixed). Sentinel i becomes a candidate at the tick
//
//   X_i = fault + R_i + down_after + E_i
//
// R_i: until its next tick, in which it connects again, and the PING of that starts the clock. A tick takes
// T = floor(1000 / h) ms, h uniform on 10 .. 19. Many ticks after its start a sentinel's phase is stationary, so R has
// the density P(T > r) / E(T) (residual life of a renewal process).
// E_i: until the first tick that is more than down_after ms after that one. With u(k) = P(a tick falls on the k-th ms),
// u(0) = 1, u(k) = sum_t P(T = t) u(k - t), it is P(E = e) = sum_{k <= down_after} u(k) P(T = down_after + e - k).
//
// X_1 .. X_n are independent, with one density f and distribution function F: the convolution of the two. The first
// candidate's request reaches the others L later. Who has become a candidate by then has voted for itself; everybody
// else votes for the first, since all others ask later and all requests take as long. With k candidates besides the
// first it has n - k votes, and it is split if these are no majority, n - k < floor(n / 2) + 1: no other candidate has
// more. Given that the first comes at x, each of the others is within L with probability (F(x + L) - F(x)) / (1 -
// F(x)), so
//
//   P(split) = sum_{k : n - k < floor(n/2) + 1} n C(n-1, k) Int f(x) (F(x+L) - F(x))^k (1 - F(x+L))^(n-1-k) dx
//
// which for n = 2 and 3 is the chance that the range of the n times is below L.
constexpr std::array<int, 10> kTicks{100, 90, 83, 76, 71, 66, 62, 58, 55, 52};
constexpr int kCells = 4;  // of a ms, for the integrals

std::vector<double> overshoot(int down_after) {
  std::vector<double> u(static_cast<std::size_t>(down_after) + 1);
  std::vector<double> p(101);
  u[0] = 1;
  for (int k = 0; k <= down_after; ++k) {
    for (const int tick : kTicks) {
      if (k >= tick) u[static_cast<std::size_t>(k)] += u[static_cast<std::size_t>(k - tick)] / 10;
    }
    for (const int tick : kTicks) {
      if (k + tick > down_after)
        p[static_cast<std::size_t>(k + tick - down_after)] += u[static_cast<std::size_t>(k)] / 10;
    }
  }
  return p;
}

// Of X - fault - down_after, by cell.
std::vector<double> density(int down_after) {
  double mean = 0;
  for (const int tick : kTicks) mean += tick / 10.0;
  std::vector<double> residual(100 * kCells);
  for (std::size_t i = 0; i < residual.size(); ++i) {
    for (const int tick : kTicks) {
      if (tick * kCells > static_cast<int>(i)) residual[i] += 1 / (10 * mean * kCells);
    }
  }
  const std::vector<double> excess = overshoot(down_after);
  std::vector<double> sum(residual.size() + excess.size() * kCells);
  for (std::size_t e = 0; e < excess.size(); ++e) {
    for (std::size_t i = 0; i < residual.size(); ++i) sum[e * kCells + i] += excess[e] * residual[i];
  }
  return sum;
}

double binomial(int n, int k) { return std::round(std::tgamma(n + 1) / (std::tgamma(k + 1) * std::tgamma(n - k + 1))); }

double split_share(int n, int down_after, int latency) {
  const std::vector<double> f = density(down_after);
  std::vector<double> cumulated{0};
  for (const double cell : f) cumulated.push_back(cumulated.back() + cell);
  const auto distribution = [&](std::size_t cell) { return cumulated[std::min(cell, f.size())]; };
  const auto reach = static_cast<std::size_t>(latency * kCells);
  double share = 0;
  for (std::size_t x = 0; x < f.size(); ++x) {
    const double middle = (distribution(x) + distribution(x + 1)) / 2;
    const double later = (distribution(x + reach) + distribution(x + reach + 1)) / 2;
    for (int k = 1; k < n; ++k) {
      if (n - k < n / 2 + 1)
        share += n * binomial(n - 1, k) * f[x] * std::pow(later - middle, k) * std::pow(1 - later, n - 1 - k);
    }
  }
  return share;
}

// The simulated share of many runs, in which the election is over at 6.5 s.
Estimate simulated(int n) {
  constexpr std::uint64_t kSeeds = 160;
  std::string between;
  for (int i = 1; i <= n; ++i) between += R"(["S)" + std::to_string(i) + R"("], )";
  const auto scenario = std::make_shared<const sim::Scenario>(sim::parse_scenario(
      R"({"extends": "simultaneous_candidates.json", "about": "test", "cluster": {"sentinels": )" + std::to_string(n) +
          R"(}, "network": {"paths": [{"between": [)" + between +
          R"(["R2"]], "latency": {"min": "30ms", "median": "30ms", "p90": "30ms", "p99": "30ms", "max": "30ms"}}]},)" +
          R"("until": "6500ms", "expect": null})",
      std::string{SENTINEL_SIM_SOURCE_DIR} + "/scenarios/failover/test.json"));
  std::vector<std::uint32_t> split(kSeeds);
  parallel_for(kSeeds, 2, [&](std::uint64_t i) { split[i] = measure(scenario, i + 1).split_votes; });
  std::uint64_t runs = 0;
  for (const std::uint32_t votes : split) runs += votes;
  return share(runs, kSeeds);
}

// Two, three and five candidates: the closed form lies within the interval of the simulated share.
TEST(SplitVote, IsAsFrequentAsItsClosedForm) {
  for (const int n : {2, 3, 5}) {
    const double expected = split_share(n, 2'000, 30);
    const Estimate share = simulated(n);
    EXPECT_LE(share.low, expected) << n << " sentinels, " << share.value;
    EXPECT_GE(share.high, expected) << n << " sentinels, " << share.value;
  }
}

// The chances of the closed form add up, and it knows its limits: who hears at once never splits, who never hears
// always does.
TEST(SplitVote, HasLimits) {
  double all = 0;
  for (const double cell : density(2'000)) all += cell;
  EXPECT_NEAR(all, 1, 1e-9);
  EXPECT_NEAR(split_share(3, 2'000, 0), 0, 1e-9);
  EXPECT_NEAR(split_share(3, 2'000, 500), 1, 1e-5);
}

}  // namespace
}  // namespace sentinel::analysis
