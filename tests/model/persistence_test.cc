// What survives a restart of a sentinel, and what does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using model::Epoch;
using testing::IsEmpty;

model::SentinelConfig all_set() {
  model::SentinelConfig config = with_second_master(sentinel_among({kS2, kS3}));
  config.current_epoch = Epoch{9};
  model::MonitoredMaster& master = config.masters[0];
  master.parallel_syncs = 3;
  master.auth_pass = model::Symbol{60, 6};
  master.master_reboot_down_after = 7s;
  master.config_epoch = Epoch{4};
  master.leader_epoch = Epoch{8};
  return config;
}

model::SentinelConfig save(const model::Sentinel& sentinel) {
  model::SentinelConfig config;
  config.masters.resize(5);  // what was there before is replaced
  sentinel.save(config);
  return config;
}

// What is read is written again.
TEST(Persistence, ConfigurationIsKept) {
  const model::Sentinel sentinel(*model::find_profile("redis-7.4"), all_set(), kStart);
  EXPECT_EQ(save(sentinel), all_set());
}

// After a restart the same is known, and nothing is said but +monitor.
TEST(Persistence, RestartKeepsWhatIsKnown) {
  SentinelLab lab(sentinel_among({}));
  lab.at(kM).info.replicas.push_back(kR3);
  lab.run_for(3s);
  lab.hear(hello_from(kS2));
  lab.ask({kM, Epoch{6}, id_of(kS2)});
  model::Hello hello = hello_from(kS2);
  hello.config_epoch = Epoch{6};
  hello.master = kR3;
  lab.hear(hello);
  const model::SentinelConfig before = save(lab.sentinel());
  lab.forget();

  lab.restart(1s);
  EXPECT_EQ(save(lab.sentinel()), before);
  EXPECT_EQ(lab.master().address, kR3);
  EXPECT_EQ(lab.master().replicas.size(), 3);
  EXPECT_EQ(lab.master().peers.size(), 1);
  EXPECT_THAT(lab.kinds(), IsEmpty());
  EXPECT_EQ(lab.count(kMonitor), 1);
}

// Who was down, what was told by INFO and by other sentinels, TILT and a failover in progress are forgotten.
TEST(Persistence, RestartForgetsTheState) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.at(kS2).says_down = true;
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSelectedReplica));
  ASSERT_TRUE(lab.master().in_progress);
  lab.stall(3s);
  lab.tick();
  ASSERT_TRUE(lab.sentinel().tilt());

  lab.restart(1s);
  EXPECT_FALSE(lab.sentinel().tilt());
  EXPECT_FALSE(lab.master().s_down || lab.master().o_down || lab.master().in_progress);
  EXPECT_FALSE(lab.peer(kS2).says_master_down);
  EXPECT_FALSE(lab.replica(kR1).id.known());
  EXPECT_EQ(lab.replica(kR1).info_refresh, model::kNever);
  EXPECT_EQ(lab.sentinel().current_epoch(), Epoch{1}) << "flushed with the vote";
}

// The start of a failover alone is not flushed: a sentinel that dies before its vote does not know its epoch.
TEST(Persistence, StartOfAFailoverIsNotFlushed) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.command(model::FailoverCommand{kMaster1});
  EXPECT_EQ(lab.sentinel().current_epoch(), Epoch{1});
  lab.restart(1s);
  EXPECT_EQ(lab.sentinel().current_epoch(), Epoch{0});
}

// From the promotion on the file names the promoted replica as the master, and the old master in its place.
TEST(Persistence, PromotedReplicaIsWrittenAsTheMaster) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.at(kR2).syncs = false;
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kPromotedReplica));
  EXPECT_EQ(lab.saved().masters[0].address, kR1);
  EXPECT_THAT(lab.saved().masters[0].known_replicas, testing::ElementsAre(kM, kR2));
  lab.restart(1s);
  EXPECT_EQ(lab.master().address, kR1);
}

// The current epoch is at least that of every configuration.
TEST(Persistence, CurrentEpochIsAtLeastThatOfTheConfigurations) {
  model::SentinelConfig config = all_set();
  config.current_epoch = Epoch{2};
  config.masters[1].config_epoch = Epoch{5};
  const model::Sentinel sentinel(*model::find_profile("redis-7.4"), config, kStart);
  EXPECT_EQ(sentinel.current_epoch(), Epoch{5});
}

}  // namespace
}  // namespace sentinel::test
