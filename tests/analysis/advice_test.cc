// Advice from sweeps that were made by hand.
#include "analysis/advice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/bad_input.h"
#include "sim/reader/scenario_reader.h"
#include "tests/support/shell.h"

namespace sentinel::analysis {
namespace {

using testing::AllOf;
using testing::ElementsAre;
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
  SweepCell made{.settings = {down_after}, .runs = 1'000, .observed = 1e6, .measures = {}};
  made.measures.resize(measures().size());
  const auto time = [&](std::string_view name, double at) {
    MeasureSummary& summary = measure_of(made, name);
    summary.runs = 1'000 - missing;
    summary.quantiles.assign(kSweepQuantiles.size(),
                             {.value = at, .low = at - kSecond / 10, .high = at + kSecond / 10});
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
  return {.scenario = "x.json",
          .seeds = 1'000,
          .axes = {{.name = "down-after-milliseconds", .values = {}}},
          .cells = std::move(cells)};
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

// Where failovers are missing, the quantile is that of all that were needed: a tenth of them took for ever.
TEST(Judgements, CountFailoversThatNeverCame) {
  const SweepCell of = cell("5000", 8 * kSecond, 1, 100);
  EXPECT_EQ(verdict("p99 time-to-failover <= 1h", of), Verdict::kNotMet);
  EXPECT_EQ(verdict("p75 time-to-failover <= 9s", of), Verdict::kMet);
  EXPECT_EQ(verdict("p75 time-to-failover <= 1s", of), Verdict::kNotMet);
  SweepCell none = cell("5000", 8 * kSecond, 1, 1'000);
  measure_of(none, "time-to-failover").quantiles.clear();
  EXPECT_EQ(verdict("median time-to-failover <= 1h", none), Verdict::kNotMet);
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
            "sentinel monitor mymaster 10.0.0.1 6379 2\n"
            "sentinel down-after-milliseconds mymaster 5000\n"
            "sentinel failover-timeout mymaster 180000\n"
            "sentinel parallel-syncs mymaster 1\n");
  const auto json = advice_json(result, requirements, scenario_of);
  EXPECT_EQ(json["cells"][0]["verdict"], "inconclusive");
  EXPECT_EQ(json["cells"][1]["verdict"], "met");
  EXPECT_EQ(json["cells"][1]["conf"][1], "sentinel down-after-milliseconds mymaster 5000");
  EXPECT_EQ(json["cells"][2]["requirements"][0]["verdict"], "not-met");
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
