// What is installed beside the program knows all that the program does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "model/profile.h"
#include "tests/support/documentation.h"
#include "tests/support/shell.h"

namespace sentinel {
namespace {

using testing::HasSubstr;

const std::string kFolder = SENTINEL_SIM_SOURCE_DIR "/analysis/cli/";

// What stands first in each line of some help that lists it, indented by two.
std::vector<std::string> listed(const std::string& help, const std::string& what) {
  const std::regex row{"  (?:-h \\[ )?(" + what + ").*"};
  std::vector<std::string> words;
  std::istringstream lines{help};
  for (std::string line; std::getline(lines, line);) {
    if (std::smatch match; std::regex_match(line, match, row)) words.push_back(match[1]);
  }
  return words;
}

std::vector<std::string> commands() { return listed(test::run_program("--help").output, "[a-z]+"); }

std::vector<std::string> options_of(const std::string& command) {
  return listed(test::run_program(command + " --help").output, "--[a-z-]+");
}

// What bash completes, one word a line, when this was typed and the cursor is behind it.
std::vector<std::string> completed(const std::string& words) {
  const std::string script =
      "source \"" + kFolder + "completion.bash\"; COMP_WORDS=(\"" SENTINEL_SIM_PROGRAM "\" " + words +
      "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _sentinel_sim; printf \"%s\\n\" \"${COMPREPLY[@]}\"";
  std::istringstream lines{test::shell("bash -c '" + script + "'").output};
  std::vector<std::string> found;
  for (std::string line; std::getline(lines, line);) found.push_back(line);
  return found;
}

std::string manual() {
  const std::string program = "/usr/bin/python3 '" + kFolder + "manual.py' '" SENTINEL_SIM_PROGRAM "' /dev/stdout";
  return std::regex_replace(test::shell(program).output, std::regex{R"(\\-)"}, "-");
}

// The version is that of the project and of the newest changes; with it stand the compiler and all profiles.
TEST(Installation, TellsItsVersion) {
  const std::string output = test::run_program("--version").output;
  std::smatch version;
  ASSERT_TRUE(
      std::regex_search(output, version, std::regex{R"(^sentinel-sim (\d+\.\d+\.\d+)\ncompiler: \w+ [\d.]+\n)"}))
      << output;
  EXPECT_THAT(test::project_text("CMakeLists.txt"), HasSubstr("VERSION " + version[1].str() + " "));
  const std::string changes = test::project_text("CHANGELOG.md");
  EXPECT_EQ(changes.find("\n## "), changes.find("\n## " + version[1].str()));
  for (const model::Profile& profile : model::profiles())
    EXPECT_THAT(output, HasSubstr(" " + std::string{profile.name}));
}

// The manual has a section for each command, with all its options.
TEST(Installation, ManualTellsAllCommands) {
  const std::string text = manual();
  EXPECT_THAT(commands(), testing::SizeIs(testing::Ge(15U)));
  for (const std::string& command : commands()) {
    const std::size_t begin = text.find("\n.SS " + command + "\n");
    ASSERT_NE(begin, std::string::npos) << command;
    const std::string section = text.substr(begin, text.find("\n.S", begin + 1) - begin);
    for (const std::string& option : options_of(command)) EXPECT_THAT(section, HasSubstr(option)) << command;
  }
}

// What is typed is completed to commands, then to options of the command, and to profiles.
TEST(Installation, ShellCompletesAllCommands) {
  EXPECT_THAT(completed(R"("")"), testing::IsSupersetOf(commands()));
  EXPECT_THAT(completed("ch"), testing::ElementsAre("check"));
  for (const std::string& command : commands()) {
    EXPECT_THAT(completed(command + " --"), testing::UnorderedElementsAreArray(options_of(command)));
  }
  EXPECT_THAT(completed("run --profile valkey"), testing::Not(testing::IsEmpty()));
}

}  // namespace
}  // namespace sentinel
