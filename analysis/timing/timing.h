// How long the phases of a failover take, over many seeds, and how the failovers end.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/observe/measures.h"
#include "analysis/statistics/intervals.h"
#include "sim/scenario.h"

namespace sentinel::analysis {

struct TimingOptions {
  std::uint64_t seeds = 1'000;  // 1 .. seeds
  unsigned jobs = 1;
  bool per_sentinel = false;  // also how long each phase takes on each sentinel by itself
  std::function<void(std::uint64_t done)> progressed = [](std::uint64_t) {};  // by any thread
};

// Besides the least and the greatest value.
inline constexpr auto kTimingQuantiles = std::to_array<double>({0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 0.999});

struct PhaseTiming {
  std::string phase{};
  std::optional<sim::NodeId> sentinel{};  // by whose events alone; nullopt: by those of all
  std::vector<double> sorted{};           // ms, of all failovers that went through it; not empty

  std::vector<Estimate> quantiles() const;  // in the order of kTimingQuantiles
};

struct Timing {
  std::uint64_t seeds = 0;
  std::uint64_t failovers = 0;           // in all runs: needed, tried or done
  std::vector<OutcomeShare> outcomes{};  // of runs; those that came, in the order of the enumerators
  std::uint64_t false_failovers = 0;     // runs with one or more
  std::uint64_t two_masters = 0;         // runs in which more than one master took writes for a while
  std::uint64_t lost_writes = 0;         // runs that lost one or more
  std::vector<PhaseTiming> phases{};     // that were gone through, in the order of sim::phases(); then by sentinel
};

// Of several failovers in a run each counts, from its own fault or command on, with what sentinels say of its master.
// When clients have moved is told of the last one.
Timing time_failovers(const std::shared_ptr<const sim::Scenario>& scenario, const TimingOptions& options);

}  // namespace sentinel::analysis
