// The configuration files of a scenario's processes, as real ones are started with them.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "analysis/convert/imported_process.h"
#include "sim/scenario.h"
#include "sim/time.h"

namespace sentinel::analysis {

// A file `<name>.conf` for each data node and sentinel, in their order: its lines, and where it listens. With `at`, as
// it is on the disk of the node at that time of the run with this seed.
std::vector<ConfText> export_conf(const std::shared_ptr<const sim::Scenario>& scenario,
                                  std::optional<sim::SimTime> at = std::nullopt, std::uint64_t seed = 1);

}  // namespace sentinel::analysis
