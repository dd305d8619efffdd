// What is done to the processes, and when.
#include "analysis/recorder/recording_json.h"
#include "analysis/recorder/session.h"
#include "sim/words.h"

namespace sentinel::analysis::recorder {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kReplyTime{5};

}  // namespace

void Session::plan_timed_actions() {
  for (std::size_t i = 0; i < plan_.actions.size(); ++i) {
    const auto* const time = std::get_if<sim::Micros>(&plan_.actions[i].when);
    if (time != nullptr) agenda_.emplace(record_.axis.at(*time), Due{.action = i});
  }
}

void Session::perform_due(SteadyTime now) {
  while (!agenda_.empty() && agenda_.begin()->first <= now) {
    const auto due = agenda_.extract(agenda_.begin());
    perform(due.mapped(), due.key());
  }
}

void Session::perform(const Due& due, SteadyTime planned) {
  const PlannedAction action = cast(due);
  const std::size_t place = record_.actions.size();
  Reply entry{{"t_ms", record_.axis.of(Clock::now())}, {"plan_ms", record_.axis.of(planned)}, {"end_ms", nullptr}};
  entry.update(performed_json(action, plan_));
  if (due.on.is_object()) entry["on"] = due.on;
  record_.actions.push_back(std::move(entry));
  const Reply results = std::visit([&](const auto& real) { return act(real, place); }, action.action);
  Reply& performed = record_.actions[place];
  performed["end_ms"] = record_.axis.of(Clock::now());
  if (!results.is_null()) performed["result"] = results;
}

void Session::start(std::size_t node, bool fresh) {
  cluster_.start(node, fresh);
  const auto is_its = [&](const Subscription& subscription) { return subscription.node == node; };
  const auto subscription = std::ranges::find_if(subscriptions_, is_its);
  if (subscription != subscriptions_.end()) subscription->started = subscription->next_attempt = Clock::now();
}

Reply Session::act(const KillAction& action, std::size_t /*place*/) {
  Reply results = Reply::array();
  for (const std::size_t node : action.who) results.push_back(cluster_.kill(node));
  return results;
}

Reply Session::act(const TerminateAction& action, std::size_t /*place*/) {
  Reply results = Reply::array();
  for (const std::size_t node : action.who) results.push_back(cluster_.terminate(node));
  return results;
}

Reply Session::act(const StopAction& action, std::size_t /*place*/) {
  Reply results = Reply::array();
  for (const std::size_t node : action.who) results.push_back(cluster_.stop(node));
  return results;
}

Reply Session::act(const ContinueAction& action, std::size_t /*place*/) {
  Reply results = Reply::array();
  for (const std::size_t node : action.who) results.push_back(cluster_.resume(node));
  return results;
}

Reply Session::act(const StartAction& action, std::size_t /*place*/) {
  for (const std::size_t node : action.who) start(node, action.fresh);
  return nullptr;
}

Reply Session::act(const CommandAction& action, std::size_t place) {
  for (const std::size_t node : action.who) {
    if (sim::lower_case(action.args.front()) == "shutdown") cluster_.expect_end(node);
    command(node, action.args, [this, place](const Reply& reply) {
      record_.actions[place]["reply"] = reply;
      record_.actions[place]["end_ms"] = record_.axis.of(Clock::now());
    });
  }
  return nullptr;
}

void Session::command(std::size_t node, const std::vector<std::string>& args, std::function<void(const Reply&)> done) {
  const PlannedNode& target = plan_.nodes[node];
  Command command{.connection = Connection(target.endpoint),
                  .unwanted = target.password.empty() ? std::size_t{0} : std::size_t{1},
                  .done = std::move(done),
                  .deadline = Clock::now() + kReplyTime};
  if (!target.password.empty()) command.connection.send({"AUTH", target.password});
  command.connection.send(args);
  commands_.push_back(std::move(command));
}

Reply Session::act(const CutAction& action, std::size_t place) {
  const Router::Cut cut = action.reject ? Router::Cut::kReject : Router::Cut::kDrop;
  for (const std::size_t a : action.a) {
    for (const std::size_t b : action.b) {
      cuts_[{a, b}] = cut;
      if (!action.one_way) cuts_[{b, a}] = cut;
    }
  }
  change_cuts(place);
  return nullptr;
}

Reply Session::act(const HealAction& action, std::size_t place) {
  if (action.a.empty()) cuts_.clear();
  for (const std::size_t a : action.a) {
    for (const std::size_t b : action.b) {
      cuts_.erase({a, b});
      cuts_.erase({b, a});
    }
  }
  if (plan_.in_namespaces) change_cuts(place);
  return nullptr;
}

// It takes some 20 ms, in which the sentinels may speak.
void Session::change_cuts(std::size_t place) {
  finish_change();
  change_.emplace(Change{.tool = cluster_.set_cuts(cuts_), .action = place});
}

void Session::finish_change() {
  if (!change_) return;
  change_->tool.finish();
  record_.actions[change_->action]["end_ms"] = record_.axis.of(Clock::now());
  change_.reset();
}

Reply Session::act(const WriteAction& action, std::size_t /*place*/) {
  writers_.emplace_back(action, plan_, record_.axis);
  return nullptr;
}

Reply Session::act(const StopWriteAction& action, std::size_t /*place*/) {
  for (Writer& writer : writers_) {
    if (writer.record().name == action.writer) writer.stop();
  }
  return nullptr;
}

}  // namespace sentinel::analysis::recorder
