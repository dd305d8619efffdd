// What data nodes log, in the words of their version.
#include "sim/node_log_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <set>
#include <sstream>
#include <string>

#include "model/profile.h"
#include "sim/formats.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::sim {
namespace {

using model::NodeLog;
using testing::HasSubstr;

std::string log_of(const std::string& json, const std::string& node) {
  const auto scenario = std::make_shared<Scenario>(parse_scenario(json, "x.json"));
  Run run{scenario, 1};
  Scratch scratch;
  std::ostringstream log;
  run.run_until(scenario->until, scratch, StreamWriter{Format::kLog, *scenario, log, scenario->find_node(node)});
  return log.str();
}

std::string scenario_text(std::string_view profile, const std::string& replica, const std::string& steps) {
  return R"({"about": "x", "profile": ")" + std::string{profile} + R"(", "nodes": {
      "R1": {"address": "127.0.0.1:7000", "conf": ["requirepass x"]},
      "R2": {"address": "127.0.0.1:7001", "conf": [)" +
         replica + R"("replicaof 127.0.0.1 7000"]}},
      "steps": [)" +
         steps + R"(], "until": "20s"})";
}

std::size_t count(const std::string& text, const std::string& what) {
  std::size_t found = 0;
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + 1)) ++found;
  return found;
}

// Every line is complete in every version: nothing is left to be filled in, and each kind has one text in the newest.
TEST(NodeLogText, IsFilledIn) {
  std::set<std::string> texts;
  for (const model::Profile& profile : model::profiles()) {
    Scenario scenario;
    scenario.profile = &profile;
    for (std::size_t kind = 0; kind < model::kNodeLogs; ++kind) {
      const LogText line = node_log_text({.kind = static_cast<NodeLog>(kind)}, scenario);
      EXPECT_EQ(line.text.find('{'), std::string::npos) << line.text;
      EXPECT_GE(line.level, model::Level::kNotice);
      const bool is_baseline = &profile == &model::profiles().front();
      EXPECT_TRUE(!is_baseline || texts.insert(line.text).second) << line.text;
    }
  }
}

// The versions differ in their words for master and replica, in the prefix, and in how loud a lost link is.
TEST(NodeLogText, DiffersByVersion) {
  const std::string steps = R"({"at": "5s", "do": "crash", "node": "R1"})";
  const auto log = [&](std::string_view profile) {
    return log_of(scenario_text(profile, R"("masterauth x", )", steps), "R2");
  };
  EXPECT_THAT(log("redis-2.8"), HasSubstr("[1001] 01 Jan 00:00:05"));
  EXPECT_THAT(log("redis-2.8"), HasSubstr(" # Connection with master lost.\n"));
  EXPECT_THAT(log("redis-2.8"), HasSubstr(" * MASTER <-> SLAVE sync started\n"));
  EXPECT_THAT(log("redis-3.2"), HasSubstr("1001:S 01 Jan 00:00:05"));
  EXPECT_THAT(log("redis-7.0"), HasSubstr("1001:S 01 Jan 2026 00:00:05"));
  EXPECT_THAT(log("redis-7.0"), HasSubstr(" # Connection with master lost.\n"));
  EXPECT_THAT(log("redis-7.0"), HasSubstr(" * Reconnecting to MASTER 127.0.0.1:7000\n"));
  EXPECT_THAT(log("redis-7.4"), HasSubstr(" * Connection with master lost.\n"));
  EXPECT_THAT(log("valkey-8.0"), HasSubstr(" * Connection with primary lost.\n"));
  EXPECT_THAT(log("valkey-8.0"), HasSubstr(" * PRIMARY <-> REPLICA sync started\n"));
}

// Without masterauth: up to 3.2 one try a second; from 6.2 on PSYNC and SYNC are refused, and it connects again without
// a pause, hundreds of times a second.
TEST(NodeLogText, WithoutMasterauthOfTheReplica) {
  const std::string old = log_of(scenario_text("redis-3.2", "", ""), "R2");
  EXPECT_LE(count(old, "MASTER aborted replication with an error: NOAUTH Authentication required."), 21);
  EXPECT_GE(count(old, "MASTER aborted replication with an error: NOAUTH Authentication required."), 19);
  const std::string log =
      log_of(scenario_text("redis-7.0", "", R"({"at": "100ms", "do": "crash", "node": "R1"})"), "R2");
  EXPECT_GE(count(log, "Reconnecting to MASTER 127.0.0.1:7000 after failure"), 20);
}

}  // namespace
}  // namespace sentinel::sim
