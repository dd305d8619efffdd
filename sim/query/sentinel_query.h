// What a sentinel replies to a client.
#pragma once

#include "sim/reply.h"
#include "sim/run.h"
#include "sim/word_table.h"

namespace sentinel::sim {

// As answer() in query.h.
Reply ask_sentinel(const Run& run, NodeId node, Args words);

}  // namespace sentinel::sim
