// `sentinel-sim run`: the event streams of one run.
#include <algorithm>
#include <array>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/cli/command_line.h"
#include "analysis/observe/ledger.h"
#include "analysis/observe/ledger_text.h"
#include "analysis/observe/registry.h"
#include "analysis/report/trace_events.h"
#include "sim/bad_input.h"
#include "sim/formats.h"
#include "sim/run.h"
#include "sim/units.h"

namespace sentinel::cli {
namespace {

// The format that is no stream: it is written when the run is over.
constexpr std::string_view kTrace = "trace";

sim::Format format_of(const std::string& name) {
  const auto format = sim::find_format(name);
  if (format) return *format;
  std::vector<std::string_view> known(sim::format_names().begin(), sim::format_names().end());
  known.push_back(kTrace);
  throw sim::BadInput{"--format '" + name + "' is not known" + sim::suggestion(name, known) +
                      ": one of events, pmessage, log, jsonl, trace"};
}

void print_ledger(sim::Run& run, bool as_json) {
  sim::Scratch scratch;
  const auto report = analysis::run_with_ledger(run, scratch, [](const sim::Record&) {});
  if (as_json) {
    std::cout
        << analysis::ledger_json(run.scenario(), report).dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
        << '\n';
  } else {
    std::cout << analysis::ledger_text(run.scenario(), report);
  }
}

void print_registry(sim::Run& run, bool as_json) {
  if (std::ranges::none_of(run.scenario().nodes, [](const sim::Node& node) { return node.is_watcher(); })) {
    throw sim::BadInput{"--registry needs a client that 'watches', and " + run.scenario().file.string() + " has none"};
  }
  sim::Scratch scratch;
  const auto reports = analysis::run_with_registry(run, scratch);
  if (as_json) {
    std::cout << analysis::registry_json(run.scenario(), reports)
                     .dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
              << '\n';
  } else {
    std::cout << analysis::registry_text(run.scenario(), reports);
  }
}

void print_trace(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed) {
  std::cout << analysis::trace_events(scenario, seed).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
            << '\n';
}

// What is told of a run instead of its streams.
constexpr std::array<std::pair<const char*, void (*)(sim::Run&, bool)>, 2> kAnswers = {
    {{"ledger", print_ledger}, {"registry", print_registry}}};

// Of two of these one is meant.
constexpr std::array<std::pair<const char*, const char*>, 4> kExclusive = {
    {{"ledger", "registry"}, {"reasons", "ledger"}, {"reasons", "registry"}, {"sentinel", "node"}}};

}  // namespace

int run_command(const Arguments& arguments) {
  CommandLine line{
      "sentinel-sim run SCENARIO [--case NAME] [--seed N] [--until T] [--profile P] [--format F] "
      "[--sentinel NAME | --node NAME] [--reasons | --ledger[=F] | --registry[=F]]",
      "sentinel-sim run scenarios/failover/master_down.json --sentinel S1 --seed 7"};
  line.options()("seed", po::value<std::string>()->default_value("1"), "of all chances of the run")(
      "case", po::value<std::string>(), "which case of the scenario, if it has several")(
      "until", po::value<std::string>(), "end of the run, for example 30s; default: the scenario's")(
      "profile", po::value<std::string>(), "version of Redis; default: the scenario's")(
      "format", po::value<std::string>()->default_value("events"),
      "events, pmessage, log, jsonl, or trace: all of the run for Perfetto and chrome://tracing")(
      "sentinel", po::value<std::string>(), "only what this sentinel says")(
      "node", po::value<std::string>(), "only what this node says; data nodes say something in --format log")(
      "reasons", "beside the events: the scripts that run, with their arguments and how they end")(
      "ledger", po::value<std::string>()->implicit_value("text"),
      "instead of the streams: what became of the clients' writes and reads; text or json")(
      "registry", po::value<std::string>()->implicit_value("text"),
      "instead of the streams: what the watchers took for the master and its replicas, and how stale that was; text or "
      "json");
  line.positional("SCENARIO", 1);
  po::variables_map values;
  if (!line.parse(arguments, values)) return kAsExpected;
  require_scenario(values, "run");

  const std::uint64_t seed = positive_number(values["seed"].as<std::string>(), "--seed");
  const bool as_trace = values["format"].as<std::string>() == kTrace;
  const sim::Format format = as_trace ? sim::Format::kJsonl : format_of(values["format"].as<std::string>());
  const bool reasons = values.count("reasons") != 0;
  if (reasons && format != sim::Format::kEvents && format != sim::Format::kJsonl) {
    throw sim::BadInput{"--reasons needs --format events or jsonl: real streams have no place for them"};
  }
  for (const char* const option : {"sentinel", "node", "reasons", "ledger", "registry"}) {
    if (!as_trace || values.count(option) == 0) continue;
    throw sim::BadInput{std::string{"--format trace has all of a run: expected it without --"} + option};
  }
  for (const auto& [one, other] : kExclusive) {
    if (values.count(one) == 0 || values.count(other) == 0) continue;
    throw sim::BadInput{std::string{"expected either --"} + one + " or --" + other + ", not both"};
  }
  auto scenario = std::make_shared<sim::Scenario>(scenario_of(values));
  if (values.count("until") != 0)
    scenario->until = sim::SimTime{sim::parse_duration(values["until"].as<std::string>())};
  if (values.count("profile") != 0) scenario->profile = profile_named(values["profile"].as<std::string>());
  std::optional<sim::NodeId> only;
  if (values.count("sentinel") != 0) {
    only = node_named(*scenario, values["sentinel"].as<std::string>(), "--sentinel", "sentinel",
                      [](const sim::Node& node) { return node.is_sentinel(); });
  }
  if (values.count("node") != 0) {
    only = node_named(*scenario, values["node"].as<std::string>(), "--node", "node",
                      [](const sim::Node& /*any*/) { return true; });
  }

  if (as_trace) {
    print_trace(scenario, seed);
    return kAsExpected;
  }
  sim::Run run{scenario, seed};
  for (const auto& [answer, print] : kAnswers) {
    if (values.count(answer) == 0) continue;
    print(run, is_json(values[answer].as<std::string>(), std::string{"--"} + answer));
    return kAsExpected;
  }
  sim::Scratch scratch;
  run.run_until(scenario->until, scratch, sim::StreamWriter{format, *scenario, std::cout, only, reasons});
  return kAsExpected;
}

}  // namespace sentinel::cli
