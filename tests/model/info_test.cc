// What INFO tells, and what is done about it, beyond the traps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;

// Replicas are found in the INFO of the master, each once, and the configuration is flushed.
TEST(Info, MasterNamesItsReplicas) {
  model::SentinelConfig config = lone_sentinel();
  config.masters[0].known_replicas.clear();
  SentinelLab lab(config);
  lab.at(kM).info.replicas = {kR2, kR1};
  lab.run_for(30s);
  EXPECT_EQ(lab.count(kReplica), 2);
  EXPECT_EQ(lab.count(kReplica, kR1), 1);
  EXPECT_EQ(lab.flushes(), 2);
  EXPECT_EQ(lab.saved().masters[0].known_replicas.size(), 2);
}

// Replicas of replicas are never found, and replicas are never forgotten.
TEST(Info, OnlyTheMasterIsBelieved) {
  SentinelLab lab(lone_sentinel());
  lab.at(kR1).info.replicas = {kR3};
  lab.at(kM).info.replicas.clear();
  lab.run_for(30s);
  EXPECT_EQ(lab.master().replicas.size(), 2);
  EXPECT_EQ(lab.count(kReplica), 0);
}

// All that a replica says of itself is kept.
TEST(Info, ReplicaTellsOfItself) {
  SentinelLab lab(lone_sentinel());
  model::InfoReply& info = lab.at(kR1).info;
  info.priority = 7;
  info.offset = 4711;
  info.announced = false;
  info.link_up = false;
  info.link_down_seconds = 12;
  lab.run_for(1s);
  const model::Replica& replica = lab.replica(kR1);
  EXPECT_EQ(replica.id, id_of(kR1));
  EXPECT_EQ(replica.priority, 7);
  EXPECT_EQ(replica.offset, 4711);
  EXPECT_FALSE(replica.announced);
  EXPECT_FALSE(replica.master_link_up);
  EXPECT_EQ(replica.link_down_time, 12s);
  EXPECT_EQ(replica.master, kM);
}

// What a node says when it is a master does not touch what it said as a replica: its offset is frozen, the link-down
// time is 0.
TEST(Info, OffsetOfAMasterIsNotRead) {
  SentinelLab lab(sentinel_among({}));
  lab.at(kR1).info.link_down_seconds = 5;
  lab.run_for(3s);
  lab.at(kR1).info = info_of_master(kR1);
  lab.at(kR1).info.offset = 99;
  ASSERT_TRUE(lab.run_until(kRoleChanged));
  EXPECT_EQ(lab.replica(kR1).offset, 1000);
  EXPECT_EQ(lab.replica(kR1).link_down_time, 0s);
}

// The first run id is taken silently, another one is +reboot.
TEST(Info, OtherRunIdIsReboot) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  EXPECT_EQ(lab.count(kReboot), 0);
  lab.at(kR1).info.run_id = id_of(kElsewhere);
  lab.run_for(30s);
  EXPECT_EQ(lab.count(kReboot), 1);
  EXPECT_EQ(lab.last(kReboot).event.address, kR1);
}

// -role-change says that the role is not the configured one any more, +role-change that it is again.
TEST(Info, RoleChanges) {
  SentinelLab lab(sentinel_among({}));
  lab.run_for(3s);
  lab.at(kM).info = info_of_replica(kM, kR1);
  ASSERT_TRUE(lab.run_until(kRoleChanged));
  EXPECT_EQ(lab.last(kRoleChanged).event.role, model::InstanceKind::kReplica);
  EXPECT_EQ(lab.last(kRoleChanged).event.address, kM);
  lab.at(kM).info = info_of_master(kM);
  ASSERT_TRUE(lab.run_until(kRoleAsConfigured));
  EXPECT_EQ(lab.last(kRoleAsConfigured).event.role, model::InstanceKind::kMaster);
}

// A replica that says master is left alone while the master does not look sane.
TEST(Info, NothingIsConvertedWhileTheMasterIsDown) {
  SentinelLab lab(sentinel_among({}));
  lab.at(kR1).info = info_of_master(kR1);
  lab.at(kR1).info.link_down_seconds = -1;  // asked each second
  lab.run_for(3s);
  lab.crash(kM);
  EXPECT_FALSE(lab.run_until(kConvertToReplica, 60s));
  lab.revive(kM);
  EXPECT_TRUE(lab.run_until(kConvertToReplica));
}

