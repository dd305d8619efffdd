// Where models of Sentinel's failure detection go wrong: links, SDOWN, ODOWN.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using model::Epoch;

constexpr Millis kDownAfter = 5s;
constexpr Millis kLongestTick = 100ms;

// "Connected" means that a connect was started: nobody has to answer (5.1).
TEST(Traps, Trap06ConnectedMeansThatAConnectWasStarted) {
  SentinelLab lab(lone_sentinel());
  lab.hang(kM);
  lab.tick();
  EXPECT_FALSE(lab.link(lab.master()).disconnected);
}

// In a partition a young link stays as it is, also while the instance is down, until it is 15 s old (5.2).
TEST(Traps, Trap06YoungLinkIsNotKilled) {
  SentinelLab lab(sentinel_among({}));
  lab.run_for(2s);
  const Instant opened = lab.link(lab.master()).command_since;
  lab.hang(kM);
  ASSERT_TRUE(lab.run_until(kSdown));
  EXPECT_FALSE(lab.link(lab.master()).disconnected);
  lab.run_for(opened + 15s - lab.now());
  EXPECT_EQ(lab.link(lab.master()).command_since, opened);
  lab.run_for(3 * kLongestTick);
  EXPECT_GT(lab.link(lab.master()).command_since, opened + 15s);
}

// An old link is killed when a PING is unanswered for half of down-after, before the instance is down (5.2).
TEST(Traps, Trap06OldLinkIsKilledAfterHalfOfDownAfter) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(30s);
  lab.hang(kM);
  ASSERT_TRUE(lab.run_until([&] { return lab.link(lab.master()).disconnected; }));
  const Millis unanswered = lab.now() - lab.link(lab.master()).active_ping;
  EXPECT_GT(unanswered, kDownAfter / 2);
  EXPECT_LE(unanswered, kDownAfter / 2 + kLongestTick);
  EXPECT_EQ(lab.count(kSdown), 0);
}

// A fault that happens right after a PING was answered: how long until +sdown?
Millis detection_time(void (SentinelLab::*fault)(Address)) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(10s);
  lab.forget();
  EXPECT_TRUE(lab.run_until([&] { return !lab.sent<model::Ping>(kM).empty(); }));
  lab.run_for(1ms);
  const Instant fault_at = lab.now();
  (lab.*fault)(kM);
  EXPECT_TRUE(lab.run_until(kSdown));
  return lab.last(kSdown).at - fault_at;
}

// A crash is counted from the reconnect in the next tick, a hang from the next PING that is due (10).
TEST(Traps, Trap07CrashAndHangAreSeenAfterDifferentTimes) {
  const Millis crash = detection_time(&SentinelLab::crash);
  EXPECT_GE(crash, kDownAfter);
  EXPECT_LE(crash, kDownAfter + 2 * kLongestTick);

  const Millis hang = detection_time(&SentinelLab::hang);
  EXPECT_GT(hang, kDownAfter + 1s - 2ms);
  EXPECT_LE(hang, kDownAfter + 1s + 2 * kLongestTick);
}

// A crash is never seen before down-after has passed, however old the last reply is (10).
TEST(Traps, Trap07CrashIsNotCountedFromTheLastReply) {
  for (Millis phase = 0ms; phase < 1s; phase += 100ms) {
    SentinelLab lab(lone_sentinel());
    lab.run_for(10s + phase);
    const Instant crashed_at = lab.now();
    lab.crash(kM);
    ASSERT_TRUE(lab.run_until(kSdown));
    EXPECT_GE(lab.now(), crashed_at + kDownAfter);
    EXPECT_LE(lab.now(), crashed_at + kDownAfter + 2 * kLongestTick);
  }
}

// An INFO and a hello that are due are sent again at every tick until they are answered (6).
TEST(Traps, Trap08InfoAndHelloAreSentAtEveryTickUntilAnswered) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(9s);
  lab.hang(kR1);
  lab.run_for(2500ms);  // both are due now
  lab.forget();
  for (int i = 0; i < 5; ++i) lab.tick();
  EXPECT_EQ(lab.sent<model::InfoRequest>(kR1).size(), 5);
  EXPECT_EQ(lab.sent<model::Publish>(kR1).size(), 5);
  EXPECT_LE(lab.sent<model::Ping>(kR1).size(), 1);
}

// 100 commands without a reply silence the link, PING included, until it is opened anew (6).
TEST(Traps, Trap08HundredPendingCommandsSilenceTheLink) {
  model::SentinelConfig config = lone_sentinel();
  config.masters[0].down_after = 20s;
  SentinelLab lab(config);
  lab.run_for(9s);
  lab.hang(kR1);
  lab.run_for(4600ms);
  EXPECT_GE(lab.link(lab.replica(kR1)).pending, 100);
  lab.forget();
  lab.run_for(1s);
  EXPECT_TRUE(lab.sent<model::InfoRequest>(kR1).empty());
  EXPECT_TRUE(lab.sent<model::Publish>(kR1).empty());
  EXPECT_TRUE(lab.sent<model::Ping>(kR1).empty());

  lab.run_for(8s);  // the PING is older than half of down-after: killed, opened again
  EXPECT_FALSE(lab.sent<model::Ping>(kR1).empty());
}

// Who was told "not down" asks again only a second later, and so sees ODOWN a second after the others do (12.1).
TEST(Traps, Trap10OdownOfAnObserverIsASecondLate) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSdown));
  const Instant down_at = lab.now();
  lab.run_for(1ms);  // both have answered: not down
  lab.at(kS2).says_down = lab.at(kS3).says_down = true;
  ASSERT_TRUE(lab.run_until(kOdown));
  EXPECT_GE(lab.now(), down_at + 1s);
  EXPECT_LE(lab.now(), down_at + 1s + 2 * kLongestTick);
  EXPECT_EQ(lab.last(kOdown).event.value, 3);
}

// If the failover of another sentinel is faster, an observer votes and switches but never says +odown (12.1, 22.1).
TEST(Traps, Trap10OdownOfAnObserverCanBeMissing) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSdown));
  lab.run_for(1ms);
  lab.at(kS2).says_down = lab.at(kS3).says_down = true;
  lab.ask({kM, Epoch{1}, id_of(kS2)});
  lab.run_for(800ms);
  model::Hello hello = hello_from(kS2);
  hello.master = kR1;
  hello.config_epoch = Epoch{1};
  lab.hear_directly(hello);
  lab.run_for(10s);
  EXPECT_EQ(lab.count(kVoteForLeader), 1);
  EXPECT_EQ(lab.count(kSwitchMaster), 1);
  EXPECT_EQ(lab.count(kOdown), 0);
}

}  // namespace
}  // namespace sentinel::test
