#include "analysis/recorder/plan.h"

#include <algorithm>
#include <iterator>

#include "analysis/recorder/addresses.h"
#include "analysis/recorder/configuration.h"
#include "model/events.h"
#include "sim/bad_input.h"
#include "sim/words.h"

namespace sentinel::analysis::recorder {
namespace {

Nodes places(const std::vector<sim::NodeId>& ids) {
  Nodes nodes;
  std::ranges::transform(ids, std::back_inserter(nodes), [](sim::NodeId id) { return static_cast<std::size_t>(id); });
  return nodes;
}

// --- masters ----------------------------------------------------------------------------------------------

std::optional<std::size_t> master_of(const sim::Scenario& scenario, const sim::Node& node) {
  const auto* const config = std::get_if<model::DataNodeConfig>(&node.config);
  if (config == nullptr || !config->replicaof) return std::nullopt;
  const auto master = std::ranges::find(scenario.nodes, *config->replicaof, &sim::Node::address);
  if (master == scenario.nodes.end()) return std::nullopt;
  return static_cast<std::size_t>(master - scenario.nodes.begin());
}

std::string first_master(const sim::Scenario& scenario, sim::NodeId sentinel) {
  const auto& masters = std::get<model::SentinelConfig>(scenario.node(sentinel).config).masters;
  return masters.empty() ? "" : std::string{scenario.symbols.text(masters.front().name)};
}

// As sentinels call the node, or the one that it is a replica of; empty if none knows it.
std::string master_of_data(const sim::Scenario& scenario, sim::NodeId node) {
  const sim::Node* data = &scenario.node(node);
  if (const auto master = master_of(scenario, *data)) data = &scenario.nodes[*master];
  for (const sim::Node& sentinel : scenario.nodes) {
    const auto* const config = std::get_if<model::SentinelConfig>(&sentinel.config);
    if (config == nullptr) continue;
    const auto known = std::ranges::find(config->masters, data->address, &model::MonitoredMaster::address);
    if (known != config->masters.end()) return std::string{scenario.symbols.text(known->name)};
  }
  return "";
}

// --- steps ------------------------------------------------------------------------------------------------

// What one step becomes: actions, each so long after the step's time.
struct Delayed {
  sim::Micros delay{};
  RealAction action{};
};
using Sequence = std::vector<Delayed>;

class Translator {
 public:
  Translator(const sim::Scenario& scenario, const Addresses& addresses, const Server& server)
      : scenario_(scenario), addresses_(addresses), server_(server) {}

  // Throws BadInput, which tells why not.
  Sequence translate(const sim::Action& action) {
    return std::visit([this](const auto& step) { return this->act(step); }, action);
  }

 private:
  [[noreturn]] static void refuse(const std::string& what, const std::string& why) {
    throw sim::BadInput{what + " cannot be done to real processes: " + why};
  }

  static Sequence act(const sim::CrashStep& step) { return {{.action = KillAction{places(step.nodes)}}}; }
  static Sequence act(const sim::StartStep& step) {
    if (step.address) refuse("'address'", "each keeps the one that it has");
    if (step.load_time) refuse("'load-time'", "they load what they have");
    if (step.keeps_data) refuse("'start' with the data kept", "they are run without saving");
    return {{.action = StartAction{.who = places(step.nodes), .fresh = step.fresh}}};
  }
  static Sequence act(const sim::PauseStep& step) { return {{.action = StopAction{places(step.nodes)}}}; }
  static Sequence act(const sim::ResumeStep& step) { return {{.action = ContinueAction{places(step.nodes)}}}; }

  // A process that is stopped does not read either, and it can be done to sentinels, too.
  static Sequence act(const sim::StallStep& step) {
    return {{.action = StopAction{places(step.nodes)}},
            {.delay = step.duration, .action = ContinueAction{places(step.nodes)}}};
  }

  Sequence act(const sim::StopStep& step) const {
    Sequence sequence;
    for (const std::size_t node : places(step.nodes)) {
      const bool is_sentinel = node == kSpeaker || (node < kOtherReplica && scenario_.nodes[node].is_sentinel());
      if (is_sentinel) {
        sequence.push_back({.action = TerminateAction{{node}}});
      } else {
        sequence.push_back({.action = CommandAction{.who = {node}, .args = {"SHUTDOWN", "NOSAVE"}}});
      }
    }
    return sequence;
  }

  Sequence act(const sim::CommandStep& step) const {
    if (std::holds_alternative<model::ScriptCommand>(step.command))
      refuse("'script'", "a recorder waits for each reply");
    Sequence sequence;
    for (const std::size_t node : places(step.nodes)) {
      CommandAction command{.who = {node}, .args = sim::split_words(step.text)};
      addresses_.rewrite(command.args);
      translate_command(command.args, server_);
      sequence.push_back({.action = std::move(command)});
    }
    return sequence;
  }

