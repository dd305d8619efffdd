// Does a run say what its scenario expects?
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/observe/ledger.h"
#include "analysis/observe/registry.h"
#include "analysis/observe/stream.h"
#include "analysis/observe/violation.h"
#include "sim/event_text.h"
#include "sim/run.h"
#include "sim/scenario.h"

namespace sentinel::analysis {

// A sink that watches one run: what is expected of its events. Looks at published events from Scenario::from on.
class ExpectationChecker {
 public:
  explicit ExpectationChecker(const sim::Scenario& scenario);

  void operator()(const sim::Record& record);

  // One for each expectation that was broken, or is not met now that the run is over.
  std::vector<Violation> violations() const;

 private:
  // The event that came nearest to a pattern, of those that are of its kind.
  struct Nearest {
    std::size_t mismatches = 0;  // 0: it is what was meant
    std::string line{};          // empty: none came
  };
  struct Progress {
    std::size_t next = 0;              // pattern of the order that is waited for
    std::string last_line{};           // what matched the one before
    std::vector<std::string> early{};  // by pattern: what matched it last before its turn
  };
  struct Tally {
    std::int64_t times = 0;
    std::string first_lines{};
    Nearest nearest{};
  };
  struct Wait {
    std::optional<sim::SimTime> since{};
    std::string since_line{};  // empty: a time of the scenario
    std::optional<sim::SimTime> came_at{};
    std::string line{};
    Nearest nearest{};
  };

  void look_for_eventually(const sim::Occurrence& said, const std::string& line);
  void look_for_order(const sim::Occurrence& said, const std::string& line);
  void look_for_exactly(const sim::Occurrence& said, const std::string& line);
  void look_for_within(const sim::Occurrence& said, const std::string& line);
  static Violation order_ended(const std::vector<sim::EventPattern>& patterns, const Progress& progress);
  static Violation miscounted(const sim::Count& count, const Tally& tally);
  static std::optional<Violation> deadline_missed(const sim::Deadline& deadline, const Wait& wait);
  bool is(const sim::EventPattern& pattern, const sim::Occurrence& said) const;
  void compare(const sim::EventPattern& pattern, const sim::Occurrence& said, const std::string& line,
               Nearest& nearest) const;

  const sim::Scenario* scenario_;
  std::vector<bool> looked_for_;        // by kind: whether a pattern asks for it
  std::vector<Nearest> nearest_;        // by `eventually`
  std::vector<std::string> forbidden_;  // first line that matched, by `never`
  std::vector<Progress> order_;
  std::vector<Tally> tallies_;  // by `exactly`
  std::vector<Wait> waits_;     // by `within`
};

// One for each bound that does not hold.
std::vector<Violation> bound_violations(const sim::Scenario& scenario, const LedgerReport& report,
                                        const std::vector<WatcherReport>& watchers);
std::vector<Violation> phase_violations(const sim::Scenario& scenario, const Stream& stream,
                                        std::optional<sim::Micros> clients_moved = std::nullopt);

}  // namespace sentinel::analysis
