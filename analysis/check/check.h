// Checks scenario files: expectations over many seeds, and the golden stream that pins one seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/observe/violation.h"
#include "sim/scenario.h"

namespace sentinel::analysis {

inline constexpr std::uint64_t kGoldenSeed = 1;
// kGoldenSeed, but for the story of one run, that of this run.
inline std::uint64_t golden_seed(const sim::Scenario& scenario) { return scenario.only_seed.value_or(kGoldenSeed); }

struct CheckOptions {
  // 1 .. seeds; nullopt: as many as the scenario says. A scenario that names one seed runs with that.
  std::optional<std::uint64_t> seeds{};
  unsigned jobs = 1;
  bool update_golden = false;
};

struct Failure {
  std::uint64_t seed = 0;
  Violation violation{};
  std::string case_name{};  // empty: the file has only one
};

struct CheckResult {
  std::filesystem::path file;
  std::string error;              // bad input: nothing was run
  std::vector<Failure> failures;  // in the order of the cases and seeds
  bool contradiction = false;     // the same seed gave another digest
  bool golden_updated = false;
  std::size_t cases = 0;
  std::uint64_t runs = 0;  // of all cases
  double seconds = 0;      // that its runs took, one after the other

  bool passed() const { return error.empty() && failures.empty() && !contradiction; }
};

// How far a check is.
struct CheckProgress {
  std::size_t files = 0;
  std::size_t files_done = 0;
  std::size_t files_failed = 0;
  std::uint64_t runs = 0;
  std::uint64_t runs_done = 0;
};

// Who is told while a check goes on, by one thread at a time.
struct CheckWatcher {
  std::function<void(const CheckResult&)> finished = [](const CheckResult&) {};  // in the order of the files
  std::function<void(const CheckProgress&)> progressed = [](const CheckProgress&) {};
};

// The scenario files that `path` names: itself, or all `*.json` below it but schema.json, in order of name.
// Throws BadInput if there are none.
std::vector<std::filesystem::path> scenario_files(const std::filesystem::path& path);

// In the order of the files. All runs of all files share the jobs.
std::vector<CheckResult> check_files(const std::vector<std::filesystem::path>& files, const CheckOptions& options,
                                     const CheckWatcher& watcher = {});
CheckResult check_file(const std::filesystem::path& file, const CheckOptions& options);

struct SeedOutcome {
  std::uint64_t digest = 0;
  std::vector<Violation> violations{};
};
// One run, and what of the expectations it does not meet.
SeedOutcome check_seed(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed);

// The stream of one seed in Format::kEvents, as golden files hold it.
std::string golden_stream(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed);

// Runs `work(i)` for all i below `count` on `jobs` threads; returns when all is done. What `work` throws is thrown
// here, for the lowest i of which that is known, and the rest is left out.
void parallel_for(std::uint64_t count, unsigned jobs, const std::function<void(std::uint64_t)>& work);

}  // namespace sentinel::analysis
