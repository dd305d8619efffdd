#include "analysis/observe/ledger.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace sentinel::analysis {
namespace {

using sim::Micros;
using sim::NodeId;
using sim::SimTime;

// A pause that is shorter is no unavailability.
constexpr Micros kShortPause = std::chrono::milliseconds{100};

std::size_t index(NodeId node) { return static_cast<std::size_t>(node); }

// The master at the top of the configured chain; a node that names itself or nobody known is its own.
NodeId root_of(const sim::Scenario& scenario, NodeId node) {
  std::set<NodeId> seen;
  for (NodeId at = node; seen.insert(at).second;) {
    node = at;
    const auto& config = std::get<model::DataNodeConfig>(scenario.node(at).config);
    const auto master = config.replicaof ? data_node_at(scenario, *config.replicaof) : std::nullopt;
    if (!master) return at;
    at = *master;
  }
  return node;
}

// Where a client will find its master first, as far as the scenario tells.
model::Address first_address(const sim::Scenario& scenario, const model::ClientConfig& client) {
  if (client.fixed) return *client.fixed;
  for (const sim::Node& node : scenario.nodes) {
    const auto* const sentinel = std::get_if<model::SentinelConfig>(&node.config);
    if (sentinel == nullptr) continue;
    for (const model::MonitoredMaster& master : sentinel->masters) {
      if (master.name == client.master) return master.address;
    }
  }
  return {};
}

}  // namespace

std::optional<NodeId> data_node_at(const sim::Scenario& scenario, const model::Address& address) {
  const std::optional<NodeId> node = scenario.node_at(address);
  return node && scenario.node(*node).is_data_node() ? node : std::nullopt;
}

bool takes_writes(const sim::Run& run, NodeId node) {
  const model::DataNode* const data_node = run.data_node(node);
  return data_node != nullptr && run.is_running(node) && !run.is_stopped(node) && data_node->takes_writes();
}

std::vector<std::vector<NodeId>> replication_groups(const sim::Scenario& scenario) {
  std::vector<std::vector<NodeId>> groups;
  std::map<NodeId, std::size_t> places;  // by root
  for (std::size_t i = 0; i < scenario.nodes.size(); ++i) {
    if (!scenario.nodes[i].is_data_node()) continue;
    const auto [place, is_new] = places.try_emplace(root_of(scenario, sim::node_id(i)), groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].push_back(sim::node_id(i));
  }
  return groups;
}

Ledger::Ledger(const sim::Scenario& scenario)
    : scenario_(&scenario), writes_(scenario.nodes.size()), data_(scenario.nodes.size()) {
  for (std::vector<NodeId>& nodes : replication_groups(scenario)) groups_.push_back({.nodes = std::move(nodes)});
  for (std::size_t i = 0; i < scenario.nodes.size(); ++i) {
    const auto* const client = std::get_if<model::ClientConfig>(&scenario.nodes[i].config);
    if (client != nullptr && !groups_.empty()) {
      books_.push_back({.client = sim::node_id(i), .group = group_of(first_address(scenario, *client))});
    }
  }
}

std::size_t Ledger::group_of(const model::Address& address) const {
  const std::optional<NodeId> node = data_node_at(*scenario_, address);
  const auto has = [&](const Group& group) {
    return node && std::ranges::find(group.nodes, *node) != group.nodes.end();
  };
  const auto found = std::ranges::find_if(groups_, has);
  return found == groups_.end() ? 0 : static_cast<std::size_t>(found - groups_.begin());
}

// --- chains of writes -------------------------------------------------------------------------------------

Ledger::Entry& Ledger::entry(model::WriteId write) {
  std::vector<Entry>& of_client = writes_[write.client];
  if (of_client.size() <= write.number) of_client.resize(write.number + 1U);
  return of_client[write.number];
}

const Ledger::Entry* Ledger::find(model::WriteId write) const {
  if (!write || write.number >= writes_[write.client].size()) return nullptr;
  return &writes_[write.client][write.number];
}

std::uint32_t Ledger::depth(model::WriteId write) const {
  const Entry* const found = find(write);
  return found == nullptr ? 0 : found->depth;
}

model::WriteId Ledger::before(model::WriteId write) const {
  const Entry* const found = find(write);
  return found == nullptr ? model::WriteId{} : found->before;
}

bool Ledger::contains(model::WriteId data, model::WriteId write) const {
  const std::uint32_t wanted = depth(write);
  if (wanted == 0) return false;  // nobody did it
  for (; depth(data) > wanted; data = before(data)) {
  }
  return data == write;
}

// --- while it runs ----------------------------------------------------------------------------------------

