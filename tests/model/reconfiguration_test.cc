// What follows a promotion: the other replicas, the end of the failover, the switch; beyond the traps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using model::Epoch;
using testing::ElementsAre;
using testing::IsEmpty;

// A replica that is down is not waited for.
TEST(Reconfiguration, EndsWithoutAReplicaThatIsDown) {
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
TEST(Reconfiguration, DoesNotEndWhileThePromotedReplicaIsDown) {
  SentinelLab lab(with_failover_timeout(8s));
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
TEST(Reconfiguration, EndsByTimeout) {
  SentinelLab lab(with_failover_timeout(15s));
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
TEST(Reconfiguration, ParallelSyncs) {
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

// A replica that lost a connection is told when it has it again.
TEST(Reconfiguration, DisconnectedReplicaIsToldLater) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kPromotedReplica));
  lab.cut_subscription(kR2);
  EXPECT_THAT(lab.tick(), IsEmpty());
  EXPECT_THAT(lab.tick(), ElementsAre(kReconfSent));
}

// A failover that ends in time leaves alone whom it did not reach.
TEST(Reconfiguration, NoBestEffortWithoutTimeout) {
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
TEST(Reconfiguration, TransactionIsSixPendingCommands) {
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
TEST(Reconfiguration, NewerConfigurationCancels) {
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
TEST(Reconfiguration, SwitchForgetsTheForce) {
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
TEST(Reconfiguration, SwitchResetsTheLink) {
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
TEST(Reconfiguration, SwitchForgetsRunIdAndRole) {
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
TEST(Reconfiguration, SwitchStartsAnew) {
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
