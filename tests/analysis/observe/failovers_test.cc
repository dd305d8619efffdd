// How failovers end: one small scenario for each class.
#include "analysis/observe/failovers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "analysis/observe/measures.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::Ge;
using testing::IsEmpty;
using testing::Le;

constexpr const char* kUsual =
    R"({"replicas": 2, "sentinels": 3, "quorum": 2, "down-after-milliseconds": 2000, "failover-timeout": 10000})";

std::shared_ptr<const sim::Scenario> scenario(const std::string& steps, const std::string& until = "30s",
                                              const std::string& cluster = kUsual, const std::string& more = "") {
  return std::make_shared<const sim::Scenario>(sim::parse_scenario(R"({"about": "test", "cluster": )" + cluster +
                                                                       R"(, "steps": [)" + steps + R"(], "until": ")" +
                                                                       until + "\"" + more + "}",
                                                                   "test.json"));
}

std::vector<Failover> failovers(const std::shared_ptr<const sim::Scenario>& of, std::uint64_t seed = 1) {
  sim::Run run{of, seed};
  sim::Scratch scratch;
  FailoverRecorder recorder{*of};
  run.run_until(of->until, scratch, recorder, [&](const sim::Run& now) { recorder.observe(now); });
  return recorder.close(run);
}

std::string ending(const RunMeasures& run) {
  std::string text{outcome_name(run.outcome)};
  if (run.reason != FailoverReason::kNone) text.append(": ").append(reason_name(run.reason));
  return text;
}

std::string ending(const std::string& steps, const std::string& until = "30s", const std::string& cluster = kUsual) {
  return ending(measure(scenario(steps, until, cluster), 1));
}

constexpr const char* kCrash = R"({"at": "10s", "do": "crash", "node": "R1"})";

// Nothing happens, or nothing that needs a failover: also a master that is back before anyone could act.
TEST(Failovers, MayNotBeNeeded) {
  EXPECT_EQ(ending(""), "not-needed");
  EXPECT_EQ(ending(R"({"at": "10s", "do": "crash", "node": "R2"})"), "not-needed");
  EXPECT_EQ(ending(R"({"at": "10s", "do": "stall", "node": "R1", "for": "1500ms"})"), "not-needed");
  EXPECT_THAT(failovers(scenario(R"({"at": "10s", "do": "stall", "node": "R1", "for": "1500ms"})")), IsEmpty());
}

// A dead, stopped or cut-off master is replaced: from the fault on, each mark has its time.
TEST(Failovers, Succeed) {
  for (const char* const step :
       {kCrash, R"({"at": "10s", "do": "pause", "node": "R1"})",
        R"({"at": "10s", "do": "partition", "between": [["R1", "S1"], ["R2", "R3", "S2", "S3"]]})"}) {
    const auto of = scenario(step);
    EXPECT_EQ(ending(measure(of, 1)), "success") << step;
    const std::vector<Failover> found = failovers(of);
    ASSERT_EQ(found.size(), 1U) << step;
    const Failover& failover = found.front();
    EXPECT_EQ(failover.fault, sim::SimTime{10s}) << step;
    EXPECT_LT(failover.fault, failover.sdown) << step;
    EXPECT_LT(failover.sdown, failover.odown) << step;
    EXPECT_EQ(failover.odown, failover.tried) << step;
    EXPECT_LT(failover.tried, failover.promoted) << step;
    EXPECT_LT(failover.promoted, failover.switched) << step;
    EXPECT_EQ(of->node(failover.old_master).name, "R1");
    EXPECT_FALSE(failover.mended) << step;
    EXPECT_TRUE(failover.needed) << step;
    EXPECT_FALSE(failover.forced) << step;
  }
}

