// Replication between data nodes: full and partial resynchronisation, histories, time-outs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/data_node_lab.h"

namespace sentinel::test {
namespace {

using model::Offset;
using model::Psync;
using model::PsyncReply;
using model::Publish;
using testing::ElementsAre;
using testing::IsEmpty;

const Offset kHello = model::replicated_size(hello_from(kS2));

// A PUBLISH of a hello adds to the stream what it is on the wire.
TEST(Replication, SizeOfAHello) {
  model::Hello hello = hello_from(kS2);
  const std::string text = "127.0.0.1,5002,138a000000000000000000000000000000000000,0,mymaster,127.0.0.1,7000,0";
  EXPECT_EQ(model::replicated_size(hello),
            std::string("*3\r\n$7\r\nPUBLISH\r\n$18\r\n__sentinel__:hello\r\n$83\r\n" + text + "\r\n").size());
  ASSERT_EQ(text.size(), 83);

  // Longer numbers, and a text of three digits' length.
  hello.current_epoch.value = 12;
  hello.config_epoch.value = 1234567;
  hello.master_name.length = 21;
  const std::string longer =
      "127.0.0.1,5002,138a000000000000000000000000000000000000,12,a-much-longer-masters,127.0.0.1,7000,1234567";
  EXPECT_EQ(model::replicated_size(hello),
            std::string("*3\r\n$7\r\nPUBLISH\r\n$18\r\n__sentinel__:hello\r\n$103\r\n" + longer + "\r\n").size());
  ASSERT_EQ(longer.size(), 103);
}

// Two nodes; what is published on kM moves its offset.
struct Pair {
  DataNodeLab lab;
  model::Socket client{};

