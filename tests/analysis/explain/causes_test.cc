// Causes of events: every event has one, they come before it, and their times add up.
#include "analysis/explain/causes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <set>
#include <string>

#include "analysis/explain/critical_path.h"
#include "sim/formats.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis {
namespace {

using testing::HasSubstr;

std::shared_ptr<const sim::Scenario> library(const std::string& name) {
  return std::make_shared<const sim::Scenario>(
      sim::read_scenarios(SENTINEL_SIM_SOURCE_DIR "/scenarios/" + name + ".json").front());
}

// Scenarios with many kinds of events: crashes, cuts, pauses, TILT, commands, repairs.
const std::vector<std::string> kLibrary = {"failover/master_down",
                                           "failover/split_vote",
                                           "cases/stuck_replica_holds_failover",
                                           "cases/all_nodes_at_new_addresses",
                                           "cases/always_in_tilt",
                                           "cases/hung_master_down",
                                           "cases/operator_points_replica_elsewhere",
                                           "clients/manual_failover",
                                           "jepsen/partition",
                                           "scripts/client_reconfig"};

// All events of these scenarios, and what caused them.
template <class Check>
void for_each_event(const Check& check) {
  for (const std::string& name : kLibrary) {
    const sim::Replay replay{library(name), 1};
    const CauseFinder causes{replay};
    for (std::size_t i = 0; i < causes.history().records().size(); ++i) {
      const auto* const event = std::get_if<model::Event>(&causes.history().records()[i].record.what);
      if (event != nullptr) check(name, causes, causes.event_fact(i));
    }
  }
}

// No event comes out of nothing: its path ends at a step of the scenario, at the start of a process, or at a habit
// (what a sentinel asks in any case).
TEST(Causes, EveryEventHasSome) {
  std::map<std::string, std::string> without;
  for_each_event([&](const std::string& name, const CauseFinder& causes, const Fact& event) {
    if (causes.causes_of(event).empty()) {
      without.try_emplace(std::string{model::event_row(causes.event_of(event).kind).channel},
                          name + ": " + sim::time_text(event.at) + " " + causes.text(event));
    }
  });
  for (const auto& [channel, where] : without) ADD_FAILURE() << where;
}

// Causes come before what they cause, and a path is without gaps: its times add up to the total.
TEST(Causes, PathsAddUp) {
  for_each_event([&](const std::string& name, const CauseFinder& causes, const Fact& event) {
    for (const Cause& cause : causes.causes_of(event)) {
      EXPECT_LE(cause.fact.at, event.at) << name << ": " << causes.text(event);
    }
    if (event.index % 7 != 0) return;  // a part of them, for the sake of time
    const CriticalPath path = critical_path(causes, event);
    sim::Micros sum{0};
    sim::SimTime at = path.origin.at;
    for (const Segment& segment : path.segments) {
      EXPECT_EQ(at, segment.from.at);
      EXPECT_LE(segment.from.at, segment.to.at);
      at = segment.to.at;
      sum += segment.took();
    }
    EXPECT_EQ(path.took(), sum);
    EXPECT_EQ(event.at, at);
  });
}

// A failover leads back to the crash of the master.
TEST(Causes, LeadToTheFault) {
  for (const std::uint64_t seed : {1U, 2U, 3U, 4U, 5U}) {
    const sim::Replay replay{library("failover/master_down"), seed};
    const CauseFinder causes{replay};
    for (std::size_t i = 0; i < causes.history().records().size(); ++i) {
      const auto* const event = std::get_if<model::Event>(&causes.history().records()[i].record.what);
      if (event == nullptr || event->kind != model::EventKind::kSwitchMaster) continue;
      EXPECT_EQ("R1 is killed", causes.text(critical_path(causes, causes.event_fact(i)).origin)) << "seed " << seed;
    }
  }
}

// Graphviz gets one graph, with the critical path in bold.
TEST(Causes, AreDrawn) {
  const sim::Replay replay{library("failover/master_down"), 1};
  const CauseFinder causes{replay};
  for (std::size_t i = 0; i < causes.history().records().size(); ++i) {
    const auto* const event = std::get_if<model::Event>(&causes.history().records()[i].record.what);
    if (event == nullptr || event->kind != model::EventKind::kOdown) continue;
    const std::string dot = causes_dot(causes, causes.event_fact(i));
    EXPECT_THAT(dot, HasSubstr("digraph"));
    EXPECT_THAT(dot, HasSubstr("R1 is killed"));
    EXPECT_THAT(dot, HasSubstr("penwidth"));
    return;
  }
  FAIL() << "no +odown";
}

}  // namespace
}  // namespace sentinel::analysis
