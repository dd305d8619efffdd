// Does a run do what its scenario expects?
#pragma once

#include <string>
#include <vector>

#include "analysis/ledger.h"
#include "analysis/registry.h"
#include "sim/run.h"
#include "sim/scenario.h"

namespace sentinel::analysis {

// A sink that watches one run. Looks at published events from Scenario::from on.
class ExpectationChecker {
 public:
  explicit ExpectationChecker(const sim::Scenario& scenario);

  void operator()(const sim::Record& record);

  // One line for each expectation that was broken, or is not met now that the run is over.
  std::vector<std::string> violations() const;

 private:
  struct Progress {
    std::size_t next = 0;   // pattern of the order that is waited for
    std::string last_line;  // what matched the one before
  };

  const sim::Scenario* scenario_;
  std::vector<bool> seen_;              // by `eventually`
  std::vector<std::string> forbidden_;  // first line that matched, by `never`
  std::vector<Progress> order_;
};

// One line for each bound that does not hold.
std::vector<std::string> bound_violations(const sim::Scenario& scenario, const LedgerReport& report,
                                          const std::vector<WatcherReport>& watchers);

}  // namespace sentinel::analysis
