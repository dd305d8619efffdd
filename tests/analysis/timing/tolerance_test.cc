// Which sets of nodes may fail: small topologies whose tolerance everybody knows.
#include "analysis/timing/tolerance.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "sim/bad_input.h"
#include "sim/reader/scenario_reader.h"
#include "tests/support/shell.h"

namespace sentinel::analysis {
namespace {

using test::run_program;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

std::shared_ptr<const sim::Scenario> cluster_of(const std::string& cluster, const std::string& more = "") {
  return std::make_shared<const sim::Scenario>(sim::parse_scenario(
      R"({"about": "test", "cluster": {)" + cluster +
          R"(, "down-after-milliseconds": 500, "failover-timeout": 2000}, "until": "1m")" + more + "}",
      "test.json"));
}

std::set<std::string> minimal(const Tolerance& tolerance) {
  std::set<std::string> sets;
  for (const std::size_t place : tolerance.minimal()) {
    std::string names;
    for (const std::size_t part : tolerance.sets[place].parts) names += tolerance.parts[part];
    sets.insert(names);
  }
  return sets;
}

// One replica, three sentinels with quorum 2: without a master there must be two sentinels, and a replica.
TEST(Tolerance, OfTheUsualTopology) {
  const Tolerance tolerance =
      find_tolerance(cluster_of(R"("replicas": 1, "sentinels": 3, "quorum": 2)"), {.seeds = 1, .jobs = 2});
  EXPECT_EQ(tolerance.sets.size(), 30U);  // of five nodes, but not all five
  EXPECT_EQ(minimal(tolerance), (std::set<std::string>{"R1R2", "R1S1S2", "R1S1S3", "R1S2S3"}));
}

// Two sentinels need each other for a majority, whatever the quorum.
TEST(Tolerance, OfTwoSentinels) {
  const Tolerance tolerance =
      find_tolerance(cluster_of(R"("replicas": 1, "sentinels": 2, "quorum": 1)"), {.most = 2, .seeds = 1});
  EXPECT_EQ(minimal(tolerance), (std::set<std::string>{"R1R2", "R1S1", "R1S2"}));
}

// A site takes all with it that is there: two sites cannot survive the loss of the one with the master and the
// majority.
TEST(Tolerance, OfSites) {
  const auto of = cluster_of(R"("replicas": 1, "sentinels": 3, "quorum": 2)",
                             R"(, "sites": {"east": ["R1", "S1", "S2"], "west": ["R2", "S3"]})");
  const Tolerance tolerance = find_tolerance(of, {.sites = true, .seeds = 1});
  EXPECT_THAT(tolerance.parts, ElementsAre("east", "west"));
  EXPECT_EQ(minimal(tolerance), std::set<std::string>{"east"});
  EXPECT_THAT(minimal(find_tolerance(cluster_of(R"("replicas": 1, "sentinels": 3, "quorum": 2)",
                                                R"(, "sites": {"a": ["R1", "S1"], "b": ["R2", "S2"], "c": ["S3"]})"),
                                     {.sites = true, .most = 1, .seeds = 1})),
              IsEmpty());
}

// Too many sets, and sites where there are none, are told with what would be possible.
TEST(Tolerance, RefusesWhatIsTooMuch) {
  const auto error = [](const std::shared_ptr<const sim::Scenario>& of,
                        const ToleranceOptions& options) -> std::string {
    try {
      find_tolerance(of, options);
    } catch (const sim::BadInput& bad) {
      return bad.what();
    }
    return "";
  };
  EXPECT_EQ(error(cluster_of(R"("replicas": 10, "sentinels": 9, "quorum": 5)"), {}),
            "20 nodes have more than 20000 sets of up to 19: --most 4 tries those of 4 or fewer");
  EXPECT_EQ(error(cluster_of(R"("replicas": 1, "sentinels": 1, "quorum": 1)"), {.sites = true}),
            "test.json has no 'sites' that could fail");
}

// As a program: a table by number, and the smallest sets that do not survive.
TEST(ToleranceCommand, TellsWhatMayFail) {
  const std::string arguments = "tolerance scenarios/failover/fast_detection.json --most 1 --seeds 1 ";
  const auto text = run_program(arguments);
  EXPECT_EQ(text.status, 0);
  EXPECT_THAT(text.output, HasSubstr("     1       6        6          0   100 %\n\nAll of these survive.\n"));
  const auto json = nlohmann::json::parse(run_program(arguments + "--format json").output);
  EXPECT_EQ(json["sizes"][0]["survive"], 6);
  EXPECT_TRUE(json["minimal"].empty());
}

}  // namespace
}  // namespace sentinel::analysis
