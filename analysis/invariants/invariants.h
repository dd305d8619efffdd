// Does a run keep what holds in every run, or should? sim/invariants.h has the names.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "analysis/observe/ledger.h"
#include "analysis/observe/violation.h"
#include "sim/invariants.h"
#include "sim/run.h"

namespace sentinel::analysis {

// An invariant that does not hold.
struct Break {
  sim::Invariant invariant{};
  sim::SimTime at{};  // when that was seen
  std::string what{};
  std::string_view known{};  // where it is told, if the way in which it was broken shows that
};

// As an expectation that is not met.
Violation violation_of(const Break& broken);

// What clients got an OK for, and is lost in the end.
std::optional<Break> lost_writes(const sim::Scenario& scenario, const LedgerReport& report);

// A sink of records that also looks at the run after each step, and there only at the process that was given something.
// Keeps the first break of each invariant. Must see the run from its beginning.
//
// invariants.cc: what is asked of it, epochs; invariants_of_failovers.cc: what events tell;
// invariants_of_data_nodes.cc: who has data, who takes writes; invariants_at_end.cc: the state in the end.
class InvariantChecker {
 public:
  explicit InvariantChecker(const sim::Scenario& scenario);  // must outlive it

  void operator()(const sim::Record& record);
  void observe(const sim::Run& run);

  // What it remembers and judges by later. Not: times and breaks, which are only told.
  template <class Visitor>
  void visit_state(Visitor& visit) const;

  // The first break of each invariant, in the order of Invariant, now that the run is over. Without the books of the
  // clients nothing is known of lost writes.
  std::vector<Break> breaks(const sim::Run& run, const LedgerReport* ledger = nullptr) const;
  // What of the expectations is not as they say: of those that hold, and of those that do not.
  std::vector<Violation> violations(const sim::Run& run, const sim::Expectations& expect,
                                    const LedgerReport* ledger = nullptr) const;

 private:
  // What a sentinel had when it was looked at last.
  struct Known {
    model::Epoch current{};
    std::vector<std::pair<std::uint32_t, model::Epoch>> configurations{};  // by master
  };
  // An event that is judged when its sentinel is looked at.
  struct Said {
    sim::SimTime at{};
    sim::NodeId node{};
    model::Event event{};
  };
  struct Vote {
    sim::SimTime at{};
    model::Id candidate{};
  };
  struct Leader {
    sim::SimTime at{};
    sim::NodeId node{};
  };
  struct Promotion {
    sim::SimTime at{};
    sim::NodeId by{};
    model::Address address{};
  };
  // What a file or an operator names as the configuration of a master.
  struct Named {
    std::uint32_t master = 0;
    model::Epoch epoch{};
    model::Address address{};
  };
  // A replica that was sent SLAVEOF in the failover that is going on.
  struct Told {
    sim::NodeId by{};
    std::uint32_t master = 0;
    model::Address address{};
  };
  struct Life {  // of a data node's process
    model::Id run_id{};
    bool had_data = false;
  };
  // Data nodes that began as one master and its replicas.
  struct Group {
    std::vector<sim::NodeId> nodes{};
    int writers = 0;
    std::array<sim::NodeId, 2> two{};         // that take writes
    std::optional<sim::SimTime> two_since{};  // both of them
  };
  using Breaks = std::array<std::optional<Break>, sim::kInvariants>;

  void found(sim::Invariant invariant, sim::SimTime at, std::string what, std::string_view known = {});
  std::string said(sim::SimTime at, sim::NodeId node) const;
  std::string master_name(std::uint32_t symbol) const { return scenario_->symbols.texts()[symbol]; }
  std::string node_text(const model::Address& address) const;
  void check_epochs(const sim::Run& run, sim::NodeId node, const model::Sentinel& sentinel);

  // invariants_of_failovers.cc
  void voted(const sim::Record& record, const model::Event& event);
  void judge(const sim::Run& run, const Said& said);
  void tried(const Said& said, const model::Master& master);
  void elected(const Said& said, const model::Sentinel& sentinel, const model::Master& master);
  void promoted(const sim::Run& run, const Said& said, const model::Master& master);
  void named(const Said& said, const model::Master& master, const model::Address& address);
  void told_late(const sim::Run& run, const Said& said);
  void forget_told(const Said& said);

  // invariants_of_data_nodes.cc
  void group_data_nodes();
  void look_at(const sim::Run& run, sim::NodeId node, const model::DataNode& data_node);
  void look_at_writers(const sim::Run& run);
  void set_writer(sim::NodeId node, bool takes, sim::SimTime now);
  std::optional<Break> two_masters(const Group& group, sim::SimTime until) const;

  const sim::Scenario* scenario_;
  Breaks breaks_{};
  std::vector<Said> said_{};  // in the last step
  std::vector<Known> known_;  // by node
  std::vector<Life> lives_;
  std::vector<std::size_t> group_of_;
  std::vector<bool> writers_;
  std::vector<Group> groups_{};
  std::vector<Named> named_{};
  std::vector<Told> told_{};
  std::map<std::tuple<std::uint32_t, model::Epoch, sim::NodeId>, std::vector<Vote>> votes_{};  // by master and voter
  std::map<std::tuple<std::uint32_t, model::Epoch>, Leader> leaders_{};                        // by master
  std::map<std::tuple<std::uint32_t, model::Epoch>, std::vector<Promotion>> promotions_{};     // by master
};

template <class Visitor>
void InvariantChecker::visit_state(Visitor& visit) const {
  for (std::size_t i = 0; i < known_.size(); ++i) {
    visit(known_[i].current, known_[i].configurations.size());
    for (const auto& [master, epoch] : known_[i].configurations) visit(master, epoch);
    visit(lives_[i].run_id, lives_[i].had_data, bool{writers_[i]});
    // Each sentinel for itself: what others were told meanwhile makes no difference.
    for (const Told& told : told_) {
      if (static_cast<std::size_t>(told.by) == i) visit(true, told.master, told.address);
    }
    visit(false);
  }
  for (const Group& group : groups_) visit(group.two_since);
  visit(votes_.size());
  for (const auto& [key, votes] : votes_) {
    const auto& [master, epoch, voter] = key;
    visit(master, epoch, voter, votes.size());
    for (const Vote& vote : votes) visit(vote.candidate);
  }
  visit(leaders_.size());
  for (const auto& [key, leader] : leaders_) visit(std::get<0>(key), std::get<1>(key), leader.node);
  visit(promotions_.size());
  for (const auto& [key, promotions] : promotions_) {
    visit(std::get<0>(key), std::get<1>(key), promotions.size());
    for (const Promotion& promotion : promotions) visit(promotion.address);
  }
}

}  // namespace sentinel::analysis
