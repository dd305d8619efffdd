// Recordings of real Redis, in short: they take as long as what they record.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "analysis/compare/recorded_scenario.h"
#include "analysis/recorder/process.h"
#include "sim/bad_input.h"
#include "tests/analysis/compare/recording_fixture.h"

namespace sentinel::analysis::recorder {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::UnorderedElementsAre;

bool is_free(int port) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  const bool bound = bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(socket);
  return bound;
}

bool becomes_free(int port) {
  for (int i = 0; i < 200 && !is_free(port); ++i) std::this_thread::sleep_for(10ms);
  return is_free(port);
}

bool no_child_is_left() { return waitpid(-1, nullptr, WNOHANG) == -1 && errno == ECHILD; }

// A busy machine is given this much, in ms: these tests are of what is done, not of how fast.
constexpr double kLate = 1'500;

std::optional<double> time_of(const Json& recording, const std::string& channel) {
  for (const Json& event : recording["events"]) {
    if (event["channel"] == channel) return event["t_ms"].get<double>();
  }
  return std::nullopt;
}

// A master is killed, its only sentinel fails over; the file has all keys, times are those of the scenario, and nothing
// is left behind.
TEST_F(Recording, OfAFailover) {
  const Json recording =
      record_one(scenario(cluster(18'000, 16'000), R"({"at": "3s", "do": "crash", "node": "R1"})", "8s"));

  std::vector<std::string> keys;
  for (const auto& [key, value] : recording.items()) keys.push_back(key);
  EXPECT_THAT(keys,
              ElementsAre("scenario", "run", "server_product", "server_version", "recorded_ms", "stalls", "conf",
                          "topology_at_start", "actions", "events", "notes", "sentinel_log", "node_log", "final"));
  EXPECT_EQ(recording["scenario"]["cold"], true);
  EXPECT_EQ(recording["scenario"]["actions"], Json::parse(R"([{"t_ms": 3000, "do": "kill", "who": ["R1"]}])"));
  EXPECT_GE(recording["actions"][0]["t_ms"], 3'000);
  EXPECT_LE(recording["actions"][0]["t_ms"], 3'000 + kLate);
  EXPECT_EQ(recording["topology_at_start"]["R2"]["role"], "slave");
  EXPECT_EQ(recording["topology_at_start"]["S1"]["runid"], std::string(40, '1'));
  EXPECT_EQ(recording["final"]["processes"]["R1"], "exited -9");
  EXPECT_EQ(recording["final"]["sentinels"]["S1"]["masters"][0]["port"], "18001");
  EXPECT_FALSE(recording["sentinel_log"].empty());

  std::vector<double> times;
  // The first +slave may be said before the recorder has subscribed.
  for (const char* const channel : {"+sdown", "+odown", "+try-failover", "+elected-leader", "+switch-master"}) {
    const auto time = time_of(recording, channel);
    ASSERT_TRUE(time) << channel;
    times.push_back(*time);
  }
  EXPECT_TRUE(std::ranges::is_sorted(times));
  EXPECT_GE(times[0], 3'500);
  EXPECT_TRUE(no_child_is_left());
  for (const int port : {18'000, 18'001, 16'000}) EXPECT_TRUE(is_free(port)) << port;
}

// Commands are answered, a step waits for an event, and a restarted sentinel is subscribed to again.
TEST_F(Recording, OfCommandsAndTriggeredSteps) {
  const Json recording = record_one(scenario(cluster(18'010, 16'010),
                                             R"({"at": "500ms", "do": "command", "node": "S1",
                                                 "args": ["SENTINEL", "CKQUORUM", "mymaster"]},
                                                {"at": "2s", "do": "command", "node": "S1",
                                                 "args": ["SENTINEL", "FAILOVER", "mymaster"]},
                                                {"on": "+elected-leader", "after": "20ms", "do": "crash", "node": "S1"},
                                                {"at": "4s", "do": "start", "node": "S1"})",
                                             "6s"));
  EXPECT_THAT(recording["actions"][0]["reply"].get<std::string>(), HasSubstr("OK 1 usable Sentinels"));
  EXPECT_EQ(recording["actions"][1]["reply"], "OK");
  const Json& crash = recording["actions"][2];
  EXPECT_EQ(crash["on"]["channel"], "+elected-leader");
  EXPECT_GE(crash["t_ms"], *time_of(recording, "+elected-leader") + 20);
  EXPECT_LE(crash["t_ms"], *time_of(recording, "+elected-leader") + 20 + kLate);
  std::vector<std::string> notes;
  for (const Json& note : recording["notes"]) notes.push_back(note["text"]);
  EXPECT_THAT(notes, ElementsAre("subscribed", "subscription lost", "subscribed"));
}

// Parts in an event are played by real processes: the sentinel that speaks, the instance that it names, and a replica
// that it does not name.
TEST_F(Recording, OfStepsThatAreCastByAnEvent) {
  const std::string nodes =
      R"("cluster": {"replicas": 2, "sentinels": 1, "quorum": 1},
         "nodes": {"R1": {"address": "127.0.0.1:18070"}, "R2": {"address": "127.0.0.1:18071"},
                   "R3": {"address": "127.0.0.1:18072"}, "S1": {"address": "127.0.0.1:16070"}})";
  const Json recording = record_one(scenario(nodes,
                                             R"({"at": "2s", "do": "command", "node": "S1",
                                                 "args": ["SENTINEL", "FAILOVER", "mymaster"]},
                                                {"on": "+selected-slave", "do": "crash", "node": "$node"},
                                                {"on": "+selected-slave", "do": "stall", "node": "$other", "for": "50ms"},
                                                {"on": "+selected-slave", "after": "100ms", "do": "stop", "node": "$sentinel"})",
                                             "4s"));
  const Json& actions = recording["actions"];
  ASSERT_EQ(actions.size(), 5U);
  const std::string selected = actions[1]["on"]["message"];
  const bool is_second = selected.starts_with("slave 127.0.0.1:18071 ");
  EXPECT_THAT(actions[1]["who"], ElementsAre(is_second ? "R2" : "R3"));
  EXPECT_THAT(actions[2]["who"], ElementsAre(is_second ? "R3" : "R2"));
  EXPECT_EQ(actions[2]["stands_for"], "stall");
  EXPECT_THAT(actions[4]["who"], ElementsAre("S1"));
  EXPECT_EQ(recording["final"]["processes"]["S1"], "exited 0");
  EXPECT_EQ(recording["scenario"]["actions"][1]["who"][0], "$node");

  // The reader of recordings knows the words of the recorder.
  const RecordedScenario made = scenario_of(parse_recording(recording.dump(), "01.json"));
  const Json steps = Json::parse(made.text)["steps"];
  std::vector<std::string> deeds;
  for (const Json& step : steps) deeds.push_back(step["do"]);
  EXPECT_THAT(deeds, UnorderedElementsAre("start", "command", "crash", "pause", "resume", "stop"));
  EXPECT_EQ(std::ranges::count_if(steps, [](const Json& step) { return step.contains("on"); }), 4);
  EXPECT_EQ(made.begin, 0ms);
}

