// Doing a sweep: the scenarios of its cells, and their runs, on all cores.
#pragma once

#include <exception>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "analysis/sweep/sweep_book.h"
#include "analysis/sweep/sweep_design.h"
#include "sim/scenario.h"

namespace sentinel::analysis {

struct SweepOptions {
  std::filesystem::path file{};
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
  // A block of each cell of the group.
  std::vector<SweepBlock> run(const SweepItem& item, const std::function<void()>& pause);
  std::shared_ptr<const sim::Scenario> scenario(std::size_t cell) const;  // read again at each call

 private:
  using Scenarios = std::vector<std::shared_ptr<const sim::Scenario>>;

  std::shared_ptr<const Scenarios> scenarios_of(std::size_t group);

  std::filesystem::path file_;
  std::string text_;
  std::optional<std::string> case_name_;
  SweepDesign design_;
  std::mutex mutex_;
  std::vector<std::vector<std::size_t>> groups_;
  std::size_t recent_group_ = 0;
  std::shared_ptr<const Scenarios> recent_;
};

// Where those who do a sweep get their items, and bring the blocks. Several threads may be here at once.
class SweepDesk {
 public:
  // `store(block)` is called by one at a time, before the book has the block.
  SweepDesk(SweepBook& book, std::function<void(const SweepBlock&)> store) : book_(book), store_(std::move(store)) {}

  std::optional<SweepItem> next();             // nullopt: there is nothing more to do, or somebody has failed
  void bring(std::vector<SweepBlock> blocks);  // of an item
  void fail(std::exception_ptr why);           // of several the first counts
  void check() const;                          // throws what somebody has failed with

 private:
  SweepBook& book_;
  std::function<void(const SweepBlock&)> store_;
  std::mutex mutex_;
  std::exception_ptr failure_;
};

// Does what the desk has, on so many threads. What `pause` throws, or anybody else, ends the work and is thrown.
void do_sweep(SweepWork& work, SweepDesk& desk, unsigned jobs, const std::function<void()>& pause);

}  // namespace sentinel::analysis
