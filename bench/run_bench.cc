// What a run costs: a whole failover, a cluster at rest, and a copy of it.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <memory>

#include "bench/allocations.h"
#include "bench/clusters.h"
#include "bench/counters.h"
#include "sim/run.h"

namespace sentinel::bench {
namespace {

using namespace std::chrono_literals;

ClusterSize size_of(const benchmark::State& state) {
  return {.replicas = state.range(0) - 1, .sentinels = state.range(1)};
}

// 60 s of a cluster whose master crashes at 10 s, from nothing to the end; each time with another seed.
void whole_failover(benchmark::State& state) {
  const auto scenario = cluster_with_failover(size_of(state));
  sim::Scratch scratch;
  Counters counters;
  std::uint64_t seed = 0;
  const Allocations before = allocations();
  for (auto _ : state) {
    sim::Run run{scenario, ++seed};
    run.run_until(scenario->until, scratch, counters);
    counters.add(run.happenings());
    benchmark::DoNotOptimize(run.digest());
  }
  counters.tell(state, allocations() - before);
  state.counters["runs/s"] = benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  sim::Run first{scenario, 1};
  first.run_until(scenario->until, scratch, [](const sim::Record&) {});
  state.counters["bytes"] = static_cast<double>(bytes_of(first));
}
BENCHMARK(whole_failover)
    ->ArgNames({"data", "sentinels"})
    ->Args({3, 3})
    ->Args({5, 5})
    ->Args({3, 9})
    ->Unit(benchmark::kMillisecond);

// One second more of a cluster at rest.
void second_at_rest(benchmark::State& state) {
  sim::Scratch scratch;
  sim::Run run{cluster_at_rest(size_of(state)), 1};
  run.run_until(sim::SimTime{20s}, scratch, [](const sim::Record&) {});
  seconds_of(state, run, scratch);
}
BENCHMARK(second_at_rest)->ArgNames({"data", "sentinels"})->Args({3, 3})->Args({5, 5})->Unit(benchmark::kMicrosecond);

// A copy of a world that has run for 20 s, over an older copy.
void fork(benchmark::State& state) {
  sim::Scratch scratch;
  sim::Run run{cluster_at_rest(size_of(state)), 1};
  run.run_until(sim::SimTime{20s}, scratch, [](const sim::Record&) {});
  sim::Run copy = run;
  const Allocations before = allocations();
  for (auto _ : state) {
    copy = run;
    benchmark::DoNotOptimize(copy);
  }
  state.counters["allocs"] =
      benchmark::Counter(static_cast<double>((allocations() - before).count), benchmark::Counter::kAvgIterations);
  state.counters["bytes"] = static_cast<double>(bytes_of(run));
}
BENCHMARK(fork)->ArgNames({"data", "sentinels"})->Args({3, 3})->Args({5, 5})->Args({3, 25});

}  // namespace
}  // namespace sentinel::bench
