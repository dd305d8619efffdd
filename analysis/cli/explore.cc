// `sentinel-sim explore`: does any order of messages and timers within bounds break an invariant?
#include <algorithm>
#include <chrono>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>

#include "analysis/cli/command_line.h"
#include "analysis/cli/progress.h"
#include "analysis/explain/explanation.h"
#include "analysis/explore/counterexample.h"
#include "analysis/explore/exploration.h"
#include "analysis/explore/explore_text.h"
#include "analysis/interrupts.h"
#include "sim/bad_input.h"
#include "sim/invariants.h"
#include "sim/units.h"

namespace sentinel::cli {
namespace {

constexpr sim::Micros kUsualLength = std::chrono::seconds{10};

// A whole number from 0 on, as none of something is a bound, too.
std::uint32_t count_of(const po::variables_map& values, const std::string& option) {
  constexpr std::int64_t kMost = 1'000'000;
  try {
    return static_cast<std::uint32_t>(sim::parse_integer(values[option].as<std::string>(), 0, kMost));
  } catch (const sim::BadInput& bad) {
    throw sim::BadInput{"--" + option + ": " + bad.what()};
  }
}

// When the first step comes that has a time; otherwise when the streams begin.
sim::SimTime usual_begin(const sim::Scenario& scenario, std::uint64_t seed) {
  std::optional<sim::SimTime> first;
  for (std::uint32_t i = 0; i < scenario.steps.size(); ++i) {
    if (!std::holds_alternative<sim::SimTime>(scenario.steps[i].when)) continue;
    const sim::SimTime at = scenario.time_of(i, seed);
    if (!first || at < *first) first = at;
  }
  return first.value_or(scenario.from);
}

std::vector<sim::NodeId> nodes_of(const po::variables_map& values, const sim::Scenario& scenario) {
  std::vector<sim::NodeId> nodes;
  if (const std::optional<std::string> names = text_of(values, "nodes")) {
    std::istringstream all{*names};
    for (std::string name; std::getline(all, name, ',');) {
      nodes.push_back(node_named(scenario, name, "--nodes", "node", [](const sim::Node&) { return true; }));
    }
    std::ranges::sort(nodes);
    nodes.erase(std::ranges::unique(nodes).begin(), nodes.end());
    return nodes;
  }
  for (std::uint16_t i = 0; i < scenario.nodes.size(); ++i) {
    if (scenario.nodes[i].listens()) nodes.push_back(sim::NodeId{i});
  }
  return nodes;
}

std::vector<sim::Invariant> invariants_of(const po::variables_map& values, const sim::Scenario& scenario) {
  std::vector<sim::Invariant> asked;
  if (values.count("invariant") != 0) {
    std::vector<std::string_view> known;
    for (const sim::InvariantRow& row : sim::invariants()) known.push_back(row.name);
    for (const std::string& name : values["invariant"].as<std::vector<std::string>>()) {
      const auto row = std::ranges::find(sim::invariants(), name, &sim::InvariantRow::name);
      if (row == sim::invariants().end())
        throw sim::BadInput{"--invariant '" + name + "' is not known" + sim::suggestion(name, known)};
      if (row->invariant == sim::Invariant::kKeepsAcknowledgedWrites)
        throw sim::BadInput{"--invariant '" + name + "' needs the books of the clients, which explore does not keep"};
      asked.push_back(row->invariant);
    }
    return asked;
  }
  asked = scenario.expect.invariants;
  std::erase(asked, sim::Invariant::kKeepsAcknowledgedWrites);
  if (!asked.empty()) return asked;
  for (const sim::InvariantRow& row : sim::invariants()) {
    if (row.is_promised()) asked.push_back(row.invariant);
  }
  return asked;
}

// What nobody asked for by name, and would be judged too early.
void leave_out(analysis::ExploreBounds& bounds, const sim::Scenario& scenario) {
  if (analysis::ends_quietly(scenario, bounds.to)) return;
  const auto is_about_end = [](sim::Invariant invariant) { return sim::invariant_row(invariant).in_the_end; };
  std::ranges::copy_if(bounds.invariants, std::back_inserter(bounds.left_out), is_about_end);
  std::erase_if(bounds.invariants, is_about_end);
  if (!bounds.invariants.empty()) return;
  for (const sim::InvariantRow& row : sim::invariants()) {
    if (row.is_promised() && !row.in_the_end) bounds.invariants.push_back(row.invariant);
  }
}

analysis::ExploreBounds bounds_of(const po::variables_map& values, const sim::Scenario& scenario) {
  analysis::ExploreBounds bounds;
  const std::optional<std::string> seed = text_of(values, "seed");
  bounds.seed = seed ? positive_number(*seed, "--seed") : std::max<std::uint64_t>(1, scenario.only_seed.value_or(1));
  if (const std::optional<std::string> interval = text_of(values, "interval")) {
    bounds.interval = time_of(*interval, "--interval").time_since_epoch();
    if (bounds.interval < sim::Micros{1}) throw sim::BadInput{"--interval must be at least 1us"};
  } else if (scenario.schedule.interval > sim::Micros{1}) {
    bounds.interval = scenario.schedule.interval;
  }
  const std::optional<std::string> from = text_of(values, "from");
  const std::optional<std::string> to = text_of(values, "to");
  bounds.from = from ? time_of(*from, "--from") : usual_begin(scenario, bounds.seed);
  bounds.to = to ? time_of(*to, "--to") : std::min(bounds.from + kUsualLength, scenario.until);
  if (bounds.to > scenario.until) throw sim::BadInput{"--to is after the end of the scenario"};
  if (values.count("depth") != 0) bounds.depth = count_of(values, "depth");
  bounds.crashes = count_of(values, "crashes");
  bounds.cuts = count_of(values, "cuts");
  bounds.nodes = nodes_of(values, scenario);
  bounds.states = positive_number(values["states"].as<std::string>(), "--states");
  bounds.timers = values.count("timers") != 0;
  bounds.brute_force = values.count("brute-force") != 0;
  bounds.invariants = invariants_of(values, scenario);
  if (values.count("invariant") == 0) leave_out(bounds, scenario);
  return bounds;
}

analysis::Exploration explored(const sim::Scenario& scenario, const analysis::ExploreBounds& bounds) {
  const analysis::Interrupts interrupts;
  Progress progress{"states"};
  return analysis::explore(scenario, bounds, [&](const analysis::ExploreCounts& counts) {
    std::string note = std::to_string(counts.pruned) + " pruned";
    if (bounds.crashes + bounds.cuts > 0) note += ", crashes and cuts " + std::to_string(counts.faults);
    if (bounds.depth) note += ", depth " + std::to_string(counts.depth);
    progress.update(counts.states, bounds.states, note);
    return !interrupts.came();
  });
}

// The file says in words what was chosen.
void name_choices(analysis::Counterexample& counterexample, const sim::Scenario& file) {
  for (analysis::Deviation& deviation : counterexample.deviations) {
    const auto same = std::ranges::find(file.schedule.choices, deviation.choice.happening, &sim::Choice::happening);
    if (same != file.schedule.choices.end()) deviation.choice.why = same->why;
  }
}

int exit_code(const analysis::Exploration& exploration) {
  using Verdict = analysis::Exploration::Verdict;
  if (exploration.verdict == Verdict::kViolated) return kFailed;
  return exploration.verdict == Verdict::kNone ? kAsExpected : kInconclusive;
}

std::string replay_command(const std::optional<std::string>& out, std::uint64_t seed) {
  if (!out) return "--out FILE writes it as a scenario that sentinel-sim check, run and explain replay";
  return "sentinel-sim check " + *out + "; sentinel-sim explain " + *out + " --seed " + std::to_string(seed);
}

}  // namespace

int explore_command(const Arguments& arguments) {
  CommandLine line{
      "sentinel-sim explore SCENARIO [--case NAME] [--seed N] [--interval TIME] [--from TIME] [--to TIME] [--depth N] "
      "[--crashes N] [--cuts N] [--nodes NAMES] [--states N] [--timers] [--invariant NAME]… [--brute-force] "
      "[--out FILE] [--format text|json]",
      "sentinel-sim explore scenarios/explore/three_sentinels.json --crashes 1 --nodes R1,S1 --depth 1"};
  line.options()("case", po::value<std::string>(), "which case of the scenario, if it has several")(
      "seed", po::value<std::string>(),
      "of all chances that are not explored; default: that of the scenario's story, or 1")(
      "interval", po::value<std::string>(),
      "what comes within so long comes at the same time, in any order; default: that of the scenario's schedule, or "
      "1ms")("from", po::value<std::string>(), "where exploring begins; default: the first step of the scenario")(
      "to", po::value<std::string>(),
      "where it ends, and runs go on by themselves to the end of the scenario; default: 10s later")(
      "depth", po::value<std::string>(),
      "how many choices may differ from what the run does by itself; default: any number")(
      "crashes", po::value<std::string>()->default_value("0"), "how many processes may crash, between two intervals")(
      "cuts", po::value<std::string>()->default_value("0"),
      "how many links between two processes may be lost, between two intervals, until --to")(
      "nodes", po::value<std::string>(), "whom that may happen to: R1,S1; default: all data nodes and sentinels")(
      "states", po::value<std::string>()->default_value("1000000"), "how many are looked at, in all")(
      "timers", "also when the timer of a sentinel comes again is chosen")(
      "invariant", po::value<std::vector<std::string>>()->composing(),
      "that must hold, by name; default: those that the scenario expects, or all that Sentinel promises, but those "
      "about "
      "the end only if it comes late enough after --to")(
      "brute-force", "every order of all that comes at the same time, also of what cannot matter")(
      "out", po::value<std::string>(), "write the counterexample to this file")(
      "format", po::value<std::string>()->default_value("text"), "text or json");
  line.positional("SCENARIO", 1);
  po::variables_map values;
  if (!line.parse(arguments, values)) return kAsExpected;
  require_scenario(values, "explore");
  const bool as_json = is_json(values["format"].as<std::string>(), "--format");
  const sim::Scenario scenario = scenario_of(values);
  const analysis::ExploreBounds bounds = bounds_of(values, scenario);

  const auto begin = std::chrono::steady_clock::now();
  analysis::Exploration exploration = explored(scenario, bounds);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;

  std::optional<analysis::CounterexampleFile> file;
  if (exploration.counterexample) {
    file = analysis::counterexample_file(scenario, bounds, *exploration.counterexample);
    name_choices(*exploration.counterexample, *file->scenario);
  }
  const std::optional<std::string> out = text_of(values, "out");
  if (file && out) write_out(file->text, *out);
  if (as_json) {
    nlohmann::ordered_json json = analysis::exploration_json(scenario, bounds, exploration);
    json["counterexample"] = file ? nlohmann::ordered_json::parse(file->text) : nlohmann::ordered_json{};
    std::cout << json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) << '\n';
    return exit_code(exploration);
  }
  std::cout << analysis::exploration_text(scenario, bounds, exploration, took.count());
  if (file) {
    std::cout << "replay      " << replay_command(out, bounds.seed) << "\n\n"
              << analysis::explanation_text(file->scenario, bounds.seed);
  }
  return exit_code(exploration);
}

}  // namespace sentinel::cli
