// Whether `explain` names the true cause, where it is read first.
#include "analysis/explain/explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>
#include <string>

#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::Contains;
using testing::Field;
using testing::HasSubstr;

const std::string kRoot = SENTINEL_SIM_SOURCE_DIR;

struct Explained {
  Explained(const std::string& scenario, std::uint64_t seed)
      : Explained(sim::read_scenario(kRoot + "/scenarios/" + scenario + ".json"), seed) {}
  Explained(const sim::Scenario& scenario, std::uint64_t seed)
      : replay{std::make_shared<const sim::Scenario>(scenario), seed} {}
  std::string text(bool all = false) const { return explanation_text(causes, explanation, {.all = all}); }

  sim::Replay replay;
  CauseFinder causes{replay};
  Explanation explanation = explain(causes);
};

// The first lines, as one line with single spaces.
std::string first_lines(const std::string& text, int count) {
  std::istringstream lines{text};
  std::string all;
  std::string line;
  for (int i = 0; i < count && std::getline(lines, line); ++i) {
    std::istringstream words{line};
    for (std::string word; words >> word;) all += (all.empty() ? "" : " ") + word;
  }
  return all;
}

class ExplainedCases : public testing::TestWithParam<json> {};

json cases() {
  std::ifstream in{kRoot + "/tests/data/explanations.json"};
  return json::parse(in);
}

// Each of the failures that users ask about is explained within the first five lines, for several seeds.
TEST_P(ExplainedCases, NamesTheCauseInFiveLines) {
  for (const std::uint64_t seed : GetParam()["seeds"].get<std::vector<std::uint64_t>>()) {
    const Explained run{GetParam()["scenario"], seed};
    const std::string begin = first_lines(run.text(), 5);
    for (const std::string phrase : GetParam()["says"]) EXPECT_THAT(begin, HasSubstr(phrase)) << "seed " << seed;
  }
}

std::string test_name(const testing::TestParamInfo<json>& info) {
  std::string name = info.param["case"];
  for (const char c : info.param["scenario"].get<std::string>())
    name += std::isalnum(static_cast<unsigned char>(c)) != 0 ? c : '_';
  return name;
}

INSTANTIATE_TEST_SUITE_P(Users, ExplainedCases, testing::ValuesIn(cases().get<std::vector<json>>()), test_name);

// The ten cases that were asked for are all there.
TEST(Explanations, CoverTheCases) {
  std::set<std::string> covered;
  for (const json& each : cases()) covered.insert(each["case"].get<std::string>());
  EXPECT_EQ((std::set<std::string>{"C1", "C3", "C5", "C6", "C7", "C16", "C17", "C27", "C31", "C35"}), covered);
}

// How long the path waits for what contains `words`.
sim::Micros waited(const CriticalPath& path, const std::string& words) {
  sim::Micros sum{0};
  for (const Segment& segment : path.segments) {
    if (segment.wait.find(words) != std::string::npos) sum += segment.took();
  }
  return sum;
}

// redis issue 12520: where the two last seconds go. From the promotion to the first +switch-master the time is that of
// INFO and hello; from there to the last one that of INFO.
TEST(Explanations, BlameInfoAndHello) {
  for (const std::uint64_t seed : {1U, 2U, 3U}) {
    const Explained run{"failover/master_down", seed};
    ASSERT_EQ(2U, run.explanation.paths.size());
    const CriticalPath& first = run.explanation.paths.front();
    const CriticalPath& last = run.explanation.paths.back();
    const sim::Micros polling = waited(first, "INFO again (period 1 s)");
    EXPECT_GT(polling, std::chrono::milliseconds{500}) << run.text();
    EXPECT_GT(waited(first, "next hello"), sim::Micros{0}) << run.text();
    EXPECT_GE(polling * 10, first.took(Stage::kPromotion) * 7) << "the rest are ticks";
    EXPECT_GT(waited(last, "INFO again (period 1 s)") - polling, std::chrono::milliseconds{500}) << run.text();
  }
}

// What two paths share is told once, and no line is longer than a terminal of 80 columns.
TEST(Explanations, FitATerminal) {
  const Explained run{"failover/master_down", 3};
  for (const bool all : {false, true}) {
    std::istringstream lines{run.text(all)};
    for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U) << line;
  }
  EXPECT_THAT(run.text(), HasSubstr("as above, until"));
  EXPECT_GT(run.text(true).size(), run.text().size());
}

