// Simulated runs side by side with recordings; these are made of simulated runs themselves, and then falsified.
#include "analysis/compare/compare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>

#include "analysis/compare/recorded_scenario.h"
#include "analysis/observe/phases.h"
#include "analysis/recorder/temporary_folder.h"
#include "sim/bad_input.h"
#include "sim/reader/scenario_reader.h"
#include "tests/analysis/compare/recording_text.h"
#include "tests/support/shell.h"

namespace sentinel::analysis {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr std::uint64_t kSeed = 7;

Json failover_of(std::uint64_t seed) {
  Json recording = recording_of_a_failover();
  say_what_is_simulated(recording, seed);
  return recording;
}

std::size_t place_of(const Json& recording, const std::string& channel) {
  const Json& events = recording["events"];
  const auto found = std::ranges::find_if(events, [&](const Json& event) { return event["channel"] == channel; });
  return static_cast<std::size_t>(found - events.begin());
}

class Compare : public testing::Test {
 protected:
  std::filesystem::path write(const std::string& name, const Json& recording) const {
    std::ofstream{folder_.path() / name} << recording.dump();
    return folder_.path() / name;
  }

  Comparison compared(const std::vector<std::filesystem::path>& files, const CompareOptions& options = kFew) {
    return compare(files, options, [&](const RecordingResult& result) { done_.push_back(result.file.filename()); });
  }

