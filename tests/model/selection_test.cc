// Which replica is promoted: who is excluded, and who is first among the others.
#include <gmock/gmock.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <tuple>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;

// A master with one replica, and nobody to agree that it is down.
model::SentinelConfig one_replica(Millis down_after) {
  model::SentinelConfig config = sentinel_among({});
  config.masters[0].known_replicas = {kR1};
  config.masters[0].down_after = down_after;
  return config;
}

// SENTINEL FAILOVER looks for a replica in the moment in which it is asked for.
bool has_good_replica(SentinelLab& lab) {
  const model::Answer answer = lab.command(model::FailoverCommand{kMaster1});
  return answer.kind == model::Answer::Kind::kOk;
}

// Nothing speaks against a replica that is well.
TEST(Selection, TakesAReplicaThatIsWell) {
  SentinelLab lab(one_replica(5s));
  lab.run_for(3s);
  EXPECT_TRUE(has_good_replica(lab));
}

// A replica that is down is excluded, although it replied less than 5 s ago.
TEST(Selection, ExcludesSubjectivelyDown) {
  SentinelLab lab(one_replica(2s));
  lab.run_for(3s);
  lab.at(kR1).ping = model::Status::kBusy;
  ASSERT_TRUE(lab.run_until(kSdown));
  ASSERT_LT(lab.now(), lab.link(lab.replica(kR1)).last_available + 5s);
  EXPECT_FALSE(has_good_replica(lab));
}

// A replica without a connection is excluded.
TEST(Selection, ExcludesDisconnected) {
  SentinelLab lab(one_replica(5s));
  lab.run_for(3s);
  lab.crash(kR1);
  lab.run_for(1ms);
  EXPECT_FALSE(has_good_replica(lab));
}

// A replica whose last acceptable reply is more than 5 s old is excluded, down or not.
TEST(Selection, ExcludesSilent) {
  for (const Millis age : {5000ms, 5001ms}) {
    SentinelLab lab(one_replica(30s));
    lab.run_for(3s);
    lab.hang(kR1);
    lab.run_for(lab.link(lab.replica(kR1)).last_available + age - lab.now());
    EXPECT_EQ(has_good_replica(lab), age == 5000ms);
  }
}

// Priority 0 means: never.
TEST(Selection, ExcludesPriorityZero) {
  SentinelLab lab(one_replica(5s));
  lab.at(kR1).info.priority = 0;
  lab.run_for(3s);
  EXPECT_FALSE(has_good_replica(lab));
}

// A replica that never answered INFO is excluded.
TEST(Selection, ExcludesNeverAsked) {
  SentinelLab lab(one_replica(5s));
  lab.at(kR1).refuses = true;
  lab.run_for(3s);
  EXPECT_FALSE(has_good_replica(lab));
}

// While the master is well, an INFO may be 30 s old.
TEST(Selection, ExcludesOldInfo) {
  for (const Millis age : {30'000ms, 30'001ms}) {
    SentinelLab lab(one_replica(5s));
    lab.run_for(3s);
    lab.at(kR1).refuses = true;
    lab.run_for(lab.replica(kR1).info_refresh + age - lab.now());
    EXPECT_EQ(has_good_replica(lab), age == 30'000ms);
  }
}

// While the master is down, an INFO may be 5 s old.
TEST(Selection, ExcludesOldInfoWhileTheMasterIsDown) {
  for (const Millis age : {5000ms, 5001ms}) {
    SentinelLab lab(one_replica(2s));
    lab.run_for(9s);
    lab.crash(kM);
    lab.run_for(3s);  // the replica is asked at 10 s
    ASSERT_TRUE(lab.master().s_down);
    lab.run_for(lab.replica(kR1).info_refresh + age - lab.now());
    EXPECT_EQ(has_good_replica(lab), age == 5000ms);
  }
}

// The link to a master that is well may be down for 10 x down-after.
TEST(Selection, ExcludesLongBrokenLink) {
  for (const std::int64_t seconds : {50, 51}) {
    SentinelLab lab(one_replica(5s));
    lab.at(kR1).info.link_down_seconds = seconds;
    lab.run_for(3s);
    EXPECT_EQ(has_good_replica(lab), seconds == 50);
  }
}

// To a master that is down, for as much longer as it is down.
TEST(Selection, AllowsForTheTimeThatTheMasterIsDown) {
  for (const Millis down : {4999ms, 5000ms}) {
    SentinelLab lab(one_replica(5s));
    lab.at(kR1).info.link_down_seconds = 55;
    lab.run_for(3s);
    lab.crash(kM);
    ASSERT_TRUE(lab.run_until(kSdown));
    lab.run_for(down);
    EXPECT_EQ(has_good_replica(lab), down == 5000ms);
  }
}

// Neither the role that it reports nor replica-announced no keeps a replica from being promoted.
TEST(Selection, IgnoresRoleAndAnnouncement) {
  SentinelLab lab(one_replica(5s));
  lab.at(kR1).info.announced = false;
  lab.run_for(3s);
  lab.at(kR1).info = info_of_master(kR1);
  ASSERT_TRUE(lab.run_until(kRoleChanged));
  EXPECT_TRUE(has_good_replica(lab));
}

// The lowest priority, then the greatest offset, then the smallest run id, where none is the last.
RC_GTEST_PROP(Selection, Order, ()) {
  using Rank = std::tuple<int, model::Offset, bool, Id>;
  std::map<std::uint16_t, Rank> ranks;
  model::SentinelConfig config = sentinel_among({});
  config.masters[0].known_replicas = {kR1, kR2, kR3};
  SentinelLab lab(config);
  std::vector<Address> run_ids{kS1, kS2, kS3};
  for (const Address& address : {kR1, kR2, kR3}) {
    model::InfoReply& info = lab.at(address).info;
    info.priority = *rc::gen::inRange(1, 3);
    info.offset = *rc::gen::inRange(0, 3);
    const auto at = *rc::gen::inRange<std::size_t>(0, run_ids.size());
    info.run_id = *rc::gen::weightedElement<bool>({{3, true}, {1, false}}) ? id_of(run_ids[at]) : Id{};
    run_ids.erase(run_ids.begin() + static_cast<std::ptrdiff_t>(at));
    ranks[address.port] = {info.priority, -info.offset, !info.run_id.known(), info.run_id};
  }
  lab.run_for(3s);
  RC_ASSERT(has_good_replica(lab));
  RC_ASSERT(lab.run_until(kSelectedReplica, 1s));
  const Rank chosen = ranks.at(lab.last(kSelectedReplica).event.address.port);
  for (const auto& [port, rank] : ranks) RC_ASSERT(chosen <= rank);
}

}  // namespace
}  // namespace sentinel::test
