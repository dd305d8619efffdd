// The rules of the code that a compiler does not check: layers, determinism, and how files look.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "tests/support/documentation.h"

namespace sentinel {
namespace {

namespace fs = std::filesystem;
using testing::IsEmpty;

using test::kRoot;
const std::vector<std::string> kCode{"model", "sim", "analysis"};
const std::vector<std::string> kAll{"model", "sim", "analysis", "bench", "tests"};

struct SourceFile {
  std::string path;  // from the root
  std::vector<std::string> lines;

  bool is_header() const { return path.ends_with(".h"); }
};

std::vector<SourceFile> sources(const std::vector<std::string>& folders) {
  std::vector<SourceFile> files;
  for (const std::string& folder : folders) {
    if (!fs::exists(kRoot / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator{kRoot / folder}) {
      const std::string extension = entry.path().extension();
      if (extension != ".h" && extension != ".cc") continue;
      const std::string path = fs::relative(entry.path(), kRoot).generic_string();
      files.push_back({path, test::project_lines(path)});
    }
  }
  std::ranges::sort(files, {}, &SourceFile::path);
  return files;
}

// What is included, with its quotes or brackets, in order.
std::vector<std::string> includes_of(const SourceFile& file) {
  static const std::regex include{R"(\s*#\s*include\s*([<"][^>"]+[>"]).*)"};
  std::vector<std::string> includes;
  for (const std::string& line : file.lines) {
    if (std::smatch match; std::regex_match(line, match, include)) includes.push_back(match[1]);
  }
  return includes;
}

std::string without_comment(const std::string& line) { return line.substr(0, line.find("//")); }

// --- layers -------------------------------------------------------------------------------------------------

struct Layer {
  std::string folder;
  std::string project;   // own headers that it may include
  std::string external;  // other headers: regular expressions without the brackets
  std::string why;
};

const std::string kStandard = "[a-z_0-9]+";

// The chain model <- sim <- analysis <- analysis/cli, and what each may use from outside.
TEST(CodeRules, LayersFormAChain) {
  const std::vector<Layer> layers{
      {"model", "model/.*", kStandard + "|boost/container/.*",
       "the protocol knows no simulation, no JSON, no operating system"},
      {"sim", "(model|sim)/.*", kStandard + "|boost/.*|nlohmann/.*",
       "the simulator knows no statistics and no operating system"},
      {"analysis", "(model|sim|analysis)/.*", ".*", "only the program itself may use its command line"},
  };
  for (const Layer& layer : layers) {
    const std::regex allowed{"\"(" + layer.project + ")\"|<(" + layer.external + ")>"};
    for (const SourceFile& file : sources({layer.folder})) {
      const bool is_program = file.path.starts_with("analysis/cli/");
      for (const std::string& include : includes_of(file)) {
        const bool fits = std::regex_match(include, allowed) && (is_program || !include.starts_with("\"analysis/cli/"));
        EXPECT_TRUE(fits) << file.path << " includes " << include << ", but " << layer.why;
      }
    }
  }
}

std::string folder_of(const std::string& path) { return fs::path{path}.parent_path().generic_string(); }

// Folders use each other in one direction: there is one that uses no other, then one that uses only that, and so on.
TEST(CodeRules, FoldersFormNoCircle) {
  std::map<std::string, std::set<std::string>> uses;
  for (const SourceFile& file : sources(kCode)) {
    const std::string folder = folder_of(file.path);
    uses[folder];
    for (const std::string& include : includes_of(file)) {
      const std::string used = folder_of(include.substr(1));
      if (include.front() == '"' && used != folder) uses[folder].insert(used);
    }
  }
  while (!uses.empty()) {
    const auto next = std::ranges::find_if(uses, [&](const auto& folder) {
      return std::ranges::none_of(folder.second, [&](const std::string& used) { return uses.contains(used); });
    });
    ASSERT_NE(next, uses.end()) << "a circle: " << testing::PrintToString(uses);
    uses.erase(next);
  }
}

// --- determinism --------------------------------------------------------------------------------------------

struct Ban {
  std::regex pattern;
  std::string why;
};

// In model/ and sim/ nothing may depend on the machine, the library, the address space or the moment.
TEST(CodeRules, NothingIsLeftToChance) {
  const auto any = [](const char* pattern) { return std::regex{pattern, std::regex::optimize}; };
  const std::vector<Ban> bans{
      {any(R"(\bs?rand\s*\(|random_device|<random>|mt19937|std::\w+_distribution\b)"),
       "chance comes from model::Random, which is a value and equal everywhere"},
      {any(R"(\bunordered_(map|set|multi)|std::hash\b)"), "the order of hash tables depends on the library"},
      {any(R"((system|steady|high_resolution)_clock|\btime\s*\((nullptr|NULL|0|&)|\bclock\s*\(\)|gettimeofday|\blocaltime|\bmktime)"),
       "time is an input, not something to look up"},
      {any(R"(\b(float|double)\b)"), "floating point depends on compiler and processor; times and shares are integers"},
      {any(R"(std::(multi)?(map|set)<[^,<>]*\*\s*[,>]|std::less<[^<>]*\*>|uintptr_t)"),
       "the order of addresses differs from run to run"},
      {any(R"(\bgetenv\b|__DATE__|__TIME__|setlocale)"), "a run depends on its scenario and seed only"},
      {any(R"(\bthread_local\b|<(thread|mutex|atomic|future|condition_variable)>)"),
       "a run is a value of one thread; threads are the business of analysis/"},
  };
  for (const SourceFile& file : sources({"model", "sim"})) {
    for (std::size_t i = 0; i < file.lines.size(); ++i) {
      const std::string code = without_comment(file.lines[i]);
      for (const Ban& ban : bans) {
        EXPECT_FALSE(std::regex_search(code, ban.pattern)) << file.path << ":" << i + 1 << ": " << file.lines[i] << "\n"
                                                           << ban.why;
      }
    }
  }
}

// --- files --------------------------------------------------------------------------------------------------

// A header begins by saying what it is about, and is guarded by `#pragma once`.
TEST(CodeRules, HeadersIntroduceThemselves) {
  for (const SourceFile& file : sources(kAll)) {
    if (!file.is_header()) continue;
    ASSERT_FALSE(file.lines.empty()) << file.path;
    EXPECT_TRUE(file.lines.front().starts_with("// ")) << file.path << ": the first line says which concept it holds";
    const auto code = std::ranges::find_if(file.lines, [](const std::string& line) { return !line.starts_with("//"); });
    EXPECT_TRUE(code != file.lines.end() && *code == "#pragma once") << file.path << ": the first code is #pragma once";
  }
}

// A file that is longer holds more than one thing.
TEST(CodeRules, FilesAreShort) {
  constexpr std::size_t kMostLines = 500;
  for (const SourceFile& file : sources(kAll))
    EXPECT_LE(file.lines.size(), kMostLines) << file.path << " should be split";
}

// A header needs no other header before it: some source includes it first, or it compiles alone.
TEST(CodeRules, HeadersAreSelfContained) {
  std::set<std::string> first;
  for (const SourceFile& file : sources(kAll)) {
    const std::vector<std::string> includes = includes_of(file);
    if (!file.is_header() && !includes.empty()) first.insert(includes.front());
  }
  for (const SourceFile& file : sources(kCode)) {
    const std::string quoted = "\"" + file.path + "\"";
    if (!file.is_header() || first.contains(quoted)) continue;
    const std::string command =
        "echo '#include " + quoted + "' | c++ -std=c++20 -fsyntax-only -I '" + kRoot.string() + "' -x c++ -";
    EXPECT_EQ(std::system(command.c_str()), 0) << file.path << " does not compile alone";
  }
}

// The top folder is what a visitor sees first: nothing that could live deeper.
TEST(CodeRules, TheTopFolderIsTidy) {
  const std::set<std::string> allowed{
      "CMakeLists.txt", "CMakePresets.json", "README.md", "CHANGELOG.md", "LICENSE", "model", "sim",
      "scenarios",      "analysis",          "bench",     "tests",        "build"};
  std::vector<std::string> others;
  for (const auto& entry : fs::directory_iterator{kRoot}) {
    const std::string name = entry.path().filename();
    if (!name.starts_with(".") && !allowed.contains(name)) others.push_back(name);
  }
  EXPECT_THAT(others, IsEmpty());
}

// A project stands for itself: no file speaks of what lies beside it on the machine where it was written.
TEST(CodeRules, NothingPointsOutside) {
  const std::vector<std::string> outside{std::string{".."} + "/shared", std::string{"/work"} + "/"};
  for (const auto& entry : fs::recursive_directory_iterator{kRoot}) {
    const std::string path = fs::relative(entry.path(), kRoot).generic_string();
    if (path == ".git" || path.starts_with(".git/") || path.starts_with("build/") || !entry.is_regular_file()) continue;
    if (path.find("node_modules/") != std::string::npos) continue;  // not ours
    const std::string text = test::project_text(path);
    for (const std::string& word : outside)
      EXPECT_EQ(text.find(word), std::string::npos) << path << " mentions " << word;
  }
}

}  // namespace
}  // namespace sentinel
