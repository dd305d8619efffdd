// One file may extend another, and stand for several cases.
#include "sim/reader/scenario_source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/sim/reader/error_of.h"

namespace sentinel::sim {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

std::vector<std::string> case_names(const std::vector<Scenario>& cases) {
  std::vector<std::string> names;
  for (const Scenario& scenario : cases) names.push_back(scenario.case_name);
  return names;
}

int quorum_of(const Scenario& scenario) {
  return std::get<model::SentinelConfig>(scenario.node(scenario.find_node("S1").value()).config).masters.at(0).quorum;
}

// Files of one folder, which ends with the test.
class Family : public testing::Test {
 protected:
  Family() { std::filesystem::create_directories(folder_ / "below"); }
  ~Family() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream{folder_ / name} << text;
    return folder_ / name;
  }

  std::string error_in(const std::string& text) const {
    return sim::error_in(write("x.json", text)).substr((folder_ / "").string().size());
  }

 private:
  std::filesystem::path folder_ =
      std::filesystem::path{testing::TempDir()} / testing::UnitTest::GetInstance()->current_test_info()->name();
};

// What a scenario says wins over what it extends, object by object; lists are replaced, null takes a field away, and
// the file that is extended may lie below and extend another one.
TEST_F(Family, SharesATopology) {
  write("below/deep.json", R"({"about": "deep", "until": "9s", "cluster": {"quorum": 1, "replicas": 5}})");
  write("base.json",
        R"({"about": "base", "extends": "below/deep.json", "cluster": {"replicas": 1}, "disk": {"flush": "1s"},
                         "steps": [{"at": "1s", "do": "crash", "node": "R1"}, {"at": "2s", "do": "crash", "node": "S1"}]})");
  const Scenario scenario = read_scenario(write("top.json", R"({"about": "top", "extends": "base.json", "disk": null,
      "cluster": {"quorum": 3}, "steps": [{"at": "1s", "do": "crash", "node": "R2"}]})"));
  EXPECT_EQ(scenario.about, "top");
  EXPECT_EQ(quorum_of(scenario), 3);
  EXPECT_EQ(scenario.nodes.size(), 5U);
  EXPECT_EQ(scenario.until, SimTime{9s});
  EXPECT_EQ(scenario.steps.size(), 1U);
  EXPECT_EQ(scenario.disk.flush, DiskSpec{}.flush);
}

// Errors name the file and line in which the wrong value stands, whoever extends it.
TEST_F(Family, TellsWhereAnErrorStands) {
  write("base.json", "{\"about\": \"x\", \"until\": \"9s\",\n\"cluster\": {\"quorum\": 0}}");
  EXPECT_EQ(error_in(R"({"about": "x", "extends": "base.json"})"),
            "base.json:2: /cluster/quorum: expected a whole number from 1 to 2147483647, not '0'");
  EXPECT_EQ(error_in("{\"about\": \"x\", \"extends\": \"base.json\",\n\"cluster\": {\"quorum\": 1, \"replicas\": -1}}"),
            "x.json:2: /cluster/replicas: expected a whole number from 0 to 4096, not '-1'");
}

// A scenario tells its own story, reads nothing from elsewhere, and does not extend itself.
TEST_F(Family, HasLimits) {
  write("base.json", R"({"about": "x", "until": "9s", "cluster": {"quorum": 1}})");
  EXPECT_EQ(error_in(R"({"extends": "base.json"})"), "x.json:1: 'about' is missing: what the scenario shows, and why");
  EXPECT_EQ(
      error_in(R"({"about": "x", "extends": "../base.json"})"),
      "x.json:1: /extends: '../base.json' is no path below the folder of the scenario: expected one without '..'");
  EXPECT_EQ(error_in(R"({"about": "x", "extends": "x.json"})"),
            "x.json:1: /extends: more than 8 scenarios extend one another");
}

constexpr std::string_view kStart = R"({"about": "x", "until": "9s", "cluster": {"quorum": 1}, )";

std::vector<Scenario> cases_of(const std::string& rest) {
  return parse_scenarios(std::string{kStart} + rest + "}", "x.json");
}

std::string error_in_cases(const std::string& rest) { return error_of(std::string{kStart} + rest + "}"); }

// Each case is the whole file with what it says instead.
TEST(ScenarioSource, HasCases) {
  const auto cases = cases_of(R"("cases": {"few": {"cluster": {"quorum": 2}}, "other": {"until": "5s"}})");
  EXPECT_THAT(case_names(cases), ElementsAre("few", "other"));
  EXPECT_EQ(quorum_of(cases[0]), 2);
  EXPECT_EQ(cases[0].until, SimTime{9s});
  EXPECT_EQ(quorum_of(cases[1]), 1);
  EXPECT_EQ(cases[1].until, SimTime{5s});
}

