// Is it down? One sentinel's own view (SDOWN), and the agreement of a quorum (ODOWN).
#include <algorithm>

#include "model/sentinel.h"

namespace sentinel::model {

// sentinelCheckSubjectivelyDown().
void Sentinel::check_subjectively_down(Turn& turn, const Master& master, Instance& instance) {
  const bool silent = turn.now >= silent_at(instance);
  kill_stale_connections(turn, instance);
  const bool down = silent || (&instance == &master && turn.now >= unfit_at(master));
  if (down == instance.s_down) return;
  instance.s_down = down;
  if (down) {
    emit(turn, EventKind::kSdown, master, instance);
    instance.s_down_since = turn.now;
  } else {
    emit(turn, EventKind::kSdownEnd, master, instance);
    instance.script_kill_sent = false;
  }
}

// The clock runs from the oldest unanswered PING or, if the connection is lost and none is outstanding, from the last
// acceptable reply (from 3.2 on; before, such an instance is not down).
Instant Sentinel::silent_at(const Instance& instance) const {
  const Link& link = links_[instance.link];
  if (link.active_ping != kNever) return just_after(link.active_ping + instance.down_after);
  if (link.disconnected && traits().counts_lost_links) return just_after(link.last_available + instance.down_after);
  return kNotDue;
}

// A master that answers, but says that it is a replica, or was started again and still loads.
Instant Sentinel::unfit_at(const Master& master) const {
  Instant at = kNotDue;
  if (master.role_reported == InstanceKind::kReplica)
    at = just_after(master.role_reported_since + master.down_after + 2 * profile_->periods.info);
  if (master.rebooted) at = std::min(at, just_after(master.rebooted_at + master.reboot_down_after));
  return at;
}

// sentinelCheckObjectivelyDown(). Our own vote counts. Evaluated at every tick: it can be lost during a failover.
void Sentinel::check_objectively_down(Turn& turn, Master& master) {
  int votes = 0;
  if (master.s_down) {
    votes = 1;
    for (const Peer& peer : master.peers) votes += peer.says_master_down ? 1 : 0;
  }
  const bool down = master.s_down && votes >= master.quorum;
  if (down == master.o_down) return;
  master.o_down = down;
  Event change = event(down ? EventKind::kOdown : EventKind::kOdownEnd, master, master);
  if (down) {
    change.value = votes;
    change.quorum = master.quorum;
    master.o_down_since = turn.now;
  }
  emit(turn, change, master);
}

// sentinelAskMasterStateToOtherSentinels(). Only replies are remembered: a silent sentinel is asked at every tick.
// The epoch is the current one, not that of the failover.
void Sentinel::ask_other_sentinels(Turn& turn, Master& master, bool forced) {
  const Millis ask = profile_->periods.ask;
  for (Peer& peer : master.peers) {
    if (turn.now >= opinion_ends_at(peer)) {
      peer.says_master_down = false;
      peer.leader.reset();
    }
    if (!master.s_down || links_[peer.link].disconnected || (!forced && turn.now - peer.last_down_reply < ask))
      continue;
    IsMasterDown request{.master = master.address, .epoch = current_epoch_};
    if (master.state != FailoverState::kNone) request.candidate = id_;
    send_command(turn, master, peer, Callback::What::kIsMasterDown, request);
  }
}

Instant Sentinel::opinion_ends_at(const Peer& peer) const {
  return just_after(peer.last_down_reply + 5 * profile_->periods.ask);
}

// sentinelReceiveIsMasterDownReply().
void Sentinel::down_reply(Turn& turn, const Master& master, Peer& peer, const IsMasterDownReply& reply) {
  peer.last_down_reply = turn.now;
  peer.says_master_down = reply.down;
  if (!reply.leader) return;
  if (peer.leader_epoch != reply.leader_epoch) {
    Event voted = event(EventKind::kVotedFor, master, peer);
    voted.published = false;
    voted.candidate = *reply.leader;
    voted.epoch = reply.leader_epoch;
    turn.out.emit(voted);
  }
  peer.leader = reply.leader;
  peer.leader_epoch = reply.leader_epoch;
}

// sentinelCommand(), is-master-down-by-addr: by address, not by name. A sentinel in TILT says no, but votes; so does
// one that sees the master well.
IsMasterDownReply Sentinel::answer_is_master_down(Turn& turn, const IsMasterDown& request) {
  IsMasterDownReply reply;
  Master* master = find_master(request.master);
  if (master == nullptr) return reply;
  reply.down = master->s_down && !tilt_;
  if (request.candidate) {
    const Vote vote = vote_leader(turn, *master, request.epoch, *request.candidate);
    reply.leader = vote.leader;
    reply.leader_epoch = vote.epoch;
  }
  return reply;
}

}  // namespace sentinel::model
