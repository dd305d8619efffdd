// One recording as it happens: actions at their times, and everything that the sentinels say.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "analysis/interrupts.h"
#include "analysis/recorder/cluster.h"
#include "analysis/recorder/connection.h"
#include "analysis/recorder/time_axis.h"
#include "analysis/recorder/writer.h"

namespace sentinel::analysis::recorder {

// Lists of JSON objects, as they stand in the file.
struct SessionRecord {
  TimeAxis axis;
  double recorded_ms = 0;
  Reply stalls = Reply::array();
  Reply actions = Reply::array();
  Reply events = Reply::array();
  Reply notes = Reply::array();
  std::vector<WriterRecord> writers;
  std::map<std::size_t, std::string> ids;  // of sentinels whose configuration does not tell
};

// One thread, one poll loop.
class Session {
 public:
  Session(Cluster& cluster, const Interrupts& interrupts);

  // Starts the sentinels, and goes on for the plan's duration. Throws Interrupted, or std::runtime_error if a process
  // ends that nobody ended.
  SessionRecord run();

 private:
  struct Subscription {
    std::size_t node = 0;
    std::optional<Connection> connection{};
    bool subscribed = false;
    SteadyTime started{};
    SteadyTime next_attempt{};
  };
  struct Command {
    Connection connection;
    std::size_t unwanted = 0;  // replies before the one that counts
    std::function<void(const Reply&)> done;
    SteadyTime deadline{};
    bool over = false;
  };
  struct Due {
    std::size_t action = 0;  // place in the plan
    Reply on{};              // the event that made it happen
    std::size_t speaker = 0;
  };

  void plan_timed_actions();
  void perform_due(SteadyTime now);
  void perform(const Due& due, SteadyTime planned);
  void start(std::size_t node, bool fresh = false);

  // The action with everybody in it who has a part in the event.
  PlannedAction cast(const Due& due) const;
  Nodes cast(const Nodes& nodes, const Due& due) const;
  std::optional<std::size_t> named_by(const Reply& event) const;
  std::optional<std::size_t> replica_other_than(std::optional<std::size_t> node) const;

  // What is done, as fields of the record. `place` is that of the action in the record.
  Reply act(const KillAction& action, std::size_t place);
  Reply act(const TerminateAction& action, std::size_t place);
  Reply act(const StopAction& action, std::size_t place);
  Reply act(const ContinueAction& action, std::size_t place);
  Reply act(const StartAction& action, std::size_t place);
  Reply act(const CommandAction& action, std::size_t place);
  Reply act(const CutAction& action, std::size_t place);
  Reply act(const HealAction& action, std::size_t place);
  Reply act(const WriteAction& action, std::size_t place);
  Reply act(const StopWriteAction& action, std::size_t place);
  void change_cuts(std::size_t place);
  void finish_change();
  void command(std::size_t node, const std::vector<std::string>& args, std::function<void(const Reply&)> done);

  void connect_due(SteadyTime now);
  void connect(Subscription& subscription);
  void receive(Subscription& subscription);
  void take(Subscription& subscription, const Reply& message);
  void take_event(std::size_t sentinel, const Reply& message);
  void fire_cues(std::size_t sentinel, const Reply& event, SteadyTime now);
  void work_commands(SteadyTime now);
  void note(std::size_t sentinel, const char* text);

  void watch(SteadyTime now);
  SteadyTime next_wake() const;
  void wait(SteadyTime until);

  Cluster& cluster_;
  const Plan& plan_;
  const Interrupts& interrupts_;
  SessionRecord record_{};
  std::multimap<SteadyTime, Due> agenda_;
  std::vector<bool> fired_;  // of the actions that wait for an event
  std::vector<Subscription> subscriptions_;
  std::vector<Command> commands_;
  std::vector<Writer> writers_;
  Router::Cuts cuts_;
  struct Change {
    Tool tool;
    std::size_t action = 0;  // place in the record
  };
  std::optional<Change> change_;  // of the cuts, until it holds
  SteadyTime heartbeat_{};
};

}  // namespace sentinel::analysis::recorder
