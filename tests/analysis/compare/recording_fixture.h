// Records short scenarios with the redis-server of this machine.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/recorder/recorder.h"
#include "analysis/recorder/temporary_folder.h"
#include "sim/bad_input.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis::recorder {

using Json = nlohmann::ordered_json;

// R1, R2 and S1 at these ports of loopback.
inline std::string cluster(int data_port, int sentinel_port) {
  return R"("cluster": {"replicas": 1, "sentinels": 1, "quorum": 1, "down-after-milliseconds": 500},
            "nodes": {"R1": {"address": "127.0.0.1:)" +
         std::to_string(data_port) + R"("}, "R2": {"address": "127.0.0.1:)" + std::to_string(data_port + 1) +
         R"("}, "S1": {"address": "127.0.0.1:)" + std::to_string(sentinel_port) + R"("}})";
}

class Recording : public testing::Test {
 protected:
  // .ci/setup installs it, so only a developer may do without.
  void SetUp() override {
    try {
      server_ = find_server("redis-server");
    } catch (const sim::BadInput& error) {
      if (std::getenv("CI") == nullptr) GTEST_SKIP() << error.what();
      FAIL() << error.what();
    }
  }

  sim::Scenario scenario(const std::string& nodes, const std::string& steps, const std::string& until) const {
    return sim::parse_scenario(text(nodes, steps, until), folder_.path() / "short.json");
  }

  static std::string text(const std::string& nodes, const std::string& steps, const std::string& until) {
    return R"({"about": "test", )" + nodes + R"(, "steps": [)" + steps + R"(], "until": ")" + until + R"("})";
  }

  Json record_one(const sim::Scenario& scenario) const {
    const Plan plan = make_plan(scenario, server_, Net::kAuto, geteuid() == 0);
    const Interrupts interrupts;
    std::filesystem::path file;
    record(scenario, plan, server_, {.runs = 1, .folder = folder_.path()}, interrupts,
           [&](const RecordedRun& run) { file = run.file; });
    EXPECT_EQ(file, folder_.path() / "short" / "01.json");
    return Json::parse(std::ifstream{file});
  }

  TemporaryFolder folder_;
  Server server_;
};

}  // namespace sentinel::analysis::recorder
