// Replication, seen from the master: its stream, its replicas, the snapshots that it makes for them.
#include <string>
#include <utility>
#include <variant>

#include "model/data_node.h"

namespace sentinel::model {
namespace {

constexpr std::int64_t kPingBytes = 14;    // *1 $4 PING
constexpr std::int64_t kGetAckBytes = 37;  // *3 $8 REPLCONF $6 GETACK $1 *

std::int64_t digits(std::uint64_t number) { return static_cast<std::int64_t>(std::to_string(number).size()); }

}  // namespace

std::int64_t replicated_size(const Hello& hello) {
  constexpr std::int64_t kFrame = 42 + 5;  // *3 $7 PUBLISH $18 __sentinel__:hello $<length> and line ends
  constexpr std::int64_t kIdAndCommas = 40 + 7;
  const std::int64_t text = hello.sender.host.length + digits(hello.sender.port) + kIdAndCommas +
                            digits(hello.current_epoch.value) + hello.master_name.length + hello.master.host.length +
                            digits(hello.master.port) + digits(hello.config_epoch.value);
  return kFrame + digits(static_cast<std::uint64_t>(text)) + text;
}

// --- attaching --------------------------------------------------------------------------------------------

// syncCommand(). nullopt is SYNC, as versions before 2.8 asked: all is sent, and nothing is said of the history.
void DataNode::sync_asked(Turn& turn, const MessageArrived& input, const std::optional<Psync>& request) {
  if (!is_master() && upstream_.state != ReplicationState::kConnected) {
    const StatusReply no_link{Status::kNoMasterLink};
    request ? turn.out.send(input.socket, kReplication, PsyncReply{})
            : turn.out.send(input.socket, kReplication, no_link);
    return;
  }
  const Address address = client(input.socket).listening.value_or(Address{});
  Downstream& replica = downstreams_.emplace_back(
      Downstream{.socket = input.socket, .address = address, .speaks_sync = !request.has_value()});
  log(turn, {.kind = NodeLog::kAsked, .address = address});
  if (request && can_continue(turn, address, *request)) {
    const Offset missing = offset_ - request->next + 1;
    log(turn, {.kind = NodeLog::kContinuing, .address = address, .offset = request->next, .number = missing});
    turn.out.send(input.socket, kReplication, PsyncReply{PsyncReply::Kind::kContinue, replication_id_, 0});
    put_online(turn, replica, request->next - 1);
    refresh_good_replicas(turn.now);
  } else {
    if (!backlog_ && is_master()) {
      log(turn, {.kind = NodeLog::kBacklogCreated, .id = replication_id_, .second_id = second_id_});
    }
    open_backlog();
    full_resync_asked(turn, replica);
  }
}

// masterTryPartialResynchronization()
bool DataNode::can_continue(Turn& turn, const Address& replica, const Psync& request) const {
  if (!request.replication_id) {
    log(turn, {.kind = NodeLog::kFullRequested, .address = replica});
    return false;
  }
  const bool of_second = *request.replication_id == second_id_;
  if (*request.replication_id != replication_id_ && (!of_second || request.next > second_offset_)) {
    log(turn, {.kind = of_second ? NodeLog::kBeyondSecondHistory : NodeLog::kOtherHistory,
               .id = replication_id_,
               .second_id = second_id_,
               .asked_id = *request.replication_id,
               .offset = of_second ? request.next : 0,
               .number = second_offset_});
    return false;
  }
  const Offset first = offset_ - backlog_length_ + 1;
  if (backlog_ && request.next >= first && request.next <= first + backlog_length_) return true;
  log(turn, {.kind = NodeLog::kLackOfBacklog, .address = replica, .offset = request.next});
  if (request.next > offset_) log(turn, {.kind = NodeLog::kAhead, .address = replica});
  return false;
}

// syncCommand(). A file on disk serves whoever comes while it is being written, as long as another one waits for it;
// what goes directly to the replicas does not, and may wait for more of them.
void DataNode::full_resync_asked(Turn& turn, Downstream& replica) {
  replica.waiting_since = turn.now;
  if (dump_ && dump_->diskless) {
    log(turn, {.kind = NodeLog::kDumpHasSockets});
  } else if (dump_ && std::ranges::any_of(downstreams_, &Downstream::waits_for_dump)) {
    log(turn, {.kind = NodeLog::kDumpAttached});
    send_dump_header(turn, replica);
  } else if (dump_) {
    log(turn, {.kind = NodeLog::kDumpNotAttached});
  } else if (syncs_diskless() && config_.diskless_sync_delay > Millis{0}) {
    log(turn, {.kind = NodeLog::kDumpDelayed});
  } else {
    start_dump(turn);
  }
}

// replicationCron(), shouldStartChildReplication(): the one who has waited longest decides.
bool DataNode::is_dump_due(Instant now) const {
  if (dump_) return false;
  return std::ranges::any_of(downstreams_, [&](const Downstream& replica) {
    return replica.state == Downstream::State::kWaitSnapshot &&
           (!syncs_diskless() || seconds_between(replica.waiting_since, now) >= config_.diskless_sync_delay);
  });
}

// startBgsaveForReplication(). The end of a child that writes to disk is noticed by the next serverCron().
void DataNode::start_dump(Turn& turn) {
  const bool diskless = syncs_diskless();
  const std::int64_t rate = diskless ? std::min(config_.save_rate, config_.bandwidth) : config_.save_rate;
  const Millis end = turn.uptime + config_.transfer_time + time_for(data_size_, rate);
  dump_ = Dump{.end = diskless ? end : next_server_cron(end),
               .offset = offset_,
               .data = data_,
               .size = data_size_,
               .diskless = diskless};
  log(turn, {.kind = diskless ? NodeLog::kDumpToReplicas : NodeLog::kDumpToDisk});
  for (Downstream& replica : downstreams_) {
    if (replica.state == Downstream::State::kWaitSnapshot) send_dump_header(turn, replica);
  }
  log(turn, {.kind = diskless ? NodeLog::kStreamStarted : NodeLog::kSaveStarted});
}

// replicationSetupSlaveForFullResync(). Who asked with SYNC is told nothing of the history.
void DataNode::send_dump_header(Turn& turn, Downstream& replica) {
  replica.state = Downstream::State::kTransfer;
  if (!replica.speaks_sync) {
    turn.out.send(replica.socket, kReplication,
                  PsyncReply{PsyncReply::Kind::kFullResync, replication_id_, dump_->offset});
  }
  if (dump_->diskless && dump_->size > 0) turn.out.send(replica.socket, kReplication, SnapshotHeader{});
}

// updateSlavesWaitingBgsave(). What went to the replicas directly is there; a file is sent now.
void DataNode::dump_ended(Turn& turn) {
  if (!dump_->diskless && disk_fails_) return dump_failed(turn);
  const Dump dump = *std::exchange(dump_, std::nullopt);
  log(turn, {.kind = dump.diskless ? NodeLog::kStreamEnded : NodeLog::kSaveEnded});
  const Millis takes = dump.diskless ? Millis{0} : time_for(dump.size, config_.bandwidth);
  for (Downstream& replica : downstreams_) {
    if (replica.state != Downstream::State::kTransfer) continue;
    replica.snapshot = {.data = dump.data, .size = dump.size, .diskless = dump.diskless};
    replica.snapshot_offset = dump.offset;
    if (dump.diskless) {
      log(turn, {.kind = NodeLog::kStreamed, .address = replica.address});
    } else if (takes > Millis{0}) {
      turn.out.send(replica.socket, kReplication, SnapshotHeader{.size = dump.size});
    }
    replica.state = Downstream::State::kSendFile;
    replica.sent_at = turn.uptime + takes;
    if (takes == Millis{0}) snapshot_sent(turn, replica);
  }
  refresh_good_replicas(turn.now);
}

// backgroundSaveDoneHandlerDisk(), updateSlavesWaitingBgsave(): who waits for the file is dropped.
void DataNode::dump_failed(Turn& turn) {
  dump_.reset();
  log(turn, {.kind = NodeLog::kSaveFailed});
  for (auto each = std::ranges::find_if(downstreams_, &Downstream::waits_for_dump); each != downstreams_.end();
       each = std::ranges::find_if(downstreams_, &Downstream::waits_for_dump)) {
    log(turn, {.kind = NodeLog::kSyncFailed});
    turn.out.disconnect(each->socket);
    forget_client(each->socket);
    replica_lost(turn, each->socket);
  }
}

// sendBulkToSlave()
void DataNode::snapshots_sent(Turn& turn) {
  for (Downstream& replica : downstreams_) {
    if (replica.state != Downstream::State::kSendFile || turn.uptime < replica.sent_at) continue;
    snapshot_sent(turn, replica);
    refresh_good_replicas(turn.now);
  }
}

void DataNode::snapshot_sent(Turn& turn, Downstream& replica) {
  turn.out.send(replica.socket, kReplication, replica.snapshot);
  log(turn, {.kind = NodeLog::kOnline, .address = replica.address});
  put_online(turn, replica, replica.snapshot_offset);
}

// putSlaveOnline(). It gets what it misses, then the stream.
void DataNode::put_online(Turn& turn, Downstream& replica, Offset has) {
  replica.state = Downstream::State::kOnline;
  replica.acknowledged_at = turn.now;
  replica.acknowledged = has;
  if (offset_ > has) {
    turn.out.send(replica.socket, kReplication, ReplicationStream{.bytes = offset_ - has, .data = data_});
  }
}

// --- being attached ---------------------------------------------------------------------------------------

std::optional<Offset> DataNode::acknowledged(const Address& replica) const {
  const auto found = std::ranges::find(downstreams_, replica, &Downstream::address);
  return found == downstreams_.end() ? std::nullopt : std::optional{found->acknowledged};
}

void DataNode::acknowledge(Turn& turn, Socket socket, Offset offset) {
  const auto replica = std::ranges::find(downstreams_, socket, &Downstream::socket);
  if (replica == downstreams_.end()) return;
  replica->acknowledged = std::max(replica->acknowledged, offset);
  replica->acknowledged_at = turn.now;
  answer_waiters(turn);
}

// replicationCron(). Who has nothing to read yet gets a sign of life each second.
void DataNode::ping_replicas(Turn& turn) {
  for (const Downstream& replica : downstreams_) {
    if (replica.state != Downstream::State::kOnline) turn.out.send(replica.socket, kReplication, KeepAlive{});
  }
  const std::int64_t period = std::max<std::int64_t>(1, config_.replica_ping_period / std::chrono::seconds{1});
  const bool is_due = cron_runs_ % period == 0;
  if (is_due && has_own_stream() && !downstreams_.empty()) feed(turn, {.bytes = kPingBytes});
}

void DataNode::drop_silent_replicas(Turn& turn) {
  const auto silent = [&](const Downstream& replica) {
    return replica.state == Downstream::State::kOnline && !replica.speaks_sync &&
           seconds_between(replica.acknowledged_at, turn.now) > config_.replication_timeout;
  };
  for (auto each = std::ranges::find_if(downstreams_, silent); each != downstreams_.end();
       each = std::ranges::find_if(downstreams_, silent)) {
    log(turn, {.kind = NodeLog::kReplicaTimeout, .address = each->address});
    turn.out.disconnect(each->socket);
    forget_client(each->socket);
    replica_lost(turn, each->socket);
  }
}

void DataNode::drop_replicas(Turn& turn) {
  for (const Downstream& replica : downstreams_) {
    log(turn, {.kind = NodeLog::kReplicaLost, .address = replica.address});
    turn.out.disconnect(replica.socket);
    forget_client(replica.socket);
  }
  if (!downstreams_.empty()) alone_since_ = turn.now;
  downstreams_.clear();
  refresh_good_replicas(turn.now);
}

void DataNode::replica_lost(Turn& turn, Socket socket) {
  const auto lost = std::ranges::find(downstreams_, socket, &Downstream::socket);
  log(turn, {.kind = NodeLog::kReplicaLost, .address = lost->address});
  downstreams_.erase(lost);
  alone_since_ = turn.now;
  refresh_good_replicas(turn.now);
}

bool DataNode::needs_good_replicas() const {
  return config_.min_replicas_to_write > 0 && config_.min_replicas_max_lag > Millis{0};
}

// refreshGoodSlavesCount(): those that are online and acknowledged something lately.
void DataNode::refresh_good_replicas(Instant now) {
  if (!needs_good_replicas()) return;
  good_replicas_ = static_cast<int>(std::ranges::count_if(downstreams_, [&](const Downstream& replica) {
    return replica.state == Downstream::State::kOnline &&
           seconds_between(replica.acknowledged_at, now) <= config_.min_replicas_max_lag;
  }));
}

// --- the stream -------------------------------------------------------------------------------------------

// replicationCron(). Who kept no bytes cannot tell whether another one's history is the same: it gets a new name.
void DataNode::free_idle_backlog(Turn& turn) {
  const bool is_idle = is_master() && backlog_ && downstreams_.empty();
  if (!is_idle || config_.backlog_time_to_live == Millis{0}) return;
  if (seconds_between(alone_since_, turn.now) <= config_.backlog_time_to_live) return;
  backlog_ = false;
  log(turn, {.kind = NodeLog::kBacklogFreed, .number = config_.backlog_time_to_live / std::chrono::seconds{1}});
  if (!traits_->shares_history) return;
  replication_id_ = turn.random.new_id();
  second_id_ = Id{};
}

// replicationFeedSlaves(): nothing is counted as long as nobody ever replicated from here.
void DataNode::feed(Turn& turn, ReplicationStream stream) {
  if (!backlog_) return;
  offset_ += stream.bytes;
  backlog_length_ = std::min(config_.backlog_size, backlog_length_ + stream.bytes);
  stream.data = data_;
  for (const Downstream& replica : downstreams_) {
    if (replica.state != Downstream::State::kOnline) continue;
    turn.out.send(replica.socket, kReplication, stream);
  }
}

// createReplicationBacklog(). Up to 3.x it begins one byte on, so that nobody can go on with what came before it.
void DataNode::open_backlog() {
  if (backlog_) return;
  backlog_ = true;
  backlog_length_ = 0;
  if (!traits_->shares_history) ++offset_;
}

// --- WAIT -------------------------------------------------------------------------------------------------

// replicationCountAcksByOffset()
int DataNode::replicas_at(Offset offset) const {
  return static_cast<int>(std::ranges::count_if(downstreams_, [&](const Downstream& replica) {
    return replica.state == Downstream::State::kOnline && replica.acknowledged >= offset;
  }));
}

// waitCommand(): who has to wait makes the replicas acknowledge at once.
void DataNode::wait_asked(Turn& turn, const MessageArrived& input, const WaitRequest& request) {
  if (!is_master()) return turn.out.send(input.socket, input.callback, StatusReply{Status::kReadOnly});
  const Offset written = client(input.socket).written;
  const int acknowledged = replicas_at(written);
  if (acknowledged >= request.replicas) return turn.out.send(input.socket, input.callback, WaitReply{acknowledged});
  Waiter waiter{.socket = input.socket, .callback = input.callback, .replicas = request.replicas, .offset = written};
  if (request.timeout > Millis{0}) waiter.until = turn.uptime + request.timeout;
  waiters_.push_back(waiter);
  feed(turn, {.bytes = kGetAckBytes, .asks_acknowledgement = true});
}

// processClientsWaitingReplicas(), clientsCronHandleTimeout()
void DataNode::answer_waiters(Turn& turn) {
  const auto is_answered = [&](const Waiter& waiter) {
    const int acknowledged = replicas_at(waiter.offset);
    const bool late = waiter.until && turn.uptime >= *waiter.until;
    if (acknowledged < waiter.replicas && !late) return false;
    turn.out.send(waiter.socket, waiter.callback, WaitReply{acknowledged});
    return true;
  };
  std::erase_if(waiters_, is_answered);
}

// disconnectAllBlockedClients(): when a master becomes a replica.
void DataNode::unblock_waiters(Turn& turn) {
  for (const Waiter& waiter : waiters_) {
    turn.out.send(waiter.socket, waiter.callback, StatusReply{Status::kUnblocked});
  }
  waiters_.clear();
}

}  // namespace sentinel::model
