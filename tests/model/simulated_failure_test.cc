// SENTINEL SIMULATE-FAILURE: a sentinel that ends itself in the middle of a failover.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using model::Epoch;
using model::SimulateFailureCommand;
using testing::Contains;
using testing::Not;

// Elected, it crashes before it selects a replica. Its log says that it was elected, but no subscriber hears it; its
// vote is on disk.
TEST(SimulatedFailure, CrashAfterElection) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.at(kS2).says_down = true;
  lab.run_for(3s);
  EXPECT_EQ(lab.command(SimulateFailureCommand{.crash_after_election = true}).kind, model::Answer::Kind::kOk);
  lab.crash(kM);
  lab.run_for(30s);
  EXPECT_TRUE(lab.exited());
  EXPECT_EQ(lab.seen().back().event.kind, kElectedLeader);
  EXPECT_FALSE(lab.seen().back().event.published);
  EXPECT_THAT(lab.kinds(), Contains(kVoteForLeader));
  EXPECT_EQ(lab.saved().current_epoch, Epoch{1});
}

// What the same tick said before is lost for subscribers, too; what it wrote to disk stays.
TEST(SimulatedFailure, TickOfTheCrashIsNotHeard) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.command(SimulateFailureCommand{.crash_after_election = true});
  lab.crash(kM);
  lab.run_for(30s);
  ASSERT_TRUE(lab.exited());
  EXPECT_THAT(lab.kinds(), Not(Contains(kTryFailover))) << "a lone sentinel is elected in the tick of its +odown";
  EXPECT_EQ(lab.count(kTryFailover), 1);
  EXPECT_EQ(lab.saved().current_epoch, Epoch{1});
}

// It has seen the promotion and written it to disk, but told nobody.
TEST(SimulatedFailure, CrashAfterPromotion) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.command(SimulateFailureCommand{.crash_after_promotion = true});
  lab.crash(kM);
  lab.run_for(30s);
  ASSERT_TRUE(lab.exited());
  EXPECT_EQ(lab.seen().back().event.kind, kPromotedReplica);
  EXPECT_THAT(lab.kinds(), Not(Contains(kPromotedReplica)));
  EXPECT_THAT(lab.kinds(), Contains(kWaitPromotion));
  EXPECT_EQ(lab.saved().masters[0].address, kR1);
  EXPECT_EQ(lab.saved().masters[0].config_epoch, Epoch{1});
}

// A later command takes the place of the earlier one, and a restart forgets it.
TEST(SimulatedFailure, CanBeTakenBack) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.command(SimulateFailureCommand{.crash_after_election = true});
  lab.command(SimulateFailureCommand{});
  lab.crash(kM);
  EXPECT_TRUE(lab.run_until(kSwitchMaster));
  lab.command(SimulateFailureCommand{.crash_after_election = true});
  lab.restart(1s);
  lab.run_for(3s);
  lab.crash(kR1);
  EXPECT_TRUE(lab.run_until(kSelectReplica));
  EXPECT_FALSE(lab.exited());
}

}  // namespace
}  // namespace sentinel::test
