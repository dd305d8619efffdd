// Choices that a scenario gives a run: what they change, and when they change nothing.
#include "sim/schedule.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "sim/reader/scenario_reader.h"
#include "sim/run.h"

namespace sentinel::sim {
namespace {

std::uint64_t digest_of(const std::string& schedule, std::uint64_t seed = 1) {
  const auto scenario = std::make_shared<const Scenario>(parse_scenario(
      R"({"about": "test", "cluster": {"replicas": 2, "sentinels": 3, "quorum": 2, "down-after-milliseconds": 1000},
          "steps": [{"at": "5s", "do": "crash", "node": "R1"}], "until": "15s")" +
          schedule + "}",
      "test.json"));
  sim::Run run{scenario, seed};
  Scratch scratch;
  run.run_until(scenario->until, scratch, [](const Record&) {});
  return run.digest();
}

// Times are in whole microseconds anyway.
TEST(Schedule, AGridOfOneMicrosecondChangesNothing) {
  EXPECT_EQ(digest_of(R"(, "schedule": {"interval": "1us"})"), digest_of(""));
  EXPECT_NE(digest_of(R"(, "schedule": {"interval": "1ms"})"), digest_of(""));
}

// On a grid something else comes first, and the run goes another way.
TEST(Schedule, WhatIsTakenComesFirst) {
  const std::string grid = R"(, "schedule": {"interval": "50ms")";
  EXPECT_NE(digest_of(grid + R"(, "choices": [{"happening": 600, "take": 1}]})"), digest_of(grid + "}"));
}

// What was found in one run is not done to others.
TEST(Schedule, IsThatOfOneSeed) {
  const std::string grid = R"(, "schedule": {"interval": "50ms")";
  const std::string choices = R"(, "choices": [{"happening": 600, "take": 1}])";
  EXPECT_EQ(digest_of(grid + R"(, "seed": 7)" + choices + "}"), digest_of(grid + "}"));
  EXPECT_NE(digest_of(grid + R"(, "seed": 7)" + choices + "}", 7), digest_of(grid + "}", 7));
}

// A choice of what is not there, and one past the end of the run, do nothing.
TEST(Schedule, PassesOverWhatIsNotThere) {
  const std::string grid = R"(, "schedule": {"interval": "50ms")";
  EXPECT_EQ(digest_of(grid + R"(, "choices": [{"happening": 600, "take": 5000}, {"happening": 99999999, "take": 1}]})"),
            digest_of(grid + "}"));
}

}  // namespace
}  // namespace sentinel::sim
