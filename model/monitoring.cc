// What a sentinel keeps asking: PING, INFO and hello, when they are due, and what their replies change.
#include <algorithm>
#include <type_traits>

#include "model/sentinel.h"

namespace sentinel::model {
namespace {

constexpr Millis kFastInfoPeriod{1'000};
constexpr int kMaxPendingCommands = 100;  // per user of the link

}  // namespace

// sentinelSendPeriodicCommands(). Nothing remembers when INFO or a hello was sent: what is not answered is sent again
// at every tick, until too many commands are pending. Where only one command is sent in a tick, an INFO that is due
// keeps PING from being sent: a process that hangs at that moment is never found out.
void Sentinel::send_periodic_commands(Turn& turn, const Master& master, const Instance& instance) {
  const Link& link = links_[instance.link];
  if (link.disconnected || link.pending >= kMaxPendingCommands * link.users) return;

  if (turn.now >= info_due(master, instance)) {
    send_command(turn, master, instance, Callback::What::kInfo, InfoRequest{});
    if (traits().one_command_per_tick) return;
  }
  if (turn.now >= ping_due(instance)) {
    send_ping(turn, master, instance);
    if (traits().one_command_per_tick) return;
  }
  if (turn.now >= hello_due(instance)) send_hello(turn, master, instance);
}

Instant Sentinel::info_due(const Master& master, const Instance& instance) const {
  if (instance.kind == InstanceKind::kSentinel) return kNotDue;
  return just_after(static_cast<const DataInstance&>(instance).info_refresh + info_period(master, instance));
}

Instant Sentinel::ping_due(const Instance& instance) const {
  const Link& link = links_[instance.link];
  const Millis period = std::min(instance.down_after, profile_->periods.ping);
  const Instant spaced = traits().spaces_pings ? link.last_ping + period / 2 : kNever;
  return just_after(std::max(link.last_pong + period, spaced));
}

Instant Sentinel::hello_due(const Instance& instance) const {
  return just_after(instance.last_publish + profile_->periods.publish);
}

// A replica is asked more often while its master is failed over, and while its own link is down. The time that the
// link is down is compared with 0: a link that never was up shows -1 s and counts, one lost in this second does not.
Millis Sentinel::info_period(const Master& master, const Instance& instance) const {
  if (instance.kind == InstanceKind::kReplica) {
    const bool link_down =
        traits().watches_unlinked_replicas && static_cast<const Replica&>(instance).link_down_time != Millis{0};
    if (master.o_down || master.in_progress || link_down) return kFastInfoPeriod;
  }
  return profile_->periods.info;
}

void Sentinel::send_on(Turn& turn, const Master& master, const Instance& instance, Socket socket, Callback::What what,
                       Message&& message) {
  Link& link = links_[instance.link];
  ++link.pending;
  if (LinkTable::is_subscription(socket)) ++link.subscription_pending;
  turn.out.send(socket, callback_for(master, instance, what), std::move(message));
}

void Sentinel::send_command(Turn& turn, const Master& master, const Instance& instance, Callback::What what,
                            Message&& message) {
  send_on(turn, master, instance, LinkTable::command_socket(instance.link), what, std::move(message));
}

// sentinelSendPing(). By the name that the data nodes have for it; other sentinels are asked so as well
// (sentinelInstanceMapCommand).
void Sentinel::send_ping(Turn& turn, const Master& master, const Instance& instance) {
  Link& link = links_[instance.link];
  link.last_ping = turn.now;
  if (link.active_ping == kNever) {
    link.active_ping = turn.now;
    if (link.users > 1) wake(instance.link);  // others wait for the reply now, too
  }
  send_command(turn, master, instance, Callback::What::kPing, Ping{master.ping_name});
}

// sentinelSendHello(). The address is the one that clients are told: the promoted replica's once it is promoted.
void Sentinel::send_hello(Turn& turn, const Master& master, const Instance& instance) {
  const Hello hello{.sender = announced_,
                    .sender_id = id_,
                    .current_epoch = current_epoch_,
                    .master_name = master.name,
                    .master = current_address(master),
                    .config_epoch = master.config_epoch};
  send_command(turn, master, instance, Callback::What::kPublish, Publish{hello});
}

void Sentinel::message_arrived(Turn& turn, const MessageArrived& input) {
  if (static_cast<std::uint32_t>(input.socket) >= kAccepted) {
    request_arrived(turn, input);
  } else if (const auto* push = std::get_if<HelloPush>(input.message)) {
    // Any message shows that the subscription is alive; our own hello comes back and says nothing new
    // (sentinelReceiveHelloMessages).
    links_[LinkTable::index_of(input.socket)].subscription_activity = turn.now;
    if (push->hello.sender_id != id_) hello_arrived(turn, push->hello);
  } else {
    reply_arrived(turn, input);
  }
}

void Sentinel::reply_arrived(Turn& turn, const MessageArrived& input) {
  using What = Callback::What;
  const Callback& callback = input.callback;
  Link& link = links_[LinkTable::index_of(input.socket)];
  const int commands = callback.what == What::kReconfigure ? Reconfigure::commands(traits().kills_subscribers) : 1;
  link.pending = std::max(0, link.pending - commands);
  if (LinkTable::is_subscription(input.socket)) link.subscription_pending -= commands;

  if (callback.what == What::kDiscard || callback.what == What::kReconfigure) return;
  Master* master = find_waiting_master(callback);
  Instance* instance = master == nullptr ? nullptr : find_instance(*master, callback);
  const auto* status = std::get_if<StatusReply>(input.message);
  if (callback.what == What::kPing) {
    ping_reply(turn, LinkTable::index_of(input.socket), master, instance, status->status);
  } else if (instance == nullptr) {
    return;  // the instance is gone, its callbacks with it
  } else if (callback.what == What::kPublish) {
    if (status->status == Status::kOk) instance->last_publish = turn.now;
  } else if (const auto* info = std::get_if<InfoReply>(input.message)) {
    wake(*master);
    info_reply(turn, *master, static_cast<DataInstance&>(*instance), *info);
  } else if (const auto* down = std::get_if<IsMasterDownReply>(input.message)) {
    wake(*master);
    down_reply(turn, *master, static_cast<Peer&>(*instance), *down);
  }
}

// sentinelPingReplyCallback().
void Sentinel::ping_reply(Turn& turn, LinkIndex index, Master* master, Instance* instance, Status status) {
  Link& link = links_[index];
  link.last_pong = turn.now;
  if (shows_life(status)) {
    link.last_available = turn.now;
    link.active_ping = kNever;
    if (instance == nullptr || instance->s_down || link.users > 1) wake(index);
    if (status == Status::kPong && instance != nullptr && instance == master) master->rebooted = false;
  } else if (status == Status::kBusy && instance != nullptr && instance->s_down && !instance->script_kill_sent) {
    instance->script_kill_sent = true;
    send_command(turn, *master, *instance, Callback::What::kDiscard, ScriptKill{});
  }
}

// What other sentinels and clients ask of us (sentinelCommand, sentinelPublishCommand, pingCommand).
void Sentinel::request_arrived(Turn& turn, const MessageArrived& input) {
  const auto reply = [&](Message&& message) { turn.out.send(input.socket, input.callback, std::move(message)); };
  if (const auto* ping = std::get_if<Ping>(input.message)) {
    reply(StatusReply{ping->name ? Status::kUnknownCommand : Status::kPong});
  } else if (const auto* publish = std::get_if<Publish>(input.message)) {
    hello_arrived(turn, publish->hello);
    reply(StatusReply{Status::kOk});
  } else if (const auto* is_down = std::get_if<IsMasterDown>(input.message)) {
    reply(answer_is_master_down(turn, *is_down));
  } else if (const auto* asked = std::get_if<MasterAddressRequest>(input.message)) {
    const Master* const master = find_master(asked->master);
    reply(MasterAddressReply{master == nullptr ? std::nullopt : std::optional{current_address(*master)}});
  } else if (const auto* replicas = std::get_if<ReplicasRequest>(input.message)) {
    const ReplicasReply told = answer_replicas(replicas->master);  // g++ 12 misjudges a move
    reply(told);
  } else if (std::holds_alternative<SubscribeEvents>(*input.message)) {
    subscribers_.push_back(input.socket);
  } else if (std::holds_alternative<SetName>(*input.message)) {
    reply(StatusReply{Status::kOk});
  } else {
    reply(StatusReply{Status::kUnknownCommand});
  }
}

// Those that are not announced are not told.
ReplicasReply Sentinel::answer_replicas(Symbol name) {
  ReplicasReply reply;
  const Master* const master = find_master(name);
  if (master == nullptr) return reply;
  for (const Replica& replica : master->replicas) {
    if (replica.announced) reply.replicas.push_back({.address = replica.address, .down = replica.s_down});
  }
  return reply;
}

}  // namespace sentinel::model
