// Commands that a scenario gives to a process, in words as redis-cli takes them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/commands.h"
#include "sim/scenario.h"

namespace sentinel::sim {

struct SleepRequest {  // DEBUG SLEEP
  Micros duration{};
};
struct ShutdownRequest {};
using Request = std::variant<model::Command, SleepRequest, ShutdownRequest>;

// `masters` are all that could be monitored: the pattern of SENTINEL RESET stands for those of them that it matches.
// Throws BadInput if the words are no command, or one that is not simulated.
Request parse_command(const std::vector<std::string>& words, const std::vector<std::string>& masters,
                      SymbolTable& symbols);

// The master that the words add, if they are SENTINEL MONITOR.
std::optional<std::string_view> added_master(const std::vector<std::string>& words);

}  // namespace sentinel::sim
