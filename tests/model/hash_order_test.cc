// The order in which a sentinel walks its tables: that of insertion, or one that is drawn with its process.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using testing::ElementsAre;
using testing::UnorderedElementsAre;

constexpr std::uint64_t kSeeds = 40;

std::vector<std::uint16_t> ports_of(const auto& instances) {
  std::vector<std::uint16_t> ports;
  for (const auto& instance : instances) ports.push_back(instance.address.port);
  return ports;
}

std::vector<std::uint16_t> ports_seen(const SentinelLab& lab, EventKind kind) {
  std::vector<std::uint16_t> ports;
  for (const Seen& seen : lab.seen()) {
    if (seen.event.kind == kind) ports.push_back(seen.event.address.port);
  }
  return ports;
}

// Without a seed the order is that of insertion.
TEST(HashOrder, SeedZeroIsInsertion) {
  const model::Sentinel sentinel(*model::find_profile("redis-7.4"), sentinel_among({kS4, kS2, kS3}), kStart);
  EXPECT_THAT(ports_of(sentinel.masters()[0].replicas), ElementsAre(kR1.port, kR2.port));
  EXPECT_THAT(ports_of(sentinel.masters()[0].peers), ElementsAre(kS4.port, kS2.port, kS3.port));
}

// Every order of masters, replicas and sentinels comes about, each the same for the same seed.
TEST(HashOrder, SeedGivesTheOrderOfAllTables) {
  const model::SentinelConfig config = with_second_master(sentinel_among({kS2, kS3, kS4}));
  std::set<std::vector<std::uint16_t>> masters;
  std::set<std::vector<std::uint16_t>> replicas;
  std::set<std::vector<std::uint16_t>> peers;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const model::Sentinel sentinel(*model::find_profile("redis-7.4"), config, kStart, seed);
    EXPECT_EQ(sentinel, model::Sentinel(*model::find_profile("redis-7.4"), config, kStart, seed));
    masters.insert(ports_of(sentinel.masters()));
    for (const model::Master& master : sentinel.masters()) {
      if (master.replicas.size() == 2) replicas.insert(ports_of(master.replicas));
      peers.insert(ports_of(master.peers));
    }
  }
  EXPECT_EQ(masters.size(), 2);
  EXPECT_EQ(replicas.size(), 2);
  EXPECT_EQ(peers.size(), 6);
}

// A table has the same order in whichever order its entries came.
TEST(HashOrder, DoesNotDependOnInsertion) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const model::Sentinel one(*model::find_profile("redis-7.4"), sentinel_among({kS2, kS3, kS4}), kStart, seed);
    const model::Sentinel other(*model::find_profile("redis-7.4"), sentinel_among({kS4, kS3, kS2}), kStart, seed);
    EXPECT_EQ(ports_of(one.masters()[0].peers), ports_of(other.masters()[0].peers));
  }
}

// After a switch: +slave for each replica in the order of the old table, the old master always as the last one,
// whatever its place in the new table.
TEST(HashOrder, OldMasterIsSaidLast) {
  std::set<std::vector<std::uint16_t>> said;
  std::set<std::vector<std::uint16_t>> tables;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SentinelLab lab(with_three_replicas(), {.hash_seed = seed});
    lab.run_for(3s);
    std::vector<std::uint16_t> expected = ports_of(lab.master().replicas);
    std::erase(expected, kR1.port);
    expected.push_back(kM.port);
    model::Hello hello = hello_from(kS2);
    hello.config_epoch = model::Epoch{3};
    hello.master = kR1;
    lab.hear(hello);
    EXPECT_EQ(ports_seen(lab, kReplica), expected);
    said.insert(expected);
    tables.insert(ports_of(lab.master().replicas));
    EXPECT_THAT(ports_of(lab.master().replicas), UnorderedElementsAre(kM.port, kR2.port, kR3.port));
  }
  EXPECT_EQ(said.size(), 2);
  EXPECT_EQ(tables.size(), 6);
}

// parallel-syncs walks the table: which replica waits depends on the seed.
TEST(HashOrder, DecidesWhoIsReconfiguredFirst) {
  std::set<std::vector<std::uint16_t>> sent;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SentinelLab lab(with_three_replicas(), {.hash_seed = seed});
    lab.run_for(3s);
    lab.crash(kM);
    ASSERT_TRUE(lab.run_until(kPromotedReplica));
    EXPECT_EQ(lab.last(kPromotedReplica).event.address, kR1) << "the smallest run id, not the first in the table";
    std::vector<std::uint16_t> expected = ports_of(lab.master().replicas);
    std::erase(expected, kR1.port);
    ASSERT_TRUE(lab.run_until(kFailoverEnd));
    EXPECT_EQ(ports_seen(lab, kReconfSent), expected);
    sent.insert(expected);
  }
  EXPECT_EQ(sent.size(), 2);
}

// A replica that is found during a failover may move the promoted one in the table, but not change it, and replies find
// the replica that they are of.
TEST(HashOrder, ReplicaFoundDuringAFailover) {
  std::set<bool> moved;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SentinelLab lab(lone_sentinel(), {.hash_seed = seed});
    lab.run_for(3s);
    lab.at(kR1).obeys = false;
    lab.command(model::FailoverCommand{kMaster1});
    ASSERT_TRUE(lab.run_until(kWaitPromotion));
    const std::uint16_t before = *lab.master().promoted;
    lab.at(kM).info.replicas.push_back(kR3);
    lab.at(kR3).info = info_of_replica(kR3, kM);
    ASSERT_TRUE(lab.run_until(kReplica));
    moved.insert(*lab.master().promoted != before);
    EXPECT_EQ(lab.master().replicas[*lab.master().promoted].address, kR1);
    lab.at(kR1).info.role = model::InstanceKind::kMaster;
    ASSERT_TRUE(lab.run_until(kPromotedReplica));
    EXPECT_EQ(lab.last(kPromotedReplica).event.address, kR1);
  }
  EXPECT_EQ(moved.size(), 2);
}

// A reply to what was asked before the table changed is taken by the replica that was asked.
TEST(HashOrder, ReplyAfterAnInsertion) {
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    SentinelLab lab(lone_sentinel(), {.hash_seed = seed});
    lab.run_for(3s);
    lab.at(kM).info.replicas.push_back(kR3);
    lab.at(kR3).info = info_of_replica(kR3, kM);
    lab.at(kR1).delay = lab.at(kR2).delay = 400ms;
    ASSERT_TRUE(lab.run_until(kReplica, 20s));
    lab.run_for(2s);
    for (const model::Replica& replica : lab.master().replicas) EXPECT_EQ(replica.id, id_of(replica.address));
  }
}

}  // namespace
}  // namespace sentinel::test
