// Directives that all nodes have instead of what their own configuration says: `directives` of a scenario.
#pragma once

#include <string_view>
#include <vector>

#include "sim/reader/located_json.h"
#include "sim/reader/node_draft.h"

namespace sentinel::sim {

// Whether a directive can be given to all nodes by this name: `sentinel down-after-milliseconds mymaster`, the same for
// all masters in short (`down-after-milliseconds`, `quorum`), or one of redis.conf (`replica-priority`).
bool is_directive(std::string_view name);

// The object `directives` has values by name. A line that begins with the words of the name is replaced, or the new one
// added: those of Sentinel to all sentinels, others to all data nodes. Throws BadInput that names the place.
void override_directives(const Json& directives, std::vector<NodeDraft>& drafts, ConfStore& store);

}  // namespace sentinel::sim
