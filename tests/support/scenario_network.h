// A network whose processes only listen and write down what they hear, for tests of the network alone.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "sim/network.h"

namespace sentinel::sim {

// Something that a process was told.
struct Heard {
  enum class What : std::uint8_t { kConnected, kDisconnected, kMessage };

  NodeId node{};
  Micros at{};
  What what{};
  model::Socket socket{};
  std::int64_t number = 0;  // of a message

  friend bool operator==(const Heard&, const Heard&) = default;
};
std::ostream& operator<<(std::ostream& out, const Heard& heard);

class TestNetwork {
 public:
  // Hosts 10.0.0.1, 10.0.0.2, ... Every process listens.
  TestNetwork(std::uint16_t nodes, const Latency& latency, std::uint64_t seed = 1);

  static NodeId node(std::uint16_t number) { return node_id(number - 1); }
  model::Address address(NodeId node) const { return scenario_->node(node).address; }
  model::Address address(std::string_view host, std::uint16_t port) const;

  // A new connection; its socket is one that the process does not use.
  model::Socket connect(NodeId from, NodeId to) { return connect(from, address(to)); }
  model::Socket connect(NodeId from, model::Address to);
  void send(NodeId from, model::Socket socket, std::int64_t number,
            model::Callback::What what = model::Callback::What::kDiscard);
  void close(NodeId node, model::Socket socket) { network_.close(agenda_, node, socket); }
  void kill(NodeId node);
  void start(NodeId node) { network_.listen(node); }
  void freeze(NodeId node) { frozen_.insert(node); }
  void thaw(NodeId node);

  // No packet passes from `a` to `b` (and back, unless it is one way).
  void cut(NodeId a, NodeId b, CutMode mode = CutMode::kDrop, bool one_way = false);
  void heal();
  void hold(const HeldMessages& messages) { network_.hold_messages(messages); }
  void release(const std::optional<HeldMessages>& messages = std::nullopt) {
    network_.release_messages(agenda_, messages);
  }
  void set_latency(const Latency& latency) { network_.topology().set_latency({}, latency); }  // must outlive this

  Micros now() const { return agenda_.now().time_since_epoch(); }
  void run_until(Micros time);
  void run_to_the_end();

  const std::vector<Heard>& heard() const { return heard_; }
  std::vector<Heard> heard_by(NodeId node) const;
  std::vector<std::int64_t> numbers_heard_by(NodeId node) const;
  // The end of the connection that a process accepted last, as far as it has heard of it.
  std::optional<model::Socket> accepted_by(NodeId node) const;

 private:
  void happen(const Happening& what);

  std::shared_ptr<const Scenario> scenario_;
  Network network_;
  Agenda agenda_;
  std::vector<std::uint32_t> next_socket_;
  std::set<NodeId> frozen_;
  std::vector<std::pair<NodeId, Happening>> held_;
  std::vector<Heard> heard_;
};

}  // namespace sentinel::sim
