// Which packets pass between which nodes, and how long they take.
#pragma once

#include <boost/graph/adjacency_matrix.hpp>
#include <optional>
#include <vector>

#include "sim/latency.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// The way of packets from one node to another.
struct Path {
  CutMode cut = CutMode::kNone;
  const Latency* latency = nullptr;  // of the scenario
};

// A directed graph of the nodes. Its edges are the ways that differ from the usual one, so that a network without
// faults costs nothing.
class Topology {
 public:
  // `usual` must outlive the topology and its copies.
  Topology(std::size_t nodes, const Latency& usual) : nodes_(nodes), usual_{CutMode::kNone, &usual} {}

  // Whether no way differs from the usual one.
  bool is_uniform() const { return !special_; }
  const Path& usual() const { return usual_; }
  Path path(NodeId from, NodeId to) const {
    if (!special_) return usual_;
    const auto [edge, exists] = boost::edge(vertex(from), vertex(to), *special_);
    return exists ? (*special_)[edge] : usual_;
  }

  // Cuts all ways between nodes of different groups; one way: only those from the first group to the others.
  void cut(const std::vector<std::vector<NodeId>>& groups, CutMode mode, bool one_way);
  // Ends the cuts between nodes of different groups; all cuts if there are no groups.
  void heal(const std::vector<std::vector<NodeId>>& groups);
  // For the ways between nodes of different groups; for all if there are no groups. What they refer to must outlive
  // this.
  void set_latency(const std::vector<std::vector<NodeId>>& groups, const Latency& latency);
  void restore_latency(const std::vector<std::vector<NodeId>>& groups, const NetworkSpec& network);

 private:
  using Graph = boost::adjacency_matrix<boost::directedS, boost::no_property, Path>;

  static std::size_t vertex(NodeId node) { return static_cast<std::size_t>(node); }
  Path& special(NodeId from, NodeId to);

  std::size_t nodes_;
  Path usual_;
  std::optional<Graph> special_;
};

}  // namespace sentinel::sim
