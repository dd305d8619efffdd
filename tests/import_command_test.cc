// `sentinel-sim import` and `export` as a program: exit codes, what goes where, and one clear line for each mistake.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <filesystem>
#include <string>
#include <utility>

#include "tests/support/shell.h"

namespace sentinel {
namespace {

using test::Outcome;
using test::run_program;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

// What is missing or unknown is named, with what would be right.
TEST(ImportCommand, TellsWhatIsWrong) {
  const std::string file = "tests/data/conf/debian/sentinel.conf";
  const std::array<std::pair<std::string, std::string>, 9> mistakes{{
      {"import", "import needs the configuration file of each process"},
      {"import tests/data/conf/none.conf", "tests/data/conf/none.conf: no such file"},
      {"import " + file + " --down mymastre", "(did you mean 'mymaster'?)"},
      {"import " + file + " --profile redis-7", "--profile 'redis-7' is not known (did you mean 'redis-7."},
      {"import " + file + " --replicas 1000", "--replicas: expected at most 100"},
      {"import " + file + " " + file, file + " is there twice: each file is one process"},
      {"import " + file + " --out /dev/null/x", "--out '/dev/null/x' cannot be written"},
      {"export scenarios/failover/master_down.json", "export needs --out, such as --out build/conf"},
      {"export scenarios/failover/master_down.json --out /dev/null/x", "--out '/dev/null/x': Not a directory"},
  }};
  for (const auto& [arguments, message] : mistakes) {
    const Outcome outcome = run_program(arguments + " 2>&1 >/dev/null");
    EXPECT_EQ(outcome.status, 2) << arguments;
    EXPECT_THAT(outcome.output, HasSubstr("sentinel-sim: ")) << arguments;
    EXPECT_THAT(outcome.output, HasSubstr(message)) << arguments;
  }
}

// What is exported can be imported, and the scenario runs; files that are there already are left alone.
TEST(ImportCommand, RunsWhatWasExported) {
  const std::filesystem::path folder = std::filesystem::path{testing::TempDir()} / "exported";
  std::filesystem::remove_all(folder);
  const std::string name = "'" + folder.string() + "'";
  const std::string exporting = "export scenarios/failover/master_down.json --at 30s --out " + name;
  EXPECT_EQ(run_program(exporting).status, 0);
  const Outcome again = run_program(exporting + " 2>&1");
  EXPECT_EQ(again.status, 2);
  EXPECT_THAT(again.output, HasSubstr("R1.conf is there already"));

  const std::string scenario = "'" + (folder / "again.json").string() + "'";
  const Outcome imported = run_program("import " + name + "/*.conf --out " + scenario);
  EXPECT_EQ(imported.status, 0);
  EXPECT_THAT(imported.output, IsEmpty());
  const Outcome checked = run_program("check " + scenario + " --seeds 5");
  EXPECT_EQ(checked.status, 0) << checked.output;
  std::filesystem::remove_all(folder);
}

// The scenario alone goes to the standard output.
TEST(ImportCommand, PrintsTheScenario) {
  const Outcome outcome =
      run_program("import tests/data/conf/odd/redis-a.conf tests/data/conf/odd/sentinel-a.conf 2>/dev/null");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.output, StartsWith("{\n  \"about\": \"The master of cache dies. "));
}

}  // namespace
}  // namespace sentinel
