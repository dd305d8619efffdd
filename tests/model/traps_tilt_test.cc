// Where models of TILT go wrong: it freezes what the sentinel concludes, not the process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using testing::ElementsAre;
using testing::IsEmpty;

SentinelLab& tilt(SentinelLab& lab) {
  lab.stall(3s);
  EXPECT_THAT(lab.tick(), ElementsAre(kTilt));
  return lab;
}

// Flags are frozen in TILT; when it ends, after 30 s, what happened meanwhile is said in that same tick (18).
TEST(Traps, Trap17TiltFreezesFlags) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  tilt(lab);
  const Instant tilted_at = lab.now();
  lab.crash(kM);
  lab.forget();
  ASSERT_TRUE(lab.run_until(kTiltEnd));
  EXPECT_GE(lab.now(), tilted_at + 30s);
  EXPECT_LE(lab.now(), tilted_at + 30s + 100ms);
  ASSERT_GE(lab.kinds().size(), 2);
  EXPECT_EQ(lab.kinds()[0], kTiltEnd);
  EXPECT_EQ(lab.kinds()[1], kSdown);
  EXPECT_EQ(lab.seen()[0].at, lab.seen()[1].at);
}

// PING, INFO and hello go on in TILT (18).
TEST(Traps, Trap17TiltKeepsMonitoring) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  tilt(lab).forget();
  lab.run_for(11s);
  EXPECT_GE(lab.sent<model::Ping>(kM).size(), 10);
  EXPECT_GE(lab.sent<model::InfoRequest>(kM).size(), 1);
  EXPECT_GE(lab.sent<model::Publish>(kS2).size(), 5);
}

// A tilted sentinel obeys a newer configuration (18).
TEST(Traps, Trap17TiltedSentinelSwitches) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  tilt(lab);
  model::Hello hello = hello_from(kS2);
  hello.master = kR1;
  hello.config_epoch = model::Epoch{1};
  lab.hear_directly(hello);
  EXPECT_EQ(lab.count(kSwitchMaster), 1);
}

// INFO is read and a changed role is told, but nothing is done about it in TILT (8, 18).
TEST(Traps, Trap17TiltReadsInfoAndDoesNotAct) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  tilt(lab);
  lab.at(kR1).info = info_of_master(kR1);
  ASSERT_TRUE(lab.run_until(kRoleChanged));
  lab.run_for(15s);  // the next INFO would convert it
  EXPECT_TRUE(lab.sentinel().tilt());
  EXPECT_EQ(lab.count(kConvertToReplica), 0);
  EXPECT_TRUE(lab.run_until(kConvertToReplica));
  EXPECT_FALSE(lab.sentinel().tilt());
}

// SENTINEL FAILOVER starts a failover in TILT, which does not go on before the end of TILT (18).
TEST(Traps, Trap17ForcedFailoverStartsInTiltAndWaits) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  tilt(lab);
  EXPECT_EQ(lab.command(model::FailoverCommand{kMaster1}).kind, model::Answer::Kind::kOk);
  EXPECT_EQ(lab.count(kTryFailover), 1);
  lab.run_for(29s);
  EXPECT_EQ(lab.count(kElectedLeader), 0);
  EXPECT_TRUE(lab.run_until(kElectedLeader, 2s));
}

// Every new stall says +tilt again and restarts the 30 s (18).
TEST(Traps, Trap17NewStallRestartsThePeriod) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  tilt(lab);
  lab.run_for(20s);
  tilt(lab);
  const Instant tilted_at = lab.now();
  ASSERT_TRUE(lab.run_until(kTiltEnd));
  EXPECT_GE(lab.now(), tilted_at + 30s);
  EXPECT_EQ(lab.count(kTilt), 2);
  EXPECT_EQ(lab.count(kTiltEnd), 1);
}

}  // namespace
}  // namespace sentinel::test
