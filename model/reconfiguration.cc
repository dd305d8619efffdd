// The new master for everybody: the other replicas are pointed to it, then the sentinel's own records.
#include <boost/container/small_vector.hpp>

#include "model/sentinel.h"

namespace sentinel::model {

// sentinelSendSlaveOf(). Sent if it can be queued; replies are ignored. Among what its CLIENT KILL cuts are the command
// connections of all other sentinels and, from 6.0 on, every subscription, our own included.
bool Sentinel::send_replicaof(Turn& turn, const Master& master, const Replica& replica, std::optional<Address> target) {
  Link& link = links_[replica.link];
  if (!link.command) return false;
  const bool kills_subscribers = traits().kills_subscribers;
  link.pending += Reconfigure::commands(kills_subscribers);
  turn.out.send(LinkTable::command_socket(replica.link), callback_for(master, replica, Callback::What::kReconfigure),
                Reconfigure{target, kills_subscribers});
  return true;
}

// sentinelFailoverReconfNextSlave(). The time-out of a replica that was sent SLAVEOF sits inside the walk: it is not
// reached while parallel-syncs replicas are busy.
void Sentinel::reconfigure_next_replicas(Turn& turn, Master& master) {
  using enum Replica::Reconf;
  const Address target = master.replicas[*master.promoted].address;
  int busy = 0;
  for (const Replica& replica : master.replicas) busy += replica.has(kSent) || replica.has(kInProgress) ? 1 : 0;

  for (Replica& replica : master.replicas) {
    if (busy >= master.parallel_syncs) break;
    if (replica.promoted || replica.has(kDone)) continue;
    if (replica.has(kSent) && turn.now - replica.reconf_sent_at > profile_->periods.replica_reconf_timeout) {
      emit(turn, EventKind::kReconfSentTimeout, master, replica);
      replica.clear(kSent);
      replica.set(kDone);
    }
    if (replica.has(kSent) || replica.has(kInProgress) || links_[replica.link].disconnected) continue;
    if (!send_replicaof(turn, master, replica, target)) continue;
    replica.set(kSent);
    replica.reconf_sent_at = turn.now;
    emit(turn, EventKind::kReconfSent, master, replica);
    ++busy;
  }
  detect_failover_end(turn, master);
}

// sentinelFailoverDetectEnd(). Nothing ends while the promoted replica is down, not even by time-out.
void Sentinel::detect_failover_end(Turn& turn, Master& master) {
  using enum Replica::Reconf;
  const Replica& promoted = master.replicas[*master.promoted];
  if (promoted.s_down) return;

  int missing = 0;
  for (const Replica& replica : master.replicas) {
    missing += replica.promoted || replica.has(kDone) || replica.s_down ? 0 : 1;
  }
  const bool late = turn.now - master.state_since > master.failover_timeout;
  if (late) emit(turn, EventKind::kFailoverEndForTimeout, master);
  if (missing > 0 && !late) return;
  emit(turn, EventKind::kFailoverEnd, master);
  enter(turn, master, FailoverState::kUpdateConfig);
  if (!late) return;

  // Up to 5.0.7 this may tell the new master to replicate itself.
  for (Replica& replica : master.replicas) {
    if (replica.promoted && traits().best_effort_spares_promoted) continue;
    if (replica.has(kDone) || replica.has(kSent) || links_[replica.link].disconnected) continue;
    if (!send_replicaof(turn, master, replica, promoted.address)) continue;
    emit(turn, EventKind::kReconfSentBestEffort, master, replica);
    replica.set(kSent);
  }
}

// sentinelFailoverSwitchToPromotedSlave().
void Sentinel::switch_to_promoted(Turn& turn, Master& master) {
  const Address promoted = master.promoted ? master.replicas[*master.promoted].address : master.address;
  reset_and_change_address(turn, master, promoted);
}

// sentinelResetMasterAndChangeAddress(). All replicas are made anew, in the order of the old table, the old master as
// the last one.
void Sentinel::reset_and_change_address(Turn& turn, Master& master, Address address) {
  Event change = event(EventKind::kSwitchMaster, master, master);
  change.new_address = address;
  emit(turn, change, master);

  boost::container::small_vector<Address, 8> replicas;
  for (const Replica& replica : master.replicas) {
    if (replica.address != address) replicas.push_back(replica.address);
  }
  if (master.address != address) replicas.push_back(master.address);

  reset_master(turn, master, true);
  master.address = address;
  master.s_down_since = kNever;
  master.o_down_since = kNever;
  for (const Address& replica : replicas) {
    const Replica* const added = add_replica(turn.now, master, replica);
    if (added != nullptr) emit(turn, EventKind::kReplica, master, *added);
  }
  flush_config(turn);
}

// sentinelResetMaster(). What is not named here stays: epochs, the age of the last INFO, the last reconnect, the time
// of the last down period, and what the other sentinels said.
void Sentinel::reset_master(Turn& turn, Master& master, bool keep_peers) {
  for (const Replica& replica : master.replicas) release_link(turn, replica);
  master.replicas.clear();
  if (!keep_peers) {
    for (const Peer& peer : master.peers) release_link(turn, peer);
    master.peers.clear();
  }
  close_command(turn, master.link);
  close_subscription(turn, master.link);

  master.s_down = master.o_down = master.in_progress = master.forced = master.rebooted = false;
  master.script_kill_sent = false;
  master.leader.reset();
  enter(turn, master, FailoverState::kNone);
  master.failover_start = kNever;
  master.delay_logged = kNever;
  master.promoted.reset();
  master.id = Id{};
  Link& link = links_[master.link];
  link.active_ping = link.last_available = link.last_pong = turn.now;
  link.last_ping = kNever;
  master.role_reported = InstanceKind::kMaster;
  master.role_reported_since = turn.now;
  wake(master);
}

}  // namespace sentinel::model
