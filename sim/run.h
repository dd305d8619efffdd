// A run: the whole world between two events, as a value. A copy has the same future.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "model/client.h"
#include "model/data_node.h"
#include "model/random.h"
#include "model/sentinel.h"
#include "model/step.h"
#include "model/watcher.h"
#include "sim/agenda.h"
#include "sim/network.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// An answer to a command of the scenario.
struct CommandReply {
  std::uint32_t step = 0;  // which command: its place in Scenario::steps
  model::Answer answer{};
};

// Something that a process said, for all to see.
struct Record {
  SimTime at{};
  model::Instant clock{};  // what the clock of the process showed
  NodeId node{};
  std::variant<model::Event, CommandReply, model::Applied, model::DataReplaced, model::Outcome, model::LogLine,
               model::StartScript, model::ScriptCollected, model::ScriptDropped>
      what{};
};

// Takes what is said while a run goes on.
template <class S>
concept Sink = std::invocable<S&, const Record&>;

class History;

// Buffers that a driver uses again for each step; never part of a run.
struct Scratch {
  model::Effects effects;
  std::vector<Record> records;  // of the last step, in order
  History* history = nullptr;   // who wants to know what caused what
};

class Run {
 public:
  Run(std::shared_ptr<const Scenario> scenario, std::uint64_t seed);

  const Scenario& scenario() const { return *scenario_; }
  std::uint64_t seed() const { return seed_; }
  SimTime now() const { return agenda_.now(); }
  // Equal for equal histories: of what happened, and of what was said.
  std::uint64_t digest() const { return digest_; }
  std::uint64_t happenings() const { return happenings_; }  // events of the agenda so far
  // The process that was given something in the last step, or that did now what it had been given before; nullopt if
  // there is none. No other process is in another state than before, but for those that steps kill, stop or resume.
  std::optional<NodeId> last_fed() const { return last_fed_; }

  // Time passes until `at`, before which nothing comes.
  void wait_until(SimTime at) { agenda_.set_now(at); }

  // What comes next happens. False, and nothing happens, if there is no future.
  bool step(Scratch& scratch);
  // Likewise, if it comes until `end`, this time included.
  bool step_until(SimTime end, Scratch& scratch) {
    const bool is_step = is_step_next();
    if (!is_step && (agenda_.empty() || agenda_.next_at() > end)) return false;
    if (is_step && steps_.back().at > end) return false;
    take(is_step, scratch);
    return true;
  }

  // --- the choices of a run (run_choices.cc) ---
  const Agenda& agenda() const { return agenda_; }
  // Whether a step of the scenario that has a time comes before all that is on the agenda.
  bool is_step_next() const { return !steps_.empty() && (agenda_.empty() || steps_.back().at <= agenda_.next_at()); }
  bool has_future() const { return !steps_.empty() || !agenda_.empty(); }
  SimTime next_at() const { return is_step_next() ? steps_.back().at : agenda_.next_at(); }  // if has_future()
  // Whose state decides what comes of it, and no other's; nullopt: it concerns all, or is void.
  std::optional<NodeId> process_of(const Happening& what) const;
  // Whether it was meant for what is no longer there, so that nothing comes of it.
  bool is_void(const Happening& what) const;
  // Whether an event that comes may make a step happen.
  bool awaits_events() const { return !armed_.empty(); }
  const model::Random& chances(NodeId node) const { return processes_[index(node)].random; }
  // Likewise step(), with this choice instead of what the run does by itself. A step of the scenario comes first
  // whatever is chosen.
  bool step_as(const Choice& choice, Scratch& scratch);

  // The past stays, and the steps that are to come are those of another scenario, which is the same but for the times
  // of its steps, and perhaps its end, and has had the same steps until now(). Both scenarios must outlive the run.
  void continue_as(std::shared_ptr<const Scenario> scenario);

  // All that comes until `end`, this time included. `observe(run)` is called after each step.
  template <Sink S, std::invocable<const Run&> Observe>
  void run_until(SimTime end, Scratch& scratch, S&& sink, Observe&& observe) {
    while (step_until(end, scratch)) {
      for (const Record& record : scratch.records) sink(record);
      observe(*this);
    }
  }
  template <Sink S>
  void run_until(SimTime end, Scratch& scratch, S&& sink) {
    run_until(end, scratch, sink, [](const Run&) {});
  }

