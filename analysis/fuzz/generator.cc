#include "analysis/fuzz/generator.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <string>
#include <utility>
#include <vector>

#include "analysis/fuzz/chance.h"
#include "analysis/fuzz/nemeses.h"
#include "analysis/invariants/invariants_at_end.h"
#include "model/data_node.h"
#include "model/profile.h"
#include "sim/bad_input.h"

namespace sentinel::analysis {
namespace {

using namespace std::chrono_literals;
using model::Millis;
using Names = std::vector<std::string>;

constexpr Millis kFaultsBegin = 10s;
constexpr int kMostStrikes = 6;
constexpr std::size_t kMostSteps = 40;                    // variants of variants do not become longer and longer
constexpr std::uint64_t kMutation = 0x6D75'7461'7465ULL;  // so that a child has other chances than a fresh scenario

Names numbered(char letter, std::size_t count) {
  Names names;
  for (std::size_t i = 1; i <= count; ++i) names.push_back(letter + std::to_string(i));
  return names;
}

// --- the cluster ------------------------------------------------------------------------------------------

Cast draw_cast(Chance& chance) {
  Cast cast;
  const std::uint32_t size = chance.below(100);
  const std::size_t masters = size < 70 ? 1 : size < 85 ? 2 : 3 + chance.below(3);
  for (std::size_t i = 0; i < masters; ++i)
    cast.masters.push_back(masters == 1 ? "mymaster" : "m" + std::to_string(i + 1));
  const std::size_t replicas =
      masters == 1 ? static_cast<std::size_t>(chance.one_of({1, 2, 2, 2, 3, 4})) : 1 + chance.below(2);
  cast.data_nodes = numbered('R', masters * (1 + replicas));
  for (std::size_t i = 0; i < masters; ++i) cast.master_nodes.push_back(cast.data_nodes[i * (1 + replicas)]);
  cast.sentinels = numbered('S', static_cast<std::size_t>(chance.one_of({2, 3, 3, 3, 3, 4, 5, 5, 5})));
  if (chance.is_likely(40)) cast.clients = numbered('C', 1 + chance.below(2));
  cast.down_after = chance.one_of({500ms, 1'000ms, 1'000ms, 2'000ms, 5'000ms});
  cast.failover_timeout = chance.one_of({2'000ms, 5'000ms, 5'000ms, 5'000ms, 10'000ms});
  return cast;
}

Document draw_cluster(Chance& chance, const Cast& cast) {
  Document cluster = Document::object();
  if (cast.masters.size() > 1) cluster["masters"] = cast.masters;
  const int sentinels = static_cast<int>(cast.sentinels.size());
  cluster["replicas"] = cast.data_nodes.size() / cast.masters.size() - 1;
  cluster["sentinels"] = sentinels;
  cluster["quorum"] = chance.is_likely(70) ? sentinels / 2 + 1 : chance.between(1, sentinels);
  cluster["down-after-milliseconds"] = cast.down_after.count();
  cluster["failover-timeout"] = cast.failover_timeout.count();
  if (chance.is_likely(30)) cluster["parallel-syncs"] = chance.between(1, 3);
  // A shorter time-out, so that a link that is half open is not left alone for long.
  cluster["data-conf"] = Document::array({"repl-timeout 15", "repl-ping-replica-period 5"});
  if (chance.is_likely(10)) {
    for (const char* const line : {"min-replicas-to-write 1", "min-replicas-max-lag 2"}) {
      cluster["data-conf"].push_back(line);
    }
  }
  return cluster;
}

void draw_priorities(Chance& chance, const Cast& cast, Document& nodes) {
  for (const std::string& name : cast.data_nodes) {
    if (!chance.is_likely(10)) continue;
    const std::string priority = chance.one_of({"0", "10", "50"});
    nodes[name]["conf"] = {"replica-priority " + priority};
  }
}

Document draw_clients(Chance& chance, const Cast& cast) {
  Document clients = Document::object();
  for (const std::string& name : cast.clients) {
    Document client{{"writes", chance.one_of({2, 5, 20})}};
    if (cast.masters.size() > 1) client["master"] = chance.pick(cast.masters);
    if (chance.is_likely(20)) client["sentinels"] = {chance.pick(cast.sentinels)};
    clients[name] = std::move(client);
  }
  return clients;
}

void draw_surroundings(Chance& chance, Document& scenario) {
  if (chance.is_likely(40)) {
    scenario["network"] = {{"latency", chance.one_of({"0.1ms", "1ms", "5ms", "20ms"})}};
    if (chance.is_likely(30)) {
      scenario["network"]["latency"] = {{"median", "1ms"}, {"p99", "20ms"}, {"loss", chance.one_of({"0.1%", "1%"})}};
    }
  }
  if (chance.is_likely(30)) scenario["disk"] = {{"flush", chance.one_of({"1ms", "10ms", "40ms"})}};
  if (chance.is_likely(50)) scenario["hash-order"] = "random";
  if (chance.is_likely(50)) scenario["wall-clock"] = "random";
}

// --- the faults -------------------------------------------------------------------------------------------

// Which families are on; at least one is.
std::bitset<kFaultFamilies> draw_families(Chance& chance) {
  std::bitset<kFaultFamilies> on;
  for (std::size_t i = 0; i < kFaultFamilies; ++i) on[i] = chance.is_likely(25);
  on.set(chance.below(kFaultFamilies));
  return on;
}

void strike(FaultPlan& plan, std::bitset<kFaultFamilies> on) {
  std::vector<const Nemesis*> able;
  for (const Nemesis& nemesis : nemeses()) {
    if (on.test(static_cast<std::size_t>(nemesis.family))) able.push_back(&nemesis);
  }
  const int strikes = plan.chance.between(1, kMostStrikes);
  for (int i = 0; i < strikes; ++i) plan.chance.pick(able)->strike(plan);
}

std::string about(std::uint64_t seed, const std::bitset<kFaultFamilies>& on) {
  std::string families;
  for (std::size_t i = 0; i < kFaultFamilies; ++i) {
    if (!on.test(i)) continue;
    families += families.empty() ? "" : ", ";
    families += fault_family_name(static_cast<FaultFamily>(i));
  }
  return "Random scenario " + std::to_string(seed) + ", with faults of these families: " + families + ".";
}

// What the plan says stands in the scenario, behind what it says already.
void add_plan(Document& scenario, const FaultPlan& plan) {
  for (const Document& step : plan.steps()) scenario["steps"].push_back(step);
  for (const auto& [name, node] : plan.nodes.items()) scenario["nodes"][name].update(node);
}

// Who plays in a scenario.
Cast cast_of(const sim::Scenario& scenario) {
  Cast cast{.down_after = 1s, .failover_timeout = 1s};
  for (const sim::Node& node : scenario.nodes) {
    if (node.is_client() || node.is_watcher()) cast.clients.push_back(node.name);
    if (const auto* const data_node = std::get_if<model::DataNodeConfig>(&node.config)) {
      cast.data_nodes.push_back(node.name);
      cast.replication_timeout = std::max(cast.replication_timeout, data_node->replication_timeout);
      // Once as a replica, and once when it starts.
      const Millis copies = data_node->transfer_time + data_node->load_time + 2 * model::time_to_copy(*data_node);
      cast.resynchronisation = std::max(cast.resynchronisation, copies);
    }
    const auto* const sentinel = std::get_if<model::SentinelConfig>(&node.config);
    if (sentinel == nullptr) continue;
    cast.sentinels.push_back(node.name);
    for (const model::MonitoredMaster& master : sentinel->masters) {
      const std::string name{scenario.symbols.text(master.name)};
      const std::optional<sim::NodeId> first = scenario.node_at(master.address);
      if (first && std::ranges::find(cast.masters, name) == cast.masters.end()) {
        cast.masters.push_back(name);
        cast.master_nodes.push_back(scenario.node(*first).name);
      }
      cast.down_after = std::max(cast.down_after, master.down_after);
      cast.failover_timeout = std::max(cast.failover_timeout, master.failover_timeout);
    }
  }
  return cast;
}

// When nothing is done to the cluster any more, and what that takes is over. `until` bounds what has no end of its own:
// steps that an event brings, and those that are done again and again.
Millis end_of_faults(const Document& steps, Millis until) {
  Millis end = kFaultsBegin;
  for (const Document& step : steps) {
    Millis lasts{0};
    for (const char* const field : {"for", "after", "load-time", "jitter"})
      lasts += duration_in(step, field).value_or(0ms);
    std::optional<Millis> at = duration_in(step, "at");
    if (!at) at = step["on"].is_object() ? duration_in(step["on"], "until").value_or(until) : until;
    if (const auto period = duration_in(step, "every")) {
      at = step.contains("times") ? *at + *period * (step["times"].get<int>() - 1) : std::max(*at, until);
    }
    end = std::max(end, *at + lasts);
  }
  return end;
}

Millis until_of(const Document& scenario) { return duration_in(scenario, "until").value_or(kFaultsBegin); }

Document ended(Document scenario) {
  const Millis end = end_of_faults(scenario["steps"], until_of(scenario));
  scenario["until"] = duration_text(std::chrono::ceil<std::chrono::seconds>(end));
  return scenario;
}

// A little or far.
void move_one(Chance& chance, Document& steps, Millis end) {
  if (steps.empty()) return;
  Document& step = steps[chance.below(steps.size())];
  const std::optional<Millis> at = duration_in(step, "at");
  if (!at) return;
  const Millis most = chance.one_of({50ms, 500ms, 5'000ms});
  step["at"] = duration_text(std::clamp(*at + chance.between(-most, most), kFaultsBegin, end));
}

void drop_one(Chance& chance, Document& steps) {
  if (!steps.empty()) steps.erase(chance.below(steps.size()));
}

void strike_once_more(Chance& chance, const Cast& cast, Millis end, Document& scenario) {
  FaultPlan plan{chance, cast, kFaultsBegin, end};
  chance.pick(nemeses()).strike(plan);
  add_plan(scenario, plan);
}

// --- healing ----------------------------------------------------------------------------------------------

bool is_done(const Document& steps, std::string_view what) {
  return std::ranges::any_of(steps, [&](const Document& step) { return step.value("do", "") == what; });
}

// Likewise, and not for a time.
bool is_left(const Document& steps, std::string_view what) {
  return std::ranges::any_of(
      steps, [&](const Document& step) { return step.value("do", "") == what && !step.contains("for"); });
}

// Who may not run when the faults are over: whom a step kills, and everybody if it depends on an event who that is.
Names may_be_down(const Document& steps, const Cast& cast) {
  Names down;
  const auto add = [&](const std::string& name) {
    if (name.starts_with('$')) {
      down = cast.servers();
    } else if (std::ranges::find(down, name) == down.end()) {
      down.push_back(name);
    }
  };
  for (const Document& step : steps) {
    const std::string what = step.value("do", "");
    if (what == "command" && step.value("args", Names{}).size() > 1 && step["args"][1] == "SIMULATE-FAILURE") {
      down = cast.servers();
    }
    if (what != "crash" && what != "stop") continue;
    if (step.contains("node")) add(step["node"].get<std::string>());
    for (const Document& node : step.value("nodes", Document::array())) add(node.get<std::string>());
  }
  return down;
}

// Likewise quiet_time(), and TILT, and a link that is half open.
Millis quiet_time_after(const Document& steps, const Cast& cast) {
  const bool tilts = std::ranges::any_of(std::array{"clock", "pause", "stall"},
                                         [&](const char* what) { return is_done(steps, what); });
  return quiet_time(cast.failover_timeout, cast.down_after) + cast.replication_timeout + cast.resynchronisation +
         (tilts ? Millis{35s} : Millis{0});
}

}  // namespace

Document random_scenario(std::uint64_t seed) {
  Chance chance{seed};
  const Cast cast = draw_cast(chance);
  const std::bitset<kFaultFamilies> on = draw_families(chance);
  Document scenario{{"about", about(seed, on)}};
  if (chance.is_likely(30)) scenario["profile"] = chance.pick(model::profiles()).name;
  scenario["cluster"] = draw_cluster(chance, cast);
  draw_surroundings(chance, scenario);
  const Millis faults_end = kFaultsBegin + chance.between(10'000ms, 40'000ms);
  FaultPlan plan{chance, cast, kFaultsBegin, faults_end};
  strike(plan, on);
  draw_priorities(chance, cast, plan.nodes);
  if (!plan.nodes.empty()) scenario["nodes"] = plan.nodes;
  if (!cast.clients.empty()) scenario["clients"] = draw_clients(chance, cast);
  scenario["steps"] = plan.steps();
  return ended(std::move(scenario));
}

Document random_faults_of(const Document& base, std::uint64_t seed) {
  const auto read = scenario_of(base);
  Chance chance{seed};
  const Cast cast = cast_of(*read);
  if (cast.sentinels.empty() || cast.data_nodes.empty() || cast.masters.empty()) {
    throw sim::BadInput{"a scenario without a sentinel that monitors a data node cannot be fuzzed"};
  }
  const std::bitset<kFaultFamilies> on = draw_families(chance);
  Document scenario = base;
  scenario["about"] = about(seed, on);
  scenario.erase("expect");
  scenario.erase("for");
  const Millis faults_end = kFaultsBegin + chance.between(10'000ms, 40'000ms);
  FaultPlan plan{chance, cast, kFaultsBegin, faults_end};
  strike(plan, on);
  add_plan(scenario, plan);
  return ended(std::move(scenario));
}

Document mutated(const Document& parent, std::uint64_t seed) {
  Chance chance{seed ^ kMutation};
  Document child = parent;
  child["about"] = "Random scenario " + std::to_string(seed) + ", a variant of an earlier one.";
  child.erase("expect");
  child.erase("for");
  const Cast cast = cast_of(*scenario_of(parent));
  const Millis end = end_of_faults(child["steps"], until_of(child));
  const int changes = chance.between(1, 3);
  for (int i = 0; i < changes; ++i) {
    const std::uint32_t kind = chance.below(10);
    if (kind < 2 || child["steps"].size() > kMostSteps) {
      drop_one(chance, child["steps"]);
    } else if (kind < 5) {
      move_one(chance, child["steps"], end);
    } else if (kind < 6 && child.contains("cluster")) {
      child["cluster"]["quorum"] = chance.between(1, static_cast<int>(cast.sentinels.size()));
    } else if (kind < 7) {
      child["disk"] = {{"flush", chance.one_of({"1ms", "10ms", "40ms"})}};
    } else if (end > kFaultsBegin) {
      strike_once_more(chance, cast, end, child);
    }
  }
  return ended(std::move(child));
}

Document healed(const Document& faults) {
  const Cast cast = cast_of(*scenario_of(faults));
  Document scenario = faults;
  Document& steps = scenario["steps"];
  const Millis end = end_of_faults(steps, until_of(scenario));
  const Millis quiet = quiet_time_after(steps, cast);
  const Names down = may_be_down(steps, cast);
  const auto heal = [&](Document step) {
    Document timed{{"at", duration_text(end)}};
    timed.update(step);
    steps.push_back(std::move(timed));
  };
  if (is_left(steps, "partition")) heal({{"do", "heal"}});
  if (is_left(steps, "hold")) heal({{"do", "release"}});
  if (is_left(steps, "latency")) heal({{"do", "latency"}});
  if (is_left(steps, "pause")) heal({{"do", "resume"}, {"nodes", cast.servers()}});
  if (is_left(steps, "disk")) heal({{"do", "disk"}, {"nodes", cast.servers()}, {"fails", false}});
  if (!down.empty()) heal({{"do", "start"}, {"nodes", down}});
  scenario["until"] = duration_text(std::chrono::ceil<std::chrono::seconds>(end + quiet));
  return scenario;
}

}  // namespace sentinel::analysis
