// `sentinel-sim record`: what real Redis does with a scenario.
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "analysis/cli/command_line.h"
#include "analysis/recorder/recorder.h"
#include "sim/bad_input.h"
#include "sim/units.h"

namespace sentinel::cli {
namespace {

using namespace analysis::recorder;

template <std::size_t N>
std::size_t choice_of(const std::string& word, std::string_view option, const std::array<std::string_view, N>& known) {
  const auto found = std::ranges::find(known, word);
  if (found != known.end()) return static_cast<std::size_t>(found - known.begin());
  std::string names;
  for (const std::string_view name : known) names.append(names.empty() ? "" : ", ").append(name);
  throw sim::BadInput{std::string{option} + " '" + word + "' is not known: one of " + names};
}

Net net_of(const std::string& word) {
  static constexpr std::array<std::string_view, 3> kNets{"auto", "loopback", "namespaces"};
  return static_cast<Net>(choice_of(word, "--net", kNets));
}

std::string result_text(const RecordedRun& run) {
  if (run.was_there) return "resumed: it was recorded before (--again records it anew)";
  const std::string stalls =
      run.stalls == 0 ? "" : ", " + std::to_string(run.stalls) + " stalls of this machine: distrust the timing there";
  return std::to_string(run.events) + " events" + stalls;
}

// Results go to the standard output when all is done, progress to the other one.
class Reporter {
 public:
  Reporter(const sim::Scenario& scenario, std::size_t runs, bool json)
      : name_(scenario.file.stem().string()), duration_(scenario.until.time_since_epoch()), runs_(runs), json_(json) {}

  void announce(std::size_t run) const {
    if (run > runs_) return;
    const sim::Micros left = duration_ * (runs_ - run + 1);
    std::cerr << "record: " << name_ << ", run " << run << " of " << runs_ << ", " << sim::format_duration(left)
              << " left\n";
  }

  void take(const RecordedRun& run) {
    if (json_) {
      all_.push_back({{"run", run.run},
                      {"file", run.file.string()},
                      {"resumed", run.was_there},
                      {"events", run.events},
                      {"stalls", run.stalls}});
    } else {
      std::cout << run.file.string() << "  " << result_text(run) << '\n' << std::flush;
    }
    announce(run.run + 1);
  }

  void end() const {
    if (json_) std::cout << all_.dump(2) << '\n';
  }

 private:
  std::string name_;
  sim::Micros duration_;
  std::size_t runs_;
  bool json_;
  nlohmann::ordered_json all_ = nlohmann::ordered_json::array();
};

void warn_of_ignored(const Plan& plan) {
  if (plan.ignored.empty()) return;
  std::cerr << "record: not done to real processes:";
  for (const std::string& setting : plan.ignored)
    std::cerr << (&setting == plan.ignored.data() ? " " : ", ") << setting;
  std::cerr << '\n';
}

}  // namespace

int record_command(const Arguments& arguments) {
  CommandLine line{
      "sentinel-sim record SCENARIO [--case NAME] --out DIR [--redis-server PATH] [--runs N] [--net "
      "auto|loopback|namespaces] "
      "[--again] [--format text|json]",
      "sentinel-sim record scenarios/conformance/live_master_down.json --runs 3 --out build/recordings"};
  line.options()("redis-server", po::value<std::string>()->default_value("redis-server"),
                 "the program, of Redis 2.8 or later or of Valkey")(
      "runs", po::value<std::string>()->default_value("1"), "how often; runs that are there already are not repeated")(
      "out", po::value<std::string>(), "folder: DIR/<scenario>/01.json, 02.json, …")(
      "net", po::value<std::string>()->default_value("auto"),
      "where the processes are: on loopback, or (root only) in network namespaces, which partitions need")(
      "case", po::value<std::string>(), "which case of the scenario, if it has several")(
      "again", "record also what was recorded before")("format", po::value<std::string>()->default_value("text"),
                                                       "text or json");
  line.positional("SCENARIO", 1);
  po::variables_map values;
  if (!line.parse(arguments, values)) return kAsExpected;
  require_scenario(values, "record");
  if (values.count("out") == 0) throw sim::BadInput{"record needs --out DIR, the folder for the recordings"};
  static constexpr std::array<std::string_view, 2> kFormats{"text", "json"};
  const bool json = choice_of(values["format"].as<std::string>(), "--format", kFormats) == 1;
  const Net net = net_of(values["net"].as<std::string>());
  const RecordOptions options{.runs = positive_number(values["runs"].as<std::string>(), "--runs"),
                              .folder = values["out"].as<std::string>(),
                              .again = values.count("again") != 0};

  const sim::Scenario scenario = scenario_of(values);
  const Server server = find_server(values["redis-server"].as<std::string>());
  const Plan plan = make_plan(scenario, server, net, geteuid() == 0);
  warn_of_ignored(plan);
  Reporter reporter(scenario, options.runs, json);
  reporter.announce(1);
  try {
    const analysis::Interrupts interrupts;
    record(scenario, plan, server, options, interrupts, [&](const RecordedRun& run) { reporter.take(run); });
  } catch (const analysis::Interrupted&) {
    std::cerr << "sentinel-sim: interrupted; the runs that were finished are in " << options.folder.string() << '\n';
    return kInterrupted;
  }
  reporter.end();
  return kAsExpected;
}

}  // namespace sentinel::cli
