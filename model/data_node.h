// A Redis data node as a value, as far as sentinels and replicas can see it: role, INFO, replication.
#pragma once

#include <algorithm>
#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/config.h"
#include "model/profile.h"
#include "model/random.h"
#include "model/step.h"

namespace sentinel::model {

struct ReplicationView;

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

// The data set that a process finds on disk when it starts.
struct StoredData {
  // 4.0+: an RDB file tells of which history it is, and how much of it (rdbPopulateSaveInfo).
  struct History {
    Id id{};
    Offset offset = 0;

    friend bool operator==(const History&, const History&) = default;
  };
  WriteId last{};  // write that is in it
  std::int64_t size = 0;
  std::optional<History> history{};
};

// The same state, time, input and random state give the same effects and the same next state. Time is what two clocks
// show: `now` the wall clock, which replication and INFO count in, and `uptime` one that nobody sets, which timers run
// on; of the latter only differences matter.
//
// data_node.cc: life, INFO, clients; data_node_commands.cc: what is asked of it and what it answers; replication.cc:
// its link to its master; replication_master.cc: its replicas.
class DataNode {
 public:
  // As the process is when it has read its configuration; its first input is Started. `load_time`: this time, instead
  // of what the configuration says.
  DataNode(const Profile& profile, const DataNodeConfig& config, const Id& run_id, const StoredData& stored = {},
           std::optional<Millis> load_time = std::nullopt);

  void step(Instant now, Millis uptime, const Input& input, Random& random, Effects& effects);

  // What CONFIG REWRITE writes (rewriteConfig). Replaces what `config` held.
  void save(DataNodeConfig& config) const { config = config_; }
  void set_bandwidth(std::int64_t rate) { config_.bandwidth = rate; }  // bytes a second
  // What SHUTDOWN writes.
  StoredData stored() const;
  // Nothing can be written any more: the last save failed.
  void set_disk_fails(bool fails) { disk_fails_ = fails; }

  const DataNodeConfig& config() const { return config_; }
  const Id& run_id() const { return run_id_; }
  bool is_master() const { return !config_.replicaof.has_value(); }
  const std::optional<Address>& master() const { return config_.replicaof; }
  ReplicationState replication_state() const { return upstream_.state; }
  bool loading() const { return loading_until_.has_value(); }
  // How long clients still have to wait after CLIENT PAUSE.
  Millis paused_for(Millis uptime) const {
    return paused_until_ ? std::max(Millis{0}, *paused_until_ - uptime) : Millis{0};
  }
  Offset offset() const { return offset_; }
  bool has_backlog() const { return backlog_; }
  WriteId data() const { return data_; }  // the last write of the data set
  std::int64_t data_size() const { return data_size_; }
  const Id& replication_id() const { return replication_id_; }
  // Of a replica: whose history it has, and how much of it; counts while its link is up.
  const Id& master_history() const { return upstream_.history; }
  Offset applied() const { return upstream_.offset; }
  // How much of our stream this replica of ours says it has; nullopt if it is not attached.
  std::optional<Offset> acknowledged(const Address& replica) const;
  // A master that does not refuse writes.
  bool takes_writes() const { return is_master() && write_refusal() == Answer::Kind::kOk; }
  InfoReply info(Instant now) const;
  ReplicationView replication(Instant now) const;  // replication_view.h

  // All of its state, for who compares runs (sim/state_hash.h): visit.uptime() takes what `uptime` counts.
  template <class Visitor>
  void visit_state(Visitor& visit) const {
    const auto& [traits, config, run_id, disk_fails, script, load_time, loading_until, data, data_size, stored_history,
                 replication_id, second_id, second_offset, offset, backlog, backlog_length, upstream, downstreams, dump,
                 good_replicas, alone_since, clients, paused_until, held, waiters, next_cron, cron_runs, armed] = *this;
    visit(traits, config, run_id, disk_fails, script, load_time, data, data_size, stored_history, replication_id,
          second_id, second_offset, offset, backlog, backlog_length, upstream, downstreams, dump, good_replicas,
          alone_since, clients, held, waiters, cron_runs);
    visit.uptime(loading_until);
    visit.uptime(paused_until);
    visit.uptime(next_cron);
    visit.uptime(armed);
  }

