#include "analysis/explore/explore_text.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/document.h"
#include "analysis/invariants/hazards.h"
#include "analysis/step_text.h"
#include "sim/invariants.h"
#include "sim/units.h"

namespace sentinel::analysis {
namespace {

using nlohmann::ordered_json;

std::string verdict_name(Exploration::Verdict verdict) {
  if (verdict == Exploration::Verdict::kViolated) return "violated";
  return verdict == Exploration::Verdict::kNone ? "none within bounds" : "inconclusive";
}

// Where it is told that Sentinel does not keep that in such a scenario.
std::string known_text(const sim::Scenario& scenario, const ExploreBounds& bounds,
                       const Counterexample& counterexample) {
  sim::Scenario gone = scenario;
  for (const Deviation& deviation : counterexample.deviations) {
    for (const sim::Step& step : steps_of(deviation, bounds.to)) gone.steps.push_back(step);
  }
  std::string text;
  for (const Break& broken : counterexample.breaks) {
    if (std::ranges::find(counterexample.broken, broken.invariant, &Break::invariant) == counterexample.broken.end())
      continue;
    if (const auto known = known_from(broken, gone, counterexample.breaks))
      text += "\n  known from " + std::string{*known};
  }
  return text;
}

std::string verdict_text(const sim::Scenario& scenario, const ExploreBounds& bounds, const Exploration& exploration) {
  switch (exploration.verdict) {
    case Exploration::Verdict::kViolated: {
      std::string text = "violated:";
      for (const Break& one : exploration.counterexample->broken) text += "\n  " + text_of(violation_of(one));
      return text + known_text(scenario, bounds, *exploration.counterexample);
    }
    case Exploration::Verdict::kNone:
      return "none within bounds: nothing that can come in these orders breaks an invariant";
    case Exploration::Verdict::kInconclusive: break;
  }
  if (exploration.interrupted) return "inconclusive: interrupted; nothing was broken until then";
  return "inconclusive: " + std::to_string(bounds.states) + " states were not all; nothing was broken in them";
}

std::string depth_text(const ExploreBounds& bounds, const Exploration& exploration) {
  std::string text = bounds.depth ? "depth " + std::to_string(*bounds.depth) : "any depth";
  if (bounds.depth && exploration.is_all_orders) text += " (there is no way that is deeper)";
  return text;
}

std::string nodes_text(const sim::Scenario& scenario, const ExploreBounds& bounds) {
  std::string text;
  for (const sim::NodeId node : bounds.nodes) {
    if (!text.empty()) text += ',';
    text += scenario.node(node).name;
  }
  return text;
}

std::string bounds_text(const sim::Scenario& scenario, const ExploreBounds& bounds, const Exploration& exploration) {
  std::string text = duration_text(bounds.from) + " to " + duration_text(bounds.to) + ", then to " +
                     duration_text(scenario.until) + "; " + depth_text(bounds, exploration) + "; interval " +
                     sim::format_duration(bounds.interval) + "; " + std::to_string(bounds.crashes) + " crashes, " +
                     std::to_string(bounds.cuts) + " cuts";
  if (bounds.crashes > 0 || bounds.cuts > 0) text += " of " + nodes_text(scenario, bounds);
  text += "; " + std::to_string(bounds.states) + " states; seed " + std::to_string(bounds.seed);
  if (bounds.timers) text += "; timers";
  if (bounds.brute_force) text += "; brute force";
  return text;
}

std::string deviation_text(const sim::Scenario& scenario, const Deviation& deviation) {
  if (deviation.kind == Deviation::Kind::kChoice) {
    std::string text = duration_text(deviation.choice.at) + " happening " + std::to_string(deviation.choice.happening);
    if (!deviation.choice.why.empty()) return text + ": " + deviation.choice.why;
    if (deviation.choice.take > 0) text += ": number " + std::to_string(deviation.choice.take) + " comes first";
    if (deviation.choice.draw != model::Draw::kDrawn || deviation.choice.tick != model::Draw::kDrawn)
      text += ": another draw";
    return text;
  }
  return duration_text(deviation.at) + " " + step_text(scenario, steps_of(deviation, deviation.at).front());
}

std::string names_of(const std::vector<sim::Invariant>& invariants) {
  std::string names;
  for (const sim::Invariant invariant : invariants) {
    if (!names.empty()) names += ", ";
    names += sim::invariant_row(invariant).name;
  }
  return names;
}

ordered_json names_json(const std::vector<sim::Invariant>& invariants) {
  ordered_json names = ordered_json::array();
  for (const sim::Invariant invariant : invariants) names.push_back(sim::invariant_row(invariant).name);
  return names;
}

}  // namespace

std::string exploration_text(const sim::Scenario& scenario, const ExploreBounds& bounds, const Exploration& exploration,
                             double seconds) {
  const ExploreCounts& counts = exploration.counts;
  const double rate = seconds > 0 ? static_cast<double>(counts.states) / seconds : 0;
  std::string text = verdict_text(scenario, bounds, exploration) + "\n";
  text += "bounds      " + bounds_text(scenario, bounds, exploration) + "\n";
  text += "invariants  " + names_of(bounds.invariants) + "\n";
  if (!bounds.left_out.empty()) {
    text += "left out    " + names_of(bounds.left_out) + ": the run ends less than " +
            sim::format_duration(quiet_time(scenario)) + " after " + duration_text(bounds.to) +
            "; --invariant NAME judges them all the same\n";
  }
  text += "states      " + std::to_string(counts.states) + ", " + std::to_string(std::llround(rate)) + "/s; " +
          std::to_string(counts.pruned) + " ways came to one that was seen before (pruned)\n";
  text += "ways        " + std::to_string(counts.ways) + " gone to the end, " +
          std::to_string(exploration.outcomes.size()) + " states at " + duration_text(bounds.to) + ", " +
          std::to_string(counts.happenings) + " happenings\n";
  if (!exploration.counterexample) return text;
  text += exploration.is_shortest ? "the shortest way there" : "a way there (there may be a shorter one)";
  text += " differs from what comes by itself in " + std::to_string(exploration.counterexample->deviations.size()) +
          (exploration.counterexample->deviations.size() == 1 ? " thing\n" : " things\n");
  for (const Deviation& deviation : exploration.counterexample->deviations)
    text += "  " + deviation_text(scenario, deviation) + "\n";
  return text;
}

ordered_json exploration_json(const sim::Scenario& scenario, const ExploreBounds& bounds,
                              const Exploration& exploration) {
  ordered_json nodes = ordered_json::array();
  for (const sim::NodeId node : bounds.nodes) nodes.push_back(scenario.node(node).name);
  ordered_json violations = ordered_json::array();
  if (exploration.counterexample) {
    for (const Break& one : exploration.counterexample->broken) violations.push_back(text_of(violation_of(one)));
  }
  const ExploreCounts& counts = exploration.counts;
  ordered_json json{{"scenario", scenario.file.string()}, {"case", scenario.case_name}};
  json["verdict"] = verdict_name(exploration.verdict);
  json["violations"] = std::move(violations);
  json["interrupted"] = exploration.interrupted;
  json["bounds"] = {{"seed", bounds.seed},
                    {"interval", sim::format_duration(bounds.interval)},
                    {"from", duration_text(bounds.from)},
                    {"to", duration_text(bounds.to)},
                    {"until", duration_text(scenario.until)},
                    {"depth", bounds.depth ? ordered_json{*bounds.depth} : ordered_json{}},
                    {"all-orders", exploration.is_all_orders},
                    {"crashes", bounds.crashes},
                    {"cuts", bounds.cuts},
                    {"nodes", std::move(nodes)},
                    {"states", bounds.states},
                    {"timers", bounds.timers},
                    {"brute-force", bounds.brute_force},
                    {"invariants", names_json(bounds.invariants)},
                    {"left-out", names_json(bounds.left_out)}};
  json["states"] = counts.states;
  json["pruned"] = counts.pruned;
  json["ways"] = counts.ways;
  json["outcomes"] = exploration.outcomes.size();
  json["happenings"] = counts.happenings;
  return json;
}

}  // namespace sentinel::analysis