// The time that a run tells is that of its first failover; nobody served until the promotion.
TEST(Failovers, AreMeasured) {
  const RunMeasures run = measure(scenario(kCrash), 1);
  EXPECT_THAT(*run.time_to_detection, AllOf(Ge(2s), Le(2'300ms)));
  EXPECT_THAT(*run.time_to_failover, AllOf(Ge(3s), Le(4s)));
  EXPECT_THAT(run.unavailable, AllOf(Ge(3s), Le(*run.time_to_failover)));
  EXPECT_EQ(run.failovers, 1U);
  EXPECT_EQ(run.false_failovers, 0U);
  EXPECT_EQ(run.tries, 1U);
  EXPECT_EQ(run.observed, 30s);
  EXPECT_EQ(run.two_masters, 0s);
}

// An old master that is started again is still a master, until it is converted.
TEST(Failovers, TellWhenTheOldMasterIsBack) {
  const auto of = scenario(std::string{kCrash} + R"(, {"at": "20s", "do": "start", "node": "R1"})", "40s");
  EXPECT_EQ(failovers(of).front().mended, sim::SimTime{20s});
  EXPECT_THAT(measure(of, 1).two_masters, AllOf(Ge(9s), Le(12s)));
}

// Each of several failovers in a run has its own fault; the run tells the time of the first.
TEST(Failovers, MayBeSeveral) {
  const auto of = scenario(
      std::string{kCrash} + R"(, {"on": "+promoted-slave", "after": "20s", "do": "crash", "node": "$node"})", "60s");
  const std::vector<Failover> found = failovers(of);
  ASSERT_EQ(found.size(), 2U);
  EXPECT_EQ(found[0].new_master, found[1].old_master);
  EXPECT_EQ(found[1].fault, *found[0].promoted + 20s);
  const RunMeasures run = measure(of, 1);
  EXPECT_EQ(run.failovers, 2U);
  EXPECT_EQ(run.time_to_failover, *found[0].switched - *found[0].fault);
}

constexpr const char* kQuick =
    R"({"replicas": 2, "sentinels": 4, "quorum": 2, "down-after-milliseconds": 1000, "failover-timeout": 2000})";

// A sentinel that slept through two failovers learns of each when it wakes up. That is news to it alone.
TEST(Failovers, AreNotCountedAgainWhenASentinelCatchesUp) {
  const auto of = scenario(
      R"({"at": "10s", "do": "pause", "node": "S4"}, {"at": "11s", "do": "crash", "node": "R1"},
         {"at": "24s", "do": "crash", "node": "R2"}, {"at": "60s", "do": "resume", "node": "S4"})",
      "90s", kQuick);
  const RunMeasures run = measure(of, 1);
  EXPECT_EQ(run.failovers, 2U);
  EXPECT_EQ(run.false_failovers, 0U);
}

// A sentinel that is restarted has forgotten that it held the master for down, whether or not it runs again: what
// happens much later is another failover.
TEST(Failovers, EndWithTheMemoryOfSentinels) {
  const std::string cluster =
      R"({"replicas": 2, "sentinels": 3, "quorum": 3, "down-after-milliseconds": 1000, "failover-timeout": 2000})";
  const std::string before = R"({"at": "5s", "do": "crash", "node": "S2"},
      {"at": "10s", "do": "pause", "node": "R1", "for": "2800ms"}, {"at": "12s", "do": "crash", "node": "S3"},
      {"at": "15s", "do": "start", "node": "S2"},)";
  const std::string after = R"({"at": "60s", "do": "crash", "node": "R1"})";
  for (const char* const start : {"12200ms", "20s"}) {
    const std::string restart = R"({"at": ")" + std::string{start} + R"(", "do": "start", "node": "S3"},)";
    const auto of = scenario(before + restart + after, "100s", cluster);
    EXPECT_EQ(failovers(of).front().fault, sim::SimTime{60s}) << start;
    EXPECT_THAT(*measure(of, 1).time_to_detection, AllOf(Ge(1s), Le(2s))) << start;
  }
}

// A master that is back for a moment is not back for good: the longest time without it counts.
TEST(Failovers, OfAMasterThatFailsAgain) {
  const auto of = scenario(
      R"({"at": "9s", "do": "crash", "nodes": ["S2", "S3"]}, {"at": "10s", "do": "crash", "node": "R1"},
         {"at": "12s", "do": "start", "node": "R1"}, {"at": "14s", "do": "crash", "node": "R1"},
         {"at": "40s", "do": "start", "nodes": ["S2", "S3"]})",
      "120s",
      R"({"replicas": 2, "sentinels": 3, "quorum": 1, "down-after-milliseconds": 1000, "failover-timeout": 20000})");
  const std::vector<Failover> found = failovers(of);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_FALSE(found[0].mended);
  EXPECT_EQ(found[0].without_master, *found[0].promoted - sim::SimTime{14s});
  EXPECT_EQ(measure(of, 1).unavailable, found[0].without_master);
}

