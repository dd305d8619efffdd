// What operators and clients ask of a process, and what it answers.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>
#include <variant>

#include "model/config.h"
#include "model/ids.h"

namespace sentinel::model {

// --- asked of a sentinel (sentinelCommand) ----------------------------------------------------------------

struct FailoverCommand {
  Symbol master{};
};
struct ResetCommand {
  boost::container::small_vector<Symbol, 4> masters{};  // the names that the pattern matches
};
struct RemoveCommand {
  Symbol master{};
};
struct MonitorCommand {
  Symbol master{};
  Address address{};
  int quorum = 0;
};
struct SetCommand {
  enum class Option : std::uint8_t {
    kDownAfter,
    kFailoverTimeout,
    kParallelSyncs,
    kQuorum,
    kAuthPass,
    kMasterRebootDownAfter,
    kNotificationScript,
    kClientReconfigScript,
    kRenamePing,  // rename-command PING
  };
  static bool names_script(Option option) {
    return option == Option::kNotificationScript || option == Option::kClientReconfigScript;
  }
  struct Change {
    Option option{};
    std::int64_t number = 0;  // milliseconds or a count
    Symbol text{};            // a password, the path of a script, or the new name of PING; none: its old one
    Symbol name_text{};       // option and value as given, for +set
    Symbol value_text{};      // of a password ******
  };
  Symbol master{};
  boost::container::small_vector<Change, 2> changes{};
};
struct GetMasterAddrCommand {
  Symbol master{};
};
struct CkquorumCommand {
  Symbol master{};
};
struct FlushConfigCommand {};
struct SimulateFailureCommand {  // takes the place of what was asked for before
  bool crash_after_election = false;
  bool crash_after_promotion = false;

  friend bool operator==(const SimulateFailureCommand&, const SimulateFailureCommand&) = default;
};

// --- asked of a data node ---------------------------------------------------------------------------------

struct ReplicaofCommand {
  std::optional<Address> master{};  // nullopt is NO ONE
};
// CONFIG SET of one parameter.
template <class Value>
struct Setting {
  Value DataNodeConfig::* parameter = nullptr;
  Value value{};
};
struct ConfigSetCommand {
  std::variant<Setting<int>, Setting<bool>, Setting<Millis>, Setting<Symbol>> setting{};
};
struct ClientPauseCommand {  // CLIENT PAUSE
  Millis period{};
};
// EVAL: a script runs for so long, and nothing else does. It writes at its beginning, or never.
struct ScriptCommand {
  Millis period{};
  bool writes = false;
};
struct ScriptKillCommand {};  // SCRIPT KILL
// A command of a client that writes; `bytes` is what it adds to the replication stream.
struct WriteCommand {
  std::int64_t bytes = 0;
  WriteId write{};
};

using Command =
    std::variant<FailoverCommand, ResetCommand, RemoveCommand, MonitorCommand, SetCommand, GetMasterAddrCommand,
                 CkquorumCommand, FlushConfigCommand, SimulateFailureCommand, ReplicaofCommand, ConfigSetCommand,
                 ClientPauseCommand, WriteCommand, ScriptCommand, ScriptKillCommand>;

// --- answers ----------------------------------------------------------------------------------------------

struct Answer {
  enum class Kind : std::uint8_t {
    kOk,
    kInteger,  // number
    kAddress,  // address
    kNull,
    kNoSuchMaster,
    kInProgress,     // -INPROG
    kNoGoodReplica,  // -NOGOODSLAVE
    kNoGoodSlave,    // likewise, as older versions say it
    kDuplicateMaster,
    kQuorumReachable,  // number = usable sentinels
    kNoQuorum,         // number = usable sentinels; the two flags tell what is out of reach
    kLoading,
    kAlreadyConnected,  // SLAVEOF the master that it has
    kReadOnly,
    kNoReplicas,
    kMisconf,
    kMasterDown,
    kBusy,
    kUnknownCommand,  // the process is not of the kind that knows the command
    kNoConnection,    // no process listens
    kScriptsDenied,   // deny-scripts-reconfig
    kNotSaved,        // done, but not written to the configuration file
    kUnkillable,      // the script that runs has written
    kNotBusy,         // no script runs
  };
  Kind kind = Kind::kOk;
  std::int64_t number = 0;
  Address address{};
  bool quorum_unreachable = false;
  bool majority_unreachable = false;

  friend bool operator==(const Answer&, const Answer&) = default;
};

}  // namespace sentinel::model
