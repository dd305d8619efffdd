// What a sentinel replies to a client.
#pragma once

#include "sim/query/reply.h"
#include "sim/reader/word_table.h"
#include "sim/run.h"

namespace sentinel::sim {

// As answer() in query.h.
Reply ask_sentinel(const Run& run, NodeId node, Args words);

}  // namespace sentinel::sim
