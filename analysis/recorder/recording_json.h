// The JSON of a recording: the same keys and words whoever recorded it.
#pragma once

#include <filesystem>
#include <string>

#include "analysis/recorder/cluster.h"
#include "analysis/recorder/session.h"
#include "sim/scenario.h"

namespace sentinel::analysis::recorder {

// `{"do": "kill", "who": ["R1"]}`.
Reply action_json(const PlannedAction& action, const Plan& plan);

// The same, but that a writer is only named.
Reply performed_json(const PlannedAction& action, const Plan& plan);

// The scenario as data: topology, actions, duration. It is `cold`: at time 0 the sentinels are started.
Reply scenario_json(const sim::Scenario& scenario, const Plan& plan);

// Address, run id, role and offsets of each process. Asks the data nodes, so this is a matter of the start; what is
// known of sentinels only later is added by add_sentinels().
Reply topology_json(Cluster& cluster);
void add_sentinels(Reply& topology, const Cluster& cluster, const SessionRecord& record);

// What the processes that still run say of themselves and of each other.
Reply final_json(Cluster& cluster);

// By writer: which writes were acknowledged, which of these are not on the last master in the `final` state, and why
// others were not.
Reply writers_json(const Cluster& cluster, const SessionRecord& record, const Reply& final);

// `[t_ms, name, level, text]` of the logs: all lines of the sentinels, or the notices and warnings of the data nodes
// since half a second before the start.
Reply sentinel_log_json(const Cluster& cluster, const TimeAxis& axis);
Reply node_log_json(const Cluster& cluster, const TimeAxis& axis);

}  // namespace sentinel::analysis::recorder
