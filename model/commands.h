// What operators and clients ask of a process, and what it answers.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>
#include <variant>

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
  };
  struct Change {
    Option option{};
    std::int64_t number = 0;  // milliseconds or a count
    Symbol secret{};
    Symbol name_text{};  // option and value as given, for +set
    Symbol value_text{};
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

// --- asked of a data node ---------------------------------------------------------------------------------

struct ReplicaofCommand {
  std::optional<Address> master{};  // nullopt is NO ONE
};
struct SetPriorityCommand {  // CONFIG SET replica-priority
  int priority = 100;
};

using Command = std::variant<FailoverCommand, ResetCommand, RemoveCommand, MonitorCommand, SetCommand,
                             GetMasterAddrCommand, CkquorumCommand, ReplicaofCommand, SetPriorityCommand>;

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
    kDuplicateMaster,
    kQuorumReachable,  // number = usable sentinels
    kNoQuorum,         // number = usable sentinels; the two flags tell what is out of reach
    kLoading,
    kAlreadyConnected,  // SLAVEOF the master that it has
    kUnknownCommand,    // the process is not of the kind that knows the command
    kNoConnection,      // no process listens
  };
  Kind kind = Kind::kOk;
  std::int64_t number = 0;
  Address address{};
  bool quorum_unreachable = false;
  bool majority_unreachable = false;

  friend bool operator==(const Answer&, const Answer&) = default;
};

}  // namespace sentinel::model
