// What watchers knew, and how stale it was.
#include "analysis/observe/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis {
namespace {

using namespace std::chrono_literals;

std::shared_ptr<const sim::Scenario> watchers() {
  static const auto kScenario = std::make_shared<const sim::Scenario>(
      sim::read_scenario(std::filesystem::path(SENTINEL_SIM_SOURCE_DIR) / "scenarios/clients/watchers.json"));
  return kScenario;
}

std::vector<WatcherReport> reports(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed) {
  sim::Run run{scenario, seed};
  sim::Scratch scratch;
  return run_with_registry(run, scratch);
}

// A watcher that hears all follows the promotion when its sentinel does; one that was cut off is stale until it asks
// again, and one that never asks again until the end.
TEST(Registry, TellsHowStaleWatchersAre) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const std::vector<WatcherReport> all = reports(watchers(), seed);
    ASSERT_EQ(all.size(), 3U);
    EXPECT_LT(longest(all[0].stale), 3s) << "seed " << seed;
    EXPECT_GT(longest(all[1].stale), 14s) << "seed " << seed;
    EXPECT_LT(total(all[1].stale), 20s) << "seed " << seed;
    EXPECT_GT(longest(all[2].stale), 50s) << "seed " << seed;
    EXPECT_EQ(all[2].stale.back().end, watchers()->until);
  }
}

// What each watcher takes the deployment to be in the end is right, or what it was before it was cut off.
TEST(Registry, TellsWhatWatchersKnow) {
  const std::vector<WatcherReport> all = reports(watchers(), 1);
  const model::Registry& right = all[0].views.back().registry;
  EXPECT_EQ(right.replicas.size(), 2U);
  EXPECT_TRUE(std::ranges::all_of(right.replicas, &model::Registry::Entry::up));
  EXPECT_EQ(all[1].views.back().registry.master, right.master);
  const model::Address old = watchers()->node(*watchers()->find_node("R1")).address;
  EXPECT_EQ(all[2].views.back().registry.master->address, old);
  for (const WatcherReport& report : all) {
    EXPECT_TRUE(std::ranges::is_sorted(report.views, {}, &View::since));
    EXPECT_EQ(report.views.front().registry.master->address, old);
  }
}

// While the master is down, nobody whom a watcher could name takes writes.
TEST(Registry, TellsWhenNobodyTookWrites) {
  const std::vector<WatcherReport> all = reports(watchers(), 1);
  ASSERT_FALSE(all[0].unwritable.empty());
  EXPECT_EQ(all[0].unwritable.front().begin, sim::SimTime{10s});
  EXPECT_GT(longest(all[0].unwritable), 2s);
  EXPECT_LT(longest(all[0].unwritable), longest(all[1].unwritable));
}

// Text and JSON say the same.
TEST(Registry, IsTextAndJson) {
  const std::vector<WatcherReport> all = reports(watchers(), 1);
  const std::string text = registry_text(*watchers(), all);
  EXPECT_THAT(text, testing::StartsWith("W1 watches mymaster at S1\n"));
  EXPECT_THAT(text, testing::HasSubstr(" master R1 up; replicas R3 up, R2 up\n"));
  const nlohmann::json json = registry_json(*watchers(), all);
  EXPECT_EQ(json.at("watchers").size(), 3U);
  const auto& view = json.at("watchers")[0].at("views")[0];
  EXPECT_EQ(view.at("master"), (nlohmann::json{{"node", "R1"}, {"up", true}}));
  EXPECT_EQ(json.at("watchers")[0].at("stale_longest"), longest(all[0].stale).count());
}

}  // namespace
}  // namespace sentinel::analysis
