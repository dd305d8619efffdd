#include "sim/reader/step_reader.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/reader/client_reader.h"
#include "sim/reader/command_parser.h"
#include "sim/reader/json_fields.h"
#include "sim/reader/names.h"
#include "sim/reader/network_reader.h"
#include "sim/reader/node_draft.h"
#include "sim/reader/node_groups.h"
#include "sim/reader/pattern_reader.h"
#include "sim/reader/step_repetition.h"
#include "sim/units.h"
#include "sim/words.h"

namespace sentinel::sim {
namespace {

// What the readers of the different actions need.
struct Context {
  const NodeNames& names;
  const std::vector<std::string>& masters;
  Scenario& scenario;
  std::vector<Node>& clients;
  bool triggered = false;  // an event makes the step happen
};

// --- nodes ------------------------------------------------------------------------------------------------

struct Role {
  std::string_view name;
  NodeId node;
};
constexpr auto kRoles = std::to_array<Role>({{"$sentinel", kSpeaker}, {"$node", kSubject}, {"$other", kOtherReplica}});

// Nodes by their name or site, or by their part in the event that makes the step happen.
std::vector<NodeId> read_node(const Json& json, const Context& context) {
  const std::string_view name = string_of(json);
  if (!name.starts_with('$')) return context.names.find_all(name, json);
  const auto role = std::ranges::find(kRoles, name, &Role::name);
  if (role == kRoles.end()) json.fail("unknown part " + in_quotes(name) + ": expected $sentinel, $node or $other");
  if (!context.triggered) json.fail(in_quotes(name) + " needs 'on', the event in which it has a part");
  return {role->node};
}

MeantBy meant_in(const Context& context) {
  return [&context](const Json& name) { return read_node(name, context); };
}

// `node` or `nodes`.
std::vector<NodeId> read_nodes_of(const Fields& step, const Context& context) {
  const Json* const one = step.find("node");
  const Json* const several = step.find("nodes");
  if (one != nullptr && several != nullptr) several->fail("expected either 'node' or 'nodes', not both");
  if (several != nullptr) return read_node_list(*several, meant_in(context));
  return read_node(step.get("node", "whom the step happens to (or 'nodes', a list)"), context);
}

using Groups = std::vector<std::vector<NodeId>>;

Groups read_optional_groups(const Fields& step, const Context& context) {
  const Json* const between = step.find("between");
  return between == nullptr ? Groups{} : read_groups(*between, meant_in(context));
}

// --- actions ----------------------------------------------------------------------------------------------

template <class ActionOfNodes>
Action read_simple(const Fields& step, const Context& context) {
  return ActionOfNodes{read_nodes_of(step, context)};
}

// Where a process, which the scenario must name, is started instead.
std::optional<model::Address> read_new_address(const Json* address, const std::vector<NodeId>& nodes,
                                               const Context& context) {
  if (address == nullptr) return std::nullopt;
  const std::string_view text = string_of(*address);
  const model::Address read = at(*address, [&] { return parse_address(context.scenario.symbols, text); });
  if (nodes.size() > 1) address->fail("belongs to a step with one node: each needs its own");
  if (nodes.front() >= kOtherReplica) address->fail("belongs to a step that names its node");
  Node& node = context.scenario.nodes[static_cast<std::size_t>(nodes.front())];
  if (!node.listens()) address->fail(in_quotes(node.name) + " listens nowhere: it only opens connections");
  node.later_addresses.push_back(read);
  return read;
}

bool read_data(const Json* data) {
  if (data == nullptr) return false;
  const std::string_view text = string_of(*data);
  if (text != "empty" && text != "kept") {
    data->fail(R"(expected "empty" (nothing is left) or "kept" (what it had), not )" + in_quotes(text));
  }
  return text == "kept";
}

// Whether a step means a node by its name, not only by that of its site.
bool is_named(const Fields& step, const std::string& node) {
  const Json* const one = step.find("node");
  if (one != nullptr) return one->text == node;
  const Json* const several = step.find("nodes");
  const auto is_it = [&](const Json* name) { return name->text == node; };
  return several != nullptr && std::ranges::any_of(several->items, is_it);
}

// Leaves those out that are at a site only, and are not of a `kind`.
void keep(std::vector<NodeId>& nodes, const Fields& step, const Context& context, bool (Node::*is_of_kind)() const,
          const Json& where, const std::string& why_not) {
  std::erase_if(nodes, [&](NodeId id) {
    if (id >= kOtherReplica || (context.scenario.node(id).*is_of_kind)()) return false;
    const std::string& name = context.scenario.node(id).name;
    if (is_named(step, name)) where.fail(in_quotes(name) + why_not);
    return true;
  });
  if (nodes.empty()) where.fail("there is nobody at this site that could do it");
}

void keep_data_nodes(std::vector<NodeId>& nodes, const Fields& step, const Context& context, const Json& where,
                     const std::string& why) {
  keep(nodes, step, context, &Node::is_data_node, where, " is no data node: only these " + why);
}

Action read_start(const Fields& step, const Context& context) {
  const Json* const fresh = step.find("fresh");
  const Json* const data = step.find("data");
  const Json* const load_time = step.find("load-time");
  StartStep start{.nodes = read_nodes_of(step, context),
                  .fresh = fresh != nullptr && bool_of(*fresh),
                  .keeps_data = read_data(data)};
  start.address = read_new_address(step.find("address"), start.nodes, context);
  for (const Json* const field : {data, load_time}) {
    std::vector<NodeId> with_data = start.nodes;
    if (field != nullptr) keep_data_nodes(with_data, step, context, *field, "have a data set");
  }
  if (load_time != nullptr) start.load_time = duration_of(*load_time);
  return start;
}

Action read_disk(const Fields& step, const Context& context) {
  const Json& fails = step.get("fails", "whether nothing can be written from now on, true or false");
  DiskStep disk{.nodes = read_nodes_of(step, context), .fails = bool_of(fails)};
  keep(disk.nodes, step, context, &Node::listens, fails, " is a client: it writes nothing to disk");
  return disk;
}

// A client's EVAL.
Action read_script(const Fields& step, const Context& context) {
  const Json& duration = step.get("for", "how long the script runs, such as \"20s\"");
  const Json* const writes = step.find("writes");
  model::ScriptCommand script{.period = std::chrono::ceil<model::Millis>(duration_of(duration)),
                              .writes = writes != nullptr && bool_of(*writes)};
  std::vector<NodeId> nodes = read_nodes_of(step, context);
  keep_data_nodes(nodes, step, context, duration, "run scripts");
  return CommandStep{.nodes = std::move(nodes), .command = script, .text = "EVAL"};
}

Action read_stall(const Fields& step, const Context& context) {
  return StallStep{.nodes = read_nodes_of(step, context),
                   .duration = duration_of(step.get("for", "how long the node does nothing, such as \"3s\""))};
}

CutMode read_mode(const Json* mode) {
  if (mode == nullptr) return CutMode::kDrop;
  const std::string_view text = string_of(*mode);
  if (text == "drop") return CutMode::kDrop;
  if (text == "reject") return CutMode::kReject;
  mode->fail(R"(expected "drop" (silence) or "reject" (reset), not )" + in_quotes(text));
}

Action read_partition(const Fields& step, const Context& context) {
  const Json* const one_way = step.find("one-way");
  return PartitionStep{
      .groups = read_groups(step.get("between", R"(the groups, such as [["S1"], ["R1", "S2"]])"), meant_in(context)),
      .mode = read_mode(step.find("mode")),
      .one_way = one_way != nullptr && bool_of(*one_way)};
}

Action read_heal(const Fields& step, const Context& context) { return HealStep{read_optional_groups(step, context)}; }

Action read_latency_step(const Fields& step, const Context& context) {
  return LatencyStep{.groups = read_optional_groups(step, context),
                     .latency = read_latency(step.get("latency", "the new one, such as \"1ms\""))};
}

Action read_bandwidth(const Fields& step, const Context& context) {
  std::vector<NodeId> nodes = read_nodes_of(step, context);
  const Json* const one = step.find("node");
  keep_data_nodes(nodes, step, context, one != nullptr ? *one : *step.find("nodes"), "send snapshots");
  return BandwidthStep{.nodes = nodes, .rate = memory_of(step.get("rate", "bytes a second, such as \"10mb\""), 1)};
}

// A host that some node is at, or a sentinel that looks it up would never ask for it.
Action read_resolve(const Fields& step, const Context& context) {
  const Json& name = step.get("name", "the host that is looked up, such as \"redis-0\"");
  const model::Symbol host = at(name, [&] { return intern_host(context.scenario.symbols, string_of(name)); });
  const auto is_there = [host](const Node& node) {
    return node.address.host == host ||
           std::ranges::find(node.later_addresses, host, &model::Address::host) != node.later_addresses.end();
  };
  if (std::ranges::none_of(context.scenario.nodes, is_there)) name.fail("no node is at " + in_quotes(string_of(name)));
  if (std::ranges::none_of(context.scenario.nodes, &Node::resolves_hostnames)) {
    name.fail("nobody looks it up: no sentinel has 'sentinel resolve-hostnames yes'");
  }
  return ResolveStep{.host = host,
                     .takes = duration_of(step.get("takes", "how long it takes to look it up, such as \"5s\""))};
}

// One kind, or a list of them.
std::vector<MessageKind> read_message_kinds(const Json& messages) {
  const auto kind_of = [](const Json& json) {
    const std::string_view name = string_of(json);
    if (const std::optional<MessageKind> kind = find_message_kind(name)) return *kind;
    json.fail("unknown kind of message " + in_quotes(name) + alternatives(name, message_kind_names()));
  };
  if (messages.kind != Json::Kind::kList) return {kind_of(messages)};
  if (messages.items.empty()) messages.fail("expected at least one kind of message, such as \"vote\"");
  std::vector<MessageKind> kinds;
  for (const Json* const item : messages.items) kinds.push_back(kind_of(*item));
  return kinds;
}

std::optional<std::vector<NodeId>> read_optional_nodes(const Json* nodes, const Context& context) {
  if (nodes == nullptr) return std::nullopt;
  return nodes->kind == Json::Kind::kString ? read_node(*nodes, context) : read_node_list(*nodes, meant_in(context));
}

HeldMessages read_held(const Fields& step, const Json* messages, const Context& context) {
  return {.kinds = messages == nullptr ? std::vector<MessageKind>{} : read_message_kinds(*messages),
          .from = read_optional_nodes(step.find("from"), context),
          .to = read_optional_nodes(step.find("to"), context)};
}

Action read_hold(const Fields& step, const Context& context) {
  return HoldStep{read_held(step, &step.get("messages", "which ones wait, such as \"vote\""), context)};
}

Action read_release(const Fields& step, const Context& context) {
  const HeldMessages held = read_held(step, step.find("messages"), context);
  return held == HeldMessages{} ? ReleaseStep{} : ReleaseStep{held};
}

Action read_clock(const Fields& step, const Context& context) {
  constexpr std::int64_t kMostDrift = 100'000;  // a clock that is 10 % wrong
  const Json* const by = step.find("step");
  const Json* const drift = step.find("drift-ppm");
  if (by == nullptr && drift == nullptr) step.get("step", "by how much the clock jumps (or 'drift-ppm')");
  ClockStep clock{.nodes = read_nodes_of(step, context)};
  if (by != nullptr) clock.step = signed_duration_of(*by);
  if (drift != nullptr) clock.drift_ppm = integer_of(*drift, -kMostDrift, kMostDrift);
  return clock;
}

std::vector<std::string> read_words(const Json& args) {
  std::vector<std::string> words;
  for (const Json* const word : list_of(args)) words.emplace_back(string_of(*word));
  return words;
}

Action read_command(const Fields& step, const Context& context) {
  const Json& args =
      step.get("args", R"(the command as a list of words, such as ["SENTINEL", "FAILOVER", "mymaster"])");
  const std::vector<std::string> words = read_words(args);
  const Request request = at(args, [&] { return parse_command(words, context.masters, context.scenario.symbols); });
  std::vector<NodeId> nodes = read_nodes_of(step, context);
  if (const auto* const sleep = std::get_if<SleepRequest>(&request)) return StallStep{nodes, sleep->duration};
  if (std::holds_alternative<ShutdownRequest>(request)) return StopStep{nodes};
  return CommandStep{.nodes = nodes, .command = std::get<model::Command>(request), .text = join_words(words)};
}

// A name that no node has: W1, W2, ...
std::string name_of_writer(const Context& context) {
  for (std::size_t number = context.clients.size() + 1;; ++number) {
    std::string name = "W" + std::to_string(number);
    if (!context.scenario.find_node(name)) return name;
  }
}

Action read_write(const Fields& step, const Context& context) {
  const Json* const via = step.find("via");
  const Json* const node = step.find("node");
  if (via != nullptr && node != nullptr) via->fail("expected either 'node' or 'via', not both");
  const Json& target =
      via != nullptr ? *via : step.get("node", "which data node is written to (or 'via', the sentinel that names it)");
  const std::string_view name = string_of(target);
  WriteStep write{.node = via != nullptr ? context.names.find_sentinel(name, target)
                                         : context.names.find_data_node(name, target)};
  model::ClientConfig client = at(target, [&] { return plain_writer(context.scenario, write.node); });
  client.writes = static_cast<int>(integer_of(step.get("rate", "how many writes a second, such as 20"), 1, kMostRate));
  client.retry_after = model::Millis{std::chrono::seconds{1}} / client.writes;
  if (const Json* const size = step.find("size")) client.bytes = integer_of(*size, 1, kMostWriteBytes);
  if (const Json* const duration = step.find("for")) write.duration = duration_of(*duration);
  const std::size_t place = context.scenario.nodes.size() + context.clients.size();
  if (place == kMostNodes) step.object().fail("more than 4096 nodes and writers");
  write.client = node_id(place);
  context.clients.push_back({.name = name_of_writer(context), .config = client, .running = false});
  return write;
}

// --- kinds of steps ---------------------------------------------------------------------------------------

constexpr auto kCommonFields =
    std::to_array<std::string_view>({"at", "on", "by", "after", "jitter", "every", "times", "do", "why"});

struct Kind {
  std::string_view name;
  std::array<std::string_view, 6> own_fields;  // the empty ones do not count
  Action (*read)(const Fields&, const Context&);
};
constexpr auto kKinds = std::to_array<Kind>({
    {"crash", {"node", "nodes"}, read_simple<CrashStep>},
    {"stop", {"node", "nodes"}, read_simple<StopStep>},
    {"start", {"node", "nodes", "fresh", "address", "data", "load-time"}, read_start},
    {"pause", {"node", "nodes", "for"}, read_simple<PauseStep>},
    {"resume", {"node", "nodes"}, read_simple<ResumeStep>},
    {"stall", {"node", "nodes", "for"}, read_stall},
    {"partition", {"between", "mode", "one-way", "for"}, read_partition},
    {"heal", {"between"}, read_heal},
    {"latency", {"latency", "between", "for"}, read_latency_step},
    {"hold", {"messages", "from", "to", "for"}, read_hold},
    {"release", {"messages", "from", "to"}, read_release},
    {"bandwidth", {"node", "nodes", "rate"}, read_bandwidth},
    {"resolve", {"name", "takes", "for"}, read_resolve},
    {"clock", {"node", "nodes", "step", "drift-ppm"}, read_clock},
    {"command", {"node", "nodes", "args"}, read_command},
    {"write", {"node", "via", "rate", "size", "for"}, read_write},
    {"disk", {"node", "nodes", "fails"}, read_disk},
    {"script", {"node", "nodes", "for", "writes"}, read_script},
});

std::vector<std::string_view> fields_of(const Kind& kind) {
  std::vector<std::string_view> fields(kCommonFields.begin(), kCommonFields.end());
  std::ranges::copy_if(kind.own_fields, std::back_inserter(fields),
                       [](std::string_view name) { return !name.empty(); });
  return fields;
}

const Kind& read_kind(const Json& step) {
  const auto members = members_of(step);
  const auto found = std::ranges::find(members, "do", &Json::name);
  if (found == members.end()) step.fail("'do' is missing: what happens, such as \"crash\"");
  const std::string_view name = string_of(**found);
  const auto kind = std::ranges::find(kKinds, name, &Kind::name);
  if (kind != kKinds.end()) return *kind;
  std::vector<std::string_view> known;
  std::ranges::transform(kKinds, std::back_inserter(known), &Kind::name);
  (*found)->fail("unknown step " + in_quotes(name) + alternatives(name, known));
}

// --- when -------------------------------------------------------------------------------------------------

SimTime read_time(const Json& at_time, SimTime until) {
  const SimTime time{duration_of(at_time)};
  if (time > until) {
    at_time.fail("is after the end of the run, 'until' " + format_duration(until.time_since_epoch()));
  }
  return time;
}

Trigger read_trigger(const Fields& step, const Json& on, const NodeNames& names) {
  const Json* const by = step.find("by");
  const Json* const after = step.find("after");
  Trigger trigger{.event = read_pattern(on, names)};
  if (by != nullptr && !trigger.event.nodes.empty()) by->fail("'on' names the sentinel already");
  if (by != nullptr) trigger.event.nodes = {names.find_sentinel(string_of(*by), *by)};
  if (after != nullptr) trigger.after = duration_of(*after);
  return trigger;
}

std::variant<SimTime, Trigger> read_when(const Fields& step, const NodeNames& names, SimTime until) {
  const Json* const on = step.find("on");
  const Json* const at_time = step.find("at");
  if (on != nullptr && at_time != nullptr) on->fail("expected either 'at' or 'on', not both");
  if (on != nullptr) return read_trigger(step, *on, names);
  for (const std::string_view name : {"by", "after"}) {
    if (const Json* const value = step.find(name)) value->fail("belongs to a step that has 'on'");
  }
  return read_time(step.get("at", "when the step happens, such as \"10s\" (or 'on', the event that makes it happen)"),
                   until);
}

Micros read_jitter(const Fields& step) {
  constexpr Micros kMost = std::chrono::hours{1};
  const Json* const jitter = step.find("jitter");
  if (jitter == nullptr) return Micros{0};
  if (step.find("on") != nullptr) jitter->fail("belongs to a step that has 'at'");
  const Micros most = duration_of(*jitter, Micros{1});
  if (most > kMost) jitter->fail("expected at most 1h");
  return most;
}

void read_step(const Json& json, Context& context, std::uint32_t place, std::vector<Step>& steps) {
  const Kind& kind = read_kind(json);
  const Fields fields(json, "a step " + in_quotes(kind.name), fields_of(kind));
  context.triggered = fields.find("on") != nullptr;
  Step step{.when = read_when(fields, context.names, context.scenario.until),
            .jitter = read_jitter(fields),
            .action = kind.read(fields, context),
            .why = {},
            .in_file = place};
  if (const Json* const why = fields.find("why")) step.why = string_of(*why);
  add_repeated(fields, step, context.scenario, steps);
}

// --- masters ----------------------------------------------------------------------------------------------

// The words of a step that is a command, as far as they are words.
std::vector<std::string> command_words(const Json& step) {
  const auto args = std::ranges::find(step.items, "args", [](const Json* member) { return member->name; });
  if (step.kind != Json::Kind::kObject || args == step.items.end()) return {};
  std::vector<std::string> words;
  for (const Json* const word : (*args)->items) words.push_back(word->text);
  return words;
}

void add_master(std::vector<std::string>& masters, std::string_view name, const Json& where) {
  if (std::ranges::find(masters, name) != masters.end()) return;
  if (masters.size() == kMostMasters) where.fail("the scenario has more than 1000 masters");
  masters.emplace_back(name);
}

// All masters that a sentinel may know at some time: configured, or added by a step.
std::vector<std::string> masters_of(const Scenario& scenario, const Json& steps) {
  std::vector<std::string> masters;
  for (const Node& node : scenario.nodes) {
    const auto* const config = std::get_if<model::SentinelConfig>(&node.config);
    if (config == nullptr) continue;
    for (const model::MonitoredMaster& master : config->masters) {
      add_master(masters, scenario.symbols.text(master.name), steps);
    }
  }
  for (const Json* const step : list_of(steps)) {
    const std::vector<std::string> words = command_words(*step);
    if (const auto name = added_master(words)) add_master(masters, *name, *step);
  }
  return masters;
}

}  // namespace

Steps read_steps(const Json& steps, const NodeNames& names, Scenario& scenario) {
  if (list_of(steps).size() > kMostSteps) steps.fail("more than 100000 steps");
  const std::vector<std::string> masters = masters_of(scenario, steps);
  Steps read;
  Context context{.names = names, .masters = masters, .scenario = scenario, .clients = read.clients};
  std::uint32_t place = 0;
  for (const Json* const step : list_of(steps)) read_step(*step, context, place++, read.steps);
  return read;
}

}  // namespace sentinel::sim
