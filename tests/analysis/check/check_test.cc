// Checks of files: in which order they are told, and how many seeds they run.
#include "analysis/check/check.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "analysis/check/junit.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class Check : public testing::Test {
 protected:
  void SetUp() override { std::filesystem::create_directories(folder_); }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path file(const std::string& name, const std::string& rest) {
    std::ofstream{folder_ / name} << R"({"about": "x", "until": "3s", "cluster": {"quorum": 1, "sentinels": 1})" +
                                         rest + "}";
    return folder_ / name;
  }

  std::filesystem::path folder_ =
      std::filesystem::temp_directory_path() /
      ("check_test_" + std::string{testing::UnitTest::GetInstance()->current_test_info()->name()});
};

// Files share the threads, and are told in their order all the same; a broken one does not keep the others back.
TEST_F(Check, TellsFilesInOrder) {
  const std::vector<std::filesystem::path> files{
      file("1.json", R"(, "for": {"seeds": 40})"), file("2.json", R"(, "expect": {"never": ["+slave"]})"),
      file("3.json", R"(, "frm": "1s")"), file("4.json", R"(, "for": {"seeds": 1})")};
  std::vector<std::string> told;
  CheckProgress last;
  const auto results =
      check_files(files, {.jobs = 4},
                  {.finished = [&](const CheckResult& result) { told.push_back(result.file.stem().string()); },
                   .progressed = [&](const CheckProgress& progress) { last = progress; }});
  EXPECT_THAT(told, ElementsAre("1", "2", "3", "4"));
  EXPECT_EQ(last.files_done, 4U);
  EXPECT_EQ(last.files_failed, 2U);
  EXPECT_EQ(last.runs_done, last.runs);
  EXPECT_TRUE(results[0].passed());
  EXPECT_EQ(results[0].runs, 40U);
  EXPECT_EQ(results[1].runs, 200U);
  EXPECT_EQ(results[1].failures.size(), 200U);
  EXPECT_THAT(results[2].error, HasSubstr("unknown field"));
  EXPECT_EQ(results[3].runs, 1U);
}

// The story of one run is that of its seed, whatever is asked for, and so is its golden stream.
TEST_F(Check, RunsTheSeedOfAStory) {
  const std::filesystem::path path = file("1.json", R"(, "for": {"seed": 7}, "expect": {"never": ["+slave"]})");
  const CheckResult result = check_file(path, {.seeds = 20, .update_golden = true});
  EXPECT_EQ(result.runs, 1U);
  EXPECT_FALSE(result.contradiction);
  ASSERT_EQ(result.failures.size(), 1U);
  EXPECT_EQ(result.failures.front().seed, 7U);
  const auto scenario = std::make_shared<const sim::Scenario>(sim::read_scenarios(path).front());
  std::ifstream in{std::filesystem::path{path}.replace_extension(".events")};
  EXPECT_EQ((std::string{std::istreambuf_iterator<char>{in}, {}}), golden_stream(scenario, 7));
}

// What shall be broken and holds is a failure.
TEST_F(Check, WantsBreaks) {
  const auto broken = check_file(file("1.json", R"(, "expect": {"breaks": ["one-leader-per-epoch"]})"), {.seeds = 1});
  ASSERT_EQ(broken.failures.size(), 1U);
  EXPECT_EQ(broken.failures.front().violation.expected, "a break of one-leader-per-epoch");
  EXPECT_EQ(broken.failures.front().violation.came, "it holds");
}

// The command line has the last word on seeds.
TEST_F(Check, RunsAsManySeedsAsAsked) {
  EXPECT_EQ(check_file(file("1.json", R"(, "for": {"seeds": 40})"), {.seeds = 2}).runs, 2U);
}

// All cases of a file run, and what fails is told of its case, also in the golden stream, which has all of them.
TEST_F(Check, RunsAllCases) {
  const std::filesystem::path path =
      file("1.json", R"(, "cases": {"a": {}, "b": {"expect": {"never": ["+slave"]}}, "c": {}})");
  const CheckResult result = check_file(path, {.seeds = 2, .update_golden = true});
  EXPECT_EQ(result.runs, 6U);
  ASSERT_EQ(result.failures.size(), 2U);
  EXPECT_EQ(result.failures[0].case_name, "b");
  std::ofstream{folder_ / "1.events", std::ios::app} << "more\n";
  EXPECT_EQ(check_file(path, {.seeds = 1}).failures.at(0).case_name, "c");
  std::ofstream{folder_ / "1.events"} << "case a\nless\n";
  EXPECT_EQ(check_file(path, {.seeds = 1}).failures.at(0).case_name, "a");
}

// A golden stream that differs is a failure of seed 1 that shows the first line.
TEST_F(Check, ComparesGoldenStreams) {
  const std::filesystem::path path = file("1.json", "");
  EXPECT_TRUE(check_file(path, {.seeds = 1, .update_golden = true}).golden_updated);
  EXPECT_TRUE(check_file(path, {.seeds = 1}).passed());
  std::ofstream{folder_ / "1.events", std::ios::app} << "more\n";
  const CheckResult result = check_file(path, {.seeds = 1});
  ASSERT_EQ(result.failures.size(), 1U);
  EXPECT_EQ(result.failures[0].seed, 1U);
  EXPECT_THAT(text_of(result.failures[0].violation),
              AllOf(HasSubstr("1.events, but line "), HasSubstr(" is the end of the stream instead of \"more\"")));
}

// One test case a file; what is said of a failure stands in it.
TEST_F(Check, WritesJunit) {
  const std::vector<std::filesystem::path> files{file("1.json", ""),
                                                 file("2.json", R"(, "expect": {"never": ["+slave"]})")};
  write_junit(folder_ / "junit.xml", check_files(files, {.seeds = 5}));
  std::ifstream in{folder_ / "junit.xml"};
  const std::string text{std::istreambuf_iterator<char>{in}, {}};
  EXPECT_THAT(text, AllOf(HasSubstr("tests=\"2\""), HasSubstr("failures=\"1\""), HasSubstr("name=\"1\""),
                          HasSubstr("message=\"expected never"), HasSubstr("all 5 seeds: sentinel-sim run ")));
}

}  // namespace
}  // namespace sentinel::analysis
