// Why each event of a run came, and what was missing, as the page of a run shows it.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <vector>

#include "analysis/explain/causes.h"

namespace sentinel::analysis {

// Of these records, by their places in History::records(); nullopt: of something that is no event. `paths`: for each a
// list of places in `segments`, from the first cause to the event (empty: nothing caused it), or null if it is not
// told: of what is no event, and of all behind the first `told` ones, the most that a page has. `segments`: [place in
// `facts` of the cause, and of what it caused, stage, what the time between was spent on]. `facts`: [time, node or
// null, text].
nlohmann::ordered_json causes_json(const CauseFinder& causes, const std::vector<std::optional<std::size_t>>& records);

// [{at, what, details, times}, …]: what kept failovers from being done, or made them late.
nlohmann::ordered_json findings_json(const CauseFinder& causes);

}  // namespace sentinel::analysis
