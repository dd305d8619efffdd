#include "sim/reader/scenario_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/bad_input.h"
#include "sim/event_fields.h"

namespace sentinel::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

// A scenario of the usual cluster with more fields, given without the first quote.
Scenario cluster_with(const std::string& fields) {
  return parse_scenario(R"({"about": "x", "cluster": {"quorum": 2}, "until": "60s", ")" + fields + "}", "x.json");
}

Step only_step(const std::string& step) { return cluster_with("steps\": [" + step + "]").steps.at(0); }

template <class ActionKind>
ActionKind only_action(const std::string& step) {
  return std::get<ActionKind>(only_step(step).action);
}

std::vector<std::string> names_of(const Scenario& scenario) {
  std::vector<std::string> names;
  for (const Node& node : scenario.nodes) names.push_back(node.name);
  return names;
}

std::string address_of(const Scenario& scenario, const model::Address& address) {
  return std::string{scenario.symbols.text(address.host)} + ":" + std::to_string(address.port);
}

const model::DataNodeConfig& data_node(const Scenario& scenario, std::string_view name) {
  return std::get<model::DataNodeConfig>(scenario.node(scenario.find_node(name).value()).config);
}

const model::SentinelConfig& sentinel(const Scenario& scenario, std::string_view name) {
  return std::get<model::SentinelConfig>(scenario.node(scenario.find_node(name).value()).config);
}

constexpr NodeId kR1{0};
constexpr NodeId kR2{1};
constexpr NodeId kS1{3};
constexpr NodeId kS2{4};

// --- the whole --------------------------------------------------------------------------------------------

// The shortest scenario gets the baseline profile, the default network and no steps.
TEST(ScenarioReader, HasDefaults) {
  const Scenario scenario = cluster_with("steps\": []");
  EXPECT_EQ(scenario.about, "x");
  EXPECT_EQ(scenario.profile, &model::profiles().front());
  EXPECT_EQ(scenario.network.latency, Latency{});
  EXPECT_EQ(scenario.from, SimTime{});
  EXPECT_EQ(scenario.until, SimTime{60s});
  EXPECT_THAT(scenario.expect.never, IsEmpty());
}

// Every field of the top level is read.
TEST(ScenarioReader, ReadsTheTopLevel) {
  const Scenario scenario = parse_scenario(R"({"$schema": "schema.json", "about": "x", "profile": "redis-7.4",
      "nodes": {"R1": {"address": "127.0.0.1:7000"}}, "from": "10s", "until": "1m"})",
                                           "folder/x.json");
  EXPECT_EQ(scenario.file, "folder/x.json");
  EXPECT_EQ(scenario.profile->name, "redis-7.4");
  EXPECT_EQ(scenario.from, SimTime{10s});
}

// --- nodes ------------------------------------------------------------------------------------------------

// The shorthand makes R1, its replicas and the sentinels, on the ports that real clusters are tried out on.
TEST(ScenarioReader, ExpandsTheCluster) {
  const Scenario scenario = cluster_with("steps\": []");
  EXPECT_THAT(names_of(scenario), ElementsAre("R1", "R2", "R3", "S1", "S2", "S3"));
  EXPECT_FALSE(data_node(scenario, "R1").replicaof);
  EXPECT_EQ(address_of(scenario, *data_node(scenario, "R3").replicaof), "127.0.0.1:7000");
  EXPECT_EQ(address_of(scenario, scenario.node(kS2).address), "127.0.0.1:5001");
  const model::SentinelConfig& config = sentinel(scenario, "S3");
  ASSERT_EQ(config.masters.size(), 1U);
  EXPECT_EQ(scenario.symbols.text(config.masters[0].name), "mymaster");
  EXPECT_EQ(address_of(scenario, config.masters[0].address), "127.0.0.1:7000");
  EXPECT_EQ(config.masters[0].quorum, 2);
  EXPECT_EQ(config.masters[0].down_after, 30s);
}

