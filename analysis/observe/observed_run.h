// A run that is over, with all that can be told of it: what pages and traces are made from.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/observe/failovers.h"
#include "analysis/observe/ledger.h"
#include "analysis/observe/state_history.h"
#include "sim/replay.h"
#include "sim/run.h"

namespace sentinel::analysis {

struct ObservedRun {
  sim::Replay replay;
  sim::Run run;  // as it is in the end
  std::vector<StateTrack> states{};
  std::vector<Failover> failovers{};
  LedgerReport ledger{};
};
ObservedRun observe_run(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed);

// What a record tells a reader: what was said, and about what. nullopt for what came before Scenario::from, was not
// published, or only counts for the books of a run.
struct Told {
  std::string what{};  // the channel of an event
  std::string about{};
};
std::optional<Told> told(const sim::Scenario& scenario, const sim::Record& record);

// A step of the scenario that was done.
struct StepDone {
  sim::SimTime at{};
  std::size_t step = 0;  // its place in Scenario::steps
};
std::vector<StepDone> steps_done(const sim::History& history);  // in the order in which they were

}  // namespace sentinel::analysis
