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

#include "analysis/check/check.h"
#include "analysis/explore/alternatives.h"
#include "analysis/explore/counterexample.h"
#include "analysis/explore/exploration.h"
#include "analysis/explore/explore_text.h"
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
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
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
  std::uint32_t cuts = 0;
  bool timers = false;
};
ExploreBounds bounds_for(const Scenario& scenario, const Window& window) {
  ExploreBounds bounds = bounds_for(scenario, window.from, window.to, window.interval);
  bounds.crashes = window.crashes;
  bounds.cuts = window.cuts;
  bounds.timers = window.timers;
  return bounds;
}

class ReductionTest : public testing::TestWithParam<Window> {};

// With and without the reduction the same states are reached and the same rules broken, but in fewer ways.
TEST_P(ReductionTest, ReachesTheSameStates) {
  const Window& window = GetParam();
  const Scenario scenario = two_sentinels(std::to_string(window.to.count()) + "ms");
  ExploreBounds bounds = bounds_for(scenario, window);
  const Exploration reduced = explore(scenario, bounds);
  bounds.brute_force = true;
  const Exploration all = explore(scenario, bounds);
  EXPECT_EQ(reduced.outcomes, all.outcomes);
  EXPECT_EQ(reduced.broken, all.broken);
  EXPECT_EQ(reduced.verdict, all.verdict);
  EXPECT_TRUE(reduced.is_all_orders);
  EXPECT_LT(reduced.counts.states, all.counts.states);
}

// Likewise, but for what each process said, word for word, whatever the state hash takes for equal.
TEST_P(ReductionTest, ProcessesSayTheSame) {
  const Window& window = GetParam();
  const Scenario scenario = two_sentinels(std::to_string(window.to.count()) + "ms");
  ExploreBounds bounds = bounds_for(scenario, window);
  bounds.keeps_streams = true;
  const Exploration reduced = explore(scenario, bounds);
  bounds.brute_force = true;
  EXPECT_EQ(reduced.streams, explore(scenario, bounds).streams);
}

INSTANTIATE_TEST_SUITE_P(Windows, ReductionTest,
                         testing::Values(Window{milliseconds{5'000}, milliseconds{5'003}, milliseconds{1}},
                                         Window{milliseconds{6'000}, milliseconds{6'100}, milliseconds{1}},
                                         Window{milliseconds{6'000}, milliseconds{6'120}, milliseconds{10}},
                                         Window{milliseconds{6'150}, milliseconds{6'180}, milliseconds{1}},
                                         Window{milliseconds{6'000}, milliseconds{6'030}, milliseconds{1}, 1},
                                         Window{milliseconds{6'000}, milliseconds{6'050}, milliseconds{1}, 0, 1},
                                         Window{milliseconds{6'000}, milliseconds{6'060}, milliseconds{1}, 0, 0,
                                                true}));

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

