// A run that is being measured: a value, so that several futures can share one past.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "analysis/observe/failovers.h"
#include "analysis/observe/ledger.h"
#include "analysis/observe/measures.h"
#include "sim/run.h"

namespace sentinel::analysis {

class MeasuredRun {
 public:
  MeasuredRun(std::shared_ptr<const sim::Scenario> scenario, std::uint64_t seed)
      : recorder_(*scenario), ledger_(*scenario), run_(std::move(scenario), seed) {}

  void run_until(sim::SimTime end);  // this time included
  // As Run::continue_as(); the end of the scenario must be the same, too.
  void continue_as(std::shared_ptr<const sim::Scenario> scenario) { run_.continue_as(std::move(scenario)); }
  RunMeasures close() const { return measures_of(run_, recorder_.close(run_), ledger_.close(run_)); }

 private:
  FailoverRecorder recorder_;
  Ledger ledger_;
  sim::Run run_;
};

// The measures of scenarios that differ in the times of their steps alone, with the same seed. What they have in common
// is run once. They must outlive the call.
std::vector<RunMeasures> measure_together(const std::vector<std::shared_ptr<const sim::Scenario>>& scenarios,
                                          std::uint64_t seed);

}  // namespace sentinel::analysis
