// A failover on the sentinel that leads it, or wants to: start, election, selection, promotion, abort.
#include <algorithm>
#include <tuple>

#include "model/sentinel.h"

namespace sentinel::model {

// sentinelStartFailoverIfNeeded(). Two tries are 2 x failover-timeout apart, counted from our own start or from our
// last vote for another; the wait is logged once.
bool Sentinel::start_failover_if_needed(Turn& turn, Master& master) {
  if (!master.o_down || master.in_progress) return false;
  if (turn.now - master.failover_start < 2 * master.failover_timeout) {
    if (master.delay_logged != master.failover_start) {
      master.delay_logged = master.failover_start;
      Event delay = event(EventKind::kNextFailoverDelay, master, master);
      delay.published = false;
      delay.until = master.failover_start + 2 * master.failover_timeout;
      turn.out.emit(delay);
    }
    return false;
  }
  start_failover(turn, master);
  return true;
}

// sentinelStartFailover(). Nothing is flushed here; the vote for ourselves in the same tick does it.
void Sentinel::start_failover(Turn& turn, Master& master) {
  enter(turn, master, FailoverState::kWaitStart);
  master.in_progress = true;
  current_epoch_ = current_epoch_.next();
  master.failover_epoch = current_epoch_;
  emit_epoch(turn, master, current_epoch_);
  emit(turn, EventKind::kTryFailover, master);
  master.failover_start = turn.now + draw_desync(turn);
}

void Sentinel::enter(const Turn& turn, Master& master, FailoverState state) {
  master.state = state;
  master.state_since = turn.now;
}

// sentinelFailoverStateMachine(): one state per tick.
void Sentinel::run_failover(Turn& turn, Master& master) {
  if (!master.in_progress) return;
  switch (master.state) {
    case FailoverState::kWaitStart: return wait_start(turn, master);
    case FailoverState::kSelectReplica: return select_replica(turn, master);
    case FailoverState::kSendReplicaofNoOne: return send_replicaof_no_one(turn, master);
    case FailoverState::kWaitPromotion: return wait_promotion(turn, master);
    case FailoverState::kReconfReplicas: return reconfigure_next_replicas(turn, master);
    case FailoverState::kNone:
    case FailoverState::kUpdateConfig: return;
  }
}

// sentinelFailoverWaitStart(). In spite of the name it does not wait for the start time.
void Sentinel::wait_start(Turn& turn, Master& master) {
  const bool is_leader = count_votes(turn, master) == id_;
  if (!is_leader && !master.forced) {
    const Millis limit = std::min(profile_->periods.election_timeout, master.failover_timeout);
    if (turn.now - master.failover_start > limit) {
      emit(turn, EventKind::kAbortNotElected, master);
      abort_failover(turn, master);
    }
    return;
  }
  emit(turn, EventKind::kElectedLeader, master);
  if (simulated_failure_.crash_after_election) return turn.out.exit();
  enter(turn, master, FailoverState::kSelectReplica);
  emit(turn, EventKind::kSelectReplica, master);
}

// sentinelFailoverSelectSlave().
void Sentinel::select_replica(Turn& turn, Master& master) {
  const std::optional<std::uint16_t> best = best_replica(turn, master);
  if (!best) {
    emit(turn, EventKind::kAbortNoGoodReplica, master);
    abort_failover(turn, master);
    return;
  }
  Replica& replica = master.replicas[*best];
  emit(turn, EventKind::kSelectedReplica, master, replica);
  replica.promoted = true;
  master.promoted = best;
  enter(turn, master, FailoverState::kSendReplicaofNoOne);
  emit(turn, EventKind::kSendReplicaofNoOne, master, replica);
}

// sentinelFailoverSendSlaveOfNoOne().
void Sentinel::send_replicaof_no_one(Turn& turn, Master& master) {
  const Replica& replica = master.replicas[*master.promoted];
  if (links_[replica.link].disconnected) {
    abort_if_late(turn, master);
    return;
  }
  if (!send_replicaof(turn, master, replica, std::nullopt)) return;
  emit(turn, EventKind::kWaitPromotion, master, replica);
  enter(turn, master, FailoverState::kWaitPromotion);
}

// sentinelFailoverWaitPromotion(). The state is left when INFO says that the replica is a master.
void Sentinel::wait_promotion(Turn& turn, Master& master) { abort_if_late(turn, master); }

void Sentinel::abort_if_late(Turn& turn, Master& master) {
  if (turn.now - master.state_since <= master.failover_timeout) return;
  emit(turn, EventKind::kAbortReplicaTimeout, master);
  abort_failover(turn, master);
}

// The INFO of the promoted replica says master: the new configuration exists from now on, and must spread at once.
void Sentinel::promotion_seen(Turn& turn, Master& master, const Replica& replica) {
  master.config_epoch = master.failover_epoch;
  enter(turn, master, FailoverState::kReconfReplicas);
  flush_config(turn);
  emit(turn, EventKind::kPromotedReplica, master, replica);
  if (simulated_failure_.crash_after_promotion) return turn.out.exit();
  emit(turn, EventKind::kReconfReplicas, master);
  reconfigure_clients(turn, master, true, master.address, replica.address);
  force_hello(master);
}

// sentinelAbortFailover(). The start time is kept: the next try is at start + 2 x failover-timeout.
void Sentinel::abort_failover(Turn& turn, Master& master) {
  master.in_progress = false;
  master.forced = false;
  enter(turn, master, FailoverState::kNone);
  if (master.promoted) master.replicas[*master.promoted].promoted = false;
  master.promoted.reset();
}

// sentinelSelectSlave(), compareSlavesForPromotion(): lowest priority, then greatest offset, then smallest run id.
std::optional<std::uint16_t> Sentinel::best_replica(const Turn& turn, const Master& master) const {
  const auto rank = [](const Replica& replica) {
    return std::tuple{replica.priority, -replica.offset, !replica.id.known(), replica.id};
  };
  const Replica* best = nullptr;
  for (const Replica& replica : master.replicas) {
    if (exclusion(turn.now, master, replica)) continue;
    if (best == nullptr || rank(replica) < rank(*best)) best = &replica;
  }
  if (best == nullptr) return std::nullopt;
  return static_cast<std::uint16_t>(best - master.replicas.data());
}

// Not looked at: the state of its link to the master, whether it synchronises, what role it reports.
std::optional<Exclusion> Sentinel::exclusion(Instant now, const Master& master, const Replica& replica) const {
  const Link& link = links_[replica.link];
  if (replica.s_down) return Exclusion::kDown;
  if (link.disconnected) return Exclusion::kDisconnected;
  if (now - link.last_available > 5 * profile_->periods.ping) return Exclusion::kSilent;
  if (replica.priority == 0) return Exclusion::kPriorityZero;
  if (now - replica.info_refresh > info_age_limit(master)) return Exclusion::kOldInfo;
  if (replica.link_down_time > link_down_limit(now, master)) return Exclusion::kLinkDownTooLong;
  return std::nullopt;
}

Millis Sentinel::info_age_limit(const Master& master) const {
  return master.s_down ? 5 * profile_->periods.ping : 3 * profile_->periods.info;
}

Millis Sentinel::link_down_limit(Instant now, const Master& master) {
  Millis limit = 10 * master.down_after;
  if (master.s_down) limit += now - master.s_down_since;
  return limit;
}

}  // namespace sentinel::model
