// Phases over many seeds: against real sentinels, of several failovers in a run, and the same for any number of jobs.
#include "analysis/timing/timing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>

#include "analysis/timing/timing_report.h"
#include "sim/reader/scenario_reader.h"
#include "tests/support/shell.h"

namespace sentinel::analysis {
namespace {

using namespace std::chrono_literals;
using test::run_program;
using testing::AllOf;
using testing::Each;
using testing::HasSubstr;
using testing::Le;
using testing::SizeIs;
using testing::StartsWith;

std::shared_ptr<const sim::Scenario> scenario(const std::string& name) {
  return std::make_shared<const sim::Scenario>(
      sim::read_scenario(std::string{SENTINEL_SIM_SOURCE_DIR} + "/scenarios/" + name + ".json"));
}

const PhaseTiming& phase(const Timing& timing, const std::string& name,
                         std::optional<sim::NodeId> sentinel = std::nullopt) {
  const auto found = std::ranges::find_if(
      timing.phases, [&](const PhaseTiming& each) { return each.phase == name && each.sentinel == sentinel; });
  if (found == timing.phases.end()) throw std::invalid_argument{name};
  return *found;
}

// Three sentinels, quorum 2, down-after 1000: medians lie within 5 % or 30 ms of those of real sentinels 7.0.15.
TEST(Timing, IsThatOfRealSentinels) {
  sim::Scenario until_all_switched = *scenario("failover/fast_detection");
  until_all_switched.until = sim::SimTime{20s};
  const Timing timing =
      time_failovers(std::make_shared<const sim::Scenario>(until_all_switched), {.seeds = 120, .jobs = 2});
  struct Real {
    const char* phase;
    double ms;
  };
  for (const Real& real :
       {Real{"fault -> first +sdown", 1'060}, Real{"first +sdown -> first +odown", 100},
        Real{"+odown -> +elected-leader", 80}, Real{"+elected-leader -> first +switch-master", 1'040},
        Real{"first -> last +switch-master", 1'030}}) {
    const PhaseTiming& simulated = phase(timing, real.phase);
    EXPECT_GE(simulated.sorted.size(), 120U) << real.phase;
    EXPECT_NEAR(simulated.quantiles()[2].value, real.ms, std::max(30.0, 0.05 * real.ms)) << real.phase;
  }
}

// In the phases of one sentinel only its own events count; the slowest of them makes the last of all.
TEST(Timing, OfEachSentinel) {
  const auto of = scenario("failover/fast_detection");
  const Timing timing = time_failovers(of, {.seeds = 10, .per_sentinel = true});
  double last = 0;
  for (const char* const name : {"S1", "S2", "S3"}) {
    const PhaseTiming& own = phase(timing, "fault -> first +switch-master", of->find_node(name));
    EXPECT_THAT(own.sorted, SizeIs(10)) << name;
    last = std::max(last, own.sorted.back());
    EXPECT_THROW(phase(timing, "fault -> last +switch-master", of->find_node(name)), std::invalid_argument);
  }
  EXPECT_DOUBLE_EQ(phase(timing, "fault -> last +switch-master").sorted.back(), last);
}

// Each failover of a run counts from its own fault, and its events end where the next one begins.
TEST(Timing, OfSeveralFailoversInARun) {
  const auto of = std::make_shared<const sim::Scenario>(sim::parse_scenario(
      R"({"about": "test", "cluster": {"replicas": 2, "sentinels": 3, "quorum": 2, "down-after-milliseconds": 1000,
          "failover-timeout": 3000}, "steps": [{"at": "5s", "do": "crash", "node": "R1"},
          {"on": "+promoted-slave", "after": "10s", "do": "crash", "node": "$node"}], "until": "30s"})",
      "test.json"));
  const Timing timing = time_failovers(of, {.seeds = 5});
  EXPECT_EQ(timing.failovers, 10U);
  EXPECT_THAT(phase(timing, "fault -> last +switch-master").sorted, AllOf(SizeIs(10), Each(Le(7'000))));
}

// Where clients are: from the fault until each of them writes to the new master only.
TEST(Timing, OfClients) {
  const Timing timing = time_failovers(scenario("clients/manual_failover"), {.seeds = 2});
  EXPECT_EQ(timing.lost_writes, 2U);
  EXPECT_EQ(timing.two_masters, 2U);
  ASSERT_THAT(timing.outcomes, SizeIs(1));
  EXPECT_EQ(timing.outcomes[0].outcome, FailoverOutcome::kSuccess);
  EXPECT_DOUBLE_EQ(timing.outcomes[0].share.value, 1);
}

// Whatever the number of jobs; all lines fit into 80 columns, and CSV and JSON tell the same.
TEST(Timing, TellsTheSameInAllForms) {
  const auto of = scenario("failover/fast_detection");
  const Timing timing = time_failovers(of, {.seeds = 6, .jobs = 1, .per_sentinel = true});
  const Timing again = time_failovers(of, {.seeds = 6, .jobs = 3, .per_sentinel = true});
  EXPECT_EQ(timing_json(*of, timing), timing_json(*of, again));
  EXPECT_EQ(timing_text(*of, timing), timing_text(*of, again));
  std::istringstream text{timing_text(*of, timing)};
  for (std::string line; std::getline(text, line);) EXPECT_LE(line.size(), 80U) << line;

  const nlohmann::ordered_json json = timing_json(*of, timing);
  EXPECT_EQ(json["outcomes"][0]["outcome"], "success");
  const auto& first = json["phases"][0];
  EXPECT_EQ(first["phase"], "fault -> first +sdown");
  EXPECT_EQ(first["sentinel"], "");
  EXPECT_EQ(first["n"], 6);
  EXPECT_EQ(first["quantiles"][2]["quantile"], 0.5);
  EXPECT_TRUE(first["quantiles"][6]["high_ms"].is_null());  // nobody knows from 6 runs
  const std::string csv = timing_csv(*of, timing);
  EXPECT_THAT(csv, StartsWith("phase,sentinel,n,quantile,ms,low_ms,high_ms\nfault -> first +sdown,,6,0,"));
  EXPECT_THAT(csv, HasSubstr("\nfault -> first +sdown,S1,6,0.5,"));
}

// As a program: a table, a file by its extension, and one line about what is wrong.
TEST(TimingCommand, WritesWhatIsAskedFor) {
  const std::string arguments = "timing scenarios/failover/fast_detection.json --seeds 4 ";
  const auto text = run_program(arguments + "2>&1");
  EXPECT_EQ(text.status, 0);
  EXPECT_THAT(text.output,
              AllOf(HasSubstr("success"), HasSubstr("\n4 runs, 4 failovers, done or not."), HasSubstr("99.9 %")));
  const auto json = nlohmann::json::parse(run_program(arguments + "--format json").output);
  EXPECT_EQ(json["seeds"], 4);
  const auto bad = run_program(arguments + "--out build/timing.xml 2>&1");
  EXPECT_EQ(bad.status, 2);
  EXPECT_EQ(bad.output, "sentinel-sim: --out 'build/timing.xml': a file .csv or .json\n");
}

}  // namespace
}  // namespace sentinel::analysis
