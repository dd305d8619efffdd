#include "analysis/check/final_state.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "analysis/naming.h"
#include "sim/event_text.h"
#include "sim/final_fact.h"
#include "sim/query/sentinel_fields.h"

namespace sentinel::analysis {
namespace {

using FinalWhat = sim::FinalFact::What;

std::string truth_text(bool truth) { return truth ? "true" : "false"; }

// Of a reply with names and values in turn.
std::string field(const sim::Reply& reply, std::string_view name) {
  const auto& items = std::get<std::vector<sim::Reply>>(reply.value);
  for (std::size_t i = 0; i + 1 < items.size(); i += 2) {
    if (std::get<std::string>(items[i].value) == name) return std::get<std::string>(items[i + 1].value);
  }
  return {};
}

std::string flags(const sim::Run& run, const sim::FinalFact& fact, const model::Sentinel& sentinel) {
  const sim::Scenario& scenario = run.scenario();
  const sim::SentinelFields fields{sentinel, scenario, run.wall_clock(fact.node)};
  const auto is_meant = [&](const model::Instance& instance) {
    return scenario.node_at(instance.address) == fact.instance;
  };
  for (const model::Master& master : sentinel.masters()) {
    if (is_meant(master)) return field(fields.master(master), "flags");
    const auto replica = std::ranges::find_if(master.replicas, is_meant);
    if (replica != master.replicas.end()) return field(fields.replica(*replica), "flags");
    const auto peer = std::ranges::find_if(master.peers, is_meant);
    if (peer != master.peers.end()) return field(fields.peer(*peer), "flags");
  }
  return "not known to it";
}

std::string of_sentinel(const sim::Run& run, const sim::FinalFact& fact, const model::Sentinel& sentinel) {
  if (fact.what == FinalWhat::kEpoch) return std::to_string(sentinel.current_epoch().value);
  if (fact.what == FinalWhat::kTilt) return truth_text(sentinel.tilt());
  if (fact.what == FinalWhat::kFlags) return flags(run, fact, sentinel);
  const auto master = std::ranges::find(sentinel.masters(), fact.master, &model::Master::name);
  if (master == sentinel.masters().end()) return "not monitored";
  if (fact.what == FinalWhat::kConfigEpoch) return std::to_string(master->config_epoch.value);
  if (fact.what == FinalWhat::kReplicas) return std::to_string(master->replicas.size());
  if (fact.what == FinalWhat::kSentinels) return std::to_string(master->peers.size());
  return name_of(run.scenario(), model::Sentinel::current_address(*master));
}

std::string of_data_node(const sim::Run& run, const sim::FinalFact& fact, const model::DataNode& node) {
  const model::InfoReply info = node.info(run.wall_clock(fact.node));
  if (fact.what == FinalWhat::kRole) return std::string{model::instance_kind_name(info.role)};
  if (!node.master()) return "that of a master";
  if (fact.what == FinalWhat::kLink) return info.link_up ? "up" : "down";
  return name_of(run.scenario(), *node.master());
}

std::string actual(const sim::Run& run, const sim::FinalFact& fact) {
  const bool running = run.is_running(fact.node);
  if (fact.what == FinalWhat::kRunning) return truth_text(running);
  if (!running) return "not known: it does not run";
  if (const model::Sentinel* const sentinel = run.sentinel(fact.node)) return of_sentinel(run, fact, *sentinel);
  return of_data_node(run, fact, *run.data_node(fact.node));
}

std::string expected(const sim::Scenario& scenario, const sim::FinalFact& fact) {
  const sim::Node& node = scenario.node(fact.node);
  std::string text = "finally " + node.name + " " + std::string{sim::final_fact_name(fact.what)};
  const bool of_several = node.is_sentinel() && std::get<model::SentinelConfig>(node.config).masters.size() > 1;
  if (fact.instance) text += " of " + scenario.node(*fact.instance).name;
  if (fact.master && of_several) text += " of " + std::string{scenario.symbols.text(fact.master)};
  return text + " = " + fact.value;
}

}  // namespace

std::vector<Violation> final_violations(const sim::Run& run) {
  std::vector<Violation> violations;
  for (const sim::FinalFact& fact : run.scenario().expect.finally) {
    const std::string value = actual(run, fact);
    const bool holds = fact.what == FinalWhat::kFlags ? sim::matches_glob(fact.value, value) : value == fact.value;
    if (!holds) violations.push_back({expected(run.scenario(), fact), "it is " + value});
  }
  return violations;
}

}  // namespace sentinel::analysis