  friend bool operator==(const DataNode&, const DataNode&) = default;

 private:
  struct Turn {
    Instant now;
    Millis uptime;
    Random& random;
    Effects& out;
  };

  // A client connection, from its first command on.
  struct Client {
    Socket socket{};
    bool authenticated = false;
    bool subscribed = false;
    std::optional<Address> listening{};  // of a replica, by REPLCONF
    Offset written = 0;                  // the end of its last write in our stream

    template <class Visitor>
    void visit_state(Visitor& visit) const {
      const auto& [end, is_authenticated, is_subscribed, listens_at, end_of_writes] = *this;
      visit(end, is_authenticated, is_subscribed, listens_at, end_of_writes);
    }
    friend bool operator==(const Client&, const Client&) = default;
  };

  // What came while clients were paused.
  struct Held {
    Socket socket{};
    Callback callback{};
    Message message{};

    template <class Visitor>
    void visit_state(Visitor& visit) const {
      const auto& [end, waiting, what] = *this;
      visit(end, waiting, what);
    }
    friend bool operator==(const Held&, const Held&) = default;
  };

  // A script that keeps everything else from being done.
  struct Script {
    Millis end{};
    Millis period{};
    bool writes = false;

    template <class Visitor>
    void visit_state(Visitor& visit) const {
      const auto& [ends, lasts, has_written] = *this;
      visit.uptime(ends);
      visit(lasts, has_written);
    }
    friend bool operator==(const Script&, const Script&) = default;
  };

  // A client that waits for replicas to acknowledge what it has written.
  struct Waiter {
    Socket socket{};
    Callback callback{};
    int replicas = 0;
    Offset offset = 0;
    std::optional<Millis> until{};

    template <class Visitor>
    void visit_state(Visitor& visit) const {
      const auto& [end, waiting, needed, position, ends] = *this;
      visit(end, waiting, needed, position);
      visit.uptime(ends);
    }
    friend bool operator==(const Waiter&, const Waiter&) = default;
  };

  // The link to the master.
  struct Upstream {
    // A full resynchronisation: what the snapshot is of.
    struct Transfer {
      Id history{};
      Offset offset = 0;
      bool by_sync = false;                    // SYNC, not PSYNC: nothing is known of the history
      std::optional<SnapshotHeader> header{};  // nullopt: the snapshot did not begin to come
      Instant began{};                         // when it did
      bool is_orphaned = false;                // the link was lost while the snapshot was loaded

      template <class Visitor>
      void visit_state(Visitor& visit) const {
        const auto& [of, position, is_by_sync, begins, since, orphaned] = *this;
        visit(of, position, is_by_sync, begins, since, orphaned);
      }
      friend bool operator==(const Transfer&, const Transfer&) = default;
    };

    ReplicationState state = ReplicationState::kNone;
    Instant down_since{};  // kNever: not down, or not known since when
    Instant last_io{};
    bool can_resume = false;  // the two below may be offered for a partial resynchronisation
    Id history{};             // of the master, and how much of it we have
    Offset offset = 0;
    bool speaks_sync = false;  // a master of before PSYNC: nothing is acknowledged, nothing can be resumed
    Transfer transfer{};       // in kTransfer

    template <class Visitor>
    void visit_state(Visitor& visit) const {
      const auto& [how, is_down_since, last, resumes, of, position, is_old, current] = *this;
      visit(how, is_down_since, last, resumes, of, position, is_old, current);
    }
    friend bool operator==(const Upstream&, const Upstream&) = default;
  };

  // An attached replica.
  struct Downstream {
    enum class State : std::uint8_t {
      kWaitSnapshot,  // to be started
      kTransfer,      // to be ended
      kSendFile,
      kOnline,
    };
    Socket socket{};
    Address address{};
    bool speaks_sync = false;  // it asked with SYNC, and acknowledges nothing
    State state = State::kWaitSnapshot;
    Snapshot snapshot{};  // that is sent to it
    Offset snapshot_offset = 0;
    Millis sent_at{};           // when all of it will be
    Instant waiting_since{};    // for a snapshot
    Instant acknowledged_at{};  // REPLCONF ACK; counts once online
    Offset acknowledged = 0;

