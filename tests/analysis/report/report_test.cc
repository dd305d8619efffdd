// The data of a run's page, and the page that is made of data.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "analysis/explain/run_messages.h"
#include "analysis/observe/observed_run.h"
#include "analysis/report/report_page.h"
#include "analysis/report/run_report.h"
#include "analysis/report/trace_events.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis {
namespace {

using Json = nlohmann::ordered_json;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::shared_ptr<const sim::Scenario> scenario_in(const std::string& file) {
  return std::make_shared<sim::Scenario>(sim::read_scenario(SENTINEL_SIM_SOURCE_DIR "/" + file));
}

const Json& master_down() {
  static const Json data = run_report(scenario_in("scenarios/failover/master_down.json"), 1);
  return data;
}

std::size_t node_named(const Json& data, const std::string& name) {
  const Json& nodes = data["nodes"];
  return static_cast<std::size_t>(std::ranges::find_if(nodes, [&](const Json& node) { return node["name"] == name; }) -
                                  nodes.begin());
}

// The values that a fact of a node had, one after the other.
std::vector<std::string> values(const Json& data, const std::string& node, const std::string& fact) {
  std::vector<std::string> found;
  for (const Json& track : data["state"]) {
    if (track["node"] != node_named(data, node) || track["fact"] != fact) continue;
    for (const Json& change : track["changes"]) found.push_back(change[1]);
  }
  return found;
}

// The old master dies, comes back as a master, and is made a replica, which it writes to its disk.
TEST(RunReport, TellsTheStateOfDataNodes) {
  EXPECT_THAT(values(master_down(), "R1", "process"), ElementsAre("running", "down", "running", "busy", "running"));
  EXPECT_THAT(values(master_down(), "R1", "role"), ElementsAre("master", "", "master", "replica"));
}

// Each sentinel holds the master for down, votes in epoch 1 and follows the new master; only one goes through the
// states of a failover until its end.
TEST(RunReport, TellsTheStateOfSentinels) {
  const Json& data = master_down();
  std::size_t leaders = 0;
  for (const std::string name : {"S1", "S2", "S3"}) {
    EXPECT_THAT(values(data, name, "opinion"), testing::Contains("s_down")) << name;
    EXPECT_THAT(values(data, name, "vote"), testing::Contains(EndsWith(" in epoch 1"))) << name;
    EXPECT_THAT(values(data, name, "master"), testing::SizeIs(2)) << name;
    const std::vector<std::string> states = values(data, name, "failover");
    leaders += static_cast<std::size_t>(std::ranges::count(states, "wait_promotion"));
  }
  EXPECT_EQ(leaders, 1);
}

// In the order in which they were done, with the moment at which an event made them happen.
TEST(RunReport, TellsWhatWasDone) {
  const Json& steps = master_down()["steps"];
  ASSERT_EQ(steps.size(), 2);
  EXPECT_EQ(steps[0]["text"], "R1 is killed");
  EXPECT_EQ(steps[0]["at"], 10'000'000);
  EXPECT_EQ(steps[1]["text"], "R1 is started");
}

// Messages arrive after they were sent; the election's are among them, and what they say.
TEST(RunReport, TellsTheMessages) {
  const Json& messages = master_down()["messages"];
  const Json& kinds = messages["kinds"];
  EXPECT_EQ(messages["omitted"], 0);
  std::size_t votes = 0;
  for (const Json& row : messages["rows"]) {
    if (!row[1].is_null()) {
      EXPECT_LT(row[0], row[1]);
    }
    if (kinds[row[4].get<std::size_t>()] != "vote") continue;
    EXPECT_THAT(row[5].get<std::string>(), HasSubstr("vote for S"));
    ++votes;
  }
  EXPECT_GE(votes, 1);
}

// Of too many messages those nearest to what sentinels said stay, to the last of it as well as to the first.
TEST(RunReport, KeepsTheMessagesNearEvents) {
  constexpr std::size_t kMost = 1'000;
  const ObservedRun observed = observe_run(scenario_in("scenarios/failover/master_down.json"), 1);
  const Json some = messages_json(observed.run, observed.replay.history(), kMost);
  const Json& all = master_down()["messages"]["rows"];
  ASSERT_EQ(some["rows"].size(), kMost);
  EXPECT_EQ(some["omitted"], all.size() - kMost);
  const auto near = some["near"].get<std::int64_t>();
  const auto count_near = [&](const Json& rows, std::int64_t said) {
    return std::ranges::count_if(rows,
                                 [&](const Json& row) { return std::abs(row[0].get<std::int64_t>() - said) < near; });
  };
  for (const Json& event : master_down()["events"]) {
    if (event[2] == "+slave" || event[2] == "+sentinel") continue;
    const auto at = event[0].get<std::int64_t>();
    EXPECT_GT(count_near(some["rows"], at), 0) << event;
    EXPECT_EQ(count_near(some["rows"], at), count_near(all, at)) << event;
  }
  EXPECT_TRUE(std::ranges::is_sorted(some["rows"], {}, [](const Json& row) { return row[0].get<std::int64_t>(); }));
}

// What is no event has no causes that are known, which is not the same as none.
TEST(RunReport, TellsUnknownCausesFromNone) {
  const Json data = run_report(scenario_in("scenarios/failover/manual_failover.json"), 1);
  const Json& causes = data["causes"];
  EXPECT_EQ(causes["told"], data["events"].size());
  std::size_t replies = 0;
  for (std::size_t i = 0; i < data["events"].size(); ++i) {
    const bool is_reply = data["events"][i][2].get<std::string>().starts_with("reply to ");
    EXPECT_EQ(causes["paths"][i].is_null(), is_reply) << data["events"][i];
    if (is_reply) ++replies;
  }
  EXPECT_GT(replies, 0U);
}

// The way to each event goes from fact to fact without a gap, and ends at the event.
TEST(RunReport, TellsTheCauses) {
  const Json& data = master_down();
  const Json& causes = data["causes"];
  ASSERT_EQ(causes["paths"].size(), data["events"].size());
  std::size_t told = 0;
  for (std::size_t i = 0; i < causes["paths"].size(); ++i) {
    const Json& path = causes["paths"][i];
    if (path.empty()) continue;
    for (std::size_t j = 1; j < path.size(); ++j) {
      EXPECT_EQ(causes["segments"][path[j - 1].get<std::size_t>()][1],
                causes["segments"][path[j].get<std::size_t>()][0]);
    }
    const Json& last = causes["segments"][path.back().get<std::size_t>()];
    EXPECT_EQ(causes["facts"][last[1].get<std::size_t>()][0], data["events"][i][0]);
    ++told;
  }
  EXPECT_GT(told, 20U);
}

// Each arrow of a trace has both ends, and no span ends before it begins.
TEST(TraceEvents, FitTogether) {
  const Json trace = trace_events(scenario_in("tests/data/hostile.json"), 1);
  std::size_t begun = 0;
  std::size_t ended = 0;
  for (const Json& event : trace["traceEvents"]) {
    if (event["ph"] == "s") ++begun;
    if (event["ph"] == "f") ++ended;
    if (event["ph"] == "X") {
      EXPECT_GT(event["dur"].get<std::int64_t>(), 0);
    }
  }
  EXPECT_GT(begun, 0U);
  EXPECT_EQ(begun, ended);
}

// Same scenario and seed, same bytes.
TEST(RunReport, IsDeterministic) {
  const auto scenario = scenario_in("tests/data/hostile.json");
  EXPECT_EQ(report_page(run_report(scenario, 7)), report_page(run_report(scenario, 7)));
  EXPECT_NE(report_page(run_report(scenario, 7)), report_page(run_report(scenario, 8)));
}

// Whatever the data says, there is no tag in its element, and it comes out as it went in.
TEST(ReportPage, EscapesItsData) {
  const Json data{{"sentinel-sim", "run"}, {"about", "</script><!--<script> \\u003c Zürich 東京 \" '"}};
  const std::string page = report_page(data);
  const std::string open = R"(<script type="application/json" id="data">)";
  const std::size_t begin = page.find(open) + open.size();
  const std::string text = page.substr(begin, page.find("</script>", begin) - begin);
  EXPECT_THAT(text, Not(HasSubstr("<")));
  EXPECT_EQ(Json::parse(text), data);
}

// All is in one file, which names nothing to load; the licences of the libraries are in it.
TEST(ReportPage, NeedsNothingElse) {
  const std::string page = report_page(Json::object());
  EXPECT_THAT(page,
              AllOf(StartsWith("<!doctype html>"), EndsWith("</html>\n"), Not(HasSubstr("src=\"http")),
                    Not(HasSubstr("url(http")), Not(HasSubstr("<script src")), Not(HasSubstr("rel=\"stylesheet\"")),
                    HasSubstr("Apache License"), HasSubstr("Redistribution and use in source and binary forms")));
  EXPECT_LT(page.size(), 800'000);
}

}  // namespace
}  // namespace sentinel::analysis
