// The course of a failover and its ways to end, beyond the traps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using model::Epoch;
using testing::ElementsAre;
using testing::IsEmpty;

model::SentinelConfig with_timeout(Millis timeout) {
  model::SentinelConfig config = lone_sentinel();
  config.masters[0].failover_timeout = timeout;
  return config;
}

// All that the leader says, in order (22.1).
TEST(Failover, CanonicalOrder) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  lab.at(kS2).says_down = lab.at(kS3).says_down = true;
  lab.forget();
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSwitchMaster));
  EXPECT_THAT(lab.kinds(), ElementsAre(kSdown, kOdown, kNewEpoch, kTryFailover, kVoteForLeader,  //
                                       kElectedLeader, kSelectReplica,                           //
                                       kSelectedReplica, kSendReplicaofNoOne,                    //
                                       kWaitPromotion,                                           //
                                       kRoleChanged, kPromotedReplica, kReconfReplicas,          //
                                       kReconfSent,                                              //
                                       kReconfInProgress, kReconfDone,                           //
                                       kFailoverEnd, kSwitchMaster, kReplica, kReplica));
  const model::Event change = lab.last(kSwitchMaster).event;
  EXPECT_EQ(change.master_address, kM);
  EXPECT_EQ(change.new_address, kR1);
  EXPECT_EQ(lab.master().address, kR1);
  EXPECT_FALSE(lab.master().in_progress);
  EXPECT_EQ(lab.at(kR2).info.master, kR1);
}

// One state per tick, and the promotion is seen by the INFO that follows the ODOWN tick by a second (25).
TEST(Failover, Timing) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kElectedLeader));
  const Instant elected_at = lab.now();
  EXPECT_THAT(lab.tick(), ElementsAre(kSelectedReplica, kSendReplicaofNoOne));
  EXPECT_THAT(lab.tick(), ElementsAre(kWaitPromotion));
  ASSERT_TRUE(lab.run_until(kPromotedReplica));
  EXPECT_GT(lab.now(), elected_at + 1s);
  EXPECT_LE(lab.now(), elected_at + 1200ms);
}

// The configuration has the epoch of the failover, and is flushed when the promotion is seen.
TEST(Failover, PromotionIsFlushed) {
  SentinelLab lab(sentinel_among({}));
  lab.run_for(3s);
  lab.ask({kM, Epoch{6}, id_of(kS2)});
  ASSERT_EQ(lab.command(model::FailoverCommand{kMaster1}).kind, model::Answer::Kind::kOk);
  ASSERT_TRUE(lab.run_until(kWaitPromotion));
  EXPECT_EQ(lab.master().config_epoch, Epoch{0});
  EXPECT_EQ(lab.saved().masters[0].address, kM);
  model::Hello hello = hello_from(kS2);
  hello.current_epoch = Epoch{9};
  lab.hear_directly(hello);
  ASSERT_TRUE(lab.run_until(kPromotedReplica));
  EXPECT_EQ(lab.master().config_epoch, Epoch{7});
  EXPECT_EQ(lab.saved().masters[0].config_epoch, Epoch{7});
  EXPECT_EQ(lab.saved().masters[0].address, kR1);
}

// The hellos of the tick after the promotion name the new master with the new epoch.
TEST(Failover, PromotionIsToldAtOnce) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(2500ms);  // hellos were sent at 2 s
  lab.command(model::FailoverCommand{kMaster1});
  ASSERT_TRUE(lab.run_until(kPromotedReplica));
  lab.forget();
  lab.tick();
  for (const Address& address : {kM, kR2, kS2}) {
    const std::vector<Sent> hellos = lab.sent<model::Publish>(address);
    ASSERT_EQ(hellos.size(), 1) << address.port;
    const model::Hello hello = std::get<model::Publish>(hellos[0].message).hello;
    EXPECT_EQ(hello.master, kR1);
    EXPECT_EQ(hello.config_epoch, Epoch{1});
  }
}

