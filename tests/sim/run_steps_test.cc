// A run: the steps that events cause, and commands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/reader/scenario_reader.h"
#include "sim/run.h"
#include "tests/support/scenario_builder.h"
#include "tests/support/scenario_trace.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;
using model::Answer;
using model::EventKind;
using testing::ElementsAre;
using testing::Field;

// --- steps that events cause --------------------------------------------------------------------------------

// A step on an event happens once, `after` the first such event; if it says by whom, others do not count.
TEST(Run, EventsTriggerSteps) {
  ScenarioBuilder scenario;
  const NodeId s2 = scenario.node("S2");
  scenario.at(20s, CrashStep{scenario.nodes({"R1"})});
  scenario.on({.event = {.nodes = {s2}, .kind = EventKind::kSdown}, .after = 50ms}, ClockStep{{s2}, 1h, std::nullopt});
  const Trace trace{scenario.build()};
  const Record* sdown = trace.find(EventKind::kSdown, s2);
  ASSERT_TRUE(sdown != nullptr && trace.has(EventKind::kTilt, s2)) << trace.text();
  EXPECT_EQ(trace.count(EventKind::kTilt, s2), 1U) << trace.text();
  const Micros delay = trace.find(EventKind::kTilt, s2)->at - sdown->at;
  EXPECT_GE(delay, Micros{50ms});
  EXPECT_LE(delay, Micros{150ms});
}

// A latency that an event brings stays, though the step that is played then is gone.
TEST(Run, EventsBringLatencies) {
  ScenarioBuilder scenario{{.sentinels = 1, .quorum = 1}};
  scenario.at(10s, CrashStep{scenario.nodes({"R3"})}).until(40s);
  scenario.on({.event = {.kind = EventKind::kSdown}}, LatencyStep{{}, constant_latency(9s)});
  const Trace trace{scenario.build()};
  EXPECT_GT(trace.count(EventKind::kSdown), 2U) << trace.text();  // R3, and then those that are far away
}

// What is released when nobody is there to receive it any more is forgotten.
TEST(Run, ReleasesWhatIsHeldForTheDead) {
  ScenarioBuilder scenario{{.sentinels = 1, .quorum = 1}};
  const HeldMessages pings{.kinds = {find_message_kind("ping").value()}, .from = {}, .to = scenario.nodes({"R1"})};
  scenario.at(10s, HoldStep{pings}).at(12s, CrashStep{scenario.nodes({"R1"})}).at(20s, ReleaseStep{pings}).until(60s);
  const Trace trace{scenario.build()};
  EXPECT_TRUE(trace.has(EventKind::kSwitchMaster)) << trace.text();
}

// A leader that is killed by its own first words is not heard of again; another one finishes the failover.
TEST(Run, TriggersCanKillTheOneWhoSpoke) {
  ScenarioBuilder scenario{{.sentinels = 5, .quorum = 2, .failover_timeout = 10s}};
  scenario.at(20s, CrashStep{scenario.nodes({"R1"})}).until(120s);
  const Trace first{scenario.build()};
  const NodeId leader = first.find(EventKind::kTryFailover)->node;
  scenario.on({.event = {.nodes = {leader}, .kind = EventKind::kTryFailover}}, CrashStep{{leader}});
  const Trace trace{scenario.build()};
  const Record& tried = *trace.find(EventKind::kTryFailover, leader);
  EXPECT_EQ(tried.at, first.find(EventKind::kTryFailover)->at);
  EXPECT_THAT(trace.records(), testing::Not(testing::Contains(testing::AllOf(
                                   Field(&Record::node, leader), Field(&Record::at, testing::Gt(tried.at))))));
  EXPECT_EQ(trace.count(EventKind::kSwitchMaster), 4U) << trace.text();
}

// A sentinel of which it is known walks through its replicas in that order, whatever the seed; the old master is last.
TEST(Run, KeepsTheKnownHashOrder) {
  ScenarioBuilder scenario{{.replicas = 4, .sentinels = 1, .quorum = 1}};
  scenario.hash_order() = HashOrder::kRandom;
  scenario.config("S1").hash_order = scenario.nodes({"R5", "R2", "R4", "R3"});
  scenario.at(20s, CrashStep{scenario.nodes({"R1"})});
  const std::shared_ptr<const Scenario> built = scenario.build();
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Trace trace{built, seed};
    std::vector<NodeId> told;
    bool switched = false;
    NodeId promoted{};
    for (const Record& record : trace.records()) {
      const auto* const said = std::get_if<model::Event>(&record.what);
      if (said == nullptr) continue;
      const model::Event& event = *said;
      if (event.kind == EventKind::kSwitchMaster) promoted = *built->node_at(event.new_address);
      switched = switched || event.kind == EventKind::kSwitchMaster;
      if (switched && event.kind == EventKind::kReplica) told.push_back(*built->node_at(event.address));
    }
    std::vector<NodeId> expected = scenario.nodes({"R5", "R2", "R4", "R3", "R1"});
    std::erase(expected, promoted);
    EXPECT_EQ(told, expected) << "seed " << seed;
  }
}