// Where all goes well nothing was missing.
TEST(Explanations, FindNothingWrong) {
  EXPECT_TRUE((Explained{"failover/master_down", 3}.explanation.findings.empty()));
}

// The finding of this kind, if there is one.
const Finding* find(const Explained& run, Finding::Kind kind) {
  const auto found = std::ranges::find(run.explanation.findings, kind, &Finding::kind);
  return found == run.explanation.findings.end() ? nullptr : &*found;
}

// Sentinels that name different masters in the end: for ever if their configuration epochs are equal.
TEST(Explanations, TellWhoDidNotSwitch) {
  const Explained run{"cases/two_leaders_in_one_epoch", 1};
  const Finding* const apart = find(run, Finding::Kind::kNotSwitched);
  ASSERT_NE(apart, nullptr) << run.text();
  EXPECT_THAT(apart->details, Contains(HasSubstr("an equal epoch never changes anything")));
  const Explained cut_off{"cases/majority_side_fails_over", 1};
  const Finding* const behind = find(cut_off, Finding::Kind::kNotSwitched);
  ASSERT_NE(behind, nullptr) << cut_off.text();
  EXPECT_THAT(behind->details, Contains(HasSubstr("last hello came")));
}

// An old master that goes on being one, and what keeps the sentinel from converting it.
TEST(Explanations, TellWhoIsNotConverted) {
  const Explained run{"cases/two_manual_failovers_at_once", 1};
  const Finding* const stays = find(run, Finding::Kind::kNotConverted);
  ASSERT_NE(stays, nullptr) << run.text();
  EXPECT_THAT(stays->what, HasSubstr("does not make it a replica of"));
}

// Three sentinels that hold their master for down after 1 s, and what is done to them.
sim::Scenario scenario_of(const std::string& steps,
                          const std::string& cluster = R"("replicas": 2, "sentinels": 3, "quorum": 2)") {
  return sim::parse_scenario(R"({"about": "x", "cluster": {"down-after-milliseconds": 1000,
      "failover-timeout": 4000, )" +
                                 cluster + R"(}, "steps": [)" + steps + R"(], "until": "40s"})",
                             "x.json");
}

// What cannot hurt is no cause, however near it is: a fast network, or a disk of a process that is dead.
TEST(Explanations, BlameNoBystander) {
  for (const std::string bystander :
       {R"({"at": "10500ms", "do": "latency", "between": ["S1", "R3"], "latency": "1ms"})",
        R"({"at": "10200ms", "do": "disk", "node": "R1", "fails": true})",
        R"({"at": "10200ms", "do": "partition", "between": [["R1"], ["S1", "S2", "S3"]]})"}) {
    const Explained run{scenario_of(R"({"at": "10s", "do": "crash", "node": "R1"}, )" + bystander), 1};
    ASSERT_FALSE(run.explanation.paths.empty()) << run.text();
    EXPECT_EQ("R1 is killed", run.causes.text(run.explanation.paths.front().origin)) << bystander;
  }
}

// A leader dies, and only that is its end.
TEST(Explanations, TellWhenTheLeaderDied) {
  const Explained run{scenario_of(R"({"at": "10s", "do": "crash", "node": "R1"},
      {"on": "+failover-state-wait-promotion", "do": "crash", "node": "$sentinel"},
      {"at": "14s", "do": "latency", "latency": "200ms"})"),
                      1};
  const Finding* const lost = find(run, Finding::Kind::kLeaderLost);
  ASSERT_NE(lost, nullptr) << run.text();
  EXPECT_LT(lost->at, sim::SimTime{std::chrono::seconds{12}});
}

// From R1 to R2, back, and to R2 again: three failovers.
TEST(Explanations, TellFailoversApart) {
  const Explained run{
      scenario_of(R"({"at": "5s", "do": "crash", "node": "R1"}, {"at": "7s", "do": "start", "node": "R1"},
      {"at": "18s", "do": "crash", "node": "R2"}, {"at": "20s", "do": "start", "node": "R2"},
      {"at": "32s", "do": "crash", "node": "R1"})",
                  R"("replicas": 1, "sentinels": 3, "quorum": 2)"),
      1};
  EXPECT_EQ(3U, run.explanation.outcomes.size()) << run.text();
}

