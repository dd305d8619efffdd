// What a data node answers to PSYNC: go on, or all anew.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/data_node_lab.h"

namespace sentinel::test {
namespace {

using model::Offset;
using model::Psync;
using model::PsyncReply;
using model::Publish;
using testing::IsEmpty;

// Asks as a replica would; whether it may go on, or gets a full resynchronisation.
bool continues(DataNodeLab& lab, Address master, const Psync& request) {
  const model::Socket replica = lab.connect(master);
  lab.ask(replica, model::ReplConf{kR3});
  lab.ask(replica, request);
  const std::vector<PsyncReply> replies = lab.received<PsyncReply>(replica);
  return !replies.empty() && replies[0].kind == PsyncReply::Kind::kContinue;
}

// Who asks for nothing known gets a full resynchronisation, with the history and the offset of the snapshot.
TEST(Psync, WithoutHistory) {
  ReplicatedPair lab;
  lab.write(2);
  const model::Socket replica = lab.connect(kM);
  lab.ask(replica, model::ReplConf{kR2});
  lab.ask(replica, Psync{});
  lab.run_for(1s);
  const std::vector<PsyncReply> replies = lab.received<PsyncReply>(replica);
  ASSERT_EQ(replies.size(), 1);
  EXPECT_EQ(replies[0].kind, PsyncReply::Kind::kFullResync);
  EXPECT_EQ(replies[0].replication_id, lab.node(kM).replication_id());
  EXPECT_EQ(replies[0].offset, 2 * kHelloSize);
  EXPECT_EQ(lab.received<model::Snapshot>(replica).size(), 1);
}

// The same history goes on if the first byte that is wanted lies in the backlog, or is the next one.
TEST(Psync, SameHistory) {
  ReplicatedPair lab;
  lab.write(2);
  const Id id = lab.node(kM).replication_id();
  const Offset next = lab.node(kM).offset() + 1;
  EXPECT_TRUE(continues(lab, kM, {id, next}));
  EXPECT_TRUE(continues(lab, kM, {id, 1}));
  EXPECT_FALSE(continues(lab, kM, {id, 0})) << "before the backlog";
  EXPECT_FALSE(continues(lab, kM, {id, next + 1})) << "ahead of the master";
  EXPECT_FALSE(continues(lab, kM, {id_of(kElsewhere), next})) << "another history";
}

// What is missing is sent.
TEST(Psync, MissingBytesFollow) {
  ReplicatedPair lab;
  lab.write(2);
  const model::Socket replica = lab.connect(kM);
  lab.ask(replica, model::ReplConf{kR2});
  lab.ask(replica, Psync{lab.node(kM).replication_id(), kHelloSize + 1});
  const auto stream = lab.received<model::ReplicationStream>(replica);
  ASSERT_EQ(stream.size(), 1);
  EXPECT_EQ(stream[0].bytes, kHelloSize);
}

// Only the last bytes are kept.
TEST(Psync, BacklogIsLimited) {
  ReplicatedPair lab;
  model::DataNodeConfig config = master_config();
  config.backlog_size = 100;
  lab.crash(kM);
  lab.start(kM, config);
  lab.run_for(3s);  // kR1 comes back
  lab.client = lab.connect(kM);
  lab.write(2);
  const Id id = lab.node(kM).replication_id();
  const Offset next = lab.node(kM).offset() + 1;
  EXPECT_TRUE(continues(lab, kM, {id, next - 100}));
  EXPECT_FALSE(continues(lab, kM, {id, next - 101}));
}

// Without a backlog, because nobody ever replicated, nothing can go on.
TEST(Psync, WithoutBacklog) {
  ReplicatedPair lab;
  lab.crash(kR1);
  lab.restart(kM);
  EXPECT_FALSE(continues(lab, kM, {lab.node(kM).replication_id(), 1}));
}

// The history before a promotion is valid up to the byte at which the new one starts.
TEST(Psync, HistoryBeforeThePromotion) {
  ReplicatedPair lab;
  lab.write(2);
  const Id old_id = lab.node(kM).replication_id();
  lab.ask(lab.connect(kR1), model::Reconfigure{});
  const Offset promoted_at = lab.node(kR1).offset();
  lab.start(kR2, replica_config(kR1));  // so that there is something to replicate to
  lab.run_for(3s);
  lab.ask(lab.connect(kR1), Publish{hello_from(kS2)});
  EXPECT_TRUE(continues(lab, kR1, {old_id, promoted_at + 1}));
  EXPECT_TRUE(continues(lab, kR1, {old_id, promoted_at}));
  EXPECT_FALSE(continues(lab, kR1, {old_id, promoted_at + 2})) << "the old master wrote on";
}

// A replica whose own link is down refuses; the other end tries again.
TEST(Psync, ReplicaWithoutItsMasterRefuses) {
  ReplicatedPair lab;
  lab.crash(kM);
  lab.start(kR2, replica_config(kR1));
  lab.run_for(3s);
  EXPECT_FALSE(lab.info(kR2).link_up);
  EXPECT_THAT(lab.info(kR1).replicas, IsEmpty());
  lab.restart(kM);
  lab.run_for(3s);
  EXPECT_TRUE(lab.info(kR2).link_up);
}

// A full resynchronisation ends the history of a replica: what came before it cannot be had from it any more.
TEST(Psync, HistoryBeforeAFullResync) {
  ReplicatedPair lab;
  lab.write(2);
  const Id old_id = lab.node(kM).replication_id();
  lab.ask(lab.connect(kR1), model::Reconfigure{});  // now the old id is its second one
  lab.restart(kM);
  lab.ask(lab.connect(kR1), model::Reconfigure{kM});
  lab.run_for(3s);
  ASSERT_TRUE(lab.info(kR1).link_up);
  const Offset next = lab.node(kR1).offset() + 1;
  EXPECT_FALSE(continues(lab, kR1, {old_id, next}));
  EXPECT_FALSE(continues(lab, kR1, {lab.node(kR1).replication_id(), 0}));
  EXPECT_TRUE(continues(lab, kR1, {lab.node(kR1).replication_id(), next}));
}

// A snapshot that a node is writing when it is resynchronised itself is of data that it has no more: nobody gets it.
TEST(Psync, SnapshotEndsWithTheData) {
  DataNodeLab lab;
  lab.start(kM, master_config());
  lab.command(kM, model::WriteCommand{.bytes = 40, .write = {1, 1}});
  model::DataNodeConfig slow = master_config();
  slow.diskless_sync = false;  // who comes while it is being written may have it, too
  slow.transfer_time = 5s;
  lab.start(kR1, slow);
  lab.command(kR1, model::WriteCommand{.bytes = 40, .write = {2, 1}});
  lab.start(kR2, replica_config(kR1));
  lab.run_for(1s);
  lab.command(kR1, model::ReplicaofCommand{kM});
  lab.run_for(20s);
  EXPECT_EQ(lab.node(kR1).data(), (model::WriteId{1, 1}));
  EXPECT_EQ(lab.node(kR2).data(), (model::WriteId{1, 1}));
}

// What is written while the snapshot is under way follows it, once.
TEST(Psync, StreamWaitsForTheSnapshot) {
  DataNodeLab lab;
  model::DataNodeConfig config = master_config();
  config.transfer_time = 2s;
  lab.start(kM, config);
  lab.run_for(1s);
  const model::Socket replica = lab.connect(kM);
  lab.ask(replica, Psync{});
  lab.run_for(1s);
  lab.ask(lab.connect(kM), Publish{hello_from(kS2)});
  EXPECT_THAT(lab.received<model::ReplicationStream>(replica), IsEmpty());
  lab.run_for(2s);
  std::vector<model::Message> received = lab.received(replica);
  std::erase_if(received, [](const auto& any) { return std::holds_alternative<model::KeepAlive>(any); });
  ASSERT_EQ(received.size(), 3);
  EXPECT_TRUE(std::holds_alternative<PsyncReply>(received[0]));
  EXPECT_TRUE(std::holds_alternative<model::Snapshot>(received[1]));
  EXPECT_EQ(std::get<model::ReplicationStream>(received[2]).bytes, kHelloSize);
}

// From 4.0 on a replica that is started again with its data knows where it was, and goes on there.
TEST(Psync, ReplicaRestartsWithItsData) {
  for (const auto& [version, full_resyncs] :
       {std::pair{"redis-7.0", 1U}, std::pair{"redis-6.2", 1U}, std::pair{"redis-3.2", 2U}}) {
    ReplicatedPair lab{version};
    lab.write(2);
    lab.restart_with_data(kR1);
    lab.write(1);
    lab.run_for(10s);
    EXPECT_TRUE(lab.info(kR1).link_up) << version;
    EXPECT_EQ(lab.node(kR1).applied(), lab.node(kM).offset()) << version;
    EXPECT_EQ(lab.full_resyncs(kM), full_resyncs) << version;
  }
}

// From 7.0 on a master that is started again with its data lets its replicas go on, under a new history.
TEST(Psync, MasterRestartsWithItsData) {
  for (const auto& [version, full_resyncs] :
       {std::pair{"redis-7.0", 1U}, std::pair{"redis-6.2", 2U}, std::pair{"redis-3.2", 2U}}) {
    ReplicatedPair lab{version};
    lab.write(2);
    const Id history = lab.node(kM).replication_id();
    lab.restart_with_data(kM);
    lab.run_for(10s);
    EXPECT_NE(lab.node(kM).replication_id(), history) << version;
    EXPECT_TRUE(lab.info(kR1).link_up) << version;
    EXPECT_EQ(lab.node(kR1).applied(), lab.node(kM).offset()) << version;
    EXPECT_EQ(lab.full_resyncs(kM), full_resyncs) << version;
  }
}

}  // namespace
}  // namespace sentinel::test
