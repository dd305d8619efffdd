// What clients are told: every scenarios/**/*.txt is a call of the program, and what it must print.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/shell.h"

namespace sentinel {
namespace {

namespace fs = std::filesystem;

const std::string kPrompt = "$ sentinel-sim ";

std::vector<fs::path> told_files() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator{SENTINEL_SIM_SOURCE_DIR "/scenarios"}) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

// Layout, names, order and values are those of the file; UPDATE_GOLDEN=1 writes it anew.
TEST(Told, FilesHoldWhatIsPrinted) {
  const std::vector<fs::path> files = told_files();
  EXPECT_GE(files.size(), 6U);
  for (const fs::path& file : files) {
    std::ifstream in{file};
    std::string call;
    std::getline(in, call);
    ASSERT_TRUE(call.starts_with(kPrompt)) << file << " does not begin with a call of the program";
    std::ostringstream expected;
    expected << in.rdbuf();
    const std::string printed = test::run_program(call.substr(kPrompt.size()) + " 2>&1").output;
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
      std::ofstream{file} << call << '\n' << printed;
    } else {
      EXPECT_EQ(expected.str(), printed) << file;
    }
  }
}

}  // namespace
}  // namespace sentinel
