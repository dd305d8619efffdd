// Advice from sweeps that were made by hand.
#include "analysis/sweep/advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/sweep/sweep_summary.h"
#include "sim/bad_input.h"
#include "sim/reader/scenario_reader.h"
#include "tests/support/shell.h"

namespace sentinel::analysis {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

constexpr double kSecond = 1e6;  // µs
constexpr double kMonth = 30 * 86'400;

MeasureSummary& measure_of(SweepCell& cell, std::string_view name) {
  return cell.measures[static_cast<std::size_t>(find_measure(name) - measures().data())];
}

// A cell in which every quantile of a duration is the same.
SweepCell cell(const std::string& down_after, double failover, double false_a_month, std::uint64_t missing = 0) {
  SweepCell made;
  made.settings = {down_after};
  made.runs = 1'000;
  made.measures.resize(measures().size());
  const auto time = [&](std::string_view name, double at) {
    MeasureSummary& summary = measure_of(made, name);
    summary.runs = 1'000 - missing;
    summary.quantiles.assign(kSweepQuantiles.size(),
                             {.value = at, .low = at - kSecond / 10, .high = at + kSecond / 10});
    summary.needed_quantiles = summary.quantiles;
  };
  time("time-to-failover", failover);
  time("time-to-detection", failover / 2);
  measure_of(made, "false-failovers").figure = {
      .value = false_a_month / kMonth, .low = false_a_month / 2 / kMonth, .high = false_a_month * 2 / kMonth};
  MeasureSummary& success = measure_of(made, "success");
  success.runs = 1'000;
  success.figure = share(1'000 - missing, 1'000);
  measure_of(made, "lost-writes").runs = 1'000;
  return made;
}

SweepResult sweep(std::vector<SweepCell> cells) {
  SweepResult result;
  result.axes = {{.name = "down-after-milliseconds", .values = {}}};
  result.cells = std::move(cells);
  return result;
}

sim::Scenario scenario_of(std::size_t /*cell*/) {
  return sim::parse_scenario(
      R"({"about": "test", "cluster": {"replicas": 1, "sentinels": 3, "quorum": 2, "down-after-milliseconds": 5000}, "until": "1m"})",
      "x.json");
}

std::string error(const std::string& requirements) {
  try {
    parse_requirements(requirements);
  } catch (const sim::BadInput& bad) {
    return bad.what();
  }
  return "";
}

// All units: times, shares, rates by any period, numbers.
TEST(Requirements, AreRead) {
  const auto read = parse_requirements(
      "p99 time-to-failover <= 10s,false-failovers <= 1/month, success >= 99.9%, median lost-writes <= 3");
  ASSERT_EQ(read.size(), 4U);
  EXPECT_EQ(measures()[read[0].measure].name, "time-to-failover");
  EXPECT_EQ(kSweepQuantiles[*read[0].quantile], 0.99);
  EXPECT_EQ(read[0].bound, 10 * kSecond);
  EXPECT_TRUE(read[0].at_most);
  EXPECT_DOUBLE_EQ(read[1].bound, 1 / kMonth);
  EXPECT_EQ(read[1].text, "false-failovers <= 1/month");
  EXPECT_DOUBLE_EQ(read[2].bound, 0.999);
  EXPECT_FALSE(read[2].at_most);
  EXPECT_EQ(read[3].bound, 3);
}

// What is wrong is told with what would be right.
TEST(Requirements, ThatAreWrongSayWhatWouldBeRight) {
  EXPECT_THAT(error(""), HasSubstr("expected such as 'p99 time-to-failover <= 10s'"));
  EXPECT_THAT(error("p99 time-to-failover < 10s"), HasSubstr("expected such as"));
  EXPECT_THAT(error("p99 time-to-failver <= 10s"), HasSubstr("did you mean 'time-to-failover'?"));
  EXPECT_THAT(error("time-to-failover <= 10s"), HasSubstr("say of which quantile, such as 'p99 time-to-failover'"));
  EXPECT_THAT(error("p98 time-to-failover <= 10s"), HasSubstr("p99, p99.9, or median"));
  EXPECT_THAT(error("p99 time-to-failover <= 10"), HasSubstr("10"));
  EXPECT_THAT(error("p99 success >= 99%"), HasSubstr("has no quantiles: leave p99 out"));
  EXPECT_THAT(error("success >= 1.5"), HasSubstr("a share such as 99.9%"));
  EXPECT_THAT(error("false-failovers <= 1/mnth"), HasSubstr("did you mean 'month'?"));
  EXPECT_THAT(error("false-failovers <= few/month"), HasSubstr("a rate such as 1/month, not 'few'"));
}

Verdict verdict(const std::string& requirement, const SweepCell& of) {
  return judge(parse_requirements(requirement).front(), of).verdict;
}

// The unfavourable end of the interval decides; a bound within it is inconclusive.
TEST(Judgements, TakeTheUnfavourableEnd) {
  const SweepCell of = cell("5000", 8 * kSecond, 1);
  EXPECT_EQ(verdict("p99 time-to-failover <= 9s", of), Verdict::kMet);
  EXPECT_EQ(verdict("p99 time-to-failover <= 8s", of), Verdict::kInconclusive);
  EXPECT_EQ(verdict("p99 time-to-failover <= 7s", of), Verdict::kNotMet);
  EXPECT_EQ(verdict("false-failovers <= 2/month", of), Verdict::kMet);
  EXPECT_EQ(verdict("false-failovers <= 1/month", of), Verdict::kInconclusive);
  EXPECT_EQ(verdict("false-failovers <= 1/year", of), Verdict::kNotMet);
  EXPECT_EQ(verdict("false-failovers >= 1/year", of), Verdict::kMet);
  EXPECT_EQ(verdict("success >= 99%", of), Verdict::kMet);
  EXPECT_EQ(verdict("success >= 99.9%", of), Verdict::kInconclusive);  // 1000 runs do not show that much
}

// A cell of runs with such times to failover, in seconds, and further ones in which it never came.
SweepCell cell_of(const std::vector<double>& seconds, std::size_t missing) {
  SweepBlock block;
  for (std::size_t i = 0; i < seconds.size() + missing; ++i) {
    RunMeasures run{.needed = 1};
    if (i < seconds.size()) {
      run.done = 1;
      run.time_to_failover = sim::Micros{std::llround(seconds[i] * kSecond)};
    }
    block.runs.push_back(figures_of(run));
  }
  return summary_of(std::vector<std::optional<SweepBlock>>{block});
}

double estimate(const std::string& requirement, const SweepCell& of) {
  return judge(parse_requirements(requirement).front(), of).estimate.value;
}

// Missing failovers do not turn a quantile into the next one that is listed: the median is that of all.
TEST(Judgements, AreOfTheQuantileThatIsRequired) {
  std::vector<double> seconds;
  for (int i = 1; i <= 999; ++i) seconds.push_back(i * 0.01);
  const SweepCell of = cell_of(seconds, 1);
  EXPECT_NEAR(estimate("median time-to-failover <= 6s", of), 5.005 * kSecond, 1);
  EXPECT_NEAR(estimate("p99 time-to-failover <= 6s", of), 9.9001 * kSecond, 1);
  EXPECT_EQ(verdict("median time-to-failover <= 6s", of), Verdict::kMet);
  EXPECT_EQ(verdict("p99 time-to-failover <= 10s", of), Verdict::kMet);
  EXPECT_EQ(verdict("p99.9 time-to-failover <= 10s", of), Verdict::kInconclusive);
  EXPECT_EQ(verdict("median time-to-failover <= 1h", cell_of({}, 50)), Verdict::kNotMet);
  EXPECT_EQ(verdict("p99 time-to-failover <= 1h", cell_of(seconds, 111)), Verdict::kNotMet);
}

// Of eleven runs, two of which never had their failover, the median is the sixth.
TEST(Judgements, CountMissingFailoversAsEndless) {
  const SweepCell of = cell_of({1, 2, 3, 4, 5, 6, 7, 8, 9}, 2);
  EXPECT_DOUBLE_EQ(estimate("median time-to-failover <= 9s", of), 6 * kSecond);
  EXPECT_TRUE(std::isinf(estimate("p95 time-to-failover <= 9s", of)));
}

// What another cell beats in one objective, and is not worse in any, is not on the front.
TEST(ParetoFront, HasWhatNothingBeats) {
  const std::vector<SweepCell> cells{cell("30000", 32 * kSecond, 0.1), cell("1000", 3 * kSecond, 50),
                                     cell("1500", 4 * kSecond, 60), cell("5000", 8 * kSecond, 1),
                                     cell("4000", 8 * kSecond, 1, 20)};
  EXPECT_THAT(pareto_front(cells), ElementsAre(1, 3, 0));
  SweepCell blind = cell("1", 1, 0);
  measure_of(blind, "time-to-detection").runs = 0;
  EXPECT_FALSE(objectives(blind));
  EXPECT_THAT(pareto_text(sweep(cells)),
              HasSubstr("        4 s          1/month            0     0 %  down-after-milliseconds=5000\n"));
  EXPECT_EQ(pareto_json(sweep(cells))[0]["settings"]["down-after-milliseconds"], 1'000);
}

// Cells that meet all come as configuration, the best first, with the evidence beside.
TEST(Advice, IsReadyToUse) {
  const auto requirements = parse_requirements("p99 time-to-failover <= 10s, false-failovers <= 3/month");
  const SweepResult result =
      sweep({cell("30000", 32 * kSecond, 0.1), cell("5000", 8 * kSecond, 1), cell("3000", 6 * kSecond, 2)});
  EXPECT_EQ(advice_text(result, requirements, scenario_of),
            "1 of 3 cells meet all requirements, 1 might: more seeds would tell.\n"
            "\n"
            "# down-after-milliseconds=5000 (1000 runs)\n"
            "# p99 time-to-failover <= 10s: 8 s (7.9 s .. 8.1 s)\n"
            "# false-failovers <= 3/month: 1/month (0.5/month .. 2/month)\n"
            "sentinel monitor mymaster 127.0.0.1 7000 2\n"
            "sentinel down-after-milliseconds mymaster 5000\n"
            "sentinel failover-timeout mymaster 180000\n"
            "sentinel parallel-syncs mymaster 1\n");
  const auto json = advice_json(result, requirements, scenario_of);
  EXPECT_EQ(json["cells"][0]["verdict"], "inconclusive");
  EXPECT_EQ(json["cells"][1]["verdict"], "met");
  EXPECT_EQ(json["cells"][1]["conf"][1], "sentinel down-after-milliseconds mymaster 5000");
  EXPECT_EQ(json["cells"][2]["requirements"][0]["verdict"], "not-met");
}

// What was varied, but is no line of a sentinel.conf, stands beside it: the lines alone would not do.
TEST(Advice, TellsSettingsThatAreNoLines) {
  SweepCell of = cell("5000", 8 * kSecond, 1);
  of.settings = {"5000", "3", "\"10s\""};
  SweepResult result = sweep({of});
  result.axes.push_back({.name = "sentinels", .values = {}});
  result.axes.push_back({.name = "/steps/0/at", .values = {}});
  const auto requirements = parse_requirements("p99 time-to-failover <= 10s");
  EXPECT_THAT(advice_text(result, requirements, scenario_of),
              EndsWith("sentinel parallel-syncs mymaster 1\n"
                       "# these lines do not say: sentinels=3\n"
                       "# these lines do not say: /steps/0/at=\"10s\"\n"));
  const auto json = advice_json(result, requirements, scenario_of);
  ASSERT_EQ(json["cells"][0]["conf"].size(), 6U);
  EXPECT_EQ(json["cells"][0]["conf"][4], "# these lines do not say: sentinels=3");
}

// If nothing does, it is told how near they come.
TEST(Advice, TellsTheNearest) {
  const auto requirements = parse_requirements("p99 time-to-failover <= 1s, false-failovers <= 1/year");
  const std::string text =
      advice_text(sweep({cell("30000", 32 * kSecond, 0.1), cell("1000", 3 * kSecond, 50)}), requirements, scenario_of);
  EXPECT_THAT(
      text,
      AllOf(StartsWith("0 of 2 cells meet all requirements.\n\nThe nearest to each:\n# down-after-milliseconds=1000\n"),
            HasSubstr("#   p99 time-to-failover <= 1s: 3 s (2.9 s .. 3.1 s), not-met\n"),
            Not(HasSubstr("sentinel monitor"))));
}

// As a program: from the runs to the lines. With --format json the advice is the only value on stdout.
TEST(SweepCommand, GivesAdvice) {
  const std::string arguments =
      "sweep scenarios/failover/master_down.json --vary down-after-milliseconds=1000,2000 --seeds 8 --pareto --require "
      "'median time-to-failover <= 3s, success >= 50%' ";
  const auto text = test::run_program(arguments + "2>/dev/null");
  EXPECT_EQ(text.status, 0);
  EXPECT_THAT(
      text.output,
      AllOf(HasSubstr("\n1 of 2 cells meet all requirements.\n\n# down-after-milliseconds=1000 (8 runs)\n"),
            HasSubstr("sentinel down-after-milliseconds mymaster 1000\n"), HasSubstr("  detection  false failovers")));
  const auto json = nlohmann::json::parse(test::run_program(arguments + "--format json 2>/dev/null").output);
  EXPECT_EQ(json["pareto"].size(), 1U);
  EXPECT_EQ(json["advice"]["cells"][0]["verdict"], "met");
  const auto bad =
      test::run_program("sweep scenarios/failover/master_down.json --vary quorum=1 --require 'succes >= 1%' 2>&1");
  EXPECT_EQ(bad.status, 2);
  EXPECT_THAT(bad.output, HasSubstr("did you mean 'success'?"));
}

}  // namespace
}  // namespace sentinel::analysis
