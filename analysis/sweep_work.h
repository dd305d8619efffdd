// Doing a sweep: the scenarios of its cells, and their runs, on all cores.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "analysis/sweep_book.h"
#include "analysis/sweep_design.h"
#include "sim/scenario.h"

namespace sentinel::analysis {

struct SweepOptions {
  std::filesystem::path file;
  std::optional<std::string> case_name{};
  std::vector<std::string> vary{};  // NAME=VALUES
  std::uint64_t seeds = 200;
  std::optional<std::uint64_t> sample{};
  std::optional<double> precision{};
  Shard shard{};
  std::string version{};  // of the program
};

// A sweep that can be done here: its design, and the scenario of each cell.
class SweepWork {
 public:
  // Reads all there is to read, and checks the settings of all cells. Throws sim::BadInput.
  explicit SweepWork(const SweepOptions& options);

  const SweepDesign& design() const { return design_; }

  // May be called by several threads at once. `pause()` is called before each run, and may throw.
  SweepBlock run(const SweepItem& item, const std::function<void()>& pause);

 private:
  std::shared_ptr<const sim::Scenario> scenario(std::size_t cell) const;
  std::shared_ptr<const sim::Scenario> recent_scenario(std::size_t cell);

  std::filesystem::path file_;
  std::string text_;
  std::optional<std::string> case_name_;
  SweepDesign design_;
  std::mutex mutex_;
  std::size_t recent_cell_ = 0;
  std::shared_ptr<const sim::Scenario> recent_;
};

// Does all items that the book deals out, on so many threads. `done(block)` is called by one thread at a time, before
// the book has it; what it throws, or `pause`, ends the work.
void do_sweep(SweepWork& work, SweepBook& book, unsigned jobs, const std::function<void()>& pause,
              const std::function<void(const SweepBlock&)>& done);

}  // namespace sentinel::analysis
