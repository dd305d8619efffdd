#include "sim/run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/scenario_builder.h"
#include "tests/support/scenario_trace.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;
using model::EventKind;
using testing::ElementsAre;

SimTime at(Micros time) { return SimTime{time}; }

// The kinds of what one node said in a period, in order.
std::vector<EventKind> kinds(const Trace& trace, NodeId by, Micros from, Micros to) {
  std::vector<EventKind> kinds;
  for (const Record& record : trace.records()) {
    const auto* event = std::get_if<model::Event>(&record.what);
    if (event != nullptr && record.node == by && record.at >= at(from) && record.at <= at(to))
      kinds.push_back(event->kind);
  }
  return kinds;
}

sim::Run run_until(const std::shared_ptr<const Scenario>& scenario, Micros time) {
  sim::Run run{scenario, 1};
  Scratch scratch;
  run.run_until(at(time), scratch, [](const Record&) {});
  return run;
}

// --- the start ----------------------------------------------------------------------------------------------

// A node that is killed before it has come up stays dead, until a step starts it.
TEST(Run, NodeKilledBeforeItsStartStaysDead) {
  ScenarioBuilder scenario;
  const NodeId s1 = scenario.nodes({"S1"})[0];
  scenario.at(0s, CrashStep{{s1}});
  scenario.at(5s, StartStep{{s1}});
  const auto built = scenario.build();
  EXPECT_FALSE(run_until(built, 4s).is_running(s1));
  EXPECT_TRUE(run_until(built, 6s).is_running(s1));
}

// --- a whole run --------------------------------------------------------------------------------------------

// A cluster at rest is synchronised at time 0, finds itself within seconds, and then says nothing more.
TEST(Run, QuietClusterDiscoversItself) {
  ScenarioBuilder scenario;
  const Trace trace{scenario.build()};
  for (const NodeId sentinel : scenario.nodes({"S1", "S2", "S3"})) {
    EXPECT_EQ(trace.count(EventKind::kReplica, sentinel), 2U);
    EXPECT_EQ(trace.count(EventKind::kSentinel, sentinel), 2U);
  }
  EXPECT_LT(trace.records().back().at, at(15s)) << trace.text();
}

// When the master crashes, one sentinel is elected and all of them switch to the same replica, which is a master then.
TEST(Run, FailsOverWhenTheMasterCrashes) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    ScenarioBuilder scenario;
    scenario.at(20s, CrashStep{scenario.nodes({"R1"})});
    const auto built = scenario.build();
    sim::Run run{built, seed};
    const Trace trace{built, run, built->until};
    EXPECT_EQ(trace.count(EventKind::kElectedLeader), 1U) << trace.text();
    EXPECT_EQ(trace.count(EventKind::kSwitchMaster), 3U) << trace.text();
    int masters = 0;
    for (const NodeId replica : scenario.nodes({"R2", "R3"})) masters += run.data_node(replica)->is_master() ? 1 : 0;
    EXPECT_EQ(masters, 1) << trace.text();
  }
}

// Time does not go back, and a run that is stopped and continued says the same as one that is not.
TEST(Run, CanBeRunInPieces) {
  ScenarioBuilder scenario;
  scenario.at(20s, CrashStep{scenario.nodes({"R1"})});
  const auto built = scenario.build();
  const Trace whole{built};
  EXPECT_TRUE(std::ranges::is_sorted(whole.records(), {}, &Record::at));

  std::string pieces;
  sim::Run run{built, 1};
  for (Micros end = 0s; end <= built->until.time_since_epoch(); end += 700ms)
    pieces += Trace{built, run, at(end)}.text();
  pieces += Trace{built, run, built->until}.text();
  EXPECT_EQ(pieces, whole.text());
}

// Without processes there is no future.
TEST(Run, EndsWhenNothingIsLeftToHappen) {
  ScenarioBuilder scenario;
  for (const char* name : {"R1", "R2", "R3", "S1", "S2", "S3"}) scenario.config(name).running = false;
  sim::Run run{scenario.build(), 1};
  Scratch scratch;
  EXPECT_FALSE(run.step(scratch));
  EXPECT_FALSE(run.is_running(scenario.node("R1")));
}

// --- crash and start ----------------------------------------------------------------------------------------

