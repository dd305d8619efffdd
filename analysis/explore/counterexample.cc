#include "analysis/explore/counterexample.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "analysis/document.h"
#include "analysis/explain/message_text.h"
#include "sim/invariants.h"
#include "sim/reader/schedule_reader.h"
#include "sim/replay.h"
#include "sim/units.h"

namespace sentinel::analysis {
namespace {

// The steps that are added, in the order in which they were.
void add_steps(Document& steps, const sim::Scenario& scenario, const ExploreBounds& bounds,
               const Deviation& deviation) {
  const std::string name = scenario.node(deviation.node).name;
  if (deviation.kind == Deviation::Kind::kCrash) {
    steps.push_back({{"at", duration_text(deviation.at)}, {"do", "crash"}, {"node", name}, {"why", "explored"}});
  } else if (deviation.kind == Deviation::Kind::kCut) {
    const Document ends =
        Document::array({Document::array({name}), Document::array({scenario.node(deviation.other).name})});
    steps.push_back({{"at", duration_text(deviation.at)}, {"do", "partition"}, {"between", ends}, {"why", "explored"}});
    steps.push_back({{"at", duration_text(bounds.to)}, {"do", "heal"}, {"between", ends}, {"why", "explored"}});
  }
}

// --- why ----------------------------------------------------------------------------------------------------

// What happened in a moment, in words.
std::string moment_text(const sim::Scenario& scenario, const sim::History& history, const sim::Moment& moment) {
  using Input = sim::Moment::Input;
  const std::string node = moment.node ? scenario.node(*moment.node).name : "nobody";
  const std::string peer = moment.peer ? scenario.node(*moment.peer).name : "nobody";
  switch (moment.input) {
    case Input::kMessage: {
      const sim::SentMessage& message = history.messages()[*moment.message];
      return std::string{message_kind_text(message.message, message.callback)} + " of " + peer + " to " + node;
    }
    case Input::kTimer: return "the timer of " + node;
    case Input::kConnected: return "the connection of " + node + " to " + peer;
    case Input::kDisconnected: return "the end of a connection of " + node + " to " + peer;
    case Input::kCommand: return "a command to " + node;
    case Input::kScriptEnded: return "the end of a script of " + node;
    case Input::kFlushed: return "the disk of " + node;
    case Input::kStarted: return "the start of " + node;
    case Input::kNone: break;
  }
  if (moment.happening.kind == sim::Happening::Kind::kConnectArrives) return "a request to connect";
  return "what comes to who is busy";
}

// The choice in words. `usual`: what would have come instead.
std::string why(const sim::Scenario& scenario, const sim::History& history, const sim::Choice& choice,
                std::optional<std::uint64_t> usual) {
  const auto number = static_cast<sim::MomentNumber>(choice.happening);
  if (number > history.size()) return {};
  std::string text = moment_text(scenario, history, history.moment(number));
  if (choice.draw != model::Draw::kDrawn) text += ", drawn: the " + std::string{sim::draw_name(choice.draw)} + " delay";
  if (choice.tick != model::Draw::kDrawn)
    text += ", drawn: the " + std::string{sim::draw_name(choice.tick)} + " number of ticks a second";
  if (choice.take == 0 || !usual) return text;
  for (sim::MomentNumber later = number + 1; later <= history.size(); ++later) {
    if (history.moment(later).happening.sequence != *usual) continue;
    return text + " before " + moment_text(scenario, history, history.moment(later));
  }
  return text;
}

// What would have come by itself, by the happening of the choice: its sequence number.
std::map<std::uint64_t, std::uint64_t> usual_ones(const sim::Scenario& scenario, const sim::Replay& replay) {
  std::map<std::uint64_t, std::uint64_t> usual;
  std::vector<sim::Happening> simultaneous;
  for (const sim::Choice& choice : scenario.schedule.choices) {
    if (choice.happening > replay.history().size()) break;
    const sim::Run run = replay.before(static_cast<sim::MomentNumber>(choice.happening));
    if (run.is_step_next()) continue;
    run.agenda().simultaneous(simultaneous);
    usual[choice.happening] = simultaneous.front().sequence;
  }
  return usual;
}

Document choices_json(const std::vector<sim::Choice>& choices) {
  Document json = Document::array();
  for (const sim::Choice& choice : choices) {
    Document one{{"at", duration_text(choice.at)}, {"happening", choice.happening}};
    if (choice.take != 0) one["take"] = choice.take;
    if (choice.draw != model::Draw::kDrawn) one["draw"] = sim::draw_name(choice.draw);
    if (choice.tick != model::Draw::kDrawn) one["tick"] = sim::draw_name(choice.tick);
    if (!choice.why.empty()) one["why"] = choice.why;
    json.push_back(std::move(one));
  }
  return json;
}

}  // namespace

CounterexampleFile counterexample_file(const sim::Scenario& scenario, const ExploreBounds& bounds,
                                       const Counterexample& counterexample) {
  Document root =
      read_document(scenario.file, scenario.case_name.empty() ? std::nullopt : std::optional{scenario.case_name});
  const std::string about = root.at("about").get<std::string>();
  root.erase("$schema");
  std::string broken;
  for (const Break& one : counterexample.broken) {
    if (!broken.empty()) broken += "; ";
    broken += text_of(violation_of(one));
  }
  root["about"] = "Found by 'sentinel-sim explore': " + broken + ". The scenario: " + about;
  std::vector<sim::Choice> choices;
  for (const Deviation& deviation : counterexample.deviations) {
    add_steps(root["steps"], scenario, bounds, deviation);
    if (deviation.kind == Deviation::Kind::kChoice) choices.push_back(deviation.choice);
  }
  std::ranges::sort(choices, {}, &sim::Choice::happening);
  Document names = Document::array();
  for (const sim::InvariantRow& row : sim::invariants()) {
    const auto one = std::ranges::find(counterexample.broken, row.invariant, &Break::invariant);
    if (one != counterexample.broken.end()) names.push_back(row.name);
  }
  root["expect"] = {{"invariants", std::move(names)}};
  root["for"] = {{"seed", bounds.seed}};
  root["schedule"] = {
      {"interval", sim::format_duration(bounds.interval)}, {"seed", bounds.seed}, {"choices", choices_json(choices)}};

  // The same again, with what each choice is about.
  const std::shared_ptr<const sim::Scenario> replayed = scenario_of(root);
  const sim::Replay replay{replayed, bounds.seed};
  const std::map<std::uint64_t, std::uint64_t> usual = usual_ones(*replayed, replay);
  for (sim::Choice& choice : choices) {
    const auto instead = usual.find(choice.happening);
    choice.why = why(*replayed, replay.history(), choice,
                     instead == usual.end() ? std::nullopt : std::optional{instead->second});
  }
  root["schedule"]["choices"] = choices_json(choices);
  return {document_text(root), scenario_of(root)};
}

}  // namespace sentinel::analysis
