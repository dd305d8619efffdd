// Runs that keep the rules, and records of runs that break them.
#include "analysis/invariants.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis {
namespace {

using sim::Invariant;
using testing::ElementsAre;
using testing::IsEmpty;

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
    sim::Run run{scenario, 1};
    sim::Scratch scratch;
    InvariantChecker checker{*scenario};
    run.run_until(
        scenario->until, scratch,
        [&](const sim::Record& record) {
          checker(record);
          for (const sim::Record& forged : forge(record)) checker(forged);
        },
        [&](const sim::Run& now) { checker.observe(now); });
    std::vector<Invariant> all;
    for (const sim::InvariantRow& row : sim::invariants()) all.push_back(row.invariant);
    std::vector<std::string> names;
    for (const Violation& violation : checker.violations(run, all)) names.push_back(violation.expected);
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

  std::shared_ptr<const sim::Scenario> crash_ = scenario(R"({"at": "10s", "do": "crash", "node": "R1"})");
};

// A failover keeps them all, also one that an operator wants and for which nobody votes.
TEST_F(Invariants, HoldInFailovers) {
  EXPECT_THAT(broken(R"({"at": "10s", "do": "crash", "node": "R1"}, {"at": "25s", "do": "start", "node": "R1"})"),
              IsEmpty());
  EXPECT_THAT(broken(R"({"at": "10s", "do": "command", "node": "S1", "args": ["SENTINEL", "FAILOVER", "mymaster"]})"),
              IsEmpty());
}

// A second vote in an epoch is seen.
TEST_F(Invariants, SeeSecondVotes) {
  const auto vote = forged(model::EventKind::kVoteForLeader,
                           [](sim::Record&, model::Event& event, std::uint16_t) { event.candidate = model::Id{{1}}; });
  EXPECT_THAT(broken(crash_, vote), ElementsAre("invariant votes-once-per-epoch"));
}

// So is a second leader of an epoch, and one for whom nobody voted.
TEST_F(Invariants, SeeSecondLeaders) {
  ASSERT_EQ(crash_->nodes[kFirstSentinel].name, "S1");
  const auto leader =
      forged(model::EventKind::kElectedLeader, [](sim::Record& record, model::Event&, std::uint16_t which) {
        record.node = sim::NodeId{static_cast<std::uint16_t>(kFirstSentinel + which)};
      });
  EXPECT_THAT(broken(crash_, leader), ElementsAre("invariant one-leader-per-epoch", "invariant elected-by-majority"));
}

// An epoch that goes back: the process is started with the configuration that it had at first.
TEST_F(Invariants, SeeEpochsGoBack) {
  EXPECT_THAT(broken(R"({"at": "10s", "do": "crash", "node": "R1"}, {"at": "20s", "do": "crash", "nodes": ["S1"]},
                        {"at": "20s", "do": "partition", "between": [["S1"], ["S2", "S3", "R1", "R2", "R3"]]},
                        {"at": "21s", "do": "start", "node": "S1", "fresh": true})"),
              ElementsAre("invariant epochs-never-go-back", "invariant config-epoch-never-goes-back",
                          "invariant one-name-in-the-end"));
}

}  // namespace
}  // namespace sentinel::analysis
