// Where models of Sentinel's elections go wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using model::Epoch;
using testing::ElementsAre;
using testing::Optional;

// The master is dead, and everybody sees it.
void kill_master(SentinelLab& lab, std::initializer_list<Address> others) {
  for (const Address& other : others) lab.at(other).says_down = true;
  lab.crash(kM);
}

// WAIT_START does not wait: who needs nobody is elected in the tick of the start, before the drawn start time
// (13, 14).
TEST(Traps, Trap01WaitStartDoesNotWaitElectionIsCountedInTheTickOfTheStart) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.forget();
  kill_master(lab, {});
  ASSERT_TRUE(lab.run_until(kSdown));
  EXPECT_THAT(lab.kinds(),
              ElementsAre(kSdown, kOdown, kNewEpoch, kTryFailover, kVoteForLeader, kElectedLeader, kSelectReplica));
  EXPECT_EQ(lab.seen().front().at, lab.seen().back().at);
  EXPECT_GT(lab.master().failover_start, lab.now());
}

// The others are asked in the tick of the start, so that a quiet election is won in the next one (4, 13).
TEST(Traps, Trap01VotesAreRequestedInTheTickOfTheStart) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  kill_master(lab, {kS2, kS3});
  ASSERT_TRUE(lab.run_until(kTryFailover));
  EXPECT_THAT(lab.tick(), ElementsAre(kElectedLeader, kSelectReplica));
}

// A candidate that votes for another moves its own election deadline (12.3).
TEST(Traps, Trap02VoteForAnotherMovesTheDeadlineOfACandidate) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  kill_master(lab, {kS2, kS3});
  lab.at(kS2).votes = lab.at(kS3).votes = false;
  ASSERT_TRUE(lab.run_until(kTryFailover));
  lab.run_for(8s);

  const Instant voted_at = lab.now();
  lab.ask({kM, Epoch{7}, id_of(kS2)});
  EXPECT_GE(lab.master().failover_start, voted_at);
  EXPECT_LT(lab.master().failover_start, voted_at + 1000ms);
  ASSERT_TRUE(lab.run_until(kAbortNotElected));
  EXPECT_GT(lab.now(), voted_at + 10s);
}

// Who voted for another does not start a failover itself for 2 x failover-timeout (12.3, 13).
TEST(Traps, Trap02VoteForAnotherDelaysTheOwnStart) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  const Instant voted_at = lab.now();
  lab.ask({kM, Epoch{1}, id_of(kS2)});
  kill_master(lab, {kS2, kS3});
  ASSERT_TRUE(lab.run_until(kTryFailover, 200s));
  EXPECT_GE(lab.now(), voted_at + 120s);
  EXPECT_LE(lab.now(), voted_at + 120s + 1100ms);
}

// Another master's failover moved the current epoch: the votes of the others count in that one, our own vote in the
// epoch of this failover (12.5).
TEST(Traps, Trap03VotesOfOthersCountInTheCurrentEpochOwnVoteInTheFailoverEpoch) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  kill_master(lab, {kS2, kS3});
  lab.at(kS2).votes = lab.at(kS3).votes = false;
  ASSERT_TRUE(lab.run_until(kTryFailover));
  model::Hello hello = hello_from(kS3);
  hello.current_epoch = Epoch{5};
  lab.hear_directly(hello);

  lab.at(kS2).verdict = {.down = true, .leader = id_of(kS1), .leader_epoch = Epoch{5}};
  EXPECT_TRUE(lab.run_until(kElectedLeader, 2s)) << "own vote in epoch 1, vote of S2 in epoch 5";
  EXPECT_EQ(lab.master().failover_epoch, Epoch{1});
}

// Votes for us in the epoch of our failover are worth nothing once the current epoch has moved on (12.5).
TEST(Traps, Trap03VotesOfTheFailoverEpochDoNotCountOnceTheCurrentEpochMovedOn) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  kill_master(lab, {kS2, kS3});
  lab.at(kS2).votes = lab.at(kS3).votes = false;
  ASSERT_TRUE(lab.run_until(kTryFailover));
  model::Hello hello = hello_from(kS3);
  hello.current_epoch = Epoch{5};
  lab.hear_directly(hello);

  lab.at(kS2).verdict = {.down = true, .leader = id_of(kS1), .leader_epoch = Epoch{1}};
  lab.at(kS3).verdict = lab.at(kS2).verdict;
  EXPECT_FALSE(lab.run_until(kElectedLeader, 30s));
  EXPECT_EQ(lab.count(kAbortNotElected), 1);
}

