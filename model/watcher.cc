#include "model/watcher.h"

#include <algorithm>
#include <variant>

namespace sentinel::model {

void Watcher::step(Instant now, const Input& input, Effects& effects) {
  Turn turn{now, effects};
  std::visit(Overloaded{
                 [&](const Started&) { subscribe(turn); }, [&](const TimerFired&) { timer_fired(turn); },
                 [&](const Connected& what) { connected(turn, what.socket); },
                 [&](const Disconnected& what) { disconnected(turn, what.socket); },
                 [&](const MessageArrived& what) { message_arrived(turn, *what.message); },
                 // Nobody types commands at a watcher.
                 [&](const CommandArrived&) { turn.out.answer({.kind = Answer::Kind::kUnknownCommand}); },
                 [](const ScriptEnded&) {},  // it starts none
             },
             input);
  arm_timer(turn);
}

// --- connections ------------------------------------------------------------------------------------------

void Watcher::subscribe(Turn& turn) {
  subscribe_at_ = kNever;
  turn.out.connect(kWatcherEvents, config_.sentinel);
}

void Watcher::ask(Turn& turn) {
  ask_at_ = kNever;
  asking_ = true;
  deadline_ = deadline_after(config_.timeout, turn.now);
  turn.out.connect(kWatcherQuestion, config_.sentinel);
}

void Watcher::no_answer(Turn& turn) {
  asking_ = false;
  ask_at_ = turn.now + config_.retry_after;
}

// First it listens, then it asks: nothing is said in between that it does not hear.
void Watcher::connected(Turn& turn, Socket socket) {
  if (socket == kWatcherEvents) {
    subscribed_ = true;
    turn.out.send(kWatcherEvents, Callback{}, SubscribeEvents{});
    if (registry_ && !config_.asks_again) return;
    if (registry_ && registry_->master) registry_->master->up = true;  // until it hears otherwise
    if (!asking_) ask(turn);
  } else {
    turn.out.send(kWatcherQuestion, Callback{}, MasterAddressRequest{config_.master});
    turn.out.send(kWatcherQuestion, Callback{}, ReplicasRequest{config_.master});
  }
}

void Watcher::disconnected(Turn& turn, Socket socket) {
  if (socket == kWatcherEvents) {
    subscribed_ = false;
    subscribe_at_ = turn.now + config_.retry_after;
  } else if (asking_) {
    no_answer(turn);
  }
}

// --- time -------------------------------------------------------------------------------------------------

void Watcher::timer_fired(Turn& turn) {
  alarm_.rang();
  if (asking_ && is_due(deadline_, turn.now)) {
    turn.out.disconnect(kWatcherQuestion);
    no_answer(turn);
  }
  if (is_due(subscribe_at_, turn.now)) subscribe(turn);
  if (is_due(ask_at_, turn.now)) ask(turn);
}

// One timer for all that is due by time.
void Watcher::arm_timer(Turn& turn) {
  Earliest next;
  for (const Instant at : {subscribe_at_, ask_at_, asking_ ? deadline_ : kNever}) next.consider(at);
  alarm_.set(next, turn.now, turn.out);
}

// --- the registry -----------------------------------------------------------------------------------------

void Watcher::message_arrived(Turn& turn, const Message& message) {
  if (const auto* push = std::get_if<EventPush>(&message)) {
    if (registry_ && push->event.master_name == config_.master) event_arrived(push->event);
  } else if (const auto* address = std::get_if<MasterAddressReply>(&message)) {
    told_master(address->address);
  } else if (const auto* replicas = std::get_if<ReplicasReply>(&message)) {
    told_replicas(turn, *replicas);
  }
}

// The answer does not say whether the master is down: of the same one that stays as it was.
void Watcher::told_master(const std::optional<Address>& address) {
  if (registry_ && registry_->master && registry_->master->address == address) return;
  registry_.emplace();
  if (address) registry_->master = Registry::Entry{.address = *address};
}

void Watcher::told_replicas(Turn& turn, const ReplicasReply& reply) {
  asking_ = false;
  if (config_.asks_every > Millis{0}) ask_at_ = turn.now + config_.asks_every;
  turn.out.disconnect(kWatcherQuestion);
  registry_->replicas.clear();
  for (const ReplicasReply::Entry& entry : reply.replicas) {
    registry_->replicas.push_back({.address = entry.address, .up = !entry.down});
  }
}

// A switch and a reset forget the replicas: each is announced again by +slave.
void Watcher::event_arrived(const Event& event) {
  switch (event.kind) {
    case EventKind::kMonitor: registry_ = Registry{.master = Registry::Entry{.address = event.master_address}}; break;
    case EventKind::kUnmonitor: registry_ = Registry{}; break;
    case EventKind::kSwitchMaster: registry_ = Registry{.master = Registry::Entry{.address = event.new_address}}; break;
    case EventKind::kResetMaster: registry_->replicas.clear(); break;
    case EventKind::kReplica:
    case EventKind::kReboot:
    case EventKind::kConvertToReplica:
    case EventKind::kFixReplicaConfig:
    case EventKind::kSdownEnd: put(event, true); break;
    case EventKind::kSdown:
    case EventKind::kOdown: put(event, false); break;
    default: break;
  }
}

void Watcher::put(const Event& event, bool up) {
  if (event.subject == InstanceKind::kSentinel) return;
  if (event.subject == InstanceKind::kMaster) {
    if (registry_->master) registry_->master->up = up;
    return;
  }
  const auto known = std::ranges::find(registry_->replicas, event.address, &Registry::Entry::address);
  if (known != registry_->replicas.end()) {
    known->up = up;
  } else {
    registry_->replicas.push_back({.address = event.address, .up = up});
  }
}

}  // namespace sentinel::model
