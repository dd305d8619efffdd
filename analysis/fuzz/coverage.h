// How far random scenarios get: rare states that somebody named, and all abstract states of the sentinels.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "analysis/fuzz/nemeses.h"
#include "model/instance.h"
#include "sim/run.h"

namespace sentinel::analysis {

// A state or an event that random scenarios must get to. A rare one may be missing in an ensemble of some thousands.
struct Probe {
  std::string name;  // `pause in wait-promotion`
  bool rare = false;
};
std::span<const Probe> probes();

// What one run reached, or many of them together.
struct Coverage {
  std::vector<std::uint64_t> probed;         // how many runs came by each of probes()
  std::unordered_set<std::uint64_t> states;  // hashes of abstract states
  Coverage();
  // Whether `other` has a state that is not here yet; it is from now on.
  bool add(const Coverage& other);
};

// A sink of records that also looks at the run after each step.
//
// The abstract state of a cluster: of each sentinel whether it runs and is in TILT, and for each master its flags, the
// state of its failover, whom it voted for, and how its epochs compare with those of the others; of each data node its
// role and its link. Sentinels that are in the same state are not told apart.
class CoverageObserver {
 public:
  explicit CoverageObserver(const sim::Scenario& scenario);  // must outlive it

  void operator()(const sim::Record& record);
  void observe(const sim::Run& run);
  const Coverage& coverage() const { return coverage_; }

 private:
  struct Strike {
    sim::SimTime at{};
    FaultFamily family{};
  };
  struct Try {
    std::set<sim::NodeId> candidates{};
    bool elected = false;
  };

  void reach(std::size_t probe) { coverage_.probed[probe] = 1; }
  void strike(const sim::Run& run, FaultFamily family);
  void take(const sim::Run& run, sim::NodeId node, const model::Event& event);
  void take_try(sim::NodeId node, model::EventKind event, const model::Sentinel& sentinel, const model::Master& master);
  void compare(const sim::Run& run, model::EventKind event, const model::Master& master);
  std::uint64_t abstract_state(const sim::Run& run);

  const sim::Scenario* scenario_;
  Coverage coverage_;
  std::vector<Strike> strikes_;                                  // of the scenario, the next one last
  std::vector<sim::EventPattern> armed_;                         // of steps that wait for an event
  std::vector<sim::Record> said_;                                // events, in this step
  std::map<std::pair<std::uint32_t, model::Epoch>, Try> tries_;  // by master and epoch
  std::vector<std::uint64_t> hashes_;                            // scratch
};

}  // namespace sentinel::analysis
