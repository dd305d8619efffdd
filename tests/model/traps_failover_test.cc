// Where models of Sentinel's failover go wrong: selection, reconfiguration, switch.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using model::Epoch;
using testing::ElementsAre;

model::Hello new_configuration(Address master) {
  model::Hello hello = hello_from(kS2);
  hello.master = master;
  hello.config_epoch = Epoch{1};
  return hello;
}

std::vector<Address> subjects(const SentinelLab& lab, EventKind kind) {
  std::vector<Address> subjects;
  for (const Seen& each : lab.seen()) {
    if (each.event.kind == kind) subjects.push_back(each.event.address);
  }
  return subjects;
}

// The tick after +promoted-slave tells the others the new address, so that they switch while the leader still
// reconfigures the other replicas (16.1).
TEST(Traps, Trap09ObserversSwitchBeforeTheLeader) {
  SentinelLab leader(sentinel_among({kS2, kS3}));
  leader.run_for(3s);
  for (const Address& other : {kS2, kS3}) leader.at(other).says_down = true;
  leader.at(kR2).syncs = false;
  leader.crash(kM);
  ASSERT_TRUE(leader.run_until(kPromotedReplica));
  leader.tick();
  const Sent last = leader.sent<model::Publish>(kS2).back();
  const model::Hello hello = std::get<model::Publish>(last.message).hello;

  model::SentinelConfig config = sentinel_among({kS1, kS3});
  config.announced = kS2;
  config.id = id_of(kS2);
  SentinelLab observer(config);
  observer.run_for(3s);
  observer.forget();
  observer.hear_directly(hello);
  EXPECT_THAT(observer.kinds(), ElementsAre(kNewEpoch, kConfigUpdateFrom, kSwitchMaster, kReplica, kReplica));
  EXPECT_EQ(observer.master().address, kR1);

  leader.run_for(10s);
  EXPECT_EQ(leader.count(kSwitchMaster), 0) << "a replica is not in sync yet";
  EXPECT_EQ(leader.command(model::GetMasterAddrCommand{kMaster1}).address, kR1);
}

// The others do not know the old address any more, so that the leader loses ODOWN before its failover ends (11).
TEST(Traps, Trap09LeaderLosesOdownBeforeItsFailoverEnds) {
  SentinelLab lab(sentinel_among({kS2, kS3}));
  lab.run_for(3s);
  for (const Address& other : {kS2, kS3}) lab.at(other).says_down = true;
  lab.at(kR2).syncs = false;
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kPromotedReplica));
  for (const Address& other : {kS2, kS3}) lab.at(other).says_down = false;
  ASSERT_TRUE(lab.run_until(kOdownEnd, 2s));
  EXPECT_TRUE(lab.master().in_progress);
  EXPECT_EQ(lab.count(kFailoverEnd), 0);
  lab.at(kR2).info.link_up = true;
  EXPECT_TRUE(lab.run_until(kFailoverEnd, 3s));
  EXPECT_EQ(lab.count(kSdownEnd), 0);
}

// After a switch the old master is the last +slave (17).
TEST(Traps, Trap11OldMasterIsTheLastReplica) {
  model::SentinelConfig config = sentinel_among({kS2});
  config.masters[0].known_replicas = {kR1, kR2, kR3};
  SentinelLab lab(config);
  lab.run_for(3s);
  lab.hear_directly(new_configuration(kR2));
  EXPECT_THAT(subjects(lab, kReplica), ElementsAre(kR1, kR3, kM));
}

// Replicas are made anew at a switch, so that the time without a reply is counted anew (17).
TEST(Traps, Trap11TimersOfReplicasRestartAtASwitch) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.crash(kR2);
  lab.run_for(4500ms);
  lab.hear_directly(new_configuration(kR1));
  const Instant switched_at = lab.now();
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSdown));
  EXPECT_GT(lab.now(), switched_at + 5s);
  EXPECT_THAT(subjects(lab, kSdown), ElementsAre(kR2, kM));
}

model::SentinelConfig impatient_with_three_replicas(int parallel_syncs) {
  model::SentinelConfig config = with_three_replicas(parallel_syncs);
  config.masters[0].failover_timeout = 20s;
  return config;
}

// With parallel-syncs 1 a replica that does not obey blocks the walk for all of failover-timeout: its own time-out sits
// inside the walk (16). What the others are sent then is lost, as the switch of the same tick closes their connections
// before anything was written: recorded with 7.0.15, a replica was pointed to the new master only by +fix-slave-config.
TEST(Traps, Trap14StuckReplicaBlocksTheWalk) {
  SentinelLab lab(impatient_with_three_replicas(1));
  lab.run_for(3s);
  lab.at(kR2).obeys = false;
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kPromotedReplica));
  const Instant promoted_at = lab.now();
  ASSERT_TRUE(lab.run_until(kFailoverEnd));
  EXPECT_GT(lab.now(), promoted_at + 20s);
  EXPECT_EQ(lab.count(kReconfSentTimeout), 0);
  EXPECT_THAT(subjects(lab, kReconfSent), ElementsAre(kR2));
  EXPECT_EQ(lab.count(kFailoverEndForTimeout), 1);
  lab.run_for(1ms);
  EXPECT_THAT(subjects(lab, kReconfSentBestEffort), ElementsAre(kR3));
  EXPECT_TRUE(lab.sent<model::Reconfigure>(kR3).empty());
  EXPECT_EQ(lab.at(kR3).info.master, kM);
}

