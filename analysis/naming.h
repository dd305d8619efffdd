// Names of nodes for the addresses and ids that processes use.
#pragma once

#include <string>

#include "model/ids.h"
#include "sim/run.h"
#include "sim/scenario.h"

namespace sentinel::analysis {

// Of the node that listens there, or will; of nobody's address `ip:port`.
std::string name_of(const sim::Scenario& scenario, const model::Address& address);

// Of the sentinel that has this id; of nobody's id its digits.
std::string name_of(const sim::Run& run, const model::Id& id);

}  // namespace sentinel::analysis
