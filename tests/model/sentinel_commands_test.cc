// What operators and clients ask of a sentinel.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using model::Answer;
using Option = model::SetCommand::Option;
using testing::ElementsAre;

constexpr model::Symbol kNoMaster{99, 4};

// Commands for a master that is not monitored say so.
TEST(Commands, UnknownMaster) {
  SentinelLab lab(lone_sentinel());
  EXPECT_EQ(lab.command(model::FailoverCommand{kNoMaster}).kind, Answer::Kind::kNoSuchMaster);
  EXPECT_EQ(lab.command(model::RemoveCommand{kNoMaster}).kind, Answer::Kind::kNoSuchMaster);
  EXPECT_EQ(lab.command(model::SetCommand{kNoMaster, {}}).kind, Answer::Kind::kNoSuchMaster);
  EXPECT_EQ(lab.command(model::CkquorumCommand{kNoMaster}).kind, Answer::Kind::kNoSuchMaster);
  EXPECT_EQ(lab.command(model::GetMasterAddrCommand{kNoMaster}).kind, Answer::Kind::kNull);
  EXPECT_EQ(lab.command(model::ResetCommand{{kNoMaster}}).number, 0);
}

// Commands of data nodes are none of a sentinel.
TEST(Commands, CommandsOfDataNodesAreUnknown) {
  SentinelLab lab(lone_sentinel());
  EXPECT_EQ(lab.command(model::ReplicaofCommand{}).kind, Answer::Kind::kUnknownCommand);
  EXPECT_EQ(lab.command(model::ConfigSetCommand{}).kind, Answer::Kind::kUnknownCommand);
}

// GET-MASTER-ADDR-BY-NAME tells the promoted replica as soon as the promotion was seen, before the switch.
TEST(Commands, GetMasterAddr) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.at(kR2).syncs = false;
  lab.crash(kM);
  const auto address = [&] { return lab.command(model::GetMasterAddrCommand{kMaster1}).address; };
  ASSERT_TRUE(lab.run_until(kWaitPromotion));
  EXPECT_EQ(address(), kM);
  ASSERT_TRUE(lab.run_until(kPromotedReplica));
  EXPECT_EQ(address(), kR1);
  EXPECT_EQ(lab.count(kSwitchMaster), 0);
}

// SENTINEL FAILOVER is refused while one is in progress, and when no replica may be promoted.
TEST(Commands, FailoverIsRefused) {
  SentinelLab lab(lone_sentinel());
  EXPECT_EQ(lab.command(model::FailoverCommand{kMaster1}).kind, Answer::Kind::kNoGoodReplica);
  EXPECT_EQ(lab.count(kTryFailover), 0);
  lab.run_for(3s);
  EXPECT_EQ(lab.command(model::FailoverCommand{kMaster1}).kind, Answer::Kind::kOk);
  EXPECT_EQ(lab.command(model::FailoverCommand{kMaster1}).kind, Answer::Kind::kInProgress);
}

// SENTINEL RESET forgets replicas, sentinels and a failover in progress, and writes nothing to disk; INFO of a living
// master brings the replicas back.
TEST(Commands, Reset) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.command(model::FailoverCommand{kMaster1});
  const std::size_t flushes = lab.flushes();
  lab.forget();
  EXPECT_EQ(lab.command(model::ResetCommand{{kMaster1, kNoMaster}}).number, 1);
  EXPECT_THAT(lab.kinds(), ElementsAre(kResetMaster));
  EXPECT_EQ(lab.flushes(), flushes);
  EXPECT_TRUE(lab.master().replicas.empty());
  EXPECT_TRUE(lab.master().peers.empty());
  EXPECT_FALSE(lab.master().in_progress);
  EXPECT_FALSE(lab.connected(kR1) || lab.connected(kS2) || lab.connected(kM));
  lab.run_for(11s);
  EXPECT_EQ(lab.count(kReplica), 2);
  EXPECT_EQ(lab.master().address, kM);
}

// A master that is down stays down after a RESET for down-after only; it has no replicas then.
TEST(Commands, ResetWhileTheMasterIsDown) {
  SentinelLab lab(lone_sentinel());
  for (const Address& replica : {kR1, kR2}) lab.at(replica).info.priority = 0;
  lab.run_for(3s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kAbortNoGoodReplica));
  lab.command(model::ResetCommand{{kMaster1}});
  EXPECT_FALSE(lab.master().s_down);
  const Instant reset_at = lab.now();
  ASSERT_TRUE(lab.run_until(kTryFailover)) << "the wait for the next try is forgotten";
  EXPECT_GT(lab.now(), reset_at + 5s);
  EXPECT_LE(lab.now(), reset_at + 5s + 200ms);
  EXPECT_TRUE(lab.run_until(kAbortNoGoodReplica));
}

