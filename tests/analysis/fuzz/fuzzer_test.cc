// The search for schedules of faults: what it finds, that it is the same each time, and that what it stores is a test.
#include "analysis/fuzz/fuzzer.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <memory>

#include "analysis/check/check.h"
#include "analysis/fuzz/generator.h"
#include "analysis/fuzz/trial.h"

namespace sentinel::analysis {
namespace {

// Builds that are not optimised, or sanitised, are not there to search for long.
#ifdef NDEBUG
constexpr std::uint64_t kSeeds = 2'000;
#else
constexpr std::uint64_t kSeeds = 100;
#endif

const FuzzFinding* find(const FuzzResult& result, sim::Invariant invariant) {
  const auto found = std::ranges::find(result.findings, invariant, &FuzzFinding::invariant);
  return found == result.findings.end() ? nullptr : &*found;
}

// No promise is broken but in ways that are known, the same seed gives the same run, and what is known to be broken
// often is found.
TEST(Fuzz, FindsOnlyWhatIsKnown) {
  const FuzzResult result = fuzz({.last = kSeeds, .jobs = 2, .twice = true});
  EXPECT_EQ(result.runs, kSeeds);
  EXPECT_TRUE(result.contradictions.empty());
  for (const FuzzFinding& finding : result.findings) {
    EXPECT_FALSE(finding.known.empty()) << sim::invariant_row(finding.invariant).name << ": " << finding.what << '\n'
                                        << document_text(healed(finding.scenario));
  }
  EXPECT_NE(find(result, sim::Invariant::kOneWritableMaster), nullptr);
}

// What is found depends on the seeds, not on how many run at the same time.
TEST(Fuzz, IsTheSameForAnyNumberOfJobs) {
  const FuzzResult one = fuzz({.last = 150, .jobs = 1});
  const FuzzResult many = fuzz({.last = 150, .jobs = 3});
  EXPECT_EQ(one.coverage.states, many.coverage.states);
  EXPECT_EQ(one.coverage.probed, many.coverage.probed);
  ASSERT_EQ(one.findings.size(), many.findings.size());
  for (std::size_t i = 0; i < one.findings.size(); ++i) {
    EXPECT_EQ(one.findings[i].seed, many.findings[i].seed);
    EXPECT_EQ(one.findings[i].runs, many.findings[i].runs);
    EXPECT_EQ(one.findings[i].scenario, many.findings[i].scenario);
  }
}

// A scenario that was made small still breaks what it was found for, says so, and passes as a test.
TEST(Fuzz, PinsWhatItFinds) {
  const FuzzResult result = fuzz({.last = 40, .jobs = 2});
  ASSERT_FALSE(result.findings.empty());
  const FuzzFinding& finding = result.findings.back();
  const Document small = pinned(finding).scenario;
  const Document whole = healed(finding.scenario);
  const auto length = [](Document document) {
    for (const char* const told : {"about", "expect", "for"}) document.erase(told);
    return document_text(document).size();
  };
  EXPECT_LT(length(small), length(whole));
  EXPECT_LE(small["steps"].size(), whole["steps"].size());
  const auto scenario = scenario_of(small);
  EXPECT_TRUE(breaks(scenario, finding.invariant).has_value());
  EXPECT_TRUE(check_seed(scenario, 1).violations.empty()) << document_text(small);
}

// Faults are done to a cluster that somebody else describes, beside what is done to it there.
TEST(Fuzz, TakesScenarios) {
  const Document base = Document::parse(R"({
    "about": "x", "until": "30s", "cluster": {"replicas": 1, "sentinels": 3, "quorum": 2},
    "steps": [{"at": "5s", "do": "crash", "node": "R1"}]
  })");
  const FuzzResult result = fuzz({.bases = {base}, .last = 20, .jobs = 2});
  EXPECT_EQ(result.runs, 20U);
  EXPECT_GT(result.coverage.states.size(), 10U);
  const Document scenario = random_faults_of(base, 1);
  EXPECT_EQ(scenario["cluster"], base["cluster"]);
  EXPECT_EQ(scenario["steps"][0], base["steps"][0]);
}

}  // namespace
}  // namespace sentinel::analysis