  static const CompareOptions kFew;
  recorder::TemporaryFolder folder_;
  std::vector<std::string> done_;
};

const CompareOptions Compare::kFew{.seeds = 40, .timing_seeds = 20};

// --- streams ----------------------------------------------------------------------------------------------

// What a seed says is found among what the seeds say.
TEST_F(Compare, FindsASimulatedRun) {
  const Comparison comparison = compared({write("01.json", failover_of(kSeed))});
  ASSERT_EQ(comparison.recordings.size(), 1U);
  const RecordingResult& result = comparison.recordings.front();
  EXPECT_EQ(result.error, "");
  EXPECT_TRUE(result.found());
  EXPECT_EQ(result.scenario, "failover");
  EXPECT_EQ(result.version, "redis 7.0.15");
  EXPECT_EQ(result.profile, "redis-7.0");
  ASSERT_EQ(result.streams.size(), 1U);
  EXPECT_EQ(result.streams[0].sentinel, "S1");
  EXPECT_EQ(result.streams[0].events, failover_of(kSeed)["events"].size());
  EXPECT_GT(result.streams[0].events, 10U);
  EXPECT_LE(result.streams[0].seed, kSeed);
  EXPECT_THAT(done_, ElementsAre("01.json"));
}

// One false word, and no seed says so; told is where the nearest seed leaves the recording, and what it says instead.
TEST_F(Compare, TellsTheFirstDivergence) {
  Json recording = failover_of(kSeed);
  const std::size_t place = place_of(recording, "+elected-leader");
  const std::string said = "+elected-leader " + recording["events"][place]["message"].get<std::string>();
  recording["events"][place]["channel"] = "-failover-abort-not-elected";
  const Comparison comparison = compared({write("01.json", recording)});
  const RecordingResult& result = comparison.recordings.front();
  EXPECT_FALSE(result.found());
  EXPECT_FALSE(comparison.agrees());
  EXPECT_EQ(result.seeds, kFew.seeds);
  const Divergence& divergence = result.streams[0].divergence;
  EXPECT_EQ(divergence.index, place);
  EXPECT_THAT(divergence.recorded, HasSubstr("-failover-abort-not-elected master mymaster"));
  EXPECT_EQ(divergence.simulated, said);
  EXPECT_GE(divergence.seed, 1U);
}

// A stream that goes on when the other has ended is another one.
TEST_F(Compare, TellsWhichStreamEnds) {
  Json shorter = failover_of(kSeed);
  const std::size_t events = shorter["events"].size();
  shorter["events"].erase(events - 1);
  Json longer = failover_of(kSeed);
  add_event(longer, 9'999, "S1", "+tilt", "#tilt mode entered");
  const Comparison comparison = compared({write("01.json", shorter), write("02.json", longer)});
  EXPECT_EQ(comparison.recordings[0].streams[0].divergence.index, events - 1);
  EXPECT_EQ(comparison.recordings[0].streams[0].divergence.recorded, "");
  EXPECT_NE(comparison.recordings[0].streams[0].divergence.simulated, "");
  EXPECT_EQ(comparison.recordings[1].streams[0].divergence.index, events);
  EXPECT_EQ(comparison.recordings[1].streams[0].divergence.recorded, "+tilt #tilt mode entered");
  EXPECT_EQ(comparison.recordings[1].streams[0].divergence.simulated, "");
}

// The result does not depend on how many threads look for it.
TEST_F(Compare, IsTheSameWithThreads) {
  const auto file = write("01.json", failover_of(kSeed));
  CompareOptions options = kFew;
  const Comparison one = compared({file}, options);
  options.jobs = 3;
  const Comparison three = compared({file}, options);
  EXPECT_EQ(one.recordings[0].streams[0].seed, three.recordings[0].streams[0].seed);
  ASSERT_EQ(one.phases.size(), three.phases.size());
  for (std::size_t i = 0; i < one.phases.size(); ++i) EXPECT_EQ(one.phases[i].simulated, three.phases[i].simulated);
}

// Another profile in the place of that of the version.
TEST_F(Compare, TakesAProfile) {
  CompareOptions options = kFew;
  options.profile = "redis-7.4";
  EXPECT_EQ(compared({write("01.json", failover_of(kSeed))}, options).recordings[0].profile, "redis-7.4");
}

// The scenario that was recorded, in the place of that which the recording tells; its nodes may stand in another order.
TEST_F(Compare, TakesAScenario) {
  const Json recording = failover_of(kSeed);
  Json scenario = Json::parse(scenario_of(parsed(recording)).text);
  const Json nodes = scenario["nodes"];
  scenario["nodes"] = {{"S1", nodes["S1"]}, {"R2", nodes["R2"]}, {"R1", nodes["R1"]}};
  CompareOptions options = kFew;
  options.seeds = 200;
  options.scenario = std::make_shared<const sim::Scenario>(sim::parse_scenario(scenario.dump(), "x.json"));
  const Comparison comparison = compared({write("01.json", recording)}, options);
  EXPECT_EQ(comparison.recordings[0].error, "");
  EXPECT_TRUE(comparison.recordings[0].found());
}

// A scenario of other nodes is not the one that was recorded.
TEST_F(Compare, RefusesAnotherScenario) {
  CompareOptions options = kFew;
  options.scenario = std::make_shared<const sim::Scenario>(sim::parse_scenario(
      R"({"about": "test", "cluster": {"replicas": 0, "sentinels": 1, "quorum": 1}, "until": "1s"})", "x.json"));
  EXPECT_THAT(compared({write("01.json", failover_of(kSeed))}, options).recordings[0].error,
              HasSubstr("01.json: its node R2 is not in the scenario"));
}

// A bad recording is told, does not stop the others, and is no success.
TEST_F(Compare, GoesOnAfterABadRecording) {
  std::ofstream{folder_.path() / "01.json"} << "{oops";
  const Comparison comparison = compared({folder_.path() / "01.json", write("02.json", failover_of(kSeed))});
  ASSERT_EQ(comparison.recordings.size(), 2U);
  EXPECT_THAT(comparison.recordings[0].error, HasSubstr("01.json: is no recording"));
  EXPECT_FALSE(comparison.recordings[0].found());
  EXPECT_TRUE(comparison.recordings[1].found());
  EXPECT_FALSE(comparison.agrees());
  EXPECT_THAT(done_, ElementsAre("01.json", "02.json"));
}

// --- timings ----------------------------------------------------------------------------------------------

const PhaseResult& phase_of(const Comparison& comparison, const std::string& name) {
  return *std::ranges::find(comparison.phases, name, &PhaseResult::phase);
}

// All recordings of a scenario with one version are one sample; every seed adds to the other, recording by recording.
TEST_F(Compare, GathersSamples) {
  Json other = failover_of(3);
  other["server_version"] = "7.0.11";
  const Comparison comparison =
      compared({write("01.json", failover_of(1)), write("02.json", failover_of(2)), write("03.json", other)});
  const PhaseResult& older = comparison.phases.front();
  EXPECT_EQ(older.version, "redis 7.0.11");
  EXPECT_EQ(older.scenario, "failover");
  EXPECT_EQ(older.phase, "fault -> first +sdown");
  EXPECT_EQ(older.recorded.size(), 1U);
  EXPECT_EQ(older.simulated.size(), kFew.timing_seeds);
  const PhaseResult& newer = comparison.phases.back();
  EXPECT_EQ(newer.version, "redis 7.0.15");
  EXPECT_EQ(newer.recorded.size(), 2U);
  EXPECT_EQ(newer.simulated.size(), 2 * kFew.timing_seeds);
  EXPECT_TRUE(std::ranges::is_sorted(newer.simulated));
}

// What the simulator says of itself agrees with it, and has the tenth of recordings that it takes to judge.
TEST_F(Compare, AgreesWithItself) {
  std::vector<std::filesystem::path> files;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) files.push_back(write(std::to_string(seed), failover_of(seed)));
  const Comparison comparison = compared(files);
  const PhaseResult& detection = phase_of(comparison, "fault -> first +sdown");
  EXPECT_TRUE(detection.judged());
  EXPECT_TRUE(detection.agrees()) << detection.test.p;
  EXPECT_GT(detection.test.p, 0.5);
  EXPECT_TRUE(comparison.agrees());
}

// What takes the wrong time does not, even if every stream is found.
TEST_F(Compare, FindsWrongTimes) {
  std::vector<std::filesystem::path> files;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    Json recording = failover_of(seed);
    for (Json& event : recording["events"]) event["t_ms"] = event["t_ms"].get<double>() + 400;
    files.push_back(write(std::to_string(seed), recording));
  }
  const Comparison comparison = compared(files);
  EXPECT_TRUE(std::ranges::all_of(comparison.recordings, &RecordingResult::found));
  EXPECT_FALSE(phase_of(comparison, "fault -> first +sdown").agrees());
  EXPECT_FALSE(comparison.agrees());
}

