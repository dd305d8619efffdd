// How large a scenario may be, and where it may lie.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "tests/sim/reader/error_of.h"

namespace sentinel::sim {
namespace {

// --- limits -----------------------------------------------------------------------------------------------

// Nesting is refused at its limit, without using the stack.
TEST(ScenarioLimits, RefuseDeepNesting) {
  EXPECT_EQ(
      error_of(std::string(64, '[')),
      "x.json:1: is no valid JSON: syntax error while parsing value - unexpected end of input; expected '[', '{', or a "
      "literal");
  EXPECT_EQ(error_of(std::string(1'000'000, '[')), "x.json:1: is nested deeper than 64 levels");
}

// The number of values bounds the memory.
TEST(ScenarioLimits, RefuseManyValues) {
  std::string list = "[0";
  for (int i = 0; i < 1'000'000; ++i) list += ",0";
  EXPECT_EQ(error_of(list), "x.json:1: has more than the 1000000 JSON values that are read");
}

// A text is refused by its size, before it is looked at.
TEST(ScenarioLimits, RefuseLargeTexts) {
  EXPECT_EQ(error_of(std::string((16U << 20U) + 1, '{')),
            "x.json: is larger than the 16 MiB that are read (16777217 bytes)");
}

// A great many wrong keys cost no more than their number.
TEST(ScenarioLimits, RefuseManyKeysFast) {
  std::string object = "{\"a\":1";
  for (int i = 0; i < 100'000; ++i) object += ",\"k" + std::to_string(i) + "\":1";
  EXPECT_EQ(error_of(object + "}").substr(0, 40), "x.json:1: /a: unknown field of a scenari");
}

// One line may be there for many nodes, which all have to read it.
TEST(ScenarioLimits, RefuseManyDirectives) {
  std::string lines = "\"\"";
  for (int i = 0; i < 100; ++i) lines += ",\"\"";
  EXPECT_EQ(error_of(R"({"about": "x", "until": "1s", "cluster": {"quorum": 1, "replicas": 3000, "data-conf": [)" +
                     lines + "]}}"),
            "x.json:1: /cluster: the nodes together have more than 200000 lines of configuration");
}

// --- files ------------------------------------------------------------------------------------------------

class ScenarioFiles : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::temp_directory_path() / ("sentinel-sim-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path write(const std::string& name, std::string_view text) const {
    const std::filesystem::path file = folder_ / name;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file, std::ios::binary) << text;
    return file;
  }

  std::filesystem::path folder_;
};

// What is not there, or is no file, is named.
TEST_F(ScenarioFiles, MustBeFiles) {
  EXPECT_EQ(error_in(folder_ / "none.json"), (folder_ / "none.json").string() + ": no such file");
  EXPECT_EQ(error_in(folder_), folder_.string() + ": is a folder: expected a file");
}

// A file of 100 MB is not even opened.
TEST_F(ScenarioFiles, MustNotBeHuge) {
  const std::filesystem::path file = write("huge.json", "{");
  std::filesystem::resize_file(file, 100'000'000);
  EXPECT_EQ(error_in(file), file.string() + ": is larger than the 16 MiB that are read (100000000 bytes)");
}

// A configuration beside the scenario is read as Redis reads it, with the line ends of any system.
TEST_F(ScenarioFiles, MayNameConfigurations) {
  write("conf/s1.conf",
        "# written by hand\r\nsentinel down-after-milliseconds m 5000\r\n\r\nsentinel monitor m ::1 7000 1");
  const std::filesystem::path file = write("x.json", R"({"about": "x", "until": "1s", "nodes": {
      "S1": {"address": "[::1]:5000", "conf-file": "conf/s1.conf", "conf": ["sentinel failover-timeout m 7000"]}}})");
  const Scenario scenario = read_scenario(file);
  const auto& master = std::get<model::SentinelConfig>(scenario.nodes.at(0).config).masters.at(0);
  EXPECT_EQ(master.down_after, model::Millis{5'000});
  EXPECT_EQ(master.failover_timeout, model::Millis{7'000});
}

// An error in a configuration names that file and its line.
TEST_F(ScenarioFiles, HaveErrorsWhereTheyAre) {
  write("r1.conf", "port 7000\n\nreplica-prority 1\n");
  const std::filesystem::path file = write(
      "x.json", R"({"about": "x", "until": "1s", "nodes": {"R1": {"address": "a:7000", "conf-file": "r1.conf"}}})");
  EXPECT_EQ(error_in(file), (folder_ / "r1.conf").string() +
                                ":3: 'replica-prority 1': unknown directive 'replica-prority' of a "
                                "data node (did you mean 'replica-priority'?)");
}

}  // namespace
}  // namespace sentinel::sim
