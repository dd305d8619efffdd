// The scripts that a sentinel runs: what they are told, how they end, and the queue in which they wait.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "model/events.h"
#include "model/ids.h"

namespace sentinel::model {

// What a client-reconfig-script is told: `<master> <leader|observer> start <from-ip> <from-port> <to-ip> <to-port>`.
struct ClientReconfiguration {
  Symbol master{};
  bool leads = false;  // this sentinel leads the failover
  Address from{};
  Address to{};

  friend bool operator==(const ClientReconfiguration&, const ClientReconfiguration&) = default;
};

// What follows the path of a script: `<event> <payload>` of a notification-script, or the above.
using ScriptArguments = std::variant<Event, ClientReconfiguration>;

// How a run of a script ended.
struct ScriptEnd {
  int exit_code = 0;
  int signal = 0;  // that killed it; 0: none

  friend bool operator==(const ScriptEnd&, const ScriptEnd&) = default;
};

// A script in the queue (sentinelScriptJob).
struct ScriptJob {
  Symbol path{};
  ScriptArguments arguments{};
  int runs = 0;                      // that were begun
  std::uint32_t pid = 0;             // 0: it does not run
  Instant start{};                   // since when it runs, or not before; kNever: with the next tick
  std::optional<ScriptEnd> ended{};  // of a run that is over and not collected yet

  friend bool operator==(const ScriptJob&, const ScriptJob&) = default;
};

}  // namespace sentinel::model