// What takes a step back happens to those whom it meant, even if its words mean others by then.
TEST(Run, TakesBackWhatItDid) {
  const auto scenario = std::make_shared<const Scenario>(parse_scenario(R"({
      "about": "x", "until": "60s", "cluster": {"quorum": 4, "down-after-milliseconds": 2000},
      "steps": [{"at": "10s", "do": "crash", "nodes": ["R1", "R2"]}, {"at": "18s", "do": "start", "node": "R2"},
                {"on": "+sdown master *", "after": "3s", "do": "pause", "node": "$other", "for": "10s"}]})",
                                                                        "x.json"));
  const NodeId r3 = scenario->find_node("R3").value();
  sim::Run run{scenario, 1};
  Scratch scratch;
  run.run_until(SimTime{20s}, scratch, [](const Record&) {});
  EXPECT_TRUE(run.is_stopped(r3));
  run.run_until(SimTime{30s}, scratch, [](const Record&) {});
  EXPECT_FALSE(run.is_stopped(r3));
}

// --- new addresses ------------------------------------------------------------------------------------------

// Whether some sentinel was told of a replica at this address.
bool is_found(const Trace& trace, const model::Address& address) {
  return std::ranges::any_of(trace.records(), [&](const Record& record) {
    const auto* const event = std::get_if<model::Event>(&record.what);
    return event != nullptr && event->kind == EventKind::kReplica && event->address == address;
  });
}

