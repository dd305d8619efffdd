// Full resynchronisations that take time: a data set with a size, the snapshot, its way, its loading.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "model/replication_view.h"
#include "tests/support/data_node_lab.h"

namespace sentinel::test {
namespace {

using model::NodeLog;
using model::ReplicationState;
using model::Status;
using testing::Contains;
using testing::IsSupersetOf;
using testing::Not;

constexpr std::int64_t kMegabyte = 1 << 20;

model::DataNodeConfig sized(model::DataNodeConfig config, bool diskless) {
  config.diskless_sync = diskless;
  config.data_size = 600 * kMegabyte;
  config.save_rate = 300 * kMegabyte;
  config.bandwidth = 100 * kMegabyte;
  config.load_rate = 200 * kMegabyte;
  return config;
}

// A master with data, and a replica that comes without any.
struct BigData : DataNodeLab {
  explicit BigData(bool diskless, std::string_view profile = "redis-7.0") : DataNodeLab(profile) {
    start(kM, sized(master_config(), diskless));
    model::DataNodeConfig replica = sized(replica_config(kM), diskless);
    replica.data_size = 0;
    start(kR1, replica);
  }
  ReplicationState state() { return node(kR1).replication_state(); }
  Millis synchronised_after() {
    const Instant begin = now();
    while (state() != ReplicationState::kConnected && now() - begin < 60s) run_for(10ms);
    return now() - begin;
  }
};

std::vector<NodeLog> kinds(const std::vector<model::LogLine>& lines) {
  std::vector<NodeLog> kinds;
  for (const model::LogLine& line : lines) kinds.push_back(line.kind);
  return kinds;
}

// Over the disk the snapshot is saved (2 s), sent (6 s) and loaded (3 s), one after the other.
TEST(FullResync, OverTheDiskSavesSendsAndLoads) {
  BigData lab{false};
  lab.run_for(1'900ms);
  EXPECT_EQ(lab.state(), ReplicationState::kTransfer);
  EXPECT_FALSE(lab.node(kR1).replication(lab.now()).snapshot_size);
  EXPECT_FALSE(lab.node(kM).replication(lab.now()).replicas[0].is_sent_file);
  lab.run_for(3'200ms);
  EXPECT_EQ(lab.node(kR1).replication(lab.now()).snapshot_size, 600 * kMegabyte);
  EXPECT_NEAR(static_cast<double>(lab.node(kR1).replication(lab.now()).snapshot_read), 300e6, 30e6);
  EXPECT_TRUE(lab.node(kM).replication(lab.now()).replicas[0].is_sent_file);
  EXPECT_FALSE(lab.node(kR1).loading());
  lab.run_for(4s);
  EXPECT_TRUE(lab.node(kR1).loading());
  const Millis rest = lab.synchronised_after();
  EXPECT_NEAR(static_cast<double>(rest.count()), 11'060 - 9'100, 60);
  EXPECT_EQ(lab.node(kR1).data_size(), 600 * kMegabyte);
}

// Without the disk saving and sending are one (6 s, as the slower of the two is), then it is loaded.
TEST(FullResync, DisklessSavesAndSendsAtOnce) {
  BigData lab{true};
  const Millis all = lab.synchronised_after();
  EXPECT_NEAR(static_cast<double>(all.count()), 9'010, 30);
}

// While it loads, a replica answers -LOADING, obeys no SLAVEOF, has its old data no more, and its link is not up; until
// then it serves what it had.
TEST(FullResync, RepliesLoadingMeanwhile) {
  BigData lab{true};
  lab.run_for(5s);
  const model::Socket client = lab.connect(kR1);
  EXPECT_EQ(lab.ask_status(client, model::Ping{}), Status::kPong);
  EXPECT_TRUE(std::holds_alternative<model::ReadReply>(lab.ask(client, model::ReadRequest{}).value()));
  lab.run_for(2s);
  EXPECT_EQ(lab.ask_status(client, model::Ping{}), Status::kLoading);
  EXPECT_EQ(lab.ask_status(client, model::ReadRequest{}), Status::kLoading);
  EXPECT_EQ(lab.ask_status(client, model::Reconfigure{}), Status::kLoading);
  EXPECT_FALSE(lab.info(kR1).link_up);
  EXPECT_FALSE(lab.node(kR1).is_master());
  lab.run_for(3s);
  EXPECT_EQ(lab.ask_status(client, model::Ping{}), Status::kPong);
  EXPECT_TRUE(lab.info(kR1).link_up);
}

// What the master writes meanwhile is there when the snapshot is loaded, and both offsets are the same.
TEST(FullResync, WhatIsWrittenMeanwhileFollows) {
  for (const bool diskless : {false, true}) {
    BigData lab{diskless};
    for (std::uint32_t number = 1; number <= 12; ++number) {
      lab.command(kM, model::WriteCommand{.bytes = 100, .write = {.client = 1, .number = number}});
      lab.run_for(1s);
    }
    lab.run_for(1s);
    EXPECT_EQ(lab.node(kR1).data(), (model::WriteId{.client = 1, .number = 12})) << diskless;
    EXPECT_EQ(lab.info(kR1).offset, lab.node(kM).offset()) << diskless;
  }
}

// A sign of life each second keeps both sides from giving up, however long it takes.
TEST(FullResync, MayTakeLongerThanTheTimeout) {
  BigData lab{false};
  lab.crash(kR1);
  model::DataNodeConfig replica = sized(replica_config(kM), false);
  replica.data_size = 0;
  replica.replication_timeout = 2s;
  replica.load_rate = 50 * kMegabyte;
  lab.start(kR1, replica);
  lab.command(kM, model::ConfigSetCommand{model::Setting<Millis>{&model::DataNodeConfig::replication_timeout, 2s}});
  EXPECT_NEAR(static_cast<double>(lab.synchronised_after().count()), 20'060, 100);
}

// The master dies while its snapshot is loaded: the replica has the data, and finds out that the link is lost.
TEST(FullResync, MasterDiesWhileItIsLoaded) {
  BigData lab{true};
  lab.command(kM, model::WriteCommand{.bytes = 100, .write = {.client = 1, .number = 1}});
  lab.run_for(7s);
  ASSERT_TRUE(lab.node(kR1).loading());
  lab.take_log(kR1);
  lab.crash(kM);
  EXPECT_TRUE(lab.node(kR1).loading());
  EXPECT_EQ(kinds(lab.take_log(kR1)), std::vector<NodeLog>{});
  lab.run_for(3s);
  EXPECT_THAT(kinds(lab.take_log(kR1)), IsSupersetOf({NodeLog::kFinished, NodeLog::kMasterLost}));
  EXPECT_FALSE(lab.info(kR1).link_up);
  EXPECT_EQ(lab.node(kR1).data_size(), 600 * kMegabyte);
}

// The master dies while its snapshot is on its way: the replica keeps what it had.
TEST(FullResync, MasterDiesBeforeItIsThere) {
  BigData lab{false};
  lab.run_for(4s);
  lab.take_log(kR1);
  lab.crash(kM);
  EXPECT_THAT(kinds(lab.take_log(kR1)), Contains(NodeLog::kTransferLost));
  EXPECT_FALSE(lab.node(kR1).loading());
  EXPECT_EQ(lab.node(kR1).data_size(), 0);
}

// A file that nobody waits for any more does not serve who comes now: there will be another one. One that is streamed
// never does.
TEST(FullResync, WhoComesLaterWaitsForTheNext) {
  BigData lab{false};
  lab.run_for(1s);
  lab.start(kR2, replica_config(kM));
  lab.run_for(10ms);
  EXPECT_THAT(kinds(lab.take_log(kM)), Contains(NodeLog::kDumpAttached));
  lab.crash(kR1);
  lab.crash(kR2);
  lab.start(kR3, replica_config(kM));
  lab.run_for(10ms);
  EXPECT_THAT(kinds(lab.take_log(kM)), Contains(NodeLog::kDumpNotAttached));

  BigData streamed{true};
  streamed.run_for(1s);
  streamed.start(kR2, replica_config(kM));
  streamed.run_for(10ms);
  EXPECT_THAT(kinds(streamed.take_log(kM)), Contains(NodeLog::kDumpHasSockets));
}

// --- SYNC -------------------------------------------------------------------------------------------------

// A master without PSYNC is asked with SYNC: the data come, but no history, nothing is acknowledged, and after a cut
// all comes again.
TEST(FullResync, BySyncTellsNoHistory) {
  DataNodeLab lab;
  model::DataNodeConfig master = master_config();
  master.knows_psync = false;
  lab.start(kM, master);
  lab.command(kM, model::WriteCommand{.bytes = 100, .write = {.client = 1, .number = 1}});
  lab.start(kR1, replica_config(kM));
  lab.run_for(2s);
  EXPECT_THAT(kinds(lab.take_log(kR1)),
              IsSupersetOf({NodeLog::kPsyncUnknown, NodeLog::kRetryingWithSync, NodeLog::kFinished}));
  EXPECT_TRUE(lab.info(kR1).link_up);
  EXPECT_EQ(lab.info(kR1).offset, -1);
  EXPECT_EQ(lab.node(kR1).data(), (model::WriteId{.client = 1, .number = 1}));
  lab.run_for(5s);
  EXPECT_EQ(lab.node(kM).replication(lab.now()).replicas[0].lag, 7);
  lab.cut(kR1);
  lab.run_for(2s);
  EXPECT_THAT(kinds(lab.take_log(kR1)), Not(Contains(NodeLog::kTryingPartial)));
}

// --- WAIT -------------------------------------------------------------------------------------------------

// WAIT is answered as soon as so many replicas have acknowledged the writes of this client, for which they are asked;
// at its time-out it tells how many there are.
TEST(Wait, CountsWhoHasTheWritesOfTheClient) {
  ReplicatedPair lab;
  const model::Socket client = lab.client;
  const auto replies = [&] {
    std::vector<int> counts;
    for (const model::WaitReply& reply : lab.received<model::WaitReply>(client)) counts.push_back(reply.replicas);
    return counts;
  };
  lab.ask(client, model::WriteRequest{.write = {.client = 1, .number = 1}, .bytes = 50});
  lab.ask(client, model::WaitRequest{.replicas = 1, .timeout = 100ms});
  EXPECT_EQ(replies(), std::vector<int>{1});
  lab.crash(kR1);
  lab.ask(client, model::WriteRequest{.write = {.client = 1, .number = 2}, .bytes = 50});
  lab.ask(client, model::WaitRequest{.replicas = 1, .timeout = 100ms});
  EXPECT_EQ(replies(), std::vector<int>{1});
  lab.run_for(100ms);
  EXPECT_EQ(replies(), (std::vector<int>{1, 0}));
  lab.ask(client, model::WaitRequest{.replicas = 0, .timeout = 0ms});
  EXPECT_EQ(replies().size(), 3);
}

// Who waits when the master becomes a replica is told so; a replica cannot wait at all.
TEST(Wait, EndsWithTheRole) {
  ReplicatedPair lab;
  const model::Socket client = lab.client;
  lab.ask(client, model::WaitRequest{.replicas = 2, .timeout = 0ms});
  lab.command(kM, model::ReplicaofCommand{kR1});
  EXPECT_THAT(lab.received<model::StatusReply>(client), Contains(model::StatusReply{Status::kUnblocked}));
  EXPECT_EQ(lab.ask_status(client, model::WaitRequest{.replicas = 1}), Status::kReadOnly);
}

}  // namespace
}  // namespace sentinel::test
