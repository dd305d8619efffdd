// Steps of a file that stand for several: repeated ones, and those that are taken back.
#include "sim/reader/step_repetition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sim/reader/scenario_reader.h"
#include "tests/sim/reader/error_of.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;

std::string text_of(const std::string& steps) {
  return R"({"about": "x", "cluster": {"quorum": 2}, "until": "60s", "network": {"latency": "3ms"}, "steps": [)" +
         steps + "]}";
}

std::vector<Step> steps_of(const std::string& steps) { return parse_scenario(text_of(steps), "x.json").steps; }

// When which action happens: its place in the variant.
std::vector<std::pair<Micros, std::size_t>> times_of(const std::vector<Step>& steps) {
  std::vector<std::pair<Micros, std::size_t>> times;
  for (const Step& step : steps) {
    times.emplace_back(std::get<SimTime>(step.when).time_since_epoch(), step.action.index());
  }
  return times;
}

const std::size_t kPause = Action{PauseStep{}}.index();
const std::size_t kResume = Action{ResumeStep{}}.index();
const std::size_t kCrash = Action{CrashStep{}}.index();

// Without `times` a step is repeated until the end of the run; what would take it back after that is left out.
TEST(StepRepetition, GoesOnUntilTheEnd) {
  EXPECT_THAT(times_of(steps_of(R"({"at": "20s", "do": "pause", "node": "R1", "every": "20s", "for": "5s"},
                                   {"at": "1s", "do": "crash", "node": "S1"})")),
              ElementsAre(Pair(20s, kPause), Pair(25s, kResume), Pair(40s, kPause), Pair(45s, kResume),
                          Pair(60s, kPause), Pair(1s, kCrash)));
}

// `times` counts the first one, too.
TEST(StepRepetition, HappensSoManyTimes) {
  EXPECT_THAT(times_of(steps_of(R"({"at": "20s", "do": "crash", "node": "R1", "every": "5s", "times": 3})")),
              ElementsAre(Pair(20s, kCrash), Pair(25s, kCrash), Pair(30s, kCrash)));
}

// What takes a step back happens to the same nodes, also when an event caused it; each says where in the file it is.
TEST(StepRepetition, TakesBack) {
  const std::vector<Step> steps = steps_of(R"(
      {"at": "1s", "do": "crash", "node": "S1"},
      {"on": "+odown", "after": "1s", "do": "partition", "between": [["R1"], ["$sentinel"]], "for": "2s"},
      {"at": "1s", "do": "latency", "latency": "50ms", "between": [["R1"], ["R2"]], "for": "2s"},
      {"at": "1s", "do": "hold", "messages": ["vote", "ping"], "from": ["S1"], "for": "2s"})");
  ASSERT_EQ(steps.size(), 7U);
  EXPECT_EQ(std::get<Trigger>(steps[2].when).after, Micros{3s});
  EXPECT_EQ(std::get<HealStep>(steps[2].action).groups, std::get<PartitionStep>(steps[1].action).groups);
  EXPECT_EQ(steps[2].ends, 1U);
  EXPECT_EQ(std::get<LatencyStep>(steps[4].action).latency, std::nullopt);
  EXPECT_EQ(std::get<LatencyStep>(steps[4].action).groups, std::get<LatencyStep>(steps[3].action).groups);
  EXPECT_EQ(std::get<ReleaseStep>(steps[6].action).messages, std::get<HoldStep>(steps[5].action).messages);
  EXPECT_EQ(std::vector({steps[1].in_file, steps[2].in_file, steps[6].in_file}), (std::vector{1U, 1U, 3U}));
}

// Each repetition is late by a part of the jitter that the run's seed draws, and what takes it back by the same.
TEST(StepRepetition, ComesAtRandomMoments) {
  const Scenario scenario = parse_scenario(
      text_of(R"({"at": "10s", "do": "pause", "node": "R1", "every": "10s", "for": "2s", "jitter": "5s"})"), "x.json");
  std::set<Micros> moments;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    for (std::uint32_t i = 0; i + 1 < scenario.steps.size(); i += 2) {
      const SimTime begin = scenario.time_of(i, seed);
      const Micros late = begin - std::get<SimTime>(scenario.steps[i].when);
      EXPECT_GE(late, 0s);
      EXPECT_LE(late, 5s);
      EXPECT_EQ(scenario.time_of(i + 1, seed), begin + 2s);
      EXPECT_EQ(scenario.time_of(i, seed), begin);
      moments.insert(late);
    }
  }
  EXPECT_EQ(moments.size(), 100U);
  EXPECT_EQ(error_of(text_of(R"({"on": "+odown", "do": "crash", "node": "R1", "jitter": "5s"})")),
            "x.json:1: /steps/0/jitter: belongs to a step that has 'at'");
  EXPECT_EQ(
      error_of(text_of(R"({"at": "1s", "do": "pause", "node": "R1", "every": "9s", "for": "5s", "jitter": "4s"})")),
      "x.json:1: /steps/0/for: expected less than 'every', 9s, together with 'jitter'");
}

// Their number is bounded, whatever stands in the file.
TEST(StepRepetition, IsBounded) {
  EXPECT_EQ(steps_of(R"({"at": "0s", "do": "crash", "node": "R1", "every": "1us", "times": 100000})").size(), 100'000U);
  EXPECT_EQ(error_of(text_of(R"({"at": "0s", "do": "crash", "node": "R1", "every": "1us"})")),
            "x.json:1: /steps/0: with this step and its repetitions there are more than 100000 steps");
}

}  // namespace
}  // namespace sentinel::sim
