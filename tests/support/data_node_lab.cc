#include "tests/support/data_node_lab.h"

#include <algorithm>
#include <utility>

namespace sentinel::test {

using model::kUpstream;

model::DataNodeConfig master_config() {
  model::DataNodeConfig config;
  config.diskless_sync_delay = 0ms;
  config.transfer_time = 10ms;
  return config;
}

model::DataNodeConfig replica_config(Address master) {
  model::DataNodeConfig config = master_config();
  config.replicaof = master;
  return config;
}

void DataNodeLab::start(Address address, const model::DataNodeConfig& config) {
  Node& node = nodes_[address.port];
  node.saved = config;
  node.saved.announced = address;
  node.random = model::Random(1, address.port);
  boot(address.port);
}

void DataNodeLab::boot(std::uint16_t port) {
  Node& node = nodes_[port];
  if (node.starts == 0) node.stored = {.size = node.saved.data_size};
  node.process.emplace(*profile_, node.saved, node.random.new_id(), std::exchange(node.stored, {}));
  node.up = true;
  ++node.starts;
  step(port, model::Started{});
  drain();
}

void DataNodeLab::crash(Address address) {
  Node& node = nodes_.at(address.port);
  node.up = false;
  node.timer.reset();
  node.upstream.reset();
  std::vector<model::Socket> broken;
  for (const auto& [socket, connection] : connections_) {
    if (connection.server == address.port || connection.replica == address.port) broken.push_back(socket);
  }
  for (const model::Socket socket : broken) close(socket, address.port);
  drain();
}

void DataNodeLab::cut(Address replica) {
  const model::Socket upstream = nodes_.at(replica.port).upstream.value();
  const std::uint16_t server = connections_.at(upstream).server;
  step(server, model::Disconnected{upstream});
  close(upstream, server);
  drain();
}

void DataNodeLab::restart(Address address) {
  crash(address);
  boot(address.port);
}

void DataNodeLab::restart_with_data(Address address) {
  nodes_.at(address.port).stored = node(address).stored();
  restart(address);
}

void DataNodeLab::run_for(Millis period) {
  const Instant end = now_ + period;
  for (;;) {
    const auto next = std::ranges::min_element(
        nodes_, {}, [](const auto& each) { return each.second.timer.value_or(Instant::max()); });
    if (next == nodes_.end() || next->second.timer.value_or(Instant::max()) > end) break;
    now_ = std::max(now_, *next->second.timer);
    next->second.timer.reset();
    step(next->first, model::TimerFired{});
    drain();
  }
  now_ = end;
}

// --- as a client ----------------------------------------------------------------------------------

model::Socket DataNodeLab::connect(Address address) {
  const model::Socket socket{next_socket_++};
  connections_[socket] = Connection{.server = address.port};
  return socket;
}

std::optional<model::Message> DataNodeLab::ask(model::Socket client, const model::Message& request) {
  const std::size_t before = received_[client].size();
  to_server(client, request);
  drain();
  if (received_[client].size() == before) return std::nullopt;
  return received_[client].back();
}

model::Status DataNodeLab::ask_status(model::Socket client, const model::Message& request) {
  return std::get<model::StatusReply>(ask(client, request).value()).status;
}

model::Answer DataNodeLab::command(Address address, const model::Command& command) {
  step(address.port, model::CommandArrived{&command});
  drain();
  return answer_;
}

void DataNodeLab::hang_up(model::Socket client) {
  close(client, std::nullopt);
  drain();
}

// --- the network ----------------------------------------------------------------------------------

void DataNodeLab::step(std::uint16_t port, const model::Input& input) {
  Node& node = nodes_.at(port);
  model::Effects effects;
  node.process->step(clock(port), now_ - kStart, input, node.random, effects);
  if (effects.next_timer) node.timer = now_ + *effects.next_timer;
  for (const model::Action& action : effects.actions) {
    std::visit([&](const auto& what) { carry_out(port, what); }, action);
  }
}

void DataNodeLab::drain() {
  while (!underway_.empty()) {
    const auto arrive = std::move(underway_.front());
    underway_.pop_front();
    arrive();
  }
}

void DataNodeLab::carry_out(std::uint16_t port, const model::Connect& connect) {
  const model::Socket socket{next_socket_++};
  connections_[socket] = Connection{.server = connect.to.port, .replica = port};
  nodes_.at(port).upstream = socket;
  ++nodes_.at(port).connects;
  underway_.emplace_back([this, socket, port, server = connect.to.port] {
    if (!connections_.contains(socket)) return;
    if (nodes_.contains(server) && nodes_[server].up) {
      if (!nodes_[server].silent) step(port, model::Connected{kUpstream});
    } else {
      close(socket, server);
    }
  });
}

void DataNodeLab::carry_out(std::uint16_t port, const model::Disconnect& disconnect) {
  if (disconnect.socket != kUpstream) return close(disconnect.socket, port);
  Node& node = nodes_.at(port);
  if (node.upstream) close(*std::exchange(node.upstream, std::nullopt), port);
}

// The other end learns that it is closed.
void DataNodeLab::close(model::Socket socket, std::optional<std::uint16_t> by) {
  const auto found = connections_.find(socket);
  if (found == connections_.end()) return;
  const Connection connection = found->second;
  connections_.erase(found);
  if (by != connection.server) {
    underway_.emplace_back([this, socket, server = connection.server] {
      if (nodes_.contains(server) && nodes_[server].up) step(server, model::Disconnected{socket});
    });
  } else if (connection.replica) {
    underway_.emplace_back([this, socket, replica = *connection.replica] {
      Node& node = nodes_.at(replica);
      if (!node.up || node.upstream != socket) return;
      node.upstream.reset();
      step(replica, model::Disconnected{kUpstream});
    });
  }
}

void DataNodeLab::carry_out(std::uint16_t port, const model::Send& send) {
  if (send.socket == kUpstream) return to_server(nodes_.at(port).upstream.value(), send.message);
  const auto* psync = std::get_if<model::PsyncReply>(&send.message);
  if (psync != nullptr && psync->kind == model::PsyncReply::Kind::kFullResync) {
    ++nodes_.at(port).full_resyncs;
  }
  to_client(send.socket, send.message);
}

void DataNodeLab::carry_out(std::uint16_t port, const model::Persist&) {
  Node& node = nodes_.at(port);
  node.process->save(node.saved);
}

void DataNodeLab::to_server(model::Socket socket, const model::Message& message) {
  underway_.emplace_back([this, socket, message] {
    const auto found = connections_.find(socket);
    if (found == connections_.end() || nodes_.at(found->second.server).silent) return;
    step(found->second.server, model::MessageArrived{socket, {}, &message});
  });
}

void DataNodeLab::to_client(model::Socket socket, const model::Message& message) {
  underway_.emplace_back([this, socket, message] {
    const auto found = connections_.find(socket);
    if (found == connections_.end() || nodes_.at(found->second.server).silent) return;
    if (found->second.replica) {
      step(*found->second.replica, model::MessageArrived{kUpstream, {}, &message});
    } else {
      received_[socket].push_back(message);
    }
  });
}

ReplicatedPair::ReplicatedPair(std::string_view profile) : DataNodeLab(profile) {
  start(kM, master_config());
  start(kR1, replica_config(kM));
  run_for(3s);
  client = connect(kM);
}

void ReplicatedPair::write(int hellos) {
  for (int i = 0; i < hellos; ++i) ask(client, model::Publish{hello_from(kS2)});
}

}  // namespace sentinel::test
