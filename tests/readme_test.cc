// The READMEs are the front door: their commands do what they show, their links lead somewhere.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <vector>

#include "sim/event_text.h"
#include "tests/support/documentation.h"
#include "tests/support/shell.h"

namespace sentinel {
namespace {

namespace fs = std::filesystem;

const std::string kFrontDoor = "README.md";

struct Example {
  std::string command;
  std::string expected;  // what is printed; `…` stands for any text, as a line for any lines
};

std::string with_wildcards(std::string line) {
  const std::string dots = "…";
  for (auto at = line.find(dots); at != std::string::npos; at = line.find(dots)) line.replace(at, dots.size(), "*");
  return line;
}

// Commands of all blocks marked `console`: lines that begin with `$ `, each with the output below it.
std::vector<Example> examples_of(const std::string& file) {
  std::vector<Example> examples;
  bool in_block = false;
  for (const std::string& line : test::project_lines(file)) {
    if (line.starts_with("```")) {
      in_block = line == "```console";
    } else if (in_block && line.starts_with("$ ")) {
      examples.push_back({line.substr(2), ""});
    } else if (in_block && !examples.empty()) {
      examples.back().expected += line == "…" ? "*" : with_wildcards(line) + "\n";
    }
  }
  return examples;
}

// Every shown call of the program prints what stands below it.
TEST(Readme, ExamplesPrintWhatIsShown) {
  int run = 0;
  for (const std::string& file : test::readmes()) {
    for (const Example& example : examples_of(file)) {
      const std::string program = "sentinel-sim ";
      if (!example.command.starts_with(program)) continue;
      const std::string arguments = example.command.substr(program.size());
      const std::string output = test::run_program(arguments + " 2>&1").output;
      EXPECT_TRUE(sim::matches_glob(example.expected, output)) << file << ": " << example.command << "\nshown:\n"
                                                               << example.expected << "\nprinted:\n"
                                                               << output;
      ++run;
    }
  }
  EXPECT_GT(run, 3);
}

// The two commands that a reader types first stand there as CI types them.
TEST(Readme, HasTheTwoCommands) {
  const std::string text = test::project_text(kFrontDoor);
  EXPECT_NE(text.find("\nbash .ci/setup && cmake --workflow --preset demo\n"), std::string::npos);
  EXPECT_NE(text.find("\nbash .ci/setup && cmake --workflow --preset test\n"), std::string::npos);
}

// The first scenario is one that a reader can copy: it passes as it stands there.
TEST(Readme, ShowsAScenarioThatPasses) {
  std::string scenario;
  bool in_block = false;
  for (const std::string& line : test::project_lines(kFrontDoor)) {
    if (in_block && line == "```") break;
    if (in_block) scenario.append(line).append("\n");
    in_block = in_block || line == "```json";
  }
  const std::string file = testing::TempDir() + "first_scenario.json";
  std::ofstream{file} << scenario;
  const test::Outcome outcome = test::run_program("check '" + file + "' --seeds 20");
  EXPECT_EQ(outcome.status, 0) << outcome.output;
}

// A front door is not a book.
TEST(Readme, IsShort) { EXPECT_LT(test::project_lines(kFrontDoor).size(), 300U); }

// Links in Markdown, outside of blocks of code, that are not addresses in the web.
std::vector<std::string> links_of(const std::string& file) {
  static const std::regex kLink{R"(\]\(([^)\s]+)\))"};
  std::vector<std::string> links;
  bool in_block = false;
  for (const std::string& line : test::project_lines(file)) {
    if (line.starts_with("```")) in_block = !in_block;
    if (in_block) continue;
    for (std::sregex_iterator match{line.begin(), line.end(), kLink}; match != std::sregex_iterator{}; ++match) {
      if (const std::string link = (*match)[1]; link.find("://") == std::string::npos) links.push_back(link);
    }
  }
  return links;
}

// How a heading is named in a link: `## What it costs, in short` is `what-it-costs-in-short`.
std::string anchor_of(const std::string& heading) {
  std::string anchor;
  for (const char letter : heading.substr(heading.find(' ') + 1)) {
    if (letter == ' ') {
      anchor += '-';
    } else if (std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-') {
      anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
    }
  }
  return anchor;
}

bool has_anchor(const std::string& file, const std::string& anchor) {
  for (const std::string& line : test::project_lines(file)) {
    if (line.starts_with("#") && anchor_of(line) == anchor) return true;
  }
  return false;
}

// Where a link of a file leads, from the top folder; itself, if it only has an anchor.
std::string target_of(const std::string& file, const std::string& link) {
  const std::string path = link.substr(0, link.find('#'));
  return path.empty() ? file : (fs::path{file}.parent_path() / path).lexically_normal().generic_string();
}

// What a README links to is there, and has the heading that is meant.
TEST(Readme, LinksLeadSomewhere) {
  for (const std::string& file : test::readmes()) {
    for (const std::string& link : links_of(file)) {
      const std::string target = target_of(file, link);
      EXPECT_TRUE(fs::exists(fs::path{SENTINEL_SIM_SOURCE_DIR} / target)) << file << ": " << link;
      const std::size_t hash = link.find('#');
      if (hash == std::string::npos) continue;
      EXPECT_TRUE(has_anchor(target, link.substr(hash + 1))) << file << ": " << link;
    }
  }
}

// What goes deeper is one click away.
TEST(Readme, LinksToAllOthers) {
  std::vector<std::string> targets{kFrontDoor};
  for (const std::string& link : links_of(kFrontDoor)) targets.push_back(target_of(kFrontDoor, link));
  for (const std::string& file : test::readmes()) EXPECT_THAT(targets, testing::Contains(file));
}

}  // namespace
}  // namespace sentinel
