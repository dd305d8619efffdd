// `sentinel-sim tolerance`: which sets of nodes or sites may fail at once, and there is still a master.
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/cli/command_line.h"
#include "analysis/cli/progress.h"
#include "analysis/timing/tolerance.h"

namespace sentinel::cli {

int tolerance_command(const Arguments& arguments) {
  CommandLine line{
      "sentinel-sim tolerance SCENARIO [--case NAME] [--sites] [--most N] [--at T] [--seeds N] [--jobs N] "
      "[--format text|json]",
      "sentinel-sim tolerance scenarios/failover/master_down.json"};
  line.options()("case", po::value<std::string>(), "which case of the scenario, if it has several")(
      "sites", "sites fail, with all that is there, and not single nodes")(
      "most", po::value<std::string>(), "so many fail at once, or fewer; default: any number but all")(
      "at", po::value<std::string>()->default_value("15s"), "when they fail")(
      "seeds", po::value<std::string>()->default_value("5"), "each set is tried with the seeds 1 to N")(
      "jobs", jobs_value(), "runs at the same time")("format", po::value<std::string>()->default_value("text"),
                                                     "text or json");
  line.positional("SCENARIO", 1);
  po::variables_map values;
  if (!line.parse(arguments, values)) return kAsExpected;
  require_scenario(values, "tolerance");
  const bool as_json = is_json(values["format"].as<std::string>(), "--format");
  analysis::ToleranceOptions options{.sites = values.count("sites") != 0,
                                     .seeds = positive_number(values["seeds"].as<std::string>(), "--seeds"),
                                     .jobs = jobs_of(values),
                                     .at = time_of(values["at"].as<std::string>(), "--at")};
  if (values.count("most") != 0) options.most = positive_number(values["most"].as<std::string>(), "--most");
  const auto scenario = std::make_shared<const sim::Scenario>(scenario_of(values));

  Progress progress{"sets"};
  options.progressed = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
  const analysis::Tolerance tolerance = analysis::find_tolerance(scenario, options);
  progress.clear();
  if (as_json) {
    std::cout << analysis::tolerance_json(*scenario, tolerance).dump(2) << '\n';
  } else {
    std::cout << analysis::tolerance_text(tolerance);
  }
  return kAsExpected;
}

}  // namespace sentinel::cli
