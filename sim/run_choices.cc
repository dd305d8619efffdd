// Where a run could go on in another way: what is simultaneous, and whom it concerns.
#include <algorithm>
#include <limits>

#include "sim/run.h"

namespace sentinel::sim {

std::optional<NodeId> Run::process_of(const Happening& what) const {
  using Kind = Happening::Kind;
  if (is_void(what)) return std::nullopt;
  switch (what.kind) {
    case Kind::kStart:  // others learn at once who listens and who does not
    case Kind::kEnd:
    case Kind::kStep: return std::nullopt;
    case Kind::kTimer:
    case Kind::kWake:
    case Kind::kNextHeld:
    case Kind::kFlushed: return node_id(what.index);
    case Kind::kCommand: return NodeId{what.generation};
    case Kind::kScriptEnds: return scripts_[what.index].parent;
    case Kind::kConnectArrives:
    case Kind::kConnected:
    case Kind::kReset:
    case Kind::kDeliver:
    case Kind::kRead: return network_.host_of(what);
  }
  return std::nullopt;
}

bool Run::is_void(const Happening& what) const {
  using Kind = Happening::Kind;
  switch (what.kind) {
    case Kind::kStart: return processes_[what.index].life != what.generation || processes_[what.index].alive;
    case Kind::kEnd: return processes_[what.index].life != what.generation;
    case Kind::kTimer: return !processes_[what.index].alive || processes_[what.index].timer != what.generation;
    case Kind::kFlushed:
    case Kind::kNextHeld: return !processes_[what.index].alive || processes_[what.index].life != what.generation;
    case Kind::kScriptEnds: return !scripts_[what.index].running || scripts_[what.index].generation != what.generation;
    case Kind::kStep:
    case Kind::kCommand:
    case Kind::kWake: return false;
    case Kind::kConnectArrives:
    case Kind::kConnected:
    case Kind::kReset:
    case Kind::kDeliver:
    case Kind::kRead: return network_.is_void(what);
  }
  return false;
}

bool Run::step_as(const Choice& choice, Scratch& scratch) {
  using Stream = model::Random::Stream;
  scratch.records.clear();
  if (!has_future()) return false;
  const Happening what = is_step_next() ? take_next(true) : agenda_.pop(choice.take);
  const std::optional<NodeId> node = process_of(what);
  const auto answer = [&](model::Draw draw, model::Draw tick) {
    if (!node) return;
    processes_[index(*node)].random.answer_next(Stream::kDesync, draw);
    processes_[index(*node)].random.answer_next(Stream::kTick, tick);
  };
  answer(choice.draw, choice.tick);
  play(what, scratch);
  answer(model::Draw::kDrawn, model::Draw::kDrawn);  // if nothing was drawn
  if (happenings_ == choice_at_) {
    ++choices_made_;
    choice_at_ = next_scheduled();
  }
  return true;
}

// The happening of the next choice of the scenario.
std::uint64_t Run::next_scheduled() const {
  const Schedule& schedule = scenario_->schedule;
  if (seed_ != schedule.seed || choices_made_ == schedule.choices.size())
    return std::numeric_limits<std::uint64_t>::max();
  return schedule.choices[choices_made_].happening;
}

}  // namespace sentinel::sim
