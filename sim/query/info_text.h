// The sections of INFO that are simulated, and which of them a client asked for.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/profile.h"
#include "sim/reply.h"
#include "sim/scenario.h"
#include "sim/word_table.h"

namespace sentinel::sim {

// A section by its name in lower case, and its text with the heading.
using InfoSection = std::pair<std::string_view, std::string>;

// Those that the words name, all if there are none, with an empty line between two.
Reply info_reply(const std::vector<InfoSection>& sections, Args words);

// `# Server`, as far as it is simulated; without run_id if it is not known.
std::string server_section(const Node& node, const model::Profile& profile, const model::Id& run_id);

}  // namespace sentinel::sim
