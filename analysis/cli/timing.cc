// `sentinel-sim timing`: how long each phase of a failover takes, and how failovers end, over many seeds.
#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/cli/command_line.h"
#include "analysis/cli/progress.h"
#include "analysis/timing/timing.h"
#include "analysis/timing/timing_report.h"
#include "sim/bad_input.h"

namespace sentinel::cli {
namespace {

enum class Form { kText, kJson, kCsv };

// Of a file its extension tells.
Form form_of(const std::optional<std::string>& out, bool as_json) {
  if (!out) return as_json ? Form::kJson : Form::kText;
  const std::string extension = std::filesystem::path{*out}.extension().string();
  if (extension == ".csv") return Form::kCsv;
  if (extension == ".json") return Form::kJson;
  throw sim::BadInput{"--out '" + *out + "': a file .csv or .json"};
}

std::string text_in(Form form, const sim::Scenario& scenario, const analysis::Timing& timing) {
  switch (form) {
    case Form::kText: return analysis::timing_text(scenario, timing);
    case Form::kCsv: return analysis::timing_csv(scenario, timing);
    case Form::kJson: return analysis::timing_json(scenario, timing).dump(2) + "\n";
  }
  return {};
}

}  // namespace

int timing_command(const Arguments& arguments) {
  CommandLine line{
      "sentinel-sim timing SCENARIO [--case NAME] [--seeds N] [--jobs N] [--per-sentinel] [--out FILE.csv|.json] "
      "[--format text|json]",
      "sentinel-sim timing scenarios/failover/master_down.json --seeds 1000"};
  line.options()("case", po::value<std::string>(), "which case of the scenario, if it has several")(
      "seeds", po::value<std::string>()->default_value("1000"), "the seeds 1 to N")(
      "jobs", jobs_value(), "runs at the same time")("per-sentinel",
                                                     "also what each sentinel by itself says of each phase")(
      "out", po::value<std::string>(), "write to this file, .csv or .json, and print nothing")(
      "format", po::value<std::string>()->default_value("text"), "text or json");
  line.positional("SCENARIO", 1);
  po::variables_map values;
  if (!line.parse(arguments, values)) return kAsExpected;
  require_scenario(values, "timing");
  const std::optional<std::string> out = text_of(values, "out");
  const Form form = form_of(out, is_json(values["format"].as<std::string>(), "--format"));
  analysis::TimingOptions options{.seeds = positive_number(values["seeds"].as<std::string>(), "--seeds"),
                                  .jobs = jobs_of(values),
                                  .per_sentinel = values.count("per-sentinel") != 0};
  const auto scenario = std::make_shared<const sim::Scenario>(scenario_of(values));

  Progress progress{"runs"};
  options.progressed = [&](std::uint64_t done) { progress.update(done, options.seeds); };
  const analysis::Timing timing = analysis::time_failovers(scenario, options);
  progress.clear();
  const std::string text = text_in(form, *scenario, timing);
  out ? write_out(text, *out) : void(std::cout << text);
  return kAsExpected;
}

}  // namespace sentinel::cli
