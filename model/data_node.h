// A Redis data node as a value, as far as sentinels and replicas can see it: role, INFO, replication.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>

#include "model/config.h"
#include "model/random.h"
#include "model/step.h"

namespace sentinel::model {

// How its link to its master stands (server.repl_state).
enum class ReplicationState : std::uint8_t {
  kNone,     // a master
  kConnect,  // to be connected at the next chance
  kConnecting,
  kPing,  // handshake: PING was sent
  kAuth,
  kReplConf,
  kPsync,  // PSYNC was sent; a full resync may wait here for the snapshot to start
  kTransfer,
  kConnected,
};

// The same state, time, input and random state give the same effects and the same next state.
//
// data_node.cc: life, client commands and what is answered; replication.cc: both sides of replication.
class DataNode {
 public:
  // What keeps a node from answering as it should (processCommand).
  enum class Condition : std::uint8_t {
    kNone,
    kBusy,         // a script runs longer than its limit: -BUSY to everything
    kDiskFailure,  // the last save failed: a master answers -MISCONF to PING
  };

  // As the process is when it has read its configuration at `now`, with an empty data set.
  DataNode(const DataNodeConfig& config, const Id& run_id, Instant now);

  void step(Instant now, const Input& input, Random& random, Effects& effects);

  // What CONFIG REWRITE writes (rewriteConfig). Replaces what `config` held.
  void save(DataNodeConfig& config) const { config = config_; }
  void set_condition(Condition condition) { condition_ = condition; }

  const Id& run_id() const { return run_id_; }
  bool is_master() const { return !config_.replicaof.has_value(); }
  const std::optional<Address>& master() const { return config_.replicaof; }
  ReplicationState replication_state() const { return upstream_.state; }
  bool loading() const { return loading_until_ != kNever; }
  Offset offset() const { return offset_; }
  const Id& replication_id() const { return replication_id_; }
  InfoReply info(Instant now) const;

  friend bool operator==(const DataNode&, const DataNode&) = default;

 private:
  struct Turn {
    Instant now;
    Random& random;
    Effects& out;
  };

  // A client connection, from its first command on.
  struct Client {
    Socket socket{};
    bool authenticated = false;
    bool subscribed = false;
    std::optional<Address> listening{};  // of a replica, by REPLCONF

    friend bool operator==(const Client&, const Client&) = default;
  };

  // The link to the master.
  struct Upstream {
    ReplicationState state = ReplicationState::kNone;
    Instant down_since{};  // kNever: not down, or never was up since the start or the last SLAVEOF NO ONE
    Instant last_io{};
    bool can_resume = false;  // our id and offset may be offered for a partial resynchronisation
    Id snapshot_id{};
    Offset snapshot_offset = 0;

    friend bool operator==(const Upstream&, const Upstream&) = default;
  };

  // An attached replica.
  struct Downstream {
    enum class State : std::uint8_t { kWaitSnapshot, kTransfer, kOnline };
    Socket socket{};
    Address address{};
    State state = State::kWaitSnapshot;
    Instant due{};    // of the snapshot, or of the end of its transfer
    Offset sent = 0;  // offset that the stream continues from, once online

    friend bool operator==(const Downstream&, const Downstream&) = default;
  };

  // data_node.cc
  void start(Turn& turn);
  void timer_fired(Turn& turn);
  void arm_timer(Turn& turn);
  void message_arrived(Turn& turn, const MessageArrived& input);
  void request_arrived(Turn& turn, const MessageArrived& input);
  void disconnected(Turn& turn, Socket socket);
  void command_arrived(Turn& turn, const Command& command);
  Status ping_status() const;
  void reconfigure(Turn& turn, Socket asker, const Reconfigure& request);
  void kill_clients(Turn& turn, Socket spared);
  void deliver_hello(Turn& turn, const Hello& hello);
  Client& client(Socket socket);
  void forget_client(Socket socket);

  // replication.cc
  void replication_cron(Turn& turn);
  void connect_to_master(Turn& turn);
  void upstream_connected(Turn& turn);
  void upstream_lost(Turn& turn);
  void upstream_message(Turn& turn, const Message& message);
  void handshake_reply(Turn& turn, Status status);
  void ask(Turn& turn, ReplicationState state, Message message);
  void psync_reply(Turn& turn, const PsyncReply& reply);
  void snapshot_loaded(Turn& turn);
  void synchronised();
  void set_master(Turn& turn, Address master);
  void become_master(Turn& turn);
  void psync_asked(Turn& turn, const MessageArrived& input, const Psync& request);
  bool can_continue(const Psync& request) const;
  void start_due_snapshots(Turn& turn);
  void finish_due_transfers(Turn& turn);
  void drop_downstreams(Turn& turn);
  void feed(Turn& turn, std::int64_t bytes, const std::optional<Hello>& hello);
  void append(std::int64_t bytes);
  void open_backlog();

  DataNodeConfig config_;
  Id run_id_;
  Condition condition_ = Condition::kNone;
  Instant loading_until_{};  // kNever: not loading

  Id replication_id_{};
  Id second_id_{};  // the history that ours continues, valid below second_offset_
  Offset second_offset_ = -1;
  Offset offset_ = 0;
  bool backlog_ = false;
  std::int64_t backlog_length_ = 0;  // the last bytes of the history that are kept
  Upstream upstream_{};
  boost::container::small_vector<Downstream, 4> downstreams_{};
  Instant alone_since_{};  // since when a master has no replicas
  Instant last_replica_ping_{};

  boost::container::small_vector<Client, 12> clients_{};
  Instant next_cron_{};
  Instant armed_{};  // what the timer is set to; kNever: not set
};

// Bytes that a PUBLISH of this hello adds to the replication stream.
std::int64_t replicated_size(const Hello& hello);

}  // namespace sentinel::model
