#include "analysis/check/check.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <deque>
#include <exception>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <sstream>
#include <thread>
#include <utility>

#include "analysis/check/expectations.h"
#include "analysis/check/final_state.h"
#include "analysis/invariants/invariants.h"
#include "analysis/observe/phases.h"
#include "sim/bad_input.h"
#include "sim/formats.h"
#include "sim/reader/scenario_reader.h"
#include "sim/run.h"

namespace sentinel::analysis {
namespace {

std::filesystem::path golden_path(std::filesystem::path file) { return file.replace_extension(".events"); }

// The first line that differs.
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
    const auto quoted = [](bool is_there, const std::string& text) {
      return is_there ? "\"" + text + "\"" : std::string{"the end of the stream"};
    };
    return "line " + std::to_string(line) + " is " + quoted(has_got, got) + " instead of " + quoted(has_want, want);
  }
}

using Cases = std::vector<std::shared_ptr<const sim::Scenario>>;

// The stream of a case, below its name if the file has several.
std::string golden_part(const std::shared_ptr<const sim::Scenario>& scenario) {
  const std::string stream = golden_stream(scenario, golden_seed(*scenario));
  return scenario->case_name.empty() ? stream : "case " + scenario->case_name + "\n" + stream;
}

// Compares the streams of the golden seed with those beside the file, or writes them there.
void check_golden(const Cases& cases, bool update, CheckResult& result) {
  const std::filesystem::path path = golden_path(result.file);
  if (!update && !std::filesystem::exists(path)) return;
  std::string actual;
  std::vector<std::size_t> ends;  // of the parts
  for (const auto& scenario : cases) ends.push_back((actual += golden_part(scenario)).size());
  const auto fail = [&](const std::string& why, const std::string& case_name) {
    const auto of_case = std::ranges::find(cases, case_name, [](const auto& each) { return each->case_name; });
    const std::uint64_t seed = of_case == cases.end() ? kGoldenSeed : golden_seed(**of_case);
    result.failures.push_back({seed, {"golden stream " + path.string(), why}, case_name});
  };
  if (update) {
    std::ofstream out{path, std::ios::binary};
    out << actual;
    if (!out.flush()) fail("it cannot be written", "");
    result.golden_updated = true;
    return;
  }
  std::ifstream in{path, std::ios::binary};
  std::ostringstream text;
  text << in.rdbuf();
  const std::string expected = text.str();
  if (expected == actual) return;
  const auto differs = static_cast<std::size_t>(std::ranges::mismatch(expected, actual).in2 - actual.begin());
  const auto part = std::min<std::size_t>(
      static_cast<std::size_t>(std::ranges::upper_bound(ends, differs) - ends.begin()), cases.size() - 1);
  fail(first_difference(expected, actual), cases[part]->case_name);
}

// The check of one file with all its cases. Its tasks may be done in any order, by several threads.
class FileCheck {
 public:
  FileCheck(const std::filesystem::path& file, const CheckOptions& options) : update_golden_(options.update_golden) {
    result_.file = file;
    try {
      for (sim::Scenario& scenario : sim::read_scenarios(file)) {
        const std::uint64_t first = golden_seed(scenario);
        const std::uint64_t last = scenario.only_seed.value_or(options.seeds.value_or(scenario.seeds));
        for (std::uint64_t seed = first; seed <= last; ++seed) runs_.push_back({cases_.size(), seed, {}});
        cases_.push_back(std::make_shared<const sim::Scenario>(std::move(scenario)));
      }
    } catch (const sim::BadInput& bad) {
      result_.error = bad.what();
    }
  }

  // One for each run, and one for the golden stream and another run of its seed.
  std::uint64_t tasks() const { return cases_.empty() ? 0 : runs_.size() + 1; }

  // Returns how long it took, in seconds.
  double run(std::uint64_t task) {
    const auto begin = std::chrono::steady_clock::now();
    if (task < runs_.size()) {
      SeedRun& run = runs_[task];
      run.outcome = check_seed(cases_[run.of_case], run.seed);
    } else {
      check_golden(cases_, update_golden_, result_);
      for (const auto& scenario : cases_) digests_again_.push_back(check_seed(scenario, golden_seed(*scenario)).digest);
    }
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }

  // Under the lock of the whole check. True if that was the last task.
  bool done(double seconds) {
    result_.seconds += seconds;
    return ++done_ == tasks();
  }

  // When all tasks are done.
  CheckResult close() {
    for (SeedRun& run : runs_) {
      for (Violation& violation : run.outcome.violations) {
        result_.failures.push_back({run.seed, std::move(violation), cases_[run.of_case]->case_name});
      }
      const bool is_golden = run.seed == golden_seed(*cases_[run.of_case]);
      if (is_golden && run.outcome.digest != digests_again_[run.of_case]) result_.contradiction = true;
    }
    result_.cases = cases_.size();
    result_.runs = runs_.size();
    runs_.clear();
    cases_.clear();
    return std::move(result_);
  }

