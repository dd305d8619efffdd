#include "analysis/invariants/invariants_at_end.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "sim/event_text.h"

namespace sentinel::analysis {
namespace {

using sim::Invariant;
using sim::NodeId;

// A sentinel that runs, and what it knows of one master.
struct Witness {
  NodeId node{};
  const model::Sentinel* sentinel = nullptr;
  const model::Master* master = nullptr;
};
using Witnesses = std::vector<Witness>;

class EndState {
 public:
  explicit EndState(const sim::Run& run) : run_(&run), scenario_(&run.scenario()) {}

  std::vector<Break> breaks() {
    std::map<std::uint32_t, Witnesses> by_master;
    for (const NodeId node : nodes()) {
      const model::Sentinel* const sentinel = run_->sentinel(node);
      if (sentinel == nullptr || !run_->is_running(node)) continue;
      for (const model::Master& master : sentinel->masters())
        by_master[master.name.index].push_back({node, sentinel, &master});
    }
    for (const auto& [master, witnesses] : by_master) {
      // Whom should they follow, if sentinels do not agree?
      if (!check_names(witnesses)) continue;
      check_followers(witnesses);
      check_master(witnesses);
    }
    return std::move(breaks_);
  }

 private:
  std::vector<NodeId> nodes() const {
    std::vector<NodeId> all;
    for (std::uint16_t i = 0; i < scenario_->nodes.size(); ++i) all.push_back(NodeId{i});
    return all;
  }
  std::string name(NodeId node) const { return scenario_->node(node).name; }
  std::string name(const Witnesses& of) const { return std::string{scenario_->symbols.text(of.front().master->name)}; }

  void found(Invariant invariant, std::string what) {
    const auto is_there = std::ranges::find(breaks_, invariant, &Break::invariant) != breaks_.end();
    if (!is_there) breaks_.push_back({.invariant = invariant, .at = run_->now(), .what = std::move(what)});
  }

  bool check_names(const Witnesses& witnesses) {
    const model::Address first = model::Sentinel::current_address(*witnesses.front().master);
    const auto tells = [&](const Witness& by) {
      const model::Address address = model::Sentinel::current_address(*by.master);
      return name(by.node) + " tells " + sim::name_and_port(address, scenario_->symbols);
    };
    for (const Witness& witness : witnesses) {
      if (model::Sentinel::current_address(*witness.master) == first) continue;
      found(Invariant::kOneNameInTheEnd,
            "of " + name(witnesses) + " " + tells(witnesses.front()) + " and " + tells(witness));
      return false;
    }
    return true;
  }

  bool reach(NodeId a, NodeId b) const { return run_->passes(a, b) && run_->passes(b, a); }

  // Whether it can do what sentinels ask of it.
  bool is_at_work(NodeId node) const {
    const model::DataNode* const data_node = run_->data_node(node);
    return data_node != nullptr && run_->answers(node) && !data_node->loading();
  }

  std::optional<NodeId> at(const model::Address& address) const {
    for (const NodeId node : nodes()) {
      if (run_->data_node(node) != nullptr && run_->is_running(node) && run_->address(node) == address) return node;
    }
    return std::nullopt;
  }

  // Whether the sentinel can tell the node whom to replicate.
  bool commands(const Witness& witness, NodeId node) const {
    const model::DataNodeConfig& config = run_->data_node(node)->config();
    return run_->answers(witness.node) && !witness.sentinel->tilt() && reach(witness.node, node) &&
           config.knows_replicaof && config.knows_ping &&
           (!config.password || config.password == witness.master->auth_pass);
  }

  const model::Replica* known_replica(const Witness& witness, NodeId node) const {
    const auto found = std::ranges::find(witness.master->replicas, run_->address(node), &model::Replica::address);
    return found == witness.master->replicas.end() ? nullptr : &*found;
  }

  bool follows(NodeId node, NodeId master) const {
    for (std::size_t hops = 0; hops < scenario_->nodes.size(); ++hops) {
      const model::DataNode& replica = *run_->data_node(node);
      if (replica.is_master() || replica.replication_state() != model::ReplicationState::kConnected) return false;
      const std::optional<NodeId> next = at(*replica.master());
      if (!next || next == master) return next == master;
      node = *next;
    }
    return false;
  }

  // Nobody is told to replicate a master that says itself that it is a replica (sentinelMasterLooksSane), and that
  // lasts if no sentinel can replace it.
  void check_followers(const Witnesses& witnesses) {
    const std::optional<NodeId> master = at(model::Sentinel::current_address(*witnesses.front().master));
    if (!master || !is_at_work(*master)) return;
    if (!run_->data_node(*master)->is_master() && !can_be_helped(witnesses)) return;
    const model::Symbol password = run_->data_node(*master)->config().password;
    for (const NodeId node : nodes()) {
      if (node == *master || !is_at_work(node) || !reach(node, *master)) continue;
      if (password && run_->data_node(node)->config().master_password != password) continue;
      const bool is_commanded = std::ranges::any_of(
          witnesses, [&](const Witness& each) { return known_replica(each, node) != nullptr && commands(each, node); });
      if (!is_commanded || follows(node, *master)) continue;
      found(Invariant::kAllFollowInTheEnd,
            name(node) + " does not replicate " + name(*master) + ", the master of " + name(witnesses));
    }
  }

