#include "model/data_node.h"

#include <algorithm>
#include <type_traits>
#include <variant>

namespace sentinel::model {
namespace {

constexpr Socket kUpstream{0};
constexpr Millis kFirstCron{1};
constexpr Millis kCronPeriod{1'000};

}  // namespace

DataNode::DataNode(const DataNodeConfig& config, const Id& run_id, Instant now) : config_(config), run_id_(run_id) {
  if (config_.replicaof) upstream_.state = ReplicationState::kConnect;
  if (config_.load_time > Millis{0}) loading_until_ = now + config_.load_time;
  next_cron_ = now + config_.load_time + kFirstCron;
  alone_since_ = now;
}

void DataNode::step(Instant now, const Input& input, Random& random, Effects& effects) {
  Turn turn{now, random, effects};
  std::visit(
      [&](const auto& what) {
        using What = std::decay_t<decltype(what)>;
        if constexpr (std::is_same_v<What, Started>) {
          start(turn);
        } else if constexpr (std::is_same_v<What, TimerFired>) {
          timer_fired(turn);
        } else if constexpr (std::is_same_v<What, Connected>) {
          upstream_connected(turn);
        } else if constexpr (std::is_same_v<What, Disconnected>) {
          disconnected(turn, what.socket);
        } else if constexpr (std::is_same_v<What, MessageArrived>) {
          message_arrived(turn, what);
        } else {
          static_assert(std::is_same_v<What, CommandArrived>);
          command_arrived(turn, *what.command);
        }
      },
      input);
  arm_timer(turn);
}

void DataNode::start(Turn& turn) { replication_id_ = turn.random.new_id(); }

// One timer for all that is due by time.
void DataNode::timer_fired(Turn& turn) {
  if (turn.now < armed_) {  // the wall clock was set back meanwhile; the timer runs on the monotonic one
    const Millis back = armed_ - turn.now;
    next_cron_ -= back;
    if (loading()) loading_until_ -= back;
    for (Downstream& replica : downstreams_) replica.due -= back;
  }
  armed_ = kNever;
  if (loading() && turn.now >= loading_until_) loading_until_ = kNever;
  start_due_snapshots(turn);
  finish_due_transfers(turn);
  if (turn.now >= next_cron_) {
    next_cron_ = turn.now + kCronPeriod;
    replication_cron(turn);
  }
}

void DataNode::arm_timer(Turn& turn) {
  Instant next = next_cron_;
  if (loading()) next = std::min(next, loading_until_);
  for (const Downstream& replica : downstreams_) {
    if (replica.state != Downstream::State::kOnline) next = std::min(next, replica.due);
  }
  if (next == armed_) return;
  armed_ = next;
  turn.out.next_timer = std::max(Millis{0}, next - turn.now);
}

void DataNode::message_arrived(Turn& turn, const MessageArrived& input) {
  if (input.socket == kUpstream) {
    upstream_message(turn, *input.message);
  } else {
    request_arrived(turn, input);
  }
}

// processCommand() and what it calls.
void DataNode::request_arrived(Turn& turn, const MessageArrived& input) {
  const auto reply = [&](Message message) { turn.out.send(input.socket, input.callback, std::move(message)); };
  Client& asker = client(input.socket);
  const Message& message = *input.message;

  if (const auto* auth = std::get_if<Auth>(&message)) {
    asker.authenticated = auth->password == config_.password;
    return reply(StatusReply{asker.authenticated ? Status::kOk : Status::kNoAuth});
  }
  if (config_.password && !asker.authenticated) return reply(StatusReply{Status::kNoAuth});
  if (condition_ == Condition::kBusy && !std::holds_alternative<ScriptKill>(message)) {
    return reply(StatusReply{Status::kBusy});
  }

  if (std::holds_alternative<Ping>(message)) {
    reply(StatusReply{ping_status()});
  } else if (std::holds_alternative<InfoRequest>(message)) {
    reply(info(turn.now));
  } else if (const auto* publish = std::get_if<Publish>(&message)) {
    deliver_hello(turn, publish->hello);
    if (is_master()) feed(turn, replicated_size(publish->hello), publish->hello);
    reply(StatusReply{Status::kOk});
  } else if (std::holds_alternative<Subscribe>(message)) {
    asker.subscribed = true;
  } else if (const auto* request = std::get_if<Reconfigure>(&message)) {
    reconfigure(turn, input.socket, *request);
    reply(StatusReply{loading() ? Status::kLoading : Status::kOk});
  } else if (std::holds_alternative<ScriptKill>(message)) {
    if (condition_ == Condition::kBusy) condition_ = Condition::kNone;
    reply(StatusReply{Status::kOk});
  } else if (std::holds_alternative<SetName>(message)) {
    reply(StatusReply{Status::kOk});
  } else if (const auto* conf = std::get_if<ReplConf>(&message)) {
    asker.listening = conf->listening;
    reply(StatusReply{Status::kOk});
  } else if (const auto* psync = std::get_if<Psync>(&message)) {
    psync_asked(turn, input, *psync);
  } else {
    reply(StatusReply{Status::kUnknownCommand});
  }
}

Status DataNode::ping_status() const {
  if (loading()) return Status::kLoading;
  if (!is_master() && upstream_.state != ReplicationState::kConnected && !config_.serve_stale_data) {
    return Status::kMasterDown;
  }
  if (is_master() && condition_ == Condition::kDiskFailure) return Status::kMisconf;
  return Status::kPong;
}

// genRedisInfoString(), as far as a sentinel reads it. Seconds are differences of truncated clock readings.
InfoReply DataNode::info(Instant now) const {
  InfoReply info;
  info.run_id = run_id_;
  for (const Downstream& replica : downstreams_) info.replicas.push_back(replica.address);
  if (is_master()) return info;

  info.role = InstanceKind::kReplica;
  info.master = *config_.replicaof;
  info.link_up = upstream_.state == ReplicationState::kConnected;
  info.priority = config_.priority;
  info.announced = config_.announce_replica;
  info.offset = info.link_up || upstream_.can_resume ? offset_ : 1;
  if (!info.link_up) {
    const auto seconds = [](Instant at) {
      return std::chrono::floor<std::chrono::seconds>(at.time_since_epoch()).count();
    };
    info.link_down_seconds = upstream_.down_since == kNever ? -1 : seconds(now) - seconds(upstream_.down_since);
  }
  return info;
}

// The transaction of a sentinel. While loading, SLAVEOF is refused and EXEC aborts, so that nothing of it happens.
void DataNode::reconfigure(Turn& turn, Socket asker, const Reconfigure& request) {
  if (loading()) return;
  if (!request.master) {
    become_master(turn);
  } else if (config_.replicaof != request.master) {
    set_master(turn, *request.master);
  }
  turn.out.persist();
  kill_clients(turn, asker);
}

// CLIENT KILL TYPE normal, CLIENT KILL TYPE pubsub: all connections but the one that asks, and those of replicas.
void DataNode::kill_clients(Turn& turn, Socket spared) {
  const auto killed = [&](const Client& any) {
    return any.socket != spared &&
           std::ranges::find(downstreams_, any.socket, &Downstream::socket) == downstreams_.end();
  };
  for (const Client& any : clients_) {
    if (killed(any)) turn.out.disconnect(any.socket);
  }
  clients_.erase(std::remove_if(clients_.begin(), clients_.end(), killed), clients_.end());
}

void DataNode::deliver_hello(Turn& turn, const Hello& hello) {
  for (const Client& subscriber : clients_) {
    if (subscriber.subscribed) turn.out.send(subscriber.socket, Callback{}, HelloPush{hello});
  }
}

DataNode::Client& DataNode::client(Socket socket) {
  const auto found = std::ranges::find(clients_, socket, &Client::socket);
  if (found != clients_.end()) return *found;
  return clients_.emplace_back(Client{.socket = socket});
}

void DataNode::forget_client(Socket socket) {
  const auto found = std::ranges::find(clients_, socket, &Client::socket);
  if (found != clients_.end()) clients_.erase(found);
}

void DataNode::disconnected(Turn& turn, Socket socket) {
  if (socket == kUpstream) {
    upstream_lost(turn);
    return;
  }
  forget_client(socket);
  const auto replica = std::ranges::find(downstreams_, socket, &Downstream::socket);
  if (replica == downstreams_.end()) return;
  downstreams_.erase(replica);
  alone_since_ = turn.now;
}

// What operators ask.
void DataNode::command_arrived(Turn& turn, const Command& command) {
  if (const auto* priority = std::get_if<SetPriorityCommand>(&command)) {
    config_.priority = priority->priority;
    turn.out.answer({});
  } else if (const auto* replicaof = std::get_if<ReplicaofCommand>(&command)) {
    if (loading()) {
      turn.out.answer({.kind = Answer::Kind::kLoading});
    } else if (replicaof->master && config_.replicaof == replicaof->master) {
      turn.out.answer({.kind = Answer::Kind::kAlreadyConnected});
    } else {
      replicaof->master ? set_master(turn, *replicaof->master) : become_master(turn);
      turn.out.answer({});
    }
  } else {
    turn.out.answer({.kind = Answer::Kind::kUnknownCommand});
  }
}

}  // namespace sentinel::model
