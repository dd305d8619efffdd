// `sentinel-sim report` as a program, and its pages in a browser.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "tests/support/shell.h"

namespace sentinel {
namespace {

namespace fs = std::filesystem;
using test::Outcome;
using test::run_program;
using test::shell;
using testing::HasSubstr;

class ReportCommand : public testing::Test {
 protected:
  ReportCommand() { fs::create_directories(folder_); }
  ~ReportCommand() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  // A page of what `arguments` name.
  std::string page(const std::string& name, const std::string& arguments) const {
    const Outcome outcome = run_program("report " + arguments + " --out '" + path(name) + "' 2>&1");
    EXPECT_EQ(outcome.status, 0) << outcome.output;
    EXPECT_EQ(outcome.output, path(name) + "\n");
    return "'" + path(name) + "'";
  }
  // A page of the sweep with these arguments.
  std::string sweep_page(const std::string& name, const std::string& arguments) const {
    const std::string json = "'" + path(name + ".json") + "'";
    const Outcome done = run_program("sweep " + arguments + " --out " + json + " 2>&1");
    EXPECT_EQ(done.status, 0) << done.output;
    return page(name + ".html", json);
  }

 private:
  const testing::TestInfo* info_ = testing::UnitTest::GetInstance()->current_test_info();
  fs::path folder_ = fs::temp_directory_path() / ("sentinel_sim_report_" + std::string{info_->name()});
};

// Bad input is told in a line that says what would be right.
TEST_F(ReportCommand, TellsWhatIsWrong) {
  const auto report = [](const std::string& arguments) { return run_program("report " + arguments + " 2>&1"); };
  const std::string scenario = "scenarios/failover/master_down.json";
  EXPECT_THAT(report(scenario).output, HasSubstr("report needs --out"));
  EXPECT_THAT(report("--out x.html").output, HasSubstr("report needs a scenario file, or the JSON of a sweep"));
  const Outcome folder = report(scenario + " --out /nowhere/x.html");
  EXPECT_EQ(folder.status, 2);
  EXPECT_THAT(folder.output, HasSubstr("--out '/nowhere/x.html' cannot be written"));
  const Outcome broken = report("tests/data/broken.json --out " + path("x.html"));
  EXPECT_EQ(broken.status, 2);
  EXPECT_THAT(broken.output, HasSubstr("tests/data/broken.json:5: /steps/0/node: unknown node 'R11'"));
}

// A sweep whose JSON lacks something, or options that are not for it.
TEST_F(ReportCommand, KnowsASweepByItsJson) {
  shell("printf '{\"sentinel-sim\": \"sweep\", \"axes\": []}' > '" + path("sweep.json") + "'");
  const Outcome outcome = run_program("report '" + path("sweep.json") + "' --out '" + path("x.html") + "' 2>&1");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.output, HasSubstr("the sweep has no list 'measures'"));
}

// A reader opens the pages, searches, clicks, uses the keys, and turns the light off. report_page.py has each check.
TEST_F(ReportCommand, PagesWorkInABrowser) {
  const std::string run = page("run.html", "scenarios/failover/master_down.json --seed 3");
  const std::string hostile = page("hostile.html", "tests/data/hostile.json");
  const std::string replies = page("replies.html", "scenarios/failover/manual_failover.json");
  const std::string sweep = sweep_page("sweep",
                                       "scenarios/failover/master_down.json --vary quorum=1,2,3 "
                                       "--vary down-after-milliseconds=500,1000,2000 --seeds 4");
  const std::string lists = sweep_page(
      "lists",
      R"(scenarios/failover/master_partition.json --vary '/steps/0/between=[[["R1"],["R2"]],[["R1"],["R3"]]]' )"
      "--vary quorum=2..3 --seeds 8 --precision 12.5%");
  const Outcome outcome = shell("/usr/bin/python3 '" SENTINEL_SIM_SOURCE_DIR "/tests/report_page.py' " + run + " " +
                                hostile + " " + replies + " " + sweep + " " + lists + " 2>&1");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

}  // namespace
}  // namespace sentinel
