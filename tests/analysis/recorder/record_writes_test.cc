// Clients that write while real Redis is recorded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hiredis/hiredis.h>

#include <algorithm>

#include "analysis/compare/recorded_scenario.h"
#include "analysis/compare/recording.h"
#include "analysis/recorder/writer.h"
#include "tests/analysis/compare/recording_fixture.h"

namespace sentinel::analysis::recorder {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Ge;
using testing::Le;

std::int64_t size_on_the_wire(const std::vector<std::string>& words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string& word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  char* formatted = nullptr;
  const long long size = redisFormatCommandArgv(&formatted, static_cast<int>(words.size()), texts.data(), sizes.data());
  redisFreeCommand(formatted);
  return size;
}

// A write has the size that the scenario says, whatever its number; only where one more digit in a length adds two
// bytes at once it is one less.
TEST(RecordWrites, HaveTheirSize) {
  for (const std::int64_t bytes : {40, 41, 129, 131, 540, 100'000}) {
    for (const std::uint64_t number : {1U, 42U, 1'234'567'890U}) {
      const std::vector<std::string> words = write_command("w1", number, bytes);
      EXPECT_EQ(size_on_the_wire(words), bytes) << number;
      EXPECT_EQ(number_of(words.back()), number);
    }
  }
  EXPECT_EQ(size_on_the_wire(write_command("w1", 1, 130)), 129);
}

std::int64_t offset_of(const Json& node) { return std::stoll(node["master_repl_offset"].get<std::string>()); }

// Clients of a data node and of a sentinel write at their rates and for their time, what they write goes through the
// replication stream in the sizes of the scenario, and `compare` reads the same steps again. A replica refuses.
TEST_F(Recording, OfWriters) {
  const Json recording = record_one(scenario(cluster(18'100, 16'100),
                                             R"({"at": "500ms", "do": "write", "node": "R1", "rate": 50, "size": 540,
                                                 "for": "3s"},
                                                {"at": "500ms", "do": "write", "via": "S1", "rate": 20},
                                                {"at": "1s", "do": "write", "node": "R2", "rate": 10, "for": "1s"})",
                                             "4s"));
  EXPECT_EQ(recording["scenario"]["actions"], Json::parse(R"(
      [{"t_ms": 500, "do": "write", "name": "w1", "target": "R1", "rate": 50, "size": 500},
       {"t_ms": 3500, "do": "stopwrite", "name": "w1"},
       {"t_ms": 500, "do": "write", "name": "w2", "via": "S1", "rate": 20},
       {"t_ms": 1000, "do": "write", "name": "w3", "target": "R2", "rate": 10},
       {"t_ms": 2000, "do": "stopwrite", "name": "w3"}])"));
  EXPECT_EQ(recording["actions"][0]["writer"], "w1");

  const Json& writers = recording["final"]["writers"];
  const std::int64_t by_data_node = writers["w1"]["acked"];
  const std::int64_t by_sentinel = writers["w2"]["acked"];
  // Both ends of the period may see a write: 50 a second in 3 s are at most 151. A busy machine writes fewer.
  EXPECT_THAT(by_data_node, AllOf(Ge(40), Le(151)));
  EXPECT_THAT(by_sentinel, AllOf(Ge(15), Le(75)));
  EXPECT_THAT(writers["w3"]["acked"].get<int>(), 0);
  EXPECT_THAT(writers["w3"]["errors"]["READONLY"]["count"].get<int>(), AllOf(Ge(2), Le(11)));
  EXPECT_EQ(writers["w1"]["acked_lost"], 0);
  EXPECT_EQ(writers["w2"]["final_master"], "R1");
  EXPECT_EQ(writers["w2"]["targets"][0][1], "R1");
  const std::int64_t written = by_data_node * 540 + by_sentinel * 40;
  const std::int64_t moved =
      offset_of(recording["final"]["nodes"]["R1"]) - offset_of(recording["topology_at_start"]["R1"]);
  EXPECT_THAT(moved, AllOf(Ge(written), Le(written + 2'000)));  // PINGs and hellos, too

  std::vector<sim::WriteStep> steps;
  const auto again = scenario_of(read_recording(folder_.path() / "short" / "01.json")).scenario;
  for (const sim::Step& step : again->steps) {
    if (const auto* const write = std::get_if<sim::WriteStep>(&step.action)) steps.push_back(*write);
  }
  ASSERT_EQ(steps.size(), 3U);
  const auto client = [&](const sim::WriteStep& step) {
    return std::get<model::ClientConfig>(again->node(step.client).config);
  };
  EXPECT_EQ(client(steps[0]).bytes, 540);
  EXPECT_EQ(client(steps[0]).writes, 50);
  EXPECT_THAT(*steps[0].duration, AllOf(Ge(2'500ms), Le(3'500ms)));
  EXPECT_EQ(client(steps[1]).bytes, 40);
  EXPECT_EQ(steps[1].node, sim::NodeId{2});
  EXPECT_FALSE(steps[1].duration);
}

// A master that restarts has lost everything: writes are refused while it is away, and those that it had acknowledged
// are counted as lost, but not those since then.
TEST_F(Recording, OfLostWrites) {
  // Nobody fails over meanwhile, however long the restart takes: the master is down after 30 s. On a busy machine it
  // takes a while until the recorder hears what the sentinel says.
  const std::string nodes =
      R"("cluster": {"replicas": 1, "sentinels": 1, "quorum": 1},
         "nodes": {"R1": {"address": "127.0.0.1:18110"}, "R2": {"address": "127.0.0.1:18111"},
                   "S1": {"address": "127.0.0.1:16110"}})";
  const Json recording = record_one(scenario(nodes,
                                             R"({"at": "2s", "do": "command", "node": "S1",
                                                 "args": ["SENTINEL", "SET", "mymaster", "quorum", "1"]},
                                                {"on": "+set", "do": "write", "node": "R1", "rate": 50, "for": "4s"},
                                                {"on": "+set", "after": "2s", "do": "crash", "node": "R1"},
                                                {"on": "+set", "after": "2500ms", "do": "start", "node": "R1"})",
                                             "9s"));
  ASSERT_TRUE(recording["final"].contains("writers")) << recording["actions"];
  const Json& writer = recording["final"]["writers"]["w1"];
  EXPECT_EQ(writer["final_master"], "R1");
  ASSERT_TRUE(writer["errors"].contains("ConnectionRefusedError")) << writer;
  EXPECT_GT(writer["acked_lost"], 0);
  EXPECT_GT(writer["present_at_end"], 0);
  EXPECT_GE(writer["acked"], writer["acked_lost"]);
  EXPECT_LE(writer["acked"], writer["acked_lost"].get<int>() + writer["present_at_end"].get<int>());
  EXPECT_EQ(writer["lost_first_ack_ms"], writer["first_ack_ms"]);
  EXPECT_LE(writer["lost_last_ack_ms"], recording["actions"][2]["end_ms"]);
  EXPECT_GE(writer["last_ack_ms"], recording["actions"][3]["end_ms"]);

  const auto again = scenario_of(read_recording(folder_.path() / "short" / "01.json")).scenario;
  const auto is_write = [](const sim::Step& step) { return std::holds_alternative<sim::WriteStep>(step.action); };
  ASSERT_EQ(std::ranges::count_if(again->steps, is_write), 1);
  const sim::Step& step = *std::ranges::find_if(again->steps, is_write);
  EXPECT_TRUE(std::holds_alternative<sim::Trigger>(step.when));
  EXPECT_EQ(std::get<sim::WriteStep>(step.action).duration, 4s);
}

}  // namespace
}  // namespace sentinel::analysis::recorder
