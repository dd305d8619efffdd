// What is expected of a run: when it holds, and what is said when it does not.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "analysis/check/check.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::MatchesRegex;

// What is said of seed 1 of a cluster whose master is killed after 10 s. S2 leads the failover.
std::vector<std::string> said_of(const std::string& expect, const std::string& more = "") {
  const auto scenario = std::make_shared<const sim::Scenario>(sim::parse_scenario(
      R"({"about": "x", "until": "40s",
          "cluster": {"quorum": 2, "down-after-milliseconds": 2000, "failover-timeout": 10000},
          "steps": [{"at": "10s", "do": "crash", "node": "R1"}],)" +
          more + R"("expect": {)" + expect + "}}",
      "x.json"));
  std::vector<std::string> lines;
  for (const Violation& violation : check_seed(scenario, 1).violations) lines.push_back(text_of(violation));
  return lines;
}

// What did not come is told with what came nearest to it, or that nothing like it came.
TEST(Expectations, TellWhatCameInstead) {
  EXPECT_THAT(said_of(R"("eventually": ["S1 +switch-master", {"channel": "+odown", "fields": {"quorum": 2}}])"),
              IsEmpty());
  EXPECT_THAT(said_of(R"("eventually": ["+tilt"])"), ElementsAre(R"(expected eventually "+tilt", but no +tilt came)"));
  EXPECT_THAT(
      said_of(R"("eventually": ["S1 +switch-master * 7009"])"),
      ElementsAre(MatchesRegex(R"(expected eventually "S1 \+switch-master \* 7009", but the nearest is 1[0-9.]+ S1 )"
                               R"(\+switch-master mymaster 127.0.0.1 7000 127.0.0.1 700[12])")));
  EXPECT_THAT(said_of(R"("never": ["+elected-leader"])"),
              ElementsAre(MatchesRegex(
                  R"(expected never "\+elected-leader", but 1[0-9.]+ S. \+elected-leader master .* came)")));
}

// Fields are compared as numbers and texts are, and times are bounds of when the event came.
TEST(Expectations, LookAtFieldsAndTimes) {
  EXPECT_THAT(said_of(R"("eventually": [
      {"channel": "+switch-master", "node": ["S1", "S2", "S3"], 
       "fields": {"master": "my*", "new_address": "127.0.0.1:700*"}},
      {"channel": "+sdown", "payload": "master *", "fields": {"instance": "master"}, "from": "12s", "until": "14s"}],
      "never": [{"channel": "+sdown", "until": "11s"},
                {"channel": "+switch-master", "fields": {"new_address": "127.0.0.1:7000"}}])"),
              IsEmpty());
  EXPECT_THAT(
      said_of(R"("eventually": [{"channel": "+odown", "node": ["S1", "S2"], "fields": {"votes": 9}, "until": "39s"}])"),
      ElementsAre(HasSubstr(R"("S1|S2 +odown votes=9 until 39s", but the nearest is )")));
}

// An order says after which line its next event did not come, and that it came too early if it did.
TEST(Expectations, TellWhereAnOrderEnds) {
  EXPECT_THAT(said_of(R"("order": ["+sdown master *", "+odown", "+elected-leader"])"), IsEmpty());
  EXPECT_THAT(
      said_of(R"("order": ["+elected-leader", "+try-failover"])"),
      ElementsAre(MatchesRegex(R"(expected order "\+try-failover" after "\+elected-leader", but it did not come after )"
                               R"(1[0-9.]+ S. \+elected-leader .*; before: 1[0-9.]+ S. \+try-failover .*)")));
  EXPECT_THAT(said_of(R"("order": ["+tilt", "-tilt"])"), ElementsAre(R"(expected order "+tilt", but it did not come)"));
}

// So often, at least or at most so often.
TEST(Expectations, CountEvents) {
  EXPECT_THAT(said_of(R"("exactly": [{"event": "+switch-master", "times": 3}, {"event": "+tilt", "times": 0},
                                     {"event": "+sdown", "at-least": 3},
                                     {"event": "+elected-leader", "at-least": 1, "at-most": 1}])"),
              IsEmpty());
  EXPECT_THAT(said_of(R"("exactly": [{"event": "+switch-master", "times": 2}, {"event": "S1 +tilt", "at-least": 1}])"),
              ElementsAre(MatchesRegex(R"(expected "\+switch-master" exactly 2 times, but it came 3 times: )"
                                       R"(1[0-9.]+ S., 1[0-9.]+ S., 1[0-9.]+ S.)"),
                          R"(expected "S1 +tilt" at least 1 time, but no +tilt came)"));
}

