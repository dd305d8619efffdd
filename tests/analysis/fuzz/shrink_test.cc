// The shrinker: what is left of a failing scenario, and that it still fails.
#include "analysis/fuzz/shrink.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "analysis/fuzz/generator.h"

namespace sentinel::analysis {
namespace {

bool has_step(const Document& scenario, const std::string& what) {
  return std::ranges::any_of(scenario["steps"], [&](const Document& step) { return step["do"] == what; });
}

// Whatever a scenario is about, what is left of it is as small as that allows, and can be read.
class Shrinker : public testing::TestWithParam<std::uint64_t> {};
TEST_P(Shrinker, LeavesWhatFails) {
  const Document scenario = random_scenario(GetParam());
  ASSERT_FALSE(scenario["steps"].empty());
  const std::string what = scenario["steps"][0]["do"].get<std::string>();
  const auto fails = [&](const Document& candidate) {
    return scenario_of(candidate) != nullptr && has_step(candidate, what);
  };
  const Document small = shrink(scenario, fails, 10'000).document;
  EXPECT_TRUE(fails(small));
  EXPECT_EQ(small["steps"].size(), 1U) << small.dump();
  EXPECT_FALSE(small.contains("clients"));
  EXPECT_FALSE(small.contains("network"));
  EXPECT_EQ(small["cluster"].value("masters", Document::array({"mymaster"})).size(), 1U);
}
INSTANTIATE_TEST_SUITE_P(Seeds, Shrinker, testing::Values(2, 3, 5, 8));

// Nodes that are left move up, wherever they are named.
TEST(ShrinkerOfNames, RenamesWhoIsLeft) {
  const Document scenario = Document::parse(R"({
    "about": "x", "until": "60s",
    "cluster": {"masters": ["a", "b"], "replicas": 1, "sentinels": 3, "quorum": 2},
    "nodes": {"R4": {"conf": ["replica-priority 10"]}},
    "steps": [{"at": "12345ms", "do": "crash", "node": "R3"}, {"at": "20s", "do": "pause", "nodes": ["R1", "S2"], "for": "1s"}]
  })");
  // Master b must be dead in the end.
  const auto fails = [](const Document& candidate) {
    const auto read = scenario_of(candidate);
    const auto masters = candidate["cluster"].value("masters", std::vector<std::string>{});
    const auto b = std::ranges::find(masters, "b");
    if (b == masters.end()) return false;
    const std::string node = "R" + std::to_string(1 + (b - masters.begin()) * 2);
    return std::ranges::any_of(candidate["steps"], [&](const Document& step) {
      return step["do"] == "crash" && step.value("node", "") == node;
    });
  };
  const Document small = shrink(scenario, fails, 1'000).document;
  EXPECT_EQ(small["steps"], Document::parse(R"([{"at": "10s", "do": "crash", "node": "R1"}])")) << small.dump();
  EXPECT_EQ(small["cluster"]["masters"], Document::parse(R"(["b"])"));
  EXPECT_FALSE(small.contains("nodes"));
}

// It stops when it was asked to.
TEST(ShrinkerOfTries, StopsAfterSoManyTries) {
  std::size_t asked = 0;
  const auto fails = [&](const Document&) {
    ++asked;
    return false;
  };
  const Document scenario = random_scenario(1);
  EXPECT_EQ(shrink(scenario, fails, 5).tries, 5U);
  EXPECT_EQ(asked, 5U);
}

}  // namespace
}  // namespace sentinel::analysis
