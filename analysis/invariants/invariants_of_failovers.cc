// What the events of a failover tell, together with what the sentinel that said them knows then.
#include <algorithm>
#include <set>

#include "analysis/invariants/invariants.h"
#include "sim/event_text.h"
#include "sim/formats.h"

namespace sentinel::analysis {
namespace {

using sim::Invariant;
using sim::NodeId;

// Who listens there now; a process that was killed still does.
std::optional<NodeId> data_node_now_at(const sim::Run& run, const model::Address& address) {
  for (std::uint16_t i = 0; i < run.scenario().nodes.size(); ++i) {
    const NodeId node{i};
    if (run.data_node(node) != nullptr && run.address(node) == address) return node;
  }
  return std::nullopt;
}

std::string epoch_text(model::Epoch epoch) { return "epoch " + std::to_string(epoch.value); }

}  // namespace

void InvariantChecker::voted(const sim::Record& record, const model::Event& event) {
  std::vector<Vote>& votes = votes_[{event.master_name.index, event.epoch, record.node}];
  if (!votes.empty() && votes.front().candidate != event.candidate) {
    found(Invariant::kVotesOncePerEpoch, record.at,
          said(record.at, record.node) + " voted for " + event.candidate.text() + " in " + epoch_text(event.epoch) +
              ", and for " + votes.front().candidate.text() + " at " + sim::time_text(votes.front().at));
  }
  votes.push_back({.at = record.at, .candidate = event.candidate});
}

void InvariantChecker::judge(const sim::Run& run, const Said& said) {
  using enum model::EventKind;
  const model::Master* const master = run.monitored(said.node, said.event.master_name);
  if (master == nullptr) return;
  switch (said.event.kind) {
    case kTryFailover: return tried(said, *master);
    case kElectedLeader: return elected(said, *run.sentinel(said.node), *master);
    case kPromotedReplica: return promoted(run, said, *master);
    case kReconfSentBestEffort: return told_late(run, said);
    case kSwitchMaster: return named(said, *master, said.event.new_address);
    case kMonitor: return named(said, *master, said.event.master_address);
    default: return;
  }
}

void InvariantChecker::tried(const Said& said, const model::Master& master) {
  forget_told(said);
  if (master.o_down || master.forced) return;
  found(Invariant::kFailoverNeedsOdown, said.at,
        this->said(said.at, said.node) + " tries a failover of " + master_name(master.name.index) +
            ", which it does not find objectively down");
}

void InvariantChecker::elected(const Said& said, const model::Sentinel& sentinel, const model::Master& master) {
  if (master.forced) return;  // whom an operator made fail over needs no votes
  const model::Epoch epoch = master.failover_epoch;
  const std::string who = this->said(said.at, said.node);
  const std::string which = "in " + epoch_text(epoch) + " for " + master_name(master.name.index);
  const Leader leader{.at = said.at, .node = said.node};
  const Leader other = leaders_.try_emplace({master.name.index, epoch}, leader).first->second;
  if (other.node != said.node) {
    found(Invariant::kOneLeaderPerEpoch, said.at,
          who + " was elected " + which + ", and " + this->said(other.at, other.node));
  }
  // What the others say counts if it is of the current epoch, even if the failover began in an earlier one
  // (sentinelGetLeader).
  std::set<NodeId> voters;
  std::set<NodeId> of_its_epoch;
  for (const auto& [key, votes] : votes_) {
    const auto& [of_master, in_epoch, voter] = key;
    const bool counts = of_master == master.name.index && epoch <= in_epoch && in_epoch <= sentinel.current_epoch();
    if (!counts || std::ranges::find(votes, sentinel.id(), &Vote::candidate) == votes.end()) continue;
    voters.insert(voter);
    if (in_epoch == epoch) of_its_epoch.insert(voter);
  }
  const std::size_t majority = (master.peers.size() + 1) / 2 + 1;
  const std::size_t needed = std::max(majority, static_cast<std::size_t>(master.quorum));
  const std::string elected = who + " was elected " + which + " with ";
  const std::string of_needed = " of " + std::to_string(needed) + " votes";
  if (voters.size() < needed) {
    found(Invariant::kElectedByMajority, said.at, elected + std::to_string(voters.size()) + of_needed);
  } else if (of_its_epoch.size() < needed) {
    found(Invariant::kElectedInItsEpoch, said.at,
          elected + std::to_string(of_its_epoch.size()) + of_needed + " of that epoch, and others of later ones");
  }
}

void InvariantChecker::promoted(const sim::Run& run, const Said& said, const model::Master& master) {
  const model::Address& address = said.event.address;
  const std::string who = this->said(said.at, said.node) + " promoted " + node_text(address);
  std::vector<Promotion>& all = promotions_[{master.name.index, master.failover_epoch}];
  const auto other = std::ranges::find_if(all, [&](const Promotion& each) { return each.address != address; });
  if (other != all.end()) {
    found(Invariant::kOnePromotionPerConfigEpoch, said.at,
          who + " of " + master_name(master.name.index) + " in " + epoch_text(master.failover_epoch) + ", and " +
              this->said(other->at, other->by) + " " + node_text(other->address));
  }
  all.push_back({.at = said.at, .by = said.node, .address = address});
  const std::optional<NodeId> node = data_node_now_at(run, address);
  if (!node || lives_[static_cast<std::size_t>(*node)].had_data) return;
  found(Invariant::kPromotesACopy, said.at, who + ", whose process has had no data since it was started");
}

// One that is started again names what its file does, without a word about how that came to be.
void InvariantChecker::named(const Said& said, const model::Master& master, const model::Address& address) {
  forget_told(said);
  const auto is_that = [&](const Named& each) {
    return each.master == master.name.index && each.epoch == master.config_epoch && each.address == address;
  };
  if (std::ranges::any_of(named_, is_that)) return;
  const auto found_promotions = promotions_.find({master.name.index, master.config_epoch});
  if (found_promotions != promotions_.end()) {
    const std::vector<Promotion>& all = found_promotions->second;
    if (std::ranges::find(all, address, &Promotion::address) != all.end()) return;
  }
  const bool starts = said.event.kind == model::EventKind::kMonitor;
  found(Invariant::kSwitchesToPromoted, said.at,
        this->said(said.at, said.node) + (starts ? " starts " : " switches ") + master_name(master.name.index) +
            (starts ? " with " : " to ") + node_text(address) + " in configuration " + epoch_text(master.config_epoch) +
            ", in which it was not promoted");
}

void InvariantChecker::told_late(const sim::Run& run, const Said& said) {
  const model::Address& address = said.event.address;
  const auto is_that = [&](const Told& told) {
    return told.by == said.node && told.master == said.event.master_name.index && told.address == address;
  };
  if (std::ranges::any_of(told_, is_that)) return;
  const std::optional<NodeId> node = data_node_now_at(run, address);
  if (!node || !run.answers(*node) || !run.passes(said.node, *node) || !run.passes(*node, said.node)) return;
  found(Invariant::kNoReplicaLeftOut, said.at,
        this->said(said.at, said.node) + " has not told " + node_text(address) + " of the new master of " +
            master_name(said.event.master_name.index) + " before its failover timed out");
}

// What was told belongs to one failover.
void InvariantChecker::forget_told(const Said& said) {
  std::erase_if(told_,
                [&](const Told& told) { return told.by == said.node && told.master == said.event.master_name.index; });
}

}  // namespace sentinel::analysis
