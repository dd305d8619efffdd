// What a recording will do with a scenario, and what it refuses; no process is started here.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "analysis/check/check.h"
#include "analysis/recorder/log_lines.h"
#include "analysis/recorder/plan.h"
#include "analysis/recorder/server.h"
#include "sim/bad_input.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis::recorder {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

const Server kRedis7{.program = "redis-server", .product = "redis", .version = {7, 0, 15}};
const Server kRedis3{.program = "redis-server", .product = "redis", .version = {3, 2, 13}};
const Server kRedis2{.program = "redis-server", .product = "redis", .version = {2, 8, 24}};

sim::Scenario scenario_of(const std::string& nodes, const std::string& steps = "") {
  return sim::parse_scenario(R"({"about": "test", )" + nodes + R"(, "steps": [)" + steps + R"(], "until": "10s"})",
                             "test.json");
}

const std::string kCluster = R"("cluster": {"replicas": 1, "sentinels": 2, "quorum": 1})";
const std::string kPartition = R"({"at": "1s", "do": "partition", "between": [["S1"], ["R1", "S2"]]})";

std::string refusal(const sim::Scenario& scenario, Net net = Net::kAuto, bool is_root = true) {
  try {
    make_plan(scenario, kRedis7, net, is_root);
  } catch (const sim::BadInput& error) {
    return error.what();
  }
  return "";
}

const PlannedNode& node_of(const Plan& plan, const std::string& name) {
  return *std::ranges::find(plan.nodes, name, &PlannedNode::name);
}

// --- what cannot be done ----------------------------------------------------------------------------------

// The clock of this machine is not the recorder's to change: said before anything starts.
TEST(RecorderPlan, RefusesClockSteps) {
  const auto scenario = scenario_of(kCluster, R"({"at": "1s", "do": "clock", "node": "S1", "step": "1m"})");
  EXPECT_EQ(refusal(scenario),
            "test.json: /steps/0: 'clock' cannot be done to real processes: they share the clock of this machine");
}

// Neither is latency; the place of the step in the file is named.
TEST(RecorderPlan, RefusesLatencySteps) {
  const auto scenario = scenario_of(kCluster, R"({"at": "1s", "do": "crash", "node": "R1"},
                                                 {"at": "2s", "do": "latency", "latency": "5ms"})");
  EXPECT_THAT(refusal(scenario), HasSubstr("/steps/1: 'latency' cannot be done to real processes"));
}

// So it is behind a step that stands for several, which are done one by one.
TEST(RecorderPlan, RepeatedStepsAreSeveral) {
  const std::string flapping = R"({"at": "1s", "do": "pause", "node": "R1", "every": "4s", "times": 2, "for": "1s"})";
  const Plan plan = make_plan(scenario_of(kCluster, flapping), kRedis7, Net::kAuto, true);
  ASSERT_EQ(plan.actions.size(), 4U);
  EXPECT_TRUE(std::holds_alternative<StopAction>(plan.actions[2].action));
  EXPECT_EQ(std::get<sim::Micros>(plan.actions[2].when), sim::Micros{5'000'000});
  EXPECT_TRUE(std::holds_alternative<ContinueAction>(plan.actions[3].action));
  EXPECT_EQ(std::get<sim::Micros>(plan.actions[3].when), sim::Micros{6'000'000});
  const auto scenario = scenario_of(kCluster, flapping + R"(, {"at": "1s", "do": "hold", "messages": "vote"})");
  EXPECT_THAT(refusal(scenario), HasSubstr("/steps/1: 'hold' cannot be done to real processes"));
}

// Only root can make networks: anybody else is told so.
TEST(RecorderPlan, PartitionsNeedRoot) {
  const auto scenario = scenario_of(kCluster, kPartition);
  EXPECT_THAT(refusal(scenario, Net::kAuto, false), HasSubstr("only root can make: run this as root"));
  EXPECT_THAT(refusal(scenario_of(kCluster), Net::kAuto, false), "");
}

// On loopback all hosts are one.
TEST(RecorderPlan, PartitionsNeedNamespaces) {
  EXPECT_THAT(refusal(scenario_of(kCluster, kPartition), Net::kLoopback),
              HasSubstr("/steps/0: 'partition' cannot be done on loopback: use --net namespaces"));
}

// An address that this machine does not have needs a network of its own.
TEST(RecorderPlan, ForeignAddressesNeedNamespaces) {
  const auto scenario = scenario_of(R"("nodes": {"R1": {"address": "192.0.2.1:6379"}})");
  EXPECT_THAT(refusal(scenario, Net::kLoopback), HasSubstr("192.0.2.1:6379 is not on loopback"));
  EXPECT_TRUE(make_plan(scenario, kRedis7, Net::kAuto, true).in_namespaces);
}

