#include "analysis/invariants/invariants.h"

#include <algorithm>
#include <utility>

#include "analysis/invariants/invariants_at_end.h"
#include "sim/event_text.h"
#include "sim/formats.h"

namespace sentinel::analysis {
namespace {

using sim::Invariant;
using sim::NodeId;
using sim::SimTime;

// Who sees that its replica is promoted takes the epoch of its failover (sentinelRefreshInstanceInfo), even if it has
// heard of a newer configuration since: of one whose master is the one in its books, so that it did not switch
// (sentinelProcessHelloMessage).
bool has_just_promoted(const model::Master& master) {
  return master.in_progress && master.state == model::FailoverState::kReconfReplicas &&
         master.config_epoch == master.failover_epoch;
}

}  // namespace

Violation violation_of(const Break& broken) {
  return {"invariant " + std::string{sim::invariant_row(broken.invariant).name}, broken.what};
}

std::optional<Break> lost_writes(const sim::Scenario& scenario, const LedgerReport& report) {
  if (report.losses.empty()) return std::nullopt;
  const Loss& first = report.losses.front();
  return Break{.invariant = Invariant::kKeepsAcknowledgedWrites,
               .at = first.acknowledged.begin,
               .what = std::to_string(report.lost()) + " writes that clients got an OK for are lost, the first one " +
                       sim::time_text(first.acknowledged.begin) + " of " + scenario.node(first.client).name};
}

InvariantChecker::InvariantChecker(const sim::Scenario& scenario)
    : scenario_(&scenario),
      known_(scenario.nodes.size()),
      lives_(scenario.nodes.size()),
      group_of_(scenario.nodes.size()),
      writers_(scenario.nodes.size()) {
  group_data_nodes();
  for (const sim::Node& node : scenario.nodes) {
    const auto* const config = std::get_if<model::SentinelConfig>(&node.config);
    if (config == nullptr) continue;
    for (const model::MonitoredMaster& master : config->masters) {
      named_.push_back({.master = master.name.index, .epoch = master.config_epoch, .address = master.address});
    }
  }
  for (const sim::Step& step : scenario.steps) {
    const auto* const asked = std::get_if<sim::CommandStep>(&step.action);
    const auto* const monitor = asked == nullptr ? nullptr : std::get_if<model::MonitorCommand>(&asked->command);
    if (monitor != nullptr) named_.push_back({.master = monitor->master.index, .address = monitor->address});
  }
}

void InvariantChecker::operator()(const sim::Record& record) {
  const auto* const event = std::get_if<model::Event>(&record.what);
  if (event == nullptr) return;
  using enum model::EventKind;
  switch (event->kind) {
    case kVoteForLeader: return voted(record, *event);
    case kReconfSent:
      told_.push_back({.by = record.node, .master = event->master_name.index, .address = event->address});
      return;
    case kTryFailover:
    case kElectedLeader:
    case kPromotedReplica:
    case kSwitchMaster:
    case kMonitor:
    case kReconfSentBestEffort: said_.push_back({.at = record.at, .node = record.node, .event = *event}); return;
    default: return;
  }
}

void InvariantChecker::observe(const sim::Run& run) {
  for (const Said& said : said_) judge(run, said);
  said_.clear();
  const std::optional<NodeId> fed = run.last_fed();
  if (!fed) return look_at_writers(run);
  if (const model::Sentinel* const sentinel = run.sentinel(*fed)) {
    // What is not on disk yet nobody has heard of, and is lost if it is killed now.
    if (run.is_running(*fed) && !run.waits_for_disk(*fed)) check_epochs(run, *fed, *sentinel);
  } else if (const model::DataNode* const data_node = run.data_node(*fed)) {
    look_at(run, *fed, *data_node);
  }
}

void InvariantChecker::check_epochs(const sim::Run& run, NodeId node, const model::Sentinel& sentinel) {
  Known& known = known_[static_cast<std::size_t>(node)];
  const auto fell = [&](Invariant invariant, const std::string& what, model::Epoch from, model::Epoch to,
                        std::string_view known_from = {}) {
    found(invariant, run.now(),
          said(run.now(), node) + " went from " + what + std::to_string(from.value) + " to " + std::to_string(to.value),
          known_from);
  };
  if (sentinel.current_epoch() < known.current) {
    fell(Invariant::kEpochsNeverGoBack, "epoch ", known.current, sentinel.current_epoch());
  }
  known.current = sentinel.current_epoch();
  // One that is no longer monitored is forgotten.
  std::erase_if(known.configurations, [&](const auto& of) {
    return std::ranges::none_of(sentinel.masters(), [&](const auto& each) { return each.name.index == of.first; });
  });
  for (const model::Master& master : sentinel.masters()) {
    const auto last =
        std::ranges::find_if(known.configurations, [&](const auto& of) { return of.first == master.name.index; });
    if (last == known.configurations.end()) {
      known.configurations.emplace_back(master.name.index, master.config_epoch);
      continue;
    }
    if (master.config_epoch < last->second) {
      const bool is_late = has_just_promoted(master);
      fell(Invariant::kConfigEpochNeverGoesBack, "configuration epoch of " + master_name(last->first) + " ",
           last->second, master.config_epoch,
           is_late ? "scenarios/found/late_promotion_takes_an_older_epoch.json" : "");
    }
    last->second = master.config_epoch;
  }
}

void InvariantChecker::found(Invariant invariant, SimTime at, std::string what, std::string_view known) {
  std::optional<Break>& first = breaks_[static_cast<std::size_t>(invariant)];
  if (!first) first = Break{.invariant = invariant, .at = at, .what = std::move(what), .known = known};
}

std::string InvariantChecker::said(SimTime at, NodeId node) const {
  return sim::time_text(at) + " " + scenario_->node(node).name;
}

std::string InvariantChecker::node_text(const model::Address& address) const {
  const std::optional<NodeId> node = data_node_at(*scenario_, address);
  return node ? scenario_->node(*node).name : sim::name_and_port(address, scenario_->symbols);
}

std::vector<Break> InvariantChecker::breaks(const sim::Run& run, const LedgerReport* ledger) const {
  Breaks all = breaks_;
  const auto add = [&](std::optional<Break> one) {
    if (!one) return;
    std::optional<Break>& first = all[static_cast<std::size_t>(one->invariant)];
    if (!first) first = std::move(one);
  };
  for (const Group& group : groups_) add(two_masters(group, run.now()));
  for (Break& one : breaks_at_end(run)) add(std::move(one));
  if (ledger != nullptr) add(lost_writes(*scenario_, *ledger));
  std::vector<Break> broken;
  for (std::optional<Break>& one : all) {
    if (one) broken.push_back(*std::move(one));
  }
  return broken;
}

std::vector<Violation> InvariantChecker::violations(const sim::Run& run, const sim::Expectations& expect,
                                                    const LedgerReport* ledger) const {
  std::vector<Violation> violations;
  if (expect.invariants.empty() && expect.breaks.empty()) return violations;
  const std::vector<Break> broken = breaks(run, ledger);
  for (const Invariant invariant : expect.invariants) {
    const auto one = std::ranges::find(broken, invariant, &Break::invariant);
    if (one != broken.end()) violations.push_back(violation_of(*one));
  }
  for (const Invariant invariant : expect.breaks) {
    if (std::ranges::find(broken, invariant, &Break::invariant) != broken.end()) continue;
    violations.push_back({"a break of " + std::string{sim::invariant_row(invariant).name}, "it holds"});
  }
  return violations;
}

}  // namespace sentinel::analysis