// A cut is silence, and ends.
TEST_F(Recording, OfAPartition) {
  const bool can_make_networks = geteuid() == 0 && std::system("unshare --net true 2>/dev/null") == 0;
  if (!can_make_networks) GTEST_SKIP() << "only root can make networks, and not in every container";
  const std::string nodes =
      R"("cluster": {"replicas": 0, "sentinels": 1, "quorum": 1, "down-after-milliseconds": 500})";
  const Json recording = record_one(scenario(nodes,
                                             R"({"at": "1s", "do": "partition", "between": [["S1"], ["R1"]]},
                                                {"at": "4s", "do": "heal"})",
                                             "7s"));
  const auto down = time_of(recording, "+sdown");
  const auto up = time_of(recording, "-sdown");
  ASSERT_TRUE(down && up);
  EXPECT_GE(*down, 1'500);
  EXPECT_LE(*down, 4'000);
  EXPECT_GE(*up, 4'000);
  EXPECT_EQ(recording["events"][0]["message"], "master mymaster 10.0.0.11 6379");
  EXPECT_TRUE(no_child_is_left());
}

// Somebody else's server is told apart from one's own before anything starts.
TEST_F(Recording, RefusesAPortInUse) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(18'021);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
  listen(socket, 1);
  try {
    record_one(scenario(cluster(18'020, 16'020), "", "1s"));
    ADD_FAILURE() << "it was recorded";
  } catch (const sim::BadInput& error) {
    EXPECT_THAT(error.what(),
                HasSubstr("127.0.0.1:18021, the address of R2, cannot be listened at (Address already in use)"));
  }
  close(socket);
  EXPECT_TRUE(no_child_is_left());
}

// A server that does not like its configuration says why, and the others are ended.
TEST_F(Recording, TellsWhyAServerEnds) {
  const std::string nodes = R"("nodes": {"R1": {"address": "127.0.0.1:18030"},
                                         "R2": {"address": "127.0.0.1:18031", "conf": ["slowlog-max-len many"]}})";
  try {
    record_one(scenario(nodes, "", "1s"));
    ADD_FAILURE() << "it was recorded";
  } catch (const std::runtime_error& error) {
    EXPECT_THAT(error.what(), HasSubstr("R2 (redis-server) exited 1: "));
    EXPECT_THAT(error.what(), HasSubstr("argument couldn't be parsed into an integer"));
  }
  EXPECT_TRUE(no_child_is_left());
  EXPECT_TRUE(is_free(18'030));
}

// What is there is not recorded again: no server is even started.
TEST_F(Recording, ResumesWhereItStopped) {
  const auto short_one = scenario(cluster(18'040, 16'040), "", "10m");
  const std::filesystem::path file = folder_.path() / "short" / "01.json";
  std::filesystem::create_directories(file.parent_path());
  std::ofstream{file} << "{}";
  const Plan plan = make_plan(short_one, server_, Net::kAuto, false);
  const Interrupts interrupts;
  std::vector<bool> were_there;
  record(short_one, plan, server_, {.runs = 1, .folder = folder_.path()}, interrupts,
         [&](const RecordedRun& run) { were_there.push_back(run.was_there); });
  EXPECT_THAT(were_there, ElementsAre(true));
}

// It would be a pity to find out when the recording is done.
TEST_F(Recording, RefusesAFolderThatCannotBeWritten) {
  const auto short_one = scenario(cluster(18'080, 16'080), "", "10m");
  const Plan plan = make_plan(short_one, server_, Net::kAuto, false);
  const Interrupts interrupts;
  EXPECT_THROW(record(short_one, plan, server_, {.runs = 1, .folder = "/proc/here"}, interrupts, [](const auto&) {}),
               sim::BadInput);
}

// --- the program ------------------------------------------------------------------------------------------

class Program : public Recording {
 protected:
  std::filesystem::path scratch() const { return folder_.path() / "scratch"; }

  // Starts a recording that would take long, and waits until its master listens.
  Process start(int port) {
    const std::filesystem::path file = folder_.path() / "long.json";
    std::ofstream{file} << text(cluster(port, port - 2'000), "", "5m");
    std::filesystem::create_directory(scratch());
    Process program({.command = {"env", "TMPDIR=" + scratch().string(), SENTINEL_SIM_PROGRAM, "record", file, "--out",
                                 folder_.path()},
                     .output = folder_.path() / "output"});
    for (int i = 0; i < 500 && is_free(port); ++i) std::this_thread::sleep_for(10ms);
    EXPECT_FALSE(is_free(port));
    return program;
  }
};

// Ctrl-C: everything is ended, nothing is written, and the exit code says so.
TEST_F(Program, EndsWhatItStartedWhenInterrupted) {
  Process program = start(18'050);
  program.signal(SIGINT);
  EXPECT_EQ(program.wait(), 130);
  for (const int port : {18'050, 18'051, 16'050}) EXPECT_TRUE(is_free(port)) << port;
  EXPECT_TRUE(std::filesystem::is_empty(folder_.path() / "long"));
  EXPECT_TRUE(std::filesystem::is_empty(scratch()));
}

// Not even SIGKILL leaves a server behind: the kernel ends them.
TEST_F(Program, LeavesNothingWhenKilled) {
  Process program = start(18'060);
  program.kill();
  for (const int port : {18'060, 18'061, 16'060}) EXPECT_TRUE(becomes_free(port)) << port;
}

}  // namespace
}  // namespace sentinel::analysis::recorder
