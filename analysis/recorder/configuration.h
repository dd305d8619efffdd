// The configuration files that real processes are started with.
#pragma once

#include <string>
#include <vector>

#include "analysis/recorder/addresses.h"
#include "analysis/recorder/server.h"
#include "sim/scenario.h"

namespace sentinel::analysis::recorder {

// The lines of the node's configuration as this server understands them, at its address, with what a recording needs:
// a verbose log, no files of its own, a fixed id of a sentinel (S1: 1111...) where the version can.
std::vector<std::string> configuration(const sim::Scenario& scenario, std::size_t node, const Addresses& addresses,
                                       const Server& server);

// A command as this server understands it: before Redis 5, replicas were slaves.
void translate_command(std::vector<std::string>& words, const Server& server);

// The last word of the last line that begins with `directive`; empty if there is none.
std::string last_word_of(const std::vector<std::string>& conf, std::string_view directive);

}  // namespace sentinel::analysis::recorder
