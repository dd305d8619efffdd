// Recordings are read as what happened, and refused in one line if they are none.
#include "analysis/compare/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "analysis/recorder/temporary_folder.h"
#include "sim/bad_input.h"
#include "tests/analysis/compare/recording_text.h"

namespace sentinel::analysis {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::vector<std::string> texts(const Recording& recording) {
  std::vector<std::string> texts;
  for (const Said& said : recording.stream) texts.push_back(said.channel + " " + said.message);
  return texts;
}

Json log_line(double t_ms, const std::string& text) { return {t_ms, "S1", "#", text}; }

Json cold_recording() {
  Json recording = quiet_recording();
  recording["scenario"]["cold"] = true;
  recording["notes"] = Json::array({{{"t_ms", 20.0}, {"sentinel", "S1"}, {"text", "subscribed"}}});
  recording["sentinel_log"] = Json::array();
  return recording;
}

// --- who ran ----------------------------------------------------------------------------------------------

// What the file says of itself.
TEST(ReadRecording, KnowsItsOrigin) {
  Json json = quiet_recording();
  json["server_product"] = "valkey";
  json["server_version"] = "8.0.1";
  json["scenario"]["file"] = "scenarios/x.json";
  const Recording recording = parsed(json);
  EXPECT_EQ(recording.file, "test.json");
  EXPECT_EQ(recording.scenario, "quiet");
  EXPECT_EQ(recording.title, "nothing happens");
  EXPECT_EQ(recording.product + " " + recording.version, "valkey 8.0.1");
  EXPECT_EQ(recording.scenario_file, "scenarios/x.json");
  EXPECT_EQ(recording.duration, 10'000'200us);
  EXPECT_FALSE(recording.cold || recording.namespaces || recording.end);
}

// Data nodes come before sentinels; their configuration tells the address, the topology or the configuration the id.
TEST(ReadRecording, KnowsTheNodes) {
  Json json = quiet_recording();
  json["scenario"]["topology"]["sentinels"].push_back({{"name", "S2"}, {"start", false}});
  json["conf"]["S2"] = "port 5001\nsentinel myid " + std::string(40, '2') + "\n";
  const Recording recording = parsed(json);
  ASSERT_EQ(recording.nodes.size(), 4U);
  EXPECT_EQ(recording.nodes[0].name, "R1");
  EXPECT_EQ(recording.nodes[0].address, "127.0.0.1:7000");
  EXPECT_EQ(recording.nodes[0].run_id, std::string(40, 'a'));
  EXPECT_FALSE(recording.nodes[0].is_sentinel);
  EXPECT_THAT(recording.nodes[1].conf, ElementsAre("port 7001", "bind 127.0.0.1", "replicaof 127.0.0.1 7000"));
  EXPECT_FALSE(recording.nodes[1].run_id);
  EXPECT_TRUE(recording.nodes[2].is_sentinel && recording.nodes[2].from_start);
  EXPECT_EQ(recording.nodes[3].address, "127.0.0.1:5001");
  EXPECT_FALSE(recording.nodes[3].from_start);
  EXPECT_THAT(recording.known_ids, ElementsAre("", "", std::string(40, '1'), std::string(40, '2')));
}

// A log tells when a process was up, a sentinel's once for all its masters; otherwise the subscription does.
TEST(ReadRecording, KnowsWhenProcessesWereUp) {
  Json json = quiet_recording();
  json["sentinel_log"] = Json::array({log_line(-5'000, "+monitor master m 127.0.0.1 7000 quorum 1"),
                                      log_line(-4'999, "+monitor master n 127.0.0.1 7001 quorum 1"),
                                      log_line(3'000, "+monitor master m 127.0.0.1 7000 quorum 1")});
  json["node_log"] = Json::array({{2'000.5, "R1", "*", "Ready to accept connections tcp"}});
  Recording recording = parsed(json);
  EXPECT_THAT(recording.nodes[0].up_at, ElementsAre(2'000'500us));
  EXPECT_THAT(recording.nodes[2].up_at, ElementsAre(-5s, 3s));
  json["sentinel_log"] = Json::array();
  EXPECT_THAT(parsed(json).nodes[2].up_at, ElementsAre(-4'990ms));
}

// DEBUG POPULATE made keys, SAVE kept them, and key-load-delay is the time that each takes at the next start.
TEST(ReadRecording, KnowsHowLongANodeLoads) {
  Json json = quiet_recording();
  json["conf"]["R1"] = "port 7000\nkey-load-delay 500\n";
  json["scenario"]["seed_cmds"] = Json::array({{"DEBUG", "POPULATE", "10000"}});
  EXPECT_FALSE(parsed(json).nodes[0].loads_for);
  json["actions"] = Json::parse(R"([{"t_ms": 1, "end_ms": 2, "do": "cmd", "who": ["R1"], "args": ["SAVE"]}])");
  EXPECT_EQ(parsed(json).nodes[0].loads_for, 5s);
  EXPECT_FALSE(parsed(json).nodes[1].loads_for);
}

// --- what was done ----------------------------------------------------------------------------------------

// As performed, at the time just before.
TEST(ReadRecording, KnowsTheActions) {
  Json json = quiet_recording();
  json["actions"] = Json::parse(R"([
    {"t_ms": 1000.3, "plan_ms": 1000, "end_ms": 1003, "do": "kill", "who": ["R1", "S1"]},
    {"t_ms": 2000, "end_ms": 2001, "do": "cmd", "who": ["S1"], "args": ["SENTINEL", "RESET", "*"], "reply": 1},
    {"t_ms": 3000, "end_ms": 3001, "do": "start", "who": ["R1"], "fresh_conf": true}])");
  const Recording recording = parsed(json);
  ASSERT_EQ(recording.actions.size(), 3U);
  EXPECT_EQ(recording.actions[0].at, 1'000'300us);
  EXPECT_THAT(recording.actions[0].who, ElementsAre("R1", "S1"));
  EXPECT_THAT(recording.actions[1].args, ElementsAre("SENTINEL", "RESET", "*"));
  EXPECT_FALSE(recording.actions[1].fresh);
  EXPECT_TRUE(recording.actions[2].fresh);
}

// A process that is ended is silent at once, and its connections live until the recorder has seen that it is gone. So
// does that of a SHUTDOWN, unless the server refused it.
TEST(ReadRecording, ProcessesTakeTimeToEnd) {
  for (const char* const action :
       {R"("do": "kill")", R"("do": "term")", R"("do": "cmd", "args": ["DEBUG", "SEGFAULT"])",
        R"("do": "cmd", "args": ["SHUTDOWN"], "reply": {"error": "LAB ConnectionError: closed"})"}) {
    Json json = quiet_recording();
    json["actions"] = Json::parse(R"([{"t_ms": 1000, "end_ms": 1400, "who": ["R1"], )" + std::string{action} + R"(}])");
    const Recording recording = parsed(json);
    ASSERT_EQ(recording.actions.size(), 2U) << action;
    EXPECT_EQ(recording.actions[0].what, "stop");
    EXPECT_EQ(recording.actions[0].at, 1s);
    EXPECT_THAT(recording.actions[0].who, ElementsAre("R1"));
    EXPECT_NE(recording.actions[1].what, "stop");
    EXPECT_EQ(recording.actions[1].at, 1'400ms);
  }
  Json json = quiet_recording();
  json["actions"] = Json::parse(R"([{"t_ms": 1000, "end_ms": 1400, "do": "cmd", "who": ["R1"], "args": ["SHUTDOWN"],
                                     "reply": {"error": "ERR Errors trying to SHUTDOWN. Check logs."}}])");
  EXPECT_EQ(parsed(json).actions.size(), 1U);
}

// One CONFIG SET of several parameters is several of one.
TEST(ReadRecording, SeparatesParameters) {
  Json json = quiet_recording();
  json["actions"] = Json::parse(R"([{"t_ms": 1, "end_ms": 2, "do": "cmd", "who": ["R1"],
                                     "args": ["CONFIG", "SET", "repl-timeout", 5, "masterauth", ""]}])");
  const Recording recording = parsed(json);
  ASSERT_EQ(recording.actions.size(), 2U);
  EXPECT_THAT(recording.actions[0].args, ElementsAre("CONFIG", "SET", "repl-timeout", "5"));
  EXPECT_THAT(recording.actions[1].args, ElementsAre("CONFIG", "SET", "masterauth", ""));
}

// Neither side of the time that is told of a stall is trusted; one of the machine makes the whole recording distrusted.
TEST(ReadRecording, KnowsStalls) {
  Json json = quiet_recording();
  EXPECT_TRUE(parsed(json).stalls.empty());
  json["stalls"] = Json::array({{2'000.5, 40}});
  json["actions"] = Json::parse(R"([{"t_ms": 1, "end_ms": 200, "do": "cont", "who": ["R1"]}])");
  const Recording recording = parsed(json);
  ASSERT_EQ(recording.stalls.size(), 2U);
  EXPECT_LE(recording.stalls[0].begin, 0s);
  EXPECT_GE(recording.stalls[0].end, 10s);
  EXPECT_EQ(recording.stalls[1].begin, 1'960'500us);
  EXPECT_EQ(recording.stalls[1].end, 2'040'500us);
}

// A word may stand for a list of one.
TEST(ReadRecording, TakesAWordForAList) {
  Json json = quiet_recording();
  json["actions"] = Json::parse(R"([{"t_ms": 1, "end_ms": 2, "do": "stop", "who": "R1"}])");
  EXPECT_THAT(parsed(json).actions.at(0).who, ElementsAre("R1"));
}

// Rules of a firewall are set one after the other: a cut acts from the middle on.
TEST(ReadRecording, CutsInTheMiddle) {
  Json json = quiet_recording();
  json["actions"] = Json::parse(R"([
    {"t_ms": 1000, "end_ms": 1020, "do": "cut", "a": ["R1"], "b": ["R2", "S1"], "mode": "REJECT", "oneway": true},
    {"t_ms": 2000, "end_ms": 2030, "do": "heal"}])");
  const Recording recording = parsed(json);
  ASSERT_EQ(recording.actions.size(), 2U);
  EXPECT_EQ(recording.actions[0].at, 1'010ms);
  EXPECT_THAT(recording.actions[0].side_a, ElementsAre("R1"));
  EXPECT_THAT(recording.actions[0].side_b, ElementsAre("R2", "S1"));
  EXPECT_TRUE(recording.actions[0].reject && recording.actions[0].one_way);
  EXPECT_EQ(recording.actions[1].at, 2'015ms);
}

// What an event made happen is read from the plan: when and to whom it was done is for the simulator to find out.
TEST(ReadRecording, TakesTriggeredActionsFromThePlan) {
  Json json = quiet_recording();
  json["scenario"]["actions"] = Json::parse(R"([
    {"on": {"channel": "+elected-leader", "match": "mymaster", "sentinel": "S1"}, "delay_ms": 20, "do": "kill",
     "who": ["$sentinel"]},
    {"on": {"channel": "+odown"}, "do": "stop", "who": ["$other"]},
    {"t_ms": 1000, "do": "kill", "who": ["R1"]}])");
  json["actions"] = Json::parse(
      R"([{"t_ms": 3000, "end_ms": 3001, "do": "kill", "who": ["S1"], "on": {"channel": "+elected-leader"}}])");
  const Recording recording = parsed(json);
  ASSERT_EQ(recording.actions.size(), 2U);
  ASSERT_TRUE(recording.actions[0].on && recording.actions[1].on);
  EXPECT_EQ(recording.actions[0].on->channel, "+elected-leader");
  EXPECT_EQ(recording.actions[0].on->part_of_message, "mymaster");
  EXPECT_EQ(recording.actions[0].on->sentinel, "S1");
  EXPECT_EQ(recording.actions[0].on->delay, 20ms);
  EXPECT_THAT(recording.actions[0].who, ElementsAre("$sentinel"));
  EXPECT_EQ(recording.actions[1].on->delay, 0ms);
}

// A writer is started by name; the plan says what it does, and `stopwrite` when it ends.
TEST(ReadRecording, KnowsTheWriters) {
  Json json = quiet_recording();
  json["scenario"]["actions"] = Json::parse(R"([
    {"t_ms": 500, "do": "write", "name": "w1", "target": "R1", "rate": 20, "size": 100},
    {"t_ms": 500, "do": "write", "name": "w2", "via": "S1", "rate": 5},
    {"t_ms": 900, "do": "stopwrite", "name": "w1"}])");
  json["actions"] = Json::parse(R"([
    {"t_ms": 500, "end_ms": 501, "do": "write", "writer": "w1"}, {"t_ms": 502, "end_ms": 503, "do": "write", "writer": "w2"},
    {"t_ms": 900, "end_ms": 903, "do": "stopwrite", "writer": "w1"}])");
  const Recording recording = parsed(json);
  ASSERT_EQ(recording.actions.size(), 2U);
  const RecordedAction& direct = recording.actions[0];
  EXPECT_THAT(direct.who, ElementsAre("R1"));
  EXPECT_EQ(direct.rate, 20);
  EXPECT_EQ(direct.bytes, 100);
  EXPECT_EQ(direct.until, 900ms);
  EXPECT_EQ(recording.actions[1].via, "S1");
  EXPECT_FALSE(recording.actions[1].until);
}

// A recording may end after an event.
TEST(ReadRecording, KnowsItsEnd) {
  Json json = quiet_recording();
  json["scenario"]["until"] = {{"channel", "+switch-master"}, {"count", 3}, {"grace_ms", 500}};
  const Recording recording = parsed(json);
  ASSERT_TRUE(recording.end);
  EXPECT_EQ(recording.end->channel, "+switch-master");
  EXPECT_EQ(recording.end->count, 3U);
  EXPECT_EQ(recording.end->grace, 500ms);
}

// --- what was said ----------------------------------------------------------------------------------------

// What came before time 0 is part of the set-up, and what came after the end is the doing of whoever tidied up.
TEST(ReadRecording, LeavesOutWhatIsBeforeAndAfter) {
  Json json = quiet_recording();
  add_event(json, -3'000, "S1", "+sentinel", "before");
  add_event(json, 10'000.1, "S1", "+sdown", "in time");
  add_event(json, 10'000.3, "S1", "+sdown", "too late");
  EXPECT_THAT(texts(parsed(json)), ElementsAre("+sdown in time"));
}

// The log tells what was said before anybody had subscribed. Its last line may be published late, and is one event.
TEST(ReadRecording, JoinsLogAndSubscription) {
  Json json = cold_recording();
  json["sentinel_log"] =
      Json::array({log_line(5, "Sentinel ID is 1"), log_line(6, "+monitor master m 127.0.0.1 7000 quorum 1"),
                   log_line(15, "+slave a"), log_line(16, "Sentinel new configuration saved on disk"),
                   log_line(19, "+slave b"), log_line(1'000, "+sdown c")});
  add_event(json, 21, "S1", "+slave", "b");
  add_event(json, 1'000.2, "S1", "+sdown", "c");
  const Recording recording = parsed(json);
  EXPECT_THAT(texts(recording),
              ElementsAre("+monitor master m 127.0.0.1 7000 quorum 1", "+slave a", "+slave b", "+sdown c"));
  EXPECT_EQ(recording.stream[1].at, 15ms);
  EXPECT_EQ(recording.stream[2].at, 21ms);
  EXPECT_EQ(recording.stream[2].node, 2);
}

// Two events with one text are two events if one was logged before the subscription and one published after it.
TEST(ReadRecording, KeepsWhatWasSaidTwice) {
  Json json = cold_recording();
  json["sentinel_log"] = Json::array({log_line(5, "+slave a"), log_line(15, "+slave b")});
  add_event(json, 30, "S1", "+slave", "a");
  EXPECT_THAT(texts(parsed(json)), ElementsAre("+slave a", "+slave b", "+slave a"));
}

// A sentinel that was started again is not heard until it is subscribed to again: its log fills the gap.
TEST(ReadRecording, JoinsTheSecondLife) {
  Json json = quiet_recording();
  json["notes"].push_back({{"t_ms", 2'000.0}, {"sentinel", "S1"}, {"text", "subscription lost"}});
  json["notes"].push_back({{"t_ms", 4'020.0}, {"sentinel", "S1"}, {"text", "subscribed"}});
  json["sentinel_log"].push_back(log_line(1'000, "+sdown a"));
  json["sentinel_log"].push_back(log_line(4'000, "+monitor master m 127.0.0.1 7000 quorum 1"));
  add_event(json, 1'000, "S1", "+sdown", "a");
  add_event(json, 5'000, "S1", "-sdown", "a");
  EXPECT_THAT(texts(parsed(json)), ElementsAre("+sdown a", "+monitor master m 127.0.0.1 7000 quorum 1", "-sdown a"));
}

// Streams of several sentinels are one in the order of time.
TEST(ReadRecording, MergesTheSentinels) {
  Json json = quiet_recording();
  json["scenario"]["topology"]["sentinels"].push_back({{"name", "S2"}});
  json["notes"].push_back({{"t_ms", -4'000.0}, {"sentinel", "S2"}, {"text", "subscribed"}});
  add_event(json, 1'000, "S2", "+sdown", "x");
  add_event(json, 900, "S1", "+sdown", "x");
  add_event(json, 1'100, "S1", "+odown", "x");
  const Recording recording = parsed(json);
  ASSERT_EQ(recording.stream.size(), 3U);
  EXPECT_EQ(recording.stream[0].node, 2);
  EXPECT_EQ(recording.stream[1].node, 3);
  EXPECT_EQ(recording.stream[2].node, 2);
}

// --- what is no recording ---------------------------------------------------------------------------------

std::string refusal_of_text(const std::string& text) {
  try {
    parse_recording(text, "x.json");
  } catch (const sim::BadInput& bad) {
    return bad.what();
  }
  return "(no error)";
}

std::string refusal_of(const Json& json) { return refusal_of_text(json.dump()); }

// Each is one line with the file, what it should be, and what is wrong.
TEST(ReadRecording, RefusesWhatIsNone) {
  const std::string start = "x.json: is no recording as 'sentinel-sim record' writes them: ";
  EXPECT_THAT(refusal_of_text("{\n\"scenario\": oops"), StartsWith(start));
  EXPECT_THAT(refusal_of_text("{\n\"scenario\": oops"), HasSubstr("line 2, column"));
  EXPECT_THAT(refusal_of_text("{\n\"scenario\": oops"), Not(HasSubstr("\n")));
  EXPECT_THAT(refusal_of_text(""), StartsWith(start));
  EXPECT_THAT(refusal_of_text("[1]"), StartsWith(start));
  for (const char* const key : {"scenario", "server_version", "recorded_ms", "conf", "topology_at_start", "actions",
                                "events", "notes", "sentinel_log", "node_log"}) {
    Json json = quiet_recording();
    json.erase(key);
    EXPECT_THAT(refusal_of(json),
                testing::AllOf(StartsWith(start), HasSubstr("key '" + std::string{key} + "' not found")));
  }
}

// A value of another type is told apart from one that is missing.
TEST(ReadRecording, RefusesOtherTypes) {
  Json json = quiet_recording();
  json["recorded_ms"] = "10 s";
  EXPECT_THAT(refusal_of(json), HasSubstr("type must be number, but is string"));
  json = recording_of_a_failover();
  json["actions"][0]["who"] = Json::object();
  EXPECT_THAT(refusal_of(json), HasSubstr("type must be string, but is object"));
}

// An action that is done to nobody cannot have been recorded.
TEST(ReadRecording, RefusesActionsOfNobody) {
  for (const char* const action : {R"("do": "cmd", "who": [], "args": ["SAVE"])", R"("do": "start", "who": [])",
                                   R"("do": "kill")", R"("do": "write", "writer": "unplanned")"}) {
    Json json = quiet_recording();
    json["conf"]["R1"] = "key-load-delay 1";
    json["actions"] = Json::parse(std::string{R"([{"t_ms": 1, "end_ms": 2, )"} + action + "}]");
    EXPECT_THAT(refusal_of(json), HasSubstr("is done to no node")) << action;
  }
}

// Numbers are limited, so that they can be added and multiplied.
TEST(ReadRecording, RefusesHugeNumbers) {
  Json json = quiet_recording();
  json["recorded_ms"] = 1e300;
  EXPECT_THAT(refusal_of(json), HasSubstr("1e+300 ms is longer than 1000 days"));
  json = quiet_recording();
  json["conf"]["R1"] = "key-load-delay 9000000000000000000\n";
  json["scenario"]["seed_cmds"] = Json::array({{"DEBUG", "POPULATE", "10000"}});
  json["actions"] = Json::parse(R"([{"t_ms": 1, "end_ms": 2, "do": "cmd", "who": ["R1"], "args": ["SAVE"]}])");
  EXPECT_THAT(refusal_of(json), HasSubstr("9000000000000000000"));
  json["conf"]["R1"] = "key-load-delay many\n";
  EXPECT_THAT(refusal_of(json), HasSubstr("many"));
  json = quiet_recording();
  json["scenario"]["actions"] = Json::parse(
      R"([{"t_ms": 1, "do": "write", "name": "w", "target": "R1", "rate": 1, "size": 9223372036854775807}])");
  json["actions"] = Json::parse(R"([{"t_ms": 1, "do": "write", "writer": "w"}])");
  EXPECT_THAT(refusal_of(json), HasSubstr("'9223372036854775807' is not a whole number from 0 to 1000000000"));
}

// A file that is not there.
TEST(ReadRecording, RefusesMissingFiles) {
  try {
    read_recording("/no/such.json");
    FAIL();
  } catch (const sim::BadInput& bad) {
    EXPECT_STREQ(bad.what(), "/no/such.json: cannot be read");
  }
}

// --- files ------------------------------------------------------------------------------------------------

// A folder stands for all recordings below it, a file for itself; a folder without any is an error.
TEST(RecordingFiles, AreFound) {
  const recorder::TemporaryFolder folder;
  EXPECT_THROW(recording_files(folder.path()), sim::BadInput);
  std::filesystem::create_directories(folder.path() / "a");
  for (const char* const name : {"a/02.json", "a/01.json", "a/notes.md", "b.json"}) {
    std::ofstream{folder.path() / name} << "{}";
  }
  EXPECT_THAT(recording_files(folder.path()),
              ElementsAre(folder.path() / "a/01.json", folder.path() / "a/02.json", folder.path() / "b.json"));
  EXPECT_THAT(recording_files("x.json"), ElementsAre("x.json"));
}

}  // namespace
}  // namespace sentinel::analysis
