// Ticks that have nothing to do are passed over: that is a matter of time only, never of what is said and done.
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "analysis/document.h"
#include "analysis/fuzz/generator.h"
#include "sim/reader/scenario_reader.h"
#include "sim/run.h"

namespace sentinel {
namespace {

namespace fs = std::filesystem;

#ifdef NDEBUG
constexpr std::uint64_t kSeeds = 10'000;
#else
constexpr std::uint64_t kSeeds = 400;
#endif
constexpr std::uint64_t kShares = 4;  // done at the same time

std::uint64_t digest_of(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed) {
  sim::Run run{scenario, seed};
  sim::Scratch scratch;
  run.run_until(scenario->until, scratch, [](const sim::Record&) {});
  return run.digest();
}

// The same scenario, in which sentinels look at everything at each tick.
std::shared_ptr<const sim::Scenario> plain(sim::Scenario scenario, model::Profile& profile) {
  profile = *scenario.profile;
  profile.skips_quiet_ticks = false;
  scenario.profile = &profile;
  return std::make_shared<const sim::Scenario>(std::move(scenario));
}

class QuietTicksOfRandomScenarios : public testing::TestWithParam<std::uint64_t> {};

// Random scenarios with all kinds of faults have the same history with and without.
TEST_P(QuietTicksOfRandomScenarios, ChangeNothing) {
  for (std::uint64_t seed = GetParam() + 1; seed <= kSeeds; seed += kShares) {
    const auto scenario = analysis::scenario_of(analysis::healed(analysis::random_scenario(seed)));
    model::Profile profile;
    ASSERT_EQ(digest_of(scenario, seed), digest_of(plain(*scenario, profile), seed)) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Share, QuietTicksOfRandomScenarios, testing::Range(std::uint64_t{0}, kShares));

// So have the stories of the library, where sentinels watch several masters over shared links, clocks jump, and all
// versions appear.
TEST(QuietTicks, ChangeNothingInTheLibrary) {
  for (const auto& entry : fs::recursive_directory_iterator{SENTINEL_SIM_SOURCE_DIR "/scenarios"}) {
    const std::string name = entry.path().filename();
    if (!name.ends_with(".json") || name == "schema.json") continue;
    for (const sim::Scenario& each : sim::read_scenarios(entry.path())) {
      const auto scenario = std::make_shared<const sim::Scenario>(each);
      model::Profile profile;
      ASSERT_EQ(digest_of(scenario, 1), digest_of(plain(each, profile), 1)) << entry.path() << " " << each.case_name;
    }
  }
}

}  // namespace
}  // namespace sentinel
