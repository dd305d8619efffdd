// Random scenarios: what a seed stands for, and that what is left of the faults is mended in the end.
#include "analysis/fuzz/generator.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdint>
#include <set>
#include <string>

#include "analysis/fuzz/nemeses.h"
#include "sim/reader/fingerprint.h"
#include "sim/run.h"

namespace sentinel::analysis {
namespace {

std::uint64_t any_seed() { return *rc::gen::inRange<std::uint64_t>(1, 1'000'000); }

// A seed stands for one scenario, which the reader takes, and whose text is the same scenario again.
RC_GTEST_PROP(Generator, MakesScenariosOfSeeds, ()) {
  const std::uint64_t seed = any_seed();
  const Document scenario = healed(random_scenario(seed));
  RC_ASSERT(scenario == healed(random_scenario(seed)));
  RC_ASSERT(Document::parse(document_text(scenario)) == scenario);
  RC_ASSERT(!scenario_of(scenario)->nodes.empty());
}

// On every compiler a seed stands for the same bytes. A change on purpose changes the number, and what the seeds mean.
TEST(Generator, MakesTheSameEverywhere) {
  std::string all;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const Document scenario = random_scenario(seed);
    all += document_text(healed(scenario)) + document_text(mutated(scenario, seed));
  }
  EXPECT_EQ(sim::fingerprint_of(all), 14053230633112883172ULL);
}

// So is a variant of it, and its variants.
RC_GTEST_PROP(Generator, MakesVariants, ()) {
  Document scenario = random_scenario(any_seed());
  for (int generation = 0; generation < 5; ++generation) {
    const std::uint64_t seed = any_seed();
    const Document child = mutated(scenario, seed);
    RC_ASSERT(child == mutated(scenario, seed));
    scenario = child;
  }
  RC_ASSERT(!scenario_of(healed(scenario))->steps.empty() || scenario["steps"].empty());
}

// Long before the end of a healed scenario every process runs, is not stopped, and no cut is left.
RC_GTEST_PROP(Generator, HealsInTheEnd, ()) {
  const auto scenario = scenario_of(healed(random_scenario(any_seed())));
  sim::Run run{scenario, 1};
  sim::Scratch scratch;
  run.run_until(scenario->until, scratch, [](const sim::Record&) {});
  for (std::uint16_t i = 0; i < scenario->nodes.size(); ++i) {
    const sim::NodeId node{i};
    RC_ASSERT(run.is_running(node));
    RC_ASSERT(!run.is_stopped(node));
    for (std::uint16_t k = 0; k < scenario->nodes.size(); ++k) RC_ASSERT(run.passes(node, sim::NodeId{k}));
  }
}

Cast three_masters() {
  return {.masters = {"a", "b", "c"},
          .master_nodes = {"R1", "R3", "R5"},
          .data_nodes = {"R1", "R2", "R3", "R4", "R5", "R6"},
          .sentinels = {"S1", "S2", "S3"},
          .down_after = std::chrono::seconds{1},
          .failover_timeout = std::chrono::seconds{5}};
}

// A nemesis that is about all of a kind hits all of them.
TEST(Nemeses, HitAllWhomTheyName) {
  const Cast cast = three_masters();
  const auto hit = [&](std::string_view name) {
    Chance chance{7};
    FaultPlan plan{chance, cast, std::chrono::seconds{10}, std::chrono::seconds{50}};
    std::ranges::find(nemeses(), name, &Nemesis::name)->strike(plan);
    std::set<std::string> nodes;
    for (const Document& step : plan.steps()) nodes.insert(step["node"].get<std::string>());
    return nodes;
  };
  EXPECT_EQ(hit("kill-all-masters"), (std::set<std::string>{"R1", "R3", "R5"}));
  EXPECT_EQ(hit("kill-all-sentinels"), (std::set<std::string>{"S1", "S2", "S3"}));
}

// Each nemesis strikes in some scenario of its family; none has the name of another.
TEST(Nemeses, AllStrike) {
  std::set<std::string_view> names;
  for (const Nemesis& nemesis : nemeses()) {
    EXPECT_TRUE(names.insert(nemesis.name).second) << nemesis.name;
    bool struck = false;
    for (std::uint64_t seed = 1; seed <= 20 && !struck; ++seed) {
      Chance chance{seed};
      const Cast cast = three_masters();
      FaultPlan plan{chance, cast, std::chrono::seconds{10}, std::chrono::seconds{40}};
      nemesis.strike(plan);
      struck = !plan.steps().empty();
    }
    EXPECT_TRUE(struck) << nemesis.name;
  }
}

}  // namespace
}  // namespace sentinel::analysis
