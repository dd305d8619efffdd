// What state each node of a run was in, and when that changed: by named facts, as text.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "sim/run.h"
#include "sim/scenario.h"

namespace sentinel::analysis {

// One thing that can be said of a node. An empty value: there is nothing to say, as of what a dead process thinks.
struct StateFact {
  enum class What : std::uint8_t {
    kProcess,      // running, down, paused, busy or loading
    kRole,         // of a data node, as it sees itself: master or replica
    kMaster,       // of a replica: whom it follows; of a sentinel: whom it names as master
    kLink,         // of a replica to its master: up or down
    kTilt,         // of a sentinel: tilt, or nothing
    kEpoch,        // its current one
    kConfigEpoch,  // of what it knows of a master
    kOpinion,      // of a master that it watches: s_down, o_down, or nothing
    kFailover,     // the state of the failover that it leads
    kVote,         // whom it voted for last, and in which epoch
    kFlags,        // of another process that it knows: as SENTINEL REPLICAS and SENTINEL SENTINELS tell them
  };

  sim::NodeId node{};
  What what{};
  model::Symbol master{};              // of which of the masters that a sentinel watches
  std::optional<sim::NodeId> other{};  // kFlags: of whom
};
std::string_view state_fact_name(StateFact::What what);

struct StateChange {
  sim::SimTime at{};
  std::string value{};
};

struct StateTrack {
  StateFact fact{};
  std::vector<StateChange> changes{};  // in order of time, each another value than the one before
};

// An observer of a run that looks at the nodes after each step. What was before Scenario::from is told as of then.
class StateHistory {
 public:
  explicit StateHistory(const sim::Scenario& scenario) : scenario_(&scenario) {}  // must outlive it

  void observe(const sim::Run& run);
  void observe(const sim::Run& run, sim::NodeId node);

  // By node, fact, master and other node.
  std::vector<StateTrack> tracks() const;

 private:
  // Place in the order of the tracks.
  using Key = std::tuple<sim::NodeId, StateFact::What, std::uint32_t, std::int32_t>;

  static Key key_of(const StateFact& fact);

  void observe_sentinel(const sim::Run& run, sim::NodeId node, const model::Sentinel& sentinel);
  void observe_data_node(sim::NodeId node, const model::DataNode& data_node);
  void tell(const StateFact& fact, std::string value);
  static void set(StateTrack& track, std::string value, sim::SimTime at);

  const sim::Scenario* scenario_;
  std::map<Key, StateTrack> tracks_;
  sim::SimTime now_{};
  std::vector<Key> told_;  // in the last look at a node
};

}  // namespace sentinel::analysis
