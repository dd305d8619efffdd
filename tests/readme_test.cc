// The README's commands do what it shows.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "sim/event_text.h"
#include "tests/support/shell.h"

namespace sentinel {
namespace {

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
  std::ifstream in{file};
  std::vector<Example> examples;
  bool in_block = false;
  for (std::string line; std::getline(in, line);) {
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
  for (const std::string file : {"README.md", "scenarios/README.md"}) {
    for (const Example& example : examples_of(std::string{SENTINEL_SIM_SOURCE_DIR "/"} + file)) {
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
  std::ifstream in{SENTINEL_SIM_SOURCE_DIR "/README.md"};
  std::ostringstream text;
  text << in.rdbuf();
  EXPECT_NE(text.str().find("\nbash .ci/setup && cmake --workflow --preset demo\n"), std::string::npos);
  EXPECT_NE(text.str().find("\nbash .ci/setup && cmake --workflow --preset test\n"), std::string::npos);
}

}  // namespace
}  // namespace sentinel
