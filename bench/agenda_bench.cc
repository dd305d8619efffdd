// The agenda alone, by the hold model: what comes next is taken out, and something new is put in.
#include <benchmark/benchmark.h>

#include "model/random.h"
#include "sim/agenda.h"

namespace sentinel::sim {
namespace {

// The mix of a cluster: short ways of messages, ticks of 52 to 100 ms, and some seconds.
Micros distance(model::Random& random) {
  constexpr auto kStream = model::Random::Stream::kTick;
  const std::uint32_t kind = random.below(kStream, 100);
  if (kind < 60) return Micros{50 + random.below(kStream, 500)};
  if (kind < 95) return Micros{52'000 + random.below(kStream, 48'000)};
  return Micros{1'000'000 + random.below(kStream, 9'000'000)};
}

void hold(benchmark::State& state) {
  model::Random random{1, 0};
  Agenda agenda;
  for (std::int64_t i = 0; i < state.range(0); ++i) agenda.schedule(SimTime{distance(random)}, {});
  for (auto _ : state) {
    const Happening next = agenda.pop();
    agenda.schedule(next.at + distance(random), next);
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(hold)->ArgName("pending")->Arg(4)->Arg(12)->Arg(32)->Arg(1'000)->Arg(100'000);

// What the random distances of the above cost by themselves.
void distance_alone(benchmark::State& state) {
  model::Random random{1, 0};
  for (auto _ : state) benchmark::DoNotOptimize(distance(random));
}
BENCHMARK(distance_alone);

}  // namespace
}  // namespace sentinel::sim
