#include "analysis/report/run_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "analysis/check/check.h"
#include "analysis/explain/run_causes.h"
#include "analysis/explain/run_messages.h"
#include "analysis/observe/ledger_text.h"
#include "analysis/observe/observed_run.h"
#include "analysis/step_text.h"
#include "model/events.h"
#include "sim/event_text.h"

namespace sentinel::analysis {
namespace {

using Json = nlohmann::ordered_json;

std::int64_t count(sim::SimTime at) { return at.time_since_epoch().count(); }
std::uint16_t index(sim::NodeId node) { return static_cast<std::uint16_t>(node); }

std::string_view kind_of(const sim::Node& node) {
  if (node.is_sentinel()) return "sentinel";
  if (node.is_data_node()) return "data";
  return node.is_client() ? "client" : "watcher";
}

// With the ids by which events name sentinels.
Json nodes_json(const sim::Run& run) {
  const sim::Scenario& scenario = run.scenario();
  Json nodes = Json::array();
  for (const sim::Node& node : scenario.nodes) {
    const model::Sentinel* const sentinel = run.sentinel(sim::node_id(nodes.size()));
    Json entry{{"name", node.name}, {"kind", kind_of(node)}};
    if (node.listens()) entry["address"] = sim::name_and_port(node.address, scenario.symbols);
    if (sentinel != nullptr) entry["id"] = sentinel->id().text();
    nodes.push_back(std::move(entry));
  }
  return nodes;
}

// Whom a step is about, as far as it names nodes.
Json nodes_of(const sim::Action& action) {
  Json nodes = Json::array();
  std::visit(
      [&](const auto& step) {
        if constexpr (requires { step.nodes; }) {
          for (const sim::NodeId node : step.nodes) nodes.push_back(index(node));
        } else if constexpr (requires { step.groups; }) {
          for (const auto& group : step.groups) {
            for (const sim::NodeId node : group) nodes.push_back(index(node));
          }
        }
      },
      action);
  return nodes;
}

Json step_json(const sim::Scenario& scenario, const sim::Step& step, std::optional<sim::SimTime> at) {
  const auto* const trigger = std::get_if<sim::Trigger>(&step.when);
  Json entry{
      {"at", at ? Json(count(*at)) : Json{}}, {"text", step_text(scenario, step)}, {"nodes", nodes_of(step.action)}};
  if (trigger != nullptr) entry["on"] = trigger->event.text;
  if (!step.why.empty()) entry["why"] = step.why;
  return entry;
}

// In the order in which they were done, then those that no event has made happen.
Json steps_json(const sim::Scenario& scenario, const sim::History& history) {
  Json steps = Json::array();
  std::vector<bool> done(scenario.steps.size());
  for (const StepDone& step : steps_done(history)) {
    done[step.step] = true;
    steps.push_back(step_json(scenario, scenario.steps[step.step], step.at));
  }
  for (std::size_t i = 0; i < done.size(); ++i) {
    if (!done[i]) steps.push_back(step_json(scenario, scenario.steps[i], std::nullopt));
  }
  return steps;
}

// Of each channel.
Json meanings_json() {
  Json meanings = Json::object();
  for (const model::EventRow& row : model::event_catalogue()) {
    if (!row.channel.empty()) meanings[row.channel] = row.meaning;
  }
  return meanings;
}

Json moment_json(const std::optional<sim::SimTime>& at) { return at ? Json(count(*at)) : Json{}; }

Json failovers_json(const sim::Scenario& scenario, const std::vector<Failover>& failovers) {
  Json list = Json::array();
  for (const Failover& failover : failovers) {
    list.push_back({{"master", scenario.symbols.text(failover.name)},
                    {"from", index(failover.old_master)},
                    {"to", failover.new_master ? Json(index(*failover.new_master)) : Json{}},
                    {"forced", failover.forced},
                    {"outcome", outcome_name(failover.outcome)},
                    {"reason", reason_name(failover.reason)},
                    {"begin", count(failover.begin)},
                    {"fault", moment_json(failover.fault)},
                    {"sdown", moment_json(failover.sdown)},
                    {"odown", moment_json(failover.odown)},
                    {"tried", moment_json(failover.tried)},
                    {"promoted", moment_json(failover.promoted)},
                    {"switched", moment_json(failover.switched)}});
  }
  return list;
}

Json state_json(const sim::Scenario& scenario, const std::vector<StateTrack>& states) {
  Json tracks = Json::array();
  for (const StateTrack& track : states) {
    Json changes = Json::array();
    for (const StateChange& change : track.changes) changes.push_back({count(change.at), change.value});
    if (changes.empty()) continue;
    Json entry{{"node", index(track.fact.node)}, {"fact", state_fact_name(track.fact.what)}};
    if (track.fact.master) entry["master"] = scenario.symbols.text(track.fact.master);
    if (track.fact.other) entry["of"] = index(*track.fact.other);
    entry["changes"] = std::move(changes);
    tracks.push_back(std::move(entry));
  }
  return tracks;
}

Json expectations_json(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed) {
  Json broken = Json::array();
  for (const Violation& violation : check_seed(scenario, seed).violations) {
    broken.push_back({{"expected", violation.expected}, {"came", violation.came}});
  }
  return broken;
}

}  // namespace

Json run_report(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed) {
  const ObservedRun observed = observe_run(scenario, seed);
  const sim::History& history = observed.replay.history();
  const CauseFinder causes{observed.replay};
  Json events = Json::array();
  std::vector<std::optional<std::size_t>> records;  // of `events`, where they have causes
  for (std::size_t i = 0; i < history.records().size(); ++i) {
    const sim::Record& record = history.records()[i].record;
    std::optional<Told> words = told(*scenario, record);
    if (!words) continue;
    events.push_back({count(record.at), index(record.node), std::move(words->what), std::move(words->about)});
    records.push_back(std::holds_alternative<model::Event>(record.what) ? std::optional{i} : std::nullopt);
  }
  return {{"sentinel-sim", "run"},
          {"scenario", scenario->file.string()},
          {"case", scenario->case_name},
          {"about", scenario->about},
          {"profile", scenario->profile->name},
          {"seed", seed},
          {"from", count(scenario->from)},
          {"until", count(scenario->until)},
          {"nodes", nodes_json(observed.run)},
          {"steps", steps_json(*scenario, history)},
          {"events", std::move(events)},
          {"causes", causes_json(causes, records)},
          {"findings", findings_json(causes)},
          {"failovers", failovers_json(*scenario, observed.failovers)},
          {"meanings", meanings_json()},
          {"state", state_json(*scenario, observed.states)},
          {"messages", messages_json(observed.run, history)},
          {"ledger", ledger_json(*scenario, observed.ledger)},
          {"broken", expectations_json(scenario, seed)}};
}

}  // namespace sentinel::analysis
