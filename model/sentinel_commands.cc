// What operators and clients ask of a sentinel (sentinelCommand).
#include <algorithm>
#include <type_traits>
#include <variant>

#include "model/sentinel.h"

namespace sentinel::model {

void Sentinel::command_arrived(Turn& turn, const Command& command) {
  const Answer answer = std::visit(
      [&](const auto& asked) -> Answer {
        using Asked = std::decay_t<decltype(asked)>;
        if constexpr (std::is_same_v<Asked, FailoverCommand>) {
          return failover_command(turn, asked.master);
        } else if constexpr (std::is_same_v<Asked, ResetCommand>) {
          return reset_command(turn, asked);
        } else if constexpr (std::is_same_v<Asked, RemoveCommand>) {
          return remove_command(turn, asked.master);
        } else if constexpr (std::is_same_v<Asked, MonitorCommand>) {
          return monitor_command(turn, asked);
        } else if constexpr (std::is_same_v<Asked, SetCommand>) {
          return set_command(turn, asked);
        } else if constexpr (std::is_same_v<Asked, GetMasterAddrCommand>) {
          const Master* master = find_master(asked.master);
          if (master == nullptr) return {.kind = Answer::Kind::kNull};
          return {.kind = Answer::Kind::kAddress, .address = current_address(*master)};
        } else if constexpr (std::is_same_v<Asked, CkquorumCommand>) {
          return ckquorum_command(asked.master);
        } else if constexpr (std::is_same_v<Asked, FlushConfigCommand>) {
          return flush_and_answer(turn);
        } else if constexpr (std::is_same_v<Asked, SimulateFailureCommand>) {
          simulated_failure_ = asked;
          return {};
        } else {
          return {.kind = Answer::Kind::kUnknownCommand};
        }
      },
      command);
  turn.out.answer(answer);
}

// SENTINEL FAILOVER. The 2 x failover-timeout rule does not apply. The election is skipped, but not the vote for
// oneself.
Answer Sentinel::failover_command(Turn& turn, Symbol name) {
  Master* master = find_master(name);
  if (master == nullptr) return {.kind = Answer::Kind::kNoSuchMaster};
  if (master->in_progress) return {.kind = Answer::Kind::kInProgress};
  if (!best_replica(turn, *master)) {
    return {.kind = traits().says_replica ? Answer::Kind::kNoGoodReplica : Answer::Kind::kNoGoodSlave};
  }
  Event user = event(EventKind::kUserFailover, *master, *master);
  user.published = false;
  turn.out.emit(user);
  start_failover(turn, *master);
  master->forced = true;
  return {};
}

// SENTINEL RESET. The file on disk is not touched.
Answer Sentinel::reset_command(Turn& turn, const ResetCommand& command) {
  std::int64_t count = 0;
  for (Master& master : masters_) {
    if (std::ranges::find(command.masters, master.name) == command.masters.end()) continue;
    reset_master(turn, master, false);
    emit(turn, EventKind::kResetMaster, master);
    ++count;
  }
  return {.kind = Answer::Kind::kInteger, .number = count};
}

Answer Sentinel::remove_command(Turn& turn, Symbol name) {
  Master* master = find_master(name);
  if (master == nullptr) return {.kind = Answer::Kind::kNoSuchMaster};
  emit(turn, EventKind::kUnmonitor, *master);
  for (const Replica& replica : master->replicas) release_link(turn, replica);
  for (const Peer& peer : master->peers) release_link(turn, peer);
  release_link(turn, *master);
  masters_.erase(masters_.begin() + place_of(*master));
  return flush_and_answer(turn);
}

Answer Sentinel::monitor_command(Turn& turn, const MonitorCommand& command) {
  if (find_master(command.master) != nullptr) return {.kind = Answer::Kind::kDuplicateMaster};
  const Master& master =
      add_master(turn.now, MonitoredMaster{.name = command.master,
                                           .address = command.address,
                                           .quorum = command.quorum,
                                           .down_after = profile_->periods.default_down_after,
                                           .failover_timeout = profile_->periods.default_failover_timeout});
  const Answer answer = flush_and_answer(turn);
  Event monitor = event(EventKind::kMonitor, master, master);
  monitor.quorum = master.quorum;
  emit(turn, monitor, master);
  return answer;
}

// SENTINEL SET, one option after the other: what comes before a script that may not be changed is done.
Answer Sentinel::set_command(Turn& turn, const SetCommand& command) {
  using Option = SetCommand::Option;
  Master* master = find_master(command.master);
  if (master == nullptr) return {.kind = Answer::Kind::kNoSuchMaster};
  bool changed = false;
  for (const SetCommand::Change& change : command.changes) {
    if (SetCommand::names_script(change.option) && denies_scripts_reconfig()) {
      if (changed) flush_config(turn);
      return {.kind = Answer::Kind::kScriptsDenied};
    }
    changed = true;
    switch (change.option) {
      case Option::kDownAfter: set_down_after(*master, Millis{change.number}); break;
      case Option::kFailoverTimeout: master->failover_timeout = Millis{change.number}; break;
      case Option::kParallelSyncs: master->parallel_syncs = static_cast<int>(change.number); break;
      case Option::kQuorum: master->quorum = static_cast<int>(change.number); break;
      case Option::kMasterRebootDownAfter: master->reboot_down_after = Millis{change.number}; break;
      case Option::kNotificationScript: master->notification_script = change.text; break;
      case Option::kClientReconfigScript: master->client_reconfig_script = change.text; break;
      case Option::kRenamePing: master->ping_name = change.text; break;
      case Option::kAuthPass: set_password(turn, *master, change.text); break;
    }
    Event set = event(EventKind::kSet, *master, *master);
    set.option = change.name_text;
    const bool in_clear = change.option == Option::kAuthPass && !traits().hides_passwords;
    set.option_value = in_clear ? change.text : change.value_text;
    emit(turn, set, *master);
  }
  return changed ? flush_and_answer(turn) : Answer{};
}

// sentinelPropagateDownAfterPeriod().
void Sentinel::set_down_after(Master& master, Millis period) {
  master.down_after = period;
  for (Replica& replica : master.replicas) replica.down_after = period;
  for (Peer& peer : master.peers) peer.down_after = period;
}

// The connections that were authenticated with the old password are given up.
void Sentinel::set_password(Turn& turn, Master& master, Symbol password) {
  master.auth_pass = password;
  const auto drop = [&](const Instance& instance) {
    close_command(turn, instance.link);
    close_subscription(turn, instance.link);
  };
  drop(master);
  for (const Replica& replica : master.replicas) drop(replica);
}

// SENTINEL CKQUORUM: how many sentinels are usable, against the quorum and against the majority of all known.
Answer Sentinel::ckquorum_command(Symbol name) const {
  const auto master = std::ranges::find(masters_, name, &Master::name);
  if (master == masters_.end()) return {.kind = Answer::Kind::kNoSuchMaster};
  std::int64_t usable = 1;
  for (const Peer& peer : master->peers) usable += peer.s_down ? 0 : 1;
  const auto voters = static_cast<std::int64_t>(master->peers.size()) + 1;
  Answer answer{.kind = Answer::Kind::kQuorumReachable, .number = usable};
  answer.quorum_unreachable = usable < master->quorum;
  answer.majority_unreachable = usable < voters / 2 + 1;
  if (answer.quorum_unreachable || answer.majority_unreachable) answer.kind = Answer::Kind::kNoQuorum;
  return answer;
}

}  // namespace sentinel::model
