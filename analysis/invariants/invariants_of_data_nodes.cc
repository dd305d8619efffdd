// Which data nodes have had data, and which take writes.
#include <algorithm>

#include "analysis/invariants/invariants.h"
#include "sim/units.h"

namespace sentinel::analysis {
namespace {

using sim::Invariant;
using sim::NodeId;
using sim::SimTime;

// Two that take writes for so short a time meet no client in between: the promotion of one, and the end of another.
constexpr sim::Micros kUnnoticed = std::chrono::milliseconds{1};

}  // namespace

void InvariantChecker::group_data_nodes() {
  for (std::vector<NodeId>& nodes : replication_groups(*scenario_)) {
    for (const NodeId node : nodes) group_of_[static_cast<std::size_t>(node)] = groups_.size();
    groups_.push_back({.nodes = std::move(nodes)});
  }
}

void InvariantChecker::look_at(const sim::Run& run, NodeId node, const model::DataNode& data_node) {
  Life& life = lives_[static_cast<std::size_t>(node)];
  if (life.run_id != data_node.run_id()) {
    // The master that a scenario begins with has the data of the scenario, and may well be empty; one that starts with
    // an RDB file knows how far its history was.
    const bool is_origin = !life.run_id.known() && data_node.is_master();
    life = {.run_id = data_node.run_id(), .had_data = is_origin || data_node.offset() > 0};
  }
  if (!life.had_data) {
    life.had_data = data_node.replication_state() == model::ReplicationState::kConnected || data_node.data() ||
                    data_node.data_size() > 0;
  }
  const bool takes = takes_writes(run, node);
  // The other one may have been killed since.
  if (takes && !writers_[static_cast<std::size_t>(node)]) look_at_writers(run);
  set_writer(node, takes, run.now());
}

// Nobody begins to take writes without being given something; one may end.
void InvariantChecker::look_at_writers(const sim::Run& run) {
  for (const Group& group : groups_) {
    if (group.writers == 0) continue;
    for (const NodeId node : group.nodes) {
      if (writers_[static_cast<std::size_t>(node)] && !takes_writes(run, node)) set_writer(node, false, run.now());
    }
  }
}

void InvariantChecker::set_writer(NodeId node, bool takes, SimTime now) {
  const auto place = static_cast<std::size_t>(node);
  if (writers_[place] == takes) return;
  Group& group = groups_[group_of_[place]];
  writers_[place] = takes;
  group.writers += takes ? 1 : -1;
  if (group.writers < 2) {
    if (const std::optional<Break> one = two_masters(group, now)) found(one->invariant, one->at, one->what);
    group.two_since.reset();
  } else if (!group.two_since) {
    group.two_since = now;
    const auto other = std::ranges::find_if(
        group.nodes, [&](NodeId each) { return each != node && writers_[static_cast<std::size_t>(each)]; });
    group.two = {*other, node};
  }
}

std::optional<Break> InvariantChecker::two_masters(const Group& group, SimTime until) const {
  if (!group.two_since || until - *group.two_since <= kUnnoticed) return std::nullopt;
  return Break{.invariant = Invariant::kOneWritableMaster,
               .at = *group.two_since,
               .what = said(*group.two_since, group.two[0]) + " and " + scenario_->node(group.two[1]).name +
                       " take writes at the same time, for " +
                       sim::format_duration(std::chrono::floor<model::Millis>(until - *group.two_since))};
}

}  // namespace sentinel::analysis
