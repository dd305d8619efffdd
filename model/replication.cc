// Replication, seen from the replica: the link to the master, the handshake, resynchronisation.
#include <utility>
#include <variant>

#include "model/data_node.h"

namespace sentinel::model {
// replicationCron(): once a second. While a snapshot is loaded there is only a sign of life for the master
// (replicationSendNewlineToMaster).
void DataNode::replication_cron(Turn& turn) {
  if (is_loading_snapshot()) {
    if (!upstream_.transfer.is_orphaned) turn.out.send(kUpstream, kReplication, KeepAlive{});
    return;
  }
  if (is_upstream_silent(turn.now)) upstream_timed_out(turn);
  if (upstream_.state == ReplicationState::kConnect) connect_to_master(turn, NodeLog::kConnecting);
  if (upstream_.state == ReplicationState::kConnected && !upstream_.speaks_sync) acknowledge_upstream(turn);
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

void DataNode::acknowledge_upstream(Turn& turn) const {
  turn.out.send(kUpstream, kReplication, Acknowledge{upstream_.offset});
}

void DataNode::connect_to_master(Turn& turn, NodeLog how) {
  upstream_.state = ReplicationState::kConnecting;
  upstream_.last_io = turn.now;
  log(turn, {.kind = how, .address = *config_.replicaof});
  log(turn, {.kind = NodeLog::kSyncStarted});
  turn.out.connect(kUpstream, *config_.replicaof);
}

void DataNode::upstream_connected(Turn& turn) {
  log(turn, {.kind = NodeLog::kConnectFired});
  ask(turn, ReplicationState::kPing, Ping{});
}

void DataNode::ask(Turn& turn, ReplicationState state, Message message) {
  upstream_.state = state;
  turn.out.send(kUpstream, kReplication, std::move(message));
}

// The connection is closed, or will be, whoever did it (replicationHandleMasterDisconnection,
// cancelReplicationHandshake).
void DataNode::leave_upstream(Turn& turn) {
  if (upstream_.state == ReplicationState::kConnected) {
    upstream_.down_since = turn.now;
    log(turn, {.kind = NodeLog::kMasterLost});
    log(turn, {.kind = NodeLog::kCaching});
  }
  upstream_.state = ReplicationState::kConnect;
  upstream_.transfer = {};
  std::erase_if(held_, [](const Held& each) { return each.socket == kUpstream; });
}

// Refused, or closed by the master. Who loads a snapshot finds that out when it has loaded it.
void DataNode::upstream_closed(Turn& turn) {
  using enum ReplicationState;
  if (is_loading_snapshot()) {
    upstream_.transfer.is_orphaned = true;
    return;
  }
  if (upstream_.state == kConnecting) {
    log(turn, {.kind = NodeLog::kSocketError});
  } else if (upstream_.state == kTransfer) {
    log(turn, {.kind = upstream_.transfer.header ? NodeLog::kTransferLost : NodeLog::kCountLost});
  } else if (upstream_.state != kConnected) {
    log(turn, {.kind = NodeLog::kHandshakeLost});
  }
  upstream_lost(turn);
}

// A link that had come so far as to carry data is tried again at once, from 6.2 on; otherwise the next cron tries.
void DataNode::upstream_lost(Turn& turn) {
  const ReplicationState was = upstream_.state;
  leave_upstream(turn);
  if (!traits_->connects_at_once) return;
  if (was == ReplicationState::kConnected) connect_to_master(turn, NodeLog::kReconnecting);
  if (was == ReplicationState::kTransfer) connect_to_master(turn, NodeLog::kReconnectingAfterFailure);
}

void DataNode::give_up_upstream(Turn& turn) {
  turn.out.disconnect(kUpstream);
  upstream_lost(turn);
}

void DataNode::upstream_timed_out(Turn& turn) {
  using enum ReplicationState;
  const ReplicationState was = upstream_.state;
  log(turn, {.kind = was == kConnected  ? NodeLog::kMasterTimeout
                     : was == kTransfer ? NodeLog::kTransferTimeout
                                        : NodeLog::kConnectTimeout});
  give_up_upstream(turn);
  const bool again = traits_->connects_at_once && upstream_.state == kConnect;
  if (again) connect_to_master(turn, NodeLog::kReconnectingAfterFailure);
}

// What comes while a snapshot is loaded waits in the socket.
void DataNode::upstream_message(Turn& turn, const Message& message) {
  if (is_loading_snapshot()) {
    if (!std::holds_alternative<KeepAlive>(message)) held_.push_back({.socket = kUpstream, .message = message});
    return;
  }
  upstream_.last_io = turn.now;
  if (const auto* stream = std::get_if<ReplicationStream>(&message)) {
    stream_arrived(turn, *stream);
  } else if (const auto* status = std::get_if<StatusReply>(&message)) {
    handshake_reply(turn, status->status);
  } else if (const auto* psync = std::get_if<PsyncReply>(&message)) {
    psync_reply(turn, *psync);
  } else if (const auto* header = std::get_if<SnapshotHeader>(&message)) {
    transfer_begins(turn, *header);
  } else if (const auto* snapshot = std::get_if<Snapshot>(&message)) {
    snapshot_arrived(turn, *snapshot);
  }
}

// The master is a client as well: CLIENT PAUSE lets its stream wait, and so does a script, instead of an error
// (processInputBuffer).
void DataNode::stream_arrived(Turn& turn, const ReplicationStream& stream) {
  if (paused_until_ || is_busy(turn.uptime)) {
    held_.push_back({.socket = kUpstream, .message = stream});
    return;
  }
  upstream_.offset += stream.bytes;
  data_ = stream.data;
  if (stream.hello) deliver_hello(turn, *stream.hello);
  if (stream.asks_acknowledgement) acknowledge_upstream(turn);
  feed(turn, stream);
  if (stream.script > Millis{0}) turn.out.stall(stream.script);
}

// syncWithMaster(): one step after the other. PING may be refused for want of a password, and REPLCONF for any reason;
// any other refusal ends the attempt.
void DataNode::handshake_reply(Turn& turn, Status status) {
  using enum ReplicationState;
  const bool refused = status != Status::kOk && status != Status::kPong;
  switch (upstream_.state) {
    case kPing: {
      const bool goes_on = !refused || status == Status::kNoAuth || status == Status::kNoPermission;
      log(turn, {.kind = goes_on ? NodeLog::kPingReplied : NodeLog::kPingRefused, .status = status});
      if (!goes_on) return give_up_upstream(turn);
      if (config_.master_password) return ask(turn, kAuth, Auth{config_.master_password});
      return ask(turn, kReplConf, ReplConf{config_.announced});
    }
    case kAuth:
      if (!refused) return ask(turn, kReplConf, ReplConf{config_.announced});
      log(turn, {.kind = NodeLog::kAuthFailed});
      return give_up_upstream(turn);
    case kReplConf:
      if (refused) log(turn, {.kind = NodeLog::kPortRefused, .status = status});
      if (refused && traits_->shares_history) log(turn, {.kind = NodeLog::kCapaRefused, .status = status});
      return ask_psync(turn);
    case kPsync: return psync_refused(turn, status);
    case kTransfer: log(turn, {.kind = NodeLog::kSyncAborted, .status = status}); return give_up_upstream(turn);
    default: return;  // an error about an acknowledgement
  }
}

void DataNode::ask_psync(Turn& turn) {
  Psync psync;
  if (upstream_.can_resume) {
    psync = Psync{.replication_id = upstream_.history, .next = upstream_.offset + 1};
    log(turn, {.kind = NodeLog::kTryingPartial, .id = upstream_.history, .offset = psync.next});
  } else {
    log(turn, {.kind = NodeLog::kNoCachedMaster});
  }
  ask(turn, ReplicationState::kPsync, psync);
}

// slaveTryPartialResynchronization(). A master that does not know PSYNC, or refuses it for good, is asked with SYNC.
void DataNode::psync_refused(Turn& turn, Status status) {
  const bool unknown = status == Status::kUnknownCommand;
  log(turn, {.kind = unknown ? NodeLog::kPsyncUnknown : NodeLog::kPsyncRefused, .status = status});
  log(turn, {.kind = NodeLog::kRetryingWithSync});
  if (!traits_->keeps_cached_master) discard_cached_master(turn);
  upstream_.transfer = {.history = Id{}, .offset = -1, .by_sync = true};
  ask(turn, ReplicationState::kTransfer, Sync{});
}

void DataNode::discard_cached_master(Turn& turn) {
  if (upstream_.can_resume) log(turn, {.kind = NodeLog::kDiscarding});
  upstream_.can_resume = false;
}

void DataNode::psync_reply(Turn& turn, const PsyncReply& reply) {
  switch (reply.kind) {
    case PsyncReply::Kind::kRefused:
      log(turn, {.kind = NodeLog::kPsyncLater, .status = Status::kNoMasterLink});
      return give_up_upstream(turn);
    case PsyncReply::Kind::kFullResync:
      upstream_.state = ReplicationState::kTransfer;
      log(turn, {.kind = NodeLog::kFullResync, .id = reply.replication_id, .offset = reply.offset});
      if (!traits_->keeps_cached_master) discard_cached_master(turn);
      upstream_.transfer = {.history = reply.replication_id, .offset = reply.offset};
      return;
    case PsyncReply::Kind::kContinue:
      log(turn, {.kind = NodeLog::kPartialAccepted});
      if (reply.replication_id != upstream_.history) {
        log(turn, {.kind = NodeLog::kHistoryChanged, .id = reply.replication_id});
        second_id_ = replication_id_;
        second_offset_ = offset_ + 1;
        replication_id_ = upstream_.history = reply.replication_id;
        drop_replicas(turn);  // they must learn the new id
      }
      log(turn, {.kind = NodeLog::kPartialDone});
      synchronised();
      return;
  }
}

// --- a full resynchronisation -----------------------------------------------------------------------------

// readSyncBulkPayload()
void DataNode::transfer_begins(Turn& turn, const SnapshotHeader& header) {
  upstream_.transfer.header = header;
  upstream_.transfer.began = turn.now;
  const NodeLog kind = header.size ? NodeLog::kReceiving : NodeLog::kReceivingStream;
  log(turn, {.kind = kind, .number = header.size.value_or(0)});
}

// readSyncBulkPayload(): the old data are gone, the snapshot is loaded. Our own replicas must start anew.
void DataNode::snapshot_arrived(Turn& turn, const Snapshot& snapshot) {
  if (!upstream_.transfer.header) {
    transfer_begins(turn, {.size = snapshot.diskless ? std::nullopt : std::optional{snapshot.size}});
  }
  if (disk_fails_) {  // it goes to a file first
    log(turn, {.kind = NodeLog::kUnwritable});
    return give_up_upstream(turn);
  }
  discard_cached_master(turn);
  log(turn, {.kind = NodeLog::kFlushing});
  log(turn, {.kind = NodeLog::kLoading});
  if (data_ != snapshot.data) {
    turn.out.data_replaced({.had = data_, .has = snapshot.data, .why = DataReplaced::Why::kFullResync});
    data_ = snapshot.data;
  }
  data_size_ = snapshot.size;
  drop_replicas(turn);
  dump_.reset();  // killRDBChild(): a replica that comes next must not get the old data under the new history
  backlog_ = false;
  const Millis takes = time_for(snapshot.size, config_.load_rate);
  if (takes == Millis{0}) return snapshot_loaded(turn);
  loading_until_ = turn.uptime + takes;
}

void DataNode::snapshot_loaded(Turn& turn) {
  const Upstream::Transfer transfer = std::exchange(upstream_.transfer, {});
  upstream_.history = transfer.history;
  upstream_.offset = transfer.offset;
  upstream_.speaks_sync = transfer.by_sync;
  if (traits_->shares_history) {
    replication_id_ = upstream_.history;
    offset_ = upstream_.offset;
    second_id_ = Id{};
    second_offset_ = -1;
  }
  log(turn, {.kind = NodeLog::kFinished});
  upstream_.last_io = turn.now;
  synchronised();
  if (!paused_until_) {
    const std::vector<Held> held = take_held_of_master();
    for (const Held& each : held) upstream_message(turn, each.message);
  }
  if (transfer.is_orphaned) upstream_lost(turn);
}

void DataNode::synchronised() {
  upstream_.state = ReplicationState::kConnected;
  upstream_.can_resume = !upstream_.speaks_sync;
  if (traits_->link_up_clears_down_since) upstream_.down_since = kNever;
  if (traits_->shares_history) open_backlog();
}

// replicationSetMaster(). Up to 3.x a new master always means a full resynchronisation. From 4.0 on the history that
// is known is offered; a former master offers its own (replicationCacheMasterUsingMyself).
void DataNode::set_master(Turn& turn, Address master) {
  const bool was_master = is_master();
  unblock_waiters(turn);
  const bool has_connection = !was_master && upstream_.state != ReplicationState::kConnect;
  if (has_connection) turn.out.disconnect(kUpstream);
  config_.replicaof.reset();
  leave_upstream(turn);
  config_.replicaof = master;
  if (traits_->slaveof_clears_down_since) upstream_.down_since = kNever;
  if (!traits_->keeps_sub_replicas) drop_replicas(turn);
  if (!traits_->shares_history) {
    discard_cached_master(turn);
    backlog_ = false;
    offset_ = 0;
  } else if (was_master) {
    log(turn, {.kind = NodeLog::kOwnHistory});
    upstream_.can_resume = true;
    upstream_.history = replication_id_;
    upstream_.offset = offset_;
  }
  if (traits_->connects_at_once) connect_to_master(turn, NodeLog::kConnecting);
}

// replicationUnsetMaster(). From 4.0 on a new history starts, of which the old one is the beginning. Before, only the
// offset is taken over, if the link is up and nobody replicates from here.
void DataNode::become_master(Turn& turn) {
  const bool was_up = upstream_.state == ReplicationState::kConnected;
  if (upstream_.state != ReplicationState::kConnect) turn.out.disconnect(kUpstream);
  config_.replicaof.reset();
  leave_upstream(turn);
  upstream_.state = ReplicationState::kNone;
  discard_cached_master(turn);
  if (traits_->tells_never_up) upstream_.down_since = kNever;
  if (traits_->shares_history) {
    second_id_ = replication_id_;
    second_offset_ = offset_ + 1;
    replication_id_ = turn.random.new_id();
    log(turn,
        {.kind = NodeLog::kSecondHistory, .id = replication_id_, .second_id = second_id_, .offset = second_offset_});
    drop_replicas(turn);
  } else if (downstreams_.empty()) {
    if (was_up) offset_ = upstream_.offset;
    backlog_ = false;
  }
  alone_since_ = turn.now;
}

}  // namespace sentinel::model
