// All orders of what comes at the same time: that the reduction loses nothing, and that what is found is replayed.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "analysis/check.h"
#include "analysis/explore/alternatives.h"
#include "analysis/explore/counterexample.h"
#include "analysis/explore/exploration.h"
#include "sim/bad_input.h"
#include "sim/invariants.h"
#include "sim/reader/scenario_reader.h"
#include "tests/support/shell.h"

namespace sentinel::analysis {
namespace {

using sim::Scenario;
using sim::SimTime;
using std::chrono::milliseconds;
using test::run_program;
using testing::ElementsAre;
using testing::HasSubstr;
using Verdict = Exploration::Verdict;

const std::filesystem::path kFolder = std::filesystem::path{SENTINEL_SIM_SOURCE_DIR} / "scenarios" / "explore";

// One master with one replica and two sentinels. The master dies at 5 s; all messages take 1 ms.
Scenario two_sentinels(const std::string& until, const std::string& latency = "1ms") {
  const std::string always =
      R"({"min": ")" + latency + R"(", "median": "1ms", "p90": "1ms", "p99": "1ms", "max": "1ms"})";
  return sim::parse_scenario(
      R"({"about": "test", "cluster": {"replicas": 1, "sentinels": 2, "quorum": 2, "down-after-milliseconds": 1000,
          "failover-timeout": 3000}, "network": {"latency": )" +
          always + R"(}, "disk": {"flush": {"min": "4ms", "median": "4ms", "p90": "4ms", "p99": "4ms", "max": "4ms"}},
          "steps": [{"at": "5s", "do": "crash", "node": "R1"}], "until": ")" +
          until + R"("})",
      "test.json");
}

ExploreBounds bounds_for(const Scenario& scenario, milliseconds from, milliseconds to, milliseconds interval) {
  ExploreBounds bounds{.interval = interval, .from = SimTime{from}, .to = SimTime{to}, .finds_all = true};
  for (std::uint16_t i = 0; i < scenario.nodes.size(); ++i) bounds.nodes.push_back(sim::NodeId{i});
  for (const sim::InvariantRow& row : sim::invariants()) {
    if (row.is_promised()) bounds.invariants.push_back(row.invariant);
  }
  return bounds;
}

ExploreBounds of_forgetful(const Scenario& scenario) {
  ExploreBounds bounds = bounds_for(scenario, milliseconds{5'000}, milliseconds{9'000}, milliseconds{1});
  bounds.depth = 0;
  bounds.crashes = 1;
  bounds.nodes = {*scenario.find_node("S3")};
  bounds.finds_all = false;
  return bounds;
}

// --- the reduction ------------------------------------------------------------------------------------------

struct Window {
  milliseconds from;
  milliseconds to;
  milliseconds interval;
  std::uint32_t crashes = 0;
};
class ReductionTest : public testing::TestWithParam<Window> {};

// With and without the reduction the same states are reached and the same rules broken, but in fewer ways.
TEST_P(ReductionTest, ReachesTheSameStates) {
  const Window& window = GetParam();
  const Scenario scenario = two_sentinels(std::to_string(window.to.count()) + "ms");
  ExploreBounds bounds = bounds_for(scenario, window.from, window.to, window.interval);
  bounds.crashes = window.crashes;
  const Exploration reduced = explore(scenario, bounds);
  bounds.brute_force = true;
  const Exploration all = explore(scenario, bounds);
  EXPECT_EQ(reduced.outcomes, all.outcomes);
  EXPECT_EQ(reduced.broken, all.broken);
  EXPECT_EQ(reduced.verdict, all.verdict);
  EXPECT_TRUE(reduced.is_all_orders);
  EXPECT_LT(reduced.counts.states, all.counts.states);
}

INSTANTIATE_TEST_SUITE_P(Windows, ReductionTest,
                         testing::Values(Window{milliseconds{5'000}, milliseconds{5'003}, milliseconds{1}},
                                         Window{milliseconds{6'000}, milliseconds{6'100}, milliseconds{1}},
                                         Window{milliseconds{6'000}, milliseconds{6'120}, milliseconds{10}},
                                         Window{milliseconds{6'150}, milliseconds{6'180}, milliseconds{1}},
                                         Window{milliseconds{6'000}, milliseconds{6'030}, milliseconds{1}, 1}));

