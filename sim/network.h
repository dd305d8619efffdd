// The connections between processes. They behave like TCP: first in first out, refused when nobody listens, reset when
// an end is gone, silent when packets are dropped; what is lost comes later.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "model/messages.h"
#include "model/random.h"
#include "model/step.h"
#include "sim/agenda.h"
#include "sim/message_holds.h"
#include "sim/scenario.h"
#include "sim/topology.h"

namespace sentinel::sim {

// Where what arrives last comes from.
struct Delivery {
  std::uint32_t sent_in = 0;     // Network::begin() before it was sent
  std::uint32_t place = 0;       // among the messages that were sent since then
  std::optional<NodeId> peer{};  // who is at the other end of the connection
};

class Network {
 public:
  // `scenario` must outlive the network and its copies.
  Network(const Scenario& scenario, std::uint64_t seed);

  // A new happening, whose number what is sent in it remembers.
  void begin(std::uint32_t happening) {
    happening_ = happening;
    sent_ = 0;
  }

  // --- what processes do ---
  void connect(Agenda& agenda, NodeId from, model::Socket socket, model::Address to);
  void send(Agenda& agenda, NodeId from, model::Socket socket, const model::Callback& callback,
            model::Message&& message);
  void close(Agenda& agenda, NodeId node, model::Socket socket);
  // Whether it is an end of a connection, perhaps of one that is not established yet.
  bool is_open(NodeId node, model::Socket socket) const { return locate(node, socket).has_value(); }
  // Who is at the other end of that; nullopt if nobody has the address.
  std::optional<NodeId> peer(NodeId node, model::Socket socket) const;
  // The process is gone; the operating system closes its connections, and refuses new ones.
  void stop_listening(Agenda& agenda, NodeId node);
  void listen(NodeId node) { listening_[index(node)] = true; }
  // Where a process that does not run will listen.
  void move(NodeId node, const model::Address& address) { addresses_[index(node)] = address; }
  const model::Address& address(NodeId node) const { return addresses_[index(node)]; }
  // Who listens there; else the first of those that would.
  std::optional<NodeId> owner(const model::Address& address) const;
  bool is_listening(NodeId node) const { return listening_[index(node)]; }

  // --- what happens on the way ---
  // The process that must run for this to happen; nullopt if none must (or if it is void).
  std::optional<NodeId> receiver(const Happening& happening) const;
  // Whether it is about a connection that is no longer there.
  bool is_void(const Happening& happening) const {
    return connections_[happening.index].generation != happening.generation;
  }
  // At whose host it happens, whether or not a process must run for it. It must not be void.
  NodeId host_of(const Happening& happening) const { return node_at(connections_[happening.index], happening.side); }
  // The receiver does not run: its host keeps for it what arrives. What happens instead when it goes on; nullopt if
  // that is known already, as there is something to read on the connection.
  std::optional<Happening> put_aside(Agenda& agenda, const Happening& happening);
  // How often that will happen: once for each thing that is there to be read on the connection.
  std::uint32_t turns(const Happening& aside) const {
    const bool reads = aside.kind == Happening::Kind::kRead && !is_void(aside);
    return reads ? connections_[aside.index].pipes[aside.side].aside : 1;
  }
  // Makes it happen. The input for receiver(), if any. A message in it stays valid until release().
  std::optional<model::Input> arrive(Agenda& agenda, const Happening& happening);
  void release();
  const Delivery& delivery() const { return delivery_; }

  // --- what is done to the network ---
  Topology& topology() { return topology_; }
  const Topology& topology() const { return topology_; }
  // After cuts have changed: what was lost is sent again when TCP would.
  void retransmit(Agenda& agenda);
  void hold_messages(const HeldMessages& messages) { holds_.hold(messages); }
  void release_messages(Agenda& agenda, const std::optional<HeldMessages>& messages);

 private:
  friend class StateHasher;  // state_hash.cc

  static constexpr std::uint32_t kNone = 0xFFFF'FFFFU;

  struct Parcel {
    model::Callback callback{};
    model::Message message{};
    bool closes = false;  // the sender closed its end after all that came before
    bool held = false;    // it waits until it is released
    std::uint32_t sent_in = 0;
    std::uint32_t place = 0;  // among the messages of that happening
    std::uint32_t next = kNone;
  };

