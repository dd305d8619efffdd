// `sentinel-sim check`: golden streams and expectations of scenario files, over many seeds.
#include <unistd.h>

#include <algorithm>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/check/check.h"
#include "analysis/check/check_report.h"
#include "analysis/check/junit.h"
#include "analysis/cli/command_line.h"
#include "analysis/cli/progress.h"
#include "sim/bad_input.h"
#include "sim/event_text.h"

namespace sentinel::cli {
namespace {

// Tells each file in a line; on a terminal only those that failed, as the line that says how far it is has the rest.
class Screen {
 public:
  explicit Screen(bool is_terminal) : is_terminal_(is_terminal) {}

  void finished(const analysis::CheckResult& result) {
    if (is_terminal_ && result.passed() && !result.golden_updated) return;
    progress_.clear();
    std::cout << analysis::result_text(result) << std::flush;
  }

  void progressed(const analysis::CheckProgress& progress) {
    progress_.update(progress.runs_done, progress.runs, analysis::progress_note(progress));
  }

  void clear() { progress_.clear(); }

 private:
  bool is_terminal_;
  Progress progress_{"runs"};
};

nlohmann::ordered_json to_json(const analysis::CheckResult& result) {
  nlohmann::ordered_json failures = nlohmann::ordered_json::array();
  for (const analysis::Failure& failure : result.failures) {
    failures.push_back(
        {{"case", failure.case_name}, {"seed", failure.seed}, {"message", analysis::text_of(failure.violation)}});
  }
  return {{"file", result.file.string()}, {"passed", result.passed()},       {"seeds", result.runs},
          {"error", result.error},        {"failures", std::move(failures)}, {"contradiction", result.contradiction}};
}

int exit_code(const std::vector<analysis::CheckResult>& results) {
  int code = kAsExpected;
  for (const analysis::CheckResult& result : results) {
    if (result.contradiction) return kContradiction;
    if (!result.error.empty()) {
      code = kBadInput;
    } else if (!result.passed() && code == kAsExpected) {
      code = kFailed;
    }
  }
  return code;
}

std::vector<std::filesystem::path> files_to_check(const po::variables_map& values) {
  std::vector<std::filesystem::path> files;
  for (const std::string& path : values["PATH"].as<std::vector<std::string>>()) {
    std::ranges::copy(analysis::scenario_files(path), std::back_inserter(files));
  }
  if (values.count("filter") == 0) return files;
  const std::string& filter = values["filter"].as<std::string>();
  const bool is_glob = filter.find('*') != std::string::npos;
  std::erase_if(files, [&](const std::filesystem::path& file) {
    const std::string path = file.string();
    return is_glob ? !sim::matches_glob(filter, path) : path.find(filter) == std::string::npos;
  });
  if (files.empty()) throw sim::BadInput{"--filter '" + filter + "' matches none of the scenario files"};
  return files;
}

}  // namespace

int check_command(const Arguments& arguments) {
  CommandLine line{
      "sentinel-sim check PATH… [--filter TEXT] [--seeds N] [--jobs N] [--junit FILE] [--update-golden] "
      "[--format text|json]",
      "sentinel-sim check scenarios/ --seeds 50"};
  line.options()("filter", po::value<std::string>(),
                 "only files whose path has this text in it, or with '*' matches it")(
      "seeds", po::value<std::string>(),
      "each scenario runs with the seeds 1 to N; default: what the scenario says, or 200")(
      "jobs", jobs_value(), "runs at the same time")("junit", po::value<std::string>(),
                                                     "write the results to this file as JUnit XML")(
      "update-golden", "write the streams of seed 1 beside the scenarios instead of comparing them")(
      "format", po::value<std::string>()->default_value("text"), "text or json");
  line.positional("PATH", -1);
  po::variables_map values;
  if (!line.parse(arguments, values)) return kAsExpected;
  if (values.count("PATH") == 0)
    throw sim::BadInput{"check needs a scenario file or a folder; see sentinel-sim check --help"};
  const bool as_json = is_json(values["format"].as<std::string>(), "--format");

  analysis::CheckOptions options{.jobs = jobs_of(values), .update_golden = values.count("update-golden") != 0};
  if (values.count("seeds") != 0) options.seeds = positive_number(values["seeds"].as<std::string>(), "--seeds");
  const std::vector<std::filesystem::path> files = files_to_check(values);

  Screen screen{isatty(STDOUT_FILENO) == 1};
  analysis::CheckWatcher watcher;
  if (!as_json) {
    watcher.finished = [&](const analysis::CheckResult& result) { screen.finished(result); };
    watcher.progressed = [&](const analysis::CheckProgress& progress) { screen.progressed(progress); };
  }
  const std::vector<analysis::CheckResult> results = analysis::check_files(files, options, watcher);
  screen.clear();
  if (as_json) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const analysis::CheckResult& result : results) all.push_back(to_json(result));
    std::cout << all.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
  } else {
    std::cout << analysis::summary_text(results);
  }
  if (values.count("junit") != 0) analysis::write_junit(values["junit"].as<std::string>(), results);
  return exit_code(results);
}

}  // namespace sentinel::cli