// Two tries are 2 x failover-timeout and the drawn desync apart; why nothing happens meanwhile is logged once per try.
TEST(Failover, TriesAreSpaced) {
  model::SentinelConfig config = sentinel_among({kS2});
  config.masters[0].failover_timeout = 6s;
  SentinelLab lab(config);
  lab.run_for(3s);
  lab.at(kS2).says_down = true;
  lab.at(kS2).votes = false;
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kTryFailover));
  for (int i = 0; i < 3; ++i) {
    const Instant tried_at = lab.now();
    const Instant drawn_start = lab.master().failover_start;
    EXPECT_GE(drawn_start, tried_at);
    EXPECT_LT(drawn_start, tried_at + 1s);
    ASSERT_TRUE(lab.run_until(kTryFailover));
    EXPECT_GE(lab.now(), drawn_start + 12s);
    EXPECT_LE(lab.now(), drawn_start + 12s + 100ms);
    EXPECT_EQ(lab.count(kNextFailoverDelay), static_cast<std::size_t>(i) + 1);
    EXPECT_EQ(lab.last(kNextFailoverDelay).event.until, drawn_start + 12s);
  }
  EXPECT_EQ(lab.sentinel().current_epoch(), Epoch{4});
}

// Without a good replica the failover is given up in the tick of the selection.
TEST(Failover, AbortsWithoutAGoodReplica) {
  SentinelLab lab(lone_sentinel());
  for (const Address& replica : {kR1, kR2}) lab.at(replica).info.priority = 0;
  lab.run_for(3s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSelectReplica));
  EXPECT_THAT(lab.tick(), ElementsAre(kAbortNoGoodReplica));
  EXPECT_FALSE(lab.master().in_progress);
}

// A replica that does not become a master in failover-timeout is given up, and is an ordinary replica again.
TEST(Failover, AbortsWhenThePromotionFails) {
  SentinelLab lab(with_timeout(8s));
  lab.run_for(3s);
  lab.at(kR1).obeys = false;
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kWaitPromotion));
  const Instant sent_at = lab.now();
  ASSERT_TRUE(lab.run_until(kAbortReplicaTimeout));
  EXPECT_GT(lab.now(), sent_at + 8s);
  EXPECT_LE(lab.now(), sent_at + 8s + 100ms);
  EXPECT_FALSE(lab.replica(kR1).promoted);
  EXPECT_EQ(lab.saved().masters[0].address, kM);
}

// So is one whose connection is lost before it could be told.
TEST(Failover, AbortsWhenTheReplicaCannotBeTold) {
  SentinelLab lab(with_timeout(8s));
  lab.run_for(3s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSelectedReplica));
  const Instant selected_at = lab.now();
  lab.crash(kR1);
  ASSERT_TRUE(lab.run_until(kAbortReplicaTimeout));
  EXPECT_GT(lab.now(), selected_at + 8s);
  EXPECT_EQ(lab.count(kWaitPromotion), 0);
}

// The master that comes back does not stop a failover that has started.
TEST(Failover, GoesOnWhenTheMasterIsBack) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSelectedReplica));
  lab.revive(kM);
  ASSERT_TRUE(lab.run_until(kSwitchMaster));
  EXPECT_EQ(lab.count(kSdownEnd), 1);
  EXPECT_EQ(lab.master().address, kR1);
}

// A replica that is down is not waited for.
TEST(Failover, EndsWithoutAReplicaThatIsDown) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.crash(kR2);
  lab.run_for(6s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kPromotedReplica));
  EXPECT_EQ(lab.tick().front(), kFailoverEnd);
  EXPECT_EQ(lab.count(kReconfSent), 0);
}

// Nothing ends while the promoted replica is down, not even by time-out.
TEST(Failover, DoesNotEndWhileThePromotedReplicaIsDown) {
  SentinelLab lab(with_timeout(8s));
  lab.run_for(3s);
  lab.at(kR2).syncs = false;
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kPromotedReplica));
  lab.crash(kR1);
  EXPECT_FALSE(lab.run_until(kFailoverEnd, 60s));
  lab.revive(kR1);
  EXPECT_TRUE(lab.run_until(kFailoverEndForTimeout, 2s));
}

// A replica that obeyed but does not get in sync is waited for until failover-timeout; then the failover ends.
TEST(Failover, EndsByTimeout) {
  SentinelLab lab(with_timeout(15s));
  lab.run_for(3s);
  lab.at(kR2).syncs = false;
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kPromotedReplica));
  const Instant promoted_at = lab.now();
  ASSERT_TRUE(lab.run_until(kSwitchMaster));
  EXPECT_GT(lab.now(), promoted_at + 15s);
  EXPECT_LE(lab.now(), promoted_at + 15s + 100ms);
  EXPECT_EQ(lab.count(kReconfInProgress), 1);
  EXPECT_EQ(lab.count(kReconfDone), 0);
  EXPECT_EQ(lab.count(kReconfSentTimeout), 0) << "only for replicas that did not obey";
}

