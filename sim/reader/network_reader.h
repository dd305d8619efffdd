// The network and the disks of a scenario file: latencies, losses, retransmissions, time to write.
#pragma once

#include "sim/latency.h"
#include "sim/reader/json_fields.h"
#include "sim/reader/node_names.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// All throw BadInput that names the place.
NetworkSpec read_network(const Json& network, const NodeNames& names);
DiskSpec read_disk(const Json& disk);

// `"1ms"`, the median, or an object; what is left out follows from the median.
Latency read_latency(const Json& latency);

}  // namespace sentinel::sim
