// `sentinel-sim explain`: why it happened, why not, and where the time went.
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "analysis/cli/command_line.h"
#include "analysis/explain/explanation.h"
#include "sim/bad_input.h"
#include "sim/event_text.h"
#include "sim/reader/pattern_reader.h"

namespace sentinel::cli {
namespace {

// The first event that the pattern matches.
std::optional<analysis::Fact> find_event(const analysis::CauseFinder& causes, const sim::EventPattern& pattern) {
  const std::vector<sim::HistoricRecord>& records = causes.history().records();
  for (std::size_t i = 0; i < records.size(); ++i) {
    const model::Event* const event = causes.event_at(i);
    if (event == nullptr || event->kind != pattern.kind) continue;
    const std::string payload = sim::payload_text(*event, causes.scenario().symbols);
    const sim::Occurrence said{
        .at = records[i].record.at, .node = records[i].record.node, .event = event, .payload = payload};
    if (sim::matches(pattern, said, causes.scenario().symbols)) return causes.event_fact(i);
  }
  return std::nullopt;
}

}  // namespace

int explain_command(const Arguments& arguments) {
  CommandLine line{
      "sentinel-sim explain SCENARIO [--case NAME] [--seed N] [--event PATTERN] [--all] [--format text|json|dot]",
      "sentinel-sim explain scenarios/failover/master_down.json --seed 3 --event 'S1 +odown'"};
  line.options()("seed", po::value<std::string>()->default_value("1"), "of all chances of the run")(
      "case", po::value<std::string>(), "which case of the scenario, if it has several")(
      "event", po::value<std::string>(),
      "why the first event came that matches '[NODE ]CHANNEL[ PAYLOAD]'; default: each switch of a master")(
      "all", "every step of the way, also those that took no time worth speaking of")(
      "format", po::value<std::string>()->default_value("text"),
      "text, json, or dot: the causes as a graph for Graphviz");
  line.positional("SCENARIO", 1);
  po::variables_map values;
  if (!line.parse(arguments, values)) return kAsExpected;
  require_scenario(values, "explain");
  const std::string format = values["format"].as<std::string>();
  const bool as_dot = format == "dot";
  if (!as_dot && format != "text" && format != "json") {
    throw sim::BadInput{"--format '" + format + "' is not known" + sim::suggestion(format, {"text", "json", "dot"}) +
                        ": text, json or dot"};
  }
  const bool as_json = format == "json";
  const std::uint64_t seed = positive_number(values["seed"].as<std::string>(), "--seed");
  const auto scenario = std::make_shared<const sim::Scenario>(scenario_of(values));

  const sim::Replay replay{scenario, seed};
  const analysis::CauseFinder causes{replay};
  analysis::Explanation explanation = analysis::explain(causes);
  if (const std::optional<std::string> text = text_of(values, "event")) {
    const std::optional<analysis::Fact> event = find_event(causes, sim::parse_pattern(*text, *scenario, "--event"));
    explanation.paths.clear();
    if (event) {
      explanation.paths.push_back(analysis::critical_path(causes, *event));
      explanation.outcomes.clear();
      explanation.findings.clear();
    } else {
      explanation.outcomes.insert(explanation.outcomes.begin(), "'" + *text + "' did not come");
    }
  }
  if (as_dot) {
    if (explanation.paths.empty())
      throw sim::BadInput{"there is no event to draw the causes of: name one with --event"};
    std::cout << analysis::causes_dot(causes, explanation.paths.front().target);
  } else if (as_json) {
    std::cout
        << analysis::explanation_json(causes, explanation).dump(2, ' ', false, nlohmann::json::error_handler_t::replace)
        << '\n';
  } else {
    std::cout << analysis::explanation_text(causes, explanation, {.all = values.count("all") != 0});
  }
  return kAsExpected;
}

}  // namespace sentinel::cli
