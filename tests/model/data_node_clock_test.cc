// A data node whose wall clock is set: its timers run on another one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <utility>
#include <vector>

#include "tests/support/data_node_lab.h"

namespace sentinel::test {
namespace {

using testing::ElementsAre;

// A replica that attaches between the step of the clock and the next cron arms a nearer timer; the cron, with its
// PINGs, must come all the same.
TEST(DataNodeClock, CronSurvivesAStepBackBeforeAReplicaAttaches) {
  for (const Millis step : {-3'600'000ms, -700ms, 3'600'000ms}) {
    ReplicatedPair lab;
    lab.run_for(300ms);
    lab.set_clock(kM, step);
    lab.start(kR2, replica_config(kM));
    const model::Offset before = lab.node(kM).offset();
    lab.run_for(30s);
    EXPECT_EQ(lab.node(kM).offset(), before + 3 * 14) << step.count();
    EXPECT_THAT(lab.info(kM).replicas.size(), 2) << step.count();
  }
}

// A replica whose clock is set back goes on to try its master each second.
TEST(DataNodeClock, ReconnectsSurviveAStepBack) {
  ReplicatedPair lab;
  lab.crash(kM);
  lab.run_for(5s);
  lab.set_clock(kR1, -24h);
  lab.ask(lab.connect(kR1), model::Ping{});
  lab.restart(kM);
  lab.run_for(1100ms);
  EXPECT_TRUE(lab.info(kR1).link_up);
}

// Loading, and the transfer of a snapshot, take as long as they take.
TEST(DataNodeClock, LoadingAndTransferSurviveAStepBack) {
  DataNodeLab lab;
  model::DataNodeConfig config = master_config();
  config.load_time = 3s;
  config.transfer_time = 3s;
  lab.start(kM, config);
  lab.run_for(1s);
  lab.set_clock(kM, -1h);
  const model::Socket client = lab.connect(kM);
  lab.ask(client, model::Ping{});
  lab.run_for(2001ms);
  EXPECT_EQ(lab.ask_status(client, model::Ping{}), model::Status::kPong);
  lab.start(kR1, replica_config(kM));
  lab.run_for(1s);
  lab.set_clock(kM, 2h);
  lab.ask(client, model::Ping{});
  EXPECT_FALSE(lab.info(kR1).link_up);
  lab.run_for(2100ms);
  EXPECT_TRUE(lab.info(kR1).link_up);
}

// Time-outs count by the wall clock: a step forward makes a master and its replica drop each other; they meet again at
// once, and lose nothing.
TEST(DataNodeClock, TimeoutsFollowTheWallClock) {
  for (const Address& node : {kM, kR1}) {
    ReplicatedPair lab;
    const std::size_t before = lab.connects(kR1);
    lab.set_clock(node, 10min);
    lab.run_for(3s);
    EXPECT_GT(lab.connects(kR1), before);
    EXPECT_TRUE(lab.info(kR1).link_up);
    EXPECT_EQ(lab.full_resyncs(kM), 1);
  }
}

// However often and far the clock is set, and whatever arms other timers meanwhile: a cron a second, as a replica
// sees that waits for its snapshot.
RC_GTEST_PROP(DataNodeClock, CronRunsOnceASecond, ()) {
  DataNodeLab lab;
  model::DataNodeConfig config;
  config.diskless_sync_delay = 1h;
  lab.start(kM, config);
  lab.run_for(500ms);
  const model::Socket replica = lab.connect(kM);
  lab.ask(replica, model::Psync{});
  const auto steps = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(-50, 50), rc::gen::inRange(0, 3'000)));
  Millis passed{0};
  for (const auto& [seconds, pause] : steps) {
    lab.set_clock(kM, seconds * 1s);
    lab.command(kM, model::ClientPauseCommand{Millis{pause / 7}});
    lab.run_for(Millis{pause});
    passed += Millis{pause};
  }
  const auto runs = static_cast<std::int64_t>(lab.received<model::KeepAlive>(replica).size());
  RC_ASSERT(runs >= passed / 1s);
  RC_ASSERT(runs <= passed / 1s + 1);
}

}  // namespace
}  // namespace sentinel::test
