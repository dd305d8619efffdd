// `sentinel-sim check`: golden streams and expectations of scenario files, over many seeds.
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>
#include <thread>

#include "analysis/check.h"
#include "analysis/cli/command_line.h"
#include "analysis/junit.h"
#include "sim/bad_input.h"

namespace sentinel::cli {
namespace {

constexpr std::size_t kFailuresShown = 5;

void print_text(const analysis::CheckResult& result) {
  std::cout << (result.passed() ? "ok    " : "FAIL  ") << result.file.string();
  if (!result.error.empty()) {
    std::cout << "\n      " << result.error << std::endl;
    return;
  }
  std::cout << "  " << result.runs << " seeds, " << std::fixed << std::setprecision(2) << result.seconds << " s"
            << (result.golden_updated ? ", golden stream written" : "") << '\n';
  for (std::size_t i = 0; i < std::min(result.failures.size(), kFailuresShown); ++i) {
    const analysis::Failure& failure = result.failures[i];
    const bool of_case = !failure.case_name.empty();
    std::cout << "      " << (of_case ? "case '" + failure.case_name + "', " : "") << "seed " << failure.seed << ": "
              << failure.message << "\n      replay: sentinel-sim run " << result.file.string()
              << (of_case ? " --case '" + failure.case_name + "'" : "") << " --seed " << failure.seed << '\n';
  }
  if (result.failures.size() > kFailuresShown) {
    std::cout << "      and " << result.failures.size() - kFailuresShown << " more\n";
  }
  if (result.contradiction) std::cout << "      seed 1 gave two different digests: this is a bug of sentinel-sim\n";
  std::cout << std::flush;
}

nlohmann::ordered_json to_json(const analysis::CheckResult& result) {
  nlohmann::ordered_json failures = nlohmann::ordered_json::array();
  for (const analysis::Failure& failure : result.failures) {
    failures.push_back({{"case", failure.case_name}, {"seed", failure.seed}, {"message", failure.message}});
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

}  // namespace

int check_command(const Arguments& arguments) {
  CommandLine line{
      "sentinel-sim check PATH… [--seeds N] [--jobs N] [--junit FILE] [--update-golden] [--format text|json]",
      "sentinel-sim check scenarios/ --seeds 50"};
  const unsigned cores = std::max(1U, std::thread::hardware_concurrency());
  line.options()("seeds", po::value<std::string>()->default_value("200"), "each scenario runs with the seeds 1 to N")(
      "jobs", po::value<std::string>()->default_value(std::to_string(cores)), "runs at the same time")(
      "junit", po::value<std::string>(), "write the results to this file as JUnit XML")(
      "update-golden", "write the streams of seed 1 beside the scenarios instead of comparing them")(
      "format", po::value<std::string>()->default_value("text"), "text or json");
  line.positional("PATH", -1);
  po::variables_map values;
  if (!line.parse(arguments, values)) return kAsExpected;
  if (values.count("PATH") == 0)
    throw sim::BadInput{"check needs a scenario file or a folder; see sentinel-sim check --help"};
  const bool as_json = is_json(values["format"].as<std::string>(), "--format");

  const analysis::CheckOptions options{.seeds = positive_number(values["seeds"].as<std::string>(), "--seeds"),
                                       .jobs = static_cast<unsigned>(std::min<std::uint64_t>(
                                           1024, positive_number(values["jobs"].as<std::string>(), "--jobs"))),
                                       .update_golden = values.count("update-golden") != 0};
  std::vector<analysis::CheckResult> results;
  for (const std::string& path : values["PATH"].as<std::vector<std::string>>()) {
    for (const std::filesystem::path& file : analysis::scenario_files(path)) {
      results.push_back(analysis::check_file(file, options));
      if (!as_json) print_text(results.back());
    }
  }
  if (as_json) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const analysis::CheckResult& result : results) all.push_back(to_json(result));
    std::cout << all.dump(2) << '\n';
  } else {
    const auto passed = std::ranges::count_if(results, &analysis::CheckResult::passed);
    std::cout << passed << " of " << results.size() << " scenarios passed\n";
  }
  if (values.count("junit") != 0) analysis::write_junit(values["junit"].as<std::string>(), results);
  return exit_code(results);
}

}  // namespace sentinel::cli
