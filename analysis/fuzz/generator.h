// Random scenarios: a cluster, its configuration, who writes to it, and a schedule of faults, all drawn from one seed.
#pragma once

#include <cstdint>

#include "analysis/document.h"

namespace sentinel::analysis {

// Faults begin at 10 s and go on for up to 40 s. What they leave is not mended yet: see healed().
Document random_scenario(std::uint64_t seed);

// The same faults to a cluster that somebody else describes. Throws BadInput if it has no sentinel that monitors a data
// node.
Document random_faults_of(const Document& base, std::uint64_t seed);

// A child of a scenario that is not healed: a step more, or less, or at another time, or something else about the
// cluster.
Document mutated(const Document& parent, std::uint64_t seed);

// With steps that end all that its faults leave as soon as they are over, and an end that is so late that every
// time-out is over, too: what is wrong then stays wrong. Throws BadInput.
Document healed(const Document& faults);

}  // namespace sentinel::analysis
