// The agenda alone, an event an iteration, in the workloads that its peers get, too.
#include <benchmark/benchmark.h>

#include <cstdint>

#include "bench/agenda_kernel.h"
#include "bench/allocations.h"

namespace sentinel::bench {
namespace {

void count(benchmark::State& state, const Allocations& made) {
  const auto events = static_cast<double>(state.iterations());
  state.counters["events/s"] = benchmark::Counter(events, benchmark::Counter::kIsRate);
  state.counters["time/event"] = benchmark::Counter(events, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["allocs/event"] =
      benchmark::Counter(static_cast<double>(made.count), benchmark::Counter::kAvgIterations);
}

template <class Workload>
void agenda(benchmark::State& state, Workload workload) {
  History history{workload};
  AgendaKernel kernel{history};
  constexpr int kWarmUp = 1'000'000;
  for (int i = 0; i < kWarmUp; ++i) kernel.step();
  const Allocations before = allocations();
  for (auto _ : state) kernel.step();
  count(state, allocations() - before);
}
BENCHMARK_CAPTURE(agenda, hold_32, Hold{32});
BENCHMARK_CAPTURE(agenda, hold_1000, Hold{1'000});
BENCHMARK_CAPTURE(agenda, hold_100000, Hold{100'000});
BENCHMARK_CAPTURE(agenda, ring, Ring{});
BENCHMARK_CAPTURE(agenda, mesh, Mesh{});

// What a workload costs by itself: one event pending, which needs no kernel.
void no_agenda(benchmark::State& state) {
  History history{Hold{1}};
  Micros now = 0;
  Message next;
  const auto send = [&](Micros delay, Message what) {
    now += delay;
    next = what;
  };
  history.start(send);
  for (auto _ : state) history.happens(now, next, send);
  benchmark::DoNotOptimize(history.checksum());
  count(state, {});
}
BENCHMARK(no_agenda);

}  // namespace
}  // namespace sentinel::bench
