// What of a scenario excuses a broken promise, and what does not.
#include "analysis/invariants/hazards.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
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

// Faults that Sentinel is made for excuse nothing, but that a sentinel which dies forgets what it has not saved.
TEST(Hazards, AreNotInOrdinaryFaults) {
  EXPECT_THAT(
      hazards(
          R"({"at": "10s", "do": "crash", "nodes": ["R1", "S1"]}, {"at": "20s", "do": "start", "nodes": ["R1", "S1"]},
                         {"at": "30s", "do": "partition", "between": [["S1"], ["S2"]]},
                         {"at": "31s", "do": "start", "node": "R2", "fresh": true},
                         {"at": "32s", "do": "disk", "node": "R2", "fails": true})"),
      ElementsAre(Hazard::kSentinelDeath));
  EXPECT_THAT(hazards(R"({"at": "10s", "do": "crash", "node": "R1"})"), IsEmpty());
}

// Each hazard is found.
TEST(Hazards, AreFound) {
  using enum Hazard;
  EXPECT_THAT(hazards(R"({"at": "9s", "do": "start", "node": "S1", "fresh": true})"),
              ElementsAre(kLostConfiguration, kMembership));
  EXPECT_THAT(hazards(R"({"at": "9s", "do": "disk", "node": "S1", "fails": true})"), ElementsAre(kLostConfiguration));
  EXPECT_THAT(hazards(R"({"at": "9s", "do": "command", "node": "S1", "args": ["SENTINEL", "RESET", "*"]})"),
              ElementsAre(kMembership, kReset));
  EXPECT_THAT(
      hazards(R"({"at": "9s", "do": "command", "node": "S1", "args": ["SENTINEL", "SET", "mymaster", "quorum", "1"]})"),
      ElementsAre(kMembership));
  EXPECT_THAT(hazards(R"({"at": "1s", "do": "partition", "between": [["S1"], ["R1"]]})"), ElementsAre(kMembership));
  EXPECT_THAT(hazards(R"({"at": "9s", "do": "command", "node": "S1", "args": ["SENTINEL", "FAILOVER", "mymaster"]},
                         {"on": "+try-failover", "do": "crash", "node": "$sentinel"})"),
              ElementsAre(kSentinelDeath, kDeathOfAskedOne));
  EXPECT_THAT(
      hazards(
          R"({"at": "9s", "do": "command", "node": "S1", "args": ["SENTINEL", "MONITOR", "mymaster", "127.0.0.1", "7001", "2"]})"),
      ElementsAre(kMembership, kConflictingMasters));
}

// A break is known if its row says so, if a hazard before it excuses it, or if it follows from another one.
TEST(Hazards, ExcuseWhatIsKnown) {
  const auto at = [](Invariant invariant, int seconds) {
    return Break{.invariant = invariant, .at = sim::SimTime{std::chrono::seconds{seconds}}};
  };
  const sim::Scenario plain = scenario("");
  EXPECT_EQ(known_from(at(Invariant::kVotesOncePerEpoch, 20), plain), std::nullopt);
  EXPECT_EQ(known_from(at(Invariant::kElectedInItsEpoch, 20), plain),
            sim::invariant_row(Invariant::kElectedInItsEpoch).known);
  // Before 5 s the sentinels may not know each other, unless their files say.
  EXPECT_NE(known_from(at(Invariant::kOneLeaderPerEpoch, 4), plain), std::nullopt);
  EXPECT_EQ(known_from(at(Invariant::kOneLeaderPerEpoch, 5), plain), std::nullopt);
  const sim::Scenario lost = scenario(R"({"at": "9s", "do": "disk", "node": "S1", "fails": true})");
  EXPECT_EQ(known_from(at(Invariant::kVotesOncePerEpoch, 9), lost), "redis/redis-debian #5, redis/redis #6126");
  EXPECT_EQ(known_from(at(Invariant::kVotesOncePerEpoch, 8), lost), std::nullopt);
  EXPECT_EQ(known_from(at(Invariant::kElectedByMajority, 20), lost), std::nullopt);
  // Who sees it may know where it is told.
  const Break told{.invariant = Invariant::kVotesOncePerEpoch, .known = "a book"};
  EXPECT_EQ(known_from(told, plain), "a book");
  EXPECT_EQ(known_from(at(Invariant::kWritableInTheEnd, 60), plain), std::nullopt);
  EXPECT_EQ(known_from(at(Invariant::kWritableInTheEnd, 60), lost), "redis/redis #9998, #1073");
  const std::vector<Break> breaks = {at(Invariant::kOnePromotionPerConfigEpoch, 20),
                                     at(Invariant::kOneNameInTheEnd, 60)};
  EXPECT_EQ(known_from(breaks[1], plain), std::nullopt);
  EXPECT_EQ(known_from(breaks[1], plain, breaks), sim::invariant_row(Invariant::kOnePromotionPerConfigEpoch).known);
}

}  // namespace
}  // namespace sentinel::analysis
