// Properties of votes and of their count.
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using model::Epoch;

constexpr Address kOthers[] = {kS2, kS3, kS4, kS5};

model::IsMasterDown any_request() {
  return {.master = *rc::gen::element(kM, kElsewhere),
          .epoch = Epoch{*rc::gen::inRange<std::uint64_t>(0, 8)},
          .candidate = id_of(*rc::gen::element(kS1, kS2, kS3))};
}

// Whatever is asked, in whatever order: one vote per master and epoch, and what is reported once stays.
RC_GTEST_PROP(Election, OneVotePerMasterAndEpoch, ()) {
  SentinelLab lab(with_second_master(sentinel_among({kS2, kS3})));
  lab.run_for(1s);
  std::map<std::pair<std::uint16_t, Epoch>, Id> votes;
  const int requests = *rc::gen::inRange(1, 30);
  for (int i = 0; i < requests; ++i) {
    const model::IsMasterDown request = any_request();
    const model::IsMasterDownReply reply = lab.ask(request);
    if (!reply.leader) continue;
    RC_ASSERT(reply.leader_epoch <= lab.sentinel().current_epoch());
    const auto [vote, is_new] = votes.try_emplace({request.master.port, reply.leader_epoch}, *reply.leader);
    RC_ASSERT(vote->second == *reply.leader);
    if (is_new) RC_ASSERT(*reply.leader == *request.candidate);
  }
  RC_ASSERT(lab.count(kVoteForLeader) == votes.size());
}

// Requests, hellos, failovers: the current epoch and that of the last vote never go back.
RC_GTEST_PROP(Election, EpochsNeverDecrease, ()) {
  SentinelLab lab(with_second_master(sentinel_among({kS2, kS3})));
  lab.run_for(1s);
  lab.at(kS2).says_down = true;
  Epoch current{};
  Epoch voted{};
  const int inputs = *rc::gen::inRange(1, 40);
  for (int i = 0; i < inputs; ++i) {
    switch (*rc::gen::inRange(0, 5)) {
      case 0: lab.ask(any_request()); break;
      case 1: {
        model::Hello hello = hello_from(*rc::gen::element(kS2, kS3));
        hello.current_epoch = Epoch{*rc::gen::inRange<std::uint64_t>(0, 12)};
        hello.config_epoch = Epoch{*rc::gen::inRange<std::uint64_t>(0, hello.current_epoch.value + 1)};
        hello.master = *rc::gen::element(kM, kR1, kR2);
        lab.hear_directly(hello);
        break;
      }
      case 2: lab.run_for(Millis{*rc::gen::inRange(0, 20'000)}); break;
      case 3: lab.crash(lab.master().address); break;
      default: lab.revive(lab.master().address); break;
    }
    RC_ASSERT(lab.sentinel().current_epoch() >= current);
    RC_ASSERT(lab.master().leader_epoch >= voted);
    RC_ASSERT(lab.master().leader_epoch <= lab.sentinel().current_epoch());
    current = lab.sentinel().current_epoch();
    voted = lab.master().leader_epoch;
  }
}

// The winner needs the majority of all known sentinels, and the quorum.
RC_GTEST_PROP(Election, NeedsMajorityAndQuorum, ()) {
  const int others = *rc::gen::inRange(0, 5);
  const int quorum = *rc::gen::inRange(1, others + 2);
  int votes = 1;
  model::SentinelConfig config = lone_sentinel();
  config.masters[0].quorum = quorum;
  for (int i = 0; i < others; ++i) config.masters[0].known_sentinels.push_back({kOthers[i], id_of(kOthers[i])});
  SentinelLab lab(config);
  for (int i = 0; i < others; ++i) {
    StandIn& other = lab.at(kOthers[i]);
    other.says_down = true;
    switch (*rc::gen::inRange(0, 3)) {
      case 0: ++votes; break;
      case 1: other.votes = false; break;
      default: other.favourite = id_of(kElsewhere);
    }
  }
  lab.run_for(3s);
  lab.crash(kM);
  const bool elected = lab.run_until(kElectedLeader, 30s);
  RC_ASSERT(elected == (votes >= (others + 1) / 2 + 1 && votes >= quorum));
}

// A candidate that knows votes of its epoch for another gives its own to that one.
TEST(Election, OwnVoteFollowsTheVotesThatAreKnown) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  lab.at(kS2).verdict = {.down = true, .leader = id_of(kS3), .leader_epoch = Epoch{1}};
  lab.at(kS3).votes = false;
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kTryFailover));
  EXPECT_EQ(lab.last(kVoteForLeader).event.candidate, id_of(kS3));
  EXPECT_TRUE(lab.run_until(kAbortNotElected)) << "S3 is elected, not we";
}

