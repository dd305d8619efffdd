// Streams in a form in which runs can be compared.
#include "analysis/observe/stream.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

std::string id(char digit) { return std::string(40, digit); }

std::string slave(const std::string& port) {
  return "slave 127.0.0.1:" + port + " 127.0.0.1 " + port + " @ m 127.0.0.1 7000";
}

std::string sentinel(char digit, const std::string& port) { return "sentinel " + id(digit) + " 127.0.0.1 " + port; }

// --- ids --------------------------------------------------------------------------------------------------

// An id that is known is called by the place of its sentinel, wherever it stands in the text.
TEST(Canonical, NamesKnownIds) {
  const Stream stream{{1s, 0, "+vote-for-leader", id('2') + " 7"}, {2s, 0, "+sentinel", sentinel('1', "5000")}};
  EXPECT_THAT(canonical(stream, 0, {"", id('1'), id('2')}),
              ElementsAre("+vote-for-leader id of 2 7", "+sentinel sentinel id of 1 127.0.0.1 5000"));
}

// Unknown ids, drawn by each process, are numbered as they turn up, and are the same every time.
TEST(Canonical, NumbersUnknownIds) {
  const Stream stream{{1s, 0, "+sentinel", sentinel('e', "5002")},
                      {2s, 0, "+sentinel", sentinel('c', "5001")},
                      {3s, 0, "+vote-for-leader", id('e') + " 1"}};
  EXPECT_THAT(canonical(stream, 0, {""}),
              ElementsAre("+sentinel sentinel id 1 127.0.0.1 5002", "+sentinel sentinel id 2 127.0.0.1 5001",
                          "+vote-for-leader id 1 1"));
}

// Forty digits are an id; fewer or more are not.
TEST(Canonical, LeavesOtherNumbers) {
  const std::string longer = id('a') + "b";
  const Stream stream{{1s, 0, "+x", longer}, {1s, 0, "+x", id('a').substr(1) + " 7000"}};
  EXPECT_THAT(canonical(stream, 0, {}), ElementsAre("+x " + longer, "+x " + id('a').substr(1) + " 7000"));
}

// Each sentinel has a stream of its own.
TEST(Canonical, IsOfOneSentinel) {
  const Stream stream{{1s, 0, "+new-epoch", "1"}, {2s, 1, "+new-epoch", "2"}};
  EXPECT_THAT(canonical(stream, 1, {}), ElementsAre("+new-epoch 2"));
}

// --- hash order -------------------------------------------------------------------------------------------

// What one tick says of several replicas is made alphabetical.
TEST(Canonical, OrdersOneTick) {
  const Stream stream{{1'000ms, 0, "+sdown", slave("7002")}, {1'024ms, 0, "+sdown", slave("7001")}};
  EXPECT_THAT(canonical(stream, 0, {}), ElementsAre("+sdown " + slave("7001"), "+sdown " + slave("7002")));
}

// After a switch, the old master is added when all replicas are, in every process.
TEST(Canonical, LeavesTheOldMasterLast) {
  const Stream stream{{1s, 0, "+switch-master", "m 127.0.0.1 7000 127.0.0.1 7001"},
                      {1s, 0, "+slave", slave("7003")},
                      {1s, 0, "+slave", slave("7002")},
                      {1s, 0, "+slave", slave("7000")}};
  EXPECT_THAT(canonical(stream, 0, {}), ElementsAre(HasSubstr("+switch-master"), "+slave " + slave("7002"),
                                                    "+slave " + slave("7003"), "+slave " + slave("7000")));
}

// The replicas of one INFO are written to disk one by one, which can take longer than a tick.
TEST(Canonical, OrdersOneInfo) {
  const Stream stream{{1'000ms, 0, "+slave", slave("7002")}, {1'215ms, 0, "+slave", slave("7001")}};
  EXPECT_THAT(canonical(stream, 0, {}), ElementsAre("+slave " + slave("7001"), "+slave " + slave("7002")));
}

// What is found by INFOs of different seconds keeps its order.
TEST(Canonical, KeepsTheOrderOfInfos) {
  const Stream stream{{1'000ms, 0, "+slave", slave("7002")}, {2'000ms, 0, "+slave", slave("7001")}};
  EXPECT_THAT(canonical(stream, 0, {}), ElementsAre("+slave " + slave("7002"), "+slave " + slave("7001")));
}

