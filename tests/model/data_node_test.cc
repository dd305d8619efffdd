// What a data node answers, and what it tells of itself.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/data_node_lab.h"

namespace sentinel::test {
namespace {

using model::Answer;
using model::InstanceKind;
using model::Reconfigure;
using model::Status;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

class DataNode : public testing::Test {
 protected:
  Status ping(Address address) { return lab.ask_status(lab.connect(address), model::Ping{}); }

  ReplicatedPair lab;
};

// --- replies ----------------------------------------------------------------------------------------------

// A node that is well answers PONG, master or replica.
TEST_F(DataNode, AnswersPing) {
  EXPECT_EQ(ping(kM), Status::kPong);
  EXPECT_EQ(ping(kR1), Status::kPong);
}

// A node that loads says so to PING and SLAVEOF, and answers INFO, PUBLISH and SUBSCRIBE.
TEST_F(DataNode, Loading) {
  model::DataNodeConfig config = replica_config(kM);
  config.load_time = 5s;
  lab.start(kR2, config);
  const model::Socket socket = lab.connect(kR2);
  EXPECT_EQ(lab.ask_status(socket, model::Ping{}), Status::kLoading);
  EXPECT_EQ(lab.ask_status(socket, Reconfigure{}), Status::kLoading);
  EXPECT_EQ(lab.command(kR2, model::ReplicaofCommand{}).kind, Answer::Kind::kLoading);
  EXPECT_FALSE(lab.node(kR2).is_master());
  EXPECT_EQ(lab.info(kR2).role, InstanceKind::kReplica);
  EXPECT_EQ(lab.ask_status(socket, model::Publish{hello_from(kS2)}), Status::kOk);
  lab.run_for(4990ms);
  EXPECT_EQ(lab.ask_status(socket, model::Ping{}), Status::kLoading);
  lab.run_for(20ms);
  EXPECT_EQ(lab.ask_status(socket, model::Ping{}), Status::kPong);
}

// A transaction that is refused while loading cuts nobody.
TEST_F(DataNode, RefusedTransactionCutsNobody) {
  model::DataNodeConfig config = master_config();
  config.load_time = 5s;
  lab.start(kR2, config);
  const model::Socket other = lab.connect(kR2);
  lab.ask(other, model::Ping{});
  lab.ask(lab.connect(kR2), Reconfigure{kM});
  EXPECT_TRUE(lab.open(other));
  EXPECT_TRUE(lab.node(kR2).is_master());
}

// A replica without its master says so if it must not serve stale data.
TEST_F(DataNode, MasterDown) {
  lab.crash(kM);
  EXPECT_EQ(ping(kR1), Status::kPong) << "stale data are served by default";
  model::DataNodeConfig config = replica_config(kM);
  config.serve_stale_data = false;
  lab.start(kR2, config);
  EXPECT_EQ(ping(kR2), Status::kMasterDown);
  lab.restart(kM);
  lab.run_for(3s);
  EXPECT_EQ(ping(kR2), Status::kPong);
}

// A script that runs for too long: first nothing at all, then -BUSY to everything but SCRIPT KILL, which ends it.
TEST_F(DataNode, Busy) {
  lab.command(kM, model::ScriptCommand{20s});
  EXPECT_THAT(lab.stalls(kM), ElementsAre(5s));
  EXPECT_EQ(lab.ask_status(lab.client, model::Ping{}), Status::kBusy);
  EXPECT_EQ(lab.ask_status(lab.client, model::InfoRequest{}), Status::kBusy);
  EXPECT_EQ(lab.ask_status(lab.client, model::Publish{hello_from(kS2)}), Status::kBusy);
  EXPECT_EQ(lab.ask_status(lab.client, Reconfigure{kR1}), Status::kBusy);
  EXPECT_TRUE(lab.node(kM).is_master());
  EXPECT_EQ(lab.command(kM, model::ScriptCommand{1s}).kind, Answer::Kind::kBusy);
  EXPECT_EQ(lab.ask_status(lab.client, model::ScriptKill{}), Status::kOk);
  EXPECT_EQ(lab.ask_status(lab.client, model::Ping{}), Status::kPong);
  EXPECT_EQ(lab.ask_status(lab.client, model::ScriptKill{}), Status::kNotBusy);
}

// A script that has written cannot be killed: it ends by itself, and then its writes go to the replica.
TEST_F(DataNode, ScriptThatWrites) {
  const model::Offset before = lab.node(kM).offset();
  lab.command(kM, model::ScriptCommand{20s, true});
  lab.run_for(19'999ms);
  EXPECT_EQ(lab.ask_status(lab.client, model::ScriptKill{}), Status::kUnkillable);
  EXPECT_EQ(lab.command(kM, model::ScriptKillCommand{}).kind, Answer::Kind::kUnkillable);
  EXPECT_EQ(lab.ask_status(lab.client, model::Ping{}), Status::kBusy);
  EXPECT_EQ(lab.node(kM).offset(), before) << "no cron, and nothing of the script";
  lab.run_for(1ms);
  EXPECT_EQ(lab.ask_status(lab.client, model::Ping{}), Status::kPong);
  EXPECT_GT(lab.node(kM).offset(), before);
  EXPECT_EQ(lab.node(kR1).offset(), lab.node(kM).offset());
  EXPECT_THAT(lab.stalls(kR1), IsEmpty()) << "it gets what was written, not the script";
}

// A script that is too short to be noticed, or has no limit, answers nobody until its end.
TEST_F(DataNode, ScriptWithinItsLimit) {
  lab.command(kM, model::ScriptCommand{4s});
  model::DataNodeConfig config = master_config();
  config.script_limit = 0ms;
  lab.start(kR2, config);
  lab.command(kR2, model::ScriptCommand{40s});
  EXPECT_THAT(lab.stalls(kM), ElementsAre(4s));
  EXPECT_THAT(lab.stalls(kR2), ElementsAre(40s));
}

// A replica may run a script that reads; what its master sends waits until it is over.
TEST_F(DataNode, ScriptOnAReplica) {
  EXPECT_EQ(lab.command(kR1, model::ScriptCommand{20s, true}).kind, Answer::Kind::kReadOnly);
  lab.command(kR1, model::ScriptCommand{20s});
  EXPECT_EQ(ping(kR1), Status::kBusy);
  const model::Offset before = lab.node(kR1).applied();
  lab.ask(lab.client, model::Publish{hello_from(kS2)});
  EXPECT_EQ(lab.node(kR1).applied(), before);
  lab.run_for(20s);
  EXPECT_EQ(lab.node(kR1).applied(), lab.node(kM).offset());
}

// Up to 4.x a script that writes is replicated as it is: the replica is silent for as long, and never -BUSY.
TEST(DataNodeVersions, ScriptsAreRunAgain) {
  ReplicatedPair lab{"redis-3.2"};
  lab.command(kM, model::ScriptCommand{20s, true});
  lab.run_for(19s);
  EXPECT_THAT(lab.stalls(kR1), IsEmpty());
  lab.run_for(1s);
  EXPECT_THAT(lab.stalls(kR1), ElementsAre(20s));
  lab.command(kR1, model::ScriptCommand{30s});
  EXPECT_THAT(lab.stalls(kR1), ElementsAre(20s, 30s));
}

// A disk failure shows in the PING of a master, not in that of a replica, nor in INFO.
TEST_F(DataNode, DiskFailure) {
  for (const Address& address : {kM, kR1}) lab.node(address).set_disk_fails(true);
  EXPECT_EQ(ping(kM), Status::kMisconf);
  EXPECT_EQ(ping(kR1), Status::kPong);
  EXPECT_TRUE(std::holds_alternative<model::InfoReply>(lab.ask(lab.client, model::InfoRequest{}).value()));
  lab.command(kR1, model::ReplicaofCommand{});
  EXPECT_EQ(ping(kR1), Status::kMisconf) << "promoted";
  lab.node(kM).set_disk_fails(false);
  EXPECT_EQ(ping(kM), Status::kPong);
}

// Nor in that of a master that is told not to stop writes for it.
TEST_F(DataNode, DiskFailureIgnored) {
  lab.node(kM).set_disk_fails(true);
  lab.command(kM, model::ConfigSetCommand{model::Setting<bool>{&model::DataNodeConfig::stops_writes, false}});
  EXPECT_EQ(ping(kM), Status::kPong);
  lab.command(kM, model::ConfigSetCommand{model::Setting<bool>{&model::DataNodeConfig::stops_writes, true}});
  EXPECT_EQ(ping(kM), Status::kMisconf);
}

// A full resynchronisation takes the disk of the replica, and that of a master which is not diskless. Nobody can attach
// to a master that answers PING with -MISCONF.
TEST_F(DataNode, NoFullResyncWithoutDisk) {
  using enum model::ReplicationState;
  const auto state_after = [&](Address address, Millis period) {
    lab.run_for(period);
    return lab.node(address).replication_state();
  };
  lab.start(kR2, replica_config(kM));
  lab.node(kR2).set_disk_fails(true);
  EXPECT_NE(state_after(kR2, 3s), kConnected);
  lab.node(kR2).set_disk_fails(false);
  EXPECT_EQ(state_after(kR2, 3s), kConnected);

  lab.node(kM).set_disk_fails(true);
  lab.start(kR3, replica_config(kM));
  EXPECT_NE(state_after(kR3, 3s), kConnected);

  model::DataNodeConfig config = master_config();
  config.diskless_sync = false;
  config.transfer_time = 500ms;
  lab.start(kElsewhere, config);
  lab.command(kR3, model::ReplicaofCommand{kElsewhere});
  EXPECT_EQ(state_after(kR3, 200ms), kTransfer);
  lab.node(kElsewhere).set_disk_fails(true);
  EXPECT_NE(state_after(kR3, 3s), kConnected);
  lab.node(kElsewhere).set_disk_fails(false);
  EXPECT_EQ(state_after(kR3, 3s), kConnected);
}

// PING by another name is an unknown command, also to a replica; it is answered by the new one, if there is one.
TEST_F(DataNode, RenamedPing) {
  model::DataNodeConfig config = master_config();
  config.knows_ping = false;
  lab.start(kR2, config);
  lab.start(kR3, replica_config(kR2));
  lab.run_for(3s);
  EXPECT_EQ(ping(kR2), Status::kUnknownCommand);
  EXPECT_EQ(lab.node(kR3).info(lab.now()).link_up, false);
  config.ping_name = model::Symbol{70, 4};
  lab.start(kElsewhere, config);
  EXPECT_EQ(lab.ask_status(lab.connect(kElsewhere), model::Ping{model::Symbol{70, 4}}), Status::kPong);
  EXPECT_EQ(lab.ask_status(lab.client, model::Ping{model::Symbol{70, 4}}), Status::kUnknownCommand);
}

// With a password, nothing is answered before it was given.
TEST_F(DataNode, Password) {
  model::DataNodeConfig config = master_config();
  config.password = model::Symbol{60, 6};
  lab.start(kR2, config);
  const model::Socket socket = lab.connect(kR2);
  EXPECT_EQ(lab.ask_status(socket, model::Ping{}), Status::kNoAuth);
  EXPECT_EQ(lab.ask_status(socket, model::InfoRequest{}), Status::kNoAuth);
  EXPECT_EQ(lab.ask_status(socket, model::Auth{{61, 6}}), Status::kNoAuth);
  EXPECT_EQ(lab.ask_status(socket, model::Ping{}), Status::kNoAuth);
  EXPECT_EQ(lab.ask_status(socket, model::Auth{{60, 6}}), Status::kOk);
  EXPECT_EQ(lab.ask_status(socket, model::Ping{}), Status::kPong);
  EXPECT_EQ(lab.ask_status(lab.connect(kR2), model::Ping{}), Status::kNoAuth) << "each connection for itself";
}

// Commands of sentinels are none of a data node.
TEST_F(DataNode, UnknownCommands) {
  EXPECT_EQ(lab.ask_status(lab.client, model::IsMasterDown{}), Status::kUnknownCommand);
  EXPECT_EQ(lab.command(kM, model::FailoverCommand{}).kind, Answer::Kind::kUnknownCommand);
}

// A hello reaches the subscribers of the node, and by replication those of its replicas.
TEST_F(DataNode, HelloReachesSubscribers) {
  const model::Socket here = lab.connect(kM);
  const model::Socket there = lab.connect(kR1);
  EXPECT_EQ(lab.ask(here, model::Subscribe{}), std::nullopt);
  lab.ask(there, model::Subscribe{});
  lab.ask(lab.client, model::Publish{hello_from(kS2)});
  EXPECT_EQ(lab.received<model::HelloPush>(here).size(), 1);
  EXPECT_EQ(lab.received<model::HelloPush>(there).size(), 1);
  lab.ask(lab.connect(kR1), model::Publish{hello_from(kS3)});
  EXPECT_EQ(lab.received<model::HelloPush>(here).size(), 1) << "not against the stream";
  ASSERT_EQ(lab.received<model::HelloPush>(there).size(), 2);
  EXPECT_EQ(lab.received<model::HelloPush>(there)[1].hello.sender, kS3);
}

// --- INFO -------------------------------------------------------------------------------------------------

// A master names its replicas in the order in which they came.
TEST_F(DataNode, InfoOfAMaster) {
  lab.start(kR3, replica_config(kM));
  lab.run_for(1s);
  lab.start(kR2, replica_config(kM));
  lab.run_for(3s);
  const model::InfoReply info = lab.info(kM);
  EXPECT_EQ(info.role, InstanceKind::kMaster);
  EXPECT_EQ(info.run_id, lab.node(kM).run_id());
  EXPECT_THAT(info.replicas, ElementsAre(kR1, kR3, kR2));
  lab.crash(kR3);
  EXPECT_THAT(lab.info(kM).replicas, ElementsAre(kR1, kR2));
}

// A replica tells its master, priority and offset.
TEST_F(DataNode, InfoOfAReplica) {
  model::DataNodeConfig config = replica_config(kM);
  config.priority = 7;
  config.announce_replica = false;
  lab.start(kR2, config);
  lab.run_for(3s);
  lab.ask(lab.client, model::Publish{hello_from(kS2)});
  const model::InfoReply info = lab.info(kR2);
  EXPECT_EQ(info.role, InstanceKind::kReplica);
  EXPECT_EQ(info.master, kM);
  EXPECT_TRUE(info.link_up);
  EXPECT_EQ(info.link_down_seconds, std::nullopt);
  EXPECT_EQ(info.priority, 7);
  EXPECT_FALSE(info.announced);
  EXPECT_EQ(info.offset, lab.node(kM).offset());
  EXPECT_GT(info.offset, 0);
  lab.command(kR2, model::ConfigSetCommand{model::Setting<int>{&model::DataNodeConfig::priority, 3}});
  EXPECT_EQ(lab.info(kR2).priority, 3);
}

// A replica that never was linked since its start says -1 s, and offset 1.
TEST_F(DataNode, NeverLinkedReplica) {
  lab.crash(kM);
  lab.restart(kR1);
  lab.run_for(100s);
  EXPECT_EQ(lab.info(kR1).link_down_seconds, -1);
  EXPECT_EQ(lab.info(kR1).offset, 1);
}

// The seconds since the link was lost are the difference of two truncated clock readings.
TEST_F(DataNode, LinkDownSecondsAreTruncated) {
  lab.run_for(900ms);
  ASSERT_EQ((lab.now() - kStart) % 1s, 900ms);
  lab.crash(kM);
  EXPECT_EQ(lab.info(kR1).link_down_seconds, 0);
  lab.run_for(99ms);
  EXPECT_EQ(lab.info(kR1).link_down_seconds, 0);
  lab.run_for(1ms);
  EXPECT_EQ(lab.info(kR1).link_down_seconds, 1);
  lab.run_for(10s);
  EXPECT_EQ(lab.info(kR1).link_down_seconds, 11);
}

// A link that is lost, or dropped by SLAVEOF, is down since then; the offset is kept.
TEST_F(DataNode, LinkDownSinceSlaveof) {
  lab.ask(lab.client, model::Publish{hello_from(kS2)});
  const model::Offset offset = lab.node(kR1).offset();
  lab.command(kR1, model::ReplicaofCommand{kElsewhere});
  lab.run_for(5s);
  EXPECT_EQ(lab.info(kR1).link_down_seconds, 5);
  EXPECT_EQ(lab.info(kR1).offset, offset);
  EXPECT_EQ(lab.info(kR1).master, kElsewhere);
  lab.command(kR1, model::ReplicaofCommand{kM});
  lab.run_for(1s);
  EXPECT_EQ(lab.info(kR1).link_down_seconds, std::nullopt);
}

// SLAVEOF NO ONE forgets since when the link is down: the next link that does not come up shows -1 s.
TEST_F(DataNode, NoOneForgetsTheLinkDownTime) {
  lab.crash(kM);
  lab.run_for(2s);
  ASSERT_EQ(lab.info(kR1).link_down_seconds, 2);
  lab.command(kR1, model::ReplicaofCommand{});
  lab.command(kR1, model::ReplicaofCommand{kElsewhere});
  lab.run_for(5s);
  EXPECT_EQ(lab.info(kR1).link_down_seconds, -1);
  EXPECT_EQ(lab.info(kR1).offset, lab.node(kR1).offset()) << "a former master keeps its own";
}

// --- SLAVEOF ----------------------------------------------------------------------------------------------

// SLAVEOF NO ONE makes a master at once; its history goes on under another id.
TEST_F(DataNode, NoOne) {
  lab.ask(lab.client, model::Publish{hello_from(kS2)});
  const model::Offset offset = lab.node(kR1).offset();
  const Id history = lab.node(kR1).replication_id();
  EXPECT_EQ(lab.ask_status(lab.connect(kR1), Reconfigure{}), Status::kOk);
  EXPECT_TRUE(lab.node(kR1).is_master());
  EXPECT_EQ(lab.info(kR1).role, InstanceKind::kMaster);
  EXPECT_EQ(lab.node(kR1).offset(), offset);
  EXPECT_NE(lab.node(kR1).replication_id(), history);
  EXPECT_THAT(lab.info(kM).replicas, IsEmpty());
}

// SLAVEOF NO ONE to a master changes nothing.
TEST_F(DataNode, NoOneToAMaster) {
  const Id history = lab.node(kM).replication_id();
  lab.ask(lab.client, Reconfigure{});
  EXPECT_EQ(lab.node(kM).replication_id(), history);
  EXPECT_TRUE(lab.info(kR1).link_up);
}

// SLAVEOF the master that it has is no change of the link, but the transaction's CLIENT KILL cuts all the same.
TEST_F(DataNode, SameMaster) {
  lab.start(kR2, replica_config(kM));
  lab.run_for(3s);
  const model::Socket other = lab.connect(kR1);
  lab.ask(other, model::Ping{});
  EXPECT_EQ(lab.command(kR1, model::ReplicaofCommand{kM}).kind, Answer::Kind::kAlreadyConnected);
  lab.ask(lab.connect(kR1), Reconfigure{kM});
  EXPECT_THAT(lab.info(kM).replicas, ElementsAre(kR1, kR2)) << "still the one that came first";
  EXPECT_FALSE(lab.open(other));
}

// A replica is connected to its new master at once, not at the next cron.
TEST_F(DataNode, ConnectsAtOnce) {
  lab.start(kR2, master_config());
  lab.command(kR1, model::ReplicaofCommand{kR2});
  EXPECT_NE(lab.node(kR1).replication_state(), model::ReplicationState::kConnect);
  EXPECT_THAT(lab.info(kR2).replicas, ElementsAre(kR1));
  EXPECT_THAT(lab.info(kM).replicas, IsEmpty());
}

// --- restart ----------------------------------------------------------------------------------------------

// A restarted node has another run id and no data.
TEST_F(DataNode, Restart) {
  lab.ask(lab.client, model::Publish{hello_from(kS2)});
  const Id before = lab.node(kM).run_id();
  lab.restart(kM);
  EXPECT_NE(lab.node(kM).run_id(), before);
  EXPECT_EQ(lab.node(kM).offset(), 0);
  EXPECT_TRUE(lab.node(kM).is_master());
}

// What a sentinel reconfigured is written to disk, what an operator did is not.
TEST_F(DataNode, RestartWithTheRoleThatWasWritten) {
  lab.command(kR1, model::ReplicaofCommand{});
  ASSERT_TRUE(lab.node(kR1).is_master());
  lab.restart(kR1);
  EXPECT_THAT(lab.node(kR1).master(), Optional(kM));
  lab.ask(lab.connect(kR1), Reconfigure{});
  lab.restart(kR1);
  EXPECT_TRUE(lab.node(kR1).is_master());
}

}  // namespace
}  // namespace sentinel::test
