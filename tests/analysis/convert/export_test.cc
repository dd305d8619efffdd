#include "analysis/convert/export.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "analysis/convert/import.h"
#include "sim/event_text.h"
#include "sim/query/conf_file.h"
#include "sim/reader/scenario_reader.h"
#include "sim/run.h"

namespace sentinel::analysis {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using testing::UnorderedElementsAreArray;

using Shared = std::shared_ptr<const sim::Scenario>;

Shared parsed(const std::string& text) {
  return std::make_shared<const sim::Scenario>(sim::parse_scenario(text, "x.json"));
}

// What a rewritten file says of a process tells all that it is configured to do, whatever its name.
std::string told(const sim::Scenario& scenario, std::size_t i) {
  const sim::Node& node = scenario.nodes[i];
  std::string text = sim::name_and_port(node.address, scenario.symbols) + '\n';
  sim::Scenario without_lines = scenario;
  without_lines.nodes[i].conf.clear();
  sim::ConfFile file(without_lines, static_cast<sim::NodeId>(i));
  if (const auto* const sentinel = std::get_if<model::SentinelConfig>(&node.config)) {
    file.rewrite(*sentinel);
    text += sim::name_and_port(sentinel->announced, scenario.symbols) + '\n';
  } else {
    const auto& config = std::get<model::DataNodeConfig>(node.config);
    file.rewrite(config);
    text += sim::name_and_port(config.announced, scenario.symbols) + '\n';
  }
  return text + file.text();
}

std::vector<std::string> all_told(const sim::Scenario& scenario) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < scenario.nodes.size(); ++i) all.push_back(told(scenario, i));
  return all;
}

// The processes of the scenario, of the disks at that time, and of the import of what was exported are the same.
void expect_round_trip(const Shared& scenario, std::optional<sim::SimTime> at = std::nullopt) {
  const ImportedScenario imported = import_conf(export_conf(scenario, at), {});
  EXPECT_THAT(imported.remarks.warnings, testing::IsEmpty());
  sim::Scenario wanted = *scenario;
  if (at) {
    sim::Run run(scenario, 1);
    sim::Scratch scratch;
    run.run_until(*at, scratch, [](const sim::Record&) {});
    for (std::size_t i = 0; i < wanted.nodes.size(); ++i) {
      sim::Node& node = wanted.nodes[i];
      const sim::Run::Disk disk = run.disk(static_cast<sim::NodeId>(i));
      if (node.is_sentinel()) node.config = std::get<model::SentinelConfig>(disk);
      if (node.is_data_node()) node.config = std::get<model::DataNodeConfig>(disk);
    }
  }
  EXPECT_THAT(all_told(*parsed(imported.text)), UnorderedElementsAreArray(all_told(wanted)));
}

const std::string kFailover = R"({"about": "x", "until": "60s",
    "cluster": {"replicas": 2, "sentinels": 3, "quorum": 2, "down-after-milliseconds": 2000,
                "data-conf": ["requirepass secret", "masterauth secret"],
                "sentinel-conf": ["sentinel auth-pass mymaster secret"]},
    "nodes": {"R3": {"conf": ["replica-priority 10"]}, "S1": {"conf": ["bind 0.0.0.0", "dir /tmp"]}},
    "steps": [{"at": "10s", "do": "crash", "node": "R1"}]})";

// Each process gets the lines of the scenario, those of the shorthand too, and where it listens.
TEST(Export, WritesWhatAProcessStartsWith) {
  const std::vector<ConfText> files = export_conf(parsed(kFailover));
  ASSERT_EQ(files.size(), 6U);
  EXPECT_EQ(files[2].file, "R3.conf");
  EXPECT_EQ(files[2].text,
            "bind 127.0.0.1\nport 7002\nrequirepass secret\nmasterauth secret\nreplicaof 127.0.0.1 7000\n"
            "replica-priority 10\n");
  EXPECT_EQ(files[3].file, "S1.conf");
  EXPECT_EQ(files[3].text,
            "bind 127.0.0.1\nport 5000\nsentinel monitor mymaster 127.0.0.1 7000 2\n"
            "sentinel down-after-milliseconds mymaster 2000\nsentinel auth-pass mymaster secret\ndir /tmp\n");
}

// What is exported before and after a failover is imported as the same processes: passwords, priorities, epochs, ids
// and all that the sentinels know.
TEST(Export, IsReadBack) {
  expect_round_trip(parsed(kFailover));
  expect_round_trip(parsed(kFailover), sim::SimTime{30s});
  const std::vector<ConfText> later = export_conf(parsed(kFailover), sim::SimTime{30s});
  EXPECT_THAT(later[3].text, HasSubstr("sentinel current-epoch 1\n"));
  EXPECT_THAT(later[1].text + later[2].text, HasSubstr("replicaof 127.0.0.1 700"));
}

// A node that is called by a name, one that announces its own address, and a sentinel without a line keep what they
// are.
TEST(Export, KeepsNamesAndKinds) {
  expect_round_trip(parsed(R"({"about": "x", "until": "1s", "nodes": {
      "R1": {"address": "redis-1:6379", "conf": ["replica-announce-ip redis-1"]},
      "R2": {"address": "[fe80::1]:6379", "conf": ["bind * -::*", "replicaof redis-1 6379"]},
      "S1": {"address": "10.0.0.1:5000", "kind": "sentinel"},
      "S2": {"address": "sentinel-2:26379", "conf": ["sentinel monitor m redis-1 6379 1",
                                                      "sentinel announce-ip sentinel-2"]}}})"));
}

// Addresses of nodes `R1`, ... or `S1`, ..., each on a machine of its own with the usual port.
std::string spread(char letter, int count, const std::string& port) {
  std::string nodes;
  for (int i = 1; i <= count; ++i) {
    nodes +=
        ", \"" + (letter + std::to_string(i)) + R"(": {"address": "10.0.0.)" + std::to_string(i) + ":" + port + "\"}";
  }
  return nodes;
}

// Any small cluster, on one machine or on several, at any time of a run in which its master dies.
RC_GTEST_PROP(ExportProperty, WhatIsExportedIsReadBack, ()) {
  const auto number = [](int low, int high) { return *rc::gen::inRange(low, high + 1); };
  const int sentinels = number(1, 4);
  const int replicas = number(0, 2);
  const int masters = number(1, 2);
  const std::string cluster = "\"replicas\": " + std::to_string(replicas) +
                              ", \"sentinels\": " + std::to_string(sentinels) +
                              ", \"quorum\": " + std::to_string(number(1, sentinels)) +
                              ", \"down-after-milliseconds\": " + std::to_string(number(500, 5'000)) +
                              ", \"masters\": [" + (masters == 1 ? "\"a\"" : "\"a\", \"b\"") + "]";
  const std::string nodes = *rc::gen::arbitrary<bool>()
                                ? ""
                                : spread('R', masters * (1 + replicas), "6379") + spread('S', sentinels, "26379");
  const Shared scenario = parsed(R"({"about": "x", "until": "60s", "cluster": {)" + cluster +
                                 R"(}, "nodes": {"spare": {"address": "10.0.0.99:6379"})" + nodes +
                                 R"(}, "steps": [{"at": "10s", "do": "crash", "node": "R1"}]})");
  if (*rc::gen::arbitrary<bool>()) {
    expect_round_trip(scenario, sim::SimTime{std::chrono::milliseconds{number(0, 25'000)}});
  } else {
    expect_round_trip(scenario);
  }
  RC_ASSERT(!testing::Test::HasFailure());
}

}  // namespace
}  // namespace sentinel::analysis