// Sentinels that died long ago still are voters: two votes of five are no majority (12.5).
TEST(Traps, Trap04DeadSentinelsAreVoters) {
  SentinelLab lab(sentinel_among({kS2, kS3, kS4, kS5}));
  for (const Address& dead : {kS3, kS4, kS5}) lab.crash(dead);
  lab.run_for(30s);
  ASSERT_TRUE(lab.peer(kS5).s_down);
  kill_master(lab, {kS2});
  EXPECT_TRUE(lab.run_until(kAbortNotElected));
  EXPECT_EQ(lab.count(kElectedLeader), 0);
}

// A sentinel that knows nobody is its own majority, whatever others may exist (12.5).
TEST(Traps, Trap04FreshSentinelIsItsOwnMajority) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  kill_master(lab, {});
  EXPECT_TRUE(lab.run_until(kElectedLeader));
  EXPECT_TRUE(lab.master().peers.empty());
}

// A sentinel that sees the master well votes all the same (12.2).
TEST(Traps, Trap05VotesWithoutSeeingTheMasterDown) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  lab.forget();
  const model::IsMasterDownReply reply = lab.ask({kM, Epoch{1}, id_of(kS2)});
  EXPECT_FALSE(reply.down);
  EXPECT_THAT(reply.leader, Optional(id_of(kS2)));
  EXPECT_EQ(reply.leader_epoch, Epoch{1});
  EXPECT_THAT(lab.kinds(), ElementsAre(kNewEpoch, kVoteForLeader));
}

// A sentinel in TILT says that the master is not down, but votes (12.2, 18).
TEST(Traps, Trap05VotesInTilt) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSdown));
  EXPECT_TRUE(lab.ask({kM, Epoch{0}, std::nullopt}).down);
  lab.stall(3s);
  ASSERT_THAT(lab.tick(), ElementsAre(kTilt));

  const model::IsMasterDownReply reply = lab.ask({kM, Epoch{1}, id_of(kS2)});
  EXPECT_FALSE(reply.down);
  EXPECT_THAT(reply.leader, Optional(id_of(kS2)));
}

// After a restart the epoch of the last vote is known, but not for whom it was: nobody gets it a second time (12.3,
// 20).
TEST(Traps, Trap19RestartForgetsTheLeaderAndKeepsTheEpochs) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  lab.ask({kM, Epoch{3}, id_of(kS2)});
  lab.restart(1s);
  EXPECT_EQ(lab.sentinel().current_epoch(), Epoch{3});

  const model::IsMasterDownReply reply = lab.ask({kM, Epoch{3}, id_of(kS3)});
  EXPECT_EQ(reply.leader, std::nullopt);
  EXPECT_EQ(reply.leader_epoch, Epoch{3});
}

// A restart forgets the failover start time: the wait that a vote for another caused is over (13, 20).
TEST(Traps, Trap19RestartForgetsTheFailoverStartTime) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  lab.ask({kM, Epoch{3}, id_of(kS2)});
  lab.restart(1s);
  kill_master(lab, {kS2, kS3});
  EXPECT_TRUE(lab.run_until(kTryFailover, 10s));
  EXPECT_EQ(lab.master().failover_epoch, Epoch{4});
}

// Of two configurations with the same epoch the first one stays, whatever the address (9.4).
TEST(Traps, Trap20EqualConfigEpochIsNeverAdopted) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  model::Hello hello = hello_from(kS2);
  hello.master = kR1;
  lab.hear_directly(hello);
  EXPECT_EQ(lab.master().address, kM) << "epoch 0 is not newer than epoch 0";

  hello.config_epoch = Epoch{4};
  lab.hear_directly(hello);
  EXPECT_EQ(lab.master().address, kR1);

  hello.sender = kS3;
  hello.sender_id = id_of(kS3);
  hello.master = kR2;
  lab.hear_directly(hello);
  EXPECT_EQ(lab.master().address, kR1);
}

}  // namespace
}  // namespace sentinel::test