  // With the address that the process has now.
  Node node(NodeId node) const;
  bool is_running(NodeId node) const { return processes_[index(node)].alive; }
  const model::Sentinel* sentinel(NodeId node) const;   // nullptr if it is none, or was never started
  const model::DataNode* data_node(NodeId node) const;  // likewise
  const model::Client* client(NodeId node) const;       // likewise
  const model::Watcher* watcher(NodeId node) const;     // likewise
  // What a sentinel knows of the master with this name; nullptr if it monitors none, or is no sentinel.
  const model::Master* monitored(NodeId node, model::Symbol name) const;
  bool is_stopped(NodeId node) const { return processes_[index(node)].stopped; }  // SIGSTOP
  // Whether it waits until its configuration is on disk: nobody has heard yet of the state that it is in.
  bool waits_for_disk(NodeId node) const { return processes_[index(node)].flushing; }
  const model::Address& address(NodeId node) const { return network_.address(node); }  // that it has now
  model::Instant wall_clock(NodeId node) const { return processes_[index(node)].clock.read(now()); }
  model::Millis uptime(NodeId node) const { return processes_[index(node)].clock.uptime(now()); }
  // Whether the process runs and is neither stopped nor busy, so that who asks it something is answered now.
  bool answers(NodeId node) const;
  // Whether no cut is on the way.
  bool passes(NodeId from, NodeId to) const { return network_.topology().path(from, to).cut == CutMode::kNone; }

  // What stands on the disk of a process, and how often it has rewritten that; 0 again when the file was replaced.
  using Disk = decltype(Node::config);
  const Disk& disk(NodeId node) const { return processes_[index(node)].disk; }
  std::uint32_t rewrites(NodeId node) const { return processes_[index(node)].rewrites; }

 private:
  friend class StateHasher;  // state_hash.cc

  // A process, and what it leaves on disk.
  struct Process {
    std::variant<std::monostate, model::DataNode, model::Sentinel, model::Client, model::Watcher> machine{};
    Disk disk{};
    std::uint32_t rewrites = 0;
    model::Random random{};
    ProcessClock clock{};
    bool alive = false;
    bool stopped = false;  // SIGSTOP
    bool disk_fails = false;
    bool has_saved = false;   // its last life ended with SHUTDOWN
    bool keeps_data = false;  // at its next start
    std::optional<Micros> load_time{};
    std::size_t starts = 0;
    SimTime busy_until{};                 // a stalled event loop
    std::uint16_t life = 0;               // how often it was started and killed
    std::uint16_t timer = 0;              // number of the timer that is set
    bool flushing = false;                // it waits for its disk
    std::vector<model::Action> outbox{};  // what leaves when its configuration is on disk
    std::optional<model::Millis> outbox_timer{};
    std::uint32_t outbox_step = 0;
    std::uint32_t outbox_happening = 0;  // in which it was said
    std::vector<Happening> held{};       // what waits for a process that does not run, in order
    bool catches_up = false;             // its next turn, to handle the first of them, is on the agenda
  };

  // A script that a sentinel started.
  struct ScriptProcess {
    bool running = false;
    std::uint16_t generation = 0;  // of this place
    NodeId parent{};
    std::uint16_t life = 0;  // of the parent: a later one knows nothing of it
    std::uint32_t pid = 0;
    model::ScriptEnd end{};
  };
  struct ScriptRuns {  // how often a sentinel, in all its lives, has run a script
    NodeId parent{};
    model::Symbol path{};
    std::size_t runs = 0;
  };

  // Whom the event was about that made a step happen.
  struct Cast {
    std::uint32_t step = 0;
    NodeId speaker{};
    std::optional<NodeId> subject{};
    std::optional<NodeId> other{};  // the other replica, since the step happened
  };

  // A step of the scenario that is to come. Of what comes at the same time it is the first.
  struct TimedStep {
    SimTime at{};
    std::uint32_t place = 0;
  };

  void take(bool is_step, Scratch& scratch);
  Happening take_next(bool is_step);
  void play(const Happening& what, Scratch& scratch);
  std::uint64_t next_scheduled() const;
  static std::size_t index(NodeId node) { return static_cast<std::size_t>(node); }

