#include "sim/reader/scenario_reader.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <limits>
#include <string>
#include <vector>

#include "sim/reader/client_reader.h"
#include "sim/reader/expectation_reader.h"
#include "sim/reader/fingerprint.h"
#include "sim/reader/json_fields.h"
#include "sim/reader/network_reader.h"
#include "sim/reader/node_draft.h"
#include "sim/reader/node_names.h"
#include "sim/reader/node_reader.h"
#include "sim/reader/scenario_source.h"
#include "sim/reader/schedule_reader.h"
#include "sim/reader/script_reader.h"
#include "sim/reader/step_reader.h"
#include "sim/reader/text_file.h"

namespace sentinel::sim {
namespace {

constexpr auto kScenarioFields = std::to_array<std::string_view>({
    "$schema",    "about",    "extends", "cases",   "vary",    "profile", "cluster",    "nodes",
    "directives", "sites",    "clients", "scripts", "network", "disk",    "hash-order", "wall-clock",
    "steps",      "schedule", "from",    "until",   "expect",  "for",
});

constexpr auto kRunsFields = std::to_array<std::string_view>({"seeds", "seed"});

std::string read_about(const Json& about) {
  const std::string_view text = string_of(about);
  if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
    about.fail("expected what the scenario shows, and why");
  return std::string{text};
}

const model::Profile& read_profile(const Json* name) {
  if (name == nullptr) return model::profiles().front();
  const std::string_view text = string_of(*name);
  if (const model::Profile* const profile = model::find_profile(text)) return *profile;
  std::vector<std::string_view> known;
  for (const model::Profile& profile : model::profiles()) known.push_back(profile.name);
  name->fail("unknown profile " + in_quotes(text) + alternatives(text, known));
}

HashOrder read_hash_order(const Json& order) {
  const std::string_view text = string_of(order);
  if (text == "insertion") return HashOrder::kInsertion;
  if (text == "random") return HashOrder::kRandom;
  order.fail(R"(expected "insertion" or "random", not )" + in_quotes(text));
}

bool read_wall_clock(const Json& clock) {
  const std::string_view text = string_of(clock);
  if (text == "full-second") return false;
  if (text == "random") return true;
  clock.fail(R"(expected "full-second" or "random", not )" + in_quotes(text));
}

void read_times(const Fields& fields, Scenario& scenario) {
  const Json& until = fields.get("until", "when the run ends, such as \"60s\"");
  scenario.until = SimTime{duration_of(until, Micros{1})};
  const Json* const from = fields.find("from");
  if (from == nullptr) return;
  scenario.from = SimTime{duration_of(*from)};
  if (scenario.from >= scenario.until) from->fail("expected a time before 'until', " + in_quotes(until.text));
}

// How many seeds, or which one.
void read_seeds(const Json& runs, Scenario& scenario) {
  constexpr std::int64_t kMost = 100'000;
  const Fields fields(runs, "the runs", kRunsFields);
  if (const Json* const seed = fields.find("seed")) {
    if (fields.find("seeds") != nullptr) seed->fail("expected either 'seeds' or 'seed', not both");
    scenario.only_seed = static_cast<std::uint64_t>(integer_of(*seed, 0, std::numeric_limits<std::int64_t>::max()));
    return;
  }
  scenario.seeds = static_cast<std::uint64_t>(integer_of(fields.get("seeds", "how many, such as 500"), 1, kMost));
}

void read_sites(const Json& sites, NodeNames& names) {
  for (const Json* const site : members_of(sites)) names.add_site(*site);
}

Scenario read_case(const Json& root, const std::filesystem::path& file, const std::string& name) {
  const Fields fields(root, "a scenario", kScenarioFields);
  Scenario scenario;
  scenario.file = file;
  scenario.case_name = name;
  if (const Json* const schema = fields.find("$schema")) string_of(*schema);
  scenario.about = read_about(fields.get("about", "what the scenario shows, and why"));
  scenario.profile = &read_profile(fields.find("profile"));
  read_times(fields, scenario);
  scenario.nodes = read_nodes(fields, scenario.symbols);
  scenario.fingerprint = fingerprint_of(root, scenario.nodes);
  if (const Json* const clients = fields.find("clients")) read_clients(*clients, scenario);
  NodeNames names(scenario.nodes);
  if (const Json* const sites = fields.find("sites")) read_sites(*sites, names);
  scenario.sites = names.sites();
  if (const Json* const network = fields.find("network")) scenario.network = read_network(*network, names);
  if (const Json* const disk = fields.find("disk")) scenario.disk = read_disk(*disk);
  if (const Json* const order = fields.find("hash-order")) scenario.hash_order = read_hash_order(*order);
  if (const Json* const clock = fields.find("wall-clock")) scenario.draws_second = read_wall_clock(*clock);
  Steps steps;
  if (const Json* const json = fields.find("steps")) steps = read_steps(*json, names, scenario);
  scenario.steps = std::move(steps.steps);
  if (const Json* const schedule = fields.find("schedule")) scenario.schedule = read_schedule(*schedule);
  if (const Json* const expect = fields.find("expect")) scenario.expect = read_expectations(*expect, names, scenario);
  if (const Json* const runs = fields.find("for")) read_seeds(*runs, scenario);
  if (const Json* const scripts = fields.find("scripts")) scenario.scripts = read_scripts(*scripts, scenario);
  std::ranges::move(steps.clients, std::back_inserter(scenario.nodes));
  return scenario;
}

std::string names_of(const std::vector<Scenario>& cases) {
  std::string names;
  for (const Scenario& scenario : cases) names += (names.empty() ? "" : ", ") + in_quotes(scenario.case_name);
  return names;
}

Scenario chosen(std::vector<Scenario> cases, const std::filesystem::path& file,
                const std::optional<std::string>& case_name) {
  if (!case_name && cases.size() == 1) return std::move(cases.front());
  if (!case_name) throw BadInput{file.string() + " has several cases: choose one with --case: " + names_of(cases)};
  if (cases.front().case_name.empty()) throw BadInput{file.string() + " has no cases: --case is of no use"};
  const auto found = std::ranges::find(cases, *case_name, &Scenario::case_name);
  if (found != cases.end()) return std::move(*found);
  std::vector<std::string_view> known;
  known.reserve(cases.size());
  for (const Scenario& scenario : cases) known.emplace_back(scenario.case_name);
  throw BadInput{file.string() + " has no case " + in_quotes(*case_name) + suggestion(*case_name, known) +
                 "; it has: " + names_of(cases)};
}

}  // namespace

std::span<const std::string_view> scenario_fields() { return kScenarioFields; }

std::vector<Scenario> read_scenarios(const std::filesystem::path& file) {
  return parse_scenarios(read_text_file(file), file);
}

Scenario read_scenario(const std::filesystem::path& file, const std::optional<std::string>& case_name) {
  return chosen(read_scenarios(file), file, case_name);
}

std::vector<Scenario> parse_scenarios(std::string_view text, const std::filesystem::path& file,
                                      std::span<const Setting> settings) {
  constexpr std::size_t kMostNodesOfAll = 4 * kMostNodes;
  constexpr std::size_t kMostStepsOfAll = 200'000;
  const ScenarioSource source(text, file, settings);
  std::vector<Scenario> scenarios;
  std::size_t nodes = 0;
  std::size_t steps = 0;
  for (const ScenarioSource::Case& one : source.cases()) {
    scenarios.push_back(read_case(*one.root, file, one.name));
    nodes += scenarios.back().nodes.size();
    steps += scenarios.back().steps.size();
    if (nodes > kMostNodesOfAll) one.root->fail("more than 16384 nodes in all cases");
    if (steps > kMostStepsOfAll) one.root->fail("more than 200000 steps in all cases");
  }
  return scenarios;
}

Scenario parse_scenario(std::string_view text, const std::filesystem::path& file,
                        const std::optional<std::string>& case_name, std::span<const Setting> settings) {
  return chosen(parse_scenarios(text, file, settings), file, case_name);
}

}  // namespace sentinel::sim
