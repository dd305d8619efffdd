// How redis-cli lays out a reply on a terminal.
#pragma once

#include <string>
#include <string_view>

#include "sim/reply.h"

namespace sentinel::sim {

// With a line end behind each line. `command` is the first word of what was asked: the text of INFO is printed as it
// is, other texts in quotes. Line ends are those of a terminal.
std::string redis_cli_text(const Reply& reply, std::string_view command);

}  // namespace sentinel::sim