// What is looked at counts for all that is allowed, from no deviation on.
TEST(Explore, CountsAreOfAllDepths) {
  const Scenario scenario = two_sentinels("7s");
  ExploreBounds bounds = bounds_for(scenario, milliseconds{6'000}, milliseconds{6'400}, milliseconds{1});
  bounds.depth = 3;
  bounds.cuts = 1;
  ExploreCounts last;
  explore(scenario, bounds, [&](const ExploreCounts& counts) {
    EXPECT_GE(counts.states, last.states);
    EXPECT_GE(counts.pruned, last.pruned);
    EXPECT_GE(counts.faults, last.faults);
    last = counts;
    return counts.states < 5'000;
  });
  EXPECT_GT(last.states, 1'000U);
}

// Who has choices of his own does not go by himself.
TEST(Explore, RefusesChoices) {
  Scenario scenario = two_sentinels("7s");
  scenario.schedule.choices.push_back({.happening = 1'000, .take = 1});
  EXPECT_THROW(explore(scenario, bounds_for(scenario, milliseconds{5'000}, milliseconds{6'000}, milliseconds{1})),
               sim::BadInput);
}

// The end is late enough for what must hold in the end if all time-outs are over by then.
TEST(Explore, EndsQuietly) {
  const Scenario scenario = two_sentinels("100s");  // 3 x 3 s + 3 x 1 s + 40 s
  EXPECT_TRUE(ends_quietly(scenario, SimTime{milliseconds{48'000}}));
  EXPECT_FALSE(ends_quietly(scenario, SimTime{milliseconds{48'001}}));
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
  EXPECT_EQ(violation_of(exploration.counterexample->broken.front()).expected, "invariant epochs-never-go-back");
  bounds.crashes = 0;
  EXPECT_EQ(explore(scenario, bounds).verdict, Verdict::kNone);
}

// What breaks by itself is told without a crash, also where one may come.
TEST(Explore, NeedlessCrashesAreLeftOut) {
  Scenario scenario = sim::read_scenario(kFolder / "forgetful_sentinel.json");
  sim::Step crash;
  crash.when = SimTime{milliseconds{8'000}};
  crash.action = sim::CrashStep{{*scenario.find_node("S3")}};
  scenario.steps.push_back(crash);
  ExploreBounds bounds = of_forgetful(scenario);
  bounds.to = SimTime{milliseconds{5'100}};
  bounds.nodes = {*scenario.find_node("R3")};
  const Exploration exploration = explore(scenario, bounds);
  ASSERT_TRUE(exploration.counterexample);
  EXPECT_EQ(violation_of(exploration.counterexample->broken.front()).expected, "invariant epochs-never-go-back");
  EXPECT_TRUE(exploration.counterexample->deviations.empty());
}

// S2 has the newer configuration epoch from the first hello of S1 on, and does not save it, as the address is the same.
// If it dies before that hello, and comes back with what it saved, nothing is lost; if it dies just after it, the epoch
// goes back, though the worlds do not differ any more when all have noticed its death.
TEST(Explore, WhatWasSeenTellsStatesApart) {
  const std::string one(40, '1');
  const std::string two(40, '2');
  const auto sentinel = [](const std::string& port, const std::string& id, const std::string& epoch,
                           const std::string& peer) {
    return R"({"address": "127.0.0.1:)" + port + R"(", "conf": ["sentinel myid )" + id +
           R"(", "sentinel monitor m 127.0.0.1 7000 2", "sentinel config-epoch m )" + epoch +
           R"(", "sentinel leader-epoch m 5", "sentinel known-sentinel m 127.0.0.1 )" + peer +
           R"(", "sentinel current-epoch 5"]})";
  };
  const Scenario scenario = sim::parse_scenario(
      R"({"about": "test", "network": {"latency": {"min": "1ms", "median": "1ms", "p90": "1ms", "p99": "1ms",
          "max": "1ms"}}, "disk": {"flush": {"min": "4ms", "median": "4ms", "p90": "4ms", "p99": "4ms", "max": "4ms"}},
          "nodes": {"R1": {"address": "127.0.0.1:7000"}, "S1": )" +
          sentinel("5001", one, "5", "5002 " + two) + R"(, "S2": )" + sentinel("5002", two, "0", "5001 " + one) +
          R"(}, "steps": [{"at": "9s", "do": "start", "node": "S2"}], "until": "10s"})",
      "test.json");
  const sim::NodeId forgetful = *scenario.find_node("S2");
  ExploreBounds bounds = bounds_for(scenario, milliseconds{0}, milliseconds{1}, milliseconds{1});
  sim::Run run{std::make_shared<const Scenario>(on_grid(scenario, bounds)), 1};
  sim::Scratch scratch;
  while (run.sentinel(forgetful) == nullptr || run.sentinel(forgetful)->masters().front().config_epoch.value == 0) {
    ASSERT_LT(run.now(), SimTime{milliseconds{9'000}});
    run.step(scratch);
  }
  bounds.from = run.now() - milliseconds{2};
  bounds.to = run.now() + milliseconds{10};
  bounds.depth = 0;
  bounds.crashes = 1;
  bounds.nodes = {forgetful};
  EXPECT_THAT(explore(scenario, bounds).broken, ElementsAre("invariant config-epoch-never-goes-back"));
}

// What follows from what else a run breaks is known, too.
TEST(Explore, ConsequencesAreKnown) {
  const Scenario scenario = sim::read_scenario(kFolder / "three_sentinels.json");
  const ExploreBounds bounds = bounds_for(scenario, milliseconds{5'000}, milliseconds{9'000}, milliseconds{1});
  Exploration exploration{.verdict = Verdict::kViolated};
  exploration.counterexample =
      Counterexample{.broken = {{.invariant = sim::Invariant::kOneNameInTheEnd, .what = "two"}},
                     .breaks = {{.invariant = sim::Invariant::kOneNameInTheEnd, .what = "two"},
                                {.invariant = sim::Invariant::kOnePromotionPerConfigEpoch, .what = "two"}}};
  EXPECT_THAT(exploration_text(scenario, bounds, exploration, 1), HasSubstr("known from redis/redis pulls 2230, 2370"));
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
            text_of(violation_of(exploration.counterexample->broken.front())));
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
            text_of(violation_of(exploration.counterexample->broken.front())));
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

// What must hold in the end is judged too early only if it is asked for by name, and it is said that it is not judged.
TEST(ExploreCommand, LeavesOutWhatIsAboutTheEnd) {
  const std::string explore = "explore scenarios/explore/three_sentinels.json --to 5100ms --depth 0 ";
  const std::string judged = "one-name-in-the-end\nstates";
  const std::string left_out = "\nleft out    one-name-in-the-end: the run ends less than 52s after 5100ms";
  EXPECT_THAT(run_program(explore).output, AllOf(HasSubstr(left_out), Not(HasSubstr(judged))));
  EXPECT_THAT(run_program(explore + "--invariant one-name-in-the-end").output,
              AllOf(HasSubstr(judged), Not(HasSubstr(left_out))));
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