void Ledger::operator()(const sim::Record& record) {
  if (const auto* applied = std::get_if<model::Applied>(&record.what)) {
    now_has(record.node, applied->before, record.at);
    data_[index(record.node)] = applied->write;
    entry(applied->write) = {.before = applied->before, .depth = depth(applied->before) + 1};
  } else if (const auto* replaced = std::get_if<model::DataReplaced>(&record.what)) {
    now_has(record.node, replaced->had, record.at);
    data_[index(record.node)] = replaced->has;
    const bool restarted = replaced->why == model::DataReplaced::Why::kRestart;
    replaced_.push_back({.at = record.at,
                         .node = record.node,
                         .had = replaced->had,
                         .has = replaced->has,
                         .why = restarted ? Loss::Why::kRestart : Loss::Why::kFullResync});
  } else if (const auto* outcome = std::get_if<model::Outcome>(&record.what)) {
    take(record, *outcome);
  }
}

// What comes over replication is told by nobody. It adds to what was there, but for what clients wrote to a replica, or
// what a replica of before 4.0 had of another history with the same run id.
void Ledger::now_has(NodeId node, model::WriteId data, SimTime at) {
  model::WriteId& had = data_[index(node)];
  if (had == data) return;
  if (had && !contains(data, had)) {
    replaced_.push_back({.at = at, .node = node, .had = had, .has = data, .why = Loss::Why::kOverwritten});
  }
  had = data;
}

void Ledger::take(const sim::Record& record, const model::Outcome& outcome) {
  const auto books = std::ranges::find(books_, record.node, &Books::client);
  books->outcomes.push_back({.at = record.at, .outcome = outcome});
  if (outcome.fate != model::Outcome::Fate::kAcknowledged) return;
  Group& group = groups_[books->group];
  if (outcome.reads) {
    if (is_stale(group, outcome, record.at - outcome.took)) ++books->stale;
  } else {
    group.acknowledged.push_back({.at = record.at, .write = outcome.write});
    entry(outcome.write).acknowledged = record.at;
  }
}

bool Ledger::is_stale(const Group& group, const model::Outcome& read, SimTime began) const {
  const auto later = std::ranges::upper_bound(group.acknowledged, began, {}, &Acknowledgement::at);
  return later != group.acknowledged.begin() && !contains(read.data, std::prev(later)->write);
}

void Ledger::observe(const sim::Run& run) {
  const auto takes = [&](NodeId node) { return takes_writes(run, node); };
  for (Group& group : groups_) {
    for (const NodeId node : group.nodes) {
      const model::DataNode* const data_node = run.data_node(node);
      if (data_node != nullptr) now_has(node, data_node->data(), run.now());
    }
    const bool two = group.nodes.size() > 1 && std::ranges::count_if(group.nodes, takes) > 1;
    if (two == group.two_since.has_value()) continue;
    if (two) {
      group.two_since = run.now();
    } else {
      group.two_masters.push_back({.begin = *group.two_since, .end = run.now()});
      group.two_since.reset();
    }
  }
}

// --- in the end -------------------------------------------------------------------------------------------

Ledger::Ending Ledger::ending(const sim::Run& run, const Group& group) const {
  std::map<NodeId, int> named;
  for (std::size_t i = 0; i < scenario_->nodes.size(); ++i) {
    const model::Sentinel* const sentinel = run.is_running(sim::node_id(i)) ? run.sentinel(sim::node_id(i)) : nullptr;
    if (sentinel == nullptr) continue;
    for (const model::Master& master : sentinel->masters()) {
      const auto node = data_node_at(*scenario_, model::Sentinel::current_address(master));
      if (node && std::ranges::find(group.nodes, *node) != group.nodes.end()) ++named[*node];
    }
  }
  const auto most = std::ranges::max_element(named, {}, [](const auto& vote) { return vote.second; });
  Ending ending;
  if (most != named.end()) ending.master = most->first;
  if (ending.master && run.is_running(*ending.master)) {
    ending.data = run.data_node(*ending.master)->data();
    return ending;
  }
  for (const NodeId node : group.nodes) {
    if (!run.is_running(node)) continue;
    const model::WriteId data = run.data_node(node)->data();
    if (depth(data) >= depth(ending.data)) ending.data = data;
    if (named.empty() && run.data_node(node)->is_master()) ending.master = node;
  }
  return ending;
}

