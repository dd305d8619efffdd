// `sentinel-sim run`: the event streams of one run.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "analysis/cli/command_line.h"
#include "analysis/ledger.h"
#include "analysis/ledger_text.h"
#include "sim/bad_input.h"
#include "sim/formats.h"
#include "sim/reader/scenario_reader.h"
#include "sim/run.h"
#include "sim/units.h"

namespace sentinel::cli {
namespace {

sim::Format format_of(const std::string& name) {
  const auto format = sim::find_format(name);
  if (format) return *format;
  const std::vector<std::string_view> known(sim::format_names().begin(), sim::format_names().end());
  throw sim::BadInput{"--format '" + name + "' is not known" + sim::suggestion(name, known) +
                      ": one of events, pmessage, log, jsonl"};
}

sim::NodeId sentinel_of(const sim::Scenario& scenario, const std::string& name) {
  std::vector<std::string_view> known;
  for (const sim::Node& node : scenario.nodes) {
    if (node.is_sentinel()) known.push_back(node.name);
  }
  const auto node = scenario.find_node(name);
  if (node && scenario.node(*node).is_sentinel()) return *node;
  throw sim::BadInput{"--sentinel '" + name + "' is no sentinel of " + scenario.file.string() +
                      sim::suggestion(name, known)};
}

bool is_json(const std::string& format) {
  if (format == "text" || format == "json") return format == "json";
  throw sim::BadInput{"--ledger '" + format + "' is not known: expected text or json"};
}

}  // namespace

int run_command(const Arguments& arguments) {
  CommandLine line{"sentinel-sim run SCENARIO [--seed N] [--until T] [--profile P] [--format F] [--sentinel NAME]",
                   "sentinel-sim run scenarios/failover/master_down.json --sentinel S1 --seed 7"};
  line.options()("seed", po::value<std::string>()->default_value("1"), "of all chances of the run")(
      "until", po::value<std::string>(), "end of the run, for example 30s; default: the scenario's")(
      "profile", po::value<std::string>(), "version of Redis; default: the scenario's")(
      "format", po::value<std::string>()->default_value("events"), "events, pmessage, log or jsonl")(
      "sentinel", po::value<std::string>(), "only what this sentinel says")(
      "reasons", "beside the events: the scripts that run, with their arguments and how they end")(
      "ledger", po::value<std::string>()->implicit_value("text"),
      "instead of the streams: what became of the clients' writes and reads; text or json");
  line.positional("SCENARIO", 1);
  po::variables_map values;
  if (!line.parse(arguments, values)) return kAsExpected;
  if (values.count("SCENARIO") == 0) throw sim::BadInput{"run needs a scenario file; see sentinel-sim run --help"};

  const std::uint64_t seed = positive_number(values["seed"].as<std::string>(), "--seed");
  const sim::Format format = format_of(values["format"].as<std::string>());
  const bool reasons = values.count("reasons") != 0;
  if (reasons && format != sim::Format::kEvents && format != sim::Format::kJsonl) {
    throw sim::BadInput{"--reasons needs --format events or jsonl: real streams have no place for them"};
  }
  auto scenario =
      std::make_shared<sim::Scenario>(sim::read_scenario(values["SCENARIO"].as<std::vector<std::string>>()[0]));
  if (values.count("until") != 0)
    scenario->until = sim::SimTime{sim::parse_duration(values["until"].as<std::string>())};
  if (values.count("profile") != 0) scenario->profile = profile_named(values["profile"].as<std::string>());
  std::optional<sim::NodeId> only;
  if (values.count("sentinel") != 0) only = sentinel_of(*scenario, values["sentinel"].as<std::string>());

  sim::Run run{scenario, seed};
  sim::Scratch scratch;
  if (values.count("ledger") != 0) {
    const bool as_json = is_json(values["ledger"].as<std::string>());
    const auto report = analysis::run_with_ledger(run, scratch, [](const sim::Record&) {});
    if (as_json) {
      std::cout << analysis::ledger_json(*scenario, report).dump(2) << '\n';
    } else {
      std::cout << analysis::ledger_text(*scenario, report);
    }
    return kAsExpected;
  }
  run.run_until(scenario->until, scratch, sim::StreamWriter{format, *scenario, std::cout, only, reasons});
  return kAsExpected;
}

}  // namespace sentinel::cli
