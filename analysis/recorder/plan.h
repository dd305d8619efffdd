// What a recording will do: a scenario in terms of real processes, and the refusal of what cannot be done to them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "analysis/recorder/connection.h"
#include "analysis/recorder/server.h"
#include "sim/scenario.h"

namespace sentinel::analysis::recorder {

struct PlannedNode {
  std::string name;
  bool is_sentinel = false;
  bool running = true;  // false: an action starts it
  Endpoint endpoint;
  std::vector<std::string> conf;            // complete but for `dir` and `logfile`
  std::string password;                     // of the connections to it; empty if it asks for none
  std::string id;                           // of a sentinel, if its configuration tells
  std::optional<std::size_t> replica_of{};  // place of the node; nullopt also if it is none
};

// Places in Plan::nodes. Those of kSpeaker and its like stand for whoever has that part in the event that makes the
// action happen.
using Nodes = std::vector<std::size_t>;
inline constexpr auto kSpeaker = static_cast<std::size_t>(sim::kSpeaker);
inline constexpr auto kSubject = static_cast<std::size_t>(sim::kSubject);
inline constexpr auto kOtherReplica = static_cast<std::size_t>(sim::kOtherReplica);

struct KillAction {  // SIGKILL
  Nodes who;
};
struct TerminateAction {  // SIGTERM
  Nodes who;
};
struct StopAction {  // SIGSTOP
  Nodes who;
};
struct ContinueAction {  // SIGCONT
  Nodes who;
};
struct StartAction {
  Nodes who;
  bool fresh = false;  // with the planned configuration, not with what the process left on disk
};
struct CommandAction {
  Nodes who;
  std::vector<std::string> args;
};
struct CutAction {  // of packets from `a` to `b`, and back unless it is one-way
  Nodes a;
  Nodes b;
  bool reject = false;
  bool one_way = false;
};
struct HealAction {  // both empty: everything
  Nodes a;
  Nodes b;
};
struct WriteAction {  // a client begins to append numbers to a list of its name
  std::string writer;
  std::size_t target = 0;  // a data node, or the sentinel that is asked for it
  bool via = false;
  std::string master;  // that is written, as sentinels call it; empty if none does
  sim::Micros period{};
  std::int64_t bytes = 0;  // that each adds to the replication stream
};
struct StopWriteAction {
  std::string writer;
};
using RealAction = std::variant<KillAction, TerminateAction, StopAction, ContinueAction, StartAction, CommandAction,
                                CutAction, HealAction, WriteAction, StopWriteAction>;

// What a write adds to the replication stream if the scenario does not say: a small RPUSH. Less cannot be done.
inline constexpr std::int64_t kSmallWrite = 40;

// When an event says so: the first one of this channel, `by` a sentinel or by any.
struct Cue {
  std::string channel;
  std::optional<std::size_t> by{};
  std::string message;  // with `*` for any text; empty: any message
  sim::Micros after{};
};

struct PlannedAction {
  std::variant<sim::Micros, Cue> when{};
  RealAction action{};
  bool is_stall = false;  // what stands in for an event loop that is busy
  std::string why;
};

struct Plan {
  bool in_namespaces = false;  // each process in a network of its own, so that they can be cut off
  std::vector<PlannedNode> nodes;
  std::vector<PlannedAction> actions;
  sim::Micros duration{};
  std::vector<std::string> ignored;  // what the scenario says of the simulation only
};

enum class Net : std::uint8_t { kAuto, kLoopback, kNamespaces };

// Throws BadInput that names the first thing that cannot be done to real processes, or not without being root.
Plan make_plan(const sim::Scenario& scenario, const Server& server, Net net, bool is_root);

}  // namespace sentinel::analysis::recorder
