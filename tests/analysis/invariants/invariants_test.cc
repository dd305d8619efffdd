// Runs that keep the rules, and records of runs that break them.
#include "analysis/invariants/invariants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Not;

constexpr std::uint16_t kFirstSentinel = 3;
constexpr std::uint16_t kSentinels = 3;

class Invariants : public testing::Test {
 protected:
  static std::shared_ptr<const sim::Scenario> scenario(std::string_view steps) {
    return std::make_shared<const sim::Scenario>(sim::parse_scenario(
        R"({"about": "x", "until": "40s",
            "cluster": {"quorum": 2, "down-after-milliseconds": 2000, "failover-timeout": 10000},
            "steps": [)" +
            std::string{steps} + "]}",
        "x.json"));
  }
  // Runs to the end, with the records that `forge` adds behind each.
  template <class Forge>
  std::vector<std::string> broken(const std::shared_ptr<const sim::Scenario>& scenario, Forge forge) {
    sim::Run run{scenario, seed_};
    sim::Scratch scratch;
    InvariantChecker checker{*scenario};
    run.run_until(
        scenario->until, scratch,
        [&](const sim::Record& record) {
          checker(record);
          for (const sim::Record& forged : forge(record)) checker(forged);
        },
        [&](const sim::Run& now) { checker.observe(now); });
    std::vector<std::string> names;
    for (const Break& one : checker.breaks(run, ledger_)) names.emplace_back(sim::invariant_row(one.invariant).name);
    return names;
  }
  std::vector<std::string> broken(std::string_view steps) {
    return broken(scenario(steps), [](const sim::Record&) { return std::vector<sim::Record>{}; });
  }
  // Behind each event of this kind one more for each sentinel, that `change` makes of it.
  template <class Change>
  static auto forged(model::EventKind kind, Change change) {
    return [kind, change](const sim::Record& record) {
      std::vector<sim::Record> more;
      const auto* const event = std::get_if<model::Event>(&record.what);
      if (event == nullptr || event->kind != kind) return more;
      more.assign(kSentinels, record);
      for (std::uint16_t i = 0; i < kSentinels; ++i) change(more[i], std::get<model::Event>(more[i].what), i);
      return more;
    };
  }

  // A scenario of the library.
  std::vector<std::string> broken_in(const std::string& file, std::uint64_t seed = 1) {
    const auto path = std::filesystem::path{SENTINEL_SIM_SOURCE_DIR} / "scenarios" / file;
    seed_ = seed;
    return broken(std::make_shared<const sim::Scenario>(sim::read_scenarios(path).front()),
                  [](const sim::Record&) { return std::vector<sim::Record>{}; });
  }

  std::uint64_t seed_ = 1;
  const LedgerReport* ledger_ = nullptr;
  std::shared_ptr<const sim::Scenario> crash_ = scenario(R"({"at": "10s", "do": "crash", "node": "R1"})");
};

// A failover keeps them all, also one that an operator wants and for which nobody votes; but for the old master, which
// is not told at once.
TEST_F(Invariants, HoldInFailovers) {
  EXPECT_THAT(broken(R"({"at": "10s", "do": "crash", "node": "R1"})"), IsEmpty());
  EXPECT_THAT(broken(R"({"at": "10s", "do": "command", "node": "S1", "args": ["SENTINEL", "FAILOVER", "mymaster"]})"),
              ElementsAre("one-writable-master"));
}

// A second vote in an epoch is seen.
TEST_F(Invariants, SeeSecondVotes) {
  const auto vote = forged(model::EventKind::kVoteForLeader,
                           [](sim::Record&, model::Event& event, std::uint16_t) { event.candidate = model::Id{{1}}; });
  EXPECT_THAT(broken(crash_, vote), ElementsAre("votes-once-per-epoch"));
}

// So is a second leader of an epoch, and one for whom nobody voted.
TEST_F(Invariants, SeeSecondLeaders) {
  ASSERT_EQ(crash_->nodes[kFirstSentinel].name, "S1");
  const auto leader =
      forged(model::EventKind::kElectedLeader, [](sim::Record& record, model::Event&, std::uint16_t which) {
        record.node = sim::node_id(kFirstSentinel + which);
      });
  EXPECT_THAT(broken(crash_, leader), ElementsAre("one-leader-per-epoch", "elected-by-majority"));
}

// A leader whose votes are of a later epoch: other masters are failed over at the same time.
TEST_F(Invariants, SeeVotesOfLaterEpochs) {
  EXPECT_THAT(broken_in("cases/many_masters_at_once.json", 4), Contains("elected-in-its-epoch"));
}

// An epoch that goes back: the process is started with the configuration that it had at first.
TEST_F(Invariants, SeeEpochsGoBack) {
  EXPECT_THAT(broken(R"({"at": "10s", "do": "crash", "node": "R1"}, {"at": "20s", "do": "crash", "nodes": ["S1"]},
                        {"at": "20s", "do": "partition", "between": [["S1"], ["S2", "S3", "R1", "R2", "R3"]]},
                        {"at": "21s", "do": "start", "node": "S1", "fresh": true})"),
              ElementsAre("epochs-never-go-back", "config-epoch-never-goes-back", "one-name-in-the-end"));
}

