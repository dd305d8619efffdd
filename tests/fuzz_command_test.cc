// `sentinel-sim fuzz` from outside: exit codes, what it prints, and what it stores.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/support/shell.h"

namespace sentinel {
namespace {

using testing::ContainsRegex;
using testing::HasSubstr;

class FuzzCommand : public testing::Test {
 protected:
  ~FuzzCommand() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::filesystem::create_directories(folder_);
    std::ofstream{folder_ / name} << text;
    return folder_ / name;
  }

  std::filesystem::path folder_ =
      std::filesystem::path{testing::TempDir()} /
      ("fuzz." + std::string{testing::UnitTest::GetInstance()->current_test_info()->name()});
};

// What is found is stored small, and is a test that passes; what is stored is not found again.
TEST_F(FuzzCommand, StoresWhatItFinds) {
  const std::string search = "fuzz --seeds 20 --jobs 2 --corpus " + (folder_ / "found").string();
  const test::Outcome first = test::run_program(search);
  EXPECT_EQ(first.status, 0) << first.output;
  EXPECT_THAT(first.output, ContainsRegex("stored .*/found/[a-z_]+\\.json: sentinel-sim explain"));
  const test::Outcome check = test::run_program("check " + (folder_ / "found").string());
  EXPECT_EQ(check.status, 0) << check.output;
  const auto count = [&] {
    return std::distance(std::filesystem::directory_iterator(folder_ / "found"), std::filesystem::directory_iterator());
  };
  const auto files = count();
  // The first seeds are the same, as they have no parents yet.
  EXPECT_EQ(test::run_program("fuzz --seeds 1..1 --corpus " + (folder_ / "found").string()).status, 0);
  EXPECT_EQ(count(), files);
}

// The JSON names each finding, and where it is known from, as texts.
TEST_F(FuzzCommand, TellsFindingsAsJson) {
  const test::Outcome run = test::run_program("fuzz --seeds 20 --format json 2>/dev/null");
  EXPECT_EQ(run.status, 0);
  const auto json = nlohmann::json::parse(run.output);
  EXPECT_EQ(json["runs"], 20);
  ASSERT_FALSE(json["findings"].empty());
  EXPECT_TRUE(json["findings"][0]["known"].is_string());
  EXPECT_TRUE(json["findings"][0]["scenario"]["steps"].is_array());
  EXPECT_GT(json["probes"].size(), 50U);
}

// Faults are healed whatever the scenario leaves, so that what it leaves is no finding.
TEST_F(FuzzCommand, HealsWhatAScenarioLeaves) {
  const std::filesystem::path file = write("left.json", R"({
    "about": "x", "until": "30s", "cluster": {"replicas": 1, "sentinels": 3, "quorum": 2},
    "steps": [
      {"at": "10s", "do": "partition", "between": [["R1", "S1"], ["R2", "S2", "S3"]]},
      {"at": "12s", "do": "pause", "node": "S3"},
      {"at": "13s", "do": "crash", "node": "R2", "every": "5s", "times": 3}
    ]})");
  const test::Outcome run = test::run_program("fuzz " + file.string() + " --seeds 10 --jobs 2");
  EXPECT_EQ(run.status, 0) << run.output;
}

// What cannot be fuzzed, or is no number, is told in one line.
TEST_F(FuzzCommand, RefusesBadInput) {
  const auto refused = [](const std::string& arguments) {
    const test::Outcome run = test::run_program("fuzz " + arguments + " 2>&1");
    EXPECT_EQ(run.status, 2) << arguments << run.output;
    EXPECT_EQ(std::ranges::count(run.output, '\n'), 1) << run.output;
    return run.output;
  };
  EXPECT_THAT(refused("--seeds 5..1"), HasSubstr("the last one is before the first"));
  EXPECT_THAT(refused("--seeds x"), HasSubstr("--seeds"));
  const std::filesystem::path alone = write(
      "alone.json", R"({"about": "x", "until": "5s", "nodes": {"R1": {"address": "127.0.0.1:7000"}}, "steps": []})");
  EXPECT_THAT(refused(alone.string() + " --jobs 2"), HasSubstr("without a sentinel"));
}

// Nothing but known ways is not enough if the search did not get around.
TEST_F(FuzzCommand, IsInconclusiveWithoutCoverage) {
  const test::Outcome run = test::run_program("fuzz --seeds 2 --coverage");
  EXPECT_EQ(run.status, 3);
  EXPECT_THAT(run.output, HasSubstr("split vote"));
}

}  // namespace
}  // namespace sentinel