// With room the time-out fires after 10 s, and the same replica is sent SLAVEOF again in that tick (16).
TEST(Traps, Trap14TimedOutReplicaIsSentAgainInTheSameTick) {
  SentinelLab lab(impatient_with_three_replicas(2));
  lab.run_for(3s);
  lab.at(kR2).obeys = false;
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kReconfSent));
  const Instant sent_at = lab.last(kReconfSent, kR2).at;
  lab.run_for(5s);
  lab.forget();
  ASSERT_TRUE(lab.run_until(kReconfSentTimeout));
  EXPECT_GT(lab.now(), sent_at + 10s);
  EXPECT_LE(lab.now(), sent_at + 10s + 100ms);
  const std::vector<EventKind> kinds = lab.kinds();
  ASSERT_GE(kinds.size(), 3);
  EXPECT_EQ(kinds[0], kReconfSentTimeout);
  EXPECT_EQ(kinds[1], kReconfSent);
  EXPECT_EQ(kinds[2], kFailoverEnd);
  EXPECT_EQ(lab.last(kReconfSent).event.address, kR2);
}

Address promoted_by(SentinelLab& lab) {
  lab.crash(kM);
  EXPECT_TRUE(lab.run_until(kSelectedReplica));
  return lab.last(kSelectedReplica).event.address;
}

// A replica that never was linked since its start says -1 s, and may be promoted (14.1, 24.1).
TEST(Traps, Trap15NeverLinkedReplicaMayBePromoted) {
  SentinelLab lab(lone_sentinel());
  lab.at(kR2).info.link_up = false;
  lab.at(kR2).info.link_down_seconds = -1;
  lab.at(kR2).info.priority = 1;
  lab.run_for(3s);
  EXPECT_EQ(promoted_by(lab), kR2);
}

// Priority beats offset (14.1).
TEST(Traps, Trap15PriorityBeatsOffset) {
  SentinelLab lab(lone_sentinel());
  lab.at(kR1).info.offset = 999'999;
  lab.at(kR2).info.priority = 99;
  lab.at(kR2).info.offset = 1;
  lab.run_for(3s);
  EXPECT_EQ(promoted_by(lab), kR2);
}

// The offsets that count are those of the last INFO, which in peace is up to 10 s old (14.1).
TEST(Traps, Trap15OffsetsAreOld) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(10500ms);
  lab.at(kR1).info.offset = 1'000'000;
  lab.at(kR2).info.offset = 2'000'000;
  lab.run_for(9s);
  EXPECT_EQ(lab.replica(kR2).offset, 1000);

  lab.run_for(1s);
  EXPECT_EQ(lab.replica(kR2).offset, 2'000'000);
  lab.at(kR1).info.offset = 9'000'000;
  lab.at(kR1).delay = 500ms;  // what it says when the master is down comes too late
  EXPECT_EQ(promoted_by(lab), kR2);
}

// A link to the master that is down does not matter while it is not down for too long (14.1).
TEST(Traps, Trap15StateOfTheLinkIsIgnored) {
  SentinelLab lab(lone_sentinel());
  lab.at(kR2).info.link_up = false;
  lab.at(kR2).info.link_down_seconds = 30;
  lab.at(kR2).info.priority = 1;
  lab.run_for(3s);
  EXPECT_EQ(promoted_by(lab), kR2);
}

// Two failovers that end in the same tick: only the last master in the walk is switched in it, the other in the next
// (1).
TEST(Traps, Trap18OneMasterIsSwitchedPerTick) {
  model::SentinelConfig config = lone_sentinel();
  config.masters[0].known_replicas = {kR1};
  SentinelLab lab(with_second_master(config));
  lab.run_for(3s);
  lab.crash(kM);
  lab.crash(kElsewhere);
  ASSERT_TRUE(lab.run_until(kFailoverEnd));
  EXPECT_EQ(lab.count(kFailoverEnd), 2);
  EXPECT_EQ(lab.count(kSwitchMaster), 1);
  EXPECT_EQ(lab.last(kSwitchMaster).event.master_name, kMaster2);

  lab.tick();
  EXPECT_EQ(lab.count(kSwitchMaster), 2);
  EXPECT_EQ(lab.last(kSwitchMaster).event.master_name, kMaster1);
}

}  // namespace
}  // namespace sentinel::test
