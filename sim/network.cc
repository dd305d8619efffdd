#include "sim/network.h"

#include <algorithm>
#include <utility>

namespace sentinel::sim {

using model::Socket;

namespace {

constexpr Micros kKeepAlive = std::chrono::seconds{300};  // tcp-keepalive, as Redis sets it

}  // namespace

Network::Network(const Scenario& scenario, std::uint64_t seed)
    : scenario_(&scenario),
      topology_(scenario.nodes.size(), scenario.network.latency),
      listening_(scenario.nodes.size(), false),
      dialled_(scenario.nodes.size()) {
  chances_.reserve(scenario.nodes.size());
  addresses_.reserve(scenario.nodes.size());
  for (std::size_t i = 0; i < scenario.nodes.size(); ++i) {
    chances_.emplace_back(seed, i);
    addresses_.push_back(scenario.nodes[i].address);
  }
}

// --- what processes do --------------------------------------------------------------------------------------

void Network::connect(Agenda& agenda, NodeId from, Socket socket, model::Address to) {
  std::uint32_t at = 0;
  if (free_connections_.empty()) {
    at = static_cast<std::uint32_t>(connections_.size());
    connections_.emplace_back();
  } else {
    at = free_connections_.back();
    free_connections_.pop_back();
  }
  auto& table = dialled_[index(from)];
  const auto slot = static_cast<std::size_t>(socket);
  if (table.size() <= slot) table.resize(slot + 1, kNone);
  table[slot] = at;

  Connection& connection = connections_[at];
  connection.ends[kClient] = End{from, socket, true};
  connection.ends[kServer] = End{};
  connection.pipes = {};
  connection.state = State::kConnecting;
  connection.connect_sent = agenda.now();
  connection.dialled = to;
  connection.server = owner(to);
  const auto same_host = [&](const model::Address& address) { return address.host == to.host; };
  if (connection.server) {
    request_connection(agenda, at, agenda.now());
  } else if (std::ranges::any_of(addresses_, same_host)) {  // the host is there, but nobody listens on the port
    agenda.schedule(agenda.now() + 2 * travel_time(from, scenario_->network.latency, true),
                    about(Happening::Kind::kReset, at, kClient));
  }  // else nobody answers, for ever
}

std::optional<NodeId> Network::owner(const model::Address& address) const {
  std::optional<NodeId> first;
  for (std::size_t i = 0; i < addresses_.size(); ++i) {
    if (addresses_[i] != address || !scenario_->nodes[i].listens()) continue;
    const NodeId node = node_id(i);
    if (listening_[i]) return node;
    if (!first) first = node;
  }
  return first;
}

void Network::send(Agenda& agenda, NodeId from, Socket socket, const model::Callback& callback,
                   model::Message&& message) {
  const std::optional<Located> end = locate(from, socket);
  if (!end) return;
  const std::uint32_t place = sent_++;
  const std::uint8_t to = other(end->side);
  if (connections_[end->connection].pipes[to].broken) return;
  const std::uint32_t slot = new_parcel();
  Parcel& parcel = parcels_[slot];
  parcel.callback = callback;
  parcel.message = std::move(message);
  parcel.closes = false;
  parcel.place = place;
  append(agenda, end->connection, to, slot);
}

std::optional<NodeId> Network::peer(NodeId node, Socket socket) const {
  const std::optional<Located> end = locate(node, socket);
  if (!end) return std::nullopt;
  const Connection& connection = connections_[end->connection];
  return end->side == kClient ? connection.server : connection.ends[kClient].node;
}

void Network::close(Agenda& agenda, NodeId node, Socket socket) {
  const std::optional<Located> end = locate(node, socket);
  if (end) close_end(agenda, end->connection, end->side);
}

void Network::stop_listening(Agenda& agenda, NodeId node) {
  listening_[index(node)] = false;
  for (std::uint32_t i = 0; i < connections_.size(); ++i) {
    for (const std::uint8_t side : {kClient, kServer}) {
      const End& end = connections_[i].ends[side];
      if (connections_[i].state != State::kFree && end.open && end.node == node) close_end(agenda, i, side);
    }
  }
}

std::optional<Network::Located> Network::locate(NodeId node, Socket socket) const {
  const auto number = static_cast<std::uint32_t>(socket);
  const std::uint8_t side = number < model::kAccepted ? kClient : kServer;
  const auto& table = dialled_[index(node)];
  const std::uint32_t at = side == kServer ? number - model::kAccepted : number < table.size() ? table[number] : kNone;
  if (at >= connections_.size()) return std::nullopt;
  const End& end = connections_[at].ends[side];
  if (connections_[at].state == State::kFree || !end.open || end.node != node || end.socket != socket)
    return std::nullopt;
  return Located{at, side};
}

// --- connecting ---------------------------------------------------------------------------------------------

void Network::request_connection(Agenda& agenda, std::uint32_t at, SimTime sent) {
  Connection& connection = connections_[at];
  connection.state = State::kConnecting;
  const Latency& latency = *path_to(connection, kServer).latency;
  agenda.schedule(sent + travel_time(connection.ends[kClient].node, latency, true),
                  about(Happening::Kind::kConnectArrives, at, kServer));
}

// Whether the process listens, and still at that address.
bool Network::accepts(const Connection& connection) const {
  return listening_[index(*connection.server)] && addresses_[index(*connection.server)] == connection.dialled;
}

// Accepted or refused by the operating system; the process need not run for it. Where packets are dropped, and where
// the answer is rejected, the client hears nothing and tries again.
void Network::connect_arrives(Agenda& agenda, std::uint32_t at) {
  Connection& connection = connections_[at];
  const CutMode request = path_to(connection, kServer).cut;
  const Path back = path_to(connection, kClient);
  if (request == CutMode::kDrop || (request == CutMode::kNone && back.cut != CutMode::kNone)) {
    connection.state = State::kConnectLost;
  } else if (request == CutMode::kReject || !accepts(connection)) {
    reset_later(agenda, at, kClient);
  } else {
    agenda.schedule(agenda.now() + travel_time(*connection.server, *back.latency, true),
                    about(Happening::Kind::kConnected, at, kClient));
  }
}

// The server has its end from now on, and what the client wrote meanwhile goes out.
std::optional<model::Input> Network::connected(Agenda& agenda, std::uint32_t at) {
  Connection& connection = connections_[at];
  if (path_to(connection, kClient).cut != CutMode::kNone) {
    connection.state = State::kConnectLost;
    return std::nullopt;
  }
  if (!accepts(connection)) return reset(agenda, at, kClient);
  connection.state = State::kEstablished;
  connection.ends[kServer] = End{*connection.server, Socket{model::kAccepted + at}, true};
  for (std::uint32_t parcel = connection.pipes[kServer].first; parcel != kNone; parcel = parcels_[parcel].next) {
    if (parcels_[parcel].held) break;
    dispatch(agenda, at, kServer);
  }
  return model::Connected{connection.ends[kClient].socket};
}

// --- messages -----------------------------------------------------------------------------------------------

std::uint32_t Network::new_parcel() {
  const std::uint32_t slot = free_parcel_;
  if (slot == kNone) {
    parcels_.emplace_back();
    return static_cast<std::uint32_t>(parcels_.size() - 1);
  }
  free_parcel_ = parcels_[slot].next;
  parcels_[slot].next = kNone;
  return slot;
}

void Network::append(Agenda& agenda, std::uint32_t at, std::uint8_t to, std::uint32_t slot) {
  Connection& connection = connections_[at];
  Pipe& pipe = connection.pipes[to];
  Parcel& parcel = parcels_[slot];
  parcel.sent_in = happening_;
  parcel.held = is_held(connection, to, parcel);
  (pipe.first == kNone ? pipe.first : parcels_[pipe.last].next) = slot;
  pipe.last = slot;
  if (pipe.waiting > 0 || parcel.held) {
    ++pipe.waiting;
  } else if (connection.state == State::kEstablished) {
    dispatch(agenda, at, to);
  }
}

// One more parcel of this pipe starts its way. It does not overtake those before it. While acknowledgements are
// missing, TCP only repeats what it sent before.
void Network::dispatch(Agenda& agenda, std::uint32_t at, std::uint8_t to) {
  Connection& connection = connections_[at];
  Pipe& pipe = connection.pipes[to];
  const Micros patience = scenario_->network.retransmission.first;
  if (pipe.lost > 0 || (pipe.unanswered_since && agenda.now() - *pipe.unanswered_since >= patience)) {
    ++pipe.lost;
    return;
  }
  const Latency& latency = *path_to(connection, to).latency;
  const SimTime arrival = agenda.now() + travel_time(node_at(connection, other(to)), latency, false);
  pipe.latest_arrival = std::max(pipe.latest_arrival, arrival);
  ++pipe.underway;
  agenda.schedule(pipe.latest_arrival, about(Happening::Kind::kDeliver, at, to));
}

bool Network::is_held(const Connection& connection, std::uint8_t to, const Parcel& parcel) const {
  if (!holds_.any() || parcel.closes) return false;
  return holds_.contain(parcel.message, parcel.callback, node_at(connection, other(to)), node_at(connection, to));
}

void Network::release_messages(Agenda& agenda, const std::optional<HeldMessages>& messages) {
  holds_.release(messages);
  for (std::uint32_t i = 0; i < connections_.size(); ++i) {
    for (const std::uint8_t to : {kClient, kServer}) {
      if (connections_[i].pipes[to].waiting > 0) send_released(agenda, i, to);
    }
  }
}

// All up to the next one that still is held.
void Network::send_released(Agenda& agenda, std::uint32_t at, std::uint8_t to) {
  Connection& connection = connections_[at];
  Pipe& pipe = connection.pipes[to];
  std::uint32_t next = pipe.first;
  while (!parcels_[next].held) next = parcels_[next].next;
  for (; next != kNone; next = parcels_[next].next) {
    Parcel& parcel = parcels_[next];
    parcel.held = parcel.held && is_held(connection, to, parcel);
    if (parcel.held) return;
    --pipe.waiting;
    if (connection.state == State::kEstablished && !pipe.broken) dispatch(agenda, at, to);
  }
}

Micros Network::travel_time(NodeId from, const Latency& latency, bool connecting) {
  constexpr std::uint32_t kMillion = 1'000'000;
  constexpr int kMostRepetitions = 15;  // tcp_retries2
  model::Random& chance = chances_[index(from)];
  Micros time = latency.draw(chance);
  if (latency.loss_ppm == 0) return time;
  Retransmission::Waits waits{scenario_->network.retransmission, connecting};
  for (int i = 0; i < kMostRepetitions; ++i) {
    if (chance.below(model::Random::Stream::kLatency, kMillion) >= latency.loss_ppm) break;
    time += waits.next();
  }
  return time;
}

void Network::retransmit(Agenda& agenda) {
  const Retransmission& tcp = scenario_->network.retransmission;
  for (std::uint32_t i = 0; i < connections_.size(); ++i) {
    Connection& connection = connections_[i];
    if (connection.state == State::kConnectLost && path_to(connection, kServer).cut != CutMode::kDrop) {
      request_connection(agenda, i, tcp.next_at(connection.connect_sent, agenda.now(), true));
    }
    if (connection.state != State::kEstablished) continue;
    const std::array<Path, 2> paths{path_to(connection, kClient), path_to(connection, kServer)};
    if (paths[kClient].cut == CutMode::kDrop || paths[kServer].cut == CutMode::kDrop) continue;
    for (const std::uint8_t to : {kClient, kServer}) {
      Pipe& pipe = connection.pipes[to];
      if (!pipe.unanswered_since || pipe.broken) continue;
      const SimTime again = tcp.next_at(*pipe.unanswered_since, agenda.now(), false);
      pipe.unanswered_since.reset();
      if (pipe.lost == 0) continue;
      const Micros time = travel_time(node_at(connection, other(to)), *paths[to].latency, false);
      pipe.latest_arrival = std::max(pipe.latest_arrival, again + time);
      for (; pipe.lost > 0; --pipe.lost, ++pipe.underway) {
        agenda.schedule(pipe.latest_arrival, about(Happening::Kind::kDeliver, i, to));
      }
    }
  }
}

// --- arrival ------------------------------------------------------------------------------------------------

std::optional<NodeId> Network::receiver(const Happening& happening) const {
  using Kind = Happening::Kind;
  if (happening.kind == Kind::kConnectArrives || is_void(happening)) return std::nullopt;
  const Connection& connection = connections_[happening.index];
  const End& end = connection.ends[happening.side];
  if (!end.open) return std::nullopt;
  if (happening.kind == Kind::kReset || happening.kind == Kind::kRead) return end.node;
  if (happening.kind == Kind::kDeliver && connection.pipes[happening.side].superseded > 0) return std::nullopt;
  return path_to(connection, happening.side).cut == CutMode::kNone ? std::optional{end.node} : std::nullopt;
}

std::optional<Happening> Network::put_aside(Agenda& agenda, const Happening& happening) {
  if (happening.kind != Happening::Kind::kDeliver || !reaches_host(agenda, happening.index, happening.side))
    return happening;
  if (connections_[happening.index].pipes[happening.side].aside++ > 0) return std::nullopt;
  Happening later = happening;
  later.kind = Happening::Kind::kRead;
  return later;
}

std::optional<model::Input> Network::arrive(Agenda& agenda, const Happening& happening) {
  if (is_void(happening)) return std::nullopt;
  const std::uint32_t at = happening.index;
  delivery_ = Delivery{.peer = node_at(connections_[at], other(happening.side))};
  switch (happening.kind) {
    case Happening::Kind::kConnectArrives: connect_arrives(agenda, at); return std::nullopt;
    case Happening::Kind::kConnected: return connected(agenda, at);
    case Happening::Kind::kReset: return reset(agenda, at, happening.side);
    case Happening::Kind::kDeliver:
      if (!reaches_host(agenda, at, happening.side)) return std::nullopt;
      return deliver(agenda, at, happening.side);
    default: --connections_[at].pipes[happening.side].aside; return deliver(agenda, at, happening.side);
  }
}

// Whether the next parcel gets to the receiver's host, and what becomes of its acknowledgement.
bool Network::reaches_host(Agenda& agenda, std::uint32_t at, std::uint8_t to) {
  Connection& connection = connections_[at];
  Pipe& pipe = connection.pipes[to];
  if (pipe.superseded > 0) {
    --pipe.superseded;
    return false;
  }
  --pipe.underway;
  if (topology_.is_uniform()) [[likely]]
    return true;
  const CutMode there = path_to(connection, to).cut;
  const CutMode back = path_to(connection, other(to)).cut;
  if (there != CutMode::kNone) {
    // Those behind it cannot be read without it.
    pipe.superseded += pipe.underway;
    if (there == CutMode::kDrop) pipe.lost += 1 + pipe.underway;
    pipe.underway = 0;
  }
  if ((there == CutMode::kDrop || back == CutMode::kDrop) && !pipe.unanswered_since)
    pipe.unanswered_since = agenda.now();
  if (there == CutMode::kReject) reject(agenda, at, to);
  if (there == CutMode::kNone && back == CutMode::kReject) reject(agenda, at, other(to));
  return there == CutMode::kNone;
}

std::optional<model::Input> Network::deliver(Agenda& agenda, std::uint32_t at, std::uint8_t to) {
  Connection& connection = connections_[at];
  const std::uint32_t parcel = take(connection.pipes[to]);
  const Socket socket = connection.ends[to].socket;
  delivery_.sent_in = parcels_[parcel].sent_in;
  delivery_.place = parcels_[parcel].place;
  if (!connection.ends[to].open) {
    // The sender learns from what this end sent when it closed. If a firewall rejected that, it learns now.
    const bool unknown = connection.pipes[other(to)].broken && path_to(connection, other(to)).cut == CutMode::kNone;
    if (unknown) reset_later(agenda, at, other(to));
    discard(parcel);
    return std::nullopt;
  }
  if (parcels_[parcel].closes) {
    discard(parcel);
    connection.ends[to].open = false;
    free_if_done(at);
    return model::Disconnected{socket};
  }
  delivered_ = parcel;
  return model::MessageArrived{socket, parcels_[parcel].callback, &parcels_[parcel].message};
}

void Network::release() {
  if (delivered_ == kNone) return;
  discard(delivered_);
  delivered_ = kNone;
}

// --- ends ---------------------------------------------------------------------------------------------------

// A firewall tells the sender of a packet that the connection is gone. The receiver is not told.
void Network::reject(Agenda& agenda, std::uint32_t at, std::uint8_t to) {
  Connection& connection = connections_[at];
  if (connection.pipes[to].broken) return;
  connection.pipes[to].broken = true;
  if (connection.ends[other(to)].open) {
    reset_later(agenda, at, other(to));
  } else {
    probe_later(agenda, at, to);
  }
}

void Network::reset_later(Agenda& agenda, std::uint32_t at, std::uint8_t side) {
  const Connection& connection = connections_[at];
  const Latency& latency = *path_to(connection, side).latency;
  agenda.schedule(agenda.now() + travel_time(node_at(connection, other(side)), latency, false),
                  about(Happening::Kind::kReset, at, side));
}

// An end whose peer is gone without a word finds out by tcp-keepalive.
void Network::probe_later(Agenda& agenda, std::uint32_t at, std::uint8_t side) {
  agenda.schedule(agenda.now() + kKeepAlive, about(Happening::Kind::kReset, at, side));
}

std::optional<model::Input> Network::reset(Agenda& agenda, std::uint32_t at, std::uint8_t side) {
  Connection& connection = connections_[at];
  if (!connection.ends[side].open) return std::nullopt;
  connection.ends[side].open = false;
  const Socket socket = connection.ends[side].socket;
  if (connection.ends[other(side)].open) {
    probe_later(agenda, at, other(side));
  } else {
    free_if_done(at);
  }
  return model::Disconnected{socket};
}

void Network::close_end(Agenda& agenda, std::uint32_t at, std::uint8_t side) {
  Connection& connection = connections_[at];
  connection.ends[side].open = false;
  if (!connection.ends[other(side)].open) {
    free_if_done(at);
  } else if (connection.pipes[other(side)].broken) {
    probe_later(agenda, at, other(side));
  } else {
    const std::uint32_t last = new_parcel();
    parcels_[last] = Parcel{.closes = true};
    append(agenda, at, other(side), last);
  }
}

void Network::free_if_done(std::uint32_t at) {
  Connection& connection = connections_[at];
  if (connection.ends[kClient].open || connection.ends[kServer].open) return;
  for (Pipe& pipe : connection.pipes) {
    while (pipe.first != kNone) discard(take(pipe));
    pipe.waiting = 0;
  }
  connection.state = State::kFree;
  ++connection.generation;  // what is still on its way is void
  free_connections_.push_back(at);
}

std::uint32_t Network::take(Pipe& pipe) {
  const std::uint32_t parcel = pipe.first;
  pipe.first = parcels_[parcel].next;
  if (pipe.first == kNone) pipe.last = kNone;
  return parcel;
}

void Network::discard(std::uint32_t parcel) {
  parcels_[parcel].next = free_parcel_;
  free_parcel_ = parcel;
}

Happening Network::about(Happening::Kind kind, std::uint32_t at, std::uint8_t side) const {
  return Happening{.index = at, .generation = connections_[at].generation, .kind = kind, .side = side};
}

}  // namespace sentinel::sim