// A data node has a new run id after each start; those of the first starts can be given.
TEST(Run, StartGivesANewRunId) {
  ScenarioBuilder scenario;
  const model::Id given = model::Id::parse("00112233445566778899aabbccddeeff00112233").value();
  scenario.config("R2").run_ids = {given};
  scenario.at(10s, CrashStep{scenario.nodes({"R2"})}).at(11s, StartStep{scenario.nodes({"R2"})});
  const NodeId node = scenario.node("R2");
  const sim::Run before = run_until(scenario.build(), 9s);
  const sim::Run down = run_until(scenario.build(), 10s);
  const sim::Run after = run_until(scenario.build(), 12s);
  EXPECT_EQ(before.data_node(node)->run_id(), given);
  EXPECT_FALSE(down.is_running(node));
  EXPECT_TRUE(after.is_running(node));
  EXPECT_NE(after.data_node(node)->run_id(), given);
}

// A sentinel keeps what it wrote to its configuration: id, epochs, master, replicas and other sentinels. It forgets who
// was down.
TEST(Run, SentinelsRememberTheirConfiguration) {
  ScenarioBuilder scenario;
  scenario.at(20s, CrashStep{scenario.nodes({"R1"})});
  scenario.at(40s, CrashStep{scenario.nodes({"S1"})}).at(50s, StartStep{scenario.nodes({"S1"})});
  const NodeId node = scenario.node("S1");
  const sim::Run before = run_until(scenario.build(), 39s);
  sim::Run after = run_until(scenario.build(), 49s);
  Scratch scratch;
  while (!after.is_running(node)) ASSERT_TRUE(after.step(scratch));

  const model::Sentinel& old_life = *before.sentinel(node);
  const model::Sentinel& new_life = *after.sentinel(node);
  const model::Master& remembered = new_life.masters().front();
  EXPECT_EQ(new_life.id(), old_life.id());
  EXPECT_EQ(new_life.current_epoch(), old_life.current_epoch());
  EXPECT_EQ(new_life.current_epoch(), model::Epoch{1});
  EXPECT_EQ(remembered.config_epoch, model::Epoch{1});
  EXPECT_EQ(remembered.address, old_life.masters().front().address);
  EXPECT_NE(remembered.address, scenario.config("R1").address);
  EXPECT_EQ(remembered.replicas.size(), 2U);
  EXPECT_EQ(remembered.peers.size(), 2U);
  EXPECT_TRUE(std::ranges::any_of(old_life.masters().front().replicas, &model::Replica::s_down));
  EXPECT_TRUE(std::ranges::none_of(remembered.replicas, &model::Replica::s_down));
}

// In 2.8 the id of a sentinel is its run id: another one after a restart, even if the first was configured.
TEST(Run, IdOfASentinelAfterARestart) {
  const model::Id given{{1, 2, 3}};
  const auto ids = [&](std::string_view profile) {
    ScenarioBuilder scenario;
    scenario.profile(profile);
    std::get<model::SentinelConfig>(scenario.config("S1").config).id = given;
    scenario.at(10s, CrashStep{scenario.nodes({"S1"})}).at(20s, StartStep{scenario.nodes({"S1"})});
    const NodeId node = scenario.node("S1");
    const model::Id first = run_until(scenario.build(), 9s).sentinel(node)->id();
    return std::pair{first, run_until(scenario.build(), 21s).sentinel(node)->id()};
  };
  EXPECT_EQ(ids("redis-2.8").first, given);
  EXPECT_NE(ids("redis-2.8").second, given);
  EXPECT_EQ(ids("redis-3.2"), (std::pair{given, given}));
}

// What the others say of a sentinel that comes back with another id, and of one that comes back with its own.
TEST(Run, SentinelThatWasStartedAgain) {
  const auto said = [](std::string_view profile) {
    ScenarioBuilder scenario;
    scenario.profile(profile);
    scenario.at(10s, CrashStep{scenario.nodes({"S2"})}).at(20s, StartStep{scenario.nodes({"S2"})}).until(40s);
    const Trace trace{scenario.build()};
    return kinds(trace, scenario.node("S1"), 10s, 40s);
  };
  using enum EventKind;
  EXPECT_THAT(said("redis-2.8"), ElementsAre(kSdown, kSdownEnd, kDuplicateSentinel, kSentinel));
  EXPECT_THAT(said("redis-3.2"), ElementsAre(kSdown, kSdownEnd));
}

