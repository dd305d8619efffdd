// The answer of a process to an order, as the reply that a client reads.
#pragma once

#include "model/commands.h"
#include "model/profile.h"
#include "sim/reply.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// Byte for byte as a process of this version writes it.
Reply reply_of(const model::Answer& answer, const SymbolTable& symbols, const model::Profile& profile);

}  // namespace sentinel::sim
