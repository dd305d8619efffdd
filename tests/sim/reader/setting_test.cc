// Settings by name, from a scenario file and from outside.
#include "sim/reader/setting.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/bad_input.h"
#include "sim/reader/scenario_reader.h"
#include "tests/sim/reader/error_of.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const std::string kTwoMasters =
    R"({"about": "x", "until": "60s", "steps": [{"at": "10s", "do": "crash", "node": "R1"}], "nodes": {
  "R1": {"address": "127.0.0.1:7000"}, "R2": {"address": "127.0.0.1:7001", "conf": ["replicaof 127.0.0.1 7000"]},
  "S1": {"address": "127.0.0.1:5000", "conf": ["sentinel monitor a 127.0.0.1 7000 2", "sentinel monitor b 127.0.0.1 7001 2",
         "sentinel down-after-milliseconds a 7000", "sentinel failover-timeout a 9000"]}})";
const std::string kCluster = R"({"about": "x", "until": "60s", "cluster": {"quorum": 2}})";

Scenario with(const std::string& text, const std::string& name, const std::string& value) {
  const std::vector<Setting> settings{{name, value, "--vary " + name}};
  return parse_scenario(text, "x.json", std::nullopt, settings);
}

std::string error_with(const std::string& text, const std::string& name, const std::string& value) {
  try {
    with(text, name, value);
  } catch (const BadInput& bad) {
    return bad.what();
  }
  return "";
}

const auto& masters_of(const Scenario& scenario) {
  return std::get<model::SentinelConfig>(scenario.node(*scenario.find_node("S1")).config).masters;
}

// A setting from outside wins over the file: fields of the cluster and of the scenario, and what a pointer leads to.
TEST(Settings, WinOverTheFile) {
  EXPECT_EQ(masters_of(with(kCluster, "quorum", "3")).at(0).quorum, 3);
  EXPECT_EQ(with(kCluster, "until", "\"5s\"").until, SimTime{5s});
  EXPECT_EQ(with(kCluster, "sentinels", "5").nodes.size(), 8U);
  EXPECT_EQ(std::get<SimTime>(with(kTwoMasters + "}", "/steps/0/at", "\"3s\"").steps.at(0).when), SimTime{3s});
}

// What nodes with a configuration of their own say is replaced, of all masters or of one, and their order stays.
TEST(Settings, AreDirectivesOfAllNodes) {
  const auto quorum = with(kTwoMasters + "}", "quorum", "1");
  ASSERT_EQ(masters_of(quorum).size(), 2U);
  EXPECT_EQ(quorum.symbols.text(masters_of(quorum)[0].name), "a");
  EXPECT_EQ(masters_of(quorum)[0].quorum, 1);
  EXPECT_EQ(masters_of(quorum)[1].quorum, 1);
  const auto all = with(kTwoMasters + "}", "down-after-milliseconds", "400");
  EXPECT_EQ(masters_of(all)[0].down_after, 400ms);
  EXPECT_EQ(masters_of(all)[1].down_after, 400ms);
  const auto one = with(kTwoMasters + "}", "sentinel down-after-milliseconds b", "400");
  EXPECT_EQ(masters_of(one)[0].down_after, 7s);
  EXPECT_EQ(masters_of(one)[1].down_after, 400ms);
  const auto priority = with(kCluster, "replica-priority", "7");
  for (const Node& node : priority.nodes) {
    if (!node.is_data_node()) continue;
    EXPECT_EQ(std::get<model::DataNodeConfig>(node.config).priority, 7);
  }
}

// The same from a file, which may also vary them.
TEST(Settings, StandInScenarios) {
  const auto cases = parse_scenarios(
      kTwoMasters + R"(, "directives": {"failover-timeout": 5000}, "vary": {"down-after-milliseconds": [1000, 2000]}})",
      "x.json");
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[1].case_name, "down-after-milliseconds=2000");
  EXPECT_EQ(masters_of(cases[1])[0].down_after, 2s);
  EXPECT_EQ(masters_of(cases[1])[1].failover_timeout, 5s);
}

// Errors name who gave the setting.
TEST(Settings, RefuseWhatIsNone) {
  EXPECT_EQ(error_with(kCluster, "quorum", "0"),
            "--vary quorum: expected a whole number from 1 to 2147483647, not '0'");
  EXPECT_THAT(error_with(kTwoMasters + "}", "sentinels", "5"),
              HasSubstr("--vary sentinels: there is no 'cluster' that has it"));
  EXPECT_THAT(error_with(kCluster, "replica-prioritie", "5"), HasSubstr("--vary replica-prioritie: unknown setting"));
  EXPECT_THAT(error_with(kCluster, "sentinel down-after mymaster", "5"),
              HasSubstr("unknown directive 'sentinel down-after'"));
  EXPECT_THAT(error_with(kCluster, "sentinel down-after-milliseconds mymaster", "\"x\""), HasSubstr("'x'"));
}

// What has a fingerprint of its own, however it was written and wherever it stood.
TEST(Settings, MakeAnotherFingerprint) {
  const std::uint64_t two = parse_scenario(kCluster, "x.json").fingerprint;
  EXPECT_EQ(parse_scenario("\n" + kCluster, "y.json").fingerprint, two);
  EXPECT_NE(with(kCluster, "quorum", "3").fingerprint, two);
}

}  // namespace
}  // namespace sentinel::sim
