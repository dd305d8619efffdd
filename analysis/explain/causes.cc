#include "analysis/explain/causes.h"

#include <algorithm>
#include <variant>

#include "analysis/naming.h"
#include "analysis/step_text.h"
#include "sim/event_text.h"

namespace sentinel::analysis {

using sim::Moment;
using sim::MomentNumber;
using Input = Moment::Input;
using Kind = Fact::Kind;

// The moment of a command is that in which it is given, which may be later than the step.
CauseFinder::CauseFinder(const sim::Replay& replay) : replay_(&replay), end_(replay.after(history().size())) {
  for (MomentNumber number = 1; number <= history().size(); ++number) {
    const std::optional<Fact> step = step_fact_of(number);
    if (step) steps_.push_back({.kind = step->kind, .index = step->index, .moment = number, .at = step->at});
  }
}

// --- facts --------------------------------------------------------------------------------------------------

Fact CauseFinder::moment_fact(Kind kind, std::uint32_t index, MomentNumber moment) const {
  const Moment& then = history().moment(moment);
  return {.kind = kind, .index = index, .moment = moment, .at = then.at, .node = then.node};
}

Fact CauseFinder::event_fact(std::size_t record) const {
  const sim::HistoricRecord& said = history().records()[record];
  return {.kind = Kind::kEvent,
          .index = static_cast<std::uint32_t>(record),
          .moment = said.moment,
          .at = said.record.at,
          .node = said.record.node};
}

const model::Event* CauseFinder::event_at(std::size_t record) const {
  return std::get_if<model::Event>(&history().records()[record].record.what);
}

const model::Event& CauseFinder::event_of(const Fact& fact) const { return *event_at(fact.index); }

Fact CauseFinder::sent_fact(std::size_t message) const {
  const sim::SentMessage& sent = history().messages()[message];
  return moment_fact(Kind::kSent, static_cast<std::uint32_t>(message), sent.sent_in);
}

Fact CauseFinder::arrived_fact(std::size_t message) const {
  const sim::SentMessage& sent = history().messages()[message];
  return moment_fact(Kind::kArrived, static_cast<std::uint32_t>(message), sent.arrived_in);
}

std::optional<Fact> CauseFinder::step_fact_of(MomentNumber moment) const {
  using Happening = sim::Happening::Kind;
  if (moment == 0) return std::nullopt;
  const sim::Happening& what = history().moment(moment).happening;
  if (what.kind != Happening::kStep && what.kind != Happening::kCommand) return std::nullopt;
  Fact fact = moment_fact(Kind::kStep, what.index, moment);
  if (what.kind == Happening::kCommand && history().moment(moment).scheduled_in != 0) {
    fact = moment_fact(Kind::kStep, what.index, history().moment(moment).scheduled_in);
  }
  fact.node.reset();
  return fact;
}

std::optional<Fact> CauseFinder::input_fact(MomentNumber number) const {
  const MomentNumber handled = history().handled_in(number);
  const Moment& moment = history().moment(handled);
  switch (moment.input) {
    case Input::kMessage: return arrived_fact(*moment.message);
    case Input::kDisconnected: return moment_fact(Kind::kLost, handled, handled);
    case Input::kCommand: return step_fact_of(handled);
    case Input::kStarted: {
      const std::optional<Fact> step = step_fact_of(moment.scheduled_in);
      return step ? step : moment_fact(Kind::kStart, handled, handled);
    }
    case Input::kConnected: {  // of the request that was accepted: where it was made
      const MomentNumber request = moment.scheduled_in;
      const MomentNumber dialled = request == 0 ? 0 : history().moment(request).scheduled_in;
      const bool is_known = dialled != 0 && history().moment(dialled).node == moment.node;
      return is_known ? input_fact(dialled) : std::nullopt;
    }
    case Input::kTimer: {
      // A replica goes on with what it was told, or begins again with what it lost.
      if (!scenario().node(*moment.node).is_data_node()) return std::nullopt;
      for (MomentNumber earlier = history().previous(*moment.node, handled); earlier > 0;
           earlier = history().previous(*moment.node, earlier)) {
        const Moment& then = history().moment(earlier);
        const bool is_told =
            then.message && std::holds_alternative<model::Reconfigure>(history().messages()[*then.message].message);
        if (is_told || then.input == Input::kStarted || then.input == Input::kCommand) return input_fact(earlier);
      }
      return std::nullopt;
    }
    default: return std::nullopt;
  }
}

std::string CauseFinder::wait_for_disk(MomentNumber moment) const {
  return history().handled_in(moment) == moment ? "" : "its configuration is written to disk";
}

// --- looking back -------------------------------------------------------------------------------------------

std::optional<Fact> CauseFinder::last_event(sim::NodeId node, const Fact& before, const Events& is_meant) const {
  const std::vector<sim::HistoricRecord>& records = history().records();
  std::size_t end = before.index;
  if (before.kind != Kind::kEvent) {
    const auto later = std::ranges::upper_bound(records, before.moment, {}, &sim::HistoricRecord::moment);
    end = static_cast<std::size_t>(later - records.begin());
  }
  for (std::size_t i = end; i-- > 0;) {
    const model::Event* const event = event_at(i);
    if (records[i].record.node == node && event != nullptr && is_meant(*event)) return event_fact(i);
  }
  return std::nullopt;
}

std::optional<std::size_t> CauseFinder::last_arrived(MomentNumber until, const Messages& is_meant) const {
  for (MomentNumber number = until; number > 0; --number) {
    const std::optional<std::uint32_t> message = history().moment(number).message;
    if (message && is_meant(history().messages()[*message])) return *message;
  }
  return std::nullopt;
}

std::string CauseFinder::name(const model::Address& address) const { return name_of(scenario(), address); }

std::string CauseFinder::name(const model::Id& sentinel) const { return name_of(end_, sentinel); }

// --- faults -------------------------------------------------------------------------------------------------

bool CauseFinder::harms(const Fact& step, sim::NodeId to, sim::NodeId from) const {
  if (to == from) return false;
  const auto are_apart = [&](const std::vector<std::vector<sim::NodeId>>& groups) {
    const auto place_of = [&](sim::NodeId node) {
      return std::ranges::find_if(groups,
                                  [&](const auto& group) { return std::ranges::find(group, node) != group.end(); });
    };
    const auto one = place_of(to);
    const auto other = place_of(from);
    return one != other && one != groups.end() && other != groups.end();
  };
  const auto meant = [](const std::optional<std::vector<sim::NodeId>>& nodes, sim::NodeId node) {
    return !nodes || std::ranges::find(*nodes, node) != nodes->end();
  };
  const bool could =
      std::visit(model::Overloaded{[&](const sim::PartitionStep& cut) { return are_apart(cut.groups); },
                                   [&](const sim::LatencyStep& change) {
                                     constexpr sim::Micros kTick{100'000};  // less is no reason to be late
                                     const bool is_slow = change.latency && change.latency->max >= kTick;
                                     return is_slow && (change.groups.empty() || are_apart(change.groups));
                                   },
                                   [&](const sim::DiskStep& disk) {  // -MISCONF is no acceptable reply
                                     return disk.fails && std::ranges::find(disk.nodes, to) != disk.nodes.end();
                                   },
                                   [&](const sim::HoldStep& hold) {
                                     return (meant(hold.messages.from, from) && meant(hold.messages.to, to)) ||
                                            (meant(hold.messages.from, to) && meant(hold.messages.to, from));
                                   },
                                   [](const auto&) { return false; }},
                 scenario().steps[step.index].action);
  if (!could) return false;
  // Who could not be reached before was harmed by another step.
  const sim::Run before = replay_->before(step.moment);
  return before.answers(to) && before.passes(to, from) && before.passes(from, to);
}

std::optional<Fact> CauseFinder::last_step(sim::SimTime at, const std::function<bool(const Fact&)>& is_meant) const {
  for (auto step = steps_.rbegin(); step != steps_.rend(); ++step) {
    if (step->at > at || !is_meant(*step)) continue;
    return step_fact_of(step->moment);
  }
  return std::nullopt;
}

std::pair<bool, bool> CauseFinder::stands_around(MomentNumber moment, sim::NodeId node) const {
  const auto stands = [&](const sim::Run& run) { return run.answers(node); };
  return {stands(replay_->before(moment)), stands(replay_->after(moment))};
}

std::optional<Fact> CauseFinder::fault_of(sim::NodeId to, sim::NodeId from, sim::SimTime at) const {
  return last_step(at, [&](const Fact& step) {
    if (harms(step, to, from)) return true;
    const auto [before, after] = stands_around(step.moment, to);
    return before && !after;
  });
}

std::optional<Fact> CauseFinder::change_of(sim::NodeId to, sim::NodeId from, sim::SimTime at) const {
  return last_step(at, [&](const Fact& step) {
    const sim::Action& action = scenario().steps[step.index].action;
    if (harms(step, to, from) || std::holds_alternative<sim::HealStep>(action)) return true;
    if (const auto* const start = std::get_if<sim::StartStep>(&action)) {
      return std::ranges::find(start->nodes, to) != start->nodes.end();
    }
    const auto [before, after] = stands_around(step.moment, to);
    return before != after;
  });
}

// --- causes -------------------------------------------------------------------------------------------------

const std::vector<Cause>& CauseFinder::causes_of(const Fact& fact) const {
  const auto [known, is_new] = known_.try_emplace(fact);
  if (is_new) known->second = find_causes(fact);
  return known->second;
}

std::vector<Cause> CauseFinder::find_causes(const Fact& fact) const {
  switch (fact.kind) {
    case Kind::kStep: return causes_of_step(fact);
    case Kind::kEvent: return causes_of_event(fact);
    case Kind::kSent: return causes_of_sent(fact);
    case Kind::kArrived: return causes_of_arrived(fact);
    case Kind::kLost: return causes_of_loss(fact);
    case Kind::kStart: return {};
  }
  return {};
}

// A step that hangs on an event: of the moment in which it was scheduled.
std::vector<Cause> CauseFinder::causes_of_step(const Fact& fact) const {
  const auto* const trigger = std::get_if<sim::Trigger>(&scenario().steps[fact.index].when);
  const MomentNumber pulled = fact.moment == 0 ? 0 : history().moment(fact.moment).scheduled_in;
  if (trigger == nullptr || pulled == 0) return {};
  for (const sim::HistoricRecord& said : history().records_of(pulled)) {
    const auto* const event = std::get_if<model::Event>(&said.record.what);
    if (event == nullptr || event->kind != trigger->event.kind) continue;
    return {{event_fact(static_cast<std::size_t>(&said - history().records().data())), "the step hangs on this event"}};
  }
  return {};
}

// By what the other end did: it was killed, it closed the connection, or its host has no such process.
std::vector<Cause> CauseFinder::causes_of_loss(const Fact& fact) const {
  const Moment& moment = history().moment(fact.moment);
  const MomentNumber where = std::max(moment.sent_in, moment.scheduled_in);
  if (where == 0) return {};
  if (const std::optional<Fact> step = step_fact_of(where)) return {{*step, ""}};
  if (history().moment(where).node) {
    const std::optional<Fact> input = input_fact(where);
    if (input) return {{*input, ""}};
  }
  if (moment.peer && fact.node) {
    const std::optional<Fact> fault = fault_of(*moment.peer, *fact.node, fact.at);
    if (fault) return {{*fault, ""}};
  }
  return {};
}

std::string CauseFinder::text(const Fact& fact) const {
  switch (fact.kind) {
    case Kind::kStep: return step_text(scenario(), scenario().steps[fact.index]);
    case Kind::kStart: return name(*fact.node) + " is started";
    case Kind::kEvent: {
      const model::Event& event = event_of(fact);
      const std::string_view channel = model::event_row(event.kind).channel;
      const std::string payload = sim::payload_text(event, scenario().symbols);
      return name(*fact.node) + " " + (channel.empty() ? payload : std::string{channel} + " " + payload);
    }
    case Kind::kSent: return message_text(history().messages()[fact.index], "leaves");
    case Kind::kArrived: return message_text(history().messages()[fact.index], "arrives");
    case Kind::kLost: {
      const Moment& moment = history().moment(fact.moment);
      return name(*fact.node) + " loses its connection" + (moment.peer ? " to " + name(*moment.peer) : std::string{});
    }
  }
  return {};
}

}  // namespace sentinel::analysis
