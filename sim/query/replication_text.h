// What a data node tells of its replication: INFO replication and ROLE.
#pragma once

#include <string>

#include "model/data_node.h"
#include "sim/reply.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// The section with its heading, in the order of this version and with the line ends of the protocol.
std::string replication_section(const model::DataNode& node, const Scenario& scenario, model::Instant now);

Reply role_reply(const model::DataNode& node, const Scenario& scenario, model::Instant now);

}  // namespace sentinel::sim
