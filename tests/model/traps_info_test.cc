// Where models of what Sentinel does about INFO go wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using testing::ElementsAre;

// Another sentinel promoted kR1; the old master is healthy.
void switch_to_r1(SentinelLab& lab) {
  lab.at(kR1).info = info_of_master(kR1, {kR2});
  model::Hello hello = hello_from(kS2);
  hello.master = kR1;
  hello.config_epoch = model::Epoch{1};
  lab.hear_directly(hello);
}

// The age of the last INFO survives a switch: a new master is asked only when the old one would have been (17).
TEST(Traps, Trap12InfoRefreshOfTheMasterSurvivesASwitch) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  const Instant refreshed = lab.master().info_refresh;
  switch_to_r1(lab);
  lab.forget();
  lab.run_for(refreshed + 10s - lab.now());
  EXPECT_FALSE(lab.sent<model::InfoRequest>(kR2).empty()) << "replicas are new, and asked at once";
  EXPECT_TRUE(lab.sent<model::InfoRequest>(kR1).empty());
  lab.run_for(200ms);
  EXPECT_FALSE(lab.sent<model::InfoRequest>(kR1).empty());
}

// An old master that returns is converted by the second INFO that says master, 10 s after the first (8).
TEST(Traps, Trap13ConvertToSlaveNeedsTwoInfos) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  switch_to_r1(lab);
  ASSERT_TRUE(lab.run_until(kRoleChanged));
  const Instant first_info = lab.now();
  ASSERT_TRUE(lab.run_until(kConvertToReplica));
  EXPECT_EQ(lab.last(kConvertToReplica).event.address, kM);
  EXPECT_GE(lab.now(), first_info + 10s);
  EXPECT_LE(lab.now(), first_info + 10s + 200ms);
  ASSERT_TRUE(lab.run_until(kRoleAsConfigured));
  EXPECT_EQ(lab.replica(kM).master, kR1);
}

// A replica of a wrong master is put right when it has been wrong for failover-timeout (8).
TEST(Traps, Trap13FixSlaveConfigNeedsFailoverTimeout) {
  model::SentinelConfig config = lone_sentinel();
  config.masters[0].failover_timeout = 15s;
  SentinelLab lab(config);
  lab.run_for(3s);
  lab.at(kR2).info.master = kElsewhere;
  ASSERT_TRUE(lab.run_until([&] { return lab.replica(kR2).master == kElsewhere; }));
  const Instant wrong_since = lab.replica(kR2).replica_conf_change;
  ASSERT_TRUE(lab.run_until(kFixReplicaConfig));
  EXPECT_GE(lab.now(), wrong_since + 20s) << "the first INFO after 15 s";
  EXPECT_LE(lab.now(), wrong_since + 20s + 300ms);
  EXPECT_EQ(lab.at(kR2).info.master, kM);
}

// One reply is read in the order run id, slaveN, role: +reboot and +slave come before -role-change (8).
TEST(Traps, Trap21OneReplyIsReadInOrder) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  model::InfoReply info = info_of_replica(kElsewhere, kR1);
  info.replicas = {kR3};
  lab.at(kM).info = info;  // another run id, another replica, another role
  lab.forget();
  ASSERT_TRUE(lab.run_until(kRoleChanged));
  EXPECT_THAT(lab.kinds(), ElementsAre(kReboot, kReplica, kRoleChanged));
}

}  // namespace
}  // namespace sentinel::test
