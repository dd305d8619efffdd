#include "analysis/run_report.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "analysis/check.h"
#include "analysis/failovers.h"
#include "analysis/ledger.h"
#include "analysis/ledger_text.h"
#include "analysis/run_causes.h"
#include "analysis/run_messages.h"
#include "analysis/state_history.h"
#include "analysis/step_text.h"
#include "model/events.h"
#include "sim/event_text.h"
#include "sim/history.h"
#include "sim/replay.h"
#include "sim/script_text.h"

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
    const model::Sentinel* const sentinel = run.sentinel(sim::NodeId{static_cast<std::uint16_t>(nodes.size())});
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
  for (sim::MomentNumber number = 1; number <= history.size(); ++number) {
    const sim::Moment& moment = history.moment(number);
    if (moment.happening.kind != sim::Happening::Kind::kStep) continue;
    done[moment.happening.index] = true;
    steps.push_back(step_json(scenario, scenario.steps[moment.happening.index], moment.at));
  }
  for (std::size_t i = 0; i < done.size(); ++i) {
    if (!done[i]) steps.push_back(step_json(scenario, scenario.steps[i], std::nullopt));
  }
  return steps;
}

// What is told of a record: a channel and the words behind it. Nothing of what only the books of a run are made from.
std::optional<std::pair<std::string, std::string>> told(const sim::Scenario& scenario, const sim::Record& record) {
  if (const auto* const event = std::get_if<model::Event>(&record.what)) {
    if (!event->published) return std::nullopt;
    return std::pair{std::string{model::event_row(event->kind).channel}, sim::payload_text(*event, scenario.symbols)};
  }
  if (const auto* const reply = std::get_if<sim::CommandReply>(&record.what)) {
    const auto& command = std::get<sim::CommandStep>(scenario.steps[reply->step].action);
    return std::pair{"reply to " + command.text, sim::answer_text(reply->answer, scenario.symbols, *scenario.profile)};
  }
  std::string script = sim::script_text(record, scenario.symbols);
  if (script.empty()) return std::nullopt;
  return std::pair{std::string{"script"}, std::move(script)};
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

Json state_json(const sim::Scenario& scenario, const StateHistory& history) {
  Json tracks = Json::array();
  for (const StateTrack& track : history.tracks()) {
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

// Only who was given an input can have changed, unless something was done to the processes themselves.
void observe(StateHistory& states, const sim::Run& run, const sim::Moment& last) {
  using Kind = sim::Happening::Kind;
  if (last.node) return states.observe(run, *last.node);
  const Kind kind = last.happening.kind;
  if (kind == Kind::kStep || kind == Kind::kStart || kind == Kind::kWake || kind == Kind::kEnd) states.observe(run);
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
  const sim::Replay replay{scenario, seed};
  const sim::History& history = replay.history();
  const CauseFinder causes{replay};
  FailoverRecorder failovers{*scenario};
  StateHistory states{*scenario};
  Json events = Json::array();
  std::vector<std::optional<std::size_t>> records;  // of `events`, where they have causes
  std::size_t place = 0;
  const auto take = [&](const sim::Record& record) {
    failovers(record);
    const std::size_t own_place = place++;
    auto words = record.at < scenario->from ? std::nullopt : told(*scenario, record);
    if (!words) return;
    events.push_back({count(record.at), index(record.node), std::move(words->first), std::move(words->second)});
    const bool is_event = std::holds_alternative<model::Event>(record.what);
    records.push_back(is_event ? std::optional{own_place} : std::nullopt);
  };
  sim::Run run{scenario, seed};
  sim::Scratch scratch;
  const LedgerReport ledger = run_with_ledger(run, scratch, take, [&](const sim::Run& now) {
    failovers.observe(now);
    observe(states, now, history.moment(static_cast<sim::MomentNumber>(now.happenings())));
  });
  return {{"sentinel-sim", "run"},
          {"scenario", scenario->file.string()},
          {"case", scenario->case_name},
          {"about", scenario->about},
          {"profile", scenario->profile->name},
          {"seed", seed},
          {"from", count(scenario->from)},
          {"until", count(scenario->until)},
          {"nodes", nodes_json(run)},
          {"steps", steps_json(*scenario, history)},
          {"events", std::move(events)},
          {"causes", causes_json(causes, records)},
          {"findings", findings_json(causes)},
          {"failovers", failovers_json(*scenario, failovers.close(run))},
          {"meanings", meanings_json()},
          {"state", state_json(*scenario, states)},
          {"messages", messages_json(run, history)},
          {"ledger", ledger_json(*scenario, ledger)},
          {"broken", expectations_json(scenario, seed)}};
}

}  // namespace sentinel::analysis
