// Replication between data nodes: resynchronisation, histories, time-outs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/data_node_lab.h"

namespace sentinel::test {
namespace {

using model::Offset;
using model::Publish;
using testing::ElementsAre;

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

// A new replica gets a full resynchronisation, then the stream.
TEST(Replication, NewReplica) {
  ReplicatedPair lab;
  EXPECT_TRUE(lab.info(kR1).link_up);
  EXPECT_EQ(lab.full_resyncs(kM), 1);
  EXPECT_EQ(lab.node(kR1).replication_id(), lab.node(kM).replication_id());
  lab.write(3);
  EXPECT_EQ(lab.node(kM).offset(), 3 * kHelloSize);
  EXPECT_EQ(lab.node(kR1).offset(), 3 * kHelloSize);
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

// --- histories --------------------------------------------------------------------------------------------

// A connection that breaks costs nothing: the stream goes on where it was.
TEST(Replication, BrokenConnectionIsResumed) {
  ReplicatedPair lab;
  lab.write(2);
  lab.cut(kR1);
  EXPECT_TRUE(lab.info(kR1).link_up) << "tried at once";
  lab.write(1);
  EXPECT_EQ(lab.full_resyncs(kM), 1);
  EXPECT_EQ(lab.node(kR1).offset(), 3 * kHelloSize);
}

// After a promotion the other replicas of the old master go on with the promoted one, under its new id.
TEST(Replication, OtherReplicasFollowThePromotedOne) {
  ReplicatedPair lab;
  lab.start(kR2, replica_config(kM));
  lab.run_for(3s);
  lab.write(2);
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
  ReplicatedPair lab;
  lab.start(kR2, replica_config(kM));
  lab.run_for(3s);
  lab.ask(lab.connect(kR1), model::Reconfigure{});
  const Offset promoted_at = lab.node(kR1).offset();
  lab.write(1);
  ASSERT_GT(lab.node(kR2).offset(), promoted_at);
  lab.ask(lab.connect(kR2), model::Reconfigure{kR1});
  lab.run_for(1s);
  EXPECT_EQ(lab.full_resyncs(kR1), 1);
  EXPECT_EQ(lab.node(kR2).offset(), promoted_at);
}

// A master that was restarted without data takes those of its replicas away, and of theirs.
TEST(Replication, EmptyMasterEmptiesItsReplicas) {
  ReplicatedPair lab;
  lab.start(kR2, replica_config(kR1));
  lab.run_for(3s);
  lab.write(2);
  lab.restart(kM);
  lab.run_for(3s);
  for (const Address& replica : {kR1, kR2}) {
    EXPECT_TRUE(lab.info(replica).link_up);
    EXPECT_EQ(lab.node(replica).offset(), 0);
    EXPECT_EQ(lab.node(replica).replication_id(), lab.node(kM).replication_id());
  }
}

// The replicas of a replica that is promoted are cut, so that they learn the new id.
TEST(Replication, PromotionCutsSubReplicas) {
  ReplicatedPair lab;
  lab.start(kR2, replica_config(kR1));
  lab.run_for(3s);
  ASSERT_TRUE(lab.info(kR2).link_up);
  lab.ask(lab.connect(kR1), model::Reconfigure{});
  lab.run_for(2s);
  EXPECT_TRUE(lab.info(kR2).link_up);
  EXPECT_EQ(lab.node(kR2).replication_id(), lab.node(kR1).replication_id());
  EXPECT_EQ(lab.full_resyncs(kR1), 1) << "the first one; the second is partial";
}

// A replica that goes on under a new id cuts its own replicas, so that they learn it; they go on as well.
TEST(Replication, NewIdReachesSubReplicas) {
  ReplicatedPair lab;
  lab.start(kR3, replica_config(kM));
  lab.start(kR2, replica_config(kR1));
  lab.run_for(3s);
  lab.ask(lab.connect(kR3), model::Reconfigure{});
  lab.ask(lab.connect(kR1), model::Reconfigure{kR3});
  lab.run_for(2s);
  EXPECT_TRUE(lab.info(kR2).link_up);
  EXPECT_EQ(lab.node(kR2).replication_id(), lab.node(kR3).replication_id());
  EXPECT_EQ(lab.full_resyncs(kR3), 0);
  EXPECT_EQ(lab.full_resyncs(kR1), 1) << "only the first one";
}

// A replica of a replica hears and counts what the master was told.
TEST(Replication, StreamGoesOnToSubReplicas) {
  ReplicatedPair lab;
  lab.start(kR2, replica_config(kR1));
  lab.run_for(3s);
  lab.write(2);
  EXPECT_EQ(lab.node(kR2).offset(), lab.node(kM).offset());
}

// --- time -------------------------------------------------------------------------------------------------

// A master sends 14 bytes of PING each 10 s to its replicas, and nothing if it has none.
TEST(Replication, PingMovesTheOffset) {
  ReplicatedPair lab;
  const Offset before = lab.node(kM).offset();
  lab.run_for(30s);
  EXPECT_EQ(lab.node(kM).offset(), before + 3 * 14);
  EXPECT_EQ(lab.node(kR1).offset(), before + 3 * 14);
  lab.crash(kR1);
  lab.run_for(30s);
  EXPECT_EQ(lab.node(kM).offset(), before + 3 * 14);
}

// A master that is silent for repl-timeout is given up.
TEST(Replication, SilentMasterIsGivenUp) {
  ReplicatedPair lab;
  lab.hang(kM);
  lab.run_for(50s);
  EXPECT_TRUE(lab.info(kR1).link_up);
  lab.run_for(12s);
  EXPECT_FALSE(lab.info(kR1).link_up);
}

// A master that refuses is tried each second.
TEST(Replication, RefusedConnectIsTriedEachSecond) {
  ReplicatedPair lab;
  lab.crash(kM);
  lab.run_for(30s);
  EXPECT_FALSE(lab.info(kR1).link_up);
  lab.restart(kM);
  lab.run_for(1100ms);
  EXPECT_TRUE(lab.info(kR1).link_up);
}

// A master that loads is tried each second until it has loaded.
TEST(Replication, LoadingMasterIsTriedEachSecond) {
  DataNodeLab lab;
  model::DataNodeConfig config = master_config();
  config.load_time = 5s;
  lab.start(kM, config);
  lab.start(kR1, replica_config(kM));
  lab.run_for(4900ms);
  EXPECT_FALSE(lab.info(kR1).link_up);
  lab.run_for(1200ms);
  EXPECT_TRUE(lab.info(kR1).link_up);
}

// A master that has had no replica for an hour starts a new history.
TEST(Replication, BacklogIsFreedAfterAnHour) {
  ReplicatedPair lab;
  const Id history = lab.node(kM).replication_id();
  lab.crash(kR1);
  lab.run_for(3600s);
  EXPECT_EQ(lab.node(kM).replication_id(), history);
  lab.run_for(2s);
  EXPECT_NE(lab.node(kM).replication_id(), history);
  const Offset offset = lab.node(kM).offset();
  lab.write(1);
  EXPECT_EQ(lab.node(kM).offset(), offset);
}

// A replica gives the password that its master wants; without it, it is not let in, and tries again each second.
TEST(Replication, Password) {
  for (const bool knows : {false, true}) {
    DataNodeLab lab{"redis-3.2"};  // later versions try again at once, and here that takes no time
    model::DataNodeConfig master = master_config();
    master.password = model::Symbol{60, 6};
    lab.start(kM, master);
    model::DataNodeConfig replica = replica_config(kM);
    if (knows) replica.master_password = master.password;
    lab.start(kR1, replica);
    lab.run_for(5s);
    EXPECT_EQ(lab.info(kR1).link_up, knows);
    EXPECT_EQ(lab.connects(kR1), knows ? 1 : 5);
  }
}

// A wrong password ends the handshake until the next second, in every version.
TEST(Replication, WrongPassword) {
  for (const model::Profile& profile : model::profiles()) {
    DataNodeLab lab{profile.name};
    model::DataNodeConfig master = master_config();
    master.password = model::Symbol{60, 6};
    lab.start(kM, master);
    model::DataNodeConfig replica = replica_config(kM);
    replica.master_password = model::Symbol{61, 5};
    lab.start(kR1, replica);
    lab.run_for(5s);
    EXPECT_FALSE(lab.info(kR1).link_up);
    EXPECT_EQ(lab.connects(kR1), 5) << profile.name;
  }
}

}  // namespace
}  // namespace sentinel::test