// The vote of a sentinel that does not answer any more is forgotten after 5 s.
TEST(Election, StaleVoteIsForgotten) {
  for (const Millis pause : {3s, 6s}) {
    SentinelLab lab(sentinel_among({kS2, kS3, kS4, kS5}));
    lab.run_for(3s);
    lab.at(kS2).says_down = lab.at(kS3).says_down = true;
    for (const Address& other : {kS3, kS4, kS5}) lab.at(other).votes = false;
    lab.crash(kM);
    ASSERT_TRUE(lab.run_until(kTryFailover));
    lab.run_for(1ms);
    lab.hang(kS2);
    lab.run_for(pause);
    lab.at(kS3).votes = true;
    EXPECT_EQ(lab.run_until(kElectedLeader, 1500ms), pause == 3s) << "three votes of five";
  }
}

// A vote request in a newer epoch is told and given, in this order, and flushed.
TEST(Election, VoteIsFlushed) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(1s);
  lab.forget();
  const std::size_t flushes = lab.flushes();
  lab.ask({kM, Epoch{7}, id_of(kS2)});
  EXPECT_THAT(lab.kinds(), testing::ElementsAre(kNewEpoch, kVoteForLeader));
  EXPECT_EQ(lab.last(kVoteForLeader).event.candidate, id_of(kS2));
  EXPECT_EQ(lab.last(kVoteForLeader).event.epoch, Epoch{7});
  EXPECT_GT(lab.flushes(), flushes);
  EXPECT_EQ(lab.saved().current_epoch, Epoch{7});
  EXPECT_EQ(lab.saved().masters[0].leader_epoch, Epoch{7});
}

// Who asks too late is told who has the vote.
TEST(Election, SecondCandidateIsToldTheVote) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(1s);
  lab.ask({kM, Epoch{7}, id_of(kS2)});
  for (const std::uint64_t epoch : {7U, 6U}) {
    const model::IsMasterDownReply reply = lab.ask({kM, Epoch{epoch}, id_of(kS3)});
    EXPECT_EQ(reply.leader, id_of(kS2));
    EXPECT_EQ(reply.leader_epoch, Epoch{7});
  }
}

// There is one current epoch for all masters, but a vote for each.
TEST(Election, MastersHaveVotesOfTheirOwn) {
  SentinelLab lab(with_second_master(sentinel_among({kS2, kS3})));
  lab.run_for(1s);
  lab.ask({kM, Epoch{7}, id_of(kS2)});
  EXPECT_EQ(lab.ask({kElsewhere, Epoch{6}, id_of(kS3)}).leader, std::nullopt) << "an old epoch gets no vote";
  EXPECT_EQ(lab.ask({kElsewhere, Epoch{7}, id_of(kS3)}).leader, id_of(kS3));
  EXPECT_EQ(lab.count(kNewEpoch), 1);
}

// An election is lost 10 s after its start, or after failover-timeout if that is shorter, plus the drawn desync.
TEST(Election, IsGivenUp) {
  for (const Millis timeout : {60'000ms, 6'000ms}) {
    model::SentinelConfig config = sentinel_among({kS2});
    config.masters[0].failover_timeout = timeout;
    SentinelLab lab(config);
    lab.run_for(3s);
    lab.at(kS2).says_down = true;
    lab.at(kS2).votes = false;
    lab.crash(kM);
    ASSERT_TRUE(lab.run_until(kTryFailover));
    const Instant tried_at = lab.now();
    const Millis limit = std::min<Millis>(timeout, 10s);
    ASSERT_TRUE(lab.run_until(kAbortNotElected));
    EXPECT_GT(lab.now(), tried_at + limit);
    EXPECT_LE(lab.now(), tried_at + limit + 1100ms);
    EXPECT_FALSE(lab.master().in_progress);
  }
}

}  // namespace
}  // namespace sentinel::test
