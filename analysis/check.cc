#include "analysis/check.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <fstream>
#include <memory>
#include <sstream>
#include <thread>

#include "analysis/expectations.h"
#include "sim/bad_input.h"
#include "sim/formats.h"
#include "sim/reader/scenario_reader.h"
#include "sim/run.h"

namespace sentinel::analysis {
namespace {

std::filesystem::path golden_path(std::filesystem::path file) { return file.replace_extension(".events"); }

// The first line that differs, told from both sides.
std::string first_difference(const std::string& expected, const std::string& actual) {
  std::istringstream expected_lines{expected};
  std::istringstream actual_lines{actual};
  std::string want;
  std::string got;
  for (int line = 1;; ++line) {
    const bool has_want = static_cast<bool>(std::getline(expected_lines, want));
    const bool has_got = static_cast<bool>(std::getline(actual_lines, got));
    if (has_want && has_got && want == got) continue;
    if (!has_want && !has_got) return "line ends differ";
    return "line " + std::to_string(line) + ": expected \"" + (has_want ? want : "end of stream") + "\", got \"" +
           (has_got ? got : "end of stream") + "\"";
  }
}

using Cases = std::vector<std::shared_ptr<const sim::Scenario>>;

// The streams of all cases, each below its name.
std::string golden_streams(const Cases& cases) {
  std::string all;
  for (const auto& scenario : cases) {
    if (!scenario->case_name.empty()) all += "case " + scenario->case_name + "\n";
    all += golden_stream(scenario, kGoldenSeed);
  }
  return all;
}

void check_golden(const Cases& cases, const CheckOptions& options, CheckResult& result) {
  const std::filesystem::path path = golden_path(result.file);
  const std::string actual = golden_streams(cases);
  if (options.update_golden) {
    std::ofstream out{path, std::ios::binary};
    out << actual;
    if (!out.flush()) result.failures.push_back({"", kGoldenSeed, "cannot write " + path.string()});
    result.golden_updated = true;
    return;
  }
  if (!std::filesystem::exists(path)) return;
  std::ifstream in{path, std::ios::binary};
  std::ostringstream expected;
  expected << in.rdbuf();
  if (expected.str() == actual) return;
  result.failures.push_back(
      {"", kGoldenSeed, "golden stream " + path.string() + ", " + first_difference(expected.str(), actual)});
}

struct SeedOutcome {
  std::uint64_t digest = 0;
  std::vector<std::string> violations;
};

SeedOutcome run_seed(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed) {
  sim::Run run{scenario, seed};
  sim::Scratch scratch;
  ExpectationChecker checker{*scenario};
  std::vector<std::string> violations;
  if (scenario->expect.bounds.empty()) {
    run.run_until(scenario->until, scratch, checker);
  } else {
    RegistryBook book{*scenario};
    const auto observe = [&](const sim::Run& now) { book.observe(now); };
    const LedgerReport ledger = run_with_ledger(run, scratch, checker, observe);
    violations = bound_violations(*scenario, ledger, book.close());
  }
  std::ranges::move(checker.violations(), std::back_inserter(violations));
  return {run.digest(), std::move(violations)};
}

}  // namespace

std::vector<std::filesystem::path> scenario_files(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return {path};
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{path}) {
    const bool is_scenario = entry.path().extension() == ".json" && entry.path().filename() != "schema.json";
    if (entry.is_regular_file() && is_scenario) files.push_back(entry.path());
  }
  if (files.empty()) throw sim::BadInput{path.string() + ": no scenario files (*.json) in this folder"};
  std::ranges::sort(files);
  return files;
}

std::string golden_stream(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed) {
  sim::Run run{scenario, seed};
  sim::Scratch scratch;
  std::ostringstream text;
  run.run_until(scenario->until, scratch, sim::StreamWriter{sim::Format::kEvents, *scenario, text});
  return text.str();
}

void parallel_for(std::uint64_t count, unsigned jobs, const std::function<void(std::uint64_t)>& work) {
  std::atomic<std::uint64_t> next{0};
  const auto take = [&] {
    for (std::uint64_t i = next++; i < count; i = next++) work(i);
  };
  std::vector<std::jthread> threads;
  for (unsigned i = 1; i < jobs; ++i) threads.emplace_back(take);
  take();
}

CheckResult check_file(const std::filesystem::path& file, const CheckOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  CheckResult result;
  result.file = file;
  Cases cases;
  try {
    for (sim::Scenario& scenario : sim::read_scenarios(file)) {
      cases.push_back(std::make_shared<const sim::Scenario>(std::move(scenario)));
    }
  } catch (const sim::BadInput& bad) {
    result.error = bad.what();
    return result;
  }

  check_golden(cases, options, result);
  for (const auto& scenario : cases) {
    std::vector<SeedOutcome> outcomes(options.seeds);
    parallel_for(options.seeds, options.jobs, [&](std::uint64_t i) { outcomes[i] = run_seed(scenario, i + 1); });
    for (std::uint64_t i = 0; i < outcomes.size(); ++i) {
      for (std::string& violation : outcomes[i].violations) {
        result.failures.push_back({scenario->case_name, i + 1, std::move(violation)});
      }
    }
    result.contradiction |= !outcomes.empty() && run_seed(scenario, 1).digest != outcomes[0].digest;
    result.runs += options.seeds;
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace sentinel::analysis
