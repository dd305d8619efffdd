#include "analysis/observe/failovers.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "analysis/observe/ledger.h"

namespace sentinel::analysis {
namespace {

using model::EventKind;
using sim::Micros;
using sim::NodeId;
using sim::SimTime;

// Whether no cut keeps the node from more than half of the others of a kind. Of none it reaches all.
bool reaches_half(const sim::Run& run, NodeId node, bool sentinels) {
  const std::vector<sim::Node>& nodes = run.scenario().nodes;
  std::size_t others = 0;
  std::size_t reached = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const NodeId other = sim::node_id(i);
    if (other == node || nodes[i].is_sentinel() != sentinels) continue;
    ++others;
    if (run.passes(node, other) && run.passes(other, node)) ++reached;
  }
  return 2 * reached >= others;
}

bool is_fit(const sim::Run& run, NodeId node) { return is_up(run, node) && run.data_node(node)->is_master(); }

std::optional<FailoverReason> abort_reason(EventKind kind) {
  switch (kind) {
    case EventKind::kAbortNotElected: return FailoverReason::kNotElected;
    case EventKind::kAbortNoGoodReplica: return FailoverReason::kNoGoodReplica;
    case EventKind::kAbortReplicaTimeout: return FailoverReason::kReplicaTimeout;
    default: return std::nullopt;
  }
}

void set_first(std::optional<SimTime>& mark, SimTime at) {
  if (!mark) mark = at;
}

}  // namespace

bool is_up(const sim::Run& run, NodeId node) {
  const model::DataNode* const data_node = run.data_node(node);
  if (data_node == nullptr || !run.answers(node) || data_node->loading()) return false;
  return reaches_half(run, node, true) || reaches_half(run, node, false);
}

FailoverRecorder::FailoverRecorder(const sim::Scenario& scenario) : scenario_(&scenario) {
  for (const sim::Node& node : scenario.nodes) {
    const auto* const sentinel = std::get_if<model::SentinelConfig>(&node.config);
    if (sentinel == nullptr) continue;
    for (const model::MonitoredMaster& config : sentinel->masters) {
      auto watch = std::ranges::find(watches_, config.name, &Watch::name);
      if (watch == watches_.end()) {
        const std::optional<NodeId> master = data_node_at(scenario, config.address);
        if (!master) continue;
        watch = watches_.insert(watch, Watch{.name = config.name,
                                             .master = *master,
                                             .epoch = config.config_epoch,
                                             .down_after = config.down_after,
                                             .failover_timeout = config.failover_timeout});
      }
      watch->epoch = std::max(watch->epoch, config.config_epoch);
      watch->down_after = std::max(watch->down_after, Micros{config.down_after});
      watch->failover_timeout = std::max(watch->failover_timeout, Micros{config.failover_timeout});
    }
  }
}

void FailoverRecorder::operator()(const sim::Record& record) {
  const auto* const event = std::get_if<model::Event>(&record.what);
  if (event != nullptr) said_.push_back({record.node, *event});
}

void FailoverRecorder::observe(const sim::Run& run) {
  for (Watch& watch : watches_) look_at_master(run, watch);
  for (const Said& said : said_) take(run, said);
  said_.clear();
  for (Watch& watch : watches_) {
    if (watch.open && all_is_well(run, watch)) {
      if (const auto failover = ended(run, watch)) watch.closed.push_back(*failover);
      watch.open.reset();
    }
  }
}

void FailoverRecorder::look_at_master(const sim::Run& run, Watch& watch) {
  const bool fit = is_fit(run, watch.master);
  if (!run.is_running(watch.master)) watch.last_dead = run.now();
  if (watch.back_awaited && is_up(run, watch.closed.back().old_master)) {
    watch.closed.back().mended = run.now();
    watch.back_awaited = false;
  }
  if (watch.open && !watch.open->mended && watch.open->fault && is_up(run, watch.master)) {
    watch.open->mended = run.now();
  }
  if (fit == watch.fit) return;
  watch.fit = fit;
  if (!fit) {
    Failover& failover = open(run, watch);
    watch.unfit_since = run.now();
    set_first(failover.fault, run.now());
    failover.mended.reset();
    return;
  }
  watch.longest_unfit = std::max(watch.longest_unfit, run.now() - watch.unfit_since);
}

