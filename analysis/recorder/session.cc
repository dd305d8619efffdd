#include "analysis/recorder/session.h"

#include <poll.h>

#include <algorithm>
#include <ctime>
#include <utility>

#include "analysis/recorder/recording_json.h"
#include "sim/event_text.h"
#include "sim/words.h"

namespace sentinel::analysis::recorder {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kHeartbeat{10};
constexpr milliseconds kToolPoll{1};
constexpr milliseconds kStall{30};            // late by so much is worth telling
constexpr milliseconds kEagerAttempts{2};     // between attempts to connect, while a process is starting
constexpr milliseconds kPatientAttempts{20};  // and later
constexpr seconds kStartTime{2};

Reply lost(const char* why) { return {{"error", why}}; }

}  // namespace

Session::Session(Cluster& cluster, const Interrupts& interrupts)
    : cluster_(cluster), plan_(cluster.plan()), interrupts_(interrupts), fired_(plan_.actions.size()) {}

SessionRecord Session::run() {
  record_.axis = TimeAxis::from_now();
  heartbeat_ = Clock::now() + kHeartbeat;
  plan_timed_actions();
  for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
    if (!plan_.nodes[i].is_sentinel) continue;
    subscriptions_.push_back({.node = i});
    if (plan_.nodes[i].running) start(i);
  }

  const SteadyTime end = record_.axis.at(plan_.duration);
  for (SteadyTime now = Clock::now(); now < end; now = Clock::now()) {
    watch(now);
    perform_due(now);
    connect_due(now);
    wait(std::min(next_wake(), end));
    for (Subscription& subscription : subscriptions_) receive(subscription);
    work_commands(Clock::now());
    for (Writer& writer : writers_) writer.work(Clock::now());
    if (change_ && !change_->tool.running()) finish_change();
  }
  finish_change();
  for (Command& command : commands_) command.done(lost("no reply until the end"));
  for (const Writer& writer : writers_) record_.writers.push_back(writer.record());
  record_.recorded_ms = record_.axis.of(Clock::now());
  return std::move(record_);
}

// --- what is said -----------------------------------------------------------------------------------------

void Session::connect_due(SteadyTime now) {
  for (Subscription& subscription : subscriptions_) {
    if (subscription.connection || now < subscription.next_attempt) continue;
    subscription.next_attempt = now + (now < subscription.started + kStartTime ? kEagerAttempts : kPatientAttempts);
    if (cluster_.running(subscription.node)) connect(subscription);
  }
}

void Session::connect(Subscription& subscription) {
  const PlannedNode& sentinel = plan_.nodes[subscription.node];
  Connection& connection = subscription.connection.emplace(sentinel.endpoint);
  if (!sentinel.password.empty()) connection.send({"AUTH", sentinel.password});
  if (sentinel.id.empty()) connection.send({"INFO", "server"});
  connection.send({"PSUBSCRIBE", "*"});
  receive(subscription);  // a refusal is known at once
}

void Session::receive(Subscription& subscription) {
  if (!subscription.connection) return;
  const bool alive = subscription.connection->work([&](const Reply& message) { take(subscription, message); });
  if (alive) return;
  subscription.connection.reset();
  if (std::exchange(subscription.subscribed, false)) note(subscription.node, "subscription lost");
}

void Session::take(Subscription& subscription, const Reply& message) {
  if (message.is_string() && message != "OK") {
    record_.ids[subscription.node] = parse_info(message).value("run_id", "");
  } else if (message.is_array() && message.front() == "psubscribe") {
    subscription.subscribed = true;
    note(subscription.node, "subscribed");
  } else if (message.is_array() && message.front() == "pmessage") {
    take_event(subscription.node, message);
  }
}

void Session::take_event(std::size_t sentinel, const Reply& message) {
  const SteadyTime now = Clock::now();
  const Reply event{{"sentinel", plan_.nodes[sentinel].name}, {"channel", message[2]}, {"message", message[3]}};
  Reply entry{{"t_ms", record_.axis.of(now)}};
  entry.update(event);
  record_.events.push_back(std::move(entry));
  fire_cues(sentinel, event, now);
}

void Session::fire_cues(std::size_t sentinel, const Reply& event, SteadyTime now) {
  for (std::size_t i = 0; i < plan_.actions.size(); ++i) {
    const auto* const cue = std::get_if<Cue>(&plan_.actions[i].when);
    if (cue == nullptr || fired_[i] || event["channel"] != cue->channel || cue->by.value_or(sentinel) != sentinel) {
      continue;
    }
    if (!cue->message.empty() && !sim::matches_glob(cue->message, event["message"].get<std::string>())) continue;
    fired_[i] = true;
    agenda_.emplace(now + cue->after, Due{.action = i, .on = event, .speaker = sentinel});
  }
}

void Session::work_commands(SteadyTime now) {
  for (Command& command : commands_) {
    const bool alive = command.connection.work([&](const Reply& reply) {
      if (command.unwanted > 0) {
        --command.unwanted;
      } else if (!std::exchange(command.over, true)) {
        command.done(reply);
      }
    });
    if (command.over) continue;
    command.over = !alive || now > command.deadline;
    if (command.over) command.done(lost(alive ? "no reply within 5 s" : "connection closed"));
  }
  std::erase_if(commands_, [](const Command& command) { return command.over; });
}

void Session::note(std::size_t sentinel, const char* text) {
  record_.notes.push_back(
      {{"t_ms", record_.axis.of(Clock::now())}, {"sentinel", plan_.nodes[sentinel].name}, {"text", text}});
}

// --- waiting ----------------------------------------------------------------------------------------------

// The recorder itself may be late, and processes may end.
void Session::watch(SteadyTime now) {
  if (now < heartbeat_) return;
  if (now > heartbeat_ + kStall) {
    record_.stalls.push_back({record_.axis.of(heartbeat_), TimeAxis::in_ms(now - heartbeat_)});
  }
  heartbeat_ = now + kHeartbeat;
  cluster_.check_alive();
}

SteadyTime Session::next_wake() const {
  SteadyTime next = change_ ? Clock::now() + kToolPoll : heartbeat_;
  if (!agenda_.empty()) next = std::min(next, agenda_.begin()->first);
  for (const Writer& writer : writers_) next = std::min(next, writer.next_wake());
  for (const Subscription& subscription : subscriptions_) {
    if (!subscription.connection) next = std::min(next, subscription.next_attempt);
  }
  return next;
}

void Session::wait(SteadyTime until) {
  std::vector<pollfd> sockets{{.fd = interrupts_.descriptor(), .events = POLLIN, .revents = 0}};
  for (const Subscription& subscription : subscriptions_) {
    if (subscription.connection) sockets.push_back(subscription.connection->interest());
  }
  for (const Command& command : commands_) sockets.push_back(command.connection.interest());
  for (const Writer& writer : writers_) writer.add_interests(sockets);

  const auto left = std::max(std::chrono::nanoseconds{until - Clock::now()}, std::chrono::nanoseconds{0});
  const auto whole = std::chrono::duration_cast<seconds>(left);
  const timespec timeout{.tv_sec = whole.count(), .tv_nsec = (left - whole).count()};
  ppoll(sockets.data(), sockets.size(), &timeout, nullptr);
  interrupts_.check();
}

}  // namespace sentinel::analysis::recorder