  // Whether this sentinel can be elected: enough of those that it knows can vote for it.
  bool can_lead(const Witness& witness, const Witnesses& all) const {
    if (!run_->answers(witness.node) || witness.sentinel->tilt()) return false;
    const auto votes = [&](const model::Peer& peer) {
      return std::ranges::any_of(all, [&](const Witness& other) {
        return other.sentinel->id() == peer.id && run_->address(other.node) == peer.address &&
               run_->answers(other.node) && reach(witness.node, other.node);
      });
    };
    const auto voters = static_cast<std::size_t>(1 + std::ranges::count_if(witness.master->peers, votes));
    const std::size_t majority = (witness.master->peers.size() + 1) / 2 + 1;
    return voters >= std::max(majority, static_cast<std::size_t>(witness.master->quorum));
  }

  // Whether this sentinel has somebody who can be the master.
  bool has_candidate(const Witness& witness) const {
    return std::ranges::any_of(nodes(), [&](NodeId node) {
      if (!is_at_work(node) || !commands(witness, node)) return false;
      if (run_->address(node) == model::Sentinel::current_address(*witness.master)) return true;
      const model::Replica* const replica = known_replica(witness, node);
      if (replica == nullptr || run_->data_node(node)->config().priority == 0) return false;
      const auto why = witness.sentinel->exclusion(run_->wall_clock(witness.node), *witness.master, *replica);
      return why != model::Exclusion::kLinkDownTooLong;
    });
  }

  bool can_be_helped(const Witnesses& witnesses) const {
    return std::ranges::any_of(witnesses,
                               [&](const Witness& each) { return can_lead(each, witnesses) && has_candidate(each); });
  }

  // A data node's disk that still fails makes one master after the other unfit, and a replica does not say so before it
  // is one.
  bool disks_fail() const {
    std::vector<NodeId> failing;
    for (std::uint32_t i = 0; i < scenario_->steps.size(); ++i) {
      const auto* const disk = std::get_if<sim::DiskStep>(&scenario_->steps[i].action);
      if (disk == nullptr) continue;
      const bool is_timed = std::holds_alternative<sim::SimTime>(scenario_->steps[i].when);
      if (is_timed && scenario_->time_of(i, run_->seed()) > run_->now()) continue;
      for (const NodeId node : disk->nodes) {
        std::erase(failing, node);
        if (disk->fails) failing.push_back(node);
      }
    }
    return std::ranges::any_of(
        failing, [&](NodeId node) { return node >= sim::kOtherReplica || scenario_->node(node).is_data_node(); });
  }

  // A master that loads is alive to sentinels; one that waits for replicas which nobody runs is as it was told to be.
  bool may_refuse(NodeId node, const Witnesses& witnesses) const {
    const model::DataNode& master = *run_->data_node(node);
    if (master.loading()) return true;
    const int others = static_cast<int>(std::ranges::count_if(nodes(), [&](NodeId each) {
      return each != node && is_at_work(each) && reach(each, node) && known_replica(witnesses.front(), each) != nullptr;
    }));
    return master.is_master() && master.config().min_replicas_to_write > others;
  }

  void check_master(const Witnesses& witnesses) {
    const model::Address address = model::Sentinel::current_address(*witnesses.front().master);
    const std::optional<NodeId> master = at(address);
    if (master && (takes_writes(*run_, *master) || may_refuse(*master, witnesses))) return;
    if (!can_be_helped(witnesses) || disks_fail()) return;
    const std::string which = "the master of " + name(witnesses) + ", ";
    if (!master) {
      found(Invariant::kWritableInTheEnd, which + sim::name_and_port(address, scenario_->symbols) + ", does not run");
    } else if (run_->is_stopped(*master)) {
      found(Invariant::kWritableInTheEnd, which + name(*master) + ", is stopped");
    } else {
      const std::string how = run_->data_node(*master)->is_master() ? ", refuses writes" : ", is a replica";
      found(Invariant::kWritableInTheEnd, which + name(*master) + how);
    }
  }

  const sim::Run* run_;
  const sim::Scenario* scenario_;
  std::vector<Break> breaks_{};
};

}  // namespace

std::vector<Break> breaks_at_end(const sim::Run& run) { return EndState{run}.breaks(); }

}  // namespace sentinel::analysis