// As many replicas as parallel-syncs says are reconfigured at a time.
TEST(Failover, ParallelSyncs) {
  for (const int parallel : {1, 2}) {
    model::SentinelConfig config = lone_sentinel();
    config.masters[0].known_replicas = {kR1, kR2, kR3};
    config.masters[0].parallel_syncs = parallel;
    SentinelLab lab(config);
    lab.run_for(3s);
    lab.at(kR2).syncs = lab.at(kR3).syncs = false;
    lab.crash(kM);
    ASSERT_TRUE(lab.run_until(kPromotedReplica));
    lab.run_for(5s);
    EXPECT_EQ(lab.count(kReconfSent), static_cast<std::size_t>(parallel));
    lab.at(kR2).info.link_up = true;
    lab.run_for(3s);
    EXPECT_EQ(lab.count(kReconfSent), 2);
    EXPECT_EQ(lab.count(kReconfDone), 1);
  }
}

// The operator's failover needs neither a dead master nor votes, but it votes for itself.
TEST(Failover, ForcedByTheOperator) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  lab.forget();
  ASSERT_EQ(lab.command(model::FailoverCommand{kMaster1}).kind, model::Answer::Kind::kOk);
  EXPECT_THAT(lab.kinds(), ElementsAre(kNewEpoch, kTryFailover));
  EXPECT_EQ(lab.count(kUserFailover), 1);
  EXPECT_THAT(lab.tick(), ElementsAre(kVoteForLeader, kElectedLeader, kSelectReplica));
  ASSERT_TRUE(lab.run_until(kSwitchMaster));
  EXPECT_TRUE(lab.sent<model::IsMasterDown>(kS2).empty()) << "the master is not down";
  EXPECT_EQ(lab.master().config_epoch, Epoch{1});
}

// The operator's failover does not wait for 2 x failover-timeout.
TEST(Failover, ForcedFailoverDoesNotWait) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.ask({kM, Epoch{1}, id_of(kS2)});
  EXPECT_EQ(lab.command(model::FailoverCommand{kMaster1}).kind, model::Answer::Kind::kOk);
  EXPECT_EQ(lab.sentinel().current_epoch(), Epoch{2});
}

// A promoted replica is not taken for an old master, though the real one still looks well.
TEST(Failover, PromotedReplicaIsNotConverted) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.at(kR2).syncs = false;
  lab.command(model::FailoverCommand{kMaster1});
  ASSERT_TRUE(lab.run_until(kPromotedReplica));
  EXPECT_FALSE(lab.run_until(kConvertToReplica, 30s));
}

// After an operator's failover was given up, the next one needs votes again.
TEST(Failover, ForceEndsWithTheFailover) {
  model::SentinelConfig config = sentinel_among({kS2});
  config.masters[0].failover_timeout = 8s;
  SentinelLab lab(config);
  lab.run_for(3s);
  lab.at(kR1).obeys = false;
  lab.command(model::FailoverCommand{kMaster1});
  ASSERT_TRUE(lab.run_until(kAbortReplicaTimeout));
  lab.at(kS2).says_down = true;
  lab.at(kS2).votes = false;
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kAbortNotElected));
  EXPECT_EQ(lab.count(kElectedLeader), 1);
}

// A replica that lost a connection is told when it has it again.
TEST(Failover, DisconnectedReplicaIsToldLater) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kPromotedReplica));
  lab.cut_subscription(kR2);
  EXPECT_THAT(lab.tick(), IsEmpty());
  EXPECT_THAT(lab.tick(), ElementsAre(kReconfSent));
}

// A failover that ends in time leaves alone whom it did not reach.
TEST(Failover, NoBestEffortWithoutTimeout) {
  model::SentinelConfig config = lone_sentinel();
  config.masters[0].known_replicas = {kR1, kR2, kR3};
  SentinelLab lab(config);
  lab.run_for(3s);
  for (const Address& replica : {kR2, kR3}) lab.at(replica).ping = model::Status::kBusy;  // down, but connected
  lab.at(kR2).obeys = false;
  lab.run_for(8s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSwitchMaster));
  EXPECT_EQ(lab.count(kReconfSent), 1);
  EXPECT_EQ(lab.count(kReconfSentBestEffort), 0);
  EXPECT_TRUE(lab.sent<model::Reconfigure>(kR3).empty());
}

