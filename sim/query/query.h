// What a client would be told by a process at this moment of a run.
#pragma once

#include <string>
#include <vector>

#include "sim/reply.h"
#include "sim/run.h"

namespace sentinel::sim {

// `words` are a command, at least one word. The client knows the password, and is not asked for it. A copy of the
// process answers what would change something, so nothing comes of it. The node was started, and runs. What Redis
// does not accept is an error reply; throws BadInput for commands that are not simulated.
Reply answer(const Run& run, NodeId node, const std::vector<std::string>& words);

}  // namespace sentinel::sim
