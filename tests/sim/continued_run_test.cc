// Two scenarios that differ in the times of their steps share the time before.
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>

#include "sim/reader/scenario_reader.h"
#include "sim/run.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;

// The crash comes at this time; there are steps before and after it, at the same time, at random moments and by events.
std::shared_ptr<const Scenario> crash_at(const std::string& time) {
  return std::make_shared<const Scenario>(
      parse_scenario(R"({"about": "x", "until": "30s", "clients": {"C1": {"writes": 5}},
      "cluster": {"quorum": 2, "down-after-milliseconds": 1000, "failover-timeout": 5000}, "steps": [
        {"at": "12s", "do": "pause", "node": "S1", "for": "500ms"},
        {"at": ")" + time +
                         R"(", "do": "crash", "node": "R1"},
        {"at": "2s", "do": "latency", "latency": "3ms", "every": "4s", "for": "1s", "jitter": "2s"},
        {"on": "+odown", "after": "100ms", "do": "stall", "node": "$sentinel", "for": "300ms"},
        {"at": "12s", "do": "stall", "node": "R2", "for": "200ms"}]})",
                     "x.json"));
}

std::uint64_t digest_of(Run run) {
  Scratch scratch;
  run.run_until(run.scenario().until, scratch, [](const Record&) {});
  return run.digest();
}

// A run that goes on as another scenario is, bit for bit, the run that this one has from the start.
TEST(ContinuedRun, IsTheRunOfTheOtherScenario) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto late = crash_at("15s");
    sim::Run trunk{late, seed};
    Scratch scratch;
    for (const std::string time : {"9s", "9500ms", "12s", "12001ms"}) {
      const auto early = crash_at(time);
      trunk.run_until(early->time_of(2, seed) - Micros{1}, scratch, [](const Record&) {});
      sim::Run branch = trunk;
      branch.continue_as(early);
      EXPECT_EQ(digest_of(branch), digest_of(sim::Run{early, seed})) << time;
    }
    EXPECT_EQ(digest_of(trunk), digest_of(sim::Run{late, seed}));
  }
}

}  // namespace
}  // namespace sentinel::sim
