#include "tests/support/replication_checker.h"

#include <algorithm>
#include <iterator>
#include <variant>

#include "model/replication_view.h"

namespace sentinel::sim {
namespace {

using model::ReplicationState;
using model::WriteId;

}  // namespace

// --- chains of writes -------------------------------------------------------------------------------------

void Chains::add(const model::Applied& applied) {
  std::vector<Link>& of_client = writes_[applied.write.client];
  if (of_client.size() <= applied.write.number) of_client.resize(applied.write.number + 1U);
  of_client[applied.write.number] = {.before = applied.before, .depth = link(applied.before).depth + 1};
}

Chains::Link Chains::link(WriteId write) const {
  if (!write || write.number >= writes_[write.client].size()) return {};
  return writes_[write.client][write.number];
}

bool Chains::has(WriteId data, WriteId write) const {
  const std::uint32_t depth = link(write).depth;
  if (depth == 0) return !write;  // nobody did it
  for (Link at = link(data); at.depth > depth; at = link(data)) data = at.before;
  return data == write;
}

// --- what is seen -----------------------------------------------------------------------------------------

ReplicationChecker::ReplicationChecker(const Scenario& scenario)
    : scenario_(&scenario),
      shares_history_(scenario.profile->data_node.shares_history),
      writes_to_replicas_(std::ranges::any_of(scenario.nodes,
                                              [](const sim::Node& node) {
                                                const auto* config = std::get_if<model::DataNodeConfig>(&node.config);
                                                return config != nullptr && !config->read_only;
                                              })),
      chains_(scenario) {
  for (std::uint16_t i = 0; i < scenario.nodes.size(); ++i) {
    if (scenario.nodes[i].is_data_node()) nodes_.push_back({.id = NodeId{i}});
  }
}

void ReplicationChecker::operator()(const Record& record) {
  if (const auto* const applied = std::get_if<model::Applied>(&record.what)) chains_.add(*applied);
}

void ReplicationChecker::observe(const Run& run) {
  if (!wrong_.empty()) return;
  for (Node& node : nodes_) {
    const model::DataNode* const data_node = run.is_running(node.id) ? run.data_node(node.id) : nullptr;
    if (data_node == nullptr) {
      node.last.reset();
      node.makes = nullptr;
      continue;
    }
    const State now{.life = data_node->run_id(),
                    .is_master = data_node->is_master(),
                    .backlog = data_node->has_backlog(),
                    .link = data_node->replication_state(),
                    .data = data_node->data(),
                    .history = data_node->replication_id(),
                    .offset = data_node->offset(),
                    .master_history = data_node->master_history(),
                    .applied = data_node->applied()};
    if (now == node.last) continue;
    observe(run, node, now);
    node.last = now;
    if (failure_.empty()) continue;
    wrong_ = std::to_string(std::chrono::duration<double>(run.now().time_since_epoch()).count()) + " s, " +
             scenario_->node(node.id).name + ": " + std::string{failure_} + "; ";
    return;
  }
}

void ReplicationChecker::observe(const Run& run, Node& node, const State& now) {
  if (node.last && node.last->life == now.life) compare_offsets(*node.last, now);

  const bool makes_history = now.backlog && (now.is_master || !shares_history_);
  const bool same_name = node.last && node.last->life == now.life && node.last->history == now.history;
  if (!makes_history || !same_name) node.makes = nullptr;
  if (makes_history) {
    if (node.makes == nullptr) node.makes = &begin_history(*run.data_node(node.id));
    lengthen(*node.makes, now);
  }

  if (now.is_master || now.link != ReplicationState::kConnected || writes_to_replicas_) return;
  if (shares_history_ && (now.history != now.master_history || now.offset != now.applied)) {
    fail("its own stream is not that of its master");
  }
  const auto [first, last] = histories_.equal_range(now.master_history);
  if (std::none_of(first, last, [&](const auto& named) { return fits(named.second, now); })) {
    fail("its data are no beginning of its master's history");
  }
}

// --- (a) --------------------------------------------------------------------------------------------------

void ReplicationChecker::compare_offsets(const State& before, const State& now) {
  const bool same_history = before.history == now.history && (shares_history_ || (before.backlog && now.backlog));
  const bool resynchronised = before.link == ReplicationState::kTransfer && now.link == ReplicationState::kConnected;
  if (same_history && !resynchronised && now.offset < before.offset) fail("its offset ran backwards");

  const bool same_master_history = before.master_history == now.master_history && !before.is_master && !now.is_master;
  if (same_master_history && !resynchronised && now.applied < before.applied) {
    fail("what it has of its master's history became less");
  }
}

// --- (b) --------------------------------------------------------------------------------------------------

ReplicationChecker::History& ReplicationChecker::begin_history(const model::DataNode& maker) {
  History& history = histories_.emplace(maker.replication_id(), History{})->second;
  const model::ReplicationView view = maker.replication({});
  const auto earlier = histories_.find(view.second_id);
  if (shares_history_ && earlier != histories_.end()) {
    std::copy(earlier->second.begin(), earlier->second.lower_bound(view.second_offset),
              std::inserter(history, history.end()));
  }
  return history;
}

void ReplicationChecker::lengthen(History& history, const State& now) {
  const auto [at, is_new] = history.try_emplace(now.offset, now.data);
  if (writes_to_replicas_) return;
  if (at->second != now.data) return fail("two data sets at one place of its history");
  if (!is_new) return;
  if (std::next(at) != history.end()) return fail("its history grew in the middle");
  if (at != history.begin() && !chains_.has(now.data, std::prev(at)->second)) fail("its history lost a write");
}

// What comes in one step may be told in several parts: between two places that are known the data are between theirs,
// and behind the last one of a history that has ended, perhaps in the same step, they are an addition to its.
bool ReplicationChecker::fits(const History& history, const State& replica) const {
  const auto later = history.lower_bound(replica.applied);
  if (later != history.end() && later->first == replica.applied) return later->second == replica.data;
  if (later == history.begin()) return false;
  if (later == history.end()) {
    const bool goes_on = std::ranges::find(nodes_, &history, &Node::makes) != nodes_.end();
    return !goes_on && chains_.has(replica.data, std::prev(later)->second);
  }
  return chains_.has(later->second, replica.data) && chains_.has(replica.data, std::prev(later)->second);
}

}  // namespace sentinel::sim
