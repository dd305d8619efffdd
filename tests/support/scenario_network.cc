#include "tests/support/scenario_network.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "tests/support/scenario_builder.h"

namespace sentinel::sim {
namespace {

std::shared_ptr<const Scenario> nodes_with(std::uint16_t nodes, const Latency& latency) {
  ScenarioBuilder scenario{{.replicas = static_cast<std::uint16_t>(nodes - 1), .sentinels = 0}};
  scenario.network().latency = latency;
  return scenario.build();
}

}  // namespace

std::ostream& operator<<(std::ostream& out, const Heard& heard) {
  using What = Heard::What;
  out << heard.at.count() << " us, node " << static_cast<int>(heard.node) + 1 << ", socket "
      << static_cast<std::uint32_t>(heard.socket) << ": ";
  if (heard.what == What::kMessage) return out << "message " << heard.number;
  return out << (heard.what == What::kConnected ? "connected" : "disconnected");
}

TestNetwork::TestNetwork(std::uint16_t nodes, const Latency& latency, std::uint64_t seed)
    : scenario_(nodes_with(nodes, latency)), network_(*scenario_, seed), next_socket_(nodes, 0) {
  for (std::uint16_t i = 1; i <= nodes; ++i) network_.listen(node(i));
}

model::Address TestNetwork::address(std::string_view host, std::uint16_t port) const {
  SymbolTable symbols = scenario_->symbols;
  return {symbols.intern(host), port};
}

model::Socket TestNetwork::connect(NodeId from, model::Address to) {
  const model::Socket socket{next_socket_[static_cast<std::size_t>(from)]++};
  network_.connect(agenda_, from, socket, to);
  return socket;
}

void TestNetwork::send(NodeId from, model::Socket socket, std::int64_t number, model::Callback::What what) {
  network_.send(agenda_, from, socket, {.what = what}, model::ReplicationStream{.bytes = number});
}

void TestNetwork::kill(NodeId node) {
  std::erase_if(held_, [&](const auto& held) { return held.first == node; });
  frozen_.erase(node);
  network_.stop_listening(agenda_, node);
}

void TestNetwork::thaw(NodeId node) {
  frozen_.erase(node);
  for (const auto& [owner, what] : held_) {
    if (owner != node) continue;
    for (std::uint32_t i = network_.turns(what); i > 0; --i) agenda_.schedule(agenda_.now(), what);
  }
  std::erase_if(held_, [&](const auto& held) { return held.first == node; });
}

void TestNetwork::cut(NodeId a, NodeId b, CutMode mode, bool one_way) {
  network_.topology().cut({{a}, {b}}, mode, one_way);
  network_.retransmit(agenda_);
}

void TestNetwork::heal() {
  network_.topology().heal({});
  network_.retransmit(agenda_);
}

void TestNetwork::run_until(Micros time) {
  while (!agenda_.empty() && agenda_.next_at() <= SimTime{time}) happen(agenda_.pop());
  agenda_.set_now(SimTime{time});
}

void TestNetwork::run_to_the_end() {
  while (!agenda_.empty()) happen(agenda_.pop());
}

void TestNetwork::happen(const Happening& what) {
  const std::optional<NodeId> receiver = network_.receiver(what);
  if (receiver && frozen_.contains(*receiver)) {
    if (const std::optional<Happening> later = network_.put_aside(agenda_, what)) held_.emplace_back(*receiver, *later);
    return;
  }
  const std::optional<model::Input> input = network_.arrive(agenda_, what);
  if (receiver && input) {
    Heard heard{.node = *receiver, .at = now()};
    if (const auto* message = std::get_if<model::MessageArrived>(&*input)) {
      heard.what = Heard::What::kMessage;
      heard.socket = message->socket;
      heard.number = std::get<model::ReplicationStream>(*message->message).bytes;
    } else if (const auto* connected = std::get_if<model::Connected>(&*input)) {
      heard.what = Heard::What::kConnected;
      heard.socket = connected->socket;
    } else {
      heard.what = Heard::What::kDisconnected;
      heard.socket = std::get<model::Disconnected>(*input).socket;
    }
    heard_.push_back(heard);
  }
  network_.release();
}

std::vector<Heard> TestNetwork::heard_by(NodeId node) const {
  std::vector<Heard> own;
  std::ranges::copy_if(heard_, std::back_inserter(own), [&](const Heard& heard) { return heard.node == node; });
  return own;
}

std::vector<std::int64_t> TestNetwork::numbers_heard_by(NodeId node) const {
  std::vector<std::int64_t> numbers;
  for (const Heard& heard : heard_by(node)) {
    if (heard.what == Heard::What::kMessage) numbers.push_back(heard.number);
  }
  return numbers;
}

std::optional<model::Socket> TestNetwork::accepted_by(NodeId node) const {
  std::optional<model::Socket> socket;
  for (const Heard& heard : heard_by(node)) {
    if (static_cast<std::uint32_t>(heard.socket) >= model::kAccepted) socket = heard.socket;
  }
  return socket;
}

}  // namespace sentinel::sim