// A recorder reads what two ticks of a socket brought at two times a tenth of a millisecond apart, which are one time
// to the simulator: durations are compared in whole milliseconds.
TEST_F(Compare, CountsWholeMilliseconds) {
  Json recording = failover_of(kSeed);
  for (Json& event : recording["events"]) event["t_ms"] = event["t_ms"].get<double>() + 0.1;
  const Comparison comparison = compared({write("01.json", recording)});
  ASSERT_THAT(comparison.phases, testing::Not(IsEmpty()));
  const auto is_whole = [](double ms) { return ms == std::round(ms); };
  for (const PhaseResult& phase : comparison.phases) {
    EXPECT_TRUE(std::ranges::all_of(phase.recorded, is_whole)) << phase.phase;
    EXPECT_TRUE(std::ranges::all_of(phase.simulated, is_whole)) << phase.phase;
  }
}

Json with_two_sentinels() {
  Json recording = recording_of_a_failover();
  recording["scenario"]["topology"]["sentinels"].push_back({{"name", "S2"}});
  recording["conf"]["S2"] =
      "port 5001\nbind 127.0.0.1\nsentinel monitor mymaster 127.0.0.1 7000 1\n"
      "sentinel down-after-milliseconds mymaster 1000\n";
  recording["topology_at_start"]["S2"] = {{"addr", "127.0.0.1:5001"}, {"runid", std::string(40, '2')}};
  recording["notes"].push_back({{"t_ms", -4'400.0}, {"sentinel", "S2"}, {"text", "subscribed"}});
  recording["sentinel_log"].push_back({-4'410.0, "S2", "#", "+monitor master mymaster 127.0.0.1 7000 quorum 1"});
  return recording;
}

// The INFOs of each sentinel come at times of their own, so that a recording is compared with runs that the same
// sentinel leads.
TEST_F(Compare, ComparesTimesOfOneLeader) {
  Json recording = with_two_sentinels();
  say_what_is_simulated(recording, kSeed);
  const Recording parsed_one = parsed(recording);
  const RecordedScenario made = scenario_of(parsed_one);
  const Incident incident = *incident_of(*made.scenario);
  const sim::Phase& promotion =
      *std::ranges::find(sim::phases(), "+elected-leader -> +promoted-slave", &sim::Phase::name);
  const auto leader_in = [](const Stream& stream) {
    return std::ranges::find(stream, "+elected-leader", &Said::channel)->node;
  };
  std::set<double> same;
  std::set<double> others;
  for (std::uint64_t seed = 1; seed <= kFew.timing_seeds; ++seed) {
    const Stream stream = simulate(made.scenario, seed, {.at = made.scenario->until.time_since_epoch()});
    const auto took = duration_of(promotion, stream, incident);
    if (!took) continue;
    (leader_in(stream) == leader_in(parsed_one.stream) ? same : others)
        .insert(static_cast<double>(std::chrono::round<std::chrono::milliseconds>(*took).count()));
  }
  ASSERT_THAT(others, testing::Not(IsEmpty()));
  const Comparison comparison = compared({write("01.json", recording)});
  const std::vector<double>& simulated = phase_of(comparison, "+elected-leader -> +promoted-slave").simulated;
  EXPECT_EQ(std::set<double>(simulated.begin(), simulated.end()), same);
}

PhaseResult phase(std::vector<double> recorded, std::vector<double> simulated, double p = 1) {
  return {.recorded = std::move(recorded), .simulated = std::move(simulated), .test = {.distance = 0, .p = p}};
}

std::vector<double> all(double value) { return std::vector<double>(10, value); }

// A phase that begins or ends while the recorder stood still is not measured, and that is told; the others are.
TEST_F(Compare, DistrustsStalls) {
  Json recording = failover_of(kSeed);
  const Json& promoted = recording["events"][place_of(recording, "+promoted-slave")];
  recording["stalls"] = Json::array({{promoted["t_ms"], 40}});
  const Comparison comparison = compared({write("01.json", recording)});
  const std::vector<std::string>& distrusted = comparison.recordings.at(0).distrusted;
  EXPECT_THAT(distrusted, testing::Contains("+elected-leader -> +promoted-slave"));
  EXPECT_THAT(distrusted, testing::Not(testing::Contains("fault -> first +sdown")));
  for (const PhaseResult& phase : comparison.phases)
    EXPECT_THAT(distrusted, testing::Not(testing::Contains(phase.phase)));
  EXPECT_THAT(comparison.phases, testing::Not(IsEmpty()));
}

// Where a signal took longer than 100 ms the machine stood still: nothing of the recording is measured.
TEST_F(Compare, DistrustsMachinesThatStoodStill) {
  Json recording = failover_of(kSeed);
  recording["actions"][0]["end_ms"] = 1'200.0;
  const Comparison comparison = compared({write("01.json", recording)});
  EXPECT_THAT(comparison.recordings.at(0).distrusted, testing::Not(IsEmpty()));
  EXPECT_THAT(comparison.phases, IsEmpty());
}

// The largest of two is lower than the largest of many: quantiles are those of samples of the same size.
TEST(PhaseResultTest, ComparesSamplesOfOneSize) {
  const PhaseResult phase{.recorded = {1, 2}, .simulated = {0, 1, 2, 3, 4, 5}, .groups = {{0, 1}, {2, 3}, {4, 5}, {}}};
  EXPECT_DOUBLE_EQ(phase.simulated_quantile(1), 3);
  EXPECT_DOUBLE_EQ(phase.simulated_quantile(0.5), 2.5);
}

// Nine recordings are too few.
TEST(PhaseResultTest, IsJudgedWithTenRecordings) {
  EXPECT_TRUE(phase(all(1), {1}).judged());
  EXPECT_FALSE(phase(std::vector<double>(9, 1), {1}).judged());
  EXPECT_FALSE(phase(all(1), {}).judged());
}

// Medians may differ by 5 % or by 30 ms, whatever is more.
TEST(PhaseResultTest, LimitsTheMedian) {
  EXPECT_TRUE(phase(all(100), all(130)).agrees());
  EXPECT_FALSE(phase(all(100), all(131)).agrees());
  EXPECT_TRUE(phase(all(10'000), all(9'500)).agrees());
  EXPECT_FALSE(phase(all(10'000), all(9'499)).agrees());
}

// The 95th percentiles may differ by 10 % or by 100 ms.
TEST(PhaseResultTest, LimitsTheTail) {
  const auto with_tail = [](double tail) { return std::vector<double>{0, 0, 0, 0, 0, 0, 0, 0, tail, tail}; };
  EXPECT_TRUE(phase(with_tail(500), with_tail(600)).agrees());
  EXPECT_FALSE(phase(with_tail(500), with_tail(601)).agrees());
  EXPECT_TRUE(phase(with_tail(5'000), with_tail(5'500)).agrees());
  EXPECT_FALSE(phase(with_tail(5'000), with_tail(5'501)).agrees());
}

// The test of the whole distribution rejects below 1 %.
TEST(PhaseResultTest, LimitsTheChance) {
  EXPECT_TRUE(phase(all(1), all(1), 0.01).agrees());
  EXPECT_FALSE(phase(all(1), all(1), 0.0099).agrees());
}

// --- the program ------------------------------------------------------------------------------------------

class CompareCommand : public Compare {
 protected:
  test::Outcome run(const std::string& arguments) const {
    return test::run_program("compare " + arguments + " 2>&1", folder_.path().string());
  }
};

// Found: exit 0, one line a recording, the phases, and a summary.
TEST_F(CompareCommand, SucceedsWhenAllIsFound) {
  write("01.json", failover_of(kSeed));
  const test::Outcome printed = run("01.json --seeds 40");
  EXPECT_EQ(printed.status, 0) << printed.output;
  EXPECT_THAT(printed.output, testing::StartsWith("ok    01.json  redis-7.0, 40 seeds: S1 seed "));
  EXPECT_THAT(printed.output, HasSubstr("redis 7.0.15 failover  (ms: recorded, simulated)"));
  EXPECT_THAT(printed.output, HasSubstr("1 of 1 recorded streams found, 0 of 0 phases agree\n"));
}

// Not found: exit 1, with both events.
TEST_F(CompareCommand, FailsWhenAStreamIsNotFound) {
  Json recording = failover_of(kSeed);
  recording["events"][0]["channel"] = "+tilt";
  write("01.json", recording);
  const test::Outcome printed = run("01.json --seeds 5");
  EXPECT_EQ(printed.status, 1);
  EXPECT_THAT(printed.output, HasSubstr("FAIL  01.json  redis-7.0, 5 seeds: S1 NOT FOUND\n"));
  EXPECT_THAT(printed.output, HasSubstr("      S1 event 1 of "));
  EXPECT_THAT(printed.output, HasSubstr(": recorded  +tilt master mymaster"));
  EXPECT_THAT(printed.output, HasSubstr(": +sdown master mymaster"));
}

// Bad input: exit 2, one line each, and the others are still compared.
TEST_F(CompareCommand, TellsBadRecordings) {
  std::ofstream{folder_.path() / "01.json"} << "{oops";
  write("02.json", failover_of(kSeed));
  const test::Outcome printed = run(". --seeds 40");
  EXPECT_EQ(printed.status, 2);
  EXPECT_THAT(printed.output, testing::StartsWith("FAIL  ./01.json: is no recording"));
  EXPECT_THAT(printed.output, HasSubstr("\nok    ./02.json"));
}

// Where nothing was compared nothing is summed up: the line that tells why is the only one.
TEST_F(CompareCommand, SumsUpOnlyWhatWasCompared) {
  std::ofstream{folder_.path() / "01.json"} << R"({"about": "a scenario"})";
  const test::Outcome printed = run("01.json");
  EXPECT_EQ(printed.status, 2);
  EXPECT_EQ(printed.output,
            "FAIL  01.json: is no recording as 'sentinel-sim record' writes them: key 'scenario' not found\n");
}

// Wrong arguments are told before anything is run.
TEST_F(CompareCommand, TellsWrongArguments) {
  write("01.json", failover_of(kSeed));
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"", "compare needs a recording"},
      {"01.json --seeds 0", "--seeds '0' is not a whole number from 1 on"},
      {"01.json --format xml", "--format 'xml' is not known: text or json"},
      {"01.json --profile redis-9", "--profile 'redis-9' is not known: redis-7.0, "},
      {"01.json --scenario none.json", "none.json"},
      {"01.json --sedes 5", "did you mean '--seeds'?"}};
  for (const auto& [arguments, told] : wrong) {
    const test::Outcome printed = run(arguments);
    EXPECT_EQ(printed.status, 2) << arguments;
    EXPECT_THAT(printed.output, testing::AllOf(testing::StartsWith("sentinel-sim: "), HasSubstr(told)));
  }
}

// An unknown profile is told with those that there are.
TEST_F(CompareCommand, TellsUnknownProfiles) {
  write("01.json", failover_of(kSeed));
  const test::Outcome printed = run("01.json --profile redis-7");
  EXPECT_EQ(printed.status, 2);
  EXPECT_THAT(printed.output, HasSubstr("'redis-7'"));
}

// The scenario can be looked at, and is one.
TEST_F(CompareCommand, ShowsTheScenario) {
  write("01.json", failover_of(kSeed));
  const test::Outcome printed = run("01.json --show-scenario");
  EXPECT_EQ(printed.status, 0);
  EXPECT_NO_THROW(sim::parse_scenario(printed.output, "x.json"));
}

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) names.push_back(name);
  return names;
}

// All that is printed as text, and the samples, for other programs.
TEST_F(CompareCommand, PrintsJson) {
  Json bad = failover_of(kSeed);
  bad["events"][0]["channel"] = "+tilt";
  write("01.json", failover_of(kSeed));
  write("02.json", bad);
  const test::Outcome printed = run(". --seeds 40 --timing-seeds 3 --format json");
  EXPECT_EQ(printed.status, 1);
  const Json json = Json::parse(printed.output);
  EXPECT_THAT(keys(json), ElementsAre("recordings", "phases"));
  const Json& first = json["recordings"][0];
  EXPECT_THAT(keys(first), ElementsAre("file", "scenario", "version", "profile", "seeds", "found", "distrusted",
                                       "error", "sentinels"));
  EXPECT_THAT(keys(first["sentinels"][0]), ElementsAre("sentinel", "events", "found", "seed"));
  EXPECT_EQ(first["found"], true);
  const Json& second = json["recordings"][1]["sentinels"][0];
  EXPECT_THAT(keys(second), ElementsAre("sentinel", "events", "found", "divergence"));
  EXPECT_THAT(keys(second["divergence"]), ElementsAre("index", "expected", "nearest", "seed"));
  EXPECT_EQ(second["divergence"]["index"], 0);
  const Json& phase = json["phases"][0];
  EXPECT_THAT(keys(phase), ElementsAre("version", "scenario", "phase", "recorded", "simulated", "ks", "judged",
                                       "agrees", "recorded_ms", "simulated_ms"));
  EXPECT_THAT(keys(phase["recorded"]), ElementsAre("median", "p95"));
  EXPECT_THAT(keys(phase["ks"]), ElementsAre("distance", "p"));
  EXPECT_EQ(phase["recorded_ms"].size(), 2U);
  EXPECT_EQ(phase["simulated_ms"].size(), 6U);
}

}  // namespace
}  // namespace sentinel::analysis
