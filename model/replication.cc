// Replication, seen from the replica: the link to the master, the handshake, resynchronisation.
#include <variant>

#include "model/data_node.h"

namespace sentinel::model {
// replicationCron(): once a second.
void DataNode::replication_cron(Turn& turn) {
  if (is_upstream_silent(turn.now)) give_up_upstream(turn);
  if (upstream_.state == ReplicationState::kConnect) connect_to_master(turn);
  if (upstream_.state == ReplicationState::kConnected) {
    turn.out.send(kUpstream, kReplication, Acknowledge{upstream_.offset});
  }
  ping_replicas(turn);
  drop_silent_replicas(turn);
  free_idle_backlog(turn);
  if (is_dump_due(turn.now)) start_dump(turn);
  refresh_good_replicas(turn.now);
  ++cron_runs_;
}

// repl-timeout, in the handshake, the transfer and the stream alike.
bool DataNode::is_upstream_silent(Instant now) const {
  return upstream_.state != ReplicationState::kNone && upstream_.state != ReplicationState::kConnect &&
         seconds_between(upstream_.last_io, now) > config_.replication_timeout;
}

void DataNode::connect_to_master(Turn& turn) {
  upstream_.state = ReplicationState::kConnecting;
  upstream_.last_io = turn.now;
  turn.out.connect(kUpstream, *config_.replicaof);
}

void DataNode::upstream_connected(Turn& turn) { ask(turn, ReplicationState::kPing, Ping{}); }

void DataNode::ask(Turn& turn, ReplicationState state, Message message) {
  upstream_.state = state;
  turn.out.send(kUpstream, kReplication, std::move(message));
}

// The connection is closed, or will be, whoever did it (replicationHandleMasterDisconnection,
// cancelReplicationHandshake).
void DataNode::leave_upstream(Turn& turn) {
  if (upstream_.state == ReplicationState::kConnected) upstream_.down_since = turn.now;
  upstream_.state = ReplicationState::kConnect;
  std::erase_if(held_, [](const Held& each) { return each.socket == kUpstream; });
}

// Refused, or closed by the master. A link that had come so far as to carry data is tried again at once, from 6.2 on;
// otherwise the next cron tries.
void DataNode::upstream_lost(Turn& turn) {
  const bool carried_data =
      upstream_.state == ReplicationState::kConnected || upstream_.state == ReplicationState::kTransfer;
  leave_upstream(turn);
  if (carried_data && traits_->connects_at_once) connect_to_master(turn);
}

void DataNode::give_up_upstream(Turn& turn) {
  turn.out.disconnect(kUpstream);
  upstream_lost(turn);
}

void DataNode::upstream_message(Turn& turn, const Message& message) {
  upstream_.last_io = turn.now;
  if (const auto* stream = std::get_if<ReplicationStream>(&message)) {
    stream_arrived(turn, *stream);
  } else if (const auto* status = std::get_if<StatusReply>(&message)) {
    handshake_reply(turn, status->status);
  } else if (const auto* psync = std::get_if<PsyncReply>(&message)) {
    psync_reply(turn, *psync);
  } else if (const auto* snapshot = std::get_if<Snapshot>(&message)) {
    snapshot_loaded(turn, *snapshot);
  }
}

// The master is a client as well: CLIENT PAUSE lets its stream wait.
void DataNode::stream_arrived(Turn& turn, const ReplicationStream& stream) {
  if (paused_until_) {
    held_.push_back({.socket = kUpstream, .message = stream});
    return;
  }
  upstream_.offset += stream.bytes;
  data_ = stream.data;
  if (stream.hello) deliver_hello(turn, *stream.hello);
  feed(turn, stream.bytes, stream.hello);
}

// syncWithMaster(): one step after the other. Any refusal ends the attempt; the next cron starts a new one.
void DataNode::handshake_reply(Turn& turn, Status status) {
  using enum ReplicationState;
  if (upstream_.state == kConnected) return;  // an error about an acknowledgement
  const bool may_authenticate = upstream_.state == kPing && status == Status::kNoAuth && config_.master_password;
  if (status != Status::kOk && status != Status::kPong && !may_authenticate) return give_up_upstream(turn);
  if (upstream_.state == kPing && config_.master_password) return ask(turn, kAuth, Auth{config_.master_password});
  if (upstream_.state == kPing || upstream_.state == kAuth) return ask(turn, kReplConf, ReplConf{config_.announced});
  if (upstream_.state != kReplConf) return;
  Psync psync;
  if (upstream_.can_resume) psync = Psync{.replication_id = upstream_.history, .next = upstream_.offset + 1};
  ask(turn, kPsync, psync);
}

// slaveTryPartialResynchronization(). A full resynchronisation that starts ends what could have been resumed.
void DataNode::psync_reply(Turn& turn, const PsyncReply& reply) {
  switch (reply.kind) {
    case PsyncReply::Kind::kRefused: return give_up_upstream(turn);
    case PsyncReply::Kind::kFullResync:
      upstream_.state = ReplicationState::kTransfer;
      upstream_.can_resume = false;
      upstream_.history = reply.replication_id;
      upstream_.offset = reply.offset;
      return;
    case PsyncReply::Kind::kContinue:
      if (reply.replication_id != upstream_.history) {
        second_id_ = replication_id_;
        second_offset_ = offset_ + 1;
        replication_id_ = upstream_.history = reply.replication_id;
        drop_replicas(turn);  // they must learn the new id
      }
      synchronised();
      return;
  }
}

// readSyncBulkPayload(): the old data are gone, the snapshot is loaded. Our own replicas must start anew.
void DataNode::snapshot_loaded(Turn& turn, const Snapshot& snapshot) {
  if (data_ != snapshot.data) {
    turn.out.data_replaced({.had = data_, .has = snapshot.data, .why = DataReplaced::Why::kFullResync});
    data_ = snapshot.data;
  }
  drop_replicas(turn);
  dump_.reset();  // killRDBChild(): a replica that comes next must not get the old data under the new history
  backlog_ = false;
  if (traits_->shares_history) {
    replication_id_ = upstream_.history;
    offset_ = upstream_.offset;
    second_id_ = Id{};
    second_offset_ = -1;
  }
  synchronised();
}

void DataNode::synchronised() {
  upstream_.state = ReplicationState::kConnected;
  upstream_.can_resume = true;
  if (traits_->link_up_clears_down_since) upstream_.down_since = kNever;
  if (traits_->shares_history) open_backlog();
}

// replicationSetMaster(). Up to 3.x a new master always means a full resynchronisation. From 4.0 on the history that
// is known is offered; a former master offers its own (replicationCacheMasterUsingMyself).
void DataNode::set_master(Turn& turn, Address master) {
  const bool was_master = is_master();
  const bool has_connection = !was_master && upstream_.state != ReplicationState::kConnect;
  if (has_connection) turn.out.disconnect(kUpstream);
  leave_upstream(turn);
  if (traits_->slaveof_clears_down_since) upstream_.down_since = kNever;
  if (!traits_->keeps_sub_replicas) drop_replicas(turn);
  if (!traits_->shares_history) {
    upstream_.can_resume = false;
    backlog_ = false;
    offset_ = 0;
  } else if (was_master) {
    upstream_.can_resume = true;
    upstream_.history = replication_id_;
    upstream_.offset = offset_;
  }
  config_.replicaof = master;
  if (traits_->connects_at_once) connect_to_master(turn);
}

// replicationUnsetMaster(). From 4.0 on a new history starts, of which the old one is the beginning. Before, only the
// offset is taken over, if the link is up and nobody replicates from here.
void DataNode::become_master(Turn& turn) {
  if (is_master()) return;
  const bool was_up = upstream_.state == ReplicationState::kConnected;
  if (upstream_.state != ReplicationState::kConnect) turn.out.disconnect(kUpstream);
  leave_upstream(turn);
  config_.replicaof.reset();
  upstream_.state = ReplicationState::kNone;
  upstream_.can_resume = false;
  if (traits_->tells_never_up) upstream_.down_since = kNever;
  if (traits_->shares_history) {
    second_id_ = replication_id_;
    second_offset_ = offset_ + 1;
    replication_id_ = turn.random.new_id();
    drop_replicas(turn);
  } else if (downstreams_.empty()) {
    if (was_up) offset_ = upstream_.offset;
    backlog_ = false;
  }
  alone_since_ = turn.now;
}

}  // namespace sentinel::model
