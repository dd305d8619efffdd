// Replication, seen from the master: its stream, its replicas, the snapshots that it makes for them.
#include <string>
#include <utility>
#include <variant>

#include "model/data_node.h"

namespace sentinel::model {
namespace {

constexpr std::int64_t kPingBytes = 14;  // *1 $4 PING

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

// syncCommand(), masterTryPartialResynchronization().
void DataNode::psync_asked(Turn& turn, const MessageArrived& input, const Psync& request) {
  if (!is_master() && upstream_.state != ReplicationState::kConnected) {
    turn.out.send(input.socket, kReplication, PsyncReply{});  // -NOMASTERLINK
    return;
  }
  const Address address = client(input.socket).listening.value_or(Address{});
  Downstream& replica = downstreams_.emplace_back(Downstream{.socket = input.socket, .address = address});
  if (can_continue(request)) {
    turn.out.send(input.socket, kReplication, PsyncReply{PsyncReply::Kind::kContinue, replication_id_, 0});
    put_online(turn, replica, request.next - 1);
    refresh_good_replicas(turn.now);
  } else {
    open_backlog();
    full_resync_asked(turn, replica);
  }
}

bool DataNode::can_continue(const Psync& request) const {
  if (!request.replication_id || !backlog_) return false;
  const bool same_history = *request.replication_id == replication_id_ ||
                            (*request.replication_id == second_id_ && request.next <= second_offset_);
  const Offset first = offset_ - backlog_length_ + 1;
  return same_history && request.next >= first && request.next <= first + backlog_length_;
}

// syncCommand(). A file on disk serves whoever comes while it is being written; what goes directly to the replicas
// does not, and may wait for more of them.
void DataNode::full_resync_asked(Turn& turn, Downstream& replica) {
  replica.waiting_since = turn.now;
  if (dump_ && !syncs_diskless()) {
    send_dump_header(turn, replica);
  } else if (!dump_ && (!syncs_diskless() || config_.diskless_sync_delay == Millis{0})) {
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
  const Millis end = turn.uptime + config_.transfer_time;
  dump_ = Dump{.end = syncs_diskless() ? end : next_server_cron(end), .offset = offset_, .data = data_};
  for (Downstream& replica : downstreams_) {
    if (replica.state == Downstream::State::kWaitSnapshot) send_dump_header(turn, replica);
  }
}

// replicationSetupSlaveForFullResync()
void DataNode::send_dump_header(Turn& turn, Downstream& replica) {
  replica.state = Downstream::State::kTransfer;
  turn.out.send(replica.socket, kReplication,
                PsyncReply{PsyncReply::Kind::kFullResync, replication_id_, dump_->offset});
}

// updateSlavesWaitingBgsave()
void DataNode::dump_ended(Turn& turn) {
  const Dump dump = *std::exchange(dump_, std::nullopt);
  for (Downstream& replica : downstreams_) {
    if (replica.state != Downstream::State::kTransfer) continue;
    turn.out.send(replica.socket, kReplication, Snapshot{dump.data});
    put_online(turn, replica, dump.offset);
  }
  refresh_good_replicas(turn.now);
}

// putSlaveOnline(). It gets what it misses, then the stream.
void DataNode::put_online(Turn& turn, Downstream& replica, Offset has) {
  replica.state = Downstream::State::kOnline;
  replica.acknowledged_at = turn.now;
  replica.acknowledged = has;
  if (offset_ > has)
    turn.out.send(replica.socket, kReplication, ReplicationStream{.bytes = offset_ - has, .data = data_});
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
}

// replicationCron(). Who has nothing to read yet gets a sign of life each second.
void DataNode::ping_replicas(Turn& turn) {
  for (const Downstream& replica : downstreams_) {
    if (replica.state != Downstream::State::kOnline) turn.out.send(replica.socket, kReplication, KeepAlive{});
  }
  const std::int64_t period = std::max<std::int64_t>(1, config_.replica_ping_period / std::chrono::seconds{1});
  const bool is_due = cron_runs_ % period == 0;
  if (is_due && has_own_stream() && !downstreams_.empty()) feed(turn, kPingBytes, std::nullopt);
}

void DataNode::drop_silent_replicas(Turn& turn) {
  const auto silent = [&](const Downstream& replica) {
    return replica.state == Downstream::State::kOnline &&
           seconds_between(replica.acknowledged_at, turn.now) > config_.replication_timeout;
  };
  for (auto each = std::ranges::find_if(downstreams_, silent); each != downstreams_.end();
       each = std::ranges::find_if(downstreams_, silent)) {
    turn.out.disconnect(each->socket);
    forget_client(each->socket);
    replica_lost(turn, each->socket);
  }
}

void DataNode::drop_replicas(Turn& turn) {
  for (const Downstream& replica : downstreams_) {
    turn.out.disconnect(replica.socket);
    forget_client(replica.socket);
  }
  if (!downstreams_.empty()) alone_since_ = turn.now;
  downstreams_.clear();
  refresh_good_replicas(turn.now);
}

void DataNode::replica_lost(Turn& turn, Socket socket) {
  const auto lost = std::ranges::find(downstreams_, socket, &Downstream::socket);
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
  if (!traits_->shares_history) return;
  replication_id_ = turn.random.new_id();
  second_id_ = Id{};
}

// replicationFeedSlaves(): nothing is counted as long as nobody ever replicated from here.
void DataNode::feed(Turn& turn, std::int64_t bytes, const std::optional<Hello>& hello) {
  if (!backlog_) return;
  offset_ += bytes;
  backlog_length_ = std::min(config_.backlog_size, backlog_length_ + bytes);
  for (const Downstream& replica : downstreams_) {
    if (replica.state != Downstream::State::kOnline) continue;
    turn.out.send(replica.socket, kReplication, ReplicationStream{bytes, data_, hello});
  }
}

// createReplicationBacklog(). Up to 3.x it begins one byte on, so that nobody can go on with what came before it.
void DataNode::open_backlog() {
  if (backlog_) return;
  backlog_ = true;
  backlog_length_ = 0;
  if (!traits_->shares_history) ++offset_;
}

}  // namespace sentinel::model
