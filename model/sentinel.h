// A Redis Sentinel as a value: what it knows, and what it does about each input.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>
#include <vector>

#include "model/config.h"
#include "model/hash_order.h"
#include "model/instance.h"
#include "model/profile.h"
#include "model/random.h"
#include "model/scripts.h"
#include "model/step.h"

namespace sentinel::model {

// Why a replica cannot be promoted (sentinelSelectSlave).
enum class Exclusion : std::uint8_t { kDown, kDisconnected, kSilent, kPriorityZero, kOldInfo, kLinkDownTooLong };

// The same state, time, input and random state give the same effects and the same next state.
//
// One file tells one part of the behaviour: tick.cc (the timer and TILT), quiet.cc (ticks with nothing due), links.cc,
// monitoring.cc (PING, INFO and hello, and their replies), info.cc, discovery.cc (hellos), failure_detection.cc (SDOWN,
// ODOWN), election.cc, failover.cc (start, state machine, selection), reconfiguration.cc (the other replicas, switch,
// reset), scripts.cc, sentinel_commands.cc, subscribers.cc, persistence.cc.
class Sentinel {
 public:
  // As the process is when it has read its configuration at `now`. `profile` must outlive it; config.id is known.
  // `hash_seed` gives the order in which it walks its tables of masters, replicas and sentinels; 0 is that of
  // insertion.
  Sentinel(const Profile& profile, const SentinelConfig& config, Instant now, std::uint64_t hash_seed = 0);

  void step(Instant now, const Input& input, Random& random, Effects& effects);

  // What a flush writes to disk now (sentinelFlushConfig). Replaces what `config` held.
  void save(SentinelConfig& config) const;
  // Nothing can be written any more.
  void set_disk_fails(bool fails) { disk_fails_ = fails; }

  const Id& id() const { return id_; }
  Epoch current_epoch() const { return current_epoch_; }
  bool tilt() const { return tilt_; }
  Instant tilt_since() const { return tilt_since_; }
  bool denies_scripts_reconfig() const { return traits().denies_scripts_reconfig && denies_scripts_reconfig_; }
  const std::vector<ScriptJob>& scripts() const { return scripts_; }
  std::uint32_t running_scripts() const { return running_scripts_; }
  const SimulateFailureCommand& simulated_failure() const { return simulated_failure_; }
  const boost::container::small_vector<Master, 1>& masters() const { return masters_; }
  const Link& link_of(const Instance& instance) const { return links_[instance.link]; }
  // The address that GET-MASTER-ADDR-BY-NAME tells (sentinelGetCurrentMasterAddress).
  static Address current_address(const Master& master);
  // Why the replica cannot be promoted now; nullopt: it can.
  std::optional<Exclusion> exclusion(Instant now, const Master& master, const Replica& replica) const;
  // What exclusion() measures with: the age of the last INFO, the time that the replica's link to its master is down.
  Millis info_age_limit(const Master& master) const;
  static Millis link_down_limit(Instant now, const Master& master);

  // All of its state, for who compares runs (sim/state_hash.h).
  template <class Visitor>
  void visit_state(Visitor& visit) const {
    const auto& [profile, id, announced, current_epoch, denies_scripts_reconfig, disk_fails, tilt, tilt_since,
                 previous_tick, next_serial, simulated_failure, order, masters, links, subscribers, scripts,
                 running_scripts, script_pids] = *this;
    visit(profile, id, announced, current_epoch, denies_scripts_reconfig, disk_fails, tilt, tilt_since, previous_tick,
          next_serial, simulated_failure, order, masters, links, subscribers, scripts, running_scripts, script_pids);
  }

  friend bool operator==(const Sentinel&, const Sentinel&) = default;

 private:
  // What one step is given, handed on to the functions below.
  struct Turn {
    Instant now;
    Random& random;
    Effects& out;
  };

  // tick.cc
  void start(Turn& turn);
  void tick(Turn& turn);
  void check_tilt(Turn& turn);
  bool still_in_tilt(Turn& turn);
  void handle(Turn& turn, Master& master);
  template <class AnyInstance>
  bool monitor(Turn& turn, Master& master, AnyInstance& instance);
  static Millis next_tick(Turn& turn);

