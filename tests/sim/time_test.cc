#include "sim/time.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <vector>

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;

// A right clock shows the start of 2026 at time 0 and whole milliseconds afterwards, rounded down; also before time 0.
TEST(ProcessClock, ShowsWholeMilliseconds) {
  const ProcessClock clock;
  EXPECT_EQ(clock.read(SimTime{0us}), kWallClockAtStart);
  EXPECT_EQ(clock.read(SimTime{1'999us}), kWallClockAtStart + 1ms);
  EXPECT_EQ(clock.read(SimTime{-1us}), kWallClockAtStart - 1ms);
  EXPECT_EQ(kWallClockAtStart.time_since_epoch(),
            std::chrono::sys_days{std::chrono::January / 1 / 2026}.time_since_epoch());
}

// Steps add up.
TEST(ProcessClock, CanBeStepped) {
  ProcessClock clock;
  clock.step_by(1h);
  clock.step_by(-1s);
  EXPECT_EQ(clock.read(SimTime{5s}), kWallClockAtStart + 1h + 4s);
}

// From the moment on in which the drift is set, 1000 ppm are one millisecond more in each second.
TEST(ProcessClock, Drifts) {
  ProcessClock clock;
  clock.set_drift(SimTime{100s}, 1'000);
  EXPECT_EQ(clock.read(SimTime{100s}), kWallClockAtStart + 100s);
  EXPECT_EQ(clock.read(SimTime{110s}), kWallClockAtStart + 110s + 10ms);
  clock.set_drift(SimTime{110s}, -500'000);
  EXPECT_EQ(clock.read(SimTime{120s}), kWallClockAtStart + 115s + 10ms);
  clock.set_drift(SimTime{120s}, 0);
  EXPECT_EQ(clock.read(SimTime{200s}), kWallClockAtStart + 195s + 10ms);
}

// A process measures its timers with its own clock: a fast one lets them fire early.
TEST(ProcessClock, DriftChangesTimers) {
  ProcessClock clock;
  EXPECT_EQ(clock.true_duration(100ms), 100ms);
  clock.set_drift(SimTime{0us}, 1'000'000);
  EXPECT_EQ(clock.true_duration(100ms), 50ms);
  clock.set_drift(SimTime{0us}, -500'000);
  EXPECT_EQ(clock.true_duration(100ms), 200ms);
}

// Whatever the drift, a clock that nobody sets never goes back, and a timer is off by less than a millisecond of it.
RC_GTEST_PROP(ProcessClock, NeverGoesBackByItself, ()) {
  ProcessClock clock;
  SimTime now{};
  model::Instant shown = clock.read(now);
  for (const int ppm : *rc::gen::container<std::vector<int>>(rc::gen::inRange(-900'000, 900'000))) {
    clock.set_drift(now, ppm);
    RC_ASSERT(clock.read(now) >= shown);
    shown = clock.read(now);
    const model::Millis timer{*rc::gen::inRange(0, 100'000)};
    now += clock.true_duration(timer);
    const model::Millis passed = clock.read(now) - shown;
    RC_ASSERT(passed >= timer - 1ms);
    RC_ASSERT(passed <= timer + 1ms);
    shown = clock.read(now);
  }
}

}  // namespace
}  // namespace sentinel::sim
