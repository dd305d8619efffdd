// What people read of a check.
#include "analysis/check/check_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

namespace sentinel::analysis {
namespace {

using testing::ElementsAre;

CheckResult result(std::string file, std::uint64_t runs) {
  CheckResult result;
  result.file = std::move(file);
  result.runs = runs;
  return result;
}

// Equal expectations are told once, with what came in the first run, the seeds, and how to see it again.
TEST(CheckReport, TellsEqualFailuresOnce) {
  CheckResult odown = result("a/b.json", 200);
  for (const std::uint64_t seed : {3U, 7U, 12U, 13U}) {
    odown.failures.push_back({seed, {"never \"+odown\"", std::to_string(seed) + ".000 S1 +odown came"}});
  }
  odown.failures.push_back({7, {"lost-writes at most 0", "it was 5", "--ledger"}});
  EXPECT_THAT(failure_lines(odown), ElementsAre("expected never \"+odown\", but 3.000 S1 +odown came",
                                                "  seeds 3, 7, 12 and 1 more: sentinel-sim run a/b.json --seed 3",
                                                "expected lost-writes at most 0, but it was 5",
                                                "  seed 7: sentinel-sim run a/b.json --seed 7 --ledger"));
}

// What replays it can be pasted into a shell, whatever the file and its cases are called.
TEST(CheckReport, QuotesForAShell) {
  CheckResult odd = result("a b/it's.json", 2);
  odd.failures.push_back({1, {"eventually \"+tilt\"", "no +tilt came"}, "quorum=1, at=#0"});
  EXPECT_THAT(failure_lines(odd),
              ElementsAre("quorum=1, at=#0: expected eventually \"+tilt\", but no +tilt came",
                          R"(  seed 1: sentinel-sim run 'a b/it'\''s.json' --case 'quorum=1, at=#0' --seed 1)"));
}

// If it is the same with every seed, that is said.
TEST(CheckReport, TellsThatAllFailed) {
  CheckResult all = result("b.json", 4);
  for (std::uint64_t seed = 1; seed <= 4; ++seed)
    all.failures.push_back({seed, {"eventually \"+tilt\"", "no +tilt came"}});
  EXPECT_EQ(result_text(all),
            "FAIL  b.json  4 seeds, 0.00 s\n"
            "      expected eventually \"+tilt\", but no +tilt came\n"
            "        all 4 seeds: sentinel-sim run b.json --seed 1\n");
}

// A table by folder, which fits on a terminal whatever the folders are called.
TEST(CheckReport, SumsUpByFolder) {
  CheckResult broken = result("b/" + std::string(100, 'x') + "/c.json", 0);
  broken.error = "c.json:1: no";
  const std::string text = summary_text({result("a/1.json", 200), result("a/2.json", 50), broken});
  EXPECT_EQ(text,
            "\n"
            "folder                                      files    seeds  failed        time\n"
            "a                                               2      250       0      0.00 s\n"
            "..." +
                std::string(39, 'x') +
                "      1        0       1      0.00 s\n"
                "all                                             3      250       1      0.00 s\n"
                "2 of 3 scenarios passed\n");
  std::istringstream lines{text};
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80U);
  EXPECT_EQ(summary_text({result("a/1.json", 1)}), "1 of 1 scenarios passed\n");
}

// What a terminal shows meanwhile.
TEST(CheckReport, TellsHowFarItIs) {
  EXPECT_EQ(progress_note({.files = 40, .files_done = 12, .runs = 300, .runs_done = 100}), "12 of 40 files");
  EXPECT_EQ(progress_note({.files = 1, .files_failed = 1}), "0 of 1 files, 1 failed");
}

}  // namespace
}  // namespace sentinel::analysis
