// Replication, seen from the replica (link to the master, handshake, resynchronisation) and from the master.
#include <algorithm>
#include <string>
#include <variant>

#include "model/data_node.h"

namespace sentinel::model {
namespace {

constexpr Socket kUpstream{0};
constexpr std::int64_t kPingBytes = 14;          // *1 $4 PING
constexpr Millis kBacklogTimeToLive{3'600'000};  // repl-backlog-ttl
constexpr Callback kReplication{.what = Callback::What::kReplication};

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

// --- replica ----------------------------------------------------------------------------------------------

// replicationCron(): once a second.
void DataNode::replication_cron(Turn& turn) {
  using enum ReplicationState;
  if (upstream_.state == kConnect) {
    connect_to_master(turn);
  } else if (upstream_.state != kNone && upstream_.state != kTransfer &&
             turn.now - upstream_.last_io > config_.replication_timeout) {
    turn.out.disconnect(kUpstream);
    upstream_lost(turn);
  }

  if (!is_master()) return;
  if (downstreams_.empty()) {
    if (backlog_ && turn.now - alone_since_ > kBacklogTimeToLive) {
      backlog_ = false;
      replication_id_ = turn.random.new_id();
      second_id_ = Id{};
    }
  } else if (turn.now - last_replica_ping_ >= config_.replica_ping_period) {
    last_replica_ping_ = turn.now;
    feed(turn, kPingBytes, std::nullopt);
  }
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

// Closed by the master, refused, or given up. A link that was up is tried again at once
// (replicationHandleMasterDisconnection); otherwise the next cron tries.
void DataNode::upstream_lost(Turn& turn) {
  const bool was_up = upstream_.state == ReplicationState::kConnected;
  upstream_.state = ReplicationState::kConnect;
  if (!was_up) return;
  upstream_.down_since = turn.now;
  upstream_.can_resume = true;
  connect_to_master(turn);
}

void DataNode::upstream_message(Turn& turn, const Message& message) {
  upstream_.last_io = turn.now;
  if (const auto* stream = std::get_if<ReplicationStream>(&message)) {
    if (stream->hello) deliver_hello(turn, *stream->hello);
    feed(turn, stream->bytes, stream->hello);
  } else if (const auto* status = std::get_if<StatusReply>(&message)) {
    handshake_reply(turn, status->status);
  } else if (const auto* psync = std::get_if<PsyncReply>(&message)) {
    psync_reply(turn, *psync);
  } else if (std::holds_alternative<Snapshot>(message)) {
    snapshot_loaded(turn);
  }
}

// syncWithMaster(): one step after the other. Any refusal ends the attempt; the next cron starts a new one.
void DataNode::handshake_reply(Turn& turn, Status status) {
  using enum ReplicationState;
  const bool may_authenticate = upstream_.state == kPing && status == Status::kNoAuth && config_.master_password;
  if (status != Status::kOk && status != Status::kPong && !may_authenticate) {
    turn.out.disconnect(kUpstream);
    upstream_lost(turn);
    return;
  }
  if (upstream_.state == kPing && config_.master_password) return ask(turn, kAuth, Auth{config_.master_password});
  if (upstream_.state == kPing || upstream_.state == kAuth) return ask(turn, kReplConf, ReplConf{config_.announced});
  if (upstream_.state != kReplConf) return;
  Psync psync;
  if (upstream_.can_resume) psync = Psync{.replication_id = replication_id_, .next = offset_ + 1};
  ask(turn, kPsync, psync);
}

void DataNode::psync_reply(Turn& turn, const PsyncReply& reply) {
  switch (reply.kind) {
    case PsyncReply::Kind::kRefused:
      turn.out.disconnect(kUpstream);
      upstream_lost(turn);
      return;
    case PsyncReply::Kind::kFullResync:
      upstream_.state = ReplicationState::kTransfer;
      upstream_.snapshot_id = reply.replication_id;
      upstream_.snapshot_offset = reply.offset;
      return;
    case PsyncReply::Kind::kContinue:
      if (reply.replication_id != replication_id_) {
        second_id_ = replication_id_;
        second_offset_ = offset_ + 1;
        replication_id_ = reply.replication_id;
        drop_downstreams(turn);  // they must learn the new id
      }
      synchronised();
      return;
  }
}

// The old data are gone, the snapshot is loaded.
void DataNode::snapshot_loaded(Turn& turn) {
  drop_downstreams(turn);
  replication_id_ = upstream_.snapshot_id;
  offset_ = upstream_.snapshot_offset;
  second_id_ = Id{};
  second_offset_ = -1;
  backlog_ = false;
  synchronised();
}

void DataNode::synchronised() {
  upstream_.state = ReplicationState::kConnected;
  upstream_.down_since = kNever;
  upstream_.can_resume = true;
  open_backlog();
}

// replicationSetMaster(). A former master offers its own history for a partial resynchronisation
// (replicationCacheMasterUsingMyself). The connect starts at once.
void DataNode::set_master(Turn& turn, Address master) {
  if (is_master()) {
    upstream_.can_resume = true;
  } else {
    if (upstream_.state == ReplicationState::kConnected) upstream_.down_since = turn.now;
    if (upstream_.state != ReplicationState::kConnect) turn.out.disconnect(kUpstream);
  }
  config_.replicaof = master;
  connect_to_master(turn);
}

// replicationUnsetMaster(): a new history starts, of which the old one is the beginning.
void DataNode::become_master(Turn& turn) {
  if (is_master()) return;
  const bool has_connection = upstream_.state != ReplicationState::kConnect;
  if (has_connection) turn.out.disconnect(kUpstream);
  config_.replicaof.reset();
  upstream_ = Upstream{};
  second_id_ = replication_id_;
  second_offset_ = offset_ + 1;
  replication_id_ = turn.random.new_id();
  drop_downstreams(turn);
  alone_since_ = turn.now;
}

// --- master -----------------------------------------------------------------------------------------------

// syncCommand(), masterTryPartialResynchronization().
void DataNode::psync_asked(Turn& turn, const MessageArrived& input, const Psync& request) {
  const auto reply = [&](const PsyncReply& answer) { turn.out.send(input.socket, kReplication, answer); };
  if (!is_master() && upstream_.state != ReplicationState::kConnected) return reply(PsyncReply{});

  const Address address = client(input.socket).listening.value_or(Address{});
  Downstream replica{.socket = input.socket, .address = address};
  if (can_continue(request)) {
    replica.state = Downstream::State::kOnline;
    reply({.kind = PsyncReply::Kind::kContinue, .replication_id = replication_id_});
    const std::int64_t missing = offset_ + 1 - request.next;
    if (missing > 0) turn.out.send(input.socket, kReplication, ReplicationStream{.bytes = missing});
  } else {
    replica.due = turn.now + config_.diskless_sync_delay;
  }
  if (is_master() && downstreams_.empty()) last_replica_ping_ = turn.now;
  downstreams_.push_back(replica);
  open_backlog();
}

bool DataNode::can_continue(const Psync& request) const {
  if (!request.replication_id || !backlog_) return false;
  const bool same_history = *request.replication_id == replication_id_ ||
                            (*request.replication_id == second_id_ && request.next <= second_offset_);
  const Offset first = offset_ - backlog_length_ + 1;
  return same_history && request.next >= first && request.next <= first + backlog_length_;
}

// One snapshot serves all replicas that wait when the first of them has waited long enough.
void DataNode::start_due_snapshots(Turn& turn) {
  const bool due = std::ranges::any_of(downstreams_, [&](const Downstream& replica) {
    return replica.state == Downstream::State::kWaitSnapshot && turn.now >= replica.due;
  });
  if (!due) return;
  for (Downstream& replica : downstreams_) {
    if (replica.state != Downstream::State::kWaitSnapshot) continue;
    replica.state = Downstream::State::kTransfer;
    replica.due = turn.now + config_.transfer_time;
    replica.sent = offset_;
    turn.out.send(replica.socket, kReplication, PsyncReply{PsyncReply::Kind::kFullResync, replication_id_, offset_});
  }
}

void DataNode::finish_due_transfers(Turn& turn) {
  for (Downstream& replica : downstreams_) {
    if (replica.state != Downstream::State::kTransfer || turn.now < replica.due) continue;
    replica.state = Downstream::State::kOnline;
    turn.out.send(replica.socket, kReplication, Snapshot{});
    const std::int64_t missing = offset_ - replica.sent;
    if (missing > 0) turn.out.send(replica.socket, kReplication, ReplicationStream{.bytes = missing});
  }
}

void DataNode::drop_downstreams(Turn& turn) {
  for (const Downstream& replica : downstreams_) {
    turn.out.disconnect(replica.socket);
    forget_client(replica.socket);
  }
  downstreams_.clear();
}

// replicationFeedSlaves(): nothing is counted as long as nobody ever replicated from here.
void DataNode::feed(Turn& turn, std::int64_t bytes, const std::optional<Hello>& hello) {
  if (!backlog_) return;
  append(bytes);
  for (const Downstream& replica : downstreams_) {
    if (replica.state != Downstream::State::kOnline) continue;
    turn.out.send(replica.socket, kReplication, ReplicationStream{bytes, hello});
  }
}

void DataNode::append(std::int64_t bytes) {
  offset_ += bytes;
  backlog_length_ = std::min(config_.backlog_size, backlog_length_ + bytes);
}

void DataNode::open_backlog() {
  if (backlog_) return;
  backlog_ = true;
  backlog_length_ = 0;
}

}  // namespace sentinel::model
