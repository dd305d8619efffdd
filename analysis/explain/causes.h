// What caused what: the facts of a run, and for each the facts without which it would not have been, or not yet.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/replay.h"

namespace sentinel::analysis {

// Something that happened. Nothing causes the steps that come at a time, nor the starts that belong to none.
struct Fact {
  enum class Kind : std::uint8_t {
    kStep,     // index: place in Scenario::steps
    kStart,    // of a process, but not by a step; index: the moment
    kEvent,    // index: place in History::records()
    kSent,     // a message; index: place in History::messages()
    kArrived,  // a message; index: likewise
    kLost,     // a connection; index: the moment
  };
  Kind kind = Kind::kStep;
  std::uint32_t index = 0;
  sim::MomentNumber moment = 0;
  sim::SimTime at{};
  std::optional<sim::NodeId> node{};  // whose fact it is

  friend bool operator==(const Fact& a, const Fact& b) { return a.kind == b.kind && a.index == b.index; }
  friend auto operator<=>(const Fact& a, const Fact& b) {
    return a.kind != b.kind ? a.kind <=> b.kind : a.index <=> b.index;
  }
};

struct Cause {
  Fact fact{};
  std::string wait{};  // what the time from this cause to what it caused was spent on; empty: nothing to say
};

// Finds causes. Its rules are those of the model, each named by the function of sentinel.c that has it.
class CauseFinder {
 public:
  explicit CauseFinder(const sim::Replay& replay);  // must outlive it

  const sim::Replay& replay() const { return *replay_; }
  const sim::Scenario& scenario() const { return replay_->scenario(); }
  const sim::History& history() const { return replay_->history(); }

  // What the record tells; it must be an event.
  Fact event_fact(std::size_t record) const;
  const model::Event& event_of(const Fact& fact) const;
  const model::Event* event_at(std::size_t record) const;  // nullptr: the record is none

  // In no order. Empty for what nothing caused but the beginning of the run, or a habit.
  const std::vector<Cause>& causes_of(const Fact& fact) const;
  // What happened, with whom: `S2 is asked by S1 whether the master is down, and for its vote`.
  std::string text(const Fact& fact) const;
  std::string name(sim::NodeId node) const { return scenario().node(node).name; }
  std::string name(const model::Address& address) const;  // of who listens there; else the address
  std::string name(const model::Id& sentinel) const;      // of who has that id in the end; else the id
  // The run when it is over.
  const sim::Run& end() const { return end_; }

  // The last step until `at` that keeps `from` from getting answers of `to`, such as a crash or a cut; `to` may be
  // the same node. nullopt if nothing does.
  std::optional<Fact> fault_of(sim::NodeId to, sim::NodeId from, sim::SimTime at) const;
  // Likewise the last one that does so, or puts an end to it.
  std::optional<Fact> change_of(sim::NodeId to, sim::NodeId from, sim::SimTime at) const;

 private:
  using Events = std::function<bool(const model::Event&)>;
  using Messages = std::function<bool(const sim::SentMessage&)>;

  // causes.cc
  Fact moment_fact(Fact::Kind kind, std::uint32_t index, sim::MomentNumber moment) const;
  Fact sent_fact(std::size_t message) const;
  Fact arrived_fact(std::size_t message) const;
  std::optional<Fact> step_fact_of(sim::MomentNumber moment) const;
  // What the process was given in that moment; nullopt if that was its timer. For a connection that came about: why it
  // was opened.
  std::optional<Fact> input_fact(sim::MomentNumber moment) const;
  // What what was said waited for, if it waited for a flush.
  std::string wait_for_disk(sim::MomentNumber moment) const;
  // The last event of a node before another fact, or in the same moment but before it.
  std::optional<Fact> last_event(sim::NodeId node, const Fact& before, const Events& is_meant) const;
  // The last message that arrived until that moment.
  std::optional<std::size_t> last_arrived(sim::MomentNumber until, const Messages& is_meant) const;
  std::vector<Cause> find_causes(const Fact& fact) const;
  // Whether a step keeps `to` from answering `from`, though both go on: a cut, or what makes all late.
  bool harms(const Fact& step, sim::NodeId to, sim::NodeId from) const;
  std::optional<Fact> last_step(sim::SimTime at, const std::function<bool(const Fact&)>& is_meant) const;
  // Whether the process answers before the moment and after it.
  std::pair<bool, bool> stands_around(sim::MomentNumber moment, sim::NodeId node) const;
  std::vector<Cause> causes_of_step(const Fact& fact) const;
  std::vector<Cause> causes_of_loss(const Fact& fact) const;

  // causes_of_events.cc
  std::vector<Cause> causes_of_event(const Fact& fact) const;
  std::vector<Cause> of_sdown(const Fact& fact) const;
  std::vector<Cause> of_odown(const Fact& fact) const;
  std::vector<Cause> of_try(const Fact& fact) const;
  std::vector<Cause> of_elected(const Fact& fact) const;
  std::vector<Cause> of_tick(const Fact& fact) const;
  std::optional<Fact> what_it_was_run_for(const Fact& script) const;
  std::vector<Cause> of_promoted(const Fact& fact) const;
  std::vector<Cause> of_reconf_sent(const Fact& fact) const;
  std::vector<Cause> of_failover_end(const Fact& fact) const;
  std::vector<Cause> of_switch(const Fact& fact) const;
  std::vector<Cause> of_repair(const Fact& fact) const;
  std::vector<Cause> after(const Fact& fact, std::initializer_list<model::EventKind> kinds, const char* wait) const;

  // causes_of_messages.cc
  std::vector<Cause> causes_of_sent(const Fact& fact) const;
  std::vector<Cause> causes_of_arrived(const Fact& fact) const;
  std::vector<Cause> of_question(const Fact& fact, const sim::SentMessage& message) const;
  std::optional<Fact> news(const sim::SentMessage& question) const;
  std::string message_text(const sim::SentMessage& message, std::string_view verb) const;

  const sim::Replay* replay_;
  sim::Run end_;
  std::vector<Fact> steps_{};  // of the scenario, each with the moment in which it was taken
  mutable std::map<Fact, std::vector<Cause>> known_{};
};

}  // namespace sentinel::analysis
