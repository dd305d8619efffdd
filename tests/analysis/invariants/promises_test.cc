// The scenario library breaks no promise of Sentinel that nobody has told of.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "analysis/check/check.h"
#include "analysis/invariants/hazards.h"
#include "analysis/invariants/invariants.h"
#include "sim/formats.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis {
namespace {

namespace fs = std::filesystem;

const fs::path kScenarios = fs::path{SENTINEL_SIM_SOURCE_DIR} / "scenarios";
constexpr std::uint64_t kSeeds = 1;

std::vector<Break> breaks_of(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed) {
  sim::Run run{scenario, seed};
  sim::Scratch scratch;
  InvariantChecker checker{*scenario};
  const LedgerReport ledger = run_with_ledger(
      run, scratch, [&](const sim::Record& record) { checker(record); },
      [&](const sim::Run& now) { checker.observe(now); });
  return checker.breaks(run, &ledger);
}

// What is promised at all times is kept in all scenarios, or it is known from where it is broken, or the scenario pins
// that it is. What is promised for the end is not asked for: many stories end in the middle.
TEST(Promises, AreKeptInTheLibrary) {
  for (const fs::path& file : scenario_files(kScenarios)) {
    for (sim::Scenario& each : sim::read_scenarios(file)) {
      const auto scenario = std::make_shared<const sim::Scenario>(std::move(each));
      for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
        const std::vector<Break> breaks = breaks_of(scenario, seed);
        for (const Break& one : breaks) {
          const sim::InvariantRow& row = sim::invariant_row(one.invariant);
          const std::vector<sim::Invariant>& pinned = scenario->expect.breaks;
          const bool is_pinned = std::ranges::find(pinned, one.invariant) != pinned.end();
          if (row.in_the_end || is_pinned) continue;
          EXPECT_TRUE(known_from(one, *scenario, breaks))
              << fs::relative(file, kScenarios) << " " << scenario->case_name << ", seed " << seed << ": " << row.name
              << ": " << one.what;
        }
      }
    }
  }
}

// What the search for unknown ways has found is unknown no more.
TEST(Promises, AreBrokenInKnownWays) {
  for (const fs::path& file : scenario_files(kScenarios / "found")) {
    const auto scenario = std::make_shared<const sim::Scenario>(sim::read_scenario(file));
    const std::vector<Break> breaks = breaks_of(scenario, 1);
    for (const sim::Invariant pinned : scenario->expect.breaks) {
      const auto one = std::ranges::find(breaks, pinned, &Break::invariant);
      ASSERT_NE(one, breaks.end()) << file;
      EXPECT_TRUE(known_from(*one, *scenario, breaks)) << file << ": " << one->what;
    }
  }
}

}  // namespace
}  // namespace sentinel::analysis
