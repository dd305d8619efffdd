// `sentinel-sim compare`: streams and timings of the simulator side by side with recordings of real servers.
#include <algorithm>
#include <cmath>
#include <iomanip>
#include <iostream>
#include <nlohmann/json.hpp>

#include "analysis/cli/command_line.h"
#include "analysis/compare/compare.h"
#include "analysis/compare/recorded_scenario.h"
#include "analysis/statistics/statistics.h"
#include "model/profile.h"
#include "sim/bad_input.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::cli {
namespace {

using analysis::PhaseResult;
using analysis::RecordingResult;
using analysis::StreamResult;

std::string shown(const std::string& event) { return event.empty() ? "(end of the stream)" : event; }

void print_recording(const RecordingResult& result) {
  if (!result.error.empty()) {
    std::cout << "FAIL  " << result.error << '\n' << std::flush;
    return;
  }
  std::cout << (result.found() ? "ok    " : "FAIL  ") << result.file.string() << "  " << result.profile << ", "
            << result.seeds << " seeds:";
  for (const StreamResult& stream : result.streams) {
    std::cout << ' ' << stream.sentinel << ' ';
    stream.seed ? std::cout << "seed " << *stream.seed : std::cout << "NOT FOUND";
  }
  std::cout << '\n';
  for (const std::string& phase : result.distrusted) {
    std::cout << "      not measured, as the machine stood still: " << phase << '\n';
  }
  for (const StreamResult& stream : result.streams) {
    if (stream.seed) continue;
    std::cout << "      " << stream.sentinel << " event " << stream.divergence.index + 1 << " of " << stream.events
              << ": recorded  " << shown(stream.divergence.recorded) << "\n        nearest, seed "
              << stream.divergence.seed << ": " << shown(stream.divergence.simulated) << '\n';
  }
  std::cout << std::flush;
}

void print_phase(const PhaseResult& phase) {
  std::cout << (!phase.judged()  ? "      "
                : phase.agrees() ? "ok    "
                                 : "FAIL  ")
            << std::left << std::setw(38) << phase.phase << std::right << std::setw(5) << phase.recorded.size();
  for (const double q : {0.5, 0.95}) {
    std::cout << std::setw(8) << std::lround(analysis::quantile(phase.recorded, q)) << std::setw(8)
              << std::lround(phase.simulated_quantile(q));
  }
  std::cout << std::fixed << std::setprecision(3) << std::setw(8) << phase.test.p << '\n';
}

void print_phases(const std::vector<PhaseResult>& phases) {
  const PhaseResult* previous = nullptr;
  for (const PhaseResult& phase : phases) {
    if (previous == nullptr || previous->scenario != phase.scenario || previous->version != phase.version) {
      std::cout << '\n'
                << phase.version << ' ' << phase.scenario << "  (ms: recorded, simulated)\n"
                << "      phase                                     n  median           95 %             KS p\n";
    }
    print_phase(phase);
    previous = &phase;
  }
}

nlohmann::ordered_json to_json(const StreamResult& stream) {
  nlohmann::ordered_json json{
      {"sentinel", stream.sentinel}, {"events", stream.events}, {"found", stream.seed.has_value()}};
  if (stream.seed) {
    json["seed"] = *stream.seed;
  } else {
    json["divergence"] = {{"index", stream.divergence.index},
                          {"expected", stream.divergence.recorded},
                          {"nearest", stream.divergence.simulated},
                          {"seed", stream.divergence.seed}};
  }
  return json;
}

nlohmann::ordered_json to_json(const RecordingResult& result) {
  nlohmann::ordered_json streams = nlohmann::ordered_json::array();
  for (const StreamResult& stream : result.streams) streams.push_back(to_json(stream));
  return {{"file", result.file.string()},    {"scenario", result.scenario}, {"version", result.version},
          {"profile", result.profile},       {"seeds", result.seeds},       {"found", result.found()},
          {"distrusted", result.distrusted}, {"error", result.error},       {"sentinels", std::move(streams)}};
}

nlohmann::ordered_json to_json(const PhaseResult& phase) {
  return {{"version", phase.version},
          {"scenario", phase.scenario},
          {"phase", phase.phase},
          {"recorded",
           {{"median", analysis::quantile(phase.recorded, 0.5)}, {"p95", analysis::quantile(phase.recorded, 0.95)}}},
          {"simulated", {{"median", phase.simulated_quantile(0.5)}, {"p95", phase.simulated_quantile(0.95)}}},
          {"ks", {{"distance", phase.test.distance}, {"p", phase.test.p}}},
          {"judged", phase.judged()},
          {"agrees", phase.agrees()},
          {"recorded_ms", phase.recorded},
          {"simulated_ms", phase.simulated}};
}

void print_summary(const analysis::Comparison& comparison) {
  if (std::ranges::none_of(comparison.recordings, [](const RecordingResult& result) { return result.error.empty(); })) {
    return;  // nothing was compared
  }
  std::size_t streams = 0;
  std::size_t found = 0;
  for (const RecordingResult& result : comparison.recordings) {
    streams += result.streams.size();
    found += static_cast<std::size_t>(
        std::ranges::count_if(result.streams, [](const StreamResult& stream) { return stream.seed.has_value(); }));
  }
  const auto judged = std::ranges::count_if(comparison.phases, &PhaseResult::judged);
  const auto agree = std::ranges::count_if(comparison.phases,
                                           [](const PhaseResult& phase) { return phase.judged() && phase.agrees(); });
  std::cout << '\n'
            << found << " of " << streams << " recorded streams found, " << agree << " of " << judged
            << " phases agree\n";
}

std::string known_profile(const std::string& name) {
  if (model::find_profile(name) != nullptr) return name;
  std::string known;
  for (const model::Profile& profile : model::profiles())
    known += (known.empty() ? "" : ", ") + std::string{profile.name};
  throw sim::BadInput{"--profile '" + name + "' is not known: " + known};
}

std::vector<std::filesystem::path> files_of(const po::variables_map& values) {
  std::vector<std::filesystem::path> files;
  for (const std::string& path : values["RECORDING"].as<std::vector<std::string>>()) {
    const auto below = analysis::recording_files(path);
    files.insert(files.end(), below.begin(), below.end());
  }
  return files;
}

}  // namespace