Failover& FailoverRecorder::open(const sim::Run& run, Watch& watch) {
  if (!watch.open) {
    watch.open = Failover{.name = watch.name, .old_master = watch.master, .begin = run.now()};
    watch.longest_unfit = Micros{0};
    watch.is_false = false;
    watch.tried.clear();
    watch.back_awaited = false;
  }
  return *watch.open;
}

FailoverRecorder::Watch* FailoverRecorder::watch_of(const Said& said) {
  const auto watch = std::ranges::find(watches_, said.event.master_name, &Watch::name);
  return watch == watches_.end() ? nullptr : &*watch;
}

void FailoverRecorder::take(const sim::Run& run, const Said& said) {
  Watch* const watch = watch_of(said);
  if (watch == nullptr) return;
  const model::Event& event = said.event;
  if (event.kind == EventKind::kSwitchMaster) return switched(run, *watch, said);
  // What a sentinel says of the last master belongs to a failover that is over.
  if (data_node_at(*scenario_, event.master_address) != watch->master) return;
  const bool of_master = event.subject == model::InstanceKind::kMaster;
  switch (event.kind) {
    case EventKind::kSdown:
      if (of_master) set_first(open(run, *watch).sdown, run.now());
      return;
    case EventKind::kOdown: return set_first(open(run, *watch).odown, run.now());
    case EventKind::kTryFailover:
    case EventKind::kElectedLeader: return take_try(run, *watch, said);
    case EventKind::kPromotedReplica: return promoted(run, *watch);
    default:
      if (const auto reason = abort_reason(event.kind)) open(run, *watch).reason = *reason;
  }
}

void FailoverRecorder::take_try(const sim::Run& run, Watch& watch, const Said& said) {
  const model::Master* const master = run.monitored(said.node, watch.name);
  if (master == nullptr) return;
  Failover& failover = open(run, watch);
  Try& tried = watch.tried[master->failover_epoch];
  if (said.event.kind == EventKind::kElectedLeader) {
    tried.elected = true;
    return;
  }
  ++tried.candidates;
  failover.reason = FailoverReason::kNone;  // that of an earlier try
  set_first(failover.tried, run.now());
  if (!master->forced) return;
  failover.forced = true;
  set_first(failover.fault, run.now());
}

void FailoverRecorder::promoted(const sim::Run& run, Watch& watch) {
  Failover& failover = open(run, watch);
  if (failover.promoted) return;
  failover.promoted = run.now();
  failover.without_master = longest_unfit(run, watch);
  const SimTime alive_since = failover.sdown.value_or(failover.begin) - watch.down_after;
  const bool was_dead = watch.last_dead && *watch.last_dead >= alive_since;
  const bool was_unfit_for_long = failover.without_master > watch.down_after + kReactionTime;
  watch.is_false = watch.fit && !was_dead && !was_unfit_for_long && !failover.forced;
}

void FailoverRecorder::switched(const sim::Run& run, Watch& watch, const Said& said) {
  const model::Master* const master = run.monitored(said.node, watch.name);
  // Others have said it before, or even what came after.
  if (master != nullptr && master->config_epoch <= watch.epoch) return;
  const std::optional<NodeId> to = data_node_at(*scenario_, said.event.new_address);
  if (!to || *to == watch.master) return;
  promoted(run, watch);  // if nobody was there who could say it
  watch.open->switched = run.now();
  watch.open->new_master = to;
  watch.closed.push_back(ended(run, watch).value());
  watch.open.reset();
  watch.master = *to;
  if (master != nullptr) watch.epoch = master->config_epoch;
  watch.last_dead.reset();
  watch.back_awaited = !watch.closed.back().mended;
  watch.fit = true;
  look_at_master(run, watch);
}

