// How the processes of a run begin and end, where they listen, and what is on their disks.
#include <algorithm>
#include <optional>
#include <variant>

#include "model/hash_order.h"
#include "sim/run.h"

namespace sentinel::sim {

// By another process: Redis gives up when it cannot listen.
bool Run::is_address_taken(NodeId node) const {
  if (!scenario_->node(node).listens()) return false;
  const std::optional<NodeId> owner = network_.owner(network_.address(node));
  return owner != node && network_.is_listening(*owner);
}

void Run::start(NodeId node, Scratch& scratch) {
  Process& process = processes_[index(node)];
  if (process.alive || is_address_taken(node)) return;
  process.alive = true;
  process.stopped = false;
  ++process.life;
  process.busy_until = SimTime::min();
  process.flushing = false;
  if (scenario_->node(node).listens()) network_.listen(node);
  if (std::holds_alternative<model::SentinelConfig>(process.disk)) {
    boot_sentinel(node);
  } else if (const auto* watch = std::get_if<model::WatcherConfig>(&process.disk)) {
    process.machine.emplace<model::Watcher>(*watch);
  } else if (const auto* load = std::get_if<model::ClientConfig>(&process.disk)) {
    const std::uint32_t written = client(node) == nullptr ? 0 : client(node)->written();
    process.machine.emplace<model::Client>(*load, static_cast<std::uint32_t>(node), written);
  } else {
    boot_data_node(node, scratch);
  }
  set_disk(process);
  ++process.starts;
  feed(node, model::Started{}, scratch);
}

// An id that it does not know yet is on disk before anything else, if anything can be.
void Run::boot_sentinel(NodeId node) {
  Process& process = processes_[index(node)];
  auto config = std::get<model::SentinelConfig>(process.disk);
  const bool keeps_id = scenario_->profile->sentinel.keeps_id;
  const bool forgotten = process.starts > 0 && !keeps_id;
  if (forgotten || !config.id.known()) {
    config.id = new_run_id(node);
    if (!process.disk_fails) std::get<model::SentinelConfig>(process.disk).id = config.id;
    if (keeps_id && !process.disk_fails) ++process.rewrites;
  }
  process.machine.emplace<model::Sentinel>(*scenario_->profile, config, process.clock.read(now()),
                                           draw_hash_seed(node));
}

// It keeps nothing but its configuration, unless the step says so. An RDB file, which SHUTDOWN writes, tells of the
// history of its data; an AOF, which outlives a crash, does not. The first start finds what the scenario gives it.
void Run::boot_data_node(NodeId node, Scratch& scratch) {
  Process& process = processes_[index(node)];
  auto& conf = std::get<model::DataNodeConfig>(process.disk);
  if (const auto& option = scenario_->node(node).replicaof_option) conf.replicaof = option;
  model::StoredData stored;
  std::optional<model::Millis> load_time;
  const model::DataNode* const before = data_node(node);
  if (before == nullptr) {
    stored.size = conf.data_size;
  } else if (process.keeps_data) {
    stored = before->stored();
    if (!process.has_saved) stored.history.reset();
    if (conf.load_time == model::Millis{0}) load_time = model::time_for(stored.size, conf.load_rate);
  } else if (before->data()) {
    record(scratch, node, model::DataReplaced{.had = before->data(), .why = model::DataReplaced::Why::kRestart});
  }
  if (const auto& given = process.load_time) load_time = std::chrono::ceil<model::Millis>(*given);
  const model::Id run_id = new_run_id(node);
  process.machine.emplace<model::DataNode>(*scenario_->profile, conf, run_id, stored, load_time);
  process.keeps_data = false;
  process.load_time.reset();
}

model::Id Run::new_run_id(NodeId node) {
  Process& process = processes_[index(node)];
  const std::vector<model::Id>& given = scenario_->node(node).run_ids;
  return process.starts < given.size() ? given[process.starts] : process.random.new_id();
}

// Drawn again until the order is the one that is known of this sentinel.
std::uint64_t Run::draw_hash_seed(NodeId node) {
  if (scenario_->hash_order == HashOrder::kInsertion) return 0;
  const auto rank = [this](const model::HashOrder& order, NodeId data_node) {
    return order.rank(model::hash_key(network_.address(data_node)));
  };
  for (;;) {
    const std::uint64_t seed = processes_[index(node)].random.new_hash_seed();
    const auto rank_of = [&, order = model::HashOrder{seed}](NodeId data_node) { return rank(order, data_node); };
    if (std::ranges::is_sorted(scenario_->node(node).hash_order, {}, rank_of)) return seed;
  }
}

void Run::kill(NodeId node) {
  Process& process = processes_[index(node)];
  ++process.life;  // a start that is under way does not come about
  if (!process.alive) return;
  process.alive = false;
  process.has_saved = false;
  for (const Happening& what : process.held) {
    if (what.kind == Happening::Kind::kCommand) ask(node, what.index);  // who asked learns that nobody is there
  }
  for (const model::Action& action : process.outbox) {
    if (std::holds_alternative<model::Answer>(action)) ask(node, process.outbox_step);
  }
  process.held.clear();
  process.catches_up = false;
  process.outbox.clear();
  ++process.timer;
  network_.stop_listening(agenda_, node);
}

// The process is told of its new address, and tells others of it, if its configuration does not say otherwise.
void Run::move(NodeId node, const model::Address& address) {
  network_.move(node, address);
  announce_address(node);
}

void Run::announce_address(NodeId node) {
  const Node& configured = scenario_->node(node);
  const auto announce = [&](model::Address& announced) {
    if (!configured.announces_host) announced.host = network_.address(node).host;
    if (!configured.announces_port) announced.port = network_.address(node).port;
  };
  Disk& disk = processes_[index(node)].disk;
  if (auto* const sentinel = std::get_if<model::SentinelConfig>(&disk)) announce(sentinel->announced);
  if (auto* const data_node = std::get_if<model::DataNodeConfig>(&disk)) announce(data_node->announced);
}

void Run::write_first_configuration(NodeId node) {
  std::visit([&](const auto& config) { processes_[index(node)].disk = config; }, scenario_->node(node).config);
  processes_[index(node)].rewrites = 0;
  if (network_.address(node) != scenario_->node(node).address) announce_address(node);
}

void Run::set_disk(Process& process) {
  if (auto* sentinel = std::get_if<model::Sentinel>(&process.machine)) {
    sentinel->set_disk_fails(process.disk_fails);
  } else if (auto* data_node = std::get_if<model::DataNode>(&process.machine)) {
    data_node->set_disk_fails(process.disk_fails);
  }
}

void Run::persist(Process& process) {
  ++process.rewrites;
  if (const auto* sentinel = std::get_if<model::Sentinel>(&process.machine)) {
    sentinel->save(std::get<model::SentinelConfig>(process.disk));
  } else if (const auto* data_node = std::get_if<model::DataNode>(&process.machine)) {
    data_node->save(std::get<model::DataNodeConfig>(process.disk));
  }
}

}  // namespace sentinel::sim