// Where orders and draws matter, all that they lead to is reached.
TEST(Explore, WhatMattersLeadsToDifferentStates) {
  const Scenario scenario = two_sentinels("6180ms");
  EXPECT_EQ(explore(scenario, bounds_for(scenario, milliseconds{6'150}, milliseconds{6'180}, milliseconds{1}))
                .outcomes.size(),
            12U);
}

// --- bounds -------------------------------------------------------------------------------------------------

// With nothing that may differ there is one way: that which the run goes by itself.
TEST(Explore, DepthZeroIsTheRunByItself) {
  const Scenario scenario = two_sentinels("8s");
  ExploreBounds bounds = bounds_for(scenario, milliseconds{5'000}, milliseconds{7'000}, milliseconds{1});
  bounds.depth = 0;
  const Exploration exploration = explore(scenario, bounds);
  EXPECT_EQ(exploration.counts.ways, 1U);
  EXPECT_FALSE(exploration.is_all_orders);

  sim::Run run{std::make_shared<const Scenario>(on_grid(scenario, bounds)), 1};
  sim::Scratch scratch;
  while (run.has_future() && run.next_at() <= bounds.to) run.step(scratch);
  EXPECT_THAT(exploration.outcomes, ElementsAre(hash_of(run, sim::Pending::kUnordered)));
}

// More depth finds all that less depth finds; when there is enough, it is all that any depth finds.
TEST(Explore, DepthGrowsToAllOrders) {
  const Scenario scenario = two_sentinels("6300ms");
  ExploreBounds bounds = bounds_for(scenario, milliseconds{6'000}, milliseconds{6'150}, milliseconds{1});
  const Exploration all = explore(scenario, bounds);
  std::set<sim::StateHash> before;
  for (bounds.depth = 0; *bounds.depth < 40; ++*bounds.depth) {
    const Exploration some = explore(scenario, bounds);
    EXPECT_TRUE(std::ranges::includes(some.outcomes, before));
    before = some.outcomes;
    if (some.is_all_orders) break;
  }
  EXPECT_EQ(before, all.outcomes);
}

// When there are more states than may be looked at, nothing is said of the others.
TEST(Explore, TooManyStatesAreInconclusive) {
  const Scenario scenario = two_sentinels("8s");
  ExploreBounds bounds = bounds_for(scenario, milliseconds{5'000}, milliseconds{7'000}, milliseconds{1});
  bounds.states = 10;
  const Exploration exploration = explore(scenario, bounds);
  EXPECT_EQ(exploration.verdict, Verdict::kInconclusive);
  EXPECT_FALSE(exploration.interrupted);
  EXPECT_EQ(exploration.counts.states, 10U);
}

// Who watches can end it.
TEST(Explore, IsInterrupted) {
  const Scenario scenario = two_sentinels("8s");
  const ExploreBounds bounds = bounds_for(scenario, milliseconds{5'000}, milliseconds{7'000}, milliseconds{1});
  const Exploration exploration = explore(scenario, bounds, [](const ExploreCounts&) { return false; });
  EXPECT_EQ(exploration.verdict, Verdict::kInconclusive);
  EXPECT_TRUE(exploration.interrupted);
}

// The same bounds give the same exploration.
TEST(Explore, IsDeterministic) {
  const Scenario scenario = two_sentinels("7s");
  ExploreBounds bounds = bounds_for(scenario, milliseconds{6'000}, milliseconds{6'400}, milliseconds{1});
  bounds.crashes = 1;
  bounds.depth = 1;
  bounds.timers = true;
  const Exploration first = explore(scenario, bounds);
  const Exploration second = explore(scenario, bounds);
  EXPECT_EQ(first.outcomes, second.outcomes);
  EXPECT_EQ(first.counts.states, second.counts.states);
  EXPECT_EQ(first.counts.pruned, second.counts.pruned);
  EXPECT_EQ(first.counts.happenings, second.counts.happenings);
}

