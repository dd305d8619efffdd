#include "model/data_node.h"

#include <ratio>
#include <variant>

namespace sentinel::model {
namespace {

constexpr Millis kFirstCron{1};
constexpr Millis kCronPeriod{1'000};

}  // namespace

DataNode::DataNode(const Profile& profile, const DataNodeConfig& config, const Id& run_id, const StoredData& stored,
                   std::optional<Millis> load_time)
    : traits_(&profile.data_node),
      config_(config),
      run_id_(run_id),
      load_time_(load_time.value_or(config.load_time)),
      data_(stored.last),
      data_size_(stored.size),
      stored_history_(stored.history) {
  if (config_.replicaof) upstream_.state = ReplicationState::kConnect;
}

void DataNode::step(Instant now, Millis uptime, const Input& input, Random& random, Effects& effects) {
  Turn turn{now, uptime, random, effects};
  std::visit(Overloaded{
                 [&](const Started&) { start(turn); }, [&](const TimerFired&) { timer_fired(turn); },
                 [&](const Connected&) { upstream_connected(turn); },
                 [&](const Disconnected& what) { disconnected(turn, what.socket); },
                 [&](const MessageArrived& what) { message_arrived(turn, what); },
                 [&](const CommandArrived& what) { command_arrived(turn, *what.command); },
                 [](const ScriptEnded&) {},  // it starts none
             },
             input);
  arm_timer(turn);
}

void DataNode::start(Turn& turn) {
  replication_id_ = traits_->shares_history ? turn.random.new_id() : run_id_;
  if (load_time_ > Millis{0}) loading_until_ = turn.uptime + load_time_;
  next_cron_ = turn.uptime + load_time_ + kFirstCron;
  alone_since_ = turn.now;
  log(turn, {.kind = NodeLog::kStarted});
  if (stored_history_) restore_history(turn, *stored_history_);
  stored_history_.reset();
  if (!loading()) log(turn, {.kind = NodeLog::kReady, .address = config_.announced});
}

// loadDataFromDisk(). A replica can go on where it was. A master has a new history, of which, from 7.0 on, the stored
// one is the beginning.
void DataNode::restore_history(Turn& turn, const StoredData::History& stored) {
  if (!is_master()) {
    log(turn, {.kind = NodeLog::kOwnHistory});
    replication_id_ = upstream_.history = stored.id;
    offset_ = upstream_.offset = stored.offset;
    upstream_.can_resume = true;
  } else if (traits_->restores_history) {
    second_id_ = stored.id;
    second_offset_ = stored.offset + 1;
    offset_ = stored.offset;
    open_backlog();
  }
}

// rdbPopulateSaveInfo()
StoredData DataNode::stored() const {
  StoredData stored{.last = data_, .size = data_size_};
  if (!traits_->shares_history) return stored;
  if (is_master() && backlog_) stored.history = {.id = replication_id_, .offset = offset_};
  if (!is_master() && upstream_.can_resume) stored.history = {.id = upstream_.history, .offset = upstream_.offset};
  return stored;
}

void DataNode::log(Turn& turn, LogLine line) const {
  line.as_master = is_master();
  turn.out.log(line);
}

// --- time -------------------------------------------------------------------------------------------------

// One timer for all that is due by time. While a script runs nothing is but its end: who is answered -BUSY is answered
// between its instructions (processEventsWhileBlocked).
void DataNode::timer_fired(Turn& turn) {
  const auto is_due = [&](const std::optional<Millis>& at) { return at && turn.uptime >= *at; };
  armed_.reset();
  if (is_busy(turn.uptime)) return;
  if (script_) script_ended(turn);
  if (is_due(loading_until_)) loaded(turn);
  if (is_due(paused_until_)) resume_clients(turn);
  if (dump_ && turn.uptime >= dump_->end) dump_ended(turn);
  snapshots_sent(turn);
  if (!waiters_.empty()) answer_waiters(turn);
  if (turn.uptime >= next_cron_) {
    next_cron_ = turn.uptime + kCronPeriod;
    replication_cron(turn);
  }
}

void DataNode::loaded(Turn& turn) {
  const bool was_snapshot = is_loading_snapshot();
  loading_until_.reset();
  was_snapshot ? snapshot_loaded(turn) : log(turn, {.kind = NodeLog::kReady, .address = config_.announced});
}

void DataNode::arm_timer(Turn& turn) {
  Millis next = next_cron_;
  if (loading_until_) next = std::min(next, *loading_until_);
  if (paused_until_) next = std::min(next, *paused_until_);
  if (dump_) next = std::min(next, dump_->end);
  for (const Downstream& replica : downstreams_) {
    if (replica.state == Downstream::State::kSendFile) next = std::min(next, replica.sent_at);
  }
  for (const Waiter& waiter : waiters_) next = std::min(next, waiter.until.value_or(next));
  if (script_) next = script_->end;
  if (next == armed_) return;
  armed_ = next;
  turn.out.next_timer = std::max(Millis{0}, next - turn.uptime);
}

// serverCron() runs ten times a second, and replicationCron() in each tenth run.
Millis DataNode::next_server_cron(Millis after) const {
  using Tenths = std::chrono::duration<std::int64_t, std::deci>;
  return next_cron_ - std::chrono::floor<Tenths>(next_cron_ - after);
}

// --- INFO -------------------------------------------------------------------------------------------------

// genRedisInfoString(), as far as a sentinel reads it.
InfoReply DataNode::info(Instant now) const {
  InfoReply info;
  info.run_id = run_id_;
  for (const Downstream& replica : downstreams_) info.replicas.push_back(replica.address);
  if (is_master()) return info;

  info.role = InstanceKind::kReplica;
  info.master = *config_.replicaof;
  info.link_up = upstream_.state == ReplicationState::kConnected;
  info.priority = config_.priority;
  info.announced = config_.announce_replica || !traits_->tells_announced;
  info.offset = info.link_up || upstream_.can_resume ? upstream_.offset : 1;
  if (info.link_up) return info;
  const bool never_up = upstream_.down_since == kNever && traits_->tells_never_up;
  info.link_down_seconds = never_up ? -1 : seconds_between(upstream_.down_since, now).count();
  return info;
}

// --- clients ----------------------------------------------------------------------------------------------

// CLIENT KILL TYPE normal, CLIENT KILL TYPE pubsub: all connections but the one that asks, and those of replicas.
void DataNode::kill_clients(Turn& turn, Socket spared, bool subscribers) {
  const auto killed = [&](const Client& any) {
    return any.socket != spared && (subscribers || !any.subscribed) &&
           std::ranges::find(downstreams_, any.socket, &Downstream::socket) == downstreams_.end();
  };
  for (const Client& any : clients_) {
    if (killed(any)) turn.out.disconnect(any.socket);
  }
  clients_.erase(std::ranges::remove_if(clients_, killed).begin(), clients_.end());
}

void DataNode::deliver_hello(Turn& turn, const Hello& hello) {
  for (const Client& subscriber : clients_) {
    if (subscriber.subscribed) turn.out.send(subscriber.socket, Callback{}, HelloPush{hello});
  }
}

// createClient(). From 6.0 on, who comes while there is no password is let in for good.
DataNode::Client& DataNode::client(Socket socket) {
  const auto found = std::ranges::find(clients_, socket, &Client::socket);
  if (found != clients_.end()) return *found;
  const bool let_in = traits_->stays_authenticated && !config_.password;
  return clients_.emplace_back(Client{.socket = socket, .authenticated = let_in});
}

bool DataNode::is_client(Socket socket) const {
  return std::ranges::find(clients_, socket, &Client::socket) != clients_.end();
}

bool DataNode::is_replica(Socket socket) const {
  return std::ranges::find(downstreams_, socket, &Downstream::socket) != downstreams_.end();
}

// What it asked while clients were paused is not done any more: another connection may get its number.
void DataNode::forget_client(Socket socket) {
  std::erase_if(held_, [socket](const Held& each) { return each.socket == socket; });
  const auto found = std::ranges::find(clients_, socket, &Client::socket);
  if (found != clients_.end()) clients_.erase(found);
}

void DataNode::disconnected(Turn& turn, Socket socket) {
  if (socket == kUpstream) return upstream_closed(turn);
  forget_client(socket);
  std::erase_if(waiters_, [socket](const Waiter& waiter) { return waiter.socket == socket; });
  if (is_replica(socket)) replica_lost(turn, socket);
}

}  // namespace sentinel::model
