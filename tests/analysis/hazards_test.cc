// What of a scenario excuses a broken promise, and what does not.
#include "analysis/hazards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis {
namespace {

using sim::Invariant;
using testing::ElementsAre;
using testing::IsEmpty;

sim::Scenario scenario(std::string_view steps, std::string_view cluster = R"("quorum": 2)") {
  return sim::parse_scenario(R"({"about": "x", "until": "60s", "cluster": {)" + std::string{cluster} +
                                 R"(}, "steps": [)" + std::string{steps} + "]}",
                             "x.json");
}

std::vector<Hazard> hazards(std::string_view steps) { return hazards_of(scenario(steps)); }

// Faults that Sentinel is made for excuse nothing.
TEST(Hazards, AreNotInOrdinaryFaults) {
  EXPECT_THAT(
      hazards(
          R"({"at": "10s", "do": "crash", "nodes": ["R1", "S1"]}, {"at": "20s", "do": "start", "nodes": ["R1", "S1"]},
                         {"at": "30s", "do": "partition", "between": [["S1"], ["S2"]]},
                         {"at": "31s", "do": "start", "node": "R2", "fresh": true},
                         {"at": "32s", "do": "disk", "node": "R2", "fails": true})"),
      IsEmpty());
}

// Each hazard is found.
TEST(Hazards, AreFound) {
  using enum Hazard;
  EXPECT_THAT(hazards(R"({"at": "9s", "do": "start", "node": "S1", "fresh": true})"),
              ElementsAre(kLostConfiguration, kMembership));
  EXPECT_THAT(hazards(R"({"at": "9s", "do": "disk", "node": "S1", "fails": true})"), ElementsAre(kLostConfiguration));
  EXPECT_THAT(hazards(R"({"at": "9s", "do": "command", "node": "S1", "args": ["SENTINEL", "RESET", "*"]})"),
              ElementsAre(kMembership));
  EXPECT_THAT(
      hazards(R"({"at": "9s", "do": "command", "node": "S1", "args": ["SENTINEL", "SET", "mymaster", "quorum", "1"]})"),
      ElementsAre(kMembership));
  EXPECT_THAT(hazards(R"({"at": "1s", "do": "partition", "between": [["S1"], ["R1"]]})"), ElementsAre(kMembership));
  EXPECT_THAT(hazards(R"({"at": "9s", "do": "command", "node": "S1", "args": ["SENTINEL", "FAILOVER", "mymaster"]})"),
              ElementsAre(kManualFailover));
  EXPECT_THAT(
      hazards(
          R"({"at": "9s", "do": "command", "node": "S1", "args": ["SENTINEL", "MONITOR", "mymaster", "127.0.0.1", "7001", "2"]})"),
      ElementsAre(kMembership, kConflictingMasters));
  EXPECT_THAT(hazards_of(scenario("", R"("quorum": 2, "masters": ["a", "b"])")), ElementsAre(kSeveralMasters));
}

// A break is known if its row says so, if a hazard excuses it, or if it follows from another one.
TEST(Hazards, ExcuseWhatIsKnown) {
  const sim::Scenario plain = scenario("");
  EXPECT_EQ(known_from(Invariant::kVotesOncePerEpoch, plain), std::nullopt);
  EXPECT_EQ(known_from(Invariant::kElectedInItsEpoch, plain), sim::invariant_row(Invariant::kElectedInItsEpoch).known);
  const sim::Scenario lost = scenario(R"({"at": "9s", "do": "disk", "node": "S1", "fails": true})");
  EXPECT_EQ(known_from(Invariant::kVotesOncePerEpoch, lost), "redis/redis-debian #5, redis/redis #6126");
  EXPECT_EQ(known_from(Invariant::kElectedByMajority, lost), std::nullopt);
  const std::vector<Break> breaks = {{.invariant = Invariant::kOnePromotionPerConfigEpoch},
                                     {.invariant = Invariant::kOneNameInTheEnd}};
  EXPECT_EQ(known_from(Invariant::kOneNameInTheEnd, plain), std::nullopt);
  EXPECT_EQ(known_from(Invariant::kOneNameInTheEnd, plain, breaks),
            sim::invariant_row(Invariant::kOnePromotionPerConfigEpoch).known);
}

}  // namespace
}  // namespace sentinel::analysis