  Pair() {
    lab.start(kM, master_config());
    lab.start(kR1, replica_config(kM));
    lab.run_for(3s);
    client = lab.connect(kM);
  }
  void write(int hellos) {
    for (int i = 0; i < hellos; ++i) lab.ask(client, Publish{hello_from(kS2)});
  }
};

// A new replica gets a full resynchronisation, then the stream.
TEST(Replication, NewReplica) {
  Pair pair;
  EXPECT_TRUE(pair.lab.info(kR1).link_up);
  EXPECT_EQ(pair.lab.full_resyncs(kM), 1);
  EXPECT_EQ(pair.lab.node(kR1).replication_id(), pair.lab.node(kM).replication_id());
  pair.write(3);
  EXPECT_EQ(pair.lab.node(kM).offset(), 3 * kHello);
  EXPECT_EQ(pair.lab.node(kR1).offset(), 3 * kHello);
}

// The snapshot waits for more replicas, and serves all that came meanwhile; then it takes its time. The link is down
// all the while, and what is written meanwhile arrives after it.
TEST(Replication, SnapshotIsSharedAndTakesTime) {
  DataNodeLab lab;
  model::DataNodeConfig config = master_config();
  config.diskless_sync_delay = 5s;
  config.transfer_time = 2s;
  lab.start(kM, config);
  lab.start(kR1, replica_config(kM));
  lab.run_for(3s);
  lab.start(kR2, replica_config(kM));
  lab.run_for(3s);  // 5 s after kR1, 3 s after kR2
  for (const Address& replica : {kR1, kR2}) {
    EXPECT_EQ(lab.node(replica).replication_state(), model::ReplicationState::kTransfer);
    EXPECT_FALSE(lab.info(replica).link_up);
    EXPECT_EQ(lab.info(replica).link_down_seconds, -1);
  }
  EXPECT_THAT(lab.info(kM).replicas, ElementsAre(kR1, kR2)) << "attached, if not online";
  lab.ask(lab.connect(kM), Publish{hello_from(kS2)});
  lab.run_for(2s);
  for (const Address& replica : {kR1, kR2}) {
    EXPECT_TRUE(lab.info(replica).link_up);
    EXPECT_EQ(lab.node(replica).offset(), lab.node(kM).offset());
  }
}

// --- PSYNC, decision by decision --------------------------------------------------------------------------

// Asks kM as a replica would. nullopt: a full resynchronisation, which starts later.
std::optional<PsyncReply::Kind> psync(Pair& pair, const Psync& request) {
  const model::Socket replica = pair.lab.connect(kM);
  pair.lab.ask(replica, model::ReplConf{kR2});
  pair.lab.ask(replica, request);
  const std::vector<PsyncReply> replies = pair.lab.received<PsyncReply>(replica);
  if (replies.empty()) return std::nullopt;
  return replies[0].kind;
}

// Who asks for nothing known gets a full resynchronisation, with the history and the offset of the snapshot.
TEST(Psync, WithoutHistory) {
  Pair pair;
  pair.write(2);
  const model::Socket replica = pair.lab.connect(kM);
  pair.lab.ask(replica, model::ReplConf{kR2});
  pair.lab.ask(replica, Psync{});
  pair.lab.run_for(1s);
  const std::vector<PsyncReply> replies = pair.lab.received<PsyncReply>(replica);
  ASSERT_EQ(replies.size(), 1);
  EXPECT_EQ(replies[0].kind, PsyncReply::Kind::kFullResync);
  EXPECT_EQ(replies[0].replication_id, pair.lab.node(kM).replication_id());
  EXPECT_EQ(replies[0].offset, 2 * kHello);
  EXPECT_EQ(pair.lab.received<model::Snapshot>(replica).size(), 1);
}

// The same history goes on if the first byte that is wanted lies in the backlog, or is the next one.
TEST(Psync, SameHistory) {
  Pair pair;
  pair.write(2);
  const Id id = pair.lab.node(kM).replication_id();
  const Offset next = pair.lab.node(kM).offset() + 1;
  EXPECT_EQ(psync(pair, {id, next}), PsyncReply::Kind::kContinue);
  EXPECT_EQ(psync(pair, {id, 1}), PsyncReply::Kind::kContinue);
  EXPECT_EQ(psync(pair, {id, 0}), std::nullopt) << "before the backlog";
  EXPECT_EQ(psync(pair, {id, next + 1}), std::nullopt) << "ahead of the master";
  EXPECT_EQ(psync(pair, {id_of(kElsewhere), next}), std::nullopt) << "another history";
}

// What is missing is sent.
TEST(Psync, MissingBytesFollow) {
  Pair pair;
  pair.write(2);
  const model::Socket replica = pair.lab.connect(kM);
  pair.lab.ask(replica, model::ReplConf{kR2});
  pair.lab.ask(replica, Psync{pair.lab.node(kM).replication_id(), kHello + 1});
  const auto stream = pair.lab.received<model::ReplicationStream>(replica);
  ASSERT_EQ(stream.size(), 1);
  EXPECT_EQ(stream[0].bytes, kHello);
}

// Only the last bytes are kept.
TEST(Psync, BacklogIsLimited) {
  Pair pair;
  model::DataNodeConfig config = master_config();
  config.backlog_size = 100;
  pair.lab.crash(kM);
  pair.lab.start(kM, config);
  pair.lab.run_for(3s);  // kR1 comes back
  pair.client = pair.lab.connect(kM);
  pair.write(2);
  const Id id = pair.lab.node(kM).replication_id();
  const Offset next = pair.lab.node(kM).offset() + 1;
  EXPECT_EQ(psync(pair, {id, next - 100}), PsyncReply::Kind::kContinue);
  EXPECT_EQ(psync(pair, {id, next - 101}), std::nullopt);
}

// Without a backlog, because nobody ever replicated, nothing can go on.
TEST(Psync, WithoutBacklog) {
  Pair pair;
  pair.lab.crash(kR1);
  pair.lab.restart(kM);
  EXPECT_EQ(psync(pair, {pair.lab.node(kM).replication_id(), 1}), std::nullopt);
}

// The history before a promotion is valid up to the byte at which the new one starts.
TEST(Psync, HistoryBeforeThePromotion) {
  Pair pair;
  pair.write(2);
  const Id old_id = pair.lab.node(kM).replication_id();
  DataNodeLab& lab = pair.lab;
  lab.ask(lab.connect(kR1), model::Reconfigure{});
  const Offset promoted_at = lab.node(kR1).offset();
  lab.start(kR2, replica_config(kR1));  // so that there is something to replicate to
  lab.run_for(3s);
  lab.ask(lab.connect(kR1), Publish{hello_from(kS2)});
  const auto asked = [&](Offset next) {
    const model::Socket replica = lab.connect(kR1);
    lab.ask(replica, Psync{old_id, next});
    return !lab.received<PsyncReply>(replica).empty();
  };
  EXPECT_TRUE(asked(promoted_at + 1));
  EXPECT_TRUE(asked(promoted_at));
  EXPECT_FALSE(asked(promoted_at + 2)) << "the old master wrote on";
}

// A replica whose own link is down refuses; the other end tries again.
TEST(Psync, ReplicaWithoutItsMasterRefuses) {
  Pair pair;
  pair.lab.crash(kM);
  pair.lab.start(kR2, replica_config(kR1));
  pair.lab.run_for(3s);
  EXPECT_FALSE(pair.lab.info(kR2).link_up);
  EXPECT_THAT(pair.lab.info(kR1).replicas, IsEmpty());
  pair.lab.restart(kM);
  pair.lab.run_for(3s);
  EXPECT_TRUE(pair.lab.info(kR2).link_up);
}

// --- histories --------------------------------------------------------------------------------------------

// A connection that breaks costs nothing: the stream goes on where it was.
TEST(Replication, BrokenConnectionIsResumed) {
  Pair pair;
  pair.write(2);
  const Id run_id = pair.lab.node(kR1).run_id();
  pair.lab.command(kR1, model::ReplicaofCommand{kElsewhere});
  pair.write(1);
  pair.lab.command(kR1, model::ReplicaofCommand{kM});
  pair.lab.run_for(1s);
  EXPECT_TRUE(pair.lab.info(kR1).link_up);
  EXPECT_EQ(pair.lab.full_resyncs(kM), 1);
  EXPECT_EQ(pair.lab.node(kR1).offset(), 3 * kHello);
  EXPECT_EQ(pair.lab.node(kR1).run_id(), run_id);
}

// After a promotion the other replicas of the old master go on with the promoted one, under its new id.
TEST(Replication, OtherReplicasFollowThePromotedOne) {
  Pair pair;
  DataNodeLab& lab = pair.lab;
  lab.start(kR2, replica_config(kM));
  lab.run_for(3s);
  pair.write(2);
  lab.crash(kM);
  lab.ask(lab.connect(kR1), model::Reconfigure{});
  lab.ask(lab.connect(kR2), model::Reconfigure{kR1});
  lab.run_for(1s);
  EXPECT_TRUE(lab.info(kR2).link_up);
  EXPECT_EQ(lab.full_resyncs(kR1), 0);
  EXPECT_EQ(lab.node(kR2).replication_id(), lab.node(kR1).replication_id());
}

// A replica that is ahead of the promoted one loses its surplus.
TEST(Replication, ReplicaThatIsAheadLosesItsSurplus) {
  Pair pair;
  DataNodeLab& lab = pair.lab;
  lab.start(kR2, replica_config(kM));
  lab.run_for(3s);
  lab.ask(lab.connect(kR1), model::Reconfigure{});
  const Offset promoted_at = lab.node(kR1).offset();
  pair.write(1);
  ASSERT_GT(lab.node(kR2).offset(), promoted_at);
  lab.ask(lab.connect(kR2), model::Reconfigure{kR1});
  lab.run_for(1s);
  EXPECT_EQ(lab.full_resyncs(kR1), 1);
  EXPECT_EQ(lab.node(kR2).offset(), promoted_at);
}

// A master that was restarted without data takes those of its replicas away.
TEST(Replication, EmptyMasterEmptiesItsReplicas) {
  Pair pair;
  pair.write(2);
  pair.lab.restart(kM);
  pair.lab.run_for(3s);
  EXPECT_TRUE(pair.lab.info(kR1).link_up);
  EXPECT_EQ(pair.lab.node(kR1).offset(), 0);
}

// The replicas of a replica that is promoted are cut, so that they learn the new id.
TEST(Replication, PromotionCutsSubReplicas) {
  Pair pair;
  DataNodeLab& lab = pair.lab;
  lab.start(kR2, replica_config(kR1));
  lab.run_for(3s);
  ASSERT_TRUE(lab.info(kR2).link_up);
  lab.ask(lab.connect(kR1), model::Reconfigure{});
  lab.run_for(2s);
  EXPECT_TRUE(lab.info(kR2).link_up);
  EXPECT_EQ(lab.node(kR2).replication_id(), lab.node(kR1).replication_id());
  EXPECT_EQ(lab.full_resyncs(kR1), 1) << "the first one; the second is partial";
}

// A replica of a replica hears and counts what the master was told.
TEST(Replication, StreamGoesOnToSubReplicas) {
  Pair pair;
  pair.lab.start(kR2, replica_config(kR1));
  pair.lab.run_for(3s);
  pair.write(2);
  EXPECT_EQ(pair.lab.node(kR2).offset(), pair.lab.node(kM).offset());
}

// --- time -------------------------------------------------------------------------------------------------

// A master sends 14 bytes of PING each 10 s to its replicas, and nothing if it has none.
TEST(Replication, PingMovesTheOffset) {
  Pair pair;
  const Offset before = pair.lab.node(kM).offset();
  pair.lab.run_for(30s);
  EXPECT_EQ(pair.lab.node(kM).offset(), before + 3 * 14);
  EXPECT_EQ(pair.lab.node(kR1).offset(), before + 3 * 14);
  pair.lab.crash(kR1);
  pair.lab.run_for(30s);
  EXPECT_EQ(pair.lab.node(kM).offset(), before + 3 * 14);
}

// A master that is silent for repl-timeout is given up.
TEST(Replication, SilentMasterIsGivenUp) {
  Pair pair;
  pair.lab.hang(kM);
  pair.lab.run_for(50s);
  EXPECT_TRUE(pair.lab.info(kR1).link_up);
  pair.lab.run_for(12s);
  EXPECT_FALSE(pair.lab.info(kR1).link_up);
}

// A master that refuses is tried each second.
TEST(Replication, RefusedConnectIsTriedEachSecond) {
  Pair pair;
  pair.lab.crash(kM);
  pair.lab.run_for(30s);
  EXPECT_FALSE(pair.lab.info(kR1).link_up);
  pair.lab.restart(kM);
  pair.lab.run_for(1100ms);
  EXPECT_TRUE(pair.lab.info(kR1).link_up);
}

// A master that has had no replica for an hour starts a new history.
TEST(Replication, BacklogIsFreedAfterAnHour) {
  Pair pair;
  const Id history = pair.lab.node(kM).replication_id();
  pair.lab.crash(kR1);
  pair.lab.run_for(3600s);
  EXPECT_EQ(pair.lab.node(kM).replication_id(), history);
  pair.lab.run_for(2s);
  EXPECT_NE(pair.lab.node(kM).replication_id(), history);
  const Offset offset = pair.lab.node(kM).offset();
  pair.write(1);
  EXPECT_EQ(pair.lab.node(kM).offset(), offset);
}

// A replica gives the password that its master wants; without it, it is not let in.
TEST(Replication, Password) {
  for (const bool knows : {false, true}) {
    DataNodeLab lab;
    model::DataNodeConfig master = master_config();
    master.password = model::Symbol{60, 6};
    lab.start(kM, master);
    model::DataNodeConfig replica = replica_config(kM);
    if (knows) replica.master_password = master.password;
    lab.start(kR1, replica);
    lab.run_for(5s);
    EXPECT_EQ(lab.info(kR1).link_up, knows);
  }
}

}  // namespace
}  // namespace sentinel::test
