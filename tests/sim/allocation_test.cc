// The memory of a run: once it has what it needs, time goes on without allocations.
#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <string>

#include "sim/run.h"
#include "tests/support/scenario_builder.h"

#if defined(__has_feature)
#define SENTINEL_SIM_HAS_FEATURE(feature) __has_feature(feature)
#else
#define SENTINEL_SIM_HAS_FEATURE(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || SENTINEL_SIM_HAS_FEATURE(address_sanitizer)
#define SENTINEL_SIM_COUNTS_ALLOCATIONS 0  // a sanitizer has its own operator new, and shall keep it
#else
#define SENTINEL_SIM_COUNTS_ALLOCATIONS 1
#endif

namespace {

thread_local std::uint64_t allocations = 0;

}  // namespace

#if SENTINEL_SIM_COUNTS_ALLOCATIONS

// All other forms of new and delete end up in these. Not inlined, or g++ 12 takes new and free for a pair that does not
// match.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
  throw std::bad_alloc{};
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

#endif

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;

class AllocationTest : public testing::Test {
 protected:
  void SetUp() override {
    if (SENTINEL_SIM_COUNTS_ALLOCATIONS == 0) GTEST_SKIP() << "a sanitizer has its own operator new";
  }

  // Allocations and events until `end`.
  struct Cost {
    std::uint64_t allocations = 0;
    std::uint64_t happenings = 0;
  };
  Cost cost_until(sim::Run& run, Micros end) {
    const std::uint64_t allocations_before = allocations;
    const std::uint64_t happenings_before = run.happenings();
    run.run_until(SimTime{end}, scratch_, [](const Record&) {});
    return {allocations - allocations_before, run.happenings() - happenings_before};
  }

 private:
  Scratch scratch_;
};

// A cluster at rest does not allocate, however long it rests.
TEST_F(AllocationTest, SteadyStateNeedsNone) {
  sim::Run run{ScenarioBuilder{}.build(), 1};
  cost_until(run, 60s);
  const Cost rest = cost_until(run, 10min);
  EXPECT_EQ(rest.allocations, 0U);
  EXPECT_GT(rest.happenings, 10'000U);
}

// A failover needs room for what is new, and no more than a few allocations for it.
TEST_F(AllocationTest, FailoverNeedsFew) {
  ScenarioBuilder scenario;
  scenario.at(60s, CrashStep{scenario.nodes({"R1"})});
  sim::Run run{scenario.build(), 1};
  cost_until(run, 59s);
  const Cost failover = cost_until(run, 120s);
  RecordProperty("allocations_of_a_failover", std::to_string(failover.allocations));
  EXPECT_LE(failover.allocations, 30U);
  EXPECT_GT(failover.happenings, 5'000U);
}

// Cuts, crashes, pauses and restarts leave nothing behind: after some rounds they need no new memory.
TEST_F(AllocationTest, FaultsLeaveNothingBehind) {
  for (const CutMode mode : {CutMode::kDrop, CutMode::kReject}) {
    ScenarioBuilder scenario;
    const std::vector<NodeId> some = scenario.nodes({"R2", "S1"});
    for (auto start = 0s; start < 30min; start += 30s) {
      scenario.at(start, PartitionStep{{some, scenario.nodes({"R1", "R3", "S2", "S3"})}, mode})
          .at(start + 10s, HealStep{});
      scenario.at(start + 15s, CrashStep{some}).at(start + 17s, StartStep{some});
      scenario.at(start + 25s, PauseStep{some}).at(start + 26s, ResumeStep{some});
    }
    sim::Run run{scenario.build(), 1};
    cost_until(run, 12min);
    EXPECT_EQ(cost_until(run, 30min).allocations, 0U);
  }
}

}  // namespace
}  // namespace sentinel::sim