// Each scenario of the library can be done to real Redis, or tells which of its steps cannot.
TEST(RecorderPlan, KnowsWhatToDoWithTheLibrary) {
  std::size_t planned = 0;
  for (const auto& file : scenario_files(std::filesystem::path{SENTINEL_SIM_SOURCE_DIR} / "scenarios")) {
    for (const sim::Scenario& scenario : sim::read_scenarios(file)) {
      const std::string why_not = refusal(scenario);
      if (why_not.empty()) ++planned;
      EXPECT_TRUE(why_not.empty() || why_not.find("cannot be done to real processes") != std::string::npos) << why_not;
    }
  }
  EXPECT_GT(planned, 10U);
}

// --- what is done -----------------------------------------------------------------------------------------

// A stall is the only step that becomes two actions.
TEST(RecorderPlan, StallStopsAndContinues) {
  const auto plan = make_plan(scenario_of(kCluster, R"({"at": "1s", "do": "stall", "node": "S1", "for": "3s"})"),
                              kRedis7, Net::kAuto, false);
  ASSERT_EQ(plan.actions.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<StopAction>(plan.actions[0].action));
  EXPECT_TRUE(std::holds_alternative<ContinueAction>(plan.actions[1].action));
  EXPECT_EQ(std::get<sim::Micros>(plan.actions[0].when), std::chrono::seconds{1});
  EXPECT_EQ(std::get<sim::Micros>(plan.actions[1].when), std::chrono::seconds{4});
  EXPECT_TRUE(plan.actions[1].is_stall);
}

// A data node is asked to end, a sentinel gets the signal.
TEST(RecorderPlan, StopDependsOnTheKind) {
  const auto plan = make_plan(scenario_of(kCluster, R"({"at": "1s", "do": "stop", "nodes": ["R1", "S1"]})"), kRedis7,
                              Net::kAuto, false);
  ASSERT_EQ(plan.actions.size(), 2U);
  EXPECT_THAT(std::get<CommandAction>(plan.actions[0].action).args, ElementsAre("SHUTDOWN", "NOSAVE"));
  EXPECT_TRUE(std::holds_alternative<TerminateAction>(plan.actions[1].action));
}

// Three groups are three pairs: the first from both others, the second from the third.
TEST(RecorderPlan, PartitionCutsEachGroupFromEachOther) {
  const auto plan =
      make_plan(scenario_of(kCluster, R"({"at": "1s", "do": "partition", "between": [["R1"], ["R2"], ["S1", "S2"]]})"),
                kRedis7, Net::kAuto, true);
  ASSERT_EQ(plan.actions.size(), 2U);
  EXPECT_THAT(std::get<CutAction>(plan.actions[0].action).a, ElementsAre(0));
  EXPECT_THAT(std::get<CutAction>(plan.actions[0].action).b, ElementsAre(1, 2, 3));
  EXPECT_THAT(std::get<CutAction>(plan.actions[1].action).a, ElementsAre(1));
  EXPECT_THAT(std::get<CutAction>(plan.actions[1].action).b, ElementsAre(2, 3));
}

// What waits for an event waits in Redis' words.
TEST(RecorderPlan, TriggersNameTheChannel) {
  const auto plan = make_plan(
      scenario_of(kCluster, R"({"on": "+try-failover", "by": "S2", "after": "5ms", "do": "crash", "node": "S2"})"),
      kRedis7, Net::kAuto, false);
  const Cue& cue = std::get<Cue>(plan.actions.at(0).when);
  EXPECT_EQ(cue.channel, "+try-failover");
  EXPECT_EQ(cue.by, 3U);
  EXPECT_EQ(cue.after, std::chrono::milliseconds{5});
}

// A pattern of an event names addresses, too.
TEST(RecorderPlan, TriggersMoveAlong) {
  const auto scenario = scenario_of(kCluster, kPartition + R"(, {"on": "+sdown slave 127.0.0.1:7001 127.0.0.1 7001 *",
                                                                 "do": "start", "node": "$node", "fresh": true})");
  const auto plan = make_plan(scenario, kRedis7, Net::kAuto, true);
  const PlannedAction& start = plan.actions.at(1);
  EXPECT_EQ(std::get<Cue>(start.when).message, "slave 10.0.0.12:6379 10.0.0.12 6379 *");
  EXPECT_THAT(std::get<StartAction>(start.action).who, ElementsAre(kSubject));
  EXPECT_TRUE(std::get<StartAction>(start.action).fresh);
}

