// How the cost of a second at rest grows with the cluster: by event it should grow no faster than the logarithm of
// what is on the agenda.
#include <benchmark/benchmark.h>

#include <cstdint>

#include "bench/allocations.h"
#include "bench/clusters.h"
#include "bench/counters.h"
#include "sim/run.h"

namespace sentinel::bench {
namespace {

using namespace std::chrono_literals;

// When all have found each other.
constexpr sim::SimTime kAtRest{20s};

void second_of(benchmark::State& state, const ClusterSize& size) {
  sim::Scratch scratch;
  sim::Run run{cluster_at_rest(size), 1};
  sim::SimTime end = kAtRest;
  run.run_until(end, scratch, [](const sim::Record&) {});
  Counters counters;
  const std::uint64_t happened = run.happenings();
  const Allocations before = allocations();
  for (auto _ : state) {
    end += 1s;
    run.run_until(end, scratch, counters);
  }
  counters.add(run.happenings() - happened);
  counters.tell(state, allocations() - before);
  state.counters["pending"] = static_cast<double>(run.agenda().all().size());
  state.counters["bytes"] = static_cast<double>(bytes_of(run));
}

void sentinels(benchmark::State& state) { second_of(state, {.sentinels = state.range(0)}); }
void replicas(benchmark::State& state) { second_of(state, {.replicas = state.range(0)}); }
void masters(benchmark::State& state) { second_of(state, {.masters = state.range(0), .sentinels = 5}); }
void clients(benchmark::State& state) { second_of(state, {.clients = state.range(0)}); }

// Ten seconds are enough for the large ones.
void sizes(benchmark::internal::Benchmark* bench, std::initializer_list<std::int64_t> all) {
  bench->ArgName("count")->Unit(benchmark::kMillisecond)->Iterations(10);
  for (const std::int64_t size : all) bench->Arg(size);
}
BENCHMARK(sentinels)->Apply([](auto* bench) { sizes(bench, {3, 5, 9, 17, 33, 65, 101}); });
BENCHMARK(replicas)->Apply([](auto* bench) { sizes(bench, {1, 3, 10, 30, 100, 200}); });
BENCHMARK(masters)->Apply([](auto* bench) { sizes(bench, {1, 4, 16, 64, 200, 400}); });
BENCHMARK(clients)->Apply([](auto* bench) { sizes(bench, {1, 10, 100, 1'000}); });

}  // namespace
}  // namespace sentinel::bench
