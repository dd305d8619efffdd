// SDOWN, ODOWN and what sentinels tell each other about them, beyond the traps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using model::Epoch;
using model::IsMasterDown;

// Who replies once per down-after is never down, who is silent for longer is.
TEST(FailureDetection, OneReplyPerDownAfterIsEnough) {
  for (const Millis silence : {3500ms, 6000ms}) {
    SentinelLab lab(sentinel_among({}));
    lab.run_for(20s);
    for (int i = 0; i < 10; ++i) {
      lab.hang(kM);
      lab.run_for(silence);
      lab.revive(kM);
      lab.run_for(1200ms);
    }
    EXPECT_EQ(lab.count(kSdown), silence < 5s ? 0 : 10);
    EXPECT_EQ(lab.count(kSdownEnd), lab.count(kSdown));
  }
}

// A process that never answered is down when down-after has passed since the start.
TEST(FailureDetection, NeverReachedInstanceGoesDown) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.crash(kR1);
  lab.crash(kS2);
  lab.run_for(5s);
  EXPECT_EQ(lab.count(kSdown), 0);
  lab.run_for(200ms);
  EXPECT_EQ(lab.count(kSdown, kR1), 1);
  EXPECT_EQ(lab.count(kSdown, kS2), 1);
}

// Down means: for longer than down-after, not for just as long.
TEST(FailureDetection, DownAfterIsExceeded) {
  for (const Millis silence : {5000ms, 5001ms}) {
    SentinelLab lab(sentinel_among({kS2}));
    lab.crash(kS2);
    lab.run_for(4900ms);
    lab.stall(silence - 4900ms);  // the tick that was due meanwhile comes now
    lab.tick();
    ASSERT_EQ(lab.now() - kStart, silence);
    EXPECT_EQ(lab.count(kSdown), silence == 5000ms ? 0 : 1);
  }
}

// The event names the instance; it is said once when it goes down and once when it is back.
TEST(FailureDetection, EdgesAreSaidOnce) {
  SentinelLab lab(sentinel_among({}));
  lab.run_for(3s);
  lab.crash(kR1);
  lab.run_for(20s);
  lab.revive(kR1);
  lab.run_for(20s);
  EXPECT_EQ(lab.count(kSdown), 1);
  EXPECT_EQ(lab.count(kSdownEnd), 1);
  EXPECT_EQ(lab.last(kSdown).event.subject, model::InstanceKind::kReplica);
  EXPECT_EQ(lab.last(kSdown).event.master_address, kM);
}

// A process that is back within down-after was never down.
TEST(FailureDetection, ShortAbsenceIsNotSeen) {
  SentinelLab lab(sentinel_among({}));
  lab.run_for(3s);
  lab.crash(kM);
  lab.run_for(3s);
  lab.revive(kM);
  EXPECT_FALSE(lab.run_until(kSdown, 20s));
}

// A connection that is lost while no PING is outstanding is counted from the last reply, as long as no PING can be
// sent.
TEST(FailureDetection, LostLinkIsCountedFromTheLastReply) {
  model::SentinelConfig config = sentinel_among({});
  config.masters[0].down_after = 800ms;
  SentinelLab lab(config);
  lab.at(kM).delay = 1ms;
  lab.run_for(3s);
  lab.cut(kM);
  lab.tick();  // opened again, PING sent
  const Instant tried_at = lab.now();
  lab.run_for(5ms);
  ASSERT_EQ(lab.link(lab.master()).active_ping, model::kNever);
  const Instant last_reply = lab.link(lab.master()).last_available;
  lab.crash(kM);  // the next try is a second later
  ASSERT_TRUE(lab.run_until(kSdown, 2s));
  EXPECT_GT(lab.now(), last_reply + 800ms);
  EXPECT_LT(lab.now(), tried_at + 1s);
}

// A master that reports slave is down after down-after and two INFO periods.
TEST(FailureDetection, MasterThatReportsSlaveGoesDown) {
  SentinelLab lab(sentinel_among({}));
  lab.run_for(3s);
  lab.at(kM).info = info_of_replica(kM, kElsewhere);
  ASSERT_TRUE(lab.run_until(kRoleChanged));
  const Instant reported_at = lab.now();
  ASSERT_TRUE(lab.run_until(kSdown));
  EXPECT_GT(lab.now(), reported_at + 25s);
  EXPECT_LE(lab.now(), reported_at + 25s + 100ms);
  lab.at(kM).info = info_of_master(kM);
  EXPECT_TRUE(lab.run_until(kSdownEnd, 11s));
}