// Nor for 8 s after the start of the time in which the replica itself is down, though it answers INFO; whether that has
// ended does not matter.
TEST(Info, NothingIsConvertedRightAfterItWentDown) {
  SentinelLab lab(sentinel_among({}));
  lab.at(kR1).info.link_down_seconds = -1;  // asked each second
  lab.run_for(3s);
  lab.at(kR1).info.role = model::InstanceKind::kMaster;
  lab.run_for(4s);
  lab.at(kR1).ping = model::Status::kMisconf;
  ASSERT_TRUE(lab.run_until(kSdown));
  const Instant down_at = lab.now();
  ASSERT_TRUE(lab.run_until(kConvertToReplica));
  EXPECT_EQ(lab.count(kSdownEnd), 0);
  EXPECT_GT(lab.now(), down_at + 8s);
  EXPECT_LE(lab.now(), down_at + 8s + 1200ms);
}

// An outage of the master that is over does not keep it from being converted (seen: 7.0.15).
TEST(Info, ConvertedRightAfterAnOutageOfTheMaster) {
  SentinelLab lab(sentinel_among({}));
  lab.at(kR1).info = info_of_master(kR1);
  lab.at(kR1).info.link_down_seconds = -1;  // asked each second
  lab.run_for(3s);
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSdown));
  const Instant down_at = lab.now();
  lab.run_for(3s);
  lab.revive(kM);
  ASSERT_TRUE(lab.run_until(kConvertToReplica));
  EXPECT_LE(lab.now(), down_at + 7s);
}

// Nor while the last INFO of the master is 20 s old.
TEST(Info, NothingIsConvertedWithoutNewsOfTheMaster) {
  SentinelLab lab(sentinel_among({}));
  lab.run_for(3s);
  lab.at(kM).refuses = true;
  lab.at(kR1).info.link_down_seconds = -1;
  lab.run_for(20s);
  lab.at(kR1).info.role = model::InstanceKind::kMaster;
  EXPECT_FALSE(lab.run_until(kConvertToReplica, 30s));
  EXPECT_EQ(lab.count(kRoleChanged), 1);
  EXPECT_EQ(lab.count(kSdown), 0);
}

// A wrong master is not put right while our own master says that it is a slave.
TEST(Info, NothingIsFixedWhileTheMasterReportsSlave) {
  model::SentinelConfig config = sentinel_among({});
  config.masters[0].failover_timeout = 15s;
  SentinelLab lab(config);
  lab.at(kM).info = info_of_replica(kM, kElsewhere);
  lab.at(kR1).info.master = kElsewhere;
  EXPECT_FALSE(lab.run_until(kFixReplicaConfig, 60s));
}

// kR1 has a wrong master, and is asked each second.
class WrongMaster : public testing::Test {
 protected:
  WrongMaster() : lab(config()) {
    lab.at(kR1).info.master = kElsewhere;
    lab.at(kR1).info.link_down_seconds = -1;
    lab.at(kR1).obeys = false;
    lab.run_for(3s);
  }
  static model::SentinelConfig config() {
    model::SentinelConfig config = sentinel_among({});
    config.masters[0].failover_timeout = 15s;
    return config;
  }
  void expect_fix_after(Instant since) {
    ASSERT_TRUE(lab.run_until(kFixReplicaConfig));
    EXPECT_GT(lab.now(), since + 15s);
    EXPECT_LE(lab.now(), since + 15s + 1200ms);
  }

  SentinelLab lab;
};

// Another wrong master starts the time anew.
TEST_F(WrongMaster, CountsFromTheLastChange) {
  lab.run_for(9s);
  lab.at(kR1).info.master = kR3;
  ASSERT_TRUE(lab.run_until([&] { return lab.replica(kR1).master == kR3; }));
  expect_fix_after(lab.now());
}

// So does a time as a master.
TEST_F(WrongMaster, CountsFromTheLastRoleChange) {
  lab.run_for(9s);
  lab.at(kR1).info.role = model::InstanceKind::kMaster;
  ASSERT_TRUE(lab.run_until(kRoleChanged));
  lab.at(kR1).info.role = model::InstanceKind::kReplica;
  ASSERT_TRUE(lab.run_until(kRoleAsConfigured));
  expect_fix_after(lab.now());
}

// So does an outage of the master.
TEST_F(WrongMaster, CountsFromTheLastOutage) {
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSdown));
  const Instant down_at = lab.now();
  lab.revive(kM);
  expect_fix_after(down_at);
}

}  // namespace
}  // namespace sentinel::test
