// The timer of a sentinel and TILT, beyond the traps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using testing::Contains;
using testing::ElementsAre;
using testing::Not;

// The first tick is 1 ms after the start; then a period is 1000 / hz for hz from 10 to 19, drawn anew each time.
TEST(Tick, HasTenPeriods) {
  SentinelLab lab(lone_sentinel());
  lab.tick();
  EXPECT_EQ(lab.now(), kStart + 1ms);
  std::set<std::int64_t> periods;
  for (int i = 0; i < 500; ++i) {
    const Instant before = lab.now();
    lab.tick();
    periods.insert((lab.now() - before).count());
  }
  EXPECT_THAT(periods, ElementsAre(52, 55, 58, 62, 66, 71, 76, 83, 90, 100));
}

// +monitor is said for each master at the start, when nobody can be subscribed yet.
TEST(Tick, StartSaysMonitorInTheLogOnly) {
  SentinelLab lab(lone_sentinel());
  ASSERT_EQ(lab.seen().size(), 1);
  EXPECT_EQ(lab.seen()[0].event.kind, kMonitor);
  EXPECT_EQ(lab.seen()[0].event.quorum, 1);
  EXPECT_FALSE(lab.seen()[0].event.published);
}

// A tick that is 2000 ms after the one before is in time, one of 2001 ms is not.
TEST(Tick, TiltStartsAboveTwoSeconds) {
  for (const Millis gap : {2000ms, 2001ms}) {
    SentinelLab lab(lone_sentinel());
    lab.tick();
    lab.stall(gap);
    EXPECT_EQ(lab.tick().empty(), gap == 2000ms);
  }
}

// A clock that is set back starts TILT, however little it is.
TEST(Tick, ClockThatGoesBackStartsTilt) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(1s);
  lab.step_clock(-200ms);
  EXPECT_THAT(lab.tick(), ElementsAre(kTilt));
  EXPECT_TRUE(lab.sentinel().tilt());
}

// A process that took more than 2 s to start is in TILT from its first tick on.
TEST(Tick, SlowStartIsTilt) {
  SentinelLab lab(lone_sentinel());
  lab.stall(3s);
  EXPECT_THAT(lab.tick(), Contains(kTilt));
}

// Same inputs, same outputs: a run can be repeated.
TEST(Tick, SameSeedSameEvents) {
  const auto run = [](std::uint64_t seed) {
    SentinelLab lab(lone_sentinel(), {.seed = seed});
    lab.run_for(3s);
    lab.crash(kM);
    lab.run_for(30s);
    std::vector<Instant> times;
    for (const Seen& each : lab.seen()) times.push_back(each.at);
    return times;
  };
  EXPECT_EQ(run(1), run(1));
  EXPECT_NE(run(1), run(2));
}

}  // namespace
}  // namespace sentinel::test