// A deadline is counted from a time, or from the first event of a pattern; the event may come too early, too.
TEST(Expectations, KeepDeadlines) {
  EXPECT_THAT(
      said_of(R"("within": [{"event": "+sdown master *", "after": "10s", "within": "3s", "not-before": "1500ms"},
                                    {"event": "+promoted-slave", "after": "+elected-leader", "within": "3s"}])"),
      IsEmpty());
  EXPECT_THAT(said_of(R"("within": [{"event": "+sdown master *", "after": "10s", "within": "100ms"}])"),
              ElementsAre(MatchesRegex(R"(expected "\+sdown master \*" within 100ms after 10s, but )"
                                       R"(1[0-9.]+ S. \+sdown .* came 2[0-9]+ms after 10s)")));
  EXPECT_THAT(said_of(
                  R"("within": [{"event": "+promoted-slave", "after": "+elected-leader",
                       "within": "9s", "not-before": "8s"}])"),
              ElementsAre(MatchesRegex(
                  R"(expected "\+promoted-slave" within 8s to 9s after "\+elected-leader", but )"
                  R"(1[0-9.]+ S. \+promoted-slave .* came [0-9]+m?s after 1[0-9.]+ S. \+elected-leader .*)")));
  EXPECT_THAT(said_of(R"("within": [{"event": "+tilt", "after": "S1 +odown", "within": "9s"},
                                    {"event": "+odown", "after": "+tilt", "within": "9s"}])"),
              ElementsAre(HasSubstr(R"("+tilt" within 9s after "S1 +odown", but no +tilt came after 1)"),
                          R"(expected "+odown" within 9s after "+tilt", but no +tilt came)"));
}

// Phases that are not gone through are out of bounds, too.
TEST(Expectations, BoundPhases) {
  EXPECT_THAT(said_of(R"("phases": {"fault -> first +sdown": {"at-least": "1s", "at-most": "3s"}})"), IsEmpty());
  EXPECT_THAT(
      said_of(R"("phases": {"fault -> first +sdown": {"at-most": "1s"}, "back -> -sdown": {"at-least": "0s"}})"),
      ElementsAre(
          MatchesRegex(R"(expected phase "fault -> first \+sdown" at most 1s, but it took 2[0-9]+ms, from 10.000 on)"),
          R"(expected phase "back -> -sdown" at least 0s, but it was not gone through)"));
}

// The state in the end, of each kind of process.
TEST(Expectations, LookAtTheEnd) {
  EXPECT_THAT(said_of(R"("finally": {
      "S*": {"running": true, "epoch": 1, "config-epoch": 1, "replicas": 2, "sentinels": 2, "tilt": false,
             "flags": {"R1": "s_down,slave*"}},
      "R1": {"running": false}, "R*": {}})"),
              IsEmpty());
  const std::vector<std::string> said = said_of(R"("finally": {
      "S1": {"master": "127.0.0.1:7000", "epoch": 7, "flags": {"S2": "sentinel,x"}},
      "R1": {"role": "master"}, "S2": {"running": false}})");
  EXPECT_THAT(said, ElementsAre(MatchesRegex("expected finally S1 master = R1, but it is R[23]"),
                                "expected finally S1 epoch = 7, but it is 1",
                                "expected finally S1 flags of S2 = sentinel,x, but it is sentinel",
                                "expected finally R1 role = master, but it is not known: it does not run",
                                "expected finally S2 running = false, but it is true"));
}

// What a replica says of itself; of a master there is no link.
TEST(Expectations, LookAtDataNodesInTheEnd) {
  EXPECT_THAT(said_of(R"("finally": {"R2": {"role": "slave", "master": "R3", "link": "up"}, "R3": {"role": "master"}})",
                      R"("nodes": {"R2": {"conf": ["replica-priority 0"]}},)"),
              IsEmpty());
  EXPECT_THAT(
      said_of(R"("finally": {"R2": {"master": "R1", "link": "down"}, "R3": {"link": "up"}})",
              R"("nodes": {"R2": {"conf": ["replica-priority 0"]}},)"),
      ElementsAre("expected finally R2 master = R1, but it is R3", "expected finally R2 link = down, but it is up",
                  "expected finally R3 link = up, but it is that of a master"));
}

// What the clients suffer is told with the option that shows more of it.
TEST(Expectations, BoundWhatClientsSuffer) {
  const auto scenario = std::make_shared<const sim::Scenario>(sim::parse_scenario(
      R"({"about": "x", "until": "20s", "cluster": {"quorum": 2, "down-after-milliseconds": 1000},
          "clients": {"C1": {"writes": 10}},
          "expect": {"refused-writes": {"at-least": 3, "at-most": 5, "client": "C1"}}})",
      "x.json"));
  const std::vector<Violation> violations = check_seed(scenario, 1).violations;
  ASSERT_EQ(violations.size(), 1U);
  EXPECT_EQ(text_of(violations[0]), "expected refused-writes of C1 3 to 5, but it was 0");
  EXPECT_EQ(violations[0].shown_by, "--ledger");
}

}  // namespace
}  // namespace sentinel::analysis
