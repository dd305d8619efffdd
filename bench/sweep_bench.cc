// What the commands that do many runs cost, by run, on one core and on two: `sweep`, `timing`, `check`, `fuzz`.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "analysis/check/check.h"
#include "analysis/fuzz/fuzzer.h"
#include "analysis/sweep/sweep_book.h"
#include "analysis/sweep/sweep_work.h"
#include "analysis/timing/timing.h"
#include "bench/clusters.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::bench {
namespace {

// --- the most memory that the process has had (Linux) ---------------------------------------------------------

void forget_peak() { std::ofstream{"/proc/self/clear_refs"} << 5; }

double peak_megabytes() {
  std::ifstream status{"/proc/self/status"};
  std::string word;
  double kilobytes = 0;
  while (status >> word) {
    if (word == "VmHWM:") status >> kilobytes;
  }
  return kilobytes / 1024;
}

// `work(jobs)` returns how many runs it did.
void many_runs(benchmark::State& state, const std::function<std::uint64_t(unsigned jobs)>& work) {
  std::uint64_t runs = 0;
  forget_peak();
  for (auto _ : state) runs += work(static_cast<unsigned>(state.range(0)));
  // Rates are by real time, which all jobs share; the column CPU is what all of them took together.
  state.counters["runs"] = benchmark::Counter(static_cast<double>(runs), benchmark::Counter::kAvgIterations);
  state.counters["runs/s"] = benchmark::Counter(static_cast<double>(runs), benchmark::Counter::kIsRate);
  state.counters["time/run"] =
      benchmark::Counter(static_cast<double>(runs), benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["peak MB"] = peak_megabytes();
}

constexpr std::uint64_t kSeeds = 1'000;

std::filesystem::path master_down() { return library_file("failover/master_down.json"); }

void sweep(benchmark::State& state) {
  const analysis::SweepOptions options{
      .file = master_down(), .vary = {"quorum=2"}, .seeds = kSeeds, .version = "bench"};
  many_runs(state, [&](unsigned jobs) {
    analysis::SweepWork work{options};
    analysis::SweepBook book{work.design(), false};
    analysis::SweepDesk desk{book, [](const analysis::SweepBlock&) {}};
    analysis::do_sweep(work, desk, jobs, [] {});
    benchmark::DoNotOptimize(book.result());
    return book.runs_done();
  });
}

void timing(benchmark::State& state) {
  const auto scenario = std::make_shared<const sim::Scenario>(sim::read_scenario(master_down()));
  many_runs(state,
            [&](unsigned jobs) { return analysis::time_failovers(scenario, {.seeds = kSeeds, .jobs = jobs}).seeds; });
}

void check(benchmark::State& state) {
  many_runs(state,
            [&](unsigned jobs) { return analysis::check_file(master_down(), {.seeds = kSeeds, .jobs = jobs}).runs; });
}

void fuzz(benchmark::State& state) {
  many_runs(state, [&](unsigned jobs) { return analysis::fuzz({.last = kSeeds, .jobs = jobs}).runs; });
}

void once(benchmark::internal::Benchmark* bench) {
  bench->ArgName("jobs")->Arg(1)->Arg(2)->Iterations(1)->Unit(benchmark::kMillisecond);
  bench->MeasureProcessCPUTime()->UseRealTime();
}
BENCHMARK(sweep)->Apply(once);
BENCHMARK(timing)->Apply(once);
BENCHMARK(check)->Apply(once);
BENCHMARK(fuzz)->Apply(once);

}  // namespace
}  // namespace sentinel::bench