  // quiet.cc
  bool is_calm(const Master& master) const;
  bool is_quiet(const Turn& turn, const Master& master, const Instance& instance) const;
  Instant next_due(const Master& master, const Instance& instance) const;
  Instant next_due(const Master& master) const;
  void wake();
  void wake(Master& master);
  void wake(LinkIndex link);

  // links.cc
  void release_link(Turn& turn, const Instance& instance);
  void close_command(Turn& turn, LinkIndex index);
  void close_subscription(Turn& turn, LinkIndex index);
  void reconnect(Turn& turn, const Master& master, const Instance& instance);
  void introduce(Turn& turn, const Master& master, const Instance& instance, Socket socket);
  Instant reconnect_due(const Instance& instance) const;
  void kill_stale_connections(Turn& turn, const Instance& instance);
  Instant command_stale_at(const Instance& instance) const;
  Instant subscription_stale_at(const Instance& instance) const;
  void connection_lost(Socket socket);
  void share_known_link(const Master& master, Peer& peer);

  // monitoring.cc
  void send_periodic_commands(Turn& turn, const Master& master, const Instance& instance);
  void send_command(Turn& turn, const Master& master, const Instance& instance, Callback::What what, Message&& message);
  void send_on(Turn& turn, const Master& master, const Instance& instance, Socket socket, Callback::What what,
               Message&& message);
  void send_ping(Turn& turn, const Master& master, const Instance& instance);
  void send_hello(Turn& turn, const Master& master, const Instance& instance);
  Instant info_due(const Master& master, const Instance& instance) const;
  Instant ping_due(const Instance& instance) const;
  Instant hello_due(const Instance& instance) const;
  Millis info_period(const Master& master, const Instance& instance) const;
  void message_arrived(Turn& turn, const MessageArrived& input);
  void reply_arrived(Turn& turn, const MessageArrived& input);
  void ping_reply(Turn& turn, LinkIndex index, Master* master, Instance* instance, Status status);
  void request_arrived(Turn& turn, const MessageArrived& input);
  ReplicasReply answer_replicas(Symbol name);

  // info.cc
  void info_reply(Turn& turn, Master& master, DataInstance& instance, const InfoReply& info);
  void read_run_id(Turn& turn, Master& master, DataInstance& instance, const InfoReply& info);
  void read_replicas(Turn& turn, Master& master, const InfoReply& info);
  void read_replica_fields(Turn& turn, Replica& replica, const InfoReply& info);
  void read_role(Turn& turn, const Master& master, DataInstance& instance, InstanceKind role);
  void act_on_replica_as_master(Turn& turn, Master& master, Replica& replica);
  void act_on_replica(Turn& turn, Master& master, Replica& replica);
  bool looks_sane(const Turn& turn, const Master& master) const;
  static bool not_down_for(const Turn& turn, const Replica& replica, Millis period);

  // discovery.cc
  void hello_arrived(Turn& turn, const Hello& hello);
  Peer& meet(Turn& turn, Master& master, const Hello& hello);
  Peer& meet_as_new(Turn& turn, Master& master, const Hello& hello);
  void displace(Turn& turn, Master& master, Peer& peer);
  void update_address_everywhere(Turn& turn, const Master& master, const Peer& peer);
  bool remove_peer(Turn& turn, Master& master, const Id& id);
  void force_hello(Master& master);

  // failure_detection.cc
  void check_subjectively_down(Turn& turn, const Master& master, Instance& instance);
  Instant silent_at(const Instance& instance) const;
  Instant unfit_at(const Master& master) const;
  Instant opinion_ends_at(const Peer& peer) const;
  void check_objectively_down(Turn& turn, Master& master);
  void ask_other_sentinels(Turn& turn, Master& master, bool forced);
  void down_reply(Turn& turn, const Master& master, Peer& peer, const IsMasterDownReply& reply);
  IsMasterDownReply answer_is_master_down(Turn& turn, const IsMasterDown& request);

  // persistence.cc
  bool flush_config(Turn& turn) const;
  Answer flush_and_answer(Turn& turn) const;

  // election.cc
  struct Vote {
    std::optional<Id> leader;
    Epoch epoch;
  };
  Vote vote_leader(Turn& turn, Master& master, Epoch epoch, const Id& candidate);
  std::optional<Id> count_votes(Turn& turn, Master& master);
  static Millis draw_desync(Turn& turn);