// Of real events only the text is looked at.
TEST(RecorderPlan, RefusesPatternsWithFields) {
  const std::string on = R"({"on": {"channel": "+odown", "node": "S2", "payload": "master *")";
  const std::string step = R"(}, "do": "crash", "node": "S2"})";
  EXPECT_EQ(refusal(scenario_of(kCluster, on + step)), "");
  for (const std::string more : {R"(, "fields": {"votes": 2})", R"(, "from": "1s")"}) {
    EXPECT_THAT(
        refusal(scenario_of(kCluster, on + more + step)),
        HasSubstr("/steps/0: to wait for an event of several nodes, with fields or with times, cannot be done"));
  }
}

// A write that lasts becomes two actions; a writer knows which master it writes, by whatever way.
TEST(RecorderPlan, WritersBeginAndEnd) {
  const auto plan =
      make_plan(scenario_of(kCluster, R"({"at": "1s", "do": "write", "node": "R2", "rate": 10, "for": "2s"},
                                                       {"at": "1s", "do": "write", "via": "S1", "rate": 10})"),
                kRedis7, Net::kAuto, false);
  ASSERT_EQ(plan.actions.size(), 3U);
  const auto& first = std::get<WriteAction>(plan.actions[0].action);
  EXPECT_EQ(first.master, "mymaster");
  EXPECT_FALSE(first.via);
  EXPECT_EQ(std::get<sim::Micros>(plan.actions[1].when), std::chrono::seconds{3});
  EXPECT_EQ(std::get<StopWriteAction>(plan.actions[1].action).writer, first.writer);
  const auto& second = std::get<WriteAction>(plan.actions[2].action);
  EXPECT_EQ(second.master, "mymaster");
  EXPECT_TRUE(second.via);
  EXPECT_NE(second.writer, first.writer);
}

// No command that appends a number is as small as that.
TEST(RecorderPlan, RefusesTinyWrites) {
  const auto scenario = scenario_of(kCluster, R"({"at": "1s", "do": "write", "node": "R1", "rate": 10, "size": 39})");
  EXPECT_THAT(refusal(scenario), HasSubstr("/steps/0: 'write' cannot be done to real processes with this size: the "
                                           "smallest is 40 bytes"));
}

// --- addresses and configurations -------------------------------------------------------------------------

// Processes that leave loopback take everything along that speaks of their addresses.
TEST(RecorderPlan, MovesToOwnNetworks) {
  const auto scenario = scenario_of(
      R"("cluster": {"replicas": 1, "sentinels": 1, "quorum": 1, "sentinel-conf": ["sentinel announce-ip 127.0.0.1"]})",
      R"({"at": "1s", "do": "partition", "between": [["R1"], ["R2"]]},
         {"at": "2s", "do": "command", "node": "R1", "args": ["REPLICAOF", "127.0.0.1", "7001"]})");
  const auto plan = make_plan(scenario, kRedis7, Net::kAuto, true);
  EXPECT_TRUE(plan.in_namespaces);
  EXPECT_EQ(node_of(plan, "R2").endpoint.text(), "10.0.0.12:6379");
  EXPECT_EQ(node_of(plan, "S1").endpoint.text(), "10.0.0.101:26379");
  EXPECT_THAT(node_of(plan, "R2").conf, Contains("replicaof 10.0.0.11 6379"));
  EXPECT_THAT(node_of(plan, "S1").conf, Contains("sentinel monitor mymaster 10.0.0.11 6379 1"));
  EXPECT_THAT(node_of(plan, "S1").conf, Contains("sentinel announce-ip 10.0.0.101"));
  EXPECT_THAT(std::get<CommandAction>(plan.actions.at(1).action).args, ElementsAre("REPLICAOF", "10.0.0.12", "6379"));
}

// Hosts of one network stay what they are.
TEST(RecorderPlan, KeepsAddressesOfOneNetwork) {
  const auto scenario = scenario_of(
      R"("nodes": {"R1": {"address": "192.0.2.1:7000"},
                   "R2": {"address": "192.0.2.2:7000", "conf": ["replicaof 192.0.2.1 7000"]}})");
  const auto plan = make_plan(scenario, kRedis7, Net::kAuto, true);
  EXPECT_EQ(node_of(plan, "R2").endpoint.text(), "192.0.2.2:7000");
  EXPECT_THAT(node_of(plan, "R2").conf, Contains("replicaof 192.0.2.1 7000"));
  EXPECT_EQ(node_of(plan, "R2").replica_of, 0U);
}

// What the scenario says wins over what is usual, and is there once.
TEST(RecorderPlan, UsualDirectivesYield) {
  const auto scenario = scenario_of(
      R"("nodes": {"R1": {"address": "127.0.0.1:7000", "conf": ["repl-diskless-sync-delay 5", "requirepass secret"]}})");
  const auto plan = make_plan(scenario, kRedis7, Net::kAuto, false);
  const std::vector<std::string>& conf = plan.nodes.front().conf;
  EXPECT_THAT(conf, Contains("repl-diskless-sync-delay 5"));
  EXPECT_THAT(conf, Not(Contains("repl-diskless-sync-delay 0")));
  EXPECT_THAT(conf, Contains("save \"\""));
  EXPECT_THAT(conf, Contains("enable-debug-command yes"));
  EXPECT_EQ(plan.nodes.front().password, "secret");
}

