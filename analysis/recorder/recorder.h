// Records what real Redis does with a scenario.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "analysis/interrupts.h"
#include "analysis/recorder/plan.h"

namespace sentinel::analysis::recorder {

struct RecordOptions {
  std::size_t runs = 1;
  std::filesystem::path folder;  // recordings are written to <folder>/<scenario>/01.json, 02.json, ...
  bool again = false;            // also those that are there already
};

struct RecordedRun {
  std::size_t run = 0;  // 1, 2, ...
  std::filesystem::path file;
  bool was_there = false;
  std::size_t events = 0;
  std::size_t stalls = 0;
};

// Carries out the plan of `scenario` once after the other, and tells about each run when it is written. All processes
// are ended, whatever happens. Throws BadInput, std::runtime_error or Interrupted; finished runs are kept.
void record(const sim::Scenario& scenario, const Plan& plan, const Server& server, const RecordOptions& options,
            const Interrupts& interrupts, const std::function<void(const RecordedRun&)>& tell);

}  // namespace sentinel::analysis::recorder