  bool can_act(const Process& process) const { return !process.stopped && process.busy_until <= now(); }
  void happen(const Happening& what, Scratch& scratch);
  bool is_frozen(NodeId node) const;
  void hold(NodeId node, const Happening& what);
  void release_held(NodeId node);
  void schedule_turn(NodeId node, std::uint64_t sequence);
  void play_next_held(const Happening& turn, Scratch& scratch);
  void ask(NodeId node, std::uint32_t step, Micros after = Micros{0});
  void command(NodeId node, std::uint32_t step, Scratch& scratch);
  void feed(NodeId node, const model::Input& input, Scratch& scratch, std::uint32_t step = 0);
  bool wait_for_disk(NodeId node, Scratch& scratch, std::uint32_t step);
  void flushed(NodeId node, const Happening& what, Scratch& scratch);
  void carry_out(NodeId node, std::vector<model::Action>& actions, std::optional<model::Millis> next_timer,
                 Scratch& scratch, std::uint32_t step);
  void note_message(NodeId node, const model::Send& send, History& history) const;
  void stall(NodeId node, SimTime until);
  void look_up(NodeId node, const model::Connect& connect);
  void set_timer(NodeId node, model::Millis after);

  // run_life.cc
  bool is_address_taken(NodeId node) const;
  void start(NodeId node, Scratch& scratch);
  void boot_sentinel(NodeId node);
  void boot_data_node(NodeId node, Scratch& scratch);
  model::Id new_run_id(NodeId node);
  std::uint64_t draw_hash_seed(NodeId node);
  void kill(NodeId node);
  void move(NodeId node, const model::Address& address);
  void announce_address(NodeId node);
  void write_first_configuration(NodeId node);
  void set_disk(Process& process);
  void persist(Process& process);

  // run_scripts.cc
  void start_script(NodeId node, const model::StartScript& start);
  void kill_script(NodeId node, std::uint32_t pid);
  void script_ends(const Happening& what, Scratch& scratch);
  model::ScriptEnd next_end(NodeId node, const ScriptSpec& script);

  void record(Scratch& scratch, NodeId node, const decltype(Record::what)& what);
  void pull_triggers(const Record& record);
  void mix(std::uint64_t value);

  // run_steps.cc
  void plan_steps(SimTime after);
  void take_step(std::uint32_t place);
  void act(const CrashStep& step, std::uint32_t place);
  void act(const StopStep& step, std::uint32_t place);
  void act(const StartStep& step, std::uint32_t place);
  void act(const PauseStep& step, std::uint32_t place);
  void act(const ResumeStep& step, std::uint32_t place);
  void act(const StallStep& step, std::uint32_t place);
  void act(const PartitionStep& step, std::uint32_t place);
  void act(const HealStep& step, std::uint32_t place);
  void act(const LatencyStep& step, std::uint32_t place);
  void act(const ClockStep& step, std::uint32_t place);
  void act(const CommandStep& step, std::uint32_t place);
  void act(const WriteStep& step, std::uint32_t place);
  void act(const HoldStep& step, std::uint32_t place);
  void act(const ReleaseStep& step, std::uint32_t place);
  void act(const BandwidthStep& step, std::uint32_t place);
  void act(const ResolveStep& step, std::uint32_t place);
  void act(const DiskStep& step, std::uint32_t place);
  std::optional<NodeId> other_replica(std::optional<NodeId> than) const;
  static std::optional<NodeId> cast(NodeId node, const Cast& cast);
  static Action cast(Action action, const Cast& cast);

  std::shared_ptr<const Scenario> scenario_;
  std::uint64_t seed_;
  std::vector<TimedStep> steps_;  // that are to come, the next one last
  Agenda agenda_;
  Network network_;
  std::vector<Process> processes_;
  std::vector<ScriptProcess> scripts_;  // places are used again
  std::vector<ScriptRuns> script_runs_;
  std::vector<ResolveStep> slow_names_;  // hosts whose look-up takes time
  std::vector<std::uint32_t> armed_;     // triggered steps that did not happen yet
  std::vector<Cast> casts_;              // of those that did
  std::uint64_t digest_ = 0;
  std::uint64_t happenings_ = 0;
  std::optional<NodeId> last_fed_{};
  std::size_t choices_made_ = 0;  // of Scenario::schedule
  std::uint64_t choice_at_ = 0;   // the happening that the next of them is about
};
static_assert(std::copyable<Run>);

}  // namespace sentinel::sim
