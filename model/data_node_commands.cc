// What sentinels, replicas, operators and clients ask of a data node, and what it answers (processCommand).
#include <utility>
#include <variant>

#include "model/data_node.h"

namespace sentinel::model {
namespace {

// The first word of an error.
Status status_of(Answer::Kind kind) {
  switch (kind) {
    case Answer::Kind::kMisconf: return Status::kMisconf;
    case Answer::Kind::kNoReplicas: return Status::kNoReplicas;
    case Answer::Kind::kReadOnly: return Status::kReadOnly;
    case Answer::Kind::kMasterDown: return Status::kMasterDown;
    case Answer::Kind::kLoading: return Status::kLoading;
    case Answer::Kind::kBusy: return Status::kBusy;
    case Answer::Kind::kUnkillable: return Status::kUnkillable;
    case Answer::Kind::kNotBusy: return Status::kNotBusy;
    default: return Status::kOk;
  }
}

}  // namespace

// --- over connections -------------------------------------------------------------------------------------

void DataNode::message_arrived(Turn& turn, const MessageArrived& input) {
  if (input.socket == kUpstream) {
    upstream_message(turn, *input.message);
  } else {
    request_arrived(turn, input);
  }
}

// CLIENT PAUSE lets all wait but replicas.
void DataNode::request_arrived(Turn& turn, const MessageArrived& input) {
  client(input.socket);
  if (paused_until_ && !is_replica(input.socket)) {
    held_.push_back({.socket = input.socket, .callback = input.callback, .message = *input.message});
  } else {
    execute(turn, input);
  }
}

void DataNode::execute(Turn& turn, const MessageArrived& input) {
  const auto reply = [&](Message&& message) { turn.out.send(input.socket, input.callback, std::move(message)); };
  Client& asker = client(input.socket);
  const Message& message = *input.message;

  if (const auto* auth = std::get_if<Auth>(&message)) {
    const bool right = config_.password && auth->password == config_.password;
    if (right) asker.authenticated = true;
    return reply(StatusReply{right ? Status::kOk : Status::kNoAuth});
  }
  if (config_.password && !asker.authenticated) return reply(StatusReply{Status::kNoAuth});
  if (const auto* ack = std::get_if<Acknowledge>(&message)) return acknowledge(turn, input.socket, ack->offset);
  if (std::holds_alternative<KeepAlive>(message)) return acknowledge(turn, input.socket, 0);
  const bool is_allowed = std::holds_alternative<ScriptKill>(message) || std::holds_alternative<ReplConf>(message);
  if (is_busy(turn.uptime) && !is_allowed) return reply(StatusReply{Status::kBusy});

  if (const auto* ping = std::get_if<Ping>(&message); ping != nullptr && knows(*ping)) {
    reply(StatusReply{ping_status()});
  } else if (std::holds_alternative<InfoRequest>(message)) {
    reply(info(turn.now));
  } else if (const auto* publish = std::get_if<Publish>(&message)) {
    deliver_hello(turn, publish->hello);
    if (has_own_stream()) feed(turn, {.bytes = replicated_size(publish->hello), .hello = publish->hello});
    reply(StatusReply{Status::kOk});
  } else if (std::holds_alternative<Subscribe>(message)) {
    asker.subscribed = true;
  } else if (const auto* request = std::get_if<Reconfigure>(&message)) {
    reconfigure(turn, input.socket, *request);
    reply(StatusReply{loading() ? Status::kLoading : Status::kOk});
  } else if (std::holds_alternative<ScriptKill>(message)) {
    reply(StatusReply{status_of(kill_script(turn))});
  } else if (const auto* data = std::get_if<WriteRequest>(&message)) {
    const Status status = status_of(write(turn, data->write, data->bytes));
    asker.written = offset_;
    reply(StatusReply{status});
  } else if (std::holds_alternative<ReadRequest>(message)) {
    const Answer::Kind refusal = read_refusal();
    refusal == Answer::Kind::kOk ? reply(ReadReply{data_}) : reply(StatusReply{status_of(refusal)});
  } else if (std::holds_alternative<RoleRequest>(message)) {
    reply(RoleReply{is_master() ? InstanceKind::kMaster : InstanceKind::kReplica});
  } else if (std::holds_alternative<SetName>(message)) {
    reply(StatusReply{Status::kOk});
  } else if (const auto* conf = std::get_if<ReplConf>(&message)) {
    asker.listening = conf->listening;
    reply(StatusReply{Status::kOk});
  } else if (const auto* psync = std::get_if<Psync>(&message); psync != nullptr && config_.knows_psync) {
    sync_asked(turn, input, *psync);
  } else if (std::holds_alternative<Sync>(message)) {
    sync_asked(turn, input, std::nullopt);
  } else if (const auto* wait = std::get_if<WaitRequest>(&message)) {
    wait_asked(turn, input, *wait);
  } else {
    reply(StatusReply{Status::kUnknownCommand});
  }
}

Status DataNode::ping_status() const {
  if (loading()) return Status::kLoading;
  if (stale()) return Status::kMasterDown;
  if (is_misconfigured()) return Status::kMisconf;
  return Status::kPong;
}

// By its name, which may be another one (rename-command).
bool DataNode::knows(const Ping& ping) const {
  if (!ping.name) return config_.knows_ping;
  return ping.name == config_.ping_name;
}

// The last save failed (writeCommandsDeniedByDiskError).
bool DataNode::is_misconfigured() const { return is_master() && disk_fails_ && config_.stops_writes; }

bool DataNode::stale() const {
  return !is_master() && upstream_.state != ReplicationState::kConnected && !config_.serve_stale_data;
}

// The transaction of a sentinel. While loading, or if SLAVEOF has another name, that is refused and EXEC aborts, so
// that nothing of it happens.
void DataNode::reconfigure(Turn& turn, Socket asker, const Reconfigure& request) {
  if (!config_.knows_replicaof) return;
  if (replicaof(turn, request.master, true) == Answer::Kind::kLoading) return;
  if (!disk_fails_) turn.out.persist();
  kill_clients(turn, asker, request.kills_subscribers);
}

// --- of operators and clients -----------------------------------------------------------------------------

void DataNode::command_arrived(Turn& turn, const Command& command) {
  const auto answer = [&](Answer::Kind kind) { turn.out.answer({.kind = kind}); };
  if (const auto* data = std::get_if<WriteCommand>(&command)) return answer(write(turn, data->write, data->bytes));
  if (std::holds_alternative<ScriptKillCommand>(command)) return answer(kill_script(turn));
  if (is_busy(turn.uptime)) return answer(Answer::Kind::kBusy);

  if (const auto* change = std::get_if<ConfigSetCommand>(&command)) {
    std::visit([&](const auto& setting) { config_.*setting.parameter = setting.value; }, change->setting);
    refresh_good_replicas(turn.now);
    answer(Answer::Kind::kOk);
  } else if (const auto* request = std::get_if<ReplicaofCommand>(&command)) {
    answer(replicaof(turn, request->master, false));
  } else if (const auto* pause = std::get_if<ClientPauseCommand>(&command)) {
    answer(pause_clients(turn, pause->period));
  } else if (const auto* script = std::get_if<ScriptCommand>(&command)) {
    const Answer::Kind refusal = run_script(turn, *script);
    if (refusal != Answer::Kind::kOk) answer(refusal);  // else who asked waits, and here nobody does
  } else {
    answer(Answer::Kind::kUnknownCommand);
  }
}

// replicaofCommand()
Answer::Kind DataNode::replicaof(Turn& turn, const std::optional<Address>& master, bool by_sentinel) {
  if (loading()) return Answer::Kind::kLoading;
  if (!master && !is_master()) {
    become_master(turn);
    log(turn, {.kind = NodeLog::kMasterMode, .by_sentinel = by_sentinel});
  } else if (master && config_.replicaof == master) {
    log(turn, {.kind = NodeLog::kSameMaster});
    return Answer::Kind::kAlreadyConnected;
  } else if (master) {
    set_master(turn, *master);
    log(turn, {.kind = NodeLog::kReplicaMode, .address = *master, .by_sentinel = by_sentinel});
  }
  return Answer::Kind::kOk;
}

// pauseClients(): the later end counts.
Answer::Kind DataNode::pause_clients(Turn& turn, Millis period) {
  if (!traits_->pauses_clients) return Answer::Kind::kUnknownCommand;
  const Millis end = turn.uptime + period;
  paused_until_ = std::max(end, paused_until_.value_or(end));
  return Answer::Kind::kOk;
}

// unpauseClients(): what was asked meanwhile is done in the order in which it came, unless who asked is gone.
void DataNode::resume_clients(Turn& turn) {
  paused_until_.reset();
  const std::vector<Held> held = std::exchange(held_, {});
  for (const Held& each : held) {
    const bool is_there = each.socket == kUpstream || is_client(each.socket);
    if (is_there) message_arrived(turn, {each.socket, each.callback, &each.message});
  }
}

// --- scripts ----------------------------------------------------------------------------------------------

// evalGenericCommand(), luaMaskCountHook(). Up to the limit nothing else is done, then all are told -BUSY.
Answer::Kind DataNode::run_script(Turn& turn, const ScriptCommand& script) {
  const Answer::Kind refusal = script.writes ? write_refusal() : read_refusal();
  if (refusal != Answer::Kind::kOk) return refusal;
  const bool is_interrupted = config_.script_limit > Millis{0} && (is_master() || !traits_->runs_scripts_again);
  turn.out.stall(is_interrupted ? std::min(script.period, config_.script_limit) : script.period);
  script_ = {.end = turn.uptime + script.period, .period = script.period, .writes = script.writes};
  return Answer::Kind::kOk;
}

// SCRIPT KILL (scriptKill).
Answer::Kind DataNode::kill_script(Turn& turn) {
  if (!is_busy(turn.uptime)) return Answer::Kind::kNotBusy;
  if (script_->writes) return Answer::Kind::kUnkillable;
  script_ended(turn);
  return Answer::Kind::kOk;
}

// What it wrote goes to the replicas; or, in old versions, the script itself. What the master said meanwhile is done.
void DataNode::script_ended(Turn& turn) {
  constexpr std::int64_t kBytes = 60;
  const Script script = *std::exchange(script_, std::nullopt);
  if (script.writes && has_own_stream()) {
    feed(turn, {.bytes = kBytes, .script = traits_->runs_scripts_again ? script.period : Millis{0}});
  }
  if (paused_until_) return;
  const std::vector<Held> held = take_held_of_master();
  for (const Held& each : held) upstream_message(turn, each.message);
}

std::vector<DataNode::Held> DataNode::take_held_of_master() {
  std::vector<Held> taken;
  const auto of_master = [](const Held& each) { return each.socket == kUpstream; };
  std::ranges::copy_if(held_, std::back_inserter(taken), of_master);
  std::erase_if(held_, of_master);
  return taken;
}

Answer::Kind DataNode::write(Turn& turn, WriteId write, std::int64_t bytes) {
  const Answer::Kind kind = write_refusal();
  if (kind != Answer::Kind::kOk) return kind;
  if (write) {
    turn.out.applied({.write = write, .before = data_});
    data_ = write;
  }
  if (has_own_stream()) feed(turn, {.bytes = bytes});
  return kind;
}

// processCommand(), of a command that reads.
Answer::Kind DataNode::read_refusal() const {
  if (stale()) return Answer::Kind::kMasterDown;
  if (loading()) return Answer::Kind::kLoading;
  return Answer::Kind::kOk;
}

// processCommand(), in its order. kOk: nothing is against it.
Answer::Kind DataNode::write_refusal() const {
  if (is_misconfigured()) return Answer::Kind::kMisconf;
  if (is_master() && needs_good_replicas() && good_replicas_ < config_.min_replicas_to_write) {
    return Answer::Kind::kNoReplicas;
  }
  if (!is_master() && config_.read_only) return Answer::Kind::kReadOnly;
  if (stale()) return Answer::Kind::kMasterDown;
  if (loading()) return Answer::Kind::kLoading;
  if (script_) return Answer::Kind::kBusy;
  return Answer::Kind::kOk;
}

}  // namespace sentinel::model