// A path reaches back to the fault over a try that had to wait, and over what an operator did.
TEST(Explanations, GoBackToTheFault) {
  const Explained waited{"clients/leader_dies_promoting", 1};
  ASSERT_FALSE(waited.explanation.paths.empty());
  EXPECT_EQ("R1 is killed", waited.causes.text(waited.explanation.paths.front().origin)) << waited.text();
  const Explained by_hand{"cases/failover_by_hand", 1};
  ASSERT_FALSE(by_hand.explanation.paths.empty());
  EXPECT_THAT(by_hand.causes.text(by_hand.explanation.paths.front().origin), HasSubstr("is told REPLICAOF"));
}

// What began before time 0 has a time, too.
TEST(Explanations, GoBackBehindTheBeginning) {
  EXPECT_THAT((Explained{"cases/overlapping_names_fight", 1}.text()), HasSubstr("  -2"));
}

// Why nobody noticed: it was loading, it was back in time, it was not even asked.
TEST(Explanations, TellWhatWasAnswered) {
  EXPECT_THAT((Explained{"clients/loading_master", 1}.text()), HasSubstr("-LOADING is an"));
  EXPECT_THAT((Explained{"clients/empty_restart", 1}.text()), HasSubstr("it answers PING at 22."));
}

// Another sentinel may have a down-after of its own.
TEST(Explanations, TellWhoIsSlowerToNotice) {
  EXPECT_THAT(first_lines(Explained{"cases/set_on_one_sentinel", 1}.text(), 9),
              HasSubstr("S2 says no: it does not hold it for down before its own down-after (30s) is over"));
}

// A vote that did not arrive is no vote.
TEST(Explanations, CountVotesThatArrived) {
  const Explained run{scenario_of(R"({"at": "10s", "do": "crash", "nodes": ["R1", "S3"]},
      {"on": "S1 +odown", "do": "partition", "between": ["S2", "S1"], "one-way": true})"),
                      1};
  const Finding* const lost = find(run, Finding::Kind::kNotElected);
  ASSERT_NE(lost, nullptr) << run.text();
  EXPECT_THAT(lost->what, HasSubstr(": 1 vote of 2 needed"));
  EXPECT_THAT(lost->details, Contains("1 vote for it did not arrive"));
}

// Whoever counts otherwise is not likewise.
TEST(Explanations, TellDifferentCountsApart) {
  const Explained run{scenario_of(R"({"at": "9s", "do": "partition", "between": [["S1"], ["S2", "S3", "S4"]]},
      {"at": "10s", "do": "crash", "node": "R1"})",
                                  R"("replicas": 2, "sentinels": 4, "quorum": 4)"),
                      1};
  EXPECT_EQ(2, std::ranges::count(run.explanation.findings, Finding::Kind::kNotAgreed, &Finding::kind)) << run.text();
}

// Nobody can notice anything where no sentinel runs.
TEST(Explanations, TellWhyNobodyNoticed) {
  const Explained run{scenario_of(R"({"at": "9s", "do": "crash", "nodes": ["S1", "S2", "S3"]},
      {"at": "10s", "do": "crash", "node": "R1"})"),
                      1};
  const Finding* const nothing = find(run, Finding::Kind::kNotNoticed);
  ASSERT_NE(nothing, nullptr) << run.text();
  EXPECT_THAT(nothing->what, HasSubstr("none runs"));
}

// The JSON has the same: times in µs, which add up.
TEST(Explanations, AreJsonToo) {
  const Explained run{"failover/master_down", 3};
  const auto answer = explanation_json(run.causes, run.explanation);
  ASSERT_EQ(2U, answer["paths"].size());
  const auto& path = answer["paths"][0];
  std::int64_t sum = 0;
  for (const auto& segment : path["segments"]) sum += segment["took"].get<std::int64_t>();
  EXPECT_EQ(path["took"].get<std::int64_t>(), sum);
  EXPECT_EQ("R1 is killed", path["origin"]["text"]);
  EXPECT_EQ(10'000'000, path["origin"]["t"]);
}

}  // namespace
}  // namespace sentinel::analysis
