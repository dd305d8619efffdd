#include "analysis/invariants.h"

#include <algorithm>
#include <set>

#include "sim/event_text.h"
#include "sim/formats.h"

namespace sentinel::analysis {
namespace {

using sim::Invariant;

}  // namespace

InvariantChecker::InvariantChecker(const sim::Scenario& scenario)
    : scenario_(&scenario), known_(scenario.nodes.size()) {}

void InvariantChecker::operator()(const sim::Record& record) {
  const auto* const event = std::get_if<model::Event>(&record.what);
  if (event == nullptr) return;
  const std::uint32_t master = event->master_name.index;
  if (event->kind == model::EventKind::kElectedLeader) elected_.push_back({{record.at, record.node}, master});
  if (event->kind != model::EventKind::kVoteForLeader) return;
  const auto [vote, is_first] =
      votes_.try_emplace({master, event->epoch, record.node}, Vote{record.at, event->candidate});
  if (is_first || vote->second.candidate == event->candidate) return;
  found(Invariant::kVotesOncePerEpoch, said(record.at, record.node) + " voted for " + event->candidate.text() +
                                           " in epoch " + std::to_string(event->epoch.value) + ", and for " +
                                           vote->second.candidate.text() + " at " + sim::time_text(vote->second.at));
}

void InvariantChecker::observe(const sim::Run& run) {
  if (!elected_.empty()) check_elections(run);
  for (std::uint16_t i = 0; i < known_.size(); ++i) {
    const model::Sentinel* const sentinel = run.sentinel(sim::NodeId{i});
    if (sentinel != nullptr && run.is_running(sim::NodeId{i})) check_epochs(run, sim::NodeId{i}, *sentinel);
  }
}

void InvariantChecker::check_elections(const sim::Run& run) {
  for (const auto& [leader, name] : elected_) {
    const model::Sentinel& sentinel = *run.sentinel(leader.node);
    const auto master =
        std::ranges::find_if(sentinel.masters(), [&](const model::Master& each) { return each.name.index == name; });
    // Whom an operator made fail over needs no votes.
    if (master != sentinel.masters().end() && !master->forced) check_election(sentinel, *master, leader);
  }
  elected_.clear();
}

void InvariantChecker::check_election(const model::Sentinel& sentinel, const model::Master& master,
                                      const Leader& leader) {
  const model::Epoch epoch = master.failover_epoch;
  const std::string which =
      "in epoch " + std::to_string(epoch.value) + " for " + std::string{scenario_->symbols.text(master.name)};
  const auto [other, is_first] = leaders_.try_emplace({master.name.index, epoch}, leader);
  if (!is_first && other->second.node != leader.node) {
    found(Invariant::kOneLeaderPerEpoch, said(leader.at, leader.node) + " was elected " + which + ", and " +
                                             said(other->second.at, other->second.node));
  }
  // What the others say counts if it is of the current epoch, even if the failover began in an earlier one
  // (sentinelGetLeader).
  std::set<sim::NodeId> voters;
  for (const auto& [key, vote] : votes_) {
    const auto& [of_master, in_epoch, voter] = key;
    const bool counts = of_master == master.name.index && epoch <= in_epoch && in_epoch <= sentinel.current_epoch();
    if (counts && vote.candidate == sentinel.id()) voters.insert(voter);
  }
  const std::size_t majority = (master.peers.size() + 1) / 2 + 1;
  const std::size_t needed = std::max(majority, static_cast<std::size_t>(master.quorum));
  if (voters.size() >= needed) return;
  found(Invariant::kElectedByMajority, said(leader.at, leader.node) + " was elected " + which + " with " +
                                           std::to_string(voters.size()) + " of " + std::to_string(needed) + " votes");
}

void InvariantChecker::check_epochs(const sim::Run& run, sim::NodeId node, const model::Sentinel& sentinel) {
  Known& known = known_[static_cast<std::size_t>(node)];
  const auto fell = [&](Invariant invariant, const std::string& what, model::Epoch from, model::Epoch to) {
    found(invariant, said(run.now(), node) + " went from " + what + std::to_string(from.value) + " to " +
                         std::to_string(to.value));
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
      fell(Invariant::kConfigEpochNeverGoesBack, "configuration epoch of " + master_name(last->first) + " ",
           last->second, master.config_epoch);
    }
    last->second = master.config_epoch;
  }
}

void InvariantChecker::check_names(const sim::Run& run) {
  struct Told {
    sim::NodeId by{};
    model::Address address{};
  };
  std::map<std::uint32_t, Told> told;  // by master, the first that tells it
  for (std::uint16_t i = 0; i < known_.size(); ++i) {
    const model::Sentinel* const sentinel = run.sentinel(sim::NodeId{i});
    if (sentinel == nullptr || !run.is_running(sim::NodeId{i})) continue;
    for (const model::Master& master : sentinel->masters()) {
      const model::Address address = model::Sentinel::current_address(master);
      const Told first = told.try_emplace(master.name.index, Told{sim::NodeId{i}, address}).first->second;
      if (first.address == address) continue;
      const auto tells = [&](sim::NodeId by, const model::Address& of) {
        return scenario_->node(by).name + " tells " + sim::name_and_port(of, scenario_->symbols);
      };
      found(Invariant::kOneNameInTheEnd, "of " + master_name(master.name.index) + " " + tells(first.by, first.address) +
                                             " and " + tells(sim::NodeId{i}, address));
    }
  }
}

void InvariantChecker::found(Invariant invariant, const std::string& what) {
  std::optional<std::string>& first = violations_[static_cast<std::size_t>(invariant)];
  if (!first) first = what;
}

std::string InvariantChecker::said(sim::SimTime at, sim::NodeId node) const {
  return sim::time_text(at) + " " + scenario_->node(node).name;
}

std::vector<Violation> InvariantChecker::violations(const sim::Run& run, const std::vector<Invariant>& asked) {
  check_names(run);
  std::vector<Violation> broken;
  for (const Invariant invariant : asked) {
    const auto& first = violations_[static_cast<std::size_t>(invariant)];
    if (first) broken.push_back({"invariant " + std::string{sim::invariant_row(invariant).name}, *first});
  }
  return broken;
}

}  // namespace sentinel::analysis
