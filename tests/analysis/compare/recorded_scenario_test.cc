// The scenario that is made from a recording.
#include "analysis/compare/recorded_scenario.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/bad_input.h"
#include "tests/analysis/compare/recording_text.h"

namespace sentinel::analysis {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

Json scenario_json(const Json& recording) { return Json::parse(scenario_of(parsed(recording)).text); }

Json with_actions(const char* actions) {
  Json recording = quiet_recording();
  recording["actions"] = Json::parse(actions);
  return recording;
}

std::vector<std::string> deeds(const Json& scenario) {
  std::vector<std::string> deeds;
  for (const Json& step : scenario["steps"]) deeds.push_back(step["do"]);
  return deeds;
}

// --- versions ---------------------------------------------------------------------------------------------

// The newest profile that is not newer, of the same product; before the first, the first.
TEST(ProfileOf, IsTheNewestThatIsNotNewer) {
  EXPECT_EQ(profile_of("redis", "7.0.15"), "redis-7.0");
  EXPECT_EQ(profile_of("redis", "7.2.4"), "redis-7.0");
  EXPECT_EQ(profile_of("redis", "7.4.1"), "redis-7.4");
  EXPECT_EQ(profile_of("redis", "9.1"), "redis-7.4");
  EXPECT_EQ(profile_of("redis", "6.2.16"), "redis-6.2");
  EXPECT_EQ(profile_of("redis", "6.0.9"), "redis-3.2");
  EXPECT_EQ(profile_of("redis", "4.0.1"), "redis-3.2");
  EXPECT_EQ(profile_of("redis", "2.8.24"), "redis-2.8");
  EXPECT_EQ(profile_of("redis", "2.6"), "redis-2.8");
  EXPECT_EQ(profile_of("valkey", "8.0.1"), "valkey-8.0");
  EXPECT_EQ(profile_of("valkey", "9"), "valkey-8.0");
  EXPECT_EQ(profile_of("valkey", "7.2"), "valkey-8.0");
}

// --- the world --------------------------------------------------------------------------------------------

// Sentinels start when they were seen to be up, so time 0 of the recording is later in the scenario; the stream begins
// there.
TEST(ScenarioOf, ShiftsTimes) {
  const RecordedScenario made = scenario_of(parsed(recording_of_a_failover()));
  EXPECT_EQ(made.begin, 5'100ms);
  const Json scenario = Json::parse(made.text);
  EXPECT_EQ(scenario["from"], "5100ms");
  EXPECT_EQ(scenario["until"], "15100200us");
  EXPECT_EQ(scenario["steps"], Json::parse(R"([{"at": "100ms", "do": "start", "node": "S1"},
                                               {"at": "6100300us", "do": "crash", "nodes": ["R1"]}])"));
  EXPECT_EQ(made.scenario->until.time_since_epoch(), 15'100'200us);
}

// A cold recording has the time of the scenario that was recorded, from the very start.
TEST(ScenarioOf, KeepsTimesOfColdStarts) {
  Json recording = recording_of_a_failover();
  recording["scenario"]["cold"] = true;
  recording["sentinel_log"][0][0] = 12.0;
  const RecordedScenario made = scenario_of(parsed(recording));
  EXPECT_EQ(made.begin, 0s);
  const Json scenario = Json::parse(made.text);
  EXPECT_FALSE(scenario.contains("from"));
  EXPECT_EQ(scenario["steps"][0]["at"], "12ms");
  EXPECT_EQ(scenario["steps"][1]["at"], "1000300us");
}

// Configurations are kept line by line, with the id that a sentinel drew; data nodes get theirs.
TEST(ScenarioOf, KeepsConfigurations) {
  Json recording = quiet_recording();
  recording["scenario"]["topology"]["nodes"][1]["start"] = false;
  const Json nodes = scenario_json(recording)["nodes"];
  EXPECT_EQ(nodes["R1"]["address"], "127.0.0.1:7000");
  EXPECT_EQ(nodes["R1"]["run-id"], std::string(40, 'a'));
  EXPECT_FALSE(nodes["R1"].contains("running"));
  EXPECT_THAT(nodes["R2"]["conf"], ElementsAre("port 7001", "bind 127.0.0.1", "replicaof 127.0.0.1 7000"));
  EXPECT_EQ(nodes["R2"]["running"], false);
  EXPECT_EQ(nodes["S1"]["kind"], "sentinel");
  EXPECT_THAT(nodes["S1"]["conf"], Contains("sentinel down-after-milliseconds mymaster 1000"));
  EXPECT_THAT(nodes["S1"]["conf"], Contains("sentinel myid " + std::string(40, '1')));
}

// An id that the configuration has is not said twice.
TEST(ScenarioOf, KeepsGivenIds) {
  Json recording = quiet_recording();
  recording["conf"]["S1"] = recording["conf"]["S1"].get<std::string>() + "sentinel myid " + std::string(40, '1') + "\n";
  const Json conf = scenario_json(recording)["nodes"]["S1"]["conf"];
  EXPECT_EQ(std::count(conf.begin(), conf.end(), "sentinel myid " + std::string(40, '1')), 1);
}

Json switch_of_four(double t_ms_of_the_last) {
  Json recording = quiet_recording();
  for (const char* const name : {"R3", "R4"}) {
    recording["scenario"]["topology"]["nodes"].push_back({{"name", name}});
    recording["conf"][name] = std::string{"port 700"} + (name[1] == '3' ? "2" : "3") + "\nreplicaof 127.0.0.1 7000\n";
  }
  const auto slave = [](const std::string& port) {
    return "slave 127.0.0.1:" + port + " 127.0.0.1 " + port + " @ mymaster 127.0.0.1 7001";
  };
  add_event(recording, 3'000, "S1", "+switch-master", "mymaster 127.0.0.1 7000 127.0.0.1 7001");
  add_event(recording, 3'000, "S1", "+slave", slave("7003"));
  add_event(recording, 3'000, "S1", "+slave", slave("7002"));
  add_event(recording, 3'000.1, "S1", "+slave", slave("7000"));
  add_event(recording, t_ms_of_the_last, "S1", "+slave", slave("7003"));
  return recording;
}

// A switch shows the order of a sentinel's table: that of the replicas before the old master. Of less than two there is
// none, and what is added later was not in the table.
TEST(ScenarioOf, KeepsHashOrder) {
  EXPECT_THAT(scenario_json(switch_of_four(4'000))["nodes"]["S1"]["hash-order"], ElementsAre("R4", "R3"));
  Json recording = switch_of_four(4'000);
  recording["events"].erase(1);
  EXPECT_FALSE(scenario_json(recording)["nodes"]["S1"].contains("hash-order"));
}

// The profile is that of the version unless another is asked for; tables are walked in any order, as real ones are.
TEST(ScenarioOf, HasAProfile) {
  Json recording = quiet_recording();
  recording["server_version"] = "2.8.24";
  EXPECT_EQ(scenario_of(parsed(recording)).scenario->profile->name, "redis-2.8");
  EXPECT_EQ(scenario_of(parsed(recording), "redis-7.4").scenario->profile->name, "redis-7.4");
  EXPECT_EQ(scenario_of(parsed(recording)).scenario->hash_order, sim::HashOrder::kRandom);
  EXPECT_EQ(scenario_json(recording)["about"], "nothing happens (as recorded with redis 2.8.24)");
}

// --- steps ------------------------------------------------------------------------------------------------

// Signals have names of what they do to a process.
TEST(ScenarioOf, NamesSignals) {
  const Json scenario = scenario_json(with_actions(R"([
    {"t_ms": 1, "do": "kill", "who": ["R1"]}, {"t_ms": 2, "do": "term", "who": ["R2"]},
    {"t_ms": 3, "do": "stop", "who": ["S1"]}, {"t_ms": 4, "do": "cont", "who": ["S1"]},
    {"t_ms": 5, "do": "start", "who": ["R1"], "fresh_conf": true}])"));
  EXPECT_THAT(deeds(scenario), ElementsAre("start", "crash", "stop", "pause", "resume", "start"));
  EXPECT_EQ(scenario["steps"][5]["fresh"], true);
}

// A process is there when it is up, not when its start was asked for.
TEST(ScenarioOf, StartsWhenItIsUp) {
  Json recording = with_actions(R"([{"t_ms": 1000, "do": "kill", "who": ["R1"]},
                                    {"t_ms": 3000, "do": "start", "who": ["R1"]}])");
  recording["node_log"] = Json::array({{3'012.0, "R1", "*", "Ready to accept connections"}});
  EXPECT_EQ(scenario_json(recording)["steps"][2]["at"], "8112ms");
}

// Processes that are started together are up one after the other.
TEST(ScenarioOf, StartsEachWhenItIsUp) {
  Json recording = with_actions(R"([{"t_ms": 5000, "end_ms": 5040, "do": "start", "who": ["R1", "R2"]}])");
  recording["node_log"] = Json::array(
      {{5'020.0, "R1", "*", "Ready to accept connections tcp"}, {5'035.0, "R2", "*", "Ready to accept connections"}});
  const Json scenario = scenario_json(recording);
  const Json& steps = scenario["steps"];
  ASSERT_EQ(steps.size(), 3U);
  EXPECT_EQ(steps[1]["nodes"], Json::array({"R1"}));
  EXPECT_EQ(steps[1]["at"], "10120ms");
  EXPECT_EQ(steps[2]["nodes"], Json::array({"R2"}));
  EXPECT_EQ(steps[2]["at"], "10135ms");
}

// If it has data to load, it starts when it was asked to, and is up when it has loaded them.
TEST(ScenarioOf, LoadsFromTheStartOn) {
  Json recording = with_actions(R"([{"t_ms": 500, "do": "cmd", "who": ["R1"], "args": ["SAVE"]},
                                    {"t_ms": 1000, "do": "kill", "who": ["R1"]},
                                    {"t_ms": 3000, "do": "start", "who": ["R1"]}])");
  recording["conf"]["R1"] = "port 7000\nkey-load-delay 100\n";
  recording["scenario"]["seed_cmds"] = Json::array({{"DEBUG", "POPULATE", "10000"}});
  recording["node_log"] = Json::array({{4'012.0, "R1", "*", "Ready to accept connections"}});
  const Json scenario = scenario_json(recording);
  EXPECT_EQ(scenario["nodes"]["R1"]["load-time"], "1s");
  EXPECT_THAT(deeds(scenario), ElementsAre("start", "crash", "start"));
  EXPECT_EQ(scenario["steps"][2]["at"], "8100ms");
}

// Questions change nothing; commands that do are kept, with the addresses that stand for nodes.
TEST(ScenarioOf, LeavesQuestionsOut) {
  const Json scenario = scenario_json(with_actions(R"([
    {"t_ms": 1, "do": "cmd", "who": ["S1"], "args": ["SENTINEL", "MASTERS"]},
    {"t_ms": 2, "do": "cmd", "who": ["R1"], "args": ["INFO", "replication"]},
    {"t_ms": 3, "do": "cmd", "who": ["R1"], "args": ["DEBUG", "POPULATE", "10"]},
    {"t_ms": 4, "do": "cmd", "who": ["R1"], "args": ["CONFIG", "GET", "port"]},
    {"t_ms": 5, "do": "cmd", "who": ["R1"], "args": ["ping"]},
    {"t_ms": 6, "do": "cmd", "who": ["S1"], "args": ["sentinel", "slaves", "mymaster"]},
    {"t_ms": 7, "do": "cmd", "who": ["R2"], "args": ["REPLICAOF", "$R1.ip", "$R1.port"]},
    {"t_ms": 8, "do": "cmd", "who": ["S1"], "args": ["SENTINEL", "FAILOVER", "mymaster"]}])"));
  ASSERT_THAT(deeds(scenario), ElementsAre("start", "command", "command"));
  EXPECT_THAT(scenario["steps"][1]["args"], ElementsAre("REPLICAOF", "127.0.0.1", "7000"));
  EXPECT_THAT(scenario["steps"][2]["args"], ElementsAre("SENTINEL", "FAILOVER", "mymaster"));
}

// Cuts, and heals of all or of one of them.
TEST(ScenarioOf, CutsAndHeals) {
  const Json scenario = scenario_json(with_actions(R"([
    {"t_ms": 1, "end_ms": 1, "do": "cut", "a": ["R1"], "b": ["R2", "S1"], "mode": "DROP", "oneway": false},
    {"t_ms": 2, "end_ms": 2, "do": "cut", "a": ["R2"], "b": ["S1"], "mode": "REJECT", "oneway": true},
    {"t_ms": 3, "end_ms": 3, "do": "heal", "a": ["R2"], "b": ["S1"]},
    {"t_ms": 4, "end_ms": 4, "do": "heal"}])"));
  EXPECT_EQ(scenario["steps"][1]["between"], Json::parse(R"([["R1"], ["R2", "S1"]])"));
  EXPECT_FALSE(scenario["steps"][1].contains("mode") || scenario["steps"][1].contains("one-way"));
  EXPECT_EQ(scenario["steps"][2]["mode"], "reject");
  EXPECT_EQ(scenario["steps"][2]["one-way"], true);
  EXPECT_EQ(scenario["steps"][3]["between"], Json::parse(R"([["R2"], ["S1"]])"));
  EXPECT_FALSE(scenario["steps"][4].contains("between"));
}

// What an event made happen, an event makes happen.
TEST(ScenarioOf, KeepsTriggers) {
  Json recording = quiet_recording();
  recording["scenario"]["actions"] = Json::parse(R"([
    {"on": {"channel": "+sdown", "match": "master mymaster", "sentinel": "S1"}, "delay_ms": 20, "do": "stop",
     "who": ["$sentinel"]}])");
  EXPECT_EQ(scenario_json(recording)["steps"][1], Json::parse(R"({"on": "+sdown *master mymaster*", "by": "S1",
                                                                  "after": "20ms", "do": "pause", "nodes": ["$sentinel"]})"));
}

// Writers write at their rate, to a node or to whoever a sentinel names, until they are stopped.
TEST(ScenarioOf, Writes) {
  Json recording = with_actions(R"([
    {"t_ms": 500, "do": "write", "writer": "w1"}, {"t_ms": 600, "do": "write", "writer": "w2"},
    {"t_ms": 900, "do": "stopwrite", "writer": "w1"}])");
  recording["scenario"]["actions"] = Json::parse(R"([
    {"t_ms": 500, "do": "write", "name": "w1", "target": "R1", "rate": 20, "size": 100},
    {"t_ms": 600, "do": "write", "name": "w2", "via": "S1", "rate": 5}])");
  const Json steps = scenario_json(recording)["steps"];
  EXPECT_EQ(steps[1],
            Json::parse(R"({"at": "5600ms", "do": "write", "node": "R1", "rate": 20, "size": 140, "for": "400ms"})"));
  EXPECT_EQ(steps[2], Json::parse(R"({"at": "5700ms", "do": "write", "via": "S1", "rate": 5})"));
}

// --- what cannot be said ----------------------------------------------------------------------------------

std::string refusal(const Json& recording) {
  try {
    scenario_of(parsed(recording));
  } catch (const sim::BadInput& bad) {
    return bad.what();
  }
  return "(no error)";
}

// The recording is named, and the place in the scenario that was made of it.
TEST(ScenarioOf, RefusesWhatAScenarioCannotSay) {
  EXPECT_THAT(refusal(with_actions(R"([{"t_ms": 1, "do": "kill", "who": ["R9"]}])")),
              testing::AllOf(StartsWith("test.json: cannot be made a scenario: "), HasSubstr("unknown node 'R9'"),
                             Not(HasSubstr("\n"))));
  EXPECT_THAT(refusal(with_actions(R"([{"t_ms": 1, "do": "melt", "who": ["R1"]}])")), HasSubstr("'melt'"));
  Json recording = quiet_recording();
  recording["conf"]["R1"] = "port 7000\nno-such-directive 1\n";
  EXPECT_THAT(refusal(recording), HasSubstr("no-such-directive"));
}

}  // namespace
}  // namespace sentinel::analysis
