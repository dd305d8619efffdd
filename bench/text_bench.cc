// What text costs: to read a scenario file, and to write what a run says; and what is kept to explain it.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <memory>
#include <ostream>
#include <streambuf>
#include <string>

#include "analysis/explain/causes.h"
#include "analysis/explain/explanation.h"
#include "bench/allocations.h"
#include "bench/clusters.h"
#include "bench/counters.h"
#include "sim/formats.h"
#include "sim/history.h"
#include "sim/reader/scenario_reader.h"
#include "sim/replay.h"
#include "sim/run.h"

namespace sentinel::bench {
namespace {

// --- reading ------------------------------------------------------------------------------------------------

std::filesystem::path largest_file() {
  std::filesystem::path largest;
  std::uintmax_t size = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{library_file("")}) {
    const bool is_scenario = entry.path().extension() == ".json" && entry.path().filename() != "schema.json";
    if (!is_scenario || entry.file_size() <= size) continue;
    size = entry.file_size();
    largest = entry.path();
  }
  return largest;
}

void read_scenario(benchmark::State& state, const std::filesystem::path& file) {
  const Allocations before = allocations();
  for (auto _ : state) benchmark::DoNotOptimize(sim::read_scenarios(file));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(file_size(file)));
  state.counters["allocs"] =
      benchmark::Counter(static_cast<double>((allocations() - before).count), benchmark::Counter::kAvgIterations);
}
void read_master_down(benchmark::State& state) { read_scenario(state, library_file("failover/master_down.json")); }
void read_largest(benchmark::State& state) {
  const std::filesystem::path file = largest_file();
  state.SetLabel(file.filename().string());
  read_scenario(state, file);
}
BENCHMARK(read_master_down)->Unit(benchmark::kMicrosecond);
BENCHMARK(read_largest)->Unit(benchmark::kMicrosecond);

// --- what a run costs, and the same run with something more ---------------------------------------------------

std::chrono::duration<double> processor_time() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec};
}

// Runs with another seed each time, without anything and, which is what is timed, with `more(run, scratch)`. The two
// take turns, so that what disturbs one disturbs the other, too.
template <class More>
void compare_runs(benchmark::State& state, const std::shared_ptr<const sim::Scenario>& scenario, More&& more) {
  sim::Scratch scratch;
  std::uint64_t seed = 0;
  std::chrono::duration<double> without{};
  std::chrono::duration<double> with{};
  Counters counters;
  Allocations made{};
  for (auto _ : state) {
    ++seed;
    const auto begin = processor_time();
    {
      sim::Run run{scenario, seed};
      run.run_until(scenario->until, scratch, [](const sim::Record&) {});
      benchmark::DoNotOptimize(run.digest());
    }
    const auto between = processor_time();
    const Allocations before = allocations();
    counters.add(more(seed, counters));
    const auto end = processor_time();
    const Allocations after = allocations() - before;
    made = {made.count + after.count, made.bytes + after.bytes};
    without += between - begin;
    with += end - between;
    state.SetIterationTime((end - between).count());
  }
  counters.tell(state, made);
  state.counters["runs/s"] = benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  state.counters["to plain"] = with / without;
}

// Text goes nowhere, by way of a buffer as large as that of a file.
class Discard : public std::streambuf {
 public:
  Discard() { setp(buffer_.data(), buffer_.data() + buffer_.size()); }
  std::uint64_t bytes() const { return bytes_ + static_cast<std::uint64_t>(pptr() - pbase()); }

 protected:
  int_type overflow(int_type next) override {
    bytes_ += static_cast<std::uint64_t>(pptr() - pbase());
    setp(buffer_.data(), buffer_.data() + buffer_.size());
    if (next != traits_type::eof()) sputc(traits_type::to_char_type(next));
    return traits_type::not_eof(next);
  }

 private:
  std::array<char, 8192> buffer_{};
  std::uint64_t bytes_ = 0;
};

// A whole failover of three sentinels and three data nodes, with all that is said as text.
void run_with_text(benchmark::State& state, sim::Format format) {
  const auto scenario = cluster_with_failover({});
  sim::Scratch scratch;
  Discard discard;
  std::ostream out{&discard};
  compare_runs(state, scenario, [&](std::uint64_t seed, Counters& counters) {
    sim::Run run{scenario, seed};
    sim::StreamWriter writer{format, *scenario, out};
    run.run_until(scenario->until, scratch, [&](const sim::Record& record) {
      counters(record);
      writer(record);
    });
    return run.happenings();
  });
  state.counters["text bytes"] =
      benchmark::Counter(static_cast<double>(discard.bytes()), benchmark::Counter::kAvgIterations);
}
BENCHMARK_CAPTURE(run_with_text, events, sim::Format::kEvents)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run_with_text, pmessage, sim::Format::kPmessage)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run_with_text, log, sim::Format::kLog)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(run_with_text, jsonl, sim::Format::kJsonl)->UseManualTime()->Unit(benchmark::kMillisecond);

// The same, with what `explain` needs.
void run_with_history(benchmark::State& state) {
  const auto scenario = cluster_with_failover({});
  compare_runs(state, scenario, [&](std::uint64_t seed, Counters& counters) {
    sim::History history;
    sim::Scratch scratch;
    scratch.history = &history;
    sim::Run run{scenario, seed};
    run.run_until(scenario->until, scratch, counters);
    benchmark::DoNotOptimize(history);
    return run.happenings();
  });
}
BENCHMARK(run_with_history)->UseManualTime()->Unit(benchmark::kMillisecond);

// The same, as `explain` tells of it.
void explanation(benchmark::State& state) {
  const auto scenario = cluster_with_failover({});
  compare_runs(state, scenario, [&](std::uint64_t seed, Counters&) {
    const sim::Replay replay{scenario, seed};
    const analysis::CauseFinder causes{replay};
    benchmark::DoNotOptimize(analysis::explanation_text(causes, analysis::explain(causes), {}));
    return replay.history().size();
  });
}
BENCHMARK(explanation)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sentinel::bench
