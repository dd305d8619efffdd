// The same scenario and seed give the same run: always, for copies, on every thread, compiler and optimisation level.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <future>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/scenario_builder.h"
#include "tests/support/scenario_trace.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;
using ScenarioPointer = std::shared_ptr<const Scenario>;

constexpr std::uint64_t kSeeds = 3;
const char* const kGoldenFile = SENTINEL_SIM_SOURCE_DIR "/tests/data/digests.txt";

// Scenarios that together use every kind of fault.
const std::map<std::string, ScenarioPointer>& scenarios() {
  static const std::map<std::string, ScenarioPointer> all = [] {
    const Cluster quick{.down_after = 2s, .failover_timeout = 10s};
    const std::vector<model::EventKind> steps_of_a_failover{model::EventKind::kTryFailover,
                                                            model::EventKind::kPromotedReplica};
    std::map<std::string, ScenarioPointer> made;

    made["quiet"] = ScenarioBuilder{quick}.build();

    ScenarioBuilder crash{quick};
    crash.at(10s, CrashStep{crash.nodes({"R1"})}).at(30s, StartStep{crash.nodes({"R1"})});
    made["crash"] = crash.build();

    for (const auto& [name, mode] : {std::pair{"drop", CutMode::kDrop}, {"reject", CutMode::kReject}}) {
      ScenarioBuilder cut{quick};
      const std::vector<NodeId> minority = cut.nodes({"R1", "S1"});
      cut.at(10s, PartitionStep{{minority, cut.nodes({"R2", "R3", "S2", "S3"})}, mode}).at(35s, HealStep{});
      made[name] = cut.build();
    }

    ScenarioBuilder frozen{quick};
    frozen.at(10s, PauseStep{frozen.nodes({"R1", "S2"})}).at(16s, ResumeStep{frozen.nodes({"R1", "S2"})});
    frozen.at(25s, StallStep{frozen.nodes({"S1", "R2"}), 3s});
    made["frozen"] = frozen.build();

    ScenarioBuilder clocks{quick};
    clocks.at(5s, ClockStep{clocks.nodes({"S1"}), 0s, 300}).at(15s, ClockStep{clocks.nodes({"S2"}), -3s, -500});
    clocks.at(20s, CrashStep{clocks.nodes({"R1"})});
    made["clocks"] = clocks.build();

    ScenarioBuilder triggered{quick};
    triggered.at(10s, CrashStep{triggered.nodes({"R1"})});
    for (const model::EventKind event : steps_of_a_failover) {
      triggered.on({.event = {.kind = event}}, CrashStep{triggered.nodes({"S1"})})
          .on({.event = {.kind = event}, .after = 3s}, StartStep{triggered.nodes({"S1"})});
    }
    made["triggered"] = triggered.build();

    ScenarioBuilder lossy{{.replicas = 4, .sentinels = 5, .quorum = 3, .down_after = 3s, .failover_timeout = 15s}};
    lossy.network().latency = {.min = 1ms, .median = 10ms, .p90 = 50ms, .p99 = 200ms, .max = 1s, .loss_ppm = 20'000};
    lossy.at(20s, CommandStep{lossy.nodes({"S1", "S2"}), model::FailoverCommand{lossy.symbol("mymaster")}, "failover"});
    made["lossy"] = lossy.build();

    ScenarioBuilder network{quick};
    const model::Address there{network.symbol("10.0.9.9"), 7'000};
    network.config("S2").resolves_hostnames = true;
    std::get<model::DataNodeConfig>(network.config("R1").config).data_size = 100 << 20;
    network.at(5s, HoldStep{{.kinds = {find_message_kind("hello").value()}, .from = {}, .to = {}}});
    network.at(10s, CrashStep{network.nodes({"R2"})}).at(10s, BandwidthStep{network.nodes({"R1"}), 20 << 20});
    network.at(12s, StartStep{.nodes = network.nodes({"R2"}), .address = there}).at(20s, ReleaseStep{});
    network.at(30s, ResolveStep{network.config("R1").address.host, 1s}).at(30s, CrashStep{network.nodes({"R1"})});
    made["network"] = network.build();
    return made;
  }();
  return all;
}

std::uint64_t finish(Run& run) {
  Scratch scratch;
  run.run_until(run.scenario().until, scratch, [](const Record&) {});
  return run.digest();
}

std::uint64_t digest_of(const ScenarioPointer& scenario, std::uint64_t seed) {
  Run run{scenario, seed};
  return finish(run);
}

// The same seed gives the same run again, other seeds give other runs.
TEST(Determinism, SeedsDecide) {
  for (const auto& [name, scenario] : scenarios()) {
    std::set<std::uint64_t> digests;
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      const std::uint64_t digest = digest_of(scenario, seed);
      EXPECT_EQ(digest_of(scenario, seed), digest) << name << ", seed " << seed;
      digests.insert(digest);
    }
    EXPECT_EQ(digests.size(), kSeeds) << name;
  }
}

// Runs do not disturb each other: many at once on several threads give what each gives alone.
TEST(Determinism, ThreadsDoNotMatter) {
  std::vector<std::pair<std::uint64_t, std::future<std::uint64_t>>> runs;
  for (const auto& [name, scenario] : scenarios()) {
    runs.emplace_back(digest_of(scenario, 1), std::async(std::launch::async, digest_of, scenario, 1));
  }
  for (auto& [alone, together] : runs) EXPECT_EQ(together.get(), alone);
}

// Digests do not change by themselves: another compiler, library or optimisation level gives the same runs. After a
// change of behaviour, UPDATE_GOLDEN=1 writes them again.
TEST(Determinism, DigestsAreAsRecorded) {
  std::ostringstream digests;
  for (const auto& [name, scenario] : scenarios()) {
    for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
      digests << name << ' ' << seed << ' ' << std::hex << digest_of(scenario, seed) << std::dec << '\n';
    }
  }
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream{kGoldenFile} << digests.str();
  std::ostringstream golden;
  golden << std::ifstream{kGoldenFile}.rdbuf();
  EXPECT_EQ(digests.str(), golden.str());
}

