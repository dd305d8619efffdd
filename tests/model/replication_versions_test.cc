// Replication in versions of Redis other than 7.x: what each does before the rule of the next one came.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/support/data_node_lab.h"

namespace sentinel::test {
namespace {

using model::Offset;
using model::Reconfigure;
using model::ReplicaofCommand;
using model::WriteCommand;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Optional;

using Profiles = std::vector<std::string>;

const Profiles kUpTo3{"redis-2.8", "redis-3.2"};
const Profiles kFrom4{"redis-6.2", "redis-7.0", "redis-7.4", "valkey-8.0"};
const Profiles kAll{"redis-2.8", "redis-3.2", "redis-6.2", "redis-7.0", "redis-7.4", "valkey-8.0"};

std::int64_t clock_value(const DataNodeLab& lab) { return lab.now().time_since_epoch() / 1s; }

// --- master_link_down_since_seconds -----------------------------------------------------------------------

// A replica that never was linked since its start says -1 s from 6.2.2 on, before the seconds since 1970.
TEST(ReplicationVersions, NeverLinked) {
  for (const std::string& profile : kAll) {
    ReplicatedPair lab{profile};
    lab.crash(kM);
    lab.restart(kR1);
    lab.run_for(100s);
    const bool old = profile == "redis-2.8" || profile == "redis-3.2";
    EXPECT_EQ(lab.info(kR1).link_down_seconds, old ? clock_value(lab) : -1) << profile;
  }
}

// A lost link is down since then, whatever the version.
TEST(ReplicationVersions, LostLink) {
  for (const std::string& profile : kAll) {
    ReplicatedPair lab{profile};
    lab.crash(kM);
    lab.run_for(7s);
    EXPECT_EQ(lab.info(kR1).link_down_seconds, 7) << profile;
  }
}

// A link that SLAVEOF drops is down since then, but 3.x forgets it at once.
TEST(ReplicationVersions, LinkDroppedBySlaveof) {
  for (const std::string& profile : kAll) {
    ReplicatedPair lab{profile};
    lab.command(kR1, ReplicaofCommand{kElsewhere});
    lab.run_for(7s);
    EXPECT_EQ(lab.info(kR1).link_down_seconds, profile == "redis-3.2" ? clock_value(lab) : 7) << profile;
  }
}

// Up to 3.x a link that comes up does not forget since when the one before was down: a next SLAVEOF that finds no
// connected link shows the old time. From 4.0 on it counts from the last time the link was up.
TEST(ReplicationVersions, LinkThatCameUpAgain) {
  for (const std::string& profile : Profiles{"redis-2.8", "redis-6.2", "redis-7.0"}) {
    ReplicatedPair lab{profile};
    lab.cut(kR1);
    lab.run_for(5s);
    ASSERT_TRUE(lab.info(kR1).link_up) << profile;
    lab.command(kR1, ReplicaofCommand{});  // forgotten from 6.2.2 on, else now
    lab.run_for(5s);
    lab.command(kR1, ReplicaofCommand{kElsewhere});
    lab.run_for(5s);
    EXPECT_EQ(lab.info(kR1).link_down_seconds, profile == "redis-2.8" ? 10 : -1) << profile;
  }
}

// SLAVEOF NO ONE while the link is down: kept up to 6.2.1.
TEST(ReplicationVersions, NoOneKeepsTheTimeOfALostLink) {
  for (const std::string& profile : Profiles{"redis-2.8", "redis-7.0"}) {
    ReplicatedPair lab{profile};
    lab.crash(kM);
    lab.run_for(3s);
    lab.command(kR1, ReplicaofCommand{});
    lab.run_for(3s);
    lab.command(kR1, ReplicaofCommand{kElsewhere});
    EXPECT_EQ(lab.info(kR1).link_down_seconds, profile == "redis-2.8" ? 6 : -1) << profile;
  }
}

// replica-announced is of 6.2.2: before, INFO has no such line, so that a sentinel takes the replica as announced.
TEST(ReplicationVersions, Announced) {
  for (const std::string& profile : kAll) {
    DataNodeLab lab{profile};
    model::DataNodeConfig config = replica_config(kM);
    config.announce_replica = false;
    lab.start(kR1, config);
    EXPECT_EQ(lab.info(kR1).announced, profile == "redis-2.8" || profile == "redis-3.2") << profile;
  }
}

// --- connecting -------------------------------------------------------------------------------------------

// From 6.2 on SLAVEOF connects at once, before the next cron does, within a second.
TEST(ReplicationVersions, ConnectAfterSlaveof) {
  for (const std::string& profile : kAll) {
    ReplicatedPair lab{profile};
    lab.start(kR2, master_config());
    lab.run_for(500ms);
    lab.command(kR1, ReplicaofCommand{kR2});
    const bool at_once = !lab.info(kR2).replicas.empty();
    EXPECT_EQ(at_once, profile != "redis-2.8" && profile != "redis-3.2") << profile;
    lab.run_for(1s);
    EXPECT_THAT(lab.info(kR2).replicas, ElementsAre(kR1)) << profile;
  }
}

// The same for a link that was lost. It is resumed in all versions, since the master lives.
TEST(ReplicationVersions, ConnectAfterALoss) {
  for (const std::string& profile : kAll) {
    ReplicatedPair lab{profile};
    lab.run_for(500ms);
    lab.cut(kR1);
    EXPECT_EQ(lab.info(kR1).link_up, profile != "redis-2.8" && profile != "redis-3.2") << profile;
    lab.run_for(1s);
    EXPECT_TRUE(lab.info(kR1).link_up) << profile;
    EXPECT_EQ(lab.full_resyncs(kM), 1) << profile;
  }
}

// --- histories --------------------------------------------------------------------------------------------

// Up to 3.x a history is named by the run id of its master, and begins with its first replica.
TEST(ReplicationVersions, HistoryOfOneMaster) {
  for (const std::string& profile : kUpTo3) {
    ReplicatedPair lab{profile};
    EXPECT_EQ(lab.node(kM).replication_id(), lab.node(kM).run_id());
    EXPECT_EQ(lab.node(kR1).replication_id(), lab.node(kR1).run_id());
    const Offset before = lab.info(kR1).offset;
    lab.command(kM, WriteCommand{100});
    EXPECT_EQ(lab.info(kR1).offset, before + 100);
    EXPECT_EQ(lab.info(kR1).offset, lab.node(kM).offset());
    EXPECT_EQ(lab.node(kR1).offset(), 0) << "a stream of its own, that nobody reads";
  }
}

// Up to 3.x a failover costs every replica a full resynchronisation, and the offsets start again at 1.
TEST(ReplicationVersions, FailoverCostsAFullResync) {
  for (const std::string& profile : kAll) {
    ReplicatedPair lab{profile};
    lab.start(kR2, replica_config(kM));
    lab.run_for(3s);
    lab.command(kM, WriteCommand{1'000});
    const Offset before = lab.info(kR1).offset;
    lab.crash(kM);
    lab.ask(lab.connect(kR1), Reconfigure{});
    lab.ask(lab.connect(kR2), Reconfigure{kR1});
    lab.run_for(2s);
    EXPECT_TRUE(lab.info(kR2).link_up) << profile;
    const bool old = profile == "redis-2.8" || profile == "redis-3.2";
    EXPECT_EQ(lab.full_resyncs(kR1), old ? 1 : 0) << profile;
    if (old) {
      EXPECT_LT(lab.info(kR2).offset, 20) << profile;
    } else {
      EXPECT_GE(lab.info(kR2).offset, before) << profile;
    }
  }
}

// Up to 3.x a replica that is promoted takes over the offset of its master, if not the history, as long as the link is
// up and it has no replicas; a master that becomes a replica starts its own stream anew.
TEST(ReplicationVersions, OffsetOfAPromotedReplica) {
  for (const std::string& profile : kUpTo3) {
    ReplicatedPair lab{profile};
    lab.command(kM, WriteCommand{1'000});
    const Offset offset = lab.info(kR1).offset;
    lab.command(kR1, ReplicaofCommand{});
    EXPECT_EQ(lab.node(kR1).offset(), offset);
    lab.command(kM, ReplicaofCommand{kR1});
    EXPECT_EQ(lab.node(kM).offset(), 0);
    lab.run_for(2s);
    EXPECT_GT(lab.info(kM).offset, offset);
    EXPECT_LT(lab.info(kM).offset, offset + 20);
  }
  ReplicatedPair lab{"redis-2.8"};
  lab.start(kR2, replica_config(kR1));
  lab.run_for(3s);
  lab.command(kM, WriteCommand{1'000});
  const Offset own = lab.node(kR1).offset();
  lab.command(kR1, ReplicaofCommand{});
  EXPECT_EQ(lab.node(kR1).offset(), own) << "with a replica of its own";
}

// A former master offers its own history from 4.0 on: a manual failover without writes meanwhile costs nothing.
TEST(ReplicationVersions, FormerMasterKeepsItsHistory) {
  for (const std::string& profile : Profiles{"redis-2.8", "redis-3.2", "redis-6.2", "redis-7.0"}) {
    ReplicatedPair lab{profile};
    lab.ask(lab.connect(kR1), Reconfigure{});
    lab.ask(lab.connect(kM), Reconfigure{kR1});
    lab.run_for(2s);
    EXPECT_TRUE(lab.info(kM).link_up) << profile;
    const bool old = profile == "redis-2.8" || profile == "redis-3.2";
    EXPECT_EQ(lab.full_resyncs(kR1), old ? 1 : 0) << profile;
  }
}

// Up to 6.2 what could be resumed is gone, with its offset, once a full resynchronisation has begun; from 7.0 on not
// before the snapshot is there, so that whoever goes back to the old master in time resumes.
TEST(ReplicationVersions, FullResyncDiscardsWhatCouldBeResumed) {
  for (const std::string& profile : kFrom4) {
    const bool keeps = model::find_profile(profile)->data_node.keeps_cached_master;
    ReplicatedPair lab{profile};
    lab.command(kM, WriteCommand{1'000});
    model::DataNodeConfig slow = master_config();
    slow.transfer_time = 10s;
    lab.start(kR2, slow);
    lab.ask(lab.connect(kR1), Reconfigure{kR2});
    ASSERT_EQ(lab.node(kR1).replication_state(), model::ReplicationState::kTransfer) << profile;
    EXPECT_EQ(lab.info(kR1).offset, keeps ? 1'000 : 1) << profile;
    lab.ask(lab.connect(kR1), Reconfigure{kM});
    lab.run_for(3s);
    EXPECT_TRUE(lab.info(kR1).link_up) << profile;
    EXPECT_EQ(lab.full_resyncs(kM), keeps ? 1 : 2) << profile;
  }
}

// --- replicas of replicas ---------------------------------------------------------------------------------

// SLAVEOF drops the replicas of a replica up to 6.2. 7.x keeps them as long as the history goes on.
TEST(ReplicationVersions, SlaveofDropsSubReplicas) {
  for (const std::string& profile : kAll) {
    ReplicatedPair lab{profile};
    lab.start(kR2, replica_config(kR1));
    lab.run_for(3s);
    ASSERT_THAT(lab.info(kR1).replicas, ElementsAre(kR2)) << profile;
    lab.crash(kM);
    lab.command(kR1, ReplicaofCommand{kElsewhere});
    const bool keeps = profile == "redis-7.0" || profile == "redis-7.4" || profile == "valkey-8.0";
    EXPECT_EQ(lab.info(kR1).replicas.size(), keeps ? 1 : 0) << profile;
  }
}

// A promotion drops them from 4.0 on, so that they learn the new id; before, they stay and nothing changes for them.
TEST(ReplicationVersions, PromotionDropsSubReplicas) {
  for (const std::string& profile : kAll) {
    ReplicatedPair lab{profile};
    lab.start(kR2, replica_config(kR1));
    lab.run_for(3s);
    const Id history = lab.node(kR1).replication_id();
    lab.command(kR1, ReplicaofCommand{});
    lab.run_for(2s);
    EXPECT_TRUE(lab.info(kR2).link_up) << profile;
    EXPECT_EQ(lab.full_resyncs(kR1), 1) << profile << ": the first one";
    EXPECT_EQ(lab.node(kR1).replication_id() == history, profile == "redis-2.8" || profile == "redis-3.2") << profile;
    lab.command(kR1, WriteCommand{100});
    EXPECT_EQ(lab.info(kR2).offset, lab.node(kR1).offset()) << profile;
  }
}

// --- snapshots --------------------------------------------------------------------------------------------

// When a snapshot that was asked for at once is loaded, in milliseconds after it was asked.
int loaded_after(std::string_view profile, const model::DataNodeConfig& config) {
  DataNodeLab lab{profile};
  lab.start(kM, config);
  lab.run_for(1'450ms);
  const model::Socket replica = lab.connect(kM);
  lab.ask(replica, model::Psync{});
  int waited = 0;
  for (; lab.received<model::Snapshot>(replica).empty(); ++waited) lab.run_for(1ms);
  return waited;
}

// Before 7.0 a snapshot goes over the disk: it starts at once, and its end is noticed by the next of the ten crons a
// second (here at 1501 ms, the first one that comes 10 ms or more after the start).
TEST(ReplicationVersions, SnapshotOverTheDisk) {
  model::DataNodeConfig config;
  config.transfer_time = 10ms;
  EXPECT_EQ(loaded_after("redis-2.8", config), 51);
  EXPECT_EQ(loaded_after("redis-3.2", config), 51);
  EXPECT_EQ(loaded_after("redis-6.2", config), 51);
  config.transfer_time = 60ms;
  EXPECT_EQ(loaded_after("redis-6.2", config), 151);
  config.transfer_time = 51ms;
  EXPECT_EQ(loaded_after("redis-6.2", config), 51) << "just in time";
}

// From 7.0 on it does not; it starts with the first cron that finds a replica that has waited for 5 s. Directives tell
// otherwise, in all versions.
TEST(ReplicationVersions, DisklessSnapshot) {
  model::DataNodeConfig config;
  config.transfer_time = 10ms;
  for (const std::string& profile : Profiles{"redis-7.0", "redis-7.4", "valkey-8.0"}) {
    EXPECT_EQ(loaded_after(profile, config), 4'551 + 10)
        << profile << ": 6001 ms is 5 s after 1450 ms, in whole seconds";
  }
  config.diskless_sync = true;
  EXPECT_EQ(loaded_after("redis-2.8", config), 4'561);
  config.diskless_sync_delay = 0s;
  EXPECT_EQ(loaded_after("redis-2.8", config), 10);
  config.diskless_sync = false;
  EXPECT_EQ(loaded_after("redis-7.0", config), 51);
}

// Who comes while a file is being written gets it as well, and the stream from where the file begins.
TEST(ReplicationVersions, FileServesLateComers) {
  DataNodeLab lab{"redis-3.2"};
  model::DataNodeConfig config = master_config();
  config.transfer_time = 2s;
  lab.start(kM, config);
  lab.start(kR1, replica_config(kM));
  lab.run_for(1500ms);
  lab.command(kM, WriteCommand{500});
  lab.start(kR2, replica_config(kM));
  lab.run_for(1s);
  EXPECT_TRUE(lab.info(kR1).link_up);
  EXPECT_TRUE(lab.info(kR2).link_up);
  EXPECT_EQ(lab.info(kR2).offset, lab.node(kM).offset());
}

// Who comes while the data are being sent has to wait for the next time.
TEST(ReplicationVersions, DisklessSnapshotServesNoLateComers) {
  DataNodeLab lab{"redis-7.0"};
  model::DataNodeConfig config = master_config();
  config.transfer_time = 2s;
  lab.start(kM, config);
  lab.start(kR1, replica_config(kM));
  lab.run_for(1500ms);
  lab.start(kR2, replica_config(kM));
  lab.run_for(400ms);
  EXPECT_EQ(lab.node(kR1).replication_state(), model::ReplicationState::kTransfer);
  EXPECT_EQ(lab.node(kR2).replication_state(), model::ReplicationState::kPsync);
  lab.run_for(3s);
  EXPECT_TRUE(lab.info(kR1).link_up);
  EXPECT_TRUE(lab.info(kR2).link_up);
}

}  // namespace
}  // namespace sentinel::test