 private:
  struct SeedRun {
    std::size_t of_case = 0;
    std::uint64_t seed = 0;
    SeedOutcome outcome{};
  };

  bool update_golden_;
  CheckResult result_;
  Cases cases_;
  std::vector<SeedRun> runs_;                 // by case and seed
  std::vector<std::uint64_t> digests_again_;  // of the golden seed, by case
  std::uint64_t done_ = 0;
};

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
  std::mutex mutex;
  std::exception_ptr first;  // what was thrown for the lowest number
  std::uint64_t failed = count;
  const auto take = [&] {
    for (std::uint64_t i = next++; i < count; i = next++) {
      try {
        work(i);
      } catch (...) {
        const std::scoped_lock lock{mutex};
        if (i < failed) first = std::current_exception();
        failed = std::min(failed, i);
        next = count;
      }
    }
  };
  {
    std::vector<std::jthread> threads;
    for (unsigned i = 1; i < jobs; ++i) threads.emplace_back(take);
    take();
  }
  if (first) std::rethrow_exception(first);
}

SeedOutcome check_seed(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed) {
  const sim::Expectations& expect = scenario->expect;
  sim::Run run{scenario, seed};
  sim::Scratch scratch;
  ExpectationChecker checker{*scenario};
  InvariantChecker invariants{*scenario};
  const bool judges = !expect.invariants.empty() || !expect.breaks.empty();
  const auto names_lost_writes = [](const std::vector<sim::Invariant>& some) {
    return std::ranges::find(some, sim::Invariant::kKeepsAcknowledgedWrites) != some.end();
  };
  RegistryBook book{*scenario};
  Stream stream;
  const auto sink = [&](const sim::Record& record) {
    checker(record);
    if (judges) invariants(record);
    if (expect.phases.empty()) return;
    if (std::optional<Said> event = said(*scenario, record)) stream.push_back(std::move(*event));
  };
  const auto observe = [&](const sim::Run& now) {
    if (judges) invariants.observe(now);
    if (!expect.bounds.empty()) book.observe(now);
  };
  SeedOutcome outcome;
  const auto add = [&](std::vector<Violation> some) {
    std::ranges::move(some, std::back_inserter(outcome.violations));
  };
  LedgerReport ledger;
  if (expect.bounds.empty() && expect.phases.empty() && !names_lost_writes(expect.invariants) &&
      !names_lost_writes(expect.breaks)) {
    run.run_until(scenario->until, scratch, sink, observe);
  } else {
    ledger = run_with_ledger(run, scratch, sink, observe);
  }
  if (!expect.bounds.empty()) add(bound_violations(*scenario, ledger, book.close()));
  add(checker.violations());
  add(phase_violations(*scenario, stream, clients_moved(ledger)));
  if (judges) add(invariants.violations(run, expect, &ledger));
  add(final_violations(run));
  outcome.digest = run.digest();
  return outcome;
}

std::vector<CheckResult> check_files(const std::vector<std::filesystem::path>& files, const CheckOptions& options,
                                     const CheckWatcher& watcher) {
  std::deque<FileCheck> checks;
  std::vector<std::uint64_t> ends;  // of the tasks of each file, counted over all files
  for (const std::filesystem::path& file : files) {
    checks.emplace_back(file, options);
    ends.push_back((ends.empty() ? 0 : ends.back()) + checks.back().tasks());
  }

  std::mutex mutex;
  std::vector<std::optional<CheckResult>> results(files.size());
  std::size_t told = 0;  // of the results
  CheckProgress progress{.files = files.size(), .runs = ends.empty() ? 0 : ends.back()};
  const auto close = [&](std::size_t file) {
    results[file] = checks[file].close();
    ++progress.files_done;
    progress.files_failed += results[file]->passed() ? 0U : 1U;
    for (; told < results.size() && results[told]; ++told) watcher.finished(*results[told]);
  };
  for (std::size_t i = 0; i < checks.size(); ++i) {
    if (checks[i].tasks() == 0) close(i);
  }
  parallel_for(progress.runs, options.jobs, [&](std::uint64_t task) {
    const auto file = static_cast<std::size_t>(std::ranges::upper_bound(ends, task) - ends.begin());
    const double seconds = checks[file].run(task - (file == 0 ? 0 : ends[file - 1]));
    const std::scoped_lock lock{mutex};
    ++progress.runs_done;
    if (checks[file].done(seconds)) close(file);
    watcher.progressed(progress);
  });

  std::vector<CheckResult> all;
  for (std::optional<CheckResult>& result : results) all.push_back(std::move(*result));
  return all;
}

CheckResult check_file(const std::filesystem::path& file, const CheckOptions& options) {
  return std::move(check_files({file}, options).front());
}

}  // namespace sentinel::analysis
