// `sentinel-sim export`: the configuration files of a scenario's processes.
#include "analysis/convert/export.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <system_error>

#include "analysis/cli/command_line.h"
#include "sim/bad_input.h"

namespace sentinel::cli {
namespace {

// Nothing is written over.
void write(const analysis::ConfText& conf, const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / conf.file;
  std::error_code error;
  if (std::filesystem::exists(file, error)) {
    throw sim::BadInput{file.string() + " is there already: expected a folder without the files of the nodes"};
  }
  std::ofstream out{file, std::ios::binary};
  out << conf.text << std::flush;
  if (!out) throw sim::BadInput{file.string() + " cannot be written"};
  std::cout << file.string() << '\n';
}

}  // namespace

int export_command(const Arguments& arguments) {
  CommandLine line{"sentinel-sim export SCENARIO [--case NAME] --out DIR [--at T] [--seed N]",
                   "sentinel-sim export scenarios/failover/master_down.json --out build/conf --at 30s"};
  line.options()("out", po::value<std::string>(), "folder of the files, one a process")(
      "case", po::value<std::string>(), "which case of the scenario, if it has several")(
      "at", po::value<std::string>(), "as the processes have rewritten them by then; default: as they start")(
      "seed", po::value<std::string>()->default_value("1"), "of all chances of the run, with --at");
  line.positional("SCENARIO", 1);
  po::variables_map values;
  if (!line.parse(arguments, values)) return kAsExpected;
  require_scenario(values, "export");
  if (values.count("out") == 0) throw sim::BadInput{"export needs --out, such as --out build/conf"};
  const std::uint64_t seed = positive_number(values["seed"].as<std::string>(), "--seed");
  std::optional<sim::SimTime> at;
  if (values.count("at") != 0) at = time_of(values["at"].as<std::string>(), "--at");
  const auto scenario = std::make_shared<sim::Scenario>(scenario_of(values));
  if (at) scenario->until = std::max(scenario->until, *at);

  const std::filesystem::path folder = values["out"].as<std::string>();
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) throw sim::BadInput{"--out " + sim::in_quotes(folder.string()) + ": " + error.message()};
  for (const analysis::ConfText& conf : analysis::export_conf(scenario, at, seed)) write(conf, folder);
  for (const sim::Node& node : scenario->nodes) {
    if (!node.replicaof_option) continue;
    std::cerr << "note: " << node.name << " is started with an option that no file holds: 'args' of the scenario\n";
  }
  return kAsExpected;
}

}  // namespace sentinel::cli