// With several masters the numbers run on, and all sentinels watch all masters.
TEST(ScenarioReader, ExpandsSeveralMasters) {
  const Scenario scenario = parse_scenario(R"({"about": "x", "until": "60s", "cluster": {"masters": ["a", "b"],
      "replicas": 1, "sentinels": 1, "quorum": 1, "down-after-milliseconds": 5000, "failover-timeout": 60000,
      "parallel-syncs": 2, "data-conf": ["repl-timeout 5"], "replica-conf": ["replica-priority 7"],
      "sentinel-conf": ["sentinel auth-pass b secret"]}})",
                                           "x.json");
  EXPECT_THAT(names_of(scenario), ElementsAre("R1", "R2", "R3", "R4", "S1"));
  EXPECT_EQ(address_of(scenario, *data_node(scenario, "R4").replicaof), "127.0.0.1:7002");
  EXPECT_EQ(data_node(scenario, "R3").priority, 100);
  EXPECT_EQ(data_node(scenario, "R4").priority, 7);
  EXPECT_EQ(data_node(scenario, "R3").replication_timeout, 5s);
  const model::SentinelConfig& config = sentinel(scenario, "S1");
  ASSERT_EQ(config.masters.size(), 2U);
  EXPECT_EQ(address_of(scenario, config.masters[1].address), "127.0.0.1:7002");
  EXPECT_EQ(config.masters[1].failover_timeout, 60s);
  EXPECT_EQ(config.masters[1].parallel_syncs, 2);
  EXPECT_EQ(scenario.symbols.text(config.masters[1].auth_pass), "secret");
}

// `nodes` adds to nodes of the shorthand: its lines come last, and an address of its own is what the others use.
TEST(ScenarioReader, AddsToNodesOfTheCluster) {
  const Scenario scenario = cluster_with(R"(nodes": {
      "R1": {"address": "10.0.0.1:6379"},
      "R2": {"conf": ["replicaof 10.0.0.9 6379", "replica-priority 0"], "running": false},
      "R4": {"address": "127.0.0.1:7003", "conf": ["replicaof 127.0.0.1 7001"]}})");
  EXPECT_THAT(names_of(scenario), ElementsAre("R1", "R2", "R3", "S1", "S2", "S3", "R4"));
  EXPECT_EQ(address_of(scenario, *data_node(scenario, "R2").replicaof), "10.0.0.9:6379");
  EXPECT_FALSE(scenario.node(kR2).running);
  EXPECT_EQ(address_of(scenario, *data_node(scenario, "R3").replicaof), "10.0.0.1:6379");
  EXPECT_EQ(address_of(scenario, sentinel(scenario, "S1").masters[0].address), "10.0.0.1:6379");
}

// Nodes keep the order of the file, and their kind follows from their directives if it is not given.
TEST(ScenarioReader, ReadsNodes) {
  const Scenario scenario = parse_scenario(R"({"about": "x", "until": "1s", "nodes": {
      "z": {"address": "[::1]:7000", "run-id": "AAAAAAAAAABBBBBBBBBBAAAAAAAAAABBBBBBBBBB", "transfer-time": "2s",
            "load-time": "3s"},
      "s": {"address": "redis-1:5000", "conf": ["sentinel monitor m ::1 7000 1"]},
      "idle": {"kind": "sentinel", "conf": ["bind 10.0.0.1"]},
      "a": {"kind": "data", "conf": ["port 7001", "bind 10.0.0.1"]}}})",
                                           "x.json");
  EXPECT_THAT(names_of(scenario), ElementsAre("z", "s", "idle", "a"));
  EXPECT_EQ(address_of(scenario, scenario.nodes[0].address), "::1:7000");
  EXPECT_EQ(scenario.nodes[0].run_ids.at(0).text(), "aaaaaaaaaabbbbbbbbbbaaaaaaaaaabbbbbbbbbb");
  EXPECT_EQ(data_node(scenario, "z").transfer_time, 2s);
  EXPECT_EQ(data_node(scenario, "z").load_time, 3s);
  EXPECT_TRUE(scenario.nodes[1].is_sentinel());
  EXPECT_EQ(address_of(scenario, sentinel(scenario, "s").announced), "redis-1:5000");
  EXPECT_TRUE(scenario.nodes[2].is_sentinel());
  EXPECT_EQ(address_of(scenario, scenario.nodes[2].address), "10.0.0.1:26379");
  EXPECT_EQ(address_of(scenario, scenario.nodes[3].address), "10.0.0.1:7001");
}

// --- network ----------------------------------------------------------------------------------------------

Latency latency_of(const std::string& latency) {
  return cluster_with(R"(network": {"latency": )" + latency + "}").network.latency;
}

