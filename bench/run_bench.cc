// What a run costs: a whole failover, a cluster at rest, and a copy of it.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <string>

#include "sim/run.h"

namespace {

std::uint64_t bytes_allocated = 0;

}  // namespace

void* operator new(std::size_t size) {
  bytes_allocated += size;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;

// R1 with two replicas, or more, watched by three sentinels, or more.
Scenario cluster(std::uint16_t data_nodes, std::uint16_t sentinels) {
  Scenario scenario;
  scenario.profile = &model::profiles().front();
  scenario.until = SimTime{60s};
  const auto address = [&](const std::string& host, std::uint16_t port) {
    return model::Address{scenario.symbols.intern(host), port};
  };
  const model::Address master = address("10.0.0.1", 6379);
  for (std::uint16_t i = 1; i <= data_nodes; ++i) {
    model::DataNodeConfig config{.announced = address("10.0.0." + std::to_string(i), 6379)};
    if (i > 1) config.replicaof = master;
    scenario.nodes.push_back({.name = "R" + std::to_string(i), .address = config.announced, .config = config});
  }
  for (std::uint16_t i = 1; i <= sentinels; ++i) {
    model::SentinelConfig config{.announced = address("10.0.1." + std::to_string(i), 26379)};
    config.masters.push_back({.name = scenario.symbols.intern("mymaster"),
                              .address = master,
                              .quorum = sentinels / 2 + 1,
                              .down_after = model::Millis{5'000},
                              .failover_timeout = model::Millis{60'000}});
    scenario.nodes.push_back({.name = "S" + std::to_string(i), .address = config.announced, .config = config});
  }
  return scenario;
}

void count(benchmark::State& state, std::uint64_t happenings, std::uint64_t records) {
  const auto events = static_cast<double>(happenings);
  state.counters["events/s"] = benchmark::Counter(events, benchmark::Counter::kIsRate);
  state.counters["time/event"] = benchmark::Counter(events, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["events"] = benchmark::Counter(events, benchmark::Counter::kAvgIterations);
  state.counters["records"] = benchmark::Counter(static_cast<double>(records), benchmark::Counter::kAvgIterations);
}

// 60 s of a cluster whose master crashes at 10 s, from nothing to the end; each time with another seed.
void whole_failover(benchmark::State& state) {
  Scenario made = cluster(static_cast<std::uint16_t>(state.range(0)), static_cast<std::uint16_t>(state.range(1)));
  Step& crash = made.steps.emplace_back();
  crash.when = SimTime{10s};
  crash.action = CrashStep{{NodeId{0}}};
  const auto scenario = std::make_shared<const Scenario>(std::move(made));
  Scratch scratch;
  std::uint64_t seed = 0;
  std::uint64_t happenings = 0;
  std::uint64_t records = 0;
  for (auto _ : state) {
    Run run{scenario, ++seed};
    run.run_until(scenario->until, scratch, [&records](const Record&) { ++records; });
    happenings += run.happenings();
    benchmark::DoNotOptimize(run.digest());
  }
  count(state, happenings, records);
  state.counters["runs/s"] = benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(whole_failover)
    ->ArgNames({"data", "sentinels"})
    ->Args({3, 3})
    ->Args({5, 5})
    ->Args({3, 9})
    ->Unit(benchmark::kMillisecond);

// One second more of a cluster at rest.
void second_at_rest(benchmark::State& state) {
  const auto scenario = std::make_shared<const Scenario>(
      cluster(static_cast<std::uint16_t>(state.range(0)), static_cast<std::uint16_t>(state.range(1))));
  Scratch scratch;
  Run run{scenario, 1};
  SimTime end{20s};
  run.run_until(end, scratch, [](const Record&) {});
  const std::uint64_t before = run.happenings();
  std::uint64_t records = 0;
  for (auto _ : state) {
    end += 1s;
    run.run_until(end, scratch, [&records](const Record&) { ++records; });
  }
  count(state, run.happenings() - before, records);
}
BENCHMARK(second_at_rest)
    ->ArgNames({"data", "sentinels"})
    ->Args({3, 3})
    ->Args({5, 5})
    ->Args({3, 25})
    ->Args({3, 100})
    ->Unit(benchmark::kMicrosecond);

// A copy of a world that has run for 20 s, over an older copy.
void fork(benchmark::State& state) {
  const auto scenario = std::make_shared<const Scenario>(
      cluster(static_cast<std::uint16_t>(state.range(0)), static_cast<std::uint16_t>(state.range(1))));
  Scratch scratch;
  Run run{scenario, 1};
  run.run_until(SimTime{20s}, scratch, [](const Record&) {});
  const std::uint64_t before = bytes_allocated;
  Run copy = run;
  const std::uint64_t bytes = sizeof(Run) + bytes_allocated - before;
  for (auto _ : state) {
    copy = run;
    benchmark::DoNotOptimize(copy);
  }
  state.counters["bytes"] = static_cast<double>(bytes);
}
BENCHMARK(fork)->ArgNames({"data", "sentinels"})->Args({3, 3})->Args({5, 5})->Args({3, 25});

}  // namespace
}  // namespace sentinel::sim
