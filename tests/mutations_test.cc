// The mutations that measure the scenario library (tests/mutations) are up to date with the model.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include "tests/support/documentation.h"

namespace sentinel {
namespace {

namespace fs = std::filesystem;

using test::kRoot;

std::vector<fs::path> patches() {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator{kRoot / "tests" / "mutations"}) {
    if (entry.path().extension() == ".patch") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

// Each patch still finds the lines that it breaks: a change of the model takes its mutations along.
TEST(Mutations, StillApply) {
  for (const fs::path& patch : patches()) {
    const std::string command = "git -C '" + kRoot.string() + "' apply --check '" + patch.string() + "'";
    EXPECT_EQ(std::system(command.c_str()), 0) << patch.filename();
  }
}

// Each says in its first line which rule it breaks, breaks only code of the model, and has a number of its own.
TEST(Mutations, NameTheirRule) {
  std::set<std::string> numbers;
  for (const fs::path& patch : patches()) {
    std::ifstream in{patch};
    std::string rule;
    std::getline(in, rule);
    EXPECT_TRUE(rule.ends_with(".") && !rule.starts_with("-")) << patch.filename() << ": " << rule;
    for (std::string line; std::getline(in, line);) {
      if (!line.starts_with("+++ ")) continue;
      EXPECT_TRUE(line.starts_with("+++ b/model/")) << patch.filename() << ": " << line;
    }
    const std::string name = patch.filename();
    EXPECT_TRUE(numbers.insert(name.substr(0, name.find('_'))).second) << name << ": another has its number";
  }
  EXPECT_GE(numbers.size(), 28U);
}

}  // namespace
}  // namespace sentinel