// A later tick is another matter: what was said first stays first.
TEST(Canonical, KeepsTheOrderOfTicks) {
  const Stream stream{{1'000ms, 0, "+sdown", slave("7002")}, {1'052ms, 0, "+sdown", slave("7001")}};
  EXPECT_THAT(canonical(stream, 0, {}), ElementsAre("+sdown " + slave("7002"), "+sdown " + slave("7001")));
}

// What replies cause comes in their order, and masters and replicas are gone through one after the other.
TEST(Canonical, KeepsTheOrderOfOtherEvents) {
  const Stream stream{{1s, 0, "+role-change", slave("7002")},    {1s, 0, "+role-change", slave("7001")},
                      {1s, 0, "+sdown", "master n 127.0.0.1 9"}, {1s, 0, "+sdown", "master m 127.0.0.1 8"},
                      {1s, 0, "+sdown", slave("7001")},          {1s, 0, "+sdown", sentinel('1', "5000")}};
  EXPECT_THAT(canonical(stream, 0, {}), ElementsAre("+role-change " + slave("7002"), "+role-change " + slave("7001"),
                                                    "+sdown master n 127.0.0.1 9", "+sdown master m 127.0.0.1 8",
                                                    "+sdown " + slave("7001"), HasSubstr("+sdown sentinel")));
}

// Ids that nobody knows are drawn anew in each run, so that they must not decide which event comes first.
TEST(Canonical, OrdersOneTickWhateverTheIds) {
  const Stream one{{1s, 0, "+sdown", sentinel('a', "5002")}, {1s, 0, "+sdown", sentinel('b', "5001")}};
  const Stream other{{1s, 0, "+sdown", sentinel('c', "5001")}, {1s, 0, "+sdown", sentinel('d', "5002")}};
  EXPECT_EQ(canonical(one, 0, {}), canonical(other, 0, {}));
}

// --- simulated streams ------------------------------------------------------------------------------------

std::shared_ptr<const sim::Scenario> failover(const std::string& more) {
  return std::make_shared<const sim::Scenario>(sim::parse_scenario(
      R"({"about": "test", "cluster": {"replicas": 1, "sentinels": 1, "quorum": 1, "down-after-milliseconds": 500},
          "steps": [{"at": "3s", "do": "crash", "node": "R1"}], "until": "8s")" +
          more + "}",
      "test.json"));
}

std::vector<std::string> channels(const Stream& stream) {
  std::vector<std::string> channels;
  for (const Said& said : stream) channels.push_back(said.channel);
  return channels;
}

// From the start on, with what is only logged as nobody can have subscribed by then.
TEST(Simulate, TellsAll) {
  const Stream stream = simulate(failover(""), 1, {.at = 8s});
  ASSERT_GT(stream.size(), 2U);
  EXPECT_EQ(stream[0].channel, "+monitor");
  EXPECT_EQ(stream[1].channel, "+slave");
  EXPECT_EQ(stream[1].message, "slave 127.0.0.1:7001 127.0.0.1 7001 @ mymaster 127.0.0.1 7000");
  EXPECT_EQ(stream[1].node, 2);
  EXPECT_TRUE(std::ranges::is_sorted(stream, {}, &Said::at));
}

// `from` of the scenario is the begin, `at` the end.
TEST(Simulate, IsOfAPartOfTheRun) {
  EXPECT_THAT(channels(simulate(failover(R"(, "from": "2s")"), 1, {.at = 3s})), testing::IsEmpty());
  const auto said = channels(simulate(failover(R"(, "from": "2s")"), 1, {.at = 5s}));
  ASSERT_FALSE(said.empty());
  EXPECT_EQ(said.front(), "+sdown");
}

// A recorder stops when it has seen enough; what follows within its grace is still there.
TEST(Simulate, StopsAfterAnEvent) {
  const auto scenario = failover("");
  const Stream brief = simulate(scenario, 1, {.at = 8s, .channel = "+odown", .count = 1, .grace = 0s});
  EXPECT_EQ(brief.back().at - std::ranges::find(brief, "+odown", &Said::channel)->at, 0s);
  EXPECT_THAT(channels(brief), Not(testing::Contains("+switch-master")));
  const Stream longer = simulate(scenario, 1, {.at = 8s, .channel = "+odown", .count = 1, .grace = 4s});
  EXPECT_THAT(channels(longer), testing::Contains("+switch-master"));
  const Stream none = simulate(scenario, 1, {.at = 8s, .channel = "+odown", .count = 2, .grace = 0s});
  EXPECT_EQ(channels(none), channels(simulate(scenario, 1, {.at = 8s})));
}

}  // namespace
}  // namespace sentinel::analysis
