#include "sim/formats.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/scenario_builder.h"
#include "tests/support/scenario_trace.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;
using Json = nlohmann::json;
using model::EventKind;

// A sentinel that was asked for the master at 12.5 s, and said at 15.3151 s that it is down; its clock is 1 s ahead.
class FormatsTest : public testing::Test {
 protected:
  FormatsTest() {
    const model::Symbol name = scenario.symbol("mymaster");
    const model::Address master = scenario.config("R1").address;
    scenario.at(12'500ms,
                CommandStep{{s1}, model::GetMasterAddrCommand{name}, "SENTINEL GET-MASTER-ADDR-BY-NAME mymaster"});
    records.push_back(record(12'500ms, CommandReply{0, {.kind = model::Answer::Kind::kAddress, .address = master}}));
    records.push_back(
        record(15'315'100us, model::Event{.kind = EventKind::kSdown, .master_name = name, .master_address = master}));
  }

  Record record(Micros at, decltype(Record::what) what) const {
    const auto shown = std::chrono::floor<model::Millis>(at) + 1s;
    return {.at = SimTime{at}, .clock = kWallClockAtStart + shown, .node = s1, .what = std::move(what)};
  }
  std::string written(Format format, std::optional<NodeId> only = std::nullopt, bool reasons = false) const {
    std::ostringstream out;
    const auto built = scenario.build();
    StreamWriter writer{format, *built, out, only, reasons};
    for (const Record& record : records) writer(record);
    return out.str();
  }

  ScenarioBuilder scenario;
  NodeId s1 = scenario.node("S1");
  std::vector<Record> records;
};

// Golden streams: seconds with milliseconds, who, what. Answers stand among the events.
TEST_F(FormatsTest, Events) {
  EXPECT_EQ(written(Format::kEvents),
            "   12.500 S1 \"SENTINEL GET-MASTER-ADDR-BY-NAME mymaster\" -> 1) \"10.0.0.1\" 2) \"6379\"\n"
            "   15.315 S1 +sdown master mymaster 10.0.0.1 6379\n");
}

// What `redis-cli psubscribe '*'` prints, byte for byte.
TEST_F(FormatsTest, Pmessage) {
  EXPECT_EQ(written(Format::kPmessage),
            "1) \"pmessage\"\n2) \"*\"\n3) \"+sdown\"\n4) \"master mymaster 10.0.0.1 6379\"\n");
}

// The line of a sentinel's log file, with the time that its own clock shows.
TEST_F(FormatsTest, Log) {
  EXPECT_EQ(written(Format::kLog), "1003:X 01 Jan 2026 00:00:16.315 # +sdown master mymaster 10.0.0.1 6379\n");
}

// Lines that are in the log only are warnings up to 7.0, and notices later; the level of an event is the same in all.
TEST_F(FormatsTest, LevelOfRemarks) {
  records.push_back(record(20s, model::Event{.kind = EventKind::kUserFailover, .published = false}));
  const auto levels = [&](std::string_view profile) {
    scenario.profile(profile);
    std::string signs;
    std::istringstream lines{written(Format::kLog)};
    for (std::string line; std::getline(lines, line);) signs += line[line.find('.') + std::string_view{".315 "}.size()];
    return signs;
  };
  EXPECT_EQ(levels("redis-2.8"), "##");
  EXPECT_EQ(levels("redis-7.0"), "##");
  EXPECT_EQ(levels("redis-7.4"), "#*");
  EXPECT_EQ(levels("valkey-8.0"), "#*");
}

// One object a line: when, who, what as text, and the facts that the text is made of.
TEST_F(FormatsTest, Jsonl) {
  std::istringstream lines{written(Format::kJsonl)};
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(Json::parse(line), Json({{"t", 12'500'000},
                                     {"node", "S1"},
                                     {"command", "SENTINEL GET-MASTER-ADDR-BY-NAME mymaster"},
                                     {"answer", "1) \"10.0.0.1\" 2) \"6379\""}}));
  std::getline(lines, line);
  EXPECT_EQ(Json::parse(line), Json({{"t", 15'315'100},
                                     {"node", "S1"},
                                     {"channel", "+sdown"},
                                     {"message", "master mymaster 10.0.0.1 6379"},
                                     {"master", "mymaster"},
                                     {"master_address", {{"ip", "10.0.0.1"}, {"port", 6379}}},
                                     {"instance", "master"}}));
  EXPECT_FALSE(std::getline(lines, line));
}

// Scripts stand beside the events only if the reasons are asked for: arguments in quotes, ends, what was dropped.
TEST_F(FormatsTest, Scripts) {
  const model::Symbol path = scenario.symbol("/bin/notify");
  const model::Symbol name = scenario.symbol("mymaster");
  const model::Address from = scenario.config("R1").address;
  const model::Address to = scenario.config("R2").address;
  const model::Event down{.kind = EventKind::kSdown, .master_name = name, .master_address = from};
  const model::ClientReconfiguration change{.master = name, .leads = true, .from = from, .to = to};
  records = {record(1s, model::StartScript{.pid = 10'001, .path = path, .arguments = down}),
             record(2s,
                    model::ScriptCollected{
                        .pid = 10'001, .path = path, .end = {.exit_code = 1}, .run = 1, .again_after = 30s}),
             record(3s, model::ScriptCollected{.pid = 10'002, .path = path, .end = {.signal = 9}, .run = 10}),
             record(4s, model::ScriptDropped{.path = path, .arguments = change})};
  EXPECT_EQ(written(Format::kEvents), "");
  EXPECT_EQ(written(Format::kJsonl), "");
  EXPECT_EQ(written(Format::kEvents, std::nullopt, true),
            "    1.000 S1 script 10001 starts (run 1): /bin/notify +sdown \"master mymaster 10.0.0.1 6379\"\n"
            "    2.000 S1 script 10001 ended (run 1): exit code 1, runs again in 30s\n"
            "    3.000 S1 script 10002 ended (run 10): killed by signal 9\n"
            "    4.000 S1 script dropped, the queue is full: /bin/notify mymaster leader start 10.0.0.1 6379 10.0.0.2 "
            "6379\n");
  std::istringstream lines{written(Format::kJsonl, std::nullopt, true)};
  std::string line;
  std::getline(lines, line);
  EXPECT_EQ(Json::parse(line).at("script"),
            Json({{"what", "start"},
                  {"pid", 10'001},
                  {"run", 1},
                  {"argv", {"/bin/notify", "+sdown", "master mymaster 10.0.0.1 6379"}}}));
  std::getline(lines, line);
  EXPECT_EQ(Json::parse(line).at("script"), Json({{"what", "end"},
                                                  {"pid", 10'001},
                                                  {"run", 1},
                                                  {"path", "/bin/notify"},
                                                  {"exit_code", 1},
                                                  {"signal", 0},
                                                  {"again_after", 30'000'000}}));
}

// The levels of the log: verbose events are not written, log-only lines have no channel and are not published.
TEST_F(FormatsTest, LevelsAndLogOnlyLines) {
  const model::Symbol name = scenario.symbol("mymaster");
  records = {record(1s, model::Event{.kind = EventKind::kRoleChanged, .master_name = name}),
             record(2s, model::Event{.kind = EventKind::kUserFailover, .published = false, .master_name = name}),
             record(3s, model::Event{.kind = EventKind::kReboot, .master_name = name})};
  const std::string log = written(Format::kLog);
  EXPECT_EQ(log.find("-role-change"), std::string::npos) << log;
  EXPECT_NE(log.find(" # Executing user requested FAILOVER of 'mymaster'\n"), std::string::npos) << log;
  EXPECT_NE(log.find(" * +reboot master"), std::string::npos) << log;
  for (const Format format : {Format::kEvents, Format::kPmessage, Format::kJsonl}) {
    const std::string text = written(format);
    EXPECT_NE(text.find("-role-change"), std::string::npos) << text;
    EXPECT_EQ(text.find("Executing"), std::string::npos) << text;
  }
}

// The stream of one sentinel leaves out the others.
TEST_F(FormatsTest, CanBeLimitedToOneSentinel) {
  EXPECT_EQ(written(Format::kEvents, scenario.node("S2")), "");
  EXPECT_EQ(written(Format::kEvents, s1), written(Format::kEvents));
}

// Every line of a real run is complete in every format: JSON that parses, four lines a message, lines that end.
TEST_F(FormatsTest, WholeRunsAreWellFormed) {
  scenario.at(20s, CrashStep{scenario.nodes({"R1"})}).at(40s, StartStep{scenario.nodes({"R1"})});
  records = Trace{scenario.build()}.records();
  std::istringstream objects{written(Format::kJsonl)};
  for (std::string line; std::getline(objects, line);) {
    const Json object = Json::parse(line);
    EXPECT_TRUE(object.contains("t") && object.contains("node")) << line;
    EXPECT_TRUE(object.contains("channel") || object.contains("answer")) << line;
  }
  const std::string messages = written(Format::kPmessage);
  const auto lines = std::ranges::count(messages, '\n');
  const std::string events = written(Format::kEvents);
  const auto answers = 1;
  EXPECT_EQ(lines, 4 * (std::ranges::count(events, '\n') - answers));
}

// The names that a command line accepts are those of the formats, in order.
TEST(Formats, HaveNames) {
  EXPECT_EQ(find_format("events"), Format::kEvents);
  EXPECT_EQ(find_format("pmessage"), Format::kPmessage);
  EXPECT_EQ(find_format("log"), Format::kLog);
  EXPECT_EQ(find_format("jsonl"), Format::kJsonl);
  EXPECT_EQ(find_format("xml"), std::nullopt);
  for (const std::string_view name : format_names()) EXPECT_TRUE(find_format(name)) << name;
}

}  // namespace
}  // namespace sentinel::sim