// The timers of sentinels and lost links lead to states that orders alone do not lead to.
TEST(Explore, TimersAndCutsReachMore) {
  const Scenario scenario = two_sentinels("7s");
  ExploreBounds bounds = bounds_for(scenario, milliseconds{6'000}, milliseconds{6'200}, milliseconds{1});
  bounds.depth = 1;
  const std::size_t orders = explore(scenario, bounds).outcomes.size();
  bounds.timers = true;
  EXPECT_GT(explore(scenario, bounds).outcomes.size(), orders);
  bounds.timers = false;
  bounds.cuts = 1;
  EXPECT_GT(explore(scenario, bounds).outcomes.size(), orders);
}

// What takes no time has no order that a process could not know.
TEST(Explore, RefusesMessagesThatTakeNoTime) {
  const Scenario scenario = two_sentinels("7s", "0us");
  EXPECT_THROW(explore(scenario, bounds_for(scenario, milliseconds{5'000}, milliseconds{6'000}, milliseconds{1})),
               sim::BadInput);
}

// --- what is found ------------------------------------------------------------------------------------------

// A sentinel that cannot save forgets its epoch when it dies: by itself it does not, and the exploration lets it.
TEST(Explore, FindsACrashThatBreaksAnInvariant) {
  const Scenario scenario = sim::read_scenario(kFolder / "forgetful_sentinel.json");
  ExploreBounds bounds = of_forgetful(scenario);
  const Exploration exploration = explore(scenario, bounds);
  EXPECT_EQ(exploration.verdict, Verdict::kViolated);
  ASSERT_TRUE(exploration.counterexample);
  ASSERT_EQ(exploration.counterexample->deviations.size(), 1U);
  EXPECT_EQ(exploration.counterexample->deviations.front().kind, Deviation::Kind::kCrash);
  EXPECT_EQ(exploration.counterexample->violations.front().expected, "invariant epochs-never-go-back");
  bounds.crashes = 0;
  EXPECT_EQ(explore(scenario, bounds).verdict, Verdict::kNone);
}

// By itself each leader has its votes in time; it takes one message that comes before another one to break that.
TEST(Explore, FindsAnOrderThatBreaksAnInvariant) {
  const Scenario scenario = sim::read_scenario(kFolder / "two_masters.json");
  ExploreBounds bounds = bounds_for(scenario, milliseconds{5'000}, milliseconds{7'000}, milliseconds{10});
  bounds.seed = *scenario.only_seed;
  bounds.invariants = {sim::Invariant::kElectedInItsEpoch};
  bounds.depth = 0;
  bounds.finds_all = false;
  EXPECT_EQ(explore(scenario, bounds).verdict, Verdict::kNone);
  bounds.depth = 2;
  const Exploration exploration = explore(scenario, bounds);
  ASSERT_TRUE(exploration.counterexample);
  ASSERT_EQ(exploration.counterexample->deviations.size(), 1U);  // the shortest way comes first
  EXPECT_EQ(exploration.counterexample->deviations.front().kind, Deviation::Kind::kChoice);

  const CounterexampleFile file = counterexample_file(scenario, bounds, *exploration.counterexample);
  const std::filesystem::path path = std::filesystem::path{testing::TempDir()} / "order.json";
  std::ofstream{path} << file.text;
  const std::vector<CheckResult> results = check_files({path}, {.jobs = 1}, {});
  std::filesystem::remove(path);
  ASSERT_EQ(results.front().failures.size(), 1U) << results.front().error;
  EXPECT_EQ(text_of(results.front().failures.front().violation),
            text_of(exploration.counterexample->violations.front()));
}

// The file of a counterexample breaks, under check, the invariant that it was found to break.
TEST(Explore, TheCounterexampleIsReplayed) {
  const Scenario scenario = sim::read_scenario(kFolder / "forgetful_sentinel.json");
  const ExploreBounds bounds = of_forgetful(scenario);
  const Exploration exploration = explore(scenario, bounds);
  ASSERT_TRUE(exploration.counterexample);
  const std::filesystem::path file = std::filesystem::path{testing::TempDir()} / "counterexample.json";
  std::ofstream{file} << counterexample_file(scenario, bounds, *exploration.counterexample).text;
  const std::vector<CheckResult> results = check_files({file}, {.jobs = 1}, {});
  std::filesystem::remove(file);
  ASSERT_EQ(results.size(), 1U);
  ASSERT_EQ(results.front().failures.size(), 1U) << results.front().error;
  EXPECT_EQ(text_of(results.front().failures.front().violation),
            text_of(exploration.counterexample->violations.front()));
}