// SENTINEL REMOVE says so, closes all connections and forgets the master on disk, too.
TEST(Commands, Remove) {
  SentinelLab lab(with_second_master(sentinel_among({kS2})));
  lab.run_for(3s);
  lab.forget();
  EXPECT_EQ(lab.command(model::RemoveCommand{kMaster1}).kind, Answer::Kind::kOk);
  EXPECT_THAT(lab.kinds(), ElementsAre(kUnmonitor));
  EXPECT_FALSE(lab.connected(kM) || lab.connected(kR1));
  EXPECT_TRUE(lab.connected(kElsewhere) && lab.connected(kR3));
  EXPECT_TRUE(lab.connected(kS2)) << "it watches the other master as well";
  ASSERT_EQ(lab.saved().masters.size(), 1);
  EXPECT_EQ(lab.saved().masters[0].name, kMaster2);
  lab.run_for(30s);
  EXPECT_EQ(lab.count(kSdown), 0);
  EXPECT_EQ(lab.master().name, kMaster2);
  lab.command(model::RemoveCommand{kMaster2});
  EXPECT_FALSE(lab.connected(kS2));
}

// SENTINEL MONITOR takes a new master with default settings, once.
TEST(Commands, Monitor) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(1s);
  lab.forget();
  const model::MonitorCommand monitor{kMaster2, kElsewhere, 3};
  lab.at(kElsewhere).info = info_of_master(kElsewhere, {kR3});
  EXPECT_EQ(lab.command(monitor).kind, Answer::Kind::kOk);
  EXPECT_THAT(lab.kinds(), ElementsAre(kMonitor));
  EXPECT_EQ(lab.last(kMonitor).event.quorum, 3);
  EXPECT_EQ(lab.command(monitor).kind, Answer::Kind::kDuplicateMaster);
  const model::MonitoredMaster saved = lab.saved().masters.at(1);
  EXPECT_EQ(saved.address, kElsewhere);
  EXPECT_EQ(saved.down_after, 30s);
  EXPECT_EQ(saved.failover_timeout, 180s);
  EXPECT_EQ(saved.parallel_syncs, 1);
  lab.run_for(1s);
  EXPECT_EQ(lab.count(kReplica, kR3), 1);
}

// SENTINEL SET changes, says and flushes each option; down-after holds for the replicas and sentinels as well.
TEST(Commands, Set) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(1s);
  lab.forget();
  model::SetCommand set{kMaster1, {}};
  set.changes.push_back({.option = Option::kDownAfter, .number = 1234, .name_text = {50, 9}, .value_text = {51, 4}});
  set.changes.push_back({.option = Option::kFailoverTimeout, .number = 5678});
  set.changes.push_back({.option = Option::kParallelSyncs, .number = 4});
  set.changes.push_back({.option = Option::kQuorum, .number = 1});
  set.changes.push_back({.option = Option::kMasterRebootDownAfter, .number = 99});
  EXPECT_EQ(lab.command(set).kind, Answer::Kind::kOk);
  EXPECT_THAT(lab.kinds(), ElementsAre(kSet, kSet, kSet, kSet, kSet));
  EXPECT_EQ(lab.seen()[0].event.option, (model::Symbol{50, 9}));
  EXPECT_EQ(lab.seen()[0].event.option_value, (model::Symbol{51, 4}));
  const model::MonitoredMaster saved = lab.saved().masters[0];
  EXPECT_EQ(saved.down_after, 1234ms);
  EXPECT_EQ(saved.failover_timeout, 5678ms);
  EXPECT_EQ(saved.parallel_syncs, 4);
  EXPECT_EQ(saved.quorum, 1);
  EXPECT_EQ(saved.master_reboot_down_after, 99ms);
  EXPECT_EQ(lab.replica(kR1).down_after, 1234ms);
  EXPECT_EQ(lab.peer(kS2).down_after, 1234ms);
}

// SENTINEL SET without an option is answered, but nothing is flushed.
TEST(Commands, SetWithoutChanges) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(1s);
  const std::size_t flushes = lab.flushes();
  EXPECT_EQ(lab.command(model::SetCommand{kMaster1, {}}).kind, Answer::Kind::kOk);
  EXPECT_EQ(lab.flushes(), flushes);
}