// A master that was started again and still loads goes down by master-reboot-down-after-period, though it replies.
TEST(FailureDetection, RebootedMasterThatLoadsGoesDown) {
  model::SentinelConfig config = sentinel_among({});
  config.masters[0].master_reboot_down_after = 3s;
  SentinelLab lab(config);
  lab.run_for(3s);
  lab.at(kM).info.run_id = id_of(kElsewhere);
  lab.at(kM).ping = model::Status::kLoading;
  ASSERT_TRUE(lab.run_until(kReboot));
  const Instant rebooted_at = lab.now();
  ASSERT_TRUE(lab.run_until(kSdown));
  EXPECT_GT(lab.now(), rebooted_at + 3s);
  EXPECT_LE(lab.now(), rebooted_at + 3s + 100ms);
  lab.at(kM).ping = model::Status::kPong;
  EXPECT_TRUE(lab.run_until(kSdownEnd, 2s));
}

// The reboot rule is off by default, and does not matter to a master that answers PONG.
TEST(FailureDetection, RebootAloneIsNoFailure) {
  for (const Millis period : {0ms, 3000ms}) {
    model::SentinelConfig config = sentinel_among({});
    config.masters[0].master_reboot_down_after = period;
    SentinelLab lab(config);
    lab.run_for(3s);
    lab.at(kM).info.run_id = id_of(kElsewhere);
    if (period == 0ms) lab.at(kM).ping = model::Status::kLoading;
    ASSERT_TRUE(lab.run_until(kReboot));
    EXPECT_FALSE(lab.run_until(kSdown, 20s));
  }
}

// The reboot of a replica does not make its master suspicious.
TEST(FailureDetection, RebootOfAReplicaIsNotThatOfItsMaster) {
  model::SentinelConfig config = sentinel_among({});
  config.masters[0].master_reboot_down_after = 3s;
  SentinelLab lab(config);
  lab.at(kM).ping = model::Status::kLoading;
  lab.run_for(3s);
  lab.at(kR1).info.run_id = id_of(kElsewhere);
  ASSERT_TRUE(lab.run_until(kReboot));
  EXPECT_FALSE(lab.run_until(kSdown, 20s));
}

// The reboot of the old master does not make the new one suspicious.
TEST(FailureDetection, SwitchForgetsTheReboot) {
  model::SentinelConfig config = sentinel_among({kS2});
  config.masters[0].master_reboot_down_after = 3s;
  SentinelLab lab(config);
  lab.run_for(3s);
  for (const Address& node : {kM, kR1}) lab.at(node).ping = model::Status::kLoading;
  lab.at(kM).info.run_id = id_of(kElsewhere);
  ASSERT_TRUE(lab.run_until(kReboot));
  model::Hello hello = hello_from(kS2);
  hello.config_epoch = Epoch{1};
  hello.master = kR1;
  lab.hear_directly(hello);
  EXPECT_FALSE(lab.run_until(kSdown, 20s));
}

// ODOWN needs as many votes as the quorum says, our own included; the event counts them.
TEST(FailureDetection, OdownNeedsTheQuorum) {
  for (int others = 0; others <= 2; ++others) {
    model::SentinelConfig config = sentinel_among({kS2, kS3, kS4});
    config.masters[0].quorum = 3;
    SentinelLab lab(config);
    lab.run_for(3s);
    if (others >= 1) lab.at(kS2).says_down = true;
    if (others >= 2) lab.at(kS3).says_down = true;
    lab.crash(kM);
    EXPECT_EQ(lab.run_until(kOdown, 20s), others == 2);
    if (others < 2) continue;
    EXPECT_EQ(lab.last(kOdown).event.value, 3);
    EXPECT_EQ(lab.last(kOdown).event.quorum, 3);
    EXPECT_EQ(lab.master().o_down_since, lab.now());
  }
}

// ODOWN ends with SDOWN, in the same tick.
TEST(FailureDetection, OdownEndsWithSdown) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.at(kS2).says_down = true;
  lab.at(kS2).votes = false;
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kOdown));
  lab.revive(kM);
  ASSERT_TRUE(lab.run_until(kSdownEnd));
  EXPECT_EQ(lab.last(kOdownEnd).at, lab.now());
}

