// Mistakes that users make in scenario files: what the reader says, and what the schema says of them.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "analysis/check/check.h"
#include "sim/bad_input.h"
#include "sim/reader/scenario_reader.h"
#include "tests/support/documentation.h"
#include "tests/support/shell.h"

namespace sentinel {
namespace {

namespace fs = std::filesystem;

using test::kRoot;

const fs::path kBroken = kRoot / "tests" / "data" / "broken";

// A scenario with one mistake. Beside it stands a .txt: the message of the reader, in which `…` stands for a list that
// grows with the program, and perhaps a second line, why a schema cannot know.
struct BrokenScenario {
  fs::path file;
  std::string text;
  std::string message{};
  std::string beyond_schema{};
};

void PrintTo(const BrokenScenario& broken, std::ostream* out) { *out << broken.file.filename(); }

std::vector<BrokenScenario> broken_scenarios() {
  std::vector<BrokenScenario> all;
  for (const fs::path& file : analysis::scenario_files(kBroken)) {
    BrokenScenario& broken = all.emplace_back(BrokenScenario{.file = file, .text = test::project_text(file.string())});
    std::ifstream lines{fs::path{file}.replace_extension(".txt")};
    std::getline(lines, broken.message);
    std::getline(lines, broken.beyond_schema);
  }
  return all;
}

// What a JSON Schema validator says of each file: "ok", or why not.
std::map<fs::path, std::string> schema_verdicts(const std::vector<fs::path>& files) {
  std::string command = "/usr/bin/python3 '" + (kRoot / "tests/support/schema_verdicts.py").string() + "' '" +
                        (kRoot / "scenarios/schema.json").string() + "'";
  for (const fs::path& file : files) command += " '" + file.string() + "'";
  command += " 2>&1";
  std::map<fs::path, std::string> verdicts;
  std::istringstream lines{test::shell(command).output};
  for (std::string line; std::getline(lines, line);) {
    const std::size_t tab = line.find('\t');
    if (tab == std::string::npos) {
      ADD_FAILURE() << line;
    } else {
      verdicts[line.substr(0, tab)] = line.substr(tab + 1);
    }
  }
  EXPECT_EQ(verdicts.size(), files.size());
  return verdicts;
}

class BrokenScenarios : public testing::TestWithParam<BrokenScenario> {};

// The reader says exactly what stands beside the file, in one line with file, line and place.
TEST_P(BrokenScenarios, AreToldInOneLine) {
  const BrokenScenario& broken = GetParam();
  ASSERT_NE(broken.message, "");
  const std::string dots = "…";
  try {
    sim::parse_scenario(broken.text, broken.file.filename());
    FAIL() << "no error";
  } catch (const sim::BadInput& bad) {
    if (broken.message.ends_with(dots)) {
      EXPECT_THAT(bad.what(), testing::StartsWith(broken.message.substr(0, broken.message.size() - dots.size())));
    } else {
      EXPECT_EQ(bad.what(), broken.message);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(All, BrokenScenarios, testing::ValuesIn(broken_scenarios()),
                         [](const auto& test) { return test.param.file.stem().string(); });

// An editor that knows the schema marks every mistake, but for those that no schema can see.
TEST(Schema, RejectsBrokenScenarios) {
  const std::vector<BrokenScenario> all = broken_scenarios();
  std::vector<fs::path> files;
  for (const BrokenScenario& broken : all) files.push_back(broken.file);
  std::map<fs::path, std::string> verdicts = schema_verdicts(files);
  int rejected = 0;
  for (const BrokenScenario& broken : all) {
    const bool accepted = verdicts[broken.file] == "ok";
    rejected += accepted ? 0 : 1;
    EXPECT_EQ(accepted, broken.beyond_schema.starts_with("beyond a schema: "))
        << broken.file << ": " << verdicts[broken.file];
  }
  EXPECT_GE(rejected, 30);
}

// Each scenario of the library is valid for editors too.
TEST(Schema, AcceptsTheLibrary) {
  const std::vector<fs::path> files = analysis::scenario_files(kRoot / "scenarios");
  for (const auto& [file, verdict] : schema_verdicts(files)) EXPECT_EQ(verdict, "ok") << file;
}

}  // namespace
}  // namespace sentinel
