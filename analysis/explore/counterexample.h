// A way to a broken invariant as a scenario file, which goes it again.
#pragma once

#include <memory>
#include <string>

#include "analysis/explore/exploration.h"

namespace sentinel::analysis {

struct CounterexampleFile {
  std::string text{};  // JSON, as a scenario file holds it: it expects what is broken
  std::shared_ptr<const sim::Scenario> scenario{};
};

// `scenario` was read from its file, of which the counterexample needs nothing. Throws BadInput if that file is no
// longer there.
CounterexampleFile counterexample_file(const sim::Scenario& scenario, const ExploreBounds& bounds,
                                       const Counterexample& counterexample);

}  // namespace sentinel::analysis
