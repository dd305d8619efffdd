// The failovers of a run: which masters had to be replaced, and what became of it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "analysis/observe/measures.h"
#include "sim/run.h"

namespace sentinel::analysis {

// A master was unfit for longer than its down-after and this, in which sentinels that can act have acted: a failover
// was needed.
inline constexpr sim::Micros kReactionTime = std::chrono::seconds{2};

// What happened because a master was unfit, held for down, or to be replaced; until it was replaced, or all was well
// again, or the run ended.
struct Failover {
  model::Symbol name{};  // of the master
  sim::NodeId old_master{};
  std::optional<sim::NodeId> new_master{};
  bool forced = false;                   // SENTINEL FAILOVER
  bool needed = false;                   // asked for, or rightly tried, or the master was unfit for long
  sim::SimTime begin{};                  // of the first thing of these
  std::optional<sim::SimTime> fault{};   // since when the master was unfit; if forced, when it was asked for
  std::optional<sim::SimTime> mended{};  // since when it was up again, and could be reached
  std::optional<sim::SimTime> sdown{};   // the first of each
  std::optional<sim::SimTime> odown{};
  std::optional<sim::SimTime> tried{};
  std::optional<sim::SimTime> promoted{};
  std::optional<sim::SimTime> switched{};
  sim::Micros without_master{};   // longest time that the master was unfit, until another one was promoted
  std::uint32_t tries = 0;        // epochs in which a sentinel tried
  std::uint32_t split_votes = 0;  // of these, with several candidates of whom none was elected
  FailoverOutcome outcome = FailoverOutcome::kNotNeeded;
  FailoverReason reason = FailoverReason::kNone;
};

// Whether a data node is up, and can be reached: it answers, has its data, and no cut keeps it from more than half of
// the sentinels and at the same time from more than half of all others.
bool is_up(const sim::Run& run, sim::NodeId node);

// A sink of records that also looks at the run after each step.
//
// A master is fit if it is up and takes itself for a master. A failover is false if nobody asked for it and the master
// is fit when another one is promoted, was not unfit for long before, and was not dead just before it was held for
// down: sentinels could not see it, or it was busy, cut off or stopped for a moment only.
class FailoverRecorder {
 public:
  explicit FailoverRecorder(const sim::Scenario& scenario);  // must outlive it

  void operator()(const sim::Record& record);
  void observe(const sim::Run& run);

  // Those that begin from Scenario::from on, by master and time.
  std::vector<Failover> close(const sim::Run& run) const;

 private:
  struct Try {
    std::uint32_t candidates = 0;
    bool elected = false;
  };
  // A master that sentinels monitor, by its name.
  struct Watch {
    model::Symbol name{};
    sim::NodeId master{};  // of the newest configuration
    model::Epoch epoch{};  // of that configuration
    sim::Micros down_after{};
    sim::Micros failover_timeout{};
    bool fit = true;
    sim::SimTime unfit_since{};  // if it is not
    std::optional<sim::SimTime> last_dead{};
    std::optional<Failover> open{};
    sim::Micros longest_unfit{};  // of the open one
    bool is_false = false;        // the open one, as it looked when another master was promoted
    std::map<model::Epoch, Try> tried{};
    std::vector<Failover> closed{};
    bool back_awaited = false;  // that of the last closed one
  };
  struct Said {
    sim::NodeId node{};
    model::Event event{};
  };

  Watch* watch_of(const Said& said);
  void take(const sim::Run& run, const Said& said);
  void take_try(const sim::Run& run, Watch& watch, const Said& said);
  void promoted(const sim::Run& run, Watch& watch);
  void switched(const sim::Run& run, Watch& watch, const Said& said);
  void look_at_master(const sim::Run& run, Watch& watch);
  static Failover& open(const sim::Run& run, Watch& watch);
  static sim::Micros longest_unfit(const sim::Run& run, const Watch& watch);
  bool all_is_well(const sim::Run& run, const Watch& watch) const;
  template <class IsSo>
  bool any_sentinel(const sim::Run& run, const Watch& watch, IsSo is_so) const;
  std::optional<Failover> ended(const sim::Run& run, const Watch& watch) const;
  FailoverReason why_none(const sim::Run& run, const Failover& failover) const;

  const sim::Scenario* scenario_;
  std::vector<Watch> watches_;
  std::vector<Said> said_;  // in this step
};

}  // namespace sentinel::analysis