// Asked for: from the command on, though the master is well. That is no false failover.
TEST(Failovers, MayBeForced) {
  const auto of =
      scenario(R"({"at": "10s", "do": "command", "node": "S1", "args": ["SENTINEL", "FAILOVER", "mymaster"]})");
  const std::vector<Failover> found = failovers(of);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_TRUE(found[0].forced);
  EXPECT_EQ(found[0].fault, sim::SimTime{10s});
  const RunMeasures run = measure(of, 1);
  EXPECT_EQ(ending(run), "success");
  EXPECT_EQ(run.false_failovers, 0U);
  EXPECT_FALSE(run.time_to_detection);
  EXPECT_TRUE(run.time_to_failover);
}

// The sentinels are cut off from a master that its replicas and clients can reach: it was fit.
TEST(Failovers, MayBeFalse) {
  const std::string cut = R"({"at": "10s", "do": "partition", "between": [["R1"], ["S1", "S2", "S3"]]})";
  const RunMeasures run = measure(scenario(cut), 1);
  EXPECT_EQ(ending(run), "false-failover");
  EXPECT_EQ(run.false_failovers, 1U);
  EXPECT_FALSE(run.time_to_failover);
}

// So was one that only was busy for a moment, though longer than down-after; one that died for a moment was not.
TEST(Failovers, OfAMasterThatIsBackBeforeThePromotionAreFalse) {
  EXPECT_EQ(ending(R"({"at": "10s", "do": "stall", "node": "R1", "for": "3200ms"})"), "false-failover");
  EXPECT_EQ(ending(std::string{kCrash} + R"(, {"at": "12500ms", "do": "start", "node": "R1"})"), "success");
}

// One that hung for half a minute was not fit, though it is back just before the promotion.
TEST(Failovers, OfAMasterThatHungForLongAreNotFalse) {
  const auto of = scenario(
      R"({"at": "5s", "do": "crash", "node": "S3"}, {"at": "10s", "do": "pause", "node": "R1"},
         {"at": "40s", "do": "start", "node": "S3"}, {"on": "+selected-slave", "do": "resume", "node": "R1"})",
      "70s",
      R"({"replicas": 2, "sentinels": 3, "quorum": 3, "down-after-milliseconds": 1000, "failover-timeout": 10000})");
  const RunMeasures run = measure(of, 1);
  EXPECT_EQ(ending(run), "success");
  EXPECT_EQ(run.false_failovers, 0U);
  EXPECT_EQ(run.needed, 1U);
  EXPECT_THAT(run.unavailable, Ge(30s));
}

// A sentinel that sees the master die, and never gets the votes: it gives up after 4 s, and tries again 4 s later.
constexpr const char* kNoMajority = R"({"at": "10s", "do": "crash", "nodes": ["R1", "S2", "S3"]})";
constexpr const char* kOneSees =
    R"({"replicas": 1, "sentinels": 3, "quorum": 1, "down-after-milliseconds": 2000, "failover-timeout": 4000})";