// A scenario that was passed around must not make this machine run scripts or write elsewhere.
TEST(RecorderPlan, NothingLeavesTheFolder) {
  const auto scenario = scenario_of(
      R"("nodes": {"R1": {"address": "127.0.0.1:7000", "conf": ["dir /etc", "unixsocket /tmp/socket", "daemonize yes"]},
                   "S1": {"address": "127.0.0.1:5000", "conf": ["sentinel monitor m 127.0.0.1 7000 1",
                                                                "sentinel notification-script m /bin/true"]}})");
  const auto plan = make_plan(scenario, kRedis7, Net::kAuto, false);
  for (const PlannedNode& node : plan.nodes) {
    for (const char* const word : {"dir", "unixsocket", "daemonize", "sentinel notification-script"}) {
      EXPECT_THAT(node.conf, Not(Contains(StartsWith(word)))) << node.name;
    }
  }
}

// Old versions have other words, no fixed ids, and refuse what they do not know.
TEST(RecorderPlan, SpeaksTheWordsOfTheVersion) {
  const auto scenario = scenario_of(kCluster, R"({"at": "1s", "do": "command", "node": "R2",
                                                  "args": ["CONFIG", "SET", "replica-priority", "5"]})");
  const auto plan3 = make_plan(scenario, kRedis3, Net::kAuto, false);
  EXPECT_THAT(node_of(plan3, "R2").conf, Contains("slaveof 127.0.0.1 7000"));
  EXPECT_THAT(node_of(plan3, "R2").conf, Not(Contains("enable-debug-command yes")));
  EXPECT_THAT(std::get<CommandAction>(plan3.actions.at(0).action).args,
              ElementsAre("CONFIG", "SET", "slave-priority", "5"));
  EXPECT_EQ(node_of(plan3, "S2").id, std::string(40, '2'));
  const auto plan2 = make_plan(scenario, kRedis2, Net::kAuto, false);
  EXPECT_EQ(node_of(plan2, "S2").id, "");
  EXPECT_THAT(node_of(plan2, "R1").conf, Not(Contains("protected-mode no")));
}

// --- versions and logs ------------------------------------------------------------------------------------

// The first line of `--version`, of all products.
TEST(RecorderServer, KnowsProductAndVersion) {
  const Server redis =
      parse_version("r", "Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64 build=ae\n");
  EXPECT_EQ(redis.product, "redis");
  EXPECT_EQ(redis.version_text(), "7.0.15");
  EXPECT_EQ(parse_version("v", "Valkey server v=8.0.1 sha=00000000:0 malloc=libc bits=64 build=1\n").product, "valkey");
  EXPECT_THROW(parse_version("r", "Redis server v=2.6.17 sha=00000000:0\n"), sim::BadInput);
  EXPECT_THROW(parse_version("sh", "GNU bash, version 5.2.15\n"), sim::BadInput);
}

// A missing program is one clear line.
TEST(RecorderServer, TellsThatThereIsNone) {
  try {
    find_server("/no/such/redis-server");
    FAIL();
  } catch (const sim::BadInput& error) {
    EXPECT_THAT(error.what(), StartsWith("cannot start /no/such/redis-server: No such file or directory"));
  }
}

// Lines of all versions; the year is missing in old ones.
TEST(RecorderLogLines, AreOfThreeForms) {
  using namespace std::chrono;
  const auto time = sys_days{2026y / November / 21} + 1h + 7min + 28s + 123ms;
  for (const char* const line : {"12345:X 21 Nov 2026 01:07:28.123 # +sdown master m 127.0.0.1 7000",
                                 "12345:X 21 Nov 01:07:28.123 # +sdown master m 127.0.0.1 7000",
                                 "[12345] 21 Nov 01:07:28.123 # +sdown master m 127.0.0.1 7000"}) {
    const auto parsed = parse_log_line(line, 2026);
    ASSERT_TRUE(parsed) << line;
    EXPECT_EQ(parsed->time, time) << line;
    EXPECT_EQ(parsed->level, "#");
    EXPECT_EQ(parsed->text, "+sdown master m 127.0.0.1 7000");
  }
  EXPECT_FALSE(parse_log_line("                _._", 2026));
  EXPECT_FALSE(parse_log_line("1:X 31 Feb 2026 01:07:28.123 # x", 2026));
}

}  // namespace
}  // namespace sentinel::analysis::recorder
