// What is explored of a scenario, and what came of it: the bounds, the counts, and the way to a broken invariant.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "analysis/invariants/invariants.h"
#include "sim/scenario.h"
#include "sim/state_hash.h"

namespace sentinel::analysis {

struct ExploreBounds {
  std::uint64_t seed = 1;
  sim::Micros interval{1'000};           // what comes within so long is simultaneous
  sim::SimTime from{};                   // where the exploring begins,
  sim::SimTime to{};                     // and ends; from then on the run goes on by itself, to its end
  std::optional<std::uint32_t> depth{};  // how many choices may differ from what the run does by itself; nullopt: any
  std::uint32_t crashes = 0;             // how many processes may crash
  std::uint32_t cuts = 0;                // how many links between two processes may be lost until `to`
  std::vector<sim::NodeId> nodes{};      // that crash, and between which links are lost
  std::uint64_t states = 1'000'000;      // how many are looked at, in all
  bool timers = false;                   // also when a sentinel's timer comes again is chosen
  std::vector<sim::Invariant> invariants{};  // that must hold
  std::vector<sim::Invariant> left_out{};    // about the end, which comes too early to judge them; only told

  // For who checks the reduction:
  bool brute_force = false;    // every order of all that is simultaneous, and no state is taken for one that was seen
  bool finds_all = false;      // does not end at the first violation
  bool keeps_streams = false;  // what each process said tells states apart, too
};

// One thing that goes otherwise than by itself.
struct Deviation {
  enum class Kind : std::uint8_t { kChoice, kCrash, kCut };
  Kind kind = Kind::kChoice;
  sim::Choice choice{};  // of kChoice
  sim::SimTime at{};     // of the others, and who it happens to
  sim::NodeId node{};
  sim::NodeId other{};  // of kCut
};

// Of all that was done, also where fewer deviations were allowed first.
struct ExploreCounts {
  std::uint64_t states = 0;      // in which something was chosen
  std::uint64_t pruned = 0;      // ways that came to a state that was seen before
  std::uint64_t ways = 0;        // that were gone to their end
  std::uint64_t happenings = 0;  // of all runs
  std::uint32_t faults = 0;      // crashes and cuts that were allowed last,
  std::uint32_t depth = 0;       // and choices that might differ from what the runs do by themselves; 0: none or any
};

struct Counterexample {
  std::vector<Deviation> deviations{};  // in the order of time
  std::vector<Break> broken{};          // of what must hold
  std::vector<Break> breaks{};          // all that its run breaks, also what was not asked for
};

struct Exploration {
  enum class Verdict : std::uint8_t { kNone, kViolated, kInconclusive };
  Verdict verdict = Verdict::kNone;
  // No choice was left out because of `depth`: it would be the same with a greater one, or with none.
  bool is_all_orders = false;
  bool interrupted = false;
  ExploreCounts counts{};
  std::set<sim::StateHash> outcomes{};             // states at `to`
  std::set<std::string> broken{};                  // what was expected of all that was violated
  std::optional<Counterexample> counterexample{};  // with the fewest crashes and cuts, of those with the fewest choices
  bool is_shortest = true;                         // false: the states did not suffice to look for a shorter one
  std::set<std::vector<std::string>> streams{};    // if they are kept: what each process said until `to`, of each way
};

// Called now and then; false: the exploring ends.
using ExploreWatcher = std::function<bool(const ExploreCounts&)>;

// Goes all ways of the scenario within the bounds: first those without crashes and cuts, then with one, and so on. The
// same bounds give the same exploration. Throws BadInput if the scenario has messages that take no time, or choices of
// its own, or `from` is not before `to`.
//
// Two things that come at the same time are tried in both orders only if they are about the same process: others
// commute, as a process learns nothing of others but by messages, which take time (persistent sets, Godefroid 1996).
// A start, a step that an event makes happen and a sentinel that is about to end by itself are about all. Messages of
// one direction of a connection keep their order.
Exploration explore(const sim::Scenario& scenario, const ExploreBounds& bounds, const ExploreWatcher& watcher = {});

// Whether the run goes on for so long after `to` that what holds in the end must hold: all that began before is over by
// then, as failovers that ran into their time-outs and were tried again.
bool ends_quietly(const sim::Scenario& scenario, sim::SimTime to);
// How long that is.
sim::Micros quiet_time(const sim::Scenario& scenario);

// The scenario as it is explored: with this seed, on the grid of time.
sim::Scenario on_grid(const sim::Scenario& scenario, const ExploreBounds& bounds);

// What a crash or a cut adds to the steps of a scenario: at its time, and for a cut also its end at `to`.
std::vector<sim::Step> steps_of(const Deviation& deviation, sim::SimTime to);

}  // namespace sentinel::analysis
