// Logs that people published with their questions about Redis Sentinel, against scenarios that do the same.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/event_text.h"
#include "sim/reader/scenario_reader.h"
#include "sim/run.h"

namespace sentinel {
namespace {

using model::EventKind;
using sim::NodeId;

// In milliseconds: the times of published logs.
using Ms = double;

constexpr Ms kTick = 100;  // the longest
constexpr Ms kDisk = 60;   // a tick that writes the configuration takes longer

struct Said {
  Ms at = 0;
  NodeId by{};
  model::Event event{};
  std::string payload{};
};
using Log = std::vector<Said>;

// How long something took, over all seeds.
struct Range {
  Ms shortest = 1e9;
  Ms longest = 0;

  void add(Ms duration) {
    shortest = std::min(shortest, duration);
    longest = std::max(longest, duration);
  }
  bool contains(Ms duration) const { return shortest <= duration && duration <= longest; }
};

class PublishedLog {
 public:
  explicit PublishedLog(const std::string& name)
      : scenario_(std::make_shared<const sim::Scenario>(
            sim::read_scenario(SENTINEL_SIM_SOURCE_DIR "/scenarios/conformance/published_" + name + ".json"))) {}

  // What the sentinel of this name says.
  Log of(const std::string& sentinel, std::uint64_t seed) const {
    Log log = of_all(seed);
    std::erase_if(log, [&](const Said& said) { return name_of(said.by) != sentinel; });
    return log;
  }

  Log of_all(std::uint64_t seed) const {
    sim::Run run{scenario_, seed};
    sim::Scratch scratch;
    Log log;
    run.run_until(scenario_->until, scratch, [&](const sim::Record& record) {
      const auto* event = std::get_if<model::Event>(&record.what);
      if (event == nullptr) return;
      log.push_back({static_cast<Ms>(record.at.time_since_epoch().count()) / 1000, record.node, *event,
                     sim::payload_text(*event, scenario_->symbols)});
    });
    return log;
  }

 private:
  const std::string& name_of(NodeId node) const { return scenario_->nodes[static_cast<std::size_t>(node)].name; }

  std::shared_ptr<const sim::Scenario> scenario_;
};

std::vector<Ms> times_of(const Log& log, EventKind kind, std::string_view payload = "") {
  std::vector<Ms> times;
  for (const Said& said : log) {
    if (said.event.kind == kind && said.payload.find(payload) != std::string::npos) times.push_back(said.at);
  }
  return times;
}

// Of the only such event.
Ms time_of(const Log& log, EventKind kind, std::string_view payload = "") {
  const std::vector<Ms> times = times_of(log, kind, payload);
  EXPECT_EQ(times.size(), 1U) << model::event_row(kind).channel << " " << payload;
  return times.empty() ? 0 : times.front();
}

// spotahome/redis-operator #193: three stalls, and the 30 s of TILT begin again with each. How much later than that the
// tick comes is a matter of chance, there and in bitnami/charts #9689.
TEST(PublishedLogs, TiltEndsThirtySecondsAfterTheLastStall) {
  const PublishedLog published{"tilt"};
  Range tilted;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Log log = published.of("S1", seed);
    EXPECT_EQ(times_of(log, EventKind::kTilt), (std::vector<Ms>{41'954, 48'635, 53'825})) << "seed " << seed;
    tilted.add(time_of(log, EventKind::kTiltEnd) - 53'825);
  }
  EXPECT_GE(tilted.shortest, 30'000);
  EXPECT_LE(tilted.longest, 30'000 + kTick);
  constexpr Ms kSpotahome = 30'014;
  EXPECT_TRUE(tilted.contains(kSpotahome));
  for (const Ms bitnami : {30'011, 30'057, 30'054}) EXPECT_TRUE(tilted.contains(bitnami)) << bitnami;
}

// redis/redis #12865: 11.711 s from +try-failover to its abort. Without a vote for another it is at most 11 s and a
// tick; with one, at most that much from this vote on.
TEST(PublishedLogs, ACandidateThatVotesForAnotherGivesUpLater) {
  constexpr Ms kElection = 10'000;
  constexpr Ms kDesync = 1'000;
  constexpr Ms kLongestTick = kTick + 5 * kDisk;  // five masters, a configuration for each
  const PublishedLog published{"abort_not_elected"};
  Range tries;
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    using Candidate = std::pair<NodeId, std::uint32_t>;  // for which master
    std::map<Candidate, Ms> tried;
    std::map<Candidate, Ms> voted;
    for (const Said& said : published.of_all(seed)) {
      const Candidate candidate{said.by, said.event.master_name.index};
      if (said.event.kind == EventKind::kTryFailover) tried[candidate] = said.at;
      if (said.event.kind == EventKind::kVoteForLeader) voted[candidate] = said.at;
      if (said.event.kind != EventKind::kAbortNotElected) continue;
      const Ms after_vote = said.at - voted.at(candidate);
      EXPECT_GT(after_vote, kElection) << "seed " << seed;
      EXPECT_LT(after_vote, kElection + kDesync + kLongestTick) << "seed " << seed;
      tries.add(said.at - tried.at(candidate));
    }
  }
  EXPECT_TRUE(tries.contains(11'711)) << tries.shortest << " to " << tries.longest;
}

// redis/redis #4793: a sentinel that takes its master for a replica of it converts the master with the second INFO, and
// marks it as down 50 s after the third.
TEST(PublishedLogs, AMasterThatIsItsOwnReplicaIsConvertedAndGoesDown) {
  const PublishedLog published{"convert_master"};
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Log log = published.of("S1", seed);
    const Ms start = time_of(log, EventKind::kMonitor);
    EXPECT_NEAR(start, 293, 1);
    EXPECT_NEAR(time_of(log, EventKind::kConvertToReplica) - start, 10'043, kTick) << "seed " << seed;
    EXPECT_NEAR(time_of(log, EventKind::kSdown) - start, 70'137, 2 * kTick) << "seed " << seed;
  }
}

// redis/redis #14422: a replica that does not answer any more at the switch is down 5.043 s later, and up 63 ms later,
// as soon as it answers.
TEST(PublishedLogs, AReplicaGoesDownDownAfterFromTheSwitch) {
  const PublishedLog published{"sdown_after_switch"};
  Range until_down;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    const Log log = published.of("S2", seed);
    const Ms down = time_of(log, EventKind::kSdown, "slave 172.28.203.167:8379");
    until_down.add(down - time_of(log, EventKind::kSwitchMaster));
    EXPECT_NEAR(time_of(log, EventKind::kSdownEnd, "slave 172.28.203.167:8379") - down, 63, 2 * kTick)
        << "seed " << seed;
  }
  EXPECT_GE(until_down.shortest, 5'000 - kDisk);  // what is said at the switch leaves when the configuration is written
  EXPECT_LE(until_down.longest, 5'000 + kTick);
  EXPECT_TRUE(until_down.contains(5'043));
}

}  // namespace
}  // namespace sentinel
