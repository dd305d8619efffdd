#include "sim/reader/client_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "sim/bad_input.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::sim {
namespace {

using model::ClientConfig;

Scenario read(const std::string& clients, const std::string& more = "") {
  return parse_scenario(R"({"about": "x", "until": "10s", "cluster": {"replicas": 1, "sentinels": 2, "quorum": 1},
                            "clients": {)" +
                            clients + "}" + more + "}",
                        "x.json");
}

const ClientConfig& config(const Scenario& scenario, std::string_view name) {
  return std::get<ClientConfig>(scenario.node(*scenario.find_node(name)).config);
}

std::string error(const std::string& clients, const std::string& more = "") {
  try {
    read(clients, more);
  } catch (const BadInput& bad) {
    return bad.what();
  }
  return "no error";
}

// A client that says nothing of how it finds the master does all that the guidelines ask, at all sentinels.
TEST(ClientReader, FollowsTheGuidelinesByDefault) {
  const Scenario scenario = read(R"("C1": {"writes": 20})");
  const ClientConfig& client = config(scenario, "C1");
  EXPECT_EQ(client.sentinels.size(), 2U);
  EXPECT_EQ(scenario.symbols.text(client.master), "mymaster");
  EXPECT_TRUE(client.verifies_role);
  EXPECT_TRUE(client.subscribes);
  EXPECT_EQ(client.on_loss, ClientConfig::OnLoss::kAsk);
  EXPECT_EQ(client.writes, 20);
  EXPECT_EQ(client.reads, 0);
}

// A client with a fixed address asks nobody and comes back to the same address.
TEST(ClientReader, KnowsFixedAddresses) {
  const Scenario scenario = read(R"("C1": {"node": "R2", "reads": 5})");
  const ClientConfig& client = config(scenario, "C1");
  EXPECT_EQ(client.fixed, scenario.node(*scenario.find_node("R2")).address);
  EXPECT_TRUE(client.sentinels.empty());
  EXPECT_FALSE(client.verifies_role);
  EXPECT_EQ(client.on_loss, ClientConfig::OnLoss::kSame);
}

// A watcher listens to one sentinel, and asks it again when it was away.
TEST(ClientReader, KnowsWatchers) {
  const Scenario scenario = read(R"("W": {"watches": "S2"}, "X": {"watches": "S1", "asks-again": false})");
  const auto watcher_config = [&](std::string_view name) {
    return std::get<model::WatcherConfig>(scenario.node(*scenario.find_node(name)).config);
  };
  const model::WatcherConfig watcher = watcher_config("W");
  EXPECT_TRUE(watcher.asks_again);
  EXPECT_EQ(watcher.sentinel, scenario.node(*scenario.find_node("S2")).address);
  EXPECT_EQ(scenario.symbols.text(watcher.master), "mymaster");
  EXPECT_FALSE(watcher_config("X").asks_again);
  EXPECT_TRUE(scenario.node(*scenario.find_node("W")).is_watcher());
}

// The writer of a step is a client that stands behind all others and is started by its step.
TEST(ClientReader, MakesClientsOfWriteSteps) {
  const Scenario scenario = read(R"("C1": {"writes": 1})",
                                 R"(, "steps": [{"at": "1s", "do": "write", "via": "S2", "rate": 50, "size": 99}])");
  const auto& step = std::get<WriteStep>(scenario.steps[0].action);
  EXPECT_EQ(step.client, node_id(scenario.nodes.size() - 1));
  EXPECT_EQ(scenario.node(step.client).name, "W1");
  EXPECT_FALSE(scenario.node(step.client).running);
  EXPECT_EQ(config(scenario, "W1").writes, 50);
  EXPECT_EQ(config(scenario, "W1").bytes, 99);
  EXPECT_EQ(config(scenario, "W1").asks_every, std::chrono::milliseconds{250});
}

// What is wrong with a client is told in one line that names the place.
TEST(ClientReader, TellsWhatIsWrong) {
  EXPECT_THAT(error(R"("W": {"watches": "R1"})"), testing::HasSubstr("/clients/W/watches: 'R1' is a data node"));
  EXPECT_THAT(error(R"("W": {"watches": "S1", "writes": 5})"),
              testing::HasSubstr("/clients/W/writes: is about writes and reads"));
  const std::string bounds = R"("W": {"watches": "S1"}, "C1": {"writes": 5})";
  EXPECT_THAT(error(bounds, R"(, "expect": {"lost-writes": {"at-most": 0, "client": "W"}})"),
              testing::HasSubstr("'W' is a watcher: it does not write or read"));
  EXPECT_THAT(error(bounds, R"(, "expect": {"stale-registry": {"at-most": "1s", "client": "C1"}})"),
              testing::HasSubstr("'C1' is no client that watches"));
  EXPECT_THAT(error(R"("C1": {"writes": 5, "asks-again": true})"),
              testing::HasSubstr("/clients/C1/asks-again: belongs to a client that 'watches'"));
  EXPECT_THAT(error(R"("C1": {"writes": 20, "node": "R1", "sentinels": ["S1"]})"),
              testing::HasSubstr("/clients/C1/node: expected either 'sentinels' or 'node', not both"));
  EXPECT_THAT(error(R"("C1": {"writes": 20, "node": "S1"})"),
              testing::HasSubstr("/clients/C1/node: 'S1' is a sentinel: it has no data"));
  EXPECT_THAT(error(R"("C1": {})"), testing::HasSubstr("'writes' is missing"));
  EXPECT_THAT(error(R"("C1": {"writes": 1001})"), testing::HasSubstr("/clients/C1/writes"));
  EXPECT_THAT(error(R"("C1": {"writes": 1, "on-loss": "ak"})"), testing::HasSubstr(R"(expected "ask")"));
  EXPECT_THAT(error(R"("C1": {"writes": 1, "master": "other"})"),
              testing::HasSubstr("no sentinel starts with a master 'other'"));
  EXPECT_THAT(error(R"("R1": {"writes": 1})"), testing::HasSubstr("there is a node 'R1' already"));
  EXPECT_THAT(error(R"("C1": {"writes": 1, "node": "R1", "subscribes": true})"),
              testing::HasSubstr("is about sentinels, and this client asks none"));
  EXPECT_THAT(error(R"("C1": {"writes": 1})", R"(, "expect": {"lost-writes": {"client": "C1"}})"),
              testing::HasSubstr("'at-most' is missing"));
  EXPECT_THAT(error(R"("C1": {"writes": 1})", R"(, "expect": {"unavailable": {"at-most": "8s", "client": "S1"}})"),
              testing::HasSubstr("'S1' is no client"));
}

}  // namespace
}  // namespace sentinel::sim