// A sentinel that does not reply any more is not believed for longer than 5 s.
TEST(FailureDetection, OldAnswerIsForgotten) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.at(kS2).says_down = true;
  lab.at(kS2).votes = false;
  lab.hang(kM);
  ASSERT_TRUE(lab.run_until(kOdown));
  lab.run_for(1ms);
  const Instant answered_at = lab.peer(kS2).last_down_reply;
  lab.hang(kS2);
  ASSERT_TRUE(lab.run_until(kOdownEnd));
  EXPECT_GT(lab.now(), answered_at + 5s);
  EXPECT_LE(lab.now(), answered_at + 5s + 200ms);
}

// The others are asked each second while the master is down, by its address; before a failover no vote is asked for.
TEST(FailureDetection, OthersAreAskedWhileTheMasterIsDown) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(10s);
  EXPECT_TRUE(lab.sent<IsMasterDown>(kS2).empty());
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSdown));
  lab.run_for(5s);
  const std::vector<Sent> asked = lab.sent<IsMasterDown>(kS2);
  EXPECT_EQ(asked.size(), 5);
  const auto question = std::get<IsMasterDown>(asked.back().message);
  EXPECT_EQ(question.master, kM);
  EXPECT_EQ(question.candidate, std::nullopt);
}

// A sentinel that was just met is asked a second later.
TEST(FailureDetection, NewSentinelIsAskedAfterASecond) {
  SentinelLab lab(sentinel_among({}));
  lab.run_for(3s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSdown));
  const Instant met_at = lab.now();
  lab.hear_directly(hello_from(kS2));
  ASSERT_TRUE(lab.run_until([&] { return !lab.sent<IsMasterDown>(kS2).empty(); }));
  EXPECT_GE(lab.now(), met_at + 1s);
  EXPECT_LE(lab.now(), met_at + 1100ms);
}

// Only replies are remembered: a sentinel that does not reply is asked at every tick.
TEST(FailureDetection, SilentSentinelIsAskedAtEveryTick) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.hang(kS2);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSdown));
  lab.forget();
  for (int i = 0; i < 10; ++i) lab.tick();
  EXPECT_EQ(lab.sent<IsMasterDown>(kS2).size(), 10);
}

// A candidate asks for votes in its current epoch.
TEST(FailureDetection, CandidateAsksForVotes) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.at(kS2).says_down = true;
  lab.at(kS2).votes = false;
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kTryFailover));
  model::Hello hello = hello_from(kS2);
  hello.current_epoch = Epoch{8};
  const auto last_question = [&] { return std::get<IsMasterDown>(lab.sent<IsMasterDown>(kS2).back().message); };
  EXPECT_EQ(last_question().candidate, id_of(kS1));
  EXPECT_EQ(last_question().epoch, Epoch{1});
  lab.hear_directly(hello);
  lab.run_for(1200ms);
  EXPECT_EQ(last_question().epoch, Epoch{8});
}

// A sentinel answers for the address, not for the name, and says nothing of masters that it does not know.
TEST(FailureDetection, AnswersByAddress) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSdown));
  const model::IsMasterDownReply known = lab.ask({kM, Epoch{0}, std::nullopt});
  EXPECT_TRUE(known.down);
  EXPECT_EQ(known.leader, std::nullopt);
  EXPECT_EQ(known.leader_epoch, Epoch{0});

  const model::IsMasterDownReply unknown = lab.ask({kElsewhere, Epoch{9}, id_of(kS2)});
  EXPECT_FALSE(unknown.down);
  EXPECT_EQ(unknown.leader, std::nullopt);
  EXPECT_EQ(lab.sentinel().current_epoch(), Epoch{0});
}

// The vote that another sentinel tells is a line of the log, when its epoch is new.
TEST(FailureDetection, VotesOfOthersAreLogged) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  lab.at(kS2).verdict = {.down = true, .leader = id_of(kS3), .leader_epoch = Epoch{1}};
  lab.at(kS3).votes = false;
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kTryFailover));
  lab.run_for(5s);
  EXPECT_EQ(lab.count(kVotedFor), 1);
  const model::Event voted = lab.last(kVotedFor).event;
  EXPECT_FALSE(voted.published);
  EXPECT_EQ(voted.id, id_of(kS2));
  EXPECT_EQ(voted.candidate, id_of(kS3));
  EXPECT_EQ(voted.epoch, Epoch{1});
}

}  // namespace
}  // namespace sentinel::test