// Values that vary make a case of each combination; names of fields and JSON pointers lead to them, also into lists
// and to what is not there.
TEST(ScenarioSource, Varies) {
  const auto cases = cases_of(R"("steps": [{"at": "1s", "do": "crash", "node": "R1"}],
      "vary": {"quorum": [2, 3], "/steps/0/at": ["2s", "3s"], "/network/latency/median": ["5ms"]})");
  EXPECT_THAT(case_names(cases), ElementsAre("quorum=2, at=2s, median=5ms", "quorum=2, at=3s, median=5ms",
                                             "quorum=3, at=2s, median=5ms", "quorum=3, at=3s, median=5ms"));
  EXPECT_EQ(quorum_of(cases[3]), 3);
  EXPECT_EQ(std::get<SimTime>(cases[3].steps.at(0).when), SimTime{3s});
  EXPECT_EQ(cases[3].network.latency.median, 5ms);
}

// A case may vary on its own.
TEST(ScenarioSource, VariesWithinACase) {
  const auto cases = cases_of(R"("cases": {"a": {"vary": {"quorum": [2, 3]}}, "b": {}})");
  EXPECT_THAT(case_names(cases), ElementsAre("a, quorum=2", "a, quorum=3", "b"));
}

// What is wrong with cases is told where it stands, and a value in the terms of its own place.
TEST(ScenarioSource, RefusesBadCases) {
  EXPECT_EQ(error_in_cases(R"("cases": {})"),
            "x.json:1: /cases: expected at least one case: its name, and what is different in it");
  EXPECT_EQ(error_in_cases(R"("cases": {"a": 1})"), "x.json:1: /cases/a: expected an object, not the number 1");
  EXPECT_EQ(error_in_cases(R"("cases": {"a": {"cases": {}}})"),
            "x.json:1: /cases/a/cases: belongs to the scenario, not to a case of it");
  EXPECT_EQ(error_in_cases(R"("vary": {"quorum": []})"),
            "x.json:1: /vary/quorum: expected the values that it has in turn, such as [1, 2, 3]");
  EXPECT_EQ(error_in_cases(R"("vary": {"quorum": [1, 1]})"), "x.json:1: two cases are called 'quorum=1'");
  EXPECT_EQ(error_in_cases(R"("vary": {"quorum": [1, 0]})"),
            "x.json:1: /vary/quorum/1: expected a whole number from 1 to 2147483647, not '0'");
  EXPECT_EQ(error_in_cases(R"("vary": {"/until/at": ["1s"]})"),
            "x.json:1: /vary/~1until~1at/0: there is nothing that could have 'at'");
  EXPECT_EQ(error_in_cases(R"("steps": [], "vary": {"/steps/0/at": ["1s"]})"),
            "x.json:1: /vary/~1steps~10~1at/0: the list has no item '0'");
  EXPECT_EQ(error_in_cases(R"("vary": {"/steps~": [1]})"),
            "x.json:1: /vary/~1steps~0: '/steps~' is no JSON pointer: expected such as '/steps/0/at'");
  std::string settings;
  for (int i = 0; i < 17; ++i) settings += (i == 0 ? "\"a" : ", \"a") + std::to_string(i) + "\": [1]";
  EXPECT_EQ(error_in_cases("\"vary\": {" + settings + "}"), "x.json:1: /vary: more than 16 settings");
  std::string deep;
  for (int i = 0; i < 65; ++i) deep += "/x";
  EXPECT_THAT(error_in_cases("\"vary\": {\"" + deep + "\": [1]}"), testing::HasSubstr("leads deeper than 64 levels"));
  EXPECT_THAT(error_in_cases(R"("vary": {"qourum": [1]})"),
              testing::HasSubstr("unknown setting (did you mean 'quorum'?): expected a field of the cluster or of"));
}

// A field of the cluster needs one.
TEST(ScenarioSource, VariesWhatIsThere) {
  EXPECT_EQ(
      error_of(R"({"about": "x", "until": "9s", "nodes": {"R1": {"address": "a:1"}}, "vary": {"sentinels": [1]}})"),
      "x.json:1: /vary/sentinels: there is no 'cluster' that has it: expected a directive, or a JSON pointer such as "
      "'/nodes/S1/conf/0'");
  EXPECT_EQ(error_of(R"({"about": "x", "until": "9s", "nodes": {"R1": {"address": "a:1"}}, "vary": {"quorum": [1]}})"),
            "x.json:1: /vary/quorum/0: there is no sentinel that has it");
}

// Who reads one scenario must say which case.
TEST(ScenarioSource, IsOneCaseOfSeveral) {
  EXPECT_EQ(error_in_cases(R"("cases": {"a": {}, "b": {}})"),
            "x.json has several cases: choose one with --case: 'a', 'b'");
}

}  // namespace
}  // namespace sentinel::sim
