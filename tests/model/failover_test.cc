// The course of a failover up to the promotion, and its ways to fail; beyond the traps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using model::Epoch;
using testing::ElementsAre;
using testing::IsEmpty;

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
  SentinelLab lab(with_failover_timeout(8s));
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
  SentinelLab lab(with_failover_timeout(8s));
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

}  // namespace
}  // namespace sentinel::test