// SENTINEL FLUSHCONFIG writes what is known, even if it did not change.
TEST(Commands, FlushConfig) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(1s);
  const std::size_t flushes = lab.flushes();
  EXPECT_EQ(lab.command(model::FlushConfigCommand{}).kind, Answer::Kind::kOk);
  EXPECT_EQ(lab.flushes(), flushes + 1);
}

// A new password closes the connections to the data nodes, which are then told the new one.
TEST(Commands, SetAuthPass) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.forget();
  model::SetCommand set{kMaster1, {}};
  set.changes.push_back({.option = Option::kAuthPass, .text = {60, 6}});
  lab.command(set);
  EXPECT_FALSE(lab.connected(kM) || lab.connected(kR1));
  EXPECT_TRUE(lab.connected(kS2));
  lab.run_for(1100ms);
  ASSERT_EQ(lab.sent<model::Auth>(kM).size(), 2);
  const Sent first = lab.sent<model::Auth>(kM)[0];
  EXPECT_EQ(std::get<model::Auth>(first.message).password, (model::Symbol{60, 6}));
  EXPECT_EQ(lab.saved().masters[0].auth_pass, (model::Symbol{60, 6}));
}

// CKQUORUM counts the sentinels that are not down, and compares with the quorum and with the majority of all known.
TEST(Commands, Ckquorum) {
  model::SentinelConfig config = sentinel_among({kS2, kS3, kS4, kS5});
  SentinelLab lab(config);
  const auto ask = [&] { return lab.command(model::CkquorumCommand{kMaster1}); };
  lab.run_for(3s);
  EXPECT_EQ(ask(), (Answer{.kind = Answer::Kind::kQuorumReachable, .number = 5}));

  for (const Address& other : {kS2, kS3, kS4}) lab.crash(other);
  lab.run_for(6s);
  EXPECT_EQ(ask(), (Answer{.kind = Answer::Kind::kNoQuorum, .number = 2, .majority_unreachable = true}));
  lab.crash(kS5);
  lab.run_for(6s);
  EXPECT_EQ(
      ask(),
      (Answer{.kind = Answer::Kind::kNoQuorum, .number = 1, .quorum_unreachable = true, .majority_unreachable = true}));
  for (const Address& other : {kS2, kS3, kS4, kS5}) lab.revive(other);
  lab.run_for(3s);
  model::SetCommand set{kMaster1, {}};
  set.changes.push_back({.option = Option::kQuorum, .number = 6});
  lab.command(set);
  EXPECT_EQ(ask(), (Answer{.kind = Answer::Kind::kNoQuorum, .number = 5, .quorum_unreachable = true}));
}

// A sentinel that cannot write its configuration does what it is asked all the same, and logs it. From 7.0 on it also
// says so to who asked.
TEST(Commands, ConfigurationCannotBeSaved) {
  for (const auto& [version, answer] :
       {std::pair{"redis-7.0", Answer::Kind::kNotSaved}, std::pair{"redis-6.2", Answer::Kind::kOk}}) {
    SentinelLab lab(sentinel_among({}), {.profile = version});
    lab.run_for(3s);
    lab.sentinel().set_disk_fails(true);
    const std::size_t flushes = lab.flushes();
    lab.forget();
    model::SetCommand set{kMaster1, {}};
    set.changes.push_back({.option = Option::kQuorum, .number = 5});
    EXPECT_EQ(lab.command(set).kind, answer) << version;
    EXPECT_EQ(lab.master().quorum, 5) << version;
    lab.hear(hello_from(kS2));
    EXPECT_EQ(lab.count(kSentinel), 1) << version;
    EXPECT_EQ(lab.command(model::FlushConfigCommand{}).kind, answer) << version;
    EXPECT_EQ(lab.command(model::RemoveCommand{kMaster1}).kind, answer) << version;
    EXPECT_EQ(lab.command(model::MonitorCommand{kMaster1, kM, 1}).kind, answer) << version;
    EXPECT_EQ(lab.count(kNotSaved), 5) << version;
    EXPECT_EQ(lab.flushes(), flushes) << version;
    lab.sentinel().set_disk_fails(false);
    EXPECT_EQ(lab.command(model::FlushConfigCommand{}).kind, Answer::Kind::kOk) << version;
    EXPECT_EQ(lab.flushes(), flushes + 1) << version;
  }
}

}  // namespace
}  // namespace sentinel::test