// Of the open failover, up to now.
Micros FailoverRecorder::longest_unfit(const sim::Run& run, const Watch& watch) {
  return watch.fit ? watch.longest_unfit : std::max(watch.longest_unfit, run.now() - watch.unfit_since);
}

// Whether it is so of the master as one of the running sentinels that have not switched from it sees it.
template <class IsSo>
bool FailoverRecorder::any_sentinel(const sim::Run& run, const Watch& watch, IsSo is_so) const {
  for (std::size_t i = 0; i < scenario_->nodes.size(); ++i) {
    if (!scenario_->nodes[i].is_sentinel() || !run.is_running(sim::node_id(i))) continue;
    const model::Master* const master = run.monitored(sim::node_id(i), watch.name);
    if (master != nullptr && data_node_at(*scenario_, master->address) == watch.master && is_so(*master)) return true;
  }
  return false;
}

bool FailoverRecorder::all_is_well(const sim::Run& run, const Watch& watch) const {
  if (!watch.fit) return false;
  return !any_sentinel(run, watch, [](const model::Master& master) { return master.s_down || master.in_progress; });
}

// What the open failover came to, now. Nullopt: none was needed, and none was tried.
std::optional<Failover> FailoverRecorder::ended(const sim::Run& run, const Watch& watch) const {
  Failover failover = *watch.open;
  const Micros unfit = longest_unfit(run, watch);
  if (!failover.promoted) failover.without_master = unfit;
  const bool is_going_on =
      !failover.switched && any_sentinel(run, watch, [](const model::Master& master) { return master.in_progress; });
  for (const auto& [epoch, tried] : watch.tried) {
    ++failover.tries;
    if (tried.candidates > 1 && !tried.elected) ++failover.split_votes;
  }
  const bool was_right = failover.switched ? !watch.is_false : !watch.fit && failover.tries > 0;
  failover.needed = failover.forced || was_right || unfit > watch.down_after + kReactionTime;
  using enum FailoverOutcome;
  if (failover.switched) {
    const SimTime since = failover.odown.value_or(failover.tried.value_or(failover.begin));
    const bool in_time = *failover.switched - since <= watch.failover_timeout;
    failover.outcome = watch.is_false             ? kFalseFailover
                       : in_time                  ? kSuccess
                       : failover.split_votes > 0 ? kSplitVote
                                                  : kLate;
    failover.reason = FailoverReason::kNone;
  } else if (!failover.needed) {
    if (failover.tries == 0) return std::nullopt;
    failover.reason = FailoverReason::kNone;
  } else if (failover.tries > 0) {
    if (is_going_on) failover.reason = FailoverReason::kNone;
    failover.outcome = failover.reason != FailoverReason::kNone ? kAborted : kUnfinished;
  } else {
    failover.outcome = kNoAttempt;
    failover.reason = why_none(run, failover);
  }
  return failover;
}

FailoverReason FailoverRecorder::why_none(const sim::Run& run, const Failover& failover) const {
  if (failover.odown) return FailoverReason::kWaiting;
  if (failover.sdown) return FailoverReason::kNoOdown;
  bool runs = false;
  bool tilts = false;
  for (std::size_t i = 0; i < scenario_->nodes.size(); ++i) {
    const model::Sentinel* const sentinel = run.is_running(sim::node_id(i)) ? run.sentinel(sim::node_id(i)) : nullptr;
    runs = runs || sentinel != nullptr;
    tilts = tilts || (sentinel != nullptr && sentinel->tilt());
  }
  if (!runs) return FailoverReason::kNoSentinel;
  return tilts ? FailoverReason::kTilt : FailoverReason::kNoSdown;
}

std::vector<Failover> FailoverRecorder::close(const sim::Run& run) const {
  std::vector<Failover> all;
  for (const Watch& watch : watches_) {
    const auto add = [&](const Failover& failover) {
      if (failover.begin >= scenario_->from) all.push_back(failover);
    };
    std::ranges::for_each(watch.closed, add);
    if (!watch.open) continue;
    if (const auto failover = ended(run, watch)) add(*failover);
  }
  return all;
}

}  // namespace sentinel::analysis