// A copy that is made at any moment has the future of the original, and does not need it.
TEST(Determinism, CopiesHaveTheSameFuture) {
  constexpr std::uint32_t kCopies = 4;
  model::Random chance{1, 0};
  for (const auto& [name, scenario] : scenarios()) {
    sim::Run whole{scenario, 7};
    finish(whole);
    const auto part = static_cast<std::uint32_t>(whole.happenings() / kCopies);
    std::vector<sim::Run> copies;
    std::uint64_t digest = 0;
    std::vector<std::string> said;
    {
      sim::Run original{scenario, 7};
      Scratch scratch;
      for (std::uint32_t i = 0; i < kCopies; ++i) {
        for (auto steps = chance.below(model::Random::Stream::kTick, part); steps > 0; --steps) original.step(scratch);
        copies.push_back(original);
      }
      said = Trace{scenario, original, scenario->until}.lines();
      digest = original.digest();
    }
    for (sim::Run& copy : copies) {
      const std::vector<std::string> lines = Trace{scenario, copy, scenario->until}.lines();
      EXPECT_EQ(copy.digest(), digest) << name;
      ASSERT_GE(lines.size(), said.size()) << name;
      EXPECT_TRUE(std::equal(said.rbegin(), said.rend(), lines.rbegin())) << name;
    }
  }
}

// Assigning a run over one in another state leaves nothing of it.
TEST(Determinism, RunsCanBeOverwritten) {
  const ScenarioPointer& crash = scenarios().at("crash");
  const sim::Run start{crash, 1};
  sim::Run used{scenarios().at("lossy"), 2};
  finish(used);
  used = start;
  EXPECT_EQ(finish(used), digest_of(crash, 1));
}

// What is done to a copy does not touch the original.
TEST(Determinism, CopiesAreIndependent) {
  const ScenarioPointer& scenario = scenarios().at("crash");
  sim::Run original{scenario, 1};
  Scratch scratch;
  original.run_until(SimTime{20s}, scratch, [](const Record&) {});
  sim::Run copy = original;
  finish(copy);
  EXPECT_EQ(finish(original), digest_of(scenario, 1));
}

}  // namespace
}  // namespace sentinel::sim