    bool waits_for_dump() const { return state == State::kTransfer; }
    template <class Visitor>
    void visit_state(Visitor& visit) const {
      const auto& [end, listens_at, is_old, how, sent, starts_at, sent_until, waits_since, acked_at, acked] = *this;
      visit(end, listens_at, is_old, how, sent, starts_at, waits_since, acked_at, acked);
      visit.uptime(sent_until);
    }
    friend bool operator==(const Downstream&, const Downstream&) = default;
  };

  // A child that writes the data set, to disk or to the replicas that are in kTransfer.
  struct Dump {
    Millis end{};
    Offset offset = 0;  // of the data in it
    WriteId data{};
    std::int64_t size = 0;
    bool diskless = false;

    template <class Visitor>
    void visit_state(Visitor& visit) const {
      const auto& [ends, position, last, bytes, to_replicas] = *this;
      visit.uptime(ends);
      visit(position, last, bytes, to_replicas);
    }
    friend bool operator==(const Dump&, const Dump&) = default;
  };

  // data_node.cc
  void start(Turn& turn);
  void log(Turn& turn, LogLine line) const;
  void timer_fired(Turn& turn);
  void restore_history(Turn& turn, const StoredData::History& stored);
  void loaded(Turn& turn);
  void arm_timer(Turn& turn);
  Millis next_server_cron(Millis after) const;
  void disconnected(Turn& turn, Socket socket);
  void kill_clients(Turn& turn, Socket spared, bool subscribers);
  void deliver_hello(Turn& turn, const Hello& hello);
  Client& client(Socket socket);
  bool is_client(Socket socket) const;
  bool is_replica(Socket socket) const;
  void forget_client(Socket socket);

  // data_node_commands.cc
  void message_arrived(Turn& turn, const MessageArrived& input);
  void request_arrived(Turn& turn, const MessageArrived& input);
  void execute(Turn& turn, const MessageArrived& input);
  bool knows(const Ping& ping) const;
  Status ping_status() const;
  bool is_busy(Millis uptime) const { return script_ && uptime < script_->end; }
  Answer::Kind run_script(Turn& turn, const ScriptCommand& script);
  Answer::Kind kill_script(Turn& turn);
  void script_ended(Turn& turn);
  bool is_misconfigured() const;
  bool stale() const;  // a replica without its master that must not serve what it has
  void reconfigure(Turn& turn, Socket asker, const Reconfigure& request);
  void command_arrived(Turn& turn, const Command& command);
  Answer::Kind replicaof(Turn& turn, const std::optional<Address>& master, bool by_sentinel);
  Answer::Kind pause_clients(Turn& turn, Millis period);
  void resume_clients(Turn& turn);
  std::vector<Held> take_held_of_master();
  Answer::Kind write(Turn& turn, WriteId write, std::int64_t bytes);
  Answer::Kind write_refusal() const;
  Answer::Kind read_refusal() const;

  // replication.cc
  void replication_cron(Turn& turn);
  void acknowledge_upstream(Turn& turn) const;
  bool is_upstream_silent(Instant now) const;
  void connect_to_master(Turn& turn, NodeLog how);
  void upstream_connected(Turn& turn);
  void upstream_closed(Turn& turn);
  void upstream_lost(Turn& turn);
  void upstream_timed_out(Turn& turn);
  void give_up_upstream(Turn& turn);
  void leave_upstream(Turn& turn);
  void upstream_message(Turn& turn, const Message& message);
  void stream_arrived(Turn& turn, const ReplicationStream& stream);
  void handshake_reply(Turn& turn, Status status);
  void ask(Turn& turn, ReplicationState state, Message message);
  void ask_psync(Turn& turn);
  void psync_refused(Turn& turn, Status status);
  void discard_cached_master(Turn& turn);
  void psync_reply(Turn& turn, const PsyncReply& reply);
  void transfer_begins(Turn& turn, const SnapshotHeader& header);
  void snapshot_arrived(Turn& turn, const Snapshot& snapshot);
  bool is_loading_snapshot() const { return loading() && upstream_.state == ReplicationState::kTransfer; }
  void snapshot_loaded(Turn& turn);
  void synchronised();
  void set_master(Turn& turn, Address master);
  void become_master(Turn& turn);