  // Groups are cut from each other pair by pair: each from all that follow it.
  template <class ActionOfTwo>
  static Sequence for_pairs(const std::vector<std::vector<sim::NodeId>>& groups, const ActionOfTwo& usual,
                            bool first_only) {
    Sequence sequence;
    for (std::size_t i = 0; i + 1 < (first_only ? std::size_t{2} : groups.size()); ++i) {
      ActionOfTwo action = usual;
      action.a = places(groups[i]);
      for (std::size_t j = i + 1; j < groups.size(); ++j)
        std::ranges::copy(places(groups[j]), std::back_inserter(action.b));
      sequence.push_back({.action = std::move(action)});
    }
    return sequence;
  }

  static Sequence act(const sim::PartitionStep& step) {
    const CutAction usual{.a = {}, .b = {}, .reject = step.mode == sim::CutMode::kReject, .one_way = step.one_way};
    return for_pairs(step.groups, usual, step.one_way);
  }

  static Sequence act(const sim::HealStep& step) {
    if (step.groups.empty()) return {{.action = HealAction{}}};
    return for_pairs(step.groups, HealAction{}, false);
  }

  [[noreturn]] static Sequence act(const sim::ClockStep& /*step*/) {
    refuse("'clock'", "they share the clock of this machine");
  }
  [[noreturn]] static Sequence act(const sim::LatencyStep& /*step*/) { refuse("'latency'", "only cuts are"); }

  [[noreturn]] static Sequence act(const sim::HoldStep& /*step*/) { refuse("'hold'", "only cuts are"); }
  [[noreturn]] static Sequence act(const sim::ReleaseStep& /*step*/) { refuse("'release'", "only cuts are"); }
  [[noreturn]] static Sequence act(const sim::BandwidthStep& /*step*/) { refuse("'bandwidth'", "only cuts are"); }
  [[noreturn]] static Sequence act(const sim::ResolveStep& /*step*/) {
    refuse("'resolve'", "they share the resolver of this machine");
  }
  [[noreturn]] static Sequence act(const sim::DiskStep& /*step*/) {
    refuse("'disk'", "they share the disk of this machine");
  }

  Sequence act(const sim::WriteStep& step) {
    const auto& client = std::get<model::ClientConfig>(scenario_.node(step.client).config);
    if (client.bytes < kSmallWrite) {
      throw sim::BadInput{"'write' cannot be done to real processes with this size: the smallest is " +
                          std::to_string(kSmallWrite) + " bytes"};
    }
    const bool via = scenario_.node(step.node).is_sentinel();
    WriteAction write{.writer = "w" + std::to_string(++writers_),
                      .target = static_cast<std::size_t>(step.node),
                      .via = via,
                      .master = via ? first_master(scenario_, step.node) : master_of_data(scenario_, step.node),
                      .period = sim::Micros{std::chrono::seconds{1}} / client.writes,
                      .bytes = client.bytes};
    if (via && write.master.empty()) {
      throw sim::BadInput{"'write' cannot be done to real processes via a sentinel that starts without a master"};
    }
    const StopWriteAction stop{write.writer};
    Sequence sequence{{.action = std::move(write)}};
    if (step.duration) sequence.push_back({.delay = *step.duration, .action = stop});
    return sequence;
  }

