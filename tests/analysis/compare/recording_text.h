// Recordings as JSON, made for tests.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

#include "analysis/compare/recording.h"

namespace sentinel::analysis {

using Json = nlohmann::ordered_json;

// R1, its replica R2 and their sentinel S1 with a quorum of 1, for 10 s. S1 was up 5 s before time 0 and subscribed to
// soon; nothing was done, and nothing said.
Json quiet_recording();

// The same, but R1 is killed after 1 s.
Json recording_of_a_failover();

void add_event(Json& recording, double t_ms, const std::string& sentinel, const std::string& channel,
               const std::string& message);

// The stream of one seed of the recorded scenario takes the place of what was said.
void say_what_is_simulated(Json& recording, std::uint64_t seed);

Recording parsed(const Json& recording);

}  // namespace sentinel::analysis