// A sentinel that ends itself is dead like one that was killed: it says nothing more, the others go on, and it can be
// started again. How long its disk takes does not matter.
TEST(Run, SentinelThatEndsItself) {
  struct Case {
    model::SimulateFailureCommand failure;
    EventKind last;
  };
  for (const Case& what : {Case{{.crash_after_election = true}, EventKind::kElectedLeader},
                           Case{{.crash_after_promotion = true}, EventKind::kPromotedReplica}}) {
    for (const Micros flush : {0us, 1'000us}) {
      ScenarioBuilder scenario;
      scenario.disk().flush = constant_latency(flush);
      const std::vector<NodeId> sentinels = scenario.nodes({"S1", "S2", "S3"});
      scenario.at(5s, CommandStep{sentinels, what.failure, "SENTINEL SIMULATE-FAILURE"});
      scenario.at(10s, CrashStep{scenario.nodes({"R1"})});
      const auto built = scenario.build();
      const Trace trace{built};
      const Record* const crash = trace.find(what.last);
      ASSERT_NE(crash, nullptr);
      EXPECT_FALSE(std::get<model::Event>(crash->what).published);
      EXPECT_EQ(trace.count(what.last), 1U);
      const sim::Run end = run_until(built, 60s);
      for (const NodeId node : sentinels) EXPECT_EQ(end.is_running(node), node != crash->node);
      for (const Record& record : trace.records()) EXPECT_TRUE(record.node != crash->node || record.at <= crash->at);

      scenario.at(30s, StartStep{{crash->node}});
      EXPECT_TRUE(run_until(scenario.build(), 60s).is_running(crash->node));
    }
  }
}

// The timers of an earlier life mean nothing: a process that was started often is not busier than one started once.
TEST(Run, RestartsDoNotMultiplyTimers) {
  const auto pace = [](int restarts) {
    ScenarioBuilder scenario;
    for (int i = 0; i < restarts; ++i) {
      scenario.at(5s + i * 10ms, CrashStep{scenario.nodes({"S1", "R2"})});
      scenario.at(5s + i * 10ms + 5ms, StartStep{scenario.nodes({"S1", "R2"})});
    }
    return run_until(scenario.build(), 60s).happenings() - run_until(scenario.build(), 30s).happenings();
  };
  const std::uint64_t usual = pace(0);
  EXPECT_NEAR(static_cast<double>(pace(100)), static_cast<double>(usual), 0.05 * static_cast<double>(usual));
}

// What is done to a process that is not there, or started twice, does no harm.
TEST(Run, RepeatedFaultsAreHarmless) {
  ScenarioBuilder scenario;
  for (int i = 0; i < 2; ++i) {
    scenario.at(5s, StartStep{scenario.nodes({"R2", "S2"})});
    scenario.at(6s, CrashStep{scenario.nodes({"R2"})});
    scenario.at(7s, PauseStep{scenario.nodes({"R2"})});
    scenario.at(8s, StallStep{scenario.nodes({"R2"}), 5s});
    scenario.at(9s, StartStep{scenario.nodes({"R2"})});
    scenario.at(10s, ResumeStep{scenario.nodes({"R2", "S2"})});
  }
  const sim::Run run = run_until(scenario.build(), 30s);
  ASSERT_TRUE(run.is_running(scenario.node("R2")));
  EXPECT_EQ(run.data_node(scenario.node("R2"))->replication_state(), model::ReplicationState::kConnected);
}

// --- clocks and clients of data nodes -----------------------------------------------------------------------

// A node whose clock is set back an hour just before a replica of its own attaches goes on to try its master.
TEST(Run, ClockSetBackDoesNotStopReplication) {
  ScenarioBuilder scenario;
  sim::Node& sub_replica = scenario.config("R3");
  sub_replica.running = false;
  std::get<model::DataNodeConfig>(sub_replica.config).replicaof = scenario.config("R2").address;
  const NodeId replica = scenario.node("R2");
  scenario.at(20s, ClockStep{{replica}, -1h}).at(20s + 100ms, StartStep{scenario.nodes({"R3"})});
  scenario.at(30s, CrashStep{scenario.nodes({"R1"})}).at(32s, StartStep{scenario.nodes({"R1"})});
  const sim::Run run = run_until(scenario.build(), 34s);
  EXPECT_EQ(run.data_node(replica)->master(), scenario.config("R1").address);
  EXPECT_NE(run.data_node(replica)->replication_state(), model::ReplicationState::kConnect);
}

// Operators and clients are clients: after CLIENT PAUSE they wait with all others.
TEST(Run, CommandsWaitForTheEndOfAClientPause) {
  ScenarioBuilder scenario;
  const std::vector<NodeId> master = scenario.nodes({"R1"});
  scenario.at(20s, CommandStep{master, model::ClientPauseCommand{3s}, "CLIENT PAUSE 3000"});
  scenario.at(21s, CommandStep{master, model::WriteCommand{10}, "write"});
  const auto built = scenario.build();
  std::vector<SimTime> answered;
  sim::Run run{built, 1};
  Scratch scratch;
  run.run_until(at(40s), scratch, [&](const Record& record) {
    if (std::holds_alternative<CommandReply>(record.what)) answered.push_back(record.at);
  });
  ASSERT_EQ(answered.size(), 2U);
  EXPECT_EQ(answered[0], at(20s));
  EXPECT_GE(answered[1], at(23s));
  EXPECT_LT(answered[1], at(23s + 2ms));
}

// --- pause and stall ----------------------------------------------------------------------------------------

// The timer of a stopped sentinel is due before it reads what it was sent: it notices the gap, then learns of the
// failover.
TEST(Run, ResumedProcessesSeeTheGapBeforeTheyRead) {
  ScenarioBuilder scenario;
  scenario.disk().flush = constant_latency(1ms);
  const NodeId s1 = scenario.node("S1");
  scenario.at(20s, CrashStep{scenario.nodes({"R1"})});
  scenario.at(22s, PauseStep{{s1}}).at(40s, ResumeStep{{s1}});
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Trace trace{scenario.build(), seed};
    EXPECT_EQ(kinds(trace, s1, 22s, 39'999ms), std::vector<EventKind>{});
    const Record* tilt = trace.find(EventKind::kTilt, s1);
    const Record* switched = trace.find(EventKind::kSwitchMaster, s1);
    ASSERT_TRUE(tilt != nullptr && switched != nullptr) << trace.text();
    EXPECT_LT(tilt, switched) << trace.text();
    EXPECT_LT(tilt->at, at(40'100ms)) << trace.text();
  }
}

// A master that is stopped for long is failed over, and comes back as a replica of the new one.
TEST(Run, PausedMasterIsReplaced) {
  ScenarioBuilder scenario;
  scenario.at(20s, PauseStep{scenario.nodes({"R1"})}).at(40s, ResumeStep{scenario.nodes({"R1"})}).until(90s);
  const auto built = scenario.build();
  sim::Run run{built, 1};
  const Trace trace{built, run, built->until};
  EXPECT_EQ(trace.count(EventKind::kSwitchMaster), 3U) << trace.text();
  EXPECT_TRUE(trace.has(EventKind::kConvertToReplica)) << trace.text();
  EXPECT_FALSE(run.data_node(scenario.node("R1"))->is_master());
}

// A stall is a pause that ends by itself. Where two overlap, the later end counts.
TEST(Run, StallsEndByThemselves) {
  ScenarioBuilder scenario;
  const NodeId s1 = scenario.node("S1");
  scenario.at(20s, StallStep{{s1}, 10s}).at(21s, StallStep{{s1}, 3s});
  const Trace trace{scenario.build()};
  ASSERT_EQ(trace.count(EventKind::kTilt, s1), 1U) << trace.text();
  EXPECT_EQ(trace.find(EventKind::kTilt, s1)->at, at(30s));
}

// A stall that ends while the process is stopped does not make it run, and the other way round.
TEST(Run, PauseAndStallTogetherLastUntilBothEnd) {
  ScenarioBuilder scenario;
  const NodeId s1 = scenario.node("S1");
  const NodeId s2 = scenario.node("S2");
  scenario.at(20s, PauseStep{{s1, s2}});
  scenario.at(21s, StallStep{{s1}, 3s}).at(27s, ResumeStep{{s1}});
  scenario.at(21s, StallStep{{s2}, 10s}).at(27s, ResumeStep{{s2}});
  const Trace trace{scenario.build()};
  ASSERT_TRUE(trace.has(EventKind::kTilt, s1) && trace.has(EventKind::kTilt, s2)) << trace.text();
  EXPECT_EQ(trace.find(EventKind::kTilt, s1)->at, at(27s));
  EXPECT_EQ(trace.find(EventKind::kTilt, s2)->at, at(31s));
}

// A stopped process that is killed and started lives again.
TEST(Run, KillEndsAPause) {
  ScenarioBuilder scenario;
  scenario.at(20s, PauseStep{scenario.nodes({"S1"})});
  scenario.at(25s, CrashStep{scenario.nodes({"S1"})}).at(26s, StartStep{scenario.nodes({"S1"})});
  const Trace trace{scenario.build()};
  EXPECT_EQ(kinds(trace, scenario.node("S1"), 25s, 27s), std::vector{EventKind::kMonitor}) << trace.text();
}

// What happens while a process waits for its disk follows what it did before, even if both come in the same
// microsecond: here all things happen at whole milliseconds.
TEST(Run, WaitingForTheDiskLosesNothing) {
  ScenarioBuilder scenario{{.down_after = 2s}};
  scenario.network().latency = constant_latency(1ms);
  scenario.disk().flush = constant_latency(1ms);
  const std::vector<NodeId> all = scenario.nodes({"R1", "R2", "R3", "S1", "S2", "S3"});
  scenario.at(20s, PauseStep{all}).at(20'900ms, ResumeStep{all}).at(30s, CrashStep{scenario.nodes({"R1"})});
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const Trace trace{scenario.build(), seed};
    for (const NodeId sentinel : scenario.nodes({"S1", "S2", "S3"})) {
      EXPECT_TRUE(trace.has(EventKind::kSwitchMaster, sentinel)) << seed << "\n" << trace.text();
      EXPECT_EQ(trace.count(EventKind::kSdown, sentinel), 2U) << seed << ": master, then replica\n" << trace.text();
    }
  }
}

// A process that hangs while it waits for its disk goes on with both when it can.
TEST(Run, HangingWhileWaitingForTheDiskLosesNothing) {
  ScenarioBuilder scenario{{.down_after = 2s}};
  scenario.disk().flush = constant_latency(100ms);
  const std::vector<NodeId> sentinels = scenario.nodes({"S1", "S2", "S3"});
  for (Micros time = 1s; time < 5s; time += 150ms) scenario.at(time, StallStep{sentinels, 130ms});
  scenario.at(20s, CrashStep{scenario.nodes({"R1"})});
  const Trace trace{scenario.build()};
  for (const NodeId sentinel : sentinels) EXPECT_TRUE(trace.has(EventKind::kSwitchMaster, sentinel)) << trace.text();
}

// Who stands still again and again, as it learns of many others at once, is given each thing once.
TEST(Run, WhatIsHeldHappensOnce) {
  const auto happenings = [](Micros flush) {
    ScenarioBuilder scenario{{.sentinels = 17}};
    scenario.disk().flush = constant_latency(flush);
    return run_until(scenario.build(), 10s).happenings();
  };
  EXPECT_LT(happenings(4ms), happenings(0ms) * 5 / 4);
}

// --- clocks -------------------------------------------------------------------------------------------------

// A clock that is set back, or forward by more than two seconds, puts its sentinel, and no other, in TILT for 30 s.
TEST(Run, ClockStepsCauseTilt) {
  for (const Micros step : {Micros{-1ms * 200}, Micros{-10s}, Micros{2'500ms}}) {
    ScenarioBuilder scenario;
    const NodeId s1 = scenario.node("S1");
    scenario.at(20s, ClockStep{{s1}, step, std::nullopt});
    const Trace trace{scenario.build()};
    ASSERT_EQ(trace.count(EventKind::kTilt), 1U) << trace.text();
    ASSERT_EQ(trace.count(EventKind::kTiltEnd, s1), 1U) << trace.text();
    const Micros begin = trace.find(EventKind::kTilt, s1)->at.time_since_epoch();
    const Micros end = trace.find(EventKind::kTiltEnd, s1)->at.time_since_epoch();
    EXPECT_LE(begin, Micros{20'100ms});
    EXPECT_GE(end - begin, Micros{30s});
    EXPECT_LE(end - begin, Micros{30'100ms});
  }
}

// Small steps forward, and clocks that run 2 % wrong, disturb nobody.
TEST(Run, SmallClockErrorsAreHarmless) {
  ScenarioBuilder scenario;
  scenario.at(20s, ClockStep{scenario.nodes({"S1"}), 1'800ms, std::nullopt});
  scenario.at(20s, ClockStep{scenario.nodes({"S2"}), 0ms, 20'000});
  scenario.at(20s, ClockStep{scenario.nodes({"S3", "R1"}), 0ms, -20'000});
  const Trace trace{scenario.build()};
  EXPECT_TRUE(trace.has(EventKind::kSentinel));
  EXPECT_FALSE(trace.has(EventKind::kTilt)) << trace.text();
  EXPECT_FALSE(trace.has(EventKind::kSdown)) << trace.text();
}

// A record shows the true time and what the clock of its process showed.
TEST(Run, RecordsShowBothTimes) {
  ScenarioBuilder scenario;
  const NodeId s1 = scenario.node("S1");
  scenario.at(20s, ClockStep{{s1}, 1h, std::nullopt});
  const Trace trace{scenario.build()};
  const Record& tilt = *trace.find(EventKind::kTilt, s1);
  EXPECT_EQ(tilt.clock, kWallClockAtStart + 1h + std::chrono::floor<model::Millis>(tilt.at.time_since_epoch()));
}

// Where in a second the clocks of a machine begin can be drawn: by seed, the same for all of its processes.
TEST(Run, DrawsTheSecond) {
  ScenarioBuilder scenario;
  scenario.draws_second() = true;
  scenario.until(1ms);
  const auto built = scenario.build();
  std::vector<model::Instant> clocks;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const sim::Run run{built, seed};
    for (const std::string_view node : {"R1", "S3"}) clocks.push_back(run.wall_clock(scenario.node(node)));
    EXPECT_EQ(clocks.back(), *(clocks.end() - 2));
  }
  const auto [first, last] = std::ranges::minmax(clocks);
  EXPECT_GE(first, kWallClockAtStart - 30s);
  EXPECT_LT(last, kWallClockAtStart - 29s);
  EXPECT_GT(last - first, 500ms);
}

// --- the network of a run -----------------------------------------------------------------------------------

// A sentinel that alone is cut off from the master says so, and is not believed; after the cut it is content.
TEST(Run, OneBlindSentinelIsNotEnough) {
  for (const CutMode mode : {CutMode::kDrop, CutMode::kReject}) {
    ScenarioBuilder scenario;
    const NodeId s1 = scenario.node("S1");
    scenario.at(20s, PartitionStep{{{s1}, scenario.nodes({"R1"})}, mode}).at(40s, HealStep{});
    const Trace trace{scenario.build()};
    EXPECT_EQ(trace.count(EventKind::kSdown), 1U) << trace.text();
    EXPECT_TRUE(trace.has(EventKind::kSdown, s1)) << trace.text();
    EXPECT_TRUE(trace.has(EventKind::kSdownEnd, s1)) << trace.text();
    EXPECT_FALSE(trace.has(EventKind::kOdown)) << trace.text();
  }
}

// With answers that take longer than down-after, everything seems down; when the network is itself again, it recovers.
TEST(Run, LatencyCanBeChanged) {
  ScenarioBuilder scenario{{.down_after = 1s}};
  scenario.at(20s, LatencyStep{{}, constant_latency(2s)}).at(30s, LatencyStep{{}, constant_latency(1ms)});
  const Trace trace{scenario.build()};
  EXPECT_TRUE(trace.has(EventKind::kSdown)) << trace.text();
  EXPECT_EQ(trace.count(EventKind::kSdown), trace.count(EventKind::kSdownEnd)) << trace.text();
}

}  // namespace
}  // namespace sentinel::sim