// Given up, for the reason that the sentinel says.
TEST(Failovers, MayBeAborted) {
  EXPECT_EQ(ending(R"({"at": "10s", "do": "crash", "nodes": ["R1", "R2", "R3"]})"), "aborted: no-good-replica");
  EXPECT_EQ(ending(kNoMajority, "27s", kOneSees), "aborted: not-elected");
  EXPECT_EQ(ending(std::string{kCrash} + R"(, {"on": "+selected-slave", "do": "pause", "node": "$node"})", "25s"),
            "aborted: replica-timeout");
}

// The run ends while a try is going on; or so soon that nobody could have acted.
TEST(Failovers, MayBeUnfinished) {
  EXPECT_EQ(ending(std::string{kCrash} + R"(, {"on": "+selected-slave", "do": "pause", "node": "$node"})", "18s"),
            "unfinished");
  EXPECT_EQ(ending(kCrash, "12s"), "not-needed");
}

// That an earlier try was given up does not tell how the one ends that is going on.
TEST(Failovers, MayBeUnfinishedAfterAnAbort) {
  EXPECT_EQ(ending(kNoMajority, "18s", kOneSees), "aborted: not-elected");
  EXPECT_EQ(ending(kNoMajority, "22s", kOneSees), "unfinished");
  EXPECT_EQ(ending(kNoMajority, "26s", kOneSees), "aborted: not-elected");
}

// None was tried: nobody is there, nobody sees it, too few see it.
TEST(Failovers, MayNotBeTried) {
  EXPECT_EQ(ending(R"({"at": "10s", "do": "crash", "nodes": ["R1", "S1", "S2", "S3"]})"), "no-attempt: no-sentinel");
  EXPECT_EQ(ending(R"({"at": "10s", "do": "crash", "nodes": ["R1", "S2", "S3"]})"), "no-attempt: no-odown");
  EXPECT_EQ(ending(R"({"at": "10s", "do": "pause", "nodes": ["R1", "S1", "S2", "S3"]})"), "no-attempt: no-sdown");
  EXPECT_EQ(
      ending(R"({"at": "9900ms", "do": "clock", "nodes": ["S1", "S2", "S3"], "step": "1h"},)" + std::string{kCrash}),
      "no-attempt: tilt");
}

// A second try comes after twice failover-timeout: late.
TEST(Failovers, MayBeLate) {
  EXPECT_EQ(ending(std::string{kCrash} + R"(, {"on": "+elected-leader", "do": "crash", "node": "$sentinel"})", "60s"),
            "late");
}

// Two sentinels that do not hear each other in time keep each other from a majority; one of them wins later.
TEST(Failovers, MayComeAfterASplitVote) {
  const auto of = std::make_shared<const sim::Scenario>(
      sim::read_scenario(std::string{SENTINEL_SIM_SOURCE_DIR} + "/scenarios/failover/split_vote.json"));
  const RunMeasures run = measure(of, 1);
  EXPECT_EQ(ending(run), "split-vote");
  EXPECT_EQ(run.split_votes, 1U);
  EXPECT_EQ(run.tries, 2U);
}

// Each measure has a name of its own, is found by it, and has a value of a run with a failover.
TEST(Measures, AreFoundByName) {
  const RunMeasures run = measure(scenario(kCrash), 1);
  for (const MeasureRow& row : measures()) {
    EXPECT_EQ(find_measure(row.name), &row) << row.name;
    EXPECT_TRUE(row.value(run)) << row.name;
    EXPECT_FALSE(row.meaning.empty()) << row.name;
  }
  EXPECT_EQ(find_measure("time"), nullptr);
  EXPECT_EQ(find_measure("success")->value(run), 1.0);
  EXPECT_FALSE(find_measure("success")->value(RunMeasures{}));
}

}  // namespace
}  // namespace sentinel::analysis
