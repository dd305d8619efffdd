// What a benchmark of runs counts besides time: happenings, records, and allocations.
#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <cstdint>

#include "bench/allocations.h"
#include "sim/run.h"

namespace sentinel::bench {

class Counters {
 public:
  void operator()(const sim::Record& /*what*/) { ++records_; }  // a sink
  void add(std::uint64_t happenings) { happenings_ += happenings; }

  // To be called when the loop is over: `made` during it.
  void tell(benchmark::State& state, const Allocations& made) const {
    using benchmark::Counter;
    const auto events = static_cast<double>(happenings_);
    state.counters["events/s"] = Counter(events, Counter::kIsRate);
    state.counters["time/event"] = Counter(events, Counter::kIsRate | Counter::kInvert);
    state.counters["events"] = Counter(events, Counter::kAvgIterations);
    state.counters["records"] = Counter(static_cast<double>(records_), Counter::kAvgIterations);
    state.counters["allocs/event"] = static_cast<double>(made.count) / events;
  }

 private:
  std::uint64_t happenings_ = 0;
  std::uint64_t records_ = 0;
};

// An iteration is a second more of the run.
inline void seconds_of(benchmark::State& state, sim::Run& run, sim::Scratch& scratch) {
  sim::SimTime end = run.now();
  Counters counters;
  const std::uint64_t happened = run.happenings();
  const Allocations before = allocations();
  for (auto _ : state) {
    end += std::chrono::seconds{1};
    run.run_until(end, scratch, counters);
  }
  counters.add(run.happenings() - happened);
  counters.tell(state, allocations() - before);
}

// What a copy of the run takes.
inline std::uint64_t bytes_of(const sim::Run& run) {
  const Allocations before = allocations();
  const sim::Run copy = run;
  return sizeof copy + (allocations() - before).bytes;
}

}  // namespace sentinel::bench