int compare_command(const Arguments& arguments) {
  CommandLine line{
      "sentinel-sim compare [--scenario SCENARIO [--case NAME] | --profile P] RECORDING… [--seeds N] [--jobs N] "
      "[--format text|json]",
      "sentinel-sim compare tests/recordings/7.0.15/05_master_down"};
  line.options()("scenario", po::value<std::string>(),
                 "the scenario that was recorded; otherwise made from the recording")(
      "case", po::value<std::string>(), "which case of that scenario, if it has several")(
      "seeds", po::value<std::string>()->default_value("2000"),
      "a stream is looked for among those of the seeds 1 to N, until all are found")(
      "timing-seeds", po::value<std::string>()->default_value("200"),
      "timings are those of the seeds 1 to N: so many are run at least")("jobs", jobs_value(), "runs at the same time")(
      "profile", po::value<std::string>(), "instead of that of the recorded version")(
      "show-scenario", "print the scenarios that are made from the recordings, and compare nothing")(
      "format", po::value<std::string>()->default_value("text"), "text or json");
  line.positional("RECORDING", -1);
  po::variables_map values;
  if (!line.parse(arguments, values)) return kAsExpected;
  if (values.count("RECORDING") == 0) {
    throw sim::BadInput{"compare needs a recording or a folder of recordings; see sentinel-sim compare --help"};
  }
  const bool as_json = is_json(values["format"].as<std::string>(), "--format");
  analysis::CompareOptions options{
      .seeds = positive_number(values["seeds"].as<std::string>(), "--seeds"),
      .timing_seeds = positive_number(values["timing-seeds"].as<std::string>(), "--timing-seeds"),
      .jobs = jobs_of(values),
      .profile = std::nullopt,
      .scenario = nullptr};
  if (values.count("profile") != 0) options.profile = known_profile(values["profile"].as<std::string>());
  if (values.count("scenario") != 0) {
    options.scenario = std::make_shared<const sim::Scenario>(
        sim::read_scenario(values["scenario"].as<std::string>(), text_of(values, "case")));
  }
  if (values.count("show-scenario") != 0) {
    for (const auto& file : files_of(values)) {
      std::cout << analysis::scenario_of(analysis::read_recording(file), options.profile).text << '\n';
    }
    return kAsExpected;
  }

  const bool text = !as_json;
  const analysis::Comparison comparison = analysis::compare(
      files_of(values), options, [&](const RecordingResult& result) { text ? print_recording(result) : void(); });
  if (text) {
    print_phases(comparison.phases);
    print_summary(comparison);
  } else {
    nlohmann::ordered_json json{{"recordings", nlohmann::ordered_json::array()},
                                {"phases", nlohmann::ordered_json::array()}};
    for (const RecordingResult& result : comparison.recordings) json["recordings"].push_back(to_json(result));
    for (const PhaseResult& phase : comparison.phases) json["phases"].push_back(to_json(phase));
    std::cout << json.dump(2) << '\n';
  }
  const bool is_bad =
      std::ranges::any_of(comparison.recordings, [](const RecordingResult& result) { return !result.error.empty(); });
  if (is_bad) return kBadInput;
  return comparison.agrees() ? kAsExpected : kFailed;
}

}  // namespace sentinel::cli
