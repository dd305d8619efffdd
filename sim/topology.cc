#include "sim/topology.h"

#include <algorithm>

namespace sentinel::sim {
namespace {

// Calls `use(a, b)` for each pair of nodes of two different groups, a being in the earlier one.
template <class Use>
void for_pairs(const std::vector<std::vector<NodeId>>& groups, Use use) {
  for (std::size_t i = 0; i < groups.size(); ++i) {
    for (std::size_t j = i + 1; j < groups.size(); ++j) {
      for (const NodeId a : groups[i]) {
        for (const NodeId b : groups[j]) use(a, b, i == 0);
      }
    }
  }
}

bool are_apart(const std::vector<std::vector<NodeId>>& groups, NodeId a, NodeId b) {
  const auto group_of = [&](NodeId node) {
    return std::ranges::find_if(groups,
                                [&](const auto& group) { return std::ranges::find(group, node) != group.end(); });
  };
  return group_of(a) != groups.end() && group_of(b) != groups.end() && group_of(a) != group_of(b);
}

}  // namespace

Path& Topology::special(NodeId from, NodeId to) {
  if (!special_) special_.emplace(nodes_);
  auto [edge, exists] = boost::edge(vertex(from), vertex(to), *special_);
  if (!exists) edge = boost::add_edge(vertex(from), vertex(to), usual_, *special_).first;
  return (*special_)[edge];
}

void Topology::cut(const std::vector<std::vector<NodeId>>& groups, CutMode mode, bool one_way) {
  for_pairs(groups, [&](NodeId a, NodeId b, bool from_first) {
    if (!one_way || from_first) special(a, b).cut = mode;
    if (!one_way) special(b, a).cut = mode;
  });
}

void Topology::heal(const std::vector<std::vector<NodeId>>& groups) {
  if (!special_) return;
  if (groups.empty()) {
    for (auto [edge, end] = boost::edges(*special_); edge != end; ++edge) (*special_)[*edge].cut = CutMode::kNone;
  }
  cut(groups, CutMode::kNone, false);
}

void Topology::set_latency(const std::vector<std::vector<NodeId>>& groups, const Latency& latency) {
  if (groups.empty()) {
    usual_.latency = &latency;
    if (!special_) return;
    for (auto [edge, end] = boost::edges(*special_); edge != end; ++edge) (*special_)[*edge].latency = &latency;
  }
  for_pairs(groups, [&](NodeId a, NodeId b, bool) {
    special(a, b).latency = &latency;
    special(b, a).latency = &latency;
  });
}

void Topology::restore_latency(const std::vector<std::vector<NodeId>>& groups, const NetworkSpec& network) {
  set_latency(groups, network.latency);
  for (const LatencyBetween& path : network.paths) {
    for_pairs(path.groups, [&](NodeId a, NodeId b, bool) {
      if (groups.empty() || are_apart(groups, a, b)) set_latency({{a}, {b}}, path.latency);
    });
  }
}

}  // namespace sentinel::sim
