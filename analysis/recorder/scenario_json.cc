// The part of a recording that says what was planned.
#include <algorithm>
#include <set>
#include <variant>

#include "analysis/recorder/recording_json.h"

namespace sentinel::analysis::recorder {
namespace {

std::string name_of(std::size_t node, const Plan& plan) {
  switch (node) {
    case kSpeaker: return "$sentinel";
    case kSubject: return "$node";
    case kOtherReplica: return "$other";
    default: return plan.nodes[node].name;
  }
}

Reply names(const Nodes& nodes, const Plan& plan) {
  Reply list = Reply::array();
  for (const std::size_t node : nodes) list.push_back(name_of(node, plan));
  return list;
}

// The stars at the ends of a pattern say that it is a part of the message.
std::string without_outer_stars(std::string text) {
  while (text.starts_with('*')) text.erase(0, 1);
  while (text.ends_with('*')) text.pop_back();
  return text;
}

// As a whole number if it is one.
Reply in_ms(sim::Micros time) {
  const auto whole = std::chrono::floor<std::chrono::milliseconds>(time);
  if (whole == time) return whole.count();
  return std::chrono::duration<double, std::milli>{time}.count();
}

// --- scenario ---------------------------------------------------------------------------------------------

struct ActionWriter {
  const Plan& plan;

  Reply operator()(const KillAction& action) const { return {{"do", "kill"}, {"who", names(action.who, plan)}}; }
  Reply operator()(const TerminateAction& action) const { return {{"do", "term"}, {"who", names(action.who, plan)}}; }
  Reply operator()(const StopAction& action) const { return {{"do", "stop"}, {"who", names(action.who, plan)}}; }
  Reply operator()(const ContinueAction& action) const { return {{"do", "cont"}, {"who", names(action.who, plan)}}; }
  Reply operator()(const StartAction& action) const {
    Reply entry{{"do", "start"}, {"who", names(action.who, plan)}};
    if (action.fresh) entry["fresh_conf"] = true;
    return entry;
  }
  Reply operator()(const CommandAction& action) const {
    return {{"do", "cmd"}, {"who", names(action.who, plan)}, {"args", action.args}};
  }
  Reply operator()(const CutAction& action) const {
    return {{"do", "cut"},
            {"a", names(action.a, plan)},
            {"b", names(action.b, plan)},
            {"mode", action.reject ? "REJECT" : "DROP"},
            {"oneway", action.one_way}};
  }
  Reply operator()(const HealAction& action) const {
    if (action.a.empty()) return {{"do", "heal"}};
    return {{"do", "heal"}, {"a", names(action.a, plan)}, {"b", names(action.b, plan)}};
  }
  // A size counts from that of a small write on.
  Reply operator()(const WriteAction& action) const {
    Reply entry{{"do", "write"},
                {"name", action.writer},
                {action.via ? "via" : "target", plan.nodes[action.target].name},
                {"rate", sim::Micros{std::chrono::seconds{1}} / action.period}};
    if (action.bytes > kSmallWrite) entry["size"] = action.bytes - kSmallWrite;
    return entry;
  }
  Reply operator()(const StopWriteAction& action) const { return {{"do", "stopwrite"}, {"name", action.writer}}; }
};

Reply planned_json(const PlannedAction& action, const Plan& plan) {
  Reply entry = Reply::object();
  if (const auto* const time = std::get_if<sim::Micros>(&action.when)) {
    entry["t_ms"] = in_ms(*time);
  } else {
    const Cue& cue = std::get<Cue>(action.when);
    entry["on"] = {{"channel", cue.channel}};
    if (cue.by) entry["on"]["sentinel"] = plan.nodes[*cue.by].name;
    if (!cue.message.empty()) entry["on"]["match"] = without_outer_stars(cue.message);
    entry["delay_ms"] = in_ms(cue.after);
  }
  entry.update(action_json(action, plan));
  return entry;
}

Reply master_json(const sim::Scenario& scenario, const model::MonitoredMaster& master) {
  const auto node = std::ranges::find(scenario.nodes, master.address, &sim::Node::address);
  return {{"name", scenario.symbols.text(master.name)},
          {"node", node == scenario.nodes.end() ? Reply{} : Reply(node->name)},
          {"quorum", master.quorum},
          {"down_after", master.down_after.count()},
          {"failover_timeout", master.failover_timeout.count()},
          {"parallel_syncs", master.parallel_syncs}};
}

// As the first sentinel that knows them is configured.
Reply masters_json(const sim::Scenario& scenario) {
  Reply masters = Reply::array();
  std::set<std::uint32_t> seen;
  for (const sim::Node& node : scenario.nodes) {
    const auto* const config = std::get_if<model::SentinelConfig>(&node.config);
    if (config == nullptr) continue;
    for (const model::MonitoredMaster& master : config->masters) {
      if (seen.insert(master.name.index).second) masters.push_back(master_json(scenario, master));
    }
  }
  return masters;
}

Reply node_json(const sim::Node& node, const PlannedNode& planned, const Plan& plan) {
  Reply entry{{"name", planned.name}};
  if (planned.replica_of) entry["slaveof"] = plan.nodes[*planned.replica_of].name;
  const auto* const config = std::get_if<model::DataNodeConfig>(&node.config);
  if (config != nullptr && config->priority != model::DataNodeConfig{}.priority) entry["priority"] = config->priority;
  if (!planned.running) entry["start"] = false;
  return entry;
}

}  // namespace

Reply action_json(const PlannedAction& action, const Plan& plan) {
  Reply entry = std::visit(ActionWriter{plan}, action.action);
  if (action.is_stall) entry["stands_for"] = "stall";
  if (!action.why.empty()) entry["why"] = action.why;
  return entry;
}

Reply performed_json(const PlannedAction& action, const Plan& plan) {
  const Reply planned = action_json(action, plan);
  if (!planned.contains("name")) return planned;
  return {{"do", planned["do"]}, {"writer", planned["name"]}};
}

Reply scenario_json(const sim::Scenario& scenario, const Plan& plan) {
  Reply nodes = Reply::array();
  Reply sentinels = Reply::array();
  for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
    (plan.nodes[i].is_sentinel ? sentinels : nodes).push_back(node_json(scenario.nodes[i], plan.nodes[i], plan));
  }
  Reply actions = Reply::array();
  for (const PlannedAction& action : plan.actions) actions.push_back(planned_json(action, plan));
  Reply topology{{"net", plan.in_namespaces ? "netns" : "loopback"},
                 {"masters", masters_json(scenario)},
                 {"nodes", std::move(nodes)},
                 {"sentinels", std::move(sentinels)}};
  Reply entry{{"id", scenario.file.stem().string()},   {"title", scenario.about},
              {"topology", std::move(topology)},       {"actions", std::move(actions)},
              {"duration_ms", in_ms(plan.duration)},   {"cold", true},
              {"file", scenario.file.generic_string()}};
  if (!plan.ignored.empty()) entry["ignored"] = plan.ignored;
  return entry;
}

}  // namespace sentinel::analysis::recorder