  const sim::Scenario& scenario_;
  const Addresses& addresses_;
  const Server& server_;
  std::size_t writers_ = 0;
};

std::variant<sim::Micros, Cue> moment(const sim::Step& step, sim::Micros delay, const Addresses& addresses) {
  if (const auto* const time = std::get_if<sim::SimTime>(&step.when)) return time->time_since_epoch() + delay;
  const auto& trigger = std::get<sim::Trigger>(step.when);
  const sim::EventPattern& event = trigger.event;
  const bool has_times = event.from != sim::SimTime::min() || event.until != sim::SimTime::max();
  if (event.nodes.size() > 1 || !event.fields.empty() || has_times) {
    throw sim::BadInput{
        "to wait for an event of several nodes, with fields or with times, cannot be done to real processes"};
  }
  Cue cue{.channel = std::string{model::event_row(event.kind).channel},
          .by = {},
          .message = addresses.rewritten(event.payload),
          .after = trigger.after + delay};
  if (!event.nodes.empty()) cue.by = static_cast<std::size_t>(event.nodes.front());
  return cue;
}

std::vector<PlannedAction> plan_actions(const sim::Scenario& scenario, const Addresses& addresses,
                                        const Server& server) {
  Translator translator(scenario, addresses, server);
  std::vector<PlannedAction> actions;
  for (const sim::Step& step : scenario.steps) {
    try {
      if (step.jitter > sim::Micros{0}) {
        throw sim::BadInput{"'jitter' cannot be done to real processes: a run of the simulator draws it"};
      }
      for (Delayed& part : translator.translate(step.action)) {
        actions.push_back({.when = moment(step, part.delay, addresses),
                           .action = std::move(part.action),
                           .is_stall = std::holds_alternative<sim::StallStep>(step.action),
                           .why = step.why});
      }
    } catch (const sim::BadInput& error) {
      throw sim::BadInput{scenario.file, 0, "/steps/" + std::to_string(step.in_file), error.what()};
    }
  }
  return actions;
}

// --- nodes ------------------------------------------------------------------------------------------------

PlannedNode plan_node(const sim::Scenario& scenario, std::size_t place, const Addresses& addresses,
                      const Server& server) {
  const sim::Node& node = scenario.nodes[place];
  PlannedNode planned{.name = node.name,
                      .is_sentinel = node.is_sentinel(),
                      .running = node.running,
                      .endpoint = addresses.of(place),
                      .conf = configuration(scenario, place, addresses, server),
                      .password = {},
                      .id = {},
                      .replica_of = master_of(scenario, node)};
  planned.password = last_word_of(planned.conf, "requirepass");
  if (planned.is_sentinel) planned.id = last_word_of(planned.conf, "sentinel myid");
  return planned;
}

std::vector<std::string> ignored_settings(const sim::Scenario& scenario) {
  std::vector<std::string> ignored;
  if (scenario.network.latency != sim::Latency{} || scenario.network.retransmission != sim::Retransmission{}) {
    ignored.emplace_back("network");
  }
  if (scenario.disk.flush != sim::DiskSpec{}.flush) ignored.emplace_back("disk");
  for (const sim::Node& node : scenario.nodes) {
    if (!node.run_ids.empty()) ignored.push_back(node.name + ": run-id");
    const auto* const config = std::get_if<model::DataNodeConfig>(&node.config);
    if (config == nullptr) continue;
    if (config->transfer_time != model::DataNodeConfig{}.transfer_time)
      ignored.push_back(node.name + ": transfer-time");
    if (config->load_time != model::DataNodeConfig{}.load_time) ignored.push_back(node.name + ": load-time");
    if (config->data_size != 0) ignored.push_back(node.name + ": data-size");
    if (node.replicaof_option) ignored.push_back(node.name + ": args");
  }
  return ignored;
}

bool is_partition(const sim::Step& step) { return std::holds_alternative<sim::PartitionStep>(step.action); }

// Throws BadInput if the scenario cannot be done so.
bool choose_namespaces(const sim::Scenario& scenario, Net net, bool is_root) {
  const auto cut = std::ranges::find_if(scenario.steps, is_partition);
  const bool cuts = cut != scenario.steps.end();
  if (net == Net::kLoopback && cuts) {
    throw sim::BadInput{scenario.file, 0, "/steps/" + std::to_string(cut->in_file),
                        "'partition' cannot be done on loopback: use --net namespaces"};
  }
  const bool needed = cuts || !Addresses::are_on_loopback(scenario);
  if (net == Net::kLoopback || (net == Net::kAuto && !needed)) return false;
  if (is_root) return true;
  throw sim::BadInput{scenario.file, 0, "",
                      "partitions, and addresses outside of 127.0.0.0/8, need network namespaces, which only root can "
                      "make: run this as root"};
}

// The writers of steps are done to real processes; others are not yet.
void refuse_clients(const sim::Scenario& scenario) {
  for (std::size_t i = 0; i < scenario.nodes.size(); ++i) {
    const auto starts_it = [i](const sim::Step& step) {
      const auto* const write = std::get_if<sim::WriteStep>(&step.action);
      return write != nullptr && write->client == sim::node_id(i);
    };
    const sim::Node& node = scenario.nodes[i];
    if (node.listens() || std::ranges::any_of(scenario.steps, starts_it)) continue;
    throw sim::BadInput{scenario.file, 0, "/clients/" + node.name,
                        "cannot be done to real processes: use a step 'write'"};
  }
}

}  // namespace

Plan make_plan(const sim::Scenario& scenario, const Server& server, Net net, bool is_root) {
  refuse_clients(scenario);
  const bool in_namespaces = choose_namespaces(scenario, net, is_root);
  const Addresses addresses = in_namespaces ? Addresses::in_namespaces(scenario) : Addresses::on_loopback(scenario);
  Plan plan{.in_namespaces = in_namespaces,
            .nodes = {},
            .actions = plan_actions(scenario, addresses, server),
            .duration = scenario.until.time_since_epoch(),
            .ignored = ignored_settings(scenario)};
  for (std::size_t i = 0; i < scenario.nodes.size(); ++i) {
    if (scenario.nodes[i].listens()) plan.nodes.push_back(plan_node(scenario, i, addresses, server));
  }
  return plan;
}

}  // namespace sentinel::analysis::recorder
