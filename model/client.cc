#include "model/client.h"

#include <algorithm>
#include <utility>
#include <variant>

namespace sentinel::model {
namespace {

constexpr Millis kSecond{1'000};

// The next of the times that are so far apart; those that were missed are not made up for.
Instant next_after(Instant due, Instant now, int rate) {
  const Millis period = std::max(Millis{1}, kSecond / rate);
  return due + period * ((now - due) / period + 1);
}

}  // namespace

Client::Client(const ClientConfig& config, std::uint32_t number, std::uint32_t written)
    : config_(config),
      number_(number),
      subscriptions_(config.subscribes ? config.sentinels.size() : 0),
      writes_(written) {}

void Client::step(Instant now, const Input& input, Effects& effects) {
  Turn turn{now, effects};
  std::visit(Overloaded{
                 [&](const Started&) { start(turn); }, [&](const TimerFired&) { timer_fired(turn); },
                 [&](const Connected& what) { connected(turn, what.socket); },
                 [&](const Disconnected& what) { disconnected(turn, what.socket); },
                 [&](const MessageArrived& what) { reply_arrived(turn, what); },
                 // Nobody types commands at a client.
                 [&](const CommandArrived&) { turn.out.answer({.kind = Answer::Kind::kUnknownCommand}); },
                 [](const ScriptEnded&) {},  // it starts none
             },
             input);
  arm_timer(turn);
}

void Client::start(Turn& turn) {
  find_master(turn);
  for (std::size_t i = 0; i < subscriptions_.size(); ++i) subscribe(turn, i);
  if (config_.writes > 0) next_write_ = turn.now;
  if (config_.reads > 0) next_read_ = turn.now;
  if (config_.asks_every > Millis{0}) refresh_at_ = turn.now + config_.asks_every;
  begin_operation(turn);
}

// --- time -------------------------------------------------------------------------------------------------

void Client::timer_fired(Turn& turn) {
  alarm_.rang();
  if (question_.asked && is_due(question_.deadline, turn.now)) no_answer(turn);
  const bool is_opening = link_.state == LinkState::kConnecting || link_.state == LinkState::kVerifying;
  if (is_opening && is_due(link_.deadline, turn.now)) link_failed(turn, Outcome::Fate::kTimedOut);
  if (operation_.active && is_due(operation_.deadline, turn.now)) {
    const bool sent = operation_.sent;
    try_failed(turn, sent ? Outcome::Fate::kTimedOut : Outcome::Fate::kUnsent, Status::kOk);
    if (sent) link_failed(turn, Outcome::Fate::kTimedOut);  // a reply that comes later belongs to nobody
  }
  if (is_due(find_at_, turn.now)) find_master(turn);
  if (is_due(refresh_at_, turn.now)) {
    refresh_at_ = turn.now + config_.asks_every;
    if (!question_.asked) ask(turn);
  }
  for (std::size_t i = 0; i < subscriptions_.size(); ++i) {
    if (is_due(subscriptions_[i].retry_at, turn.now)) subscribe(turn, i);
  }
  begin_operation(turn);
  if (operation_.active && !operation_.sent) try_operation(turn);
}

// One timer for all that is due by time.
void Client::arm_timer(Turn& turn) {
  Earliest next;
  if (question_.asked) next.consider(question_.deadline);
  if (link_.state == LinkState::kConnecting || link_.state == LinkState::kVerifying) next.consider(link_.deadline);
  next.consider(find_at_);
  next.consider(refresh_at_);
  for (const Subscription& subscription : subscriptions_) next.consider(subscription.retry_at);
  if (operation_.active) {
    next.consider(operation_.deadline);
    if (!operation_.sent && link_.state == LinkState::kReady) next.consider(operation_.retry_at);
  } else {
    next.consider(next_write_);
    next.consider(next_read_);
  }
  alarm_.set(next, turn.now, turn.out);
}

// --- operations -------------------------------------------------------------------------------------------

void Client::begin_operation(Turn& turn) {
  if (operation_.active || link_.state == LinkState::kGone) return;
  const bool writes = is_due(next_write_, turn.now);
  const bool reads = is_due(next_read_, turn.now) && !(writes && next_write_ <= next_read_);
  if (!writes && !reads) return;
  if (reads) {
    next_read_ = next_after(next_read_, turn.now, config_.reads);
  } else {
    next_write_ = next_after(next_write_, turn.now, config_.writes);
  }
  operation_ = {.active = true,
                .reads = reads,
                .number = ++operations_,
                .began = turn.now,
                .deadline = deadline_after(config_.timeout, turn.now)};
  try_operation(turn);
}

void Client::try_operation(Turn& turn) {
  if (link_.state != LinkState::kReady || (operation_.retry_at != kNever && turn.now < operation_.retry_at)) return;
  operation_.sent = true;
  operation_.retry_at = kNever;
  operation_.deadline = deadline_after(config_.timeout, turn.now);
  operation_.request = ++requests_;
  ++operation_.tries;
  const Callback callback{.what = Callback::What::kClient, .serial = operation_.request};
  if (operation_.reads) {
    turn.out.send(kClientData, callback, ReadRequest{});
  } else {
    operation_.write = {.client = number_, .number = ++writes_};
    turn.out.send(kClientData, callback, WriteRequest{.write = operation_.write, .bytes = config_.bytes});
  }
}

// WAIT, behind each write.
void Client::confirm(Turn& turn) {
  operation_.request = ++requests_;
  const Callback callback{.what = Callback::What::kClient, .serial = operation_.request};
  turn.out.send(kClientData, callback, WaitRequest{config_.wait_replicas, config_.wait_timeout});
}

void Client::report(Turn& turn, Outcome outcome) const {
  outcome.reads = operation_.reads;
  outcome.operation = operation_.number;
  outcome.write = operation_.write;
  outcome.node = operation_.sent ? link_.address : std::nullopt;
  outcome.took = turn.now - operation_.began;
  turn.out.report(outcome);
}

void Client::try_failed(Turn& turn, Outcome::Fate fate, Status status) {
  const bool is_last = fate == Outcome::Fate::kUnsent || operation_.tries > config_.retries;
  report(turn, {.fate = fate, .status = status, .is_last = is_last});
  operation_.active = !is_last;
  operation_.sent = false;
  operation_.write = {};
  if (is_last) return;
  operation_.retry_at = turn.now + config_.retry_after;
  operation_.deadline = deadline_after(config_.timeout, turn.now);
}

void Client::reply_arrived(Turn& turn, const MessageArrived& input) {
  const Message& message = *input.message;
  if (const auto* push = std::get_if<EventPush>(&message)) return event_arrived(turn, push->event);
  if (const auto* address = std::get_if<MasterAddressReply>(&message)) return told(turn, address->address);
  if (const auto* role = std::get_if<RoleReply>(&message)) return verified(turn, role->role);
  if (input.callback.what == Callback::What::kDiscard) return;  // AUTH: if it was refused, all else will be
  const auto* const status = std::get_if<StatusReply>(&message);
  if (link_.state == LinkState::kVerifying && status != nullptr) return link_failed(turn, Outcome::Fate::kRefused);
  if (!operation_.active || !operation_.sent || input.callback.serial != operation_.request) return;

  if (status != nullptr && status->status != Status::kOk) {
    try_failed(turn, Outcome::Fate::kRefused, status->status);
    if (status->status == Status::kReadOnly && config_.leaves_when_refused && !config_.fixed) {
      leave(turn, Outcome::Fate::kRefused);
      find_at_ = turn.now + config_.retry_after;
    }
  } else {
    const auto* const waited = std::get_if<WaitReply>(&message);
    if (!operation_.reads && waited == nullptr && config_.wait_replicas > 0) return confirm(turn);
    if (waited != nullptr && waited->replicas < config_.wait_replicas) {
      return try_failed(turn, Outcome::Fate::kUnconfirmed, Status::kOk);
    }
    const auto* const read = std::get_if<ReadReply>(&message);
    report(turn, {.fate = Outcome::Fate::kAcknowledged, .data = read == nullptr ? WriteId{} : read->data});
    operation_.active = false;
    operation_.sent = false;
    operation_.write = {};
  }
}

}  // namespace sentinel::model
