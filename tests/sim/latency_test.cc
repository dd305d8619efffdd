#include "sim/latency.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;
using Stream = model::Random::Stream;

std::vector<Micros> draws(const Latency& latency, std::size_t count, std::uint64_t seed = 1) {
  model::Random random{seed, 0};
  std::vector<Micros> draws(count);
  for (Micros& draw : draws) draw = latency.draw(random, Stream::kLatency);
  return draws;
}

// What is asked for is what comes out: median and p99 of many draws are those of the distribution.
TEST(Latency, HasTheQuantilesThatItSays) {
  const Latency latency{.min = 100us, .median = 200us, .p90 = 1ms, .p99 = 2ms, .max = 10ms};
  std::vector<Micros> sorted = draws(latency, 100'000);
  std::ranges::sort(sorted);
  EXPECT_GE(sorted.front(), latency.min);
  EXPECT_LE(sorted.back(), latency.max);
  EXPECT_NEAR(static_cast<double>(sorted[50'000].count()), 200, 5);
  EXPECT_NEAR(static_cast<double>(sorted[99'000].count()), 2'000, 50);
  EXPECT_GT(sorted.back(), 9ms);
  EXPECT_LT(sorted.front(), 101us);
}

// No draw is outside the limits, whatever they are; equal limits give a constant.
RC_GTEST_PROP(Latency, StaysWithinItsLimits, (std::uint64_t seed)) {
  std::array<Micros, 5> points{};
  for (Micros& point : points) point = Micros{*rc::gen::inRange<std::int64_t>(0, 100'000'000)};
  std::ranges::sort(points);
  const Latency latency{.min = points[0], .median = points[1], .p90 = points[2], .p99 = points[3], .max = points[4]};
  for (const Micros draw : draws(latency, 100, seed)) RC_ASSERT(draw >= latency.min && draw <= latency.max);
}

// TCP repeats after 200 ms, then after twice as long each time.
TEST(Retransmission, DoublesItsPatience) {
  const Retransmission tcp;
  const SimTime sent = SimTime{10s};
  EXPECT_EQ(tcp.next_at(sent, sent, false), sent);
  EXPECT_EQ(tcp.next_at(sent, sent + 1us, false), sent + 200ms);
  EXPECT_EQ(tcp.next_at(sent, sent + 200ms, false), sent + 200ms);
  EXPECT_EQ(tcp.next_at(sent, sent + 201ms, false), sent + 600ms);
  EXPECT_EQ(tcp.next_at(sent, sent + 5s, false), sent + 6'200ms);
}

// A connect is repeated each second, five times; then the wait grows (Linux 6.5 and later).
TEST(Retransmission, RepeatsConnectsAtAFixedPaceFirst) {
  const Retransmission tcp;
  EXPECT_EQ(tcp.next_at(SimTime{0s}, SimTime{1us}, true), SimTime{1s});
  EXPECT_EQ(tcp.next_at(SimTime{0s}, SimTime{4'001ms}, true), SimTime{5s});
  EXPECT_EQ(tcp.next_at(SimTime{0s}, SimTime{5'001ms}, true), SimTime{7s});
  EXPECT_EQ(tcp.next_at(SimTime{0s}, SimTime{8s}, true), SimTime{11s});
}

// Without the fixed pace, as before Linux 6.5, a connect is repeated after 1, 3, 7, ... s.
TEST(Retransmission, StartsSlowerForConnects) {
  const Retransmission tcp{.linear_connects = 0};
  EXPECT_EQ(tcp.next_at(SimTime{0s}, SimTime{1us}, true), SimTime{1s});
  EXPECT_EQ(tcp.next_at(SimTime{0s}, SimTime{2s}, true), SimTime{3s});
  EXPECT_EQ(tcp.next_at(SimTime{0s}, SimTime{4s}, true), SimTime{7s});
}

// In the end the time between two repetitions does not grow any more.
TEST(Retransmission, HasALongestPatience) {
  const Retransmission tcp;
  const SimTime late = tcp.next_at(SimTime{0s}, SimTime{1h}, false);
  EXPECT_EQ(tcp.next_at(SimTime{0s}, late + 1us, false), late + 120s);
}

}  // namespace
}  // namespace sentinel::sim