  // replication_master.cc
  bool has_own_stream() const { return is_master() || !traits_->shares_history; }
  bool syncs_diskless() const { return config_.diskless_sync.value_or(traits_->syncs_diskless); }
  void sync_asked(Turn& turn, const MessageArrived& input, const std::optional<Psync>& request);
  bool can_continue(Turn& turn, const Address& replica, const Psync& request) const;
  void full_resync_asked(Turn& turn, Downstream& replica);
  bool is_dump_due(Instant now) const;
  void start_dump(Turn& turn);
  void dump_ended(Turn& turn);
  void dump_failed(Turn& turn);
  void send_dump_header(Turn& turn, Downstream& replica);
  void snapshots_sent(Turn& turn);
  void snapshot_sent(Turn& turn, Downstream& replica);
  void put_online(Turn& turn, Downstream& replica, Offset has);
  void acknowledge(Turn& turn, Socket socket, Offset offset);
  void ping_replicas(Turn& turn);
  void drop_silent_replicas(Turn& turn);
  void drop_replicas(Turn& turn);
  void replica_lost(Turn& turn, Socket socket);
  void refresh_good_replicas(Instant now);
  bool needs_good_replicas() const;
  void free_idle_backlog(Turn& turn);
  void feed(Turn& turn, ReplicationStream stream);
  void open_backlog();
  int replicas_at(Offset offset) const;
  void wait_asked(Turn& turn, const MessageArrived& input, const WaitRequest& request);
  void answer_waiters(Turn& turn);
  void unblock_waiters(Turn& turn);

  const DataNodeTraits* traits_;
  DataNodeConfig config_;
  Id run_id_;
  bool disk_fails_ = false;
  std::optional<Script> script_{};
  Millis load_time_{};
  std::optional<Millis> loading_until_{};

  WriteId data_{};
  std::int64_t data_size_ = 0;
  std::optional<StoredData::History> stored_history_{};  // until the process has started
  Id replication_id_{};
  Id second_id_{};  // the history that ours continues, valid below second_offset_
  Offset second_offset_ = -1;
  Offset offset_ = 0;
  bool backlog_ = false;
  std::int64_t backlog_length_ = 0;  // the last bytes of the history that are kept
  Upstream upstream_{};
  boost::container::small_vector<Downstream, 4> downstreams_{};
  std::optional<Dump> dump_{};
  int good_replicas_ = 0;  // as of the last count; only if a minimum of them is configured
  Instant alone_since_{};  // since when a master has no replicas

  boost::container::small_vector<Client, 12> clients_{};
  std::optional<Millis> paused_until_{};
  std::vector<Held> held_{};
  std::vector<Waiter> waiters_{};
  Millis next_cron_{};
  std::int64_t cron_runs_ = 0;
  std::optional<Millis> armed_{};  // what the timer is set to
};

// The connection that a data node opens to its master, and what it and the master say to each other.
inline constexpr Socket kUpstream{0};
inline constexpr Callback kReplication{.what = Callback::What::kReplication};

// Bytes that a PUBLISH of this hello adds to the replication stream.
std::int64_t replicated_size(const Hello& hello);

// What so many bytes take at so many a second.
constexpr Millis time_for(std::int64_t bytes, std::int64_t rate) {
  constexpr std::int64_t kMillis = 1'000;
  return Millis{bytes / rate * kMillis + bytes % rate * kMillis / rate};
}

// What a full resynchronisation with all data takes: to save, to send and to load it.
constexpr Millis time_to_copy(const DataNodeConfig& config) {
  return time_for(config.data_size, config.save_rate) + time_for(config.data_size, config.bandwidth) +
         time_for(config.data_size, config.load_rate);
}

// server.unixtime is a clock of whole seconds: what has passed is the difference of two truncated readings.
inline std::chrono::seconds seconds_between(Instant earlier, Instant later) {
  const auto truncated = [](Instant at) { return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()); };
  return truncated(later) - truncated(earlier);
}

}  // namespace sentinel::model
