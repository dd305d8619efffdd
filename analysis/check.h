// Checks scenario files: expectations over many seeds, and the golden stream that pins one seed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sim/scenario.h"

namespace sentinel::analysis {

inline constexpr std::uint64_t kGoldenSeed = 1;

struct CheckOptions {
  std::uint64_t seeds = 200;  // 1 .. seeds
  unsigned jobs = 1;
  bool update_golden = false;
};

struct Failure {
  std::string case_name;  // empty: the scenario has only one
  std::uint64_t seed = 0;
  std::string message;
};

struct CheckResult {
  std::filesystem::path file;
  std::string error;              // bad input: nothing was run
  std::vector<Failure> failures;  // in the order of the seeds
  bool contradiction = false;     // the same seed gave another digest
  bool golden_updated = false;
  std::uint64_t runs = 0;
  double seconds = 0;  // of wall time

  bool passed() const { return error.empty() && failures.empty() && !contradiction; }
};

// The scenario files that `path` names: itself, or all `*.json` below it but schema.json, in order of name.
// Throws BadInput if there are none.
std::vector<std::filesystem::path> scenario_files(const std::filesystem::path& path);

CheckResult check_file(const std::filesystem::path& file, const CheckOptions& options);

// The stream of one seed in Format::kEvents, as golden files hold it.
std::string golden_stream(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed);

// Runs `work(i)` for all i below `count` on `jobs` threads; returns when all is done.
void parallel_for(std::uint64_t count, unsigned jobs, const std::function<void(std::uint64_t)>& work);

}  // namespace sentinel::analysis
