// What a sentinel learns from an INFO reply, and does about it: first all of it is read, then acted on.
#include <algorithm>

#include "model/sentinel.h"

namespace sentinel::model {

// sentinelRefreshInstanceInfo().
void Sentinel::info_reply(Turn& turn, Master& master, DataInstance& instance, const InfoReply& info) {
  Replica* replica = instance.kind == InstanceKind::kReplica ? &static_cast<Replica&>(instance) : nullptr;

  read_run_id(turn, master, instance, info);
  if (replica == nullptr) read_replicas(turn, master, info);
  if (replica != nullptr) read_replica_fields(turn, *replica, info);
  instance.info_refresh = turn.now;

  read_role(turn, master, instance, info.role);
  if (tilt_ || replica == nullptr) return;  // a master that reports slave is the matter of the SDOWN check
  if (info.role == InstanceKind::kMaster) {
    act_on_replica_as_master(turn, master, *replica);
  } else {
    act_on_replica(turn, master, *replica);
  }
}

void Sentinel::read_run_id(Turn& turn, Master& master, DataInstance& instance, const InfoReply& info) {
  if (instance.id.known() && instance.id != info.run_id) {
    emit(turn, EventKind::kReboot, master, instance);
    if (traits().knows_reboots && &instance == &master && master.reboot_down_after != Millis{0}) {
      master.rebooted = true;
      master.rebooted_at = turn.now;
    }
  }
  instance.id = info.run_id;
}

// Every line counts, whatever its state and whatever role the node reports. A replica is never removed here.
void Sentinel::read_replicas(Turn& turn, Master& master, const InfoReply& info) {
  for (const Address& address : info.replicas) {
    const Replica* const added = add_replica(turn.now, master, address);
    if (added == nullptr) continue;
    emit(turn, EventKind::kReplica, master, *added);
    flush_config(turn);
  }
}

void Sentinel::read_replica_fields(Turn& turn, Replica& replica, const InfoReply& info) {
  replica.link_down_time = std::chrono::seconds{info.link_down_seconds.value_or(0)};
  if (info.role != InstanceKind::kReplica) return;
  if (replica.master != info.master) {
    replica.master = info.master;
    replica.replica_conf_change = turn.now;
  }
  replica.master_link_up = info.link_up;
  replica.priority = info.priority;
  if (traits().knows_announced) replica.announced = info.announced;
  replica.offset = info.offset;
}

void Sentinel::read_role(Turn& turn, const Master& master, DataInstance& instance, InstanceKind role) {
  if (role == instance.role_reported) return;
  instance.role_reported = role;
  instance.role_reported_since = turn.now;
  if (role == InstanceKind::kReplica) instance.replica_conf_change = turn.now;
  Event change =
      event(role == instance.kind ? EventKind::kRoleAsConfigured : EventKind::kRoleChanged, master, instance);
  change.role = role;
  emit(turn, change, master);
}

// A replica that reports master: the one that was promoted, or an old master that came back.
void Sentinel::act_on_replica_as_master(Turn& turn, Master& master, Replica& replica) {
  if (replica.promoted && master.in_progress && master.state == FailoverState::kWaitPromotion) {
    promotion_seen(turn, master, replica);
    return;
  }
  // Time for a newer configuration to arrive, if there is one: the replica may have been promoted by others.
  const Millis wait = 4 * profile_->periods.publish;
  if (!replica.promoted && looks_sane(turn, master) && not_down_for(turn, replica, wait) &&
      turn.now - replica.role_reported_since > wait && send_replicaof(turn, master, replica, master.address)) {
    emit(turn, EventKind::kConvertToReplica, master, replica);
  }
}

// A replica that reports slave: perhaps of a wrong master, perhaps being reconfigured.
void Sentinel::act_on_replica(Turn& turn, Master& master, Replica& replica) {
  if (replica.master != master.address && looks_sane(turn, master) &&
      not_down_for(turn, replica, master.failover_timeout) &&
      turn.now - replica.replica_conf_change > master.failover_timeout &&
      send_replicaof(turn, master, replica, master.address)) {
    emit(turn, EventKind::kFixReplicaConfig, master, replica);
  }

  if (replica.has(Replica::Reconf::kSent) && master.promoted &&
      replica.master == master.replicas[*master.promoted].address) {
    replica.clear(Replica::Reconf::kSent);
    replica.set(Replica::Reconf::kInProgress);
    emit(turn, EventKind::kReconfInProgress, master, replica);
  }
  if (replica.has(Replica::Reconf::kInProgress) && replica.master_link_up) {
    replica.clear(Replica::Reconf::kInProgress);
    replica.set(Replica::Reconf::kDone);
    emit(turn, EventKind::kReconfDone, master, replica);
  }
}

// sentinelMasterLooksSane().
bool Sentinel::looks_sane(const Turn& turn, const Master& master) const {
  return master.role_reported == InstanceKind::kMaster && !master.s_down && !master.o_down &&
         turn.now - master.info_refresh < 2 * profile_->periods.info;
}

// sentinelRedisInstanceNoDownFor(). The times are those of the start of the last down period, even after its end.
bool Sentinel::not_down_for(const Turn& turn, const Replica& replica, Millis period) {
  return replica.s_down_since == kNever || turn.now - replica.s_down_since > period;
}

}  // namespace sentinel::model