// A median alone tells the rest.
TEST(ScenarioReader, DerivesLatenciesFromTheMedian) {
  const Latency expected{.min = 500us, .median = 1ms, .p90 = 2ms, .p99 = 5ms, .max = 10ms};
  EXPECT_EQ(latency_of(R"("1ms")"), expected);
  EXPECT_EQ(latency_of(R"({"median": "1ms"})"), expected);
}

// What is given wins, and what is not keeps the order.
TEST(ScenarioReader, CompletesLatencies) {
  EXPECT_EQ(latency_of(R"({"min": "1ms", "median": "1ms", "p99": "2ms", "max": "3ms", "loss": "0.1%"})"),
            (Latency{.min = 1ms, .median = 1ms, .p90 = 2ms, .p99 = 2ms, .max = 3ms, .loss_ppm = 1'000}));
  EXPECT_EQ(latency_of(R"({"median": "1ms", "max": "3ms"})"),
            (Latency{.min = 500us, .median = 1ms, .p90 = 2ms, .p99 = 3ms, .max = 3ms}));
  EXPECT_EQ(latency_of(R"({"loss": "1%"})"), (Latency{.loss_ppm = 10'000}));
}

// TCP's timers can be those of another system.
TEST(ScenarioReader, ReadsRetransmission) {
  const Scenario scenario = cluster_with(
      R"(network": {"retransmission": {"first": "50ms", "first-connect": "2s", "linear-connects": 0, "most": "10s"}})");
  EXPECT_EQ(scenario.network.retransmission,
            (Retransmission{.first = 50ms, .first_connect = 2s, .linear_connects = 0, .most = 10s}));
}

// --- steps ------------------------------------------------------------------------------------------------

// The time that a flush takes is a distribution like a latency, but nothing is lost on the way.
TEST(ScenarioReader, ReadsTheDisk) {
  EXPECT_EQ(cluster_with("disk\": {\"flush\": \"4ms\"}").disk.flush.median, 4ms);
  EXPECT_EQ(cluster_with("steps\": []").disk.flush, DiskSpec{}.flush);
  EXPECT_THROW(cluster_with("disk\": {\"flush\": {\"median\": \"4ms\", \"loss\": \"1%\"}}"), BadInput);
}

// One node or several.
TEST(ScenarioReader, ReadsStepsOfNodes) {
  EXPECT_THAT(only_action<CrashStep>(R"({"at": "1s", "do": "crash", "node": "R1"})").nodes, ElementsAre(kR1));
  EXPECT_THAT(only_action<StopStep>(R"({"at": "1s", "do": "stop", "nodes": ["S1", "R1"]})").nodes,
              ElementsAre(kS1, kR1));
  EXPECT_THAT(only_action<StartStep>(R"({"at": "1s", "do": "start", "node": "R1"})").nodes, ElementsAre(kR1));
  EXPECT_THAT(only_action<PauseStep>(R"({"at": "1s", "do": "pause", "node": "R1"})").nodes, ElementsAre(kR1));
  EXPECT_THAT(only_action<ResumeStep>(R"({"at": "1s", "do": "resume", "node": "R1"})").nodes, ElementsAre(kR1));
  EXPECT_EQ(only_action<StallStep>(R"({"at": "1s", "do": "stall", "node": "R1", "for": "3s"})").duration, 3s);
}

// A step has a time, or an event that makes it happen.
TEST(ScenarioReader, ReadsWhenAStepHappens) {
  EXPECT_EQ(std::get<SimTime>(only_step(R"({"at": "60s", "do": "heal", "why": "enough"})").when), SimTime{60s});
  EXPECT_EQ(only_step(R"({"at": "60s", "do": "heal", "why": "enough"})").why, "enough");
  const auto trigger = std::get<Trigger>(
      only_step(R"({"on": "+try-failover", "by": "S1", "after": "50ms", "do": "crash", "node": "R2"})").when);
  EXPECT_EQ(trigger.event.kind, model::EventKind::kTryFailover);
  EXPECT_THAT(trigger.event.nodes, ElementsAre(kS1));
  EXPECT_EQ(trigger.after, 50ms);
}

// Cuts of the network, in both modes, one way or both.
TEST(ScenarioReader, ReadsPartitions) {
  const auto cut = only_action<PartitionStep>(R"({"at": "1s", "do": "partition", "between": [["S1"], ["R1", "R2"]]})");
  EXPECT_THAT(cut.groups, ElementsAre(ElementsAre(kS1), ElementsAre(kR1, kR2)));
  EXPECT_EQ(cut.mode, CutMode::kDrop);
  EXPECT_FALSE(cut.one_way);
  const auto one_way = only_action<PartitionStep>(
      R"({"at": "1s", "do": "partition", "between": [["S1"], ["R1"]], "mode": "reject", "one-way": true})");
  EXPECT_EQ(one_way.mode, CutMode::kReject);
  EXPECT_TRUE(one_way.one_way);
  EXPECT_THAT(only_action<HealStep>(R"({"at": "1s", "do": "heal"})").groups, IsEmpty());
}

// The network may become slow, here or everywhere.
TEST(ScenarioReader, ReadsLatencySteps) {
  const auto step = only_action<LatencyStep>(
      R"({"at": "1s", "do": "latency", "between": [["S1"], ["R1"]], "latency": {"median": "1ms", "max": "1ms"}})");
  EXPECT_EQ(step.latency.value().max, 1ms);
  EXPECT_EQ(step.groups.size(), 2U);
}

// Clocks jump, also back, and drift.
TEST(ScenarioReader, ReadsClockSteps) {
  const auto step =
      only_action<ClockStep>(R"({"at": "1s", "do": "clock", "node": "S1", "step": "-5s", "drift-ppm": -100})");
  EXPECT_EQ(step.step, -5s);
  EXPECT_EQ(step.drift_ppm, -100);
  EXPECT_EQ(only_action<ClockStep>(R"({"at": "1s", "do": "clock", "node": "S1", "step": "1h"})").drift_ppm,
            std::nullopt);
}

// A command keeps its text; those that are faults become them.
TEST(ScenarioReader, ReadsCommands) {
  const auto step = only_action<CommandStep>(
      R"({"at": "1s", "do": "command", "node": "S1", "args": ["SENTINEL", "SET", "mymaster", "auth-pass", "a b"]})");
  EXPECT_EQ(step.text, "SENTINEL SET mymaster auth-pass \"a b\"");
  EXPECT_TRUE(std::holds_alternative<model::SetCommand>(step.command));
  EXPECT_EQ(only_action<StallStep>(R"({"at": "1s", "do": "command", "node": "R1", "args": ["DEBUG", "SLEEP", "3"]})")
                .duration,
            3s);
  EXPECT_THAT(only_action<StopStep>(R"({"at": "1s", "do": "command", "node": "R1", "args": ["SHUTDOWN"]})").nodes,
              ElementsAre(kR1));
}

// SENTINEL RESET knows the masters of the configurations and those that any step adds.
TEST(ScenarioReader, ExpandsResetToAllMasters) {
  const Scenario scenario = cluster_with(R"(steps": [
      {"at": "1s", "do": "command", "node": "S1", "args": ["SENTINEL", "RESET", "*"]},
      {"at": "2s", "do": "command", "node": "S1", "args": ["SENTINEL", "MONITOR", "other", "10.0.0.1", "6379", "1"]}])");
  const auto& command = std::get<CommandStep>(scenario.steps[0].action).command;
  EXPECT_EQ(std::get<model::ResetCommand>(command).masters.size(), 2U);
}

// --- expectations -----------------------------------------------------------------------------------------

// A pattern is an event, perhaps of one sentinel, perhaps with a payload.
TEST(ScenarioReader, ReadsPatterns) {
  const Scenario scenario =
      cluster_with(R"(expect": {"eventually": ["+odown", "S1 -sdown master *"], "never": ["S2 +tilt"]})");
  const EventPattern& plain = scenario.expect.eventually.at(0);
  EXPECT_EQ(plain.kind, model::EventKind::kOdown);
  EXPECT_THAT(plain.nodes, IsEmpty());
  EXPECT_EQ(plain.payload, "");
  const EventPattern& full = scenario.expect.eventually.at(1);
  EXPECT_EQ(full.text, "S1 -sdown master *");
  EXPECT_THAT(full.nodes, ElementsAre(kS1));
  EXPECT_EQ(full.kind, model::EventKind::kSdownEnd);
  EXPECT_EQ(full.payload, "master *");
  EXPECT_THAT(scenario.expect.never.at(0).nodes, ElementsAre(kS2));
}

// An object says the same as a text, and more; messages tell it in short.
TEST(ScenarioReader, ReadsPatternsThatAreObjects) {
  const Scenario scenario = cluster_with(
      R"(expect": {"never": [{"channel": "+odown", "node": ["S1", "S2"], "payload": "master *",
                              "fields": {"votes": 3, "master": "m*"}, "from": "1s", "until": "2s"}]})");
  const EventPattern& pattern = scenario.expect.never.at(0);
  EXPECT_EQ(pattern.kind, model::EventKind::kOdown);
  EXPECT_THAT(pattern.nodes, ElementsAre(kS1, kS2));
  EXPECT_EQ(pattern.payload, "master *");
  ASSERT_EQ(pattern.fields.size(), 2U);
  EXPECT_EQ(pattern.fields[1].field, EventField::kVotes);
  EXPECT_EQ(pattern.fields[1].value, "3");
  EXPECT_EQ(pattern.from, SimTime{1s});
  EXPECT_EQ(pattern.until, SimTime{2s});
  EXPECT_EQ(pattern.text, "S1|S2 +odown master * master=m* votes=3 from 1s until 2s");
}

// How many seeds a check runs.
TEST(ScenarioReader, ReadsForHowManySeeds) {
  EXPECT_EQ(cluster_with(R"(for": {"seeds": 7})").seeds, 7U);
  EXPECT_EQ(cluster_with(R"(expect": {})").seeds, 200U);
}

// One order or several.
TEST(ScenarioReader, ReadsOrders) {
  EXPECT_EQ(cluster_with(R"(expect": {"order": ["+sdown", "+odown"]})").expect.order.at(0).size(), 2U);
  EXPECT_EQ(cluster_with(R"(expect": {"order": [["+sdown"], ["+odown", "-odown"]]})").expect.order.at(1).size(), 2U);
}

// --- sites ------------------------------------------------------------------------------------------------

// The name of a site stands for all that is there, in steps and in latencies.
TEST(ScenarioReader, HasSites) {
  const Scenario scenario = cluster_with(R"(sites": {"east": ["R1", "S1"], "west": ["R2", "S2"]},
      "network": {"paths": [{"between": ["east", "west"], "latency": "20ms"}]},
      "steps": [{"at": "1s", "do": "crash", "node": "east"},
                {"at": "2s", "do": "partition", "between": ["west", ["east", "S3"]]}])");
  EXPECT_THAT(std::get<CrashStep>(scenario.steps[0].action).nodes, ElementsAre(kR1, kS1));
  EXPECT_THAT(std::get<PartitionStep>(scenario.steps[1].action).groups,
              ElementsAre(ElementsAre(kR2, kS2), ElementsAre(kR1, kS1, NodeId{5})));
  ASSERT_EQ(scenario.network.paths.size(), 1U);
  EXPECT_THAT(scenario.network.paths[0].groups, ElementsAre(ElementsAre(kR1, kS1), ElementsAre(kR2, kS2)));
  EXPECT_EQ(scenario.network.paths[0].latency.median, 20ms);
}

// Who is at a site is meant as far as it can be: a machine that starts again has its data, and its sentinel, too.
TEST(ScenarioReader, MeansWhoCanBeMeantAtASite) {
  const Scenario scenario = cluster_with(R"(sites": {"east": ["R1", "S1"]}, "steps": [
      {"at": "2s", "do": "start", "node": "east", "data": "kept"}, {"at": "1s", "do": "script", "node": "east", "for": "9s"}])");
  EXPECT_THAT(std::get<StartStep>(scenario.steps[0].action).nodes, ElementsAre(kR1, kS1));
  EXPECT_THAT(std::get<CommandStep>(scenario.steps[1].action).nodes, ElementsAre(kR1));
}

// The state in the end may be that of a master which a step made the sentinel monitor.
TEST(ScenarioReader, ReadsFinalMastersOfSteps) {
  const Scenario scenario = cluster_with(R"(steps": [{"at": "1s", "do": "command", "node": "S1",
          "args": ["SENTINEL", "MONITOR", "other", "127.0.0.1", "7001", "1"]}],
      "expect": {"finally": {"S1": {"master": {"other": "R2"}}}})");
  ASSERT_EQ(scenario.expect.finally.size(), 1U);
  EXPECT_EQ(scenario.symbols.text(scenario.expect.finally[0].master), "other");
}

}  // namespace
}  // namespace sentinel::sim