// A way with choices is a scenario that goes it again, to the same state, and says in words what was chosen.
TEST(Explore, ChoicesAreReplayed) {
  const Scenario scenario = sim::read_scenario(kFolder / "three_sentinels.json");
  const ExploreBounds bounds = bounds_for(scenario, milliseconds{5'000}, milliseconds{9'000}, milliseconds{1});
  sim::Run run{std::make_shared<const Scenario>(on_grid(scenario, bounds)), 1};
  sim::Scratch scratch;
  Alternatives alternatives{Dependence::kSameProcess};
  while (run.next_at() < SimTime{milliseconds{6'000}}) run.step(scratch);
  Counterexample way;
  while (run.next_at() < bounds.to && way.deviations.size() < 3) {
    const std::vector<std::size_t> places = run.is_step_next() ? std::vector<std::size_t>{0} : alternatives.of(run);
    if (places.size() < 2) {
      run.step(scratch);
      continue;
    }
    const sim::Choice choice{
        .happening = run.happenings() + 1, .take = places.back(), .draw = model::Draw::kHighest, .at = run.next_at()};
    way.deviations.push_back({.choice = choice});
    run.step_as(choice, scratch);
  }
  ASSERT_EQ(way.deviations.size(), 3U);
  run.run_until(SimTime{milliseconds{9'000}}, scratch, [](const sim::Record&) {});

  const CounterexampleFile file = counterexample_file(scenario, bounds, way);
  sim::Run again{file.scenario, 1};
  again.run_until(SimTime{milliseconds{9'000}}, scratch, [](const sim::Record&) {});
  EXPECT_EQ(again.digest(), run.digest());
  EXPECT_EQ(hash_of(again, sim::Pending::kOrdered), hash_of(run, sim::Pending::kOrdered));
  ASSERT_EQ(file.scenario->schedule.choices.size(), 3U);
  for (const sim::Choice& choice : file.scenario->schedule.choices) EXPECT_THAT(choice.why, HasSubstr(" before "));
}

// --- the program --------------------------------------------------------------------------------------------

// The exit code tells the verdict, and the same call prints the same bytes.
TEST(ExploreCommand, TellsTheVerdict) {
  const std::string forgetful = "explore scenarios/explore/forgetful_sentinel.json --nodes S3 --depth 0 --format json ";
  const test::Outcome found = run_program(forgetful + "--crashes 1");
  EXPECT_EQ(found.status, 1) << found.output;
  EXPECT_EQ(run_program(forgetful + "--crashes 1").output, found.output);
  EXPECT_THAT(found.output, HasSubstr(R"("verdict": "violated")"));
  EXPECT_THAT(found.output, HasSubstr(R"("do": "crash")"));
  EXPECT_EQ(run_program(forgetful + "--crashes 0").status, 0);
  const test::Outcome some = run_program(forgetful + "--crashes 1 --states 5");
  EXPECT_EQ(some.status, 3) << some.output;
  EXPECT_THAT(some.output, HasSubstr(R"("verdict": "inconclusive")"));
}

// What is wrong with a bound is said.
TEST(ExploreCommand, SaysWhatIsWrong) {
  const std::string explore = "explore scenarios/explore/three_sentinels.json ";
  for (const auto& [options, said] : {std::pair{"--nodes S9", "S9"},
                                      {"--to 1h", "--to is after the end"},
                                      {"--from 6s --to 5s", "--from must be before --to"},
                                      {"--interval 0s", "--interval must be at least 1us"},
                                      {"--invariant one-leader", "did you mean 'one-leader-per-epoch'"},
                                      {"--depth many", "--depth"}}) {
    const test::Outcome outcome = run_program(explore + options + " 2>&1");
    EXPECT_EQ(outcome.status, 2) << options;
    EXPECT_THAT(outcome.output, HasSubstr(said));
  }
}

}  // namespace
}  // namespace sentinel::analysis
