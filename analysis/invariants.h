// Does a run keep the rules that hold in all runs? sim/invariants.h has their names.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "analysis/violation.h"
#include "sim/invariants.h"
#include "sim/run.h"

namespace sentinel::analysis {

// A sink of records that also looks at the run after each step. Keeps the first violation of each invariant.
class InvariantChecker {
 public:
  explicit InvariantChecker(const sim::Scenario& scenario);  // must outlive it

  void operator()(const sim::Record& record);
  void observe(const sim::Run& run);

  // Of those that are asked for, now that the run is over.
  std::vector<Violation> violations(const sim::Run& run, const std::vector<sim::Invariant>& asked);

 private:
  // What a sentinel had when it was looked at last.
  struct Known {
    model::Epoch current{};
    std::vector<std::pair<std::uint32_t, model::Epoch>> configurations{};  // by master
  };
  struct Vote {
    sim::SimTime at{};
    model::Id candidate{};
  };
  struct Leader {
    sim::SimTime at{};
    sim::NodeId node{};
  };

  void found(sim::Invariant invariant, const std::string& what);
  void check_elections(const sim::Run& run);
  void check_election(const model::Sentinel& sentinel, const model::Master& master, const Leader& leader);
  void check_epochs(const sim::Run& run, sim::NodeId node, const model::Sentinel& sentinel);
  void check_names(const sim::Run& run);
  std::string said(sim::SimTime at, sim::NodeId node) const;
  std::string master_name(std::uint32_t symbol) const { return scenario_->symbols.texts()[symbol]; }

  const sim::Scenario* scenario_;
  std::array<std::optional<std::string>, sim::kInvariants> violations_{};
  std::vector<Known> known_;
  std::map<std::tuple<std::uint32_t, model::Epoch, sim::NodeId>, Vote> votes_;  // by master, epoch and voter
  std::map<std::tuple<std::uint32_t, model::Epoch>, Leader> leaders_;           // by master
  std::vector<std::pair<Leader, std::uint32_t>> elected_;                       // in the last step, and of which master
};

}  // namespace sentinel::analysis
