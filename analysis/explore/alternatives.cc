#include "analysis/explore/alternatives.h"

#include <algorithm>

namespace sentinel::analysis {
namespace {

using sim::Happening;

// Whether one of them is as good as the other, or they come in their order whatever is chosen.
bool keep_their_order(const Happening& a, const Happening& b) {
  if (is_about_connection(a) && is_about_connection(b)) return a.index == b.index && a.side == b.side;
  return a.kind == b.kind && a.index == b.index && a.generation == b.generation;
}

// A sentinel that ends by itself takes the connections of others away at once.
bool may_end(const model::Sentinel* sentinel) {
  return sentinel != nullptr && sentinel->simulated_failure() != model::SimulateFailureCommand{};
}

}  // namespace

const std::vector<std::size_t>& Alternatives::of(const sim::Run& run) {
  run.agenda().simultaneous(simultaneous_);
  places_.assign(1, 0);
  if (simultaneous_.size() == 1 || run.is_void(simultaneous_.front())) return places_;
  const bool all = dependence_ == Dependence::kAlways || is_about_all(run);
  const std::optional<sim::NodeId> whose = run.process_of(simultaneous_.front());
  for (std::size_t i = 1; i < simultaneous_.size(); ++i) {
    const Happening& what = simultaneous_[i];
    if (run.is_void(what) || (!all && run.process_of(what) != whose)) continue;
    const auto comes_first = [&](const Happening& before) {
      return !run.is_void(before) && keep_their_order(before, what);
    };
    const auto end = simultaneous_.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::find_if(simultaneous_.begin(), end, comes_first) == end) places_.push_back(i);
  }
  return places_;
}

bool Alternatives::is_about_all(const sim::Run& run) const {
  if (run.awaits_events()) return true;
  for (std::uint16_t i = 0; i < run.scenario().nodes.size(); ++i) {
    if (may_end(run.sentinel(sim::NodeId{i}))) return true;
  }
  return std::ranges::any_of(simultaneous_,
                             [&](const Happening& what) { return !run.is_void(what) && !run.process_of(what); });
}

}  // namespace sentinel::analysis
