// What replicas acknowledge, and what a master makes of it: time-outs and the minimum of good replicas.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/data_node_lab.h"

namespace sentinel::test {
namespace {

using model::Acknowledge;
using model::Answer;
using model::ConfigSetCommand;
using model::DataNodeConfig;
using model::Setting;
using model::WriteCommand;
using testing::ElementsAre;
using testing::IsEmpty;

// A master that wants one good replica.
DataNodeConfig careful_master(Millis max_lag = 10s) {
  DataNodeConfig config = master_config();
  config.min_replicas_to_write = 1;
  config.min_replicas_max_lag = max_lag;
  return config;
}

Answer::Kind write(DataNodeLab& lab, Address address) { return lab.command(address, WriteCommand{10}).kind; }

// The test itself as a replica, which acknowledges what and when it likes.
struct OwnReplica : DataNodeLab {
  model::Socket replica{};

  explicit OwnReplica(const DataNodeConfig& config) {
    start(kM, config);
    run_for(1500ms);
    replica = connect(kM);
    ask(replica, model::ReplConf{kR1});
    ask(replica, model::Psync{});
    run_for(500ms);
  }
  void acknowledge() { EXPECT_EQ(ask(replica, Acknowledge{}), std::nullopt) << "it has no answer"; }
};

// --- repl-timeout -----------------------------------------------------------------------------------------

// A replica tells each second how far it is.
TEST(Acknowledgement, IsSentEachSecond) {
  ReplicatedPair lab;
  lab.command(kM, WriteCommand{100});
  lab.run_for(1s);
  EXPECT_EQ(lab.node(kM).acknowledged(kR1), lab.node(kM).offset());
  EXPECT_EQ(lab.node(kM).acknowledged(kR2), std::nullopt);
}

// A replica that acknowledges nothing for longer than repl-timeout is dropped; one that does is kept.
TEST(Acknowledgement, SilentReplicaIsDropped) {
  OwnReplica lab(master_config());
  lab.run_for(50s);
  lab.acknowledge();
  lab.run_for(59s);
  EXPECT_THAT(lab.info(kM).replicas, ElementsAre(kR1));
  EXPECT_TRUE(lab.open(lab.replica));
  lab.run_for(3s);
  EXPECT_THAT(lab.info(kM).replicas, IsEmpty());
  EXPECT_FALSE(lab.open(lab.replica));
}

// Real replicas are never dropped.
TEST(Acknowledgement, KeepsRealReplicas) {
  ReplicatedPair lab;
  lab.run_for(300s);
  EXPECT_TRUE(lab.info(kR1).link_up);
  EXPECT_EQ(lab.full_resyncs(kM), 1);
}

// A master that falls silent during the handshake, the wait for a snapshot, its transfer, or the stream is given up.
TEST(Acknowledgement, SilentMasterIsGivenUpInEveryState) {
  using enum model::ReplicationState;
  for (const model::ReplicationState state : {kConnecting, kPsync, kTransfer, kConnected}) {
    DataNodeLab lab;
    DataNodeConfig config = master_config();
    if (state == kPsync) config.diskless_sync_delay = 100s;
    if (state == kTransfer) config.transfer_time = 100s;
    lab.start(kM, config);
    if (state == kConnecting) lab.hang(kM);
    DataNodeConfig impatient = replica_config(kM);
    impatient.replication_timeout = 5s;
    lab.start(kR1, impatient);
    lab.run_for(20s);
    const bool lives = state != kConnecting;
    if (lives) {
      ASSERT_EQ(lab.node(kR1).replication_state(), state) << "signs of life keep it";
      lab.hang(kM);
    }
    lab.run_for(4s);
    const std::size_t tries = lab.connects(kR1);
    lab.run_for(8s);
    EXPECT_GT(lab.connects(kR1), tries) << static_cast<int>(state);
  }
}

// --- min-replicas-to-write --------------------------------------------------------------------------------

// A master without replicas refuses writes, and takes them as soon as one is online.
TEST(MinReplicas, FirstReplica) {
  DataNodeLab lab;
  lab.start(kM, careful_master());
  lab.run_for(3s);
  EXPECT_EQ(write(lab, kM), Answer::Kind::kNoReplicas);
  lab.start(kR1, replica_config(kM));
  lab.run_for(12ms);
  ASSERT_TRUE(lab.info(kR1).link_up);
  EXPECT_EQ(write(lab, kM), Answer::Kind::kOk) << "not only with the next cron";
}

// One that is attached but not online does not count.
TEST(MinReplicas, ReplicaInTransfer) {
  DataNodeLab lab;
  DataNodeConfig config = careful_master();
  config.transfer_time = 2s;
  lab.start(kM, config);
  lab.start(kR1, replica_config(kM));
  lab.run_for(1s);
  ASSERT_THAT(lab.info(kM).replicas, ElementsAre(kR1));
  EXPECT_EQ(write(lab, kM), Answer::Kind::kNoReplicas);
  lab.run_for(2s);
  EXPECT_EQ(write(lab, kM), Answer::Kind::kOk);
}

// A replica whose connection is reset stops counting at once.
TEST(MinReplicas, LostReplica) {
  DataNodeLab lab;
  lab.start(kM, careful_master());
  lab.start(kR1, replica_config(kM));
  lab.run_for(3s);
  ASSERT_EQ(write(lab, kM), Answer::Kind::kOk);
  lab.crash(kR1);
  EXPECT_EQ(write(lab, kM), Answer::Kind::kNoReplicas);
}

// A replica that is silent counts as long as its last acknowledgement is no more than max-lag old, in whole seconds,
// as counted once a second: 10 to 12 s after it for 10 s, and 3 to 5 s for 3 s.
TEST(MinReplicas, IsolatedMasterStopsTakingWrites) {
  for (const Millis max_lag : {3'000ms, 10'000ms}) {
    OwnReplica lab(careful_master(max_lag));
    lab.acknowledge();
    Millis waited{0};
    for (; write(lab, kM) == Answer::Kind::kOk; waited += 10ms) lab.run_for(10ms);
    EXPECT_GE(waited, max_lag);
    EXPECT_LE(waited, max_lag + 2s);
    lab.acknowledge();
    lab.run_for(1s);
    EXPECT_EQ(write(lab, kM), Answer::Kind::kOk) << "it is back";
  }
}

// The rule is for masters; a promoted replica has no replicas of its own yet, so that it refuses writes.
TEST(MinReplicas, PromotedReplica) {
  ReplicatedPair lab;
  DataNodeConfig config = careful_master();
  config.replicaof = kM;
  config.read_only = false;
  lab.start(kR2, config);
  lab.start(kR3, replica_config(kM));
  lab.run_for(3s);
  EXPECT_EQ(write(lab, kR2), Answer::Kind::kOk) << "a replica that takes writes takes them";
  lab.ask(lab.connect(kR2), model::Reconfigure{});
  EXPECT_EQ(write(lab, kR2), Answer::Kind::kNoReplicas);
  lab.ask(lab.connect(kR3), model::Reconfigure{kR2});
  EXPECT_EQ(write(lab, kR2), Answer::Kind::kOk) << "it could go on without a full resynchronisation";
}

// CONFIG SET changes the rule at once; no minimum, or no lag, is no rule.
TEST(MinReplicas, ConfigSet) {
  ReplicatedPair lab;
  const auto set = [&](const auto& setting) {
    EXPECT_EQ(lab.command(kM, ConfigSetCommand{setting}).kind, Answer::Kind::kOk);
  };
  set(Setting<int>{&DataNodeConfig::min_replicas_to_write, 1});
  EXPECT_EQ(write(lab, kM), Answer::Kind::kOk);
  set(Setting<int>{&DataNodeConfig::min_replicas_to_write, 2});
  EXPECT_EQ(write(lab, kM), Answer::Kind::kNoReplicas);
  set(Setting<Millis>{&DataNodeConfig::min_replicas_max_lag, 0s});
  EXPECT_EQ(write(lab, kM), Answer::Kind::kOk);
}

}  // namespace
}  // namespace sentinel::test