// A process that starts at another address is found there, and no longer where it was.
TEST(Run, StartsAtANewAddress) {
  ScenarioBuilder scenario;
  const model::Address address{scenario.symbol("10.0.9.9"), 7'000};
  scenario.at(20s, CrashStep{scenario.nodes({"R2"})});
  scenario.at(21s, StartStep{.nodes = scenario.nodes({"R2"}), .address = address});
  const Trace trace{scenario.build()};
  EXPECT_TRUE(is_found(trace, address)) << trace.text();
  EXPECT_EQ(trace.count(EventKind::kSdown), 3U) << trace.text();
  EXPECT_EQ(trace.count(EventKind::kSdownEnd), 0U) << trace.text();
}

// What its configuration announces stays, though nobody is there.
TEST(Run, AnnouncesWhatItsConfigurationSays) {
  ScenarioBuilder scenario;
  const model::Address address{scenario.symbol("10.0.9.9"), 7'001};
  scenario.config("R2").announces_host = true;
  scenario.at(20s, CrashStep{scenario.nodes({"R2"})});
  scenario.at(21s, StartStep{.nodes = scenario.nodes({"R2"}), .fresh = true, .address = address});
  const Trace trace{scenario.build()};
  EXPECT_TRUE(is_found(trace, {scenario.config("R2").address.host, address.port})) << trace.text();
  EXPECT_FALSE(is_found(trace, address)) << trace.text();
}

// Where a process listens no other one can start.
TEST(Run, RefusesAnAddressThatIsTaken) {
  ScenarioBuilder scenario;
  const NodeId r2 = scenario.node("R2");
  const model::Address address = scenario.config("R3").address;
  scenario.at(20s, CrashStep{{r2}}).at(21s, StartStep{.nodes = {r2}, .address = address});
  scenario.at(30s, CrashStep{scenario.nodes({"R3"})}).at(31s, StartStep{.nodes = {r2}});
  sim::Run run{scenario.build(), 1};
  Scratch scratch;
  run.run_until(SimTime{29s}, scratch, [](const Record&) {});
  EXPECT_FALSE(run.is_running(r2));
  run.run_until(SimTime{40s}, scratch, [](const Record&) {});
  EXPECT_TRUE(run.is_running(r2));
  EXPECT_EQ(run.node(r2).address, address);
}

// --- what is slow -------------------------------------------------------------------------------------------

// A sentinel that resolves hostnames stands still while it looks up whom it reconnects to; others do not ask.
TEST(Run, SlowNamesStallSentinels) {
  ScenarioBuilder scenario;
  scenario.config("S1").resolves_hostnames = true;
  scenario.at(20s, CrashStep{scenario.nodes({"R1"})});
  scenario.at(20s, ResolveStep{.host = scenario.config("R1").address.host, .takes = 3s});
  scenario.at(40s, ResolveStep{.host = scenario.config("R1").address.host}).until(60s);
  const Trace trace{scenario.build()};
  EXPECT_GE(trace.count(EventKind::kTilt, scenario.node("S1")), 5U) << trace.text();
  EXPECT_EQ(trace.find(EventKind::kTilt, scenario.node("S1"), SimTime{44s}), nullptr) << trace.text();
  EXPECT_FALSE(trace.has(EventKind::kTilt, scenario.node("S2"))) << trace.text();
}

// The bandwidth counts for snapshots that begin after it has changed.
TEST(Run, BandwidthChanges) {
  const auto is_synchronised = [](std::int64_t rate) {
    ScenarioBuilder scenario;
    std::get<model::DataNodeConfig>(scenario.config("R1").config).data_size = 100 << 20;
    scenario.at(10s, BandwidthStep{.nodes = scenario.nodes({"R1"}), .rate = rate});
    scenario.at(10s, CrashStep{scenario.nodes({"R2"})}).at(11s, StartStep{.nodes = scenario.nodes({"R2"})});
    sim::Run run{scenario.build(), 1};
    Scratch scratch;
    run.run_until(SimTime{50s}, scratch, [](const Record&) {});
    return run.data_node(scenario.node("R2"))->replication_state() == model::ReplicationState::kConnected;
  };
  EXPECT_TRUE(is_synchronised(100 << 20));
  EXPECT_FALSE(is_synchronised(1 << 20));
}

// --- commands -----------------------------------------------------------------------------------------------

// Each node of a command answers it, in the order of the list; one that does not run cannot be reached.
TEST(Run, CommandsAreAnswered) {
  ScenarioBuilder scenario;
  const model::Symbol name = scenario.symbol("mymaster");
  scenario.config("S3").running = false;
  scenario.at(10s, CommandStep{scenario.nodes({"S3", "S1", "R1"}), model::GetMasterAddrCommand{name}, "who"});
  const Trace trace{scenario.build()};
  const std::vector<Answer> answers = trace.answers();
  ASSERT_THAT(answers, ElementsAre(Field(&Answer::kind, Answer::Kind::kNoConnection),
                                   Field(&Answer::kind, Answer::Kind::kAddress),
                                   Field(&Answer::kind, Answer::Kind::kUnknownCommand)));
  EXPECT_EQ(answers[1].address, scenario.config("R1").address);
}

// A stopped process answers when it goes on; if it is killed instead, whoever asked is told.
TEST(Run, StoppedProcessesAnswerLate) {
  ScenarioBuilder scenario;
  const CommandStep command{scenario.nodes({"S1", "S2"}), model::GetMasterAddrCommand{scenario.symbol("mymaster")},
                            "who"};
  scenario.at(10s, PauseStep{scenario.nodes({"S1", "S2"})}).at(11s, command);
  scenario.at(12s, CrashStep{scenario.nodes({"S2"})}).at(13s, ResumeStep{scenario.nodes({"S1"})});
  const Trace trace{scenario.build()};
  std::vector<std::pair<Micros, Answer::Kind>> answers;
  for (const Record& record : trace.records()) {
    const auto* reply = std::get_if<CommandReply>(&record.what);
    if (reply != nullptr) answers.emplace_back(record.at.time_since_epoch(), reply->answer.kind);
  }
  EXPECT_THAT(answers, ElementsAre(std::pair{Micros{12s}, Answer::Kind::kNoConnection},
                                   std::pair{Micros{13s}, Answer::Kind::kAddress}));
}

// So is whoever asked a process that is killed before its answer is out, because its disk was slow.
TEST(Run, AnswersAreLostWithTheirProcess) {
  ScenarioBuilder scenario;
  scenario.disk().flush = constant_latency(10ms);
  const model::SetCommand set{.master = scenario.symbol("mymaster"),
                              .changes = {{.option = model::SetCommand::Option::kQuorum, .number = 3}}};
  scenario.at(20s, CommandStep{scenario.nodes({"S1", "S2"}), set, "set"});
  scenario.at(20'005ms, CrashStep{scenario.nodes({"S1"})});
  const Trace trace{scenario.build()};
  EXPECT_THAT(trace.answers(), ElementsAre(Field(&Answer::kind, Answer::Kind::kNoConnection), Answer{}))
      << trace.text();
}

// A forced failover needs no votes and no dead master.
TEST(Run, FailoverCanBeCommanded) {
  ScenarioBuilder scenario;
  scenario.at(20s,
              CommandStep{scenario.nodes({"S1"}), model::FailoverCommand{scenario.symbol("mymaster")}, "failover"});
  const Trace trace{scenario.build()};
  EXPECT_THAT(trace.answers(), ElementsAre(Answer{}));
  EXPECT_FALSE(trace.has(EventKind::kSdown)) << trace.text();
  EXPECT_EQ(trace.count(EventKind::kSwitchMaster), 3U) << trace.text();
}

// --- disks, scripts, data -----------------------------------------------------------------------------------

// What a sentinel could not save it does not know after a restart, nor an id that it drew; what it did is done.
TEST(Run, SentinelForgetsWhatItCouldNotSave) {
  ScenarioBuilder scenario;
  const NodeId s1 = scenario.node("S1");
  const model::SetCommand set{.master = scenario.symbol("mymaster"),
                              .changes = {{.option = model::SetCommand::Option::kQuorum, .number = 3}}};
  scenario.config("S2").running = false;
  scenario.at(5s, DiskStep{scenario.nodes({"S1", "S2"}), true}).at(6s, CommandStep{{s1}, set, "set"});
  scenario.at(6s, StartStep{scenario.nodes({"S2"})}).at(10s, CrashStep{scenario.nodes({"S1", "S2"})});
  scenario.at(11s, StartStep{scenario.nodes({"S1", "S2"})});
  scenario.at(20s, DiskStep{{s1}, false}).at(21s, CommandStep{{s1}, set, "set"});
  const std::shared_ptr<const Scenario> built = scenario.build();
  sim::Run run{built, 1};
  const auto quorum_at = [&](Micros time) {
    Trace{built, run, SimTime{time}};
    return run.sentinel(s1)->masters()[0].quorum;
  };
  EXPECT_EQ(quorum_at(9s), 3);
  const std::uint32_t rewrites = run.rewrites(s1);
  const model::Id id = run.sentinel(s1)->id();
  const model::Id unsaved_id = run.sentinel(scenario.node("S2"))->id();
  EXPECT_EQ(quorum_at(19s), 2);
  EXPECT_EQ(run.rewrites(s1), rewrites);
  EXPECT_EQ(run.sentinel(s1)->id(), id);
  EXPECT_NE(run.sentinel(scenario.node("S2"))->id(), unsaved_id);
  EXPECT_EQ(quorum_at(22s), 3);
  EXPECT_GT(run.rewrites(s1), rewrites);
}

// A script takes all the time of a data node, then it answers -BUSY.
TEST(Run, ScriptsKeepANodeBusy) {
  ScenarioBuilder scenario;
  const NodeId r1 = scenario.node("R1");
  scenario.at(10s, CommandStep{{r1}, model::ScriptCommand{8s}, "EVAL"});
  scenario.at(
      12s, CommandStep{{r1}, model::ConfigSetCommand{model::Setting<int>{&model::DataNodeConfig::priority, 1}}, "set"});
  const std::shared_ptr<const Scenario> built = scenario.build();
  sim::Run run{built, 1};
  EXPECT_TRUE((Trace{built, run, SimTime{14'999ms}}.answers().empty()));
  EXPECT_FALSE(run.answers(r1));
  EXPECT_THAT((Trace{built, run, SimTime{15'001ms}}.answers()), ElementsAre(Field(&Answer::kind, Answer::Kind::kBusy)));
  EXPECT_TRUE(run.answers(r1));
  EXPECT_FALSE(run.data_node(r1)->takes_writes());
  Trace{built, run, SimTime{18'001ms}};
  EXPECT_TRUE(run.data_node(r1)->takes_writes());
}

// A data node starts empty, or with what it had; whether it can go on where it was depends on how it ended.
TEST(Run, DataMayBeKept) {
  struct Case {
    Action end;
    bool keeps;
    bool goes_on;
  };
  ScenarioBuilder nodes;
  const std::vector<NodeId> r2 = nodes.nodes({"R2"});
  for (const Case& each :
       {Case{StopStep{r2}, false, false}, Case{StopStep{r2}, true, true}, Case{CrashStep{r2}, true, false}}) {
    ScenarioBuilder scenario;
    scenario.at(5s, CommandStep{scenario.nodes({"R1"}), model::WriteCommand{.bytes = 100, .write = {1, 1}}, "write"});
    scenario.at(10s, each.end);
    scenario.at(12s, StartStep{.nodes = r2, .keeps_data = each.keeps, .load_time = 2s});
    const std::shared_ptr<const Scenario> built = scenario.build();
    sim::Run run{built, 1};
    Trace{built, run, SimTime{13'900ms}};
    EXPECT_TRUE(run.data_node(r2[0])->loading());
    EXPECT_EQ(run.data_node(r2[0])->data() == (model::WriteId{1, 1}), each.keeps);
    const Trace trace{built, run, SimTime{30s}};
    std::size_t partial = 0;
    for (const Record& record : trace.records()) {
      const auto* const line = std::get_if<model::LogLine>(&record.what);
      if (line != nullptr && line->kind == model::NodeLog::kPartialDone) ++partial;
    }
    EXPECT_EQ(partial, each.goes_on ? 1U : 0U);
    EXPECT_EQ(run.data_node(r2[0])->data(), (model::WriteId{1, 1}));
  }
}

}  // namespace
}  // namespace sentinel::sim