  // failover.cc
  bool start_failover_if_needed(Turn& turn, Master& master);
  void start_failover(Turn& turn, Master& master);
  void run_failover(Turn& turn, Master& master);
  void wait_start(Turn& turn, Master& master);
  void select_replica(Turn& turn, Master& master);
  void send_replicaof_no_one(Turn& turn, Master& master);
  void wait_promotion(Turn& turn, Master& master);
  void abort_if_late(Turn& turn, Master& master);
  void promotion_seen(Turn& turn, Master& master, const Replica& replica);
  static void abort_failover(Turn& turn, Master& master);
  static void enter(const Turn& turn, Master& master, FailoverState state);
  std::optional<std::uint16_t> best_replica(const Turn& turn, const Master& master) const;

  // reconfiguration.cc
  bool send_replicaof(Turn& turn, const Master& master, const Replica& replica, std::optional<Address> target);
  void reconfigure_next_replicas(Turn& turn, Master& master);
  void detect_failover_end(Turn& turn, Master& master);
  void switch_to_promoted(Turn& turn, Master& master);
  void reset_and_change_address(Turn& turn, Master& master, Address address);
  void reset_master(Turn& turn, Master& master, bool keep_peers);

  // scripts.cc
  void notify(Turn& turn, const Master& master, const Event& event);
  void reconfigure_clients(Turn& turn, const Master& master, bool leads, Address from, Address to);
  void schedule_script(Turn& turn, Symbol path, const ScriptArguments& arguments);
  void handle_scripts(Turn& turn);
  void run_pending_scripts(Turn& turn);
  void collect_ended_scripts(Turn& turn);
  bool collect(Turn& turn, ScriptJob& job);
  void kill_late_scripts(Turn& turn);
  void script_ended(const ScriptEnded& input);

  // subscribers.cc
  void publish(Turn& turn) const;

  // sentinel_commands.cc
  void command_arrived(Turn& turn, const Command& command);
  Answer failover_command(Turn& turn, Symbol name);
  Answer reset_command(Turn& turn, const ResetCommand& command);
  Answer remove_command(Turn& turn, Symbol name);
  Answer monitor_command(Turn& turn, const MonitorCommand& command);
  Answer set_command(Turn& turn, const SetCommand& command);
  Answer ckquorum_command(Symbol name) const;
  static void set_down_after(Master& master, Millis period);
  void set_password(Turn& turn, Master& master, Symbol password);

  // sentinel.cc
  Master& add_master(Instant now, const MonitoredMaster& config);
  template <class AnyInstance>
  AnyInstance make_instance(Instant now, InstanceKind kind, Address address, Millis down_after);
  Replica* add_replica(Instant now, Master& master, Address address);
  Peer& add_peer(Instant now, Master& master, const KnownSentinel& known);
  Master* find_master(Symbol name);
  Master* find_master(Address address);
  static Replica* find_replica(Master& master, Address address);
  Master* find_waiting_master(const Callback& callback);
  std::uint16_t place_of(const Master& master) const;
  Callback callback_for(const Master& master, const Instance& instance, Callback::What what) const;
  static Instance* find_instance(Master& master, const Callback& callback);
  Event event(EventKind kind, const Master& master, const Instance& subject) const;
  void emit(Turn& turn, const Event& event, const Master& master);
  void emit(Turn& turn, EventKind kind, const Master& master);
  void emit(Turn& turn, EventKind kind, const Master& master, const Instance& subject);
  void emit_epoch(Turn& turn, const Master& master, Epoch epoch);
  static void emit_tilt(Turn& turn, EventKind kind);

  const SentinelTraits& traits() const { return profile_->sentinel; }

  const Profile* profile_;
  Id id_;
  Address announced_;
  Epoch current_epoch_{};
  bool denies_scripts_reconfig_ = true;
  bool disk_fails_ = false;
  bool tilt_ = false;
  Instant tilt_since_{};
  Instant previous_tick_{};
  std::uint32_t next_serial_ = 1;
  SimulateFailureCommand simulated_failure_{};
  HashOrder order_;
  boost::container::small_vector<Master, 1> masters_;
  LinkTable links_;
  boost::container::small_vector<Socket, 4> subscribers_{};  // clients that hear all events
  std::vector<ScriptJob> scripts_{};                         // in order of time
  std::uint32_t running_scripts_ = 0;
  std::uint32_t script_pids_ = 0;  // that were given to scripts
};

}  // namespace sentinel::model