// The transaction counts as the six commands that it is.
TEST(Failover, TransactionIsSixPendingCommands) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSelectedReplica));
  lab.run_for(1ms);
  lab.hang(kR1);
  const int before = lab.link(lab.replica(kR1)).pending;
  ASSERT_THAT(lab.tick(), ElementsAre(kWaitPromotion));
  EXPECT_GE(lab.link(lab.replica(kR1)).pending, before + 6);
}

// A newer configuration ends a failover silently.
TEST(Failover, NewerConfigurationCancels) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kWaitPromotion));
  lab.forget();
  model::Hello hello = hello_from(kS2);
  hello.config_epoch = Epoch{9};
  hello.master = kR2;
  lab.hear_directly(hello);
  EXPECT_THAT(lab.kinds(), ElementsAre(kSentinel, kConfigUpdateFrom, kSwitchMaster, kReplica, kReplica));
  EXPECT_FALSE(lab.master().in_progress);
  EXPECT_EQ(lab.master().failover_start, model::kNever);
}

// The operator's wish ends with the configuration that it was for.
TEST(Failover, SwitchForgetsTheForce) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.command(model::FailoverCommand{kMaster1});
  model::Hello hello = hello_from(kS2);
  hello.config_epoch = Epoch{9};
  hello.master = kR1;
  lab.hear_directly(hello);
  lab.run_for(3s);
  lab.at(kS2).says_down = true;
  lab.at(kS2).votes = false;
  lab.crash(kR1);
  ASSERT_TRUE(lab.run_until(kAbortNotElected));
  EXPECT_EQ(lab.count(kElectedLeader), 0);
}

// The connections of the master are made anew, within the throttle, and its times without a reply start at the switch.
TEST(Failover, SwitchResetsTheLink) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.hang(kM);
  lab.run_for(3s);
  const model::Link before = lab.link(lab.master());
  model::Hello hello = hello_from(kS2);
  hello.config_epoch = Epoch{9};
  hello.master = kR1;
  lab.hear_directly(hello);
  const model::Link after = lab.link(lab.master());
  EXPECT_TRUE(after.disconnected);
  EXPECT_FALSE(after.command || after.subscription);
  EXPECT_EQ(after.active_ping, lab.now());
  EXPECT_EQ(after.last_available, lab.now());
  EXPECT_EQ(after.last_pong, lab.now());
  EXPECT_EQ(after.last_ping, model::kNever);
  EXPECT_EQ(after.last_reconnect, before.last_reconnect);
}

// A switch forgets what the old master said of itself: the new one neither rebooted nor changed its role.
TEST(Failover, SwitchForgetsRunIdAndRole) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.at(kM).info = info_of_replica(kM, kElsewhere);
  lab.run_for(3s);
  ASSERT_EQ(lab.count(kRoleChanged, kM), 1);
  lab.at(kR1).info = info_of_master(kR1);
  model::Hello hello = hello_from(kS2);
  hello.config_epoch = Epoch{9};
  hello.master = kR1;
  lab.hear_directly(hello);
  lab.forget();
  lab.run_for(12s);
  EXPECT_FALSE(lab.sent<model::InfoRequest>(kR1).empty());
  EXPECT_THAT(lab.kinds(), IsEmpty());
}

// A switch forgets that the old master was down, but not what was learnt of the other sentinels.
TEST(Failover, SwitchStartsAnew) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  lab.at(kS2).says_down = lab.at(kS3).says_down = true;
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSwitchMaster));
  const model::Master& master = lab.master();
  EXPECT_FALSE(master.s_down || master.o_down || master.forced || master.promoted.has_value());
  EXPECT_EQ(master.s_down_since, model::kNever);
  EXPECT_EQ(master.o_down_since, model::kNever);
  EXPECT_EQ(master.leader, std::nullopt);
  EXPECT_EQ(master.leader_epoch, Epoch{1});
  EXPECT_TRUE(lab.peer(kS2).says_master_down);
  EXPECT_EQ(lab.peer(kS2).leader, id_of(kS1));
  lab.run_for(1s);
  EXPECT_FALSE(lab.peer(kS2).s_down);
}

}  // namespace
}  // namespace sentinel::test
