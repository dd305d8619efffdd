// `sentinel-sim check` as a program: which files it takes, and its exit codes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/support/shell.h"

namespace sentinel {
namespace {

using test::Outcome;
using test::run_program;
using test::shell;
using testing::AllOf;
using testing::ContainsRegex;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

Outcome check(const std::string& arguments) { return run_program("check " + arguments + " 2>&1"); }

// A text in the path, or a pattern of all of it.
TEST(CheckCommand, TakesOnlyWhatTheFilterMatches) {
  for (const std::string filter : {"slave_down", "'*documented/slave_d*'"}) {
    const Outcome outcome = check("scenarios/documented --seeds 1 --filter " + filter);
    EXPECT_EQ(outcome.status, 0);
    EXPECT_THAT(outcome.output, AllOf(HasSubstr("ok    scenarios/documented/slave_down.json  1 seed, "),
                                      EndsWith("1 of 1 scenarios passed\n")))
        << filter;
  }
  const Outcome none = check("scenarios/documented --filter 'slave_d*'");
  EXPECT_EQ(none.status, 2);
  EXPECT_EQ(none.output, "sentinel-sim: --filter 'slave_d*' matches none of the scenario files\n");
}

// What is no terminal gets no line that is rewritten; a failure has its exit code, bad input another.
TEST(CheckCommand, TellsHowItWent) {
  const Outcome failed = check("tests/data/losing.json scenarios/documented/slave_up.json --seeds 2");
  EXPECT_EQ(failed.status, 1);
  EXPECT_THAT(failed.output, AllOf(HasSubstr("FAIL  tests/data/losing.json  2 seeds, "),
                                   HasSubstr("1 of 2 scenarios passed\n"), Not(HasSubstr("\r"))));
  const Outcome broken = check("tests/data/losing.json tests/data/broken.json --seeds 2");
  EXPECT_EQ(broken.status, 2);
  EXPECT_THAT(broken.output,
              HasSubstr("FAIL  tests/data/broken.json\n      tests/data/broken.json:5: /steps/0/node: "));
}

std::string on_a_terminal(const std::string& arguments, const std::string& before = "") {
  return shell("cd '" SENTINEL_SIM_SOURCE_DIR "' && " + before + "script -qec '\"" SENTINEL_SIM_PROGRAM "\" " +
               arguments + "' /dev/null")
      .output;
}

// On a terminal what passed is only counted.
TEST(CheckCommand, ListsOnATerminalWhatFailed) {
  const std::string output = on_a_terminal("check scenarios/documented/slave_up.json --seeds 5");
  EXPECT_THAT(output, AllOf(HasSubstr("1 of 1 scenarios passed"), Not(HasSubstr("ok "))));
}

// What takes long says there, in one line that is written again and again, how far it is, how fast, and what is left.
TEST(CheckCommand, RewritesOneLineOnATerminal) {
  const std::string output =
      on_a_terminal("check scenarios/documented/slave_up.json --seeds 100000", "timeout -s KILL 2 ");
  EXPECT_THAT(output, ContainsRegex("[0-9]+ of 100001 runs, [0-9]+ %, [0-9]+/s, [0-9]+ (s|min|h) left, 0 of 1 files"));
  EXPECT_THAT(output, HasSubstr("\r\x1b[K"));
}

}  // namespace
}  // namespace sentinel