// A failover is tried by a sentinel that sees its master down, but is alone with that.
TEST_F(Invariants, SeeFailoversWithoutOdown) {
  const auto tried = forged(model::EventKind::kSdown, [](sim::Record&, model::Event& event, std::uint16_t) {
    event.kind = model::EventKind::kTryFailover;
  });
  EXPECT_THAT(broken(crash_, tried), ElementsAre("failover-needs-odown"));
}

// Somebody switches to whom nobody promoted.
TEST_F(Invariants, SeeSwitchesToOthers) {
  const auto switched = forged(model::EventKind::kSwitchMaster, [](sim::Record&, model::Event& event, std::uint16_t) {
    event.new_address = event.master_address;
  });
  EXPECT_THAT(broken(crash_, switched), ElementsAre("switches-to-promoted"));
}

// Or starts again with whom nobody promoted.
TEST_F(Invariants, SeeStartsWithOthers) {
  EXPECT_THAT(broken(R"({"at": "10s", "do": "crash", "node": "R1"}, {"at": "25s", "do": "crash", "node": "S1"},
                        {"at": "25s", "do": "start", "node": "S1"})"),
              IsEmpty());
  const auto named = forged(model::EventKind::kMonitor, [](sim::Record&, model::Event& event, std::uint16_t) {
    event.master_address = model::Address{};
  });
  EXPECT_THAT(broken(crash_, named), ElementsAre("switches-to-promoted"));
}

// A replica that was told to be a master just now replicates nobody.
TEST_F(Invariants, SeeWhoDoesNotFollow) {
  EXPECT_THAT(broken(R"({"at": "39s", "do": "command", "node": "R3", "args": ["REPLICAOF", "NO", "ONE"]})"),
              ElementsAre("all-follow-in-the-end", "one-writable-master"));
}

// A named master that is a replica itself is followed by nobody, and that is no news if no sentinel can replace it.
TEST_F(Invariants, ExpectNoFollowersOfReplicas) {
  const auto swapped = [](const std::string& before) {
    return before +
           R"({"at": "35s", "do": "command", "node": "R1", "args": ["REPLICAOF", "127.0.0.1", "7001"]},
              {"at": "36s", "do": "command", "node": "R2", "args": ["REPLICAOF", "NO", "ONE"]})";
  };
  EXPECT_THAT(broken(swapped("")), ElementsAre("all-follow-in-the-end", "writable-in-the-end"));
  EXPECT_THAT(broken(swapped(R"({"at": "30s", "do": "crash", "nodes": ["S1", "S2"]},)")), IsEmpty());
}

// Nor does a dead master take writes; but if nobody can help that, nobody promised to.
TEST_F(Invariants, SeeMastersThatAreNone) {
  EXPECT_THAT(broken(R"({"at": "39s", "do": "crash", "node": "R1"})"), ElementsAre("writable-in-the-end"));
  EXPECT_THAT(
      broken(R"({"at": "30s", "do": "crash", "nodes": ["S1", "S2"]}, {"at": "32s", "do": "crash", "node": "R1"})"),
      IsEmpty());
  EXPECT_THAT(broken(R"({"at": "39s", "do": "crash", "nodes": ["R1", "R2", "R3"]})"), IsEmpty());
}

// Two sentinels that are told to fail over at once take the same epoch.
TEST_F(Invariants, SeeTwoPromotionsInAnEpoch) {
  EXPECT_THAT(broken_in("cases/two_manual_failovers_at_once.json"), Contains("one-promotion-per-config-epoch"));
}

// The only replica that there is was started without data, and has never seen its master.
TEST_F(Invariants, SeePromotionsWithoutData) {
  EXPECT_THAT(broken(R"({"at": "10s", "do": "crash", "nodes": ["R1", "R2", "R3"]},
                        {"at": "11s", "do": "start", "node": "R2"})"),
              ElementsAre("promotes-a-copy"));
}

// While one replica is stuck, nobody tells the other.
TEST_F(Invariants, SeeWhoIsLeftOut) {
  EXPECT_THAT(broken_in("cases/stuck_replica_holds_failover.json"), Contains("no-replica-left-out"));
}

// The old master comes back, and takes writes until it is converted.
TEST_F(Invariants, SeeTwoWritableMasters) {
  EXPECT_THAT(broken(R"({"at": "10s", "do": "crash", "node": "R1"}, {"at": "20s", "do": "start", "node": "R1"})"),
              ElementsAre("one-writable-master"));
  EXPECT_THAT(broken(R"({"at": "10s", "do": "stop", "node": "R1"}, {"at": "11s", "do": "start", "node": "R1"})"),
              IsEmpty());
}

// Lost writes are known to who keeps the books.
TEST_F(Invariants, SeeLostWrites) {
  LedgerReport report{.clients = {{.lost = 3}}};
  EXPECT_FALSE(lost_writes(*crash_, report));
  report.losses.push_back({.writes = 3});
  ledger_ = &report;
  EXPECT_THAT(broken(""), ElementsAre("keeps-acknowledged-writes"));
}

}  // namespace
}  // namespace sentinel::analysis