ClientReport Ledger::report(const sim::Run& run, const Books& books, const Ending& ending) const {
  using Fate = model::Outcome::Fate;
  ClientReport report{.client = books.client, .stale = books.stale};
  bool tries = false;
  SimTime trying_since{};
  const auto began = [&](SimTime at) {
    if (!tries) trying_since = at;
    tries = true;
  };
  const auto succeeded = [&](SimTime at) {
    if (tries && at - trying_since >= kShortPause) report.unavailable.push_back({trying_since, at});
    tries = false;
  };
  for (const Done& done : books.outcomes) {
    const model::Outcome& outcome = done.outcome;
    if (outcome.is_last) ++(outcome.reads ? report.reads : report.writes);
    began(done.at - outcome.took);
    if (outcome.fate == Fate::kAcknowledged) {
      succeeded(done.at);
      const bool at_master = ending.master && outcome.node == scenario_->node(*ending.master).address;
      report.settled = !at_master ? std::nullopt : report.settled ? report.settled : std::optional{done.at};
    }
    if (outcome.reads) continue;
    if (outcome.fate == Fate::kAcknowledged) {
      ++report.acknowledged;
    } else if (outcome.fate == Fate::kRefused) {
      ++report.refused;
    } else {
      ++report.unknown;
    }
  }
  const model::Client* const client = run.client(books.client);
  if (const auto since = client != nullptr && run.is_running(books.client) ? client->waits_since() : std::nullopt) {
    began(scenario_->until - (run.wall_clock(books.client) - *since));
  }
  succeeded(scenario_->until);
  return report;
}

std::set<model::WriteId> Ledger::chain(model::WriteId data) const {
  std::set<model::WriteId> writes;
  for (; data; data = before(data)) writes.insert(data);
  return writes;
}

// Why each write that is not kept is not: the last time that a node gave it up, or a node that has it and is not asked.
std::map<model::WriteId, Loss> Ledger::causes(const sim::Run& run, const Group& group,
                                              const std::set<model::WriteId>& kept) const {
  std::map<model::WriteId, Loss> causes;
  for (const Replaced& replaced : replaced_) {
    const Loss loss{.why = replaced.why, .node = replaced.node, .at = replaced.at};
    const std::set<model::WriteId> still = chain(replaced.has);
    for (model::WriteId write = replaced.had; write && !kept.contains(write) && !still.contains(write);
         write = before(write)) {
      causes[write] = loss;
    }
  }
  for (const NodeId node : group.nodes) {
    const model::DataNode* const data_node = run.data_node(node);
    if (data_node == nullptr) continue;
    const Loss loss{.why = run.is_running(node) ? Loss::Why::kStranded : Loss::Why::kCrash, .node = node};
    for (model::WriteId write = data_node->data(); write && !kept.contains(write); write = before(write)) {
      causes[write] = loss;
    }
  }
  return causes;
}

void Ledger::find_losses(const Books& books, const std::set<model::WriteId>& kept,
                         const std::map<model::WriteId, Loss>& causes, LedgerReport& report) const {
  Loss* last = nullptr;
  for (const Done& done : books.outcomes) {
    const bool acknowledged = done.outcome.fate == model::Outcome::Fate::kAcknowledged;
    if (done.outcome.reads || !acknowledged || kept.contains(done.outcome.write)) continue;
    ++report.clients.back().lost;
    const Loss& cause = causes.at(done.outcome.write);
    if (last == nullptr || last->why != cause.why || last->node != cause.node || last->at != cause.at) {
      last = &report.losses.emplace_back(cause);
      last->client = books.client;
      last->acknowledged.begin = done.at;
    }
    ++last->writes;
    last->acknowledged.end = done.at;
  }
}

LedgerReport Ledger::close(const sim::Run& run) const {
  LedgerReport closed;
  std::vector<Ending> endings;
  std::vector<std::set<model::WriteId>> kept;
  std::vector<std::map<model::WriteId, Loss>> why;
  for (const Group& group : groups_) {
    endings.push_back(ending(run, group));
    kept.push_back(chain(endings.back().data));
    why.push_back(causes(run, group, kept.back()));
    std::ranges::copy(group.two_masters, std::back_inserter(closed.two_masters));
    if (group.two_since) closed.two_masters.push_back({.begin = *group.two_since, .end = scenario_->until});
  }
  if (!endings.empty()) closed.master = endings.front().master;
  for (const Books& books : books_) {
    closed.clients.push_back(report(run, books, endings[books.group]));
    find_losses(books, kept[books.group], why[books.group], closed);
  }
  return closed;
}

// --- what it says -----------------------------------------------------------------------------------------

Micros total(const std::vector<Window>& windows) {
  Micros sum{0};
  for (const Window& window : windows) sum += window.length();
  return sum;
}

Micros longest(const std::vector<Window>& windows) {
  Micros most{0};
  for (const Window& window : windows) most = std::max(most, window.length());
  return most;
}

std::uint64_t LedgerReport::lost() const {
  std::uint64_t sum = 0;
  for (const ClientReport& client : clients) sum += client.lost;
  return sum;
}

}  // namespace sentinel::analysis
