// What clients are told: every scenarios/**/*.txt is a call of the program, and what it must print.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

namespace sentinel {
namespace {

namespace fs = std::filesystem;

const std::string kPrompt = "$ sentinel-sim ";

std::string output_of(const std::string& arguments) {
  const std::string command = "cd '" SENTINEL_SIM_SOURCE_DIR "' && '" SENTINEL_SIM_PROGRAM "' " + arguments + " 2>&1";
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> pipe{popen(command.c_str(), "r"), pclose};
  std::string text;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe.get()))
    text.append(buffer.data(), size);
  return text;
}

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
    const std::string printed = output_of(call.substr(kPrompt.size()));
    if (std::getenv("UPDATE_GOLDEN") != nullptr) {
      std::ofstream{file} << call << '\n' << printed;
    } else {
      EXPECT_EQ(expected.str(), printed) << file;
    }
  }
}

}  // namespace
}  // namespace sentinel
