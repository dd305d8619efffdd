// How the cost grows with the cluster. That of an event should grow no faster than the logarithm of what is on the
// agenda.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <initializer_list>

#include "bench/allocations.h"
#include "bench/clusters.h"
#include "bench/counters.h"
#include "sim/run.h"

namespace sentinel::bench {
namespace {

using namespace std::chrono_literals;

// A second more, when all have found each other.
void second_of(benchmark::State& state, ClusterSize size) {
  size.flush = "0ms";
  sim::Scratch scratch;
  sim::Run run{cluster_at_rest(size), 1};
  run.run_until(sim::SimTime{20s}, scratch, [](const sim::Record&) {});
  seconds_of(state, run, scratch);
  state.counters["pending"] = static_cast<double>(run.agenda().all().size());
  state.counters["bytes"] = static_cast<double>(bytes_of(run));
}

void sentinels(benchmark::State& state) { second_of(state, {.sentinels = state.range(0)}); }
void replicas(benchmark::State& state) { second_of(state, {.replicas = state.range(0)}); }
void masters(benchmark::State& state) { second_of(state, {.masters = state.range(0), .sentinels = 5}); }
void clients(benchmark::State& state) { second_of(state, {.clients = state.range(0)}); }

void sizes(benchmark::internal::Benchmark* bench, std::initializer_list<std::int64_t> all) {
  bench->ArgName("count")->Unit(benchmark::kMillisecond)->MinTime(0.1);
  for (const std::int64_t size : all) bench->Arg(size);
}
BENCHMARK(sentinels)->Apply([](auto* bench) { sizes(bench, {3, 5, 9, 17, 33, 65, 101}); });
BENCHMARK(replicas)->Apply([](auto* bench) { sizes(bench, {1, 3, 10, 30, 100, 200}); });
BENCHMARK(masters)->Apply([](auto* bench) { sizes(bench, {1, 4, 16, 64, 256, 400}); });
BENCHMARK(clients)->Apply([](auto* bench) { sizes(bench, {1, 10, 100, 1'000}); });

// From nothing, on disks as they were measured: each sentinel stands still for each replica and sentinel that it finds.
void discovery(benchmark::State& state) {
  const auto scenario = cluster_at_rest({.masters = state.range(0), .sentinels = state.range(1)});
  const sim::SimTime end{std::chrono::seconds{state.range(2)}};
  sim::Scratch scratch;
  Counters counters;
  std::uint64_t bytes = 0;
  const Allocations before = allocations();
  for (auto _ : state) {
    sim::Run run{scenario, 1};
    run.run_until(end, scratch, counters);
    counters.add(run.happenings());
    bytes = bytes_of(run);
  }
  counters.tell(state, allocations() - before);
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(discovery)
    ->ArgNames({"masters", "sentinels", "seconds"})
    ->Args({1, 3, 10})
    ->Args({1, 17, 10})
    ->Args({1, 33, 10})
    ->Args({1, 65, 10})
    ->Args({1, 101, 10})
    ->Args({16, 5, 10})
    ->Args({64, 5, 10})
    ->Args({400, 5, 60})
    ->Unit(benchmark::kMillisecond)
    ->MinTime(0.1);

}  // namespace
}  // namespace sentinel::bench
