// What several scenarios share is run once, and changes nothing.
#include "analysis/observe/measured_run.h"

#include <gtest/gtest.h>

#include <string>

#include "analysis/sweep/sweep_design.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis {
namespace {

std::shared_ptr<const sim::Scenario> crash_at(const std::string& time) {
  return std::make_shared<const sim::Scenario>(
      sim::parse_scenario(R"({"about": "x", "until": "20s", "clients": {"C1": {"writes": 10}},
      "cluster": {"quorum": 2, "replicas": 1, "down-after-milliseconds": 700, "failover-timeout": 5000}, "steps": [
        {"at": ")" + time + R"(", "jitter": "200ms", "do": "crash", "node": "R1"},
        {"at": "3s", "do": "pause", "node": "R1", "for": "600ms"}]})",
                          "x.json"));
}

// Together or alone, also if one differs from the start and two are the same, in any order.
TEST(MeasuredRun, SharesTheTimeBefore) {
  const std::vector<std::shared_ptr<const sim::Scenario>> scenarios{crash_at("9s"), crash_at("0s"), crash_at("4s"),
                                                                    crash_at("9s"), crash_at("3s"), crash_at("7s")};
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    const std::vector<RunMeasures> together = measure_together(scenarios, seed);
    ASSERT_EQ(together.size(), scenarios.size());
    for (std::size_t i = 0; i < scenarios.size(); ++i) {
      const RunMeasures alone = measure(scenarios[i], seed);
      EXPECT_EQ(to_line({.runs = {figures_of(together[i])}}), to_line({.runs = {figures_of(alone)}})) << i;
    }
  }
}

// Only cells that differ in nothing but the times of steps are done together.
TEST(MeasuredRun, IsForTimesOfSteps) {
  SweepDesign design;
  design.seeds = 1;
  design.axes = {{"/steps/0/at", {}}, {"quorum", {}}};
  design.cells = {{"1s", "1"}, {"1s", "2"}, {"2s", "1"}, {"2s", "2"}};
  EXPECT_EQ(design.groups(), (std::vector<std::vector<std::size_t>>{{0, 2}, {1, 3}}));
  design.precision = 0.1;
  EXPECT_EQ(design.groups().size(), 4U);
}

}  // namespace
}  // namespace sentinel::analysis
