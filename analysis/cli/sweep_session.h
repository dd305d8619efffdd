// What all programs that do a sweep share: its command line, the file that it can go on from, and what it ends with.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "analysis/cli/command_line.h"
#include "analysis/cli/progress.h"
#include "analysis/sweep/requirements.h"
#include "analysis/sweep/sweep_book.h"
#include "analysis/sweep/sweep_file.h"
#include "analysis/sweep/sweep_work.h"

namespace sentinel::cli {

struct SweepCommand {
  analysis::SweepOptions options{};
  unsigned jobs = 1;
  std::optional<std::filesystem::path> out{};
  bool resumes = false;
  bool as_json = false;
  std::vector<analysis::Requirement> requirements{};
  bool pareto = false;

  bool asks_for_advice() const { return pareto || !requirements.empty(); }
};

// nullopt if help was asked for, and printed; `program` is what is typed before SCENARIO. Throws sim::BadInput.
// `has_jobs`: it does several runs at the same time.
std::optional<SweepCommand> parse_sweep(const Arguments& arguments, const std::string& program, bool has_jobs);

// Throws sim::BadInput if --out cannot be written so.
void check_output(const std::filesystem::path& out);

// To stdout or to `out`, which is replaced as a whole. Throws sim::BadInput.
void write_results(const analysis::SweepDesign& design, const analysis::SweepBook& book,
                   const std::optional<std::filesystem::path>& out, bool as_json);

// Whether write_results() asks for the runs.
bool needs_runs(const std::optional<std::filesystem::path>& out);

// A sweep that goes on here. What is done of it stands in FILE.partial while it goes on, if there is an --out FILE; of
// a shard that is all, and stands in FILE.
class SweepSession {
 public:
  SweepSession(const SweepCommand& command, const analysis::SweepDesign& design);  // both must outlive it

  analysis::SweepDesk& desk() { return desk_; }
  int finish();                                                    // when the book is complete
  int interrupted();                                               // by a signal
  analysis::SweepResult result() const { return book_.result(); }  // after finish()

 private:
  void store(const analysis::SweepBlock& block);

  const SweepCommand& command_;
  const analysis::SweepDesign& design_;
  analysis::SweepBook book_;
  analysis::SweepDesk desk_{book_, [this](const analysis::SweepBlock& block) { store(block); }};
  std::filesystem::path path_;  // empty: nothing is stored
  std::optional<analysis::SweepFile> file_{};
  std::uint64_t before_ = 0;  // runs that were there already
  Progress progress_{"runs"};
  std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
};

}  // namespace sentinel::cli