  // One direction of a connection. Its parcels, in order: those that the receiver's host has put aside, those underway,
  // those that were lost or follow a lost one, those that are held or follow a held one.
  struct Pipe {
    std::uint32_t first = kNone;
    std::uint32_t last = kNone;
    SimTime latest_arrival = SimTime::min();
    std::uint32_t aside = 0;                  // parcels that the receiver's host keeps for it
    std::uint32_t underway = 0;               // parcels that a kDeliver is scheduled for
    std::uint32_t lost = 0;                   // parcels that will be sent again
    std::uint32_t waiting = 0;                // parcels that were not sent yet: the first one is held
    std::uint32_t superseded = 0;             // the next so many kDelivers were for parcels that are lost now
    std::optional<SimTime> unanswered_since;  // since when the sender misses an acknowledgement
    bool broken = false;                      // a packet was rejected: no more goes through
  };

  struct End {
    NodeId node{};
    model::Socket socket{};
    bool open = false;
  };

  enum class State : std::uint8_t { kFree, kConnecting, kConnectLost, kEstablished };

  struct Connection {
    std::array<End, 2> ends{};    // client, server
    std::array<Pipe, 2> pipes{};  // to the client, to the server: by the side that receives
    std::optional<NodeId> server{};
    model::Address dialled{};
    SimTime connect_sent{};
    State state = State::kFree;
    std::uint16_t generation = 0;
  };

  static constexpr std::uint8_t kClient = 0;
  static constexpr std::uint8_t kServer = 1;
  static std::size_t index(NodeId node) { return static_cast<std::size_t>(node); }
  static std::uint8_t other(std::uint8_t side) { return static_cast<std::uint8_t>(1 - side); }

  struct Located {
    std::uint32_t connection;
    std::uint8_t side;
  };
  std::optional<Located> locate(NodeId node, model::Socket socket) const;
  Happening about(Happening::Kind kind, std::uint32_t at, std::uint8_t side) const;
  NodeId node_at(const Connection& connection, std::uint8_t side) const {
    return side == kServer && connection.server ? *connection.server : connection.ends[side].node;
  }
  Path path_to(const Connection& connection, std::uint8_t side) const {
    if (topology_.is_uniform()) [[likely]]
      return topology_.usual();
    return topology_.path(node_at(connection, other(side)), node_at(connection, side));
  }
  Micros travel_time(NodeId from, const Latency& latency, bool connecting);

  // `at`: the place of the connection in `connections_`.
  void request_connection(Agenda& agenda, std::uint32_t at, SimTime sent);
  void connect_arrives(Agenda& agenda, std::uint32_t at);
  std::optional<model::Input> connected(Agenda& agenda, std::uint32_t at);
  void append(Agenda& agenda, std::uint32_t at, std::uint8_t to, std::uint32_t slot);
  std::uint32_t new_parcel();
  void dispatch(Agenda& agenda, std::uint32_t at, std::uint8_t to);
  bool accepts(const Connection& connection) const;
  bool is_held(const Connection& connection, std::uint8_t to, const Parcel& parcel) const;
  void send_released(Agenda& agenda, std::uint32_t at, std::uint8_t to);
  bool reaches_host(Agenda& agenda, std::uint32_t at, std::uint8_t to);
  std::optional<model::Input> deliver(Agenda& agenda, std::uint32_t at, std::uint8_t to);
  void reject(Agenda& agenda, std::uint32_t at, std::uint8_t to);
  void reset_later(Agenda& agenda, std::uint32_t at, std::uint8_t side);
  void probe_later(Agenda& agenda, std::uint32_t at, std::uint8_t side);
  std::optional<model::Input> reset(Agenda& agenda, std::uint32_t at, std::uint8_t side);
  void close_end(Agenda& agenda, std::uint32_t at, std::uint8_t side);
  void free_if_done(std::uint32_t at);
  std::uint32_t take(Pipe& pipe);
  void discard(std::uint32_t parcel);

  const Scenario* scenario_;
  Topology topology_;
  MessageHolds holds_;
  std::vector<model::Random> chances_;     // by sending node
  std::vector<model::Address> addresses_;  // of nodes
  std::vector<bool> listening_;
  std::vector<std::vector<std::uint32_t>> dialled_;  // connection by node and socket, for sockets below kAccepted
  std::vector<Connection> connections_;
  std::vector<std::uint32_t> free_connections_;
  std::vector<Parcel> parcels_;
  std::uint32_t free_parcel_ = kNone;
  std::uint32_t delivered_ = kNone;  // until release()
  Delivery delivery_{};
  std::uint32_t happening_ = 0;
  std::uint32_t sent_ = 0;  // messages in this happening
};

}  // namespace sentinel::sim
