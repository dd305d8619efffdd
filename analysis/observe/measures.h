// What one run is measured by: how its failovers ended, and the figures that sweeps, timings and advice compare.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/statistics/intervals.h"
#include "sim/run.h"
#include "sim/scenario.h"
#include "sim/time.h"

namespace sentinel::analysis {

// How a failover ended; of several in one run, the one that ended worst. From good to bad.
enum class FailoverOutcome : std::uint8_t {
  kNotNeeded,      // no master was unfit for long (failovers.h), and none was replaced
  kSuccess,        // within failover-timeout of the first +odown
  kSplitVote,      // later, because candidates had kept each other from a majority
  kLate,           // later, for another reason
  kFalseFailover,  // a master was replaced that was fit to serve, and nobody had asked for it
  kAborted,        // tried, and given up
  kUnfinished,     // a try that neither succeeded nor was given up when the run ended
  kNoAttempt,      // a failover was needed, and none was tried
};
inline constexpr std::size_t kFailoverOutcomes = static_cast<std::size_t>(FailoverOutcome::kNoAttempt) + 1;

// Why a failover was aborted, or none was tried.
enum class FailoverReason : std::uint8_t {
  kNone,
  kNotElected,      // -failover-abort-not-elected
  kNoGoodReplica,   // -failover-abort-no-good-slave
  kReplicaTimeout,  // -failover-abort-slave-timeout
  kNoSentinel,      // no sentinel ran
  kTilt,            // no +sdown: sentinels were in TILT
  kNoSdown,         // no sentinel held the master for down
  kNoOdown,         // some did, but never as many as the quorum at the same time
  kWaiting,         // +odown, but too soon after another try, or a vote for one
};
inline constexpr std::size_t kFailoverReasons = static_cast<std::size_t>(FailoverReason::kWaiting) + 1;

std::string_view outcome_name(FailoverOutcome outcome);  // `split-vote`
std::string_view reason_name(FailoverReason reason);     // `no-odown`; of kNone empty

// How many of some runs ended so.
struct OutcomeShare {
  FailoverOutcome outcome{};
  FailoverReason reason{};
  std::uint64_t runs = 0;
  Estimate share{};
};

// Counts how runs end.
class OutcomeTally {
 public:
  void add(FailoverOutcome outcome, FailoverReason reason) { ++runs_[{outcome, reason}]; }
  // Those that came, in the order of the enumerators.
  std::vector<OutcomeShare> shares() const;

 private:
  std::map<std::pair<FailoverOutcome, FailoverReason>, std::uint64_t> runs_;
};

struct RunMeasures {
  FailoverOutcome outcome = FailoverOutcome::kNotNeeded;
  FailoverReason reason = FailoverReason::kNone;
  // Of the first failover that was needed or asked for, from the fault or command on.
  std::optional<sim::Micros> time_to_detection{};  // to the first +odown
  std::optional<sim::Micros> time_to_failover{};   // to the first +switch-master
  std::uint32_t needed = 0;                        // failovers that were needed or asked for
  std::uint32_t done = 0;                          // of these, done
  std::uint32_t failovers = 0;                     // masters that were replaced
  std::uint32_t false_failovers = 0;               // of these, fit to serve
  std::uint32_t tries = 0;                         // epochs in which a sentinel tried, forced ones included
  std::uint32_t split_votes = 0;                   // of these, with several candidates of whom none was elected
  std::uint64_t acknowledged_writes = 0;
  std::uint64_t lost_writes = 0;
  sim::Micros unavailable{};  // longest time without a success of a client, or without clients: without a fit master
  sim::Micros two_masters{};  // how long more than one master of a replication group took writes
  sim::Micros observed{};     // Scenario::from .. until, for rates such as false failovers per month
};

// One run.
RunMeasures measure(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed);

struct Failover;      // failovers.h
struct LedgerReport;  // ledger.h
// Of a run that is over, from what was recorded of it.
RunMeasures measures_of(const sim::Run& run, const std::vector<Failover>& failovers, const LedgerReport& ledger);

// The measures by name, for options, columns and reports.
struct MeasureRow {
  enum class Unit : std::uint8_t {
    kShare,     // 0 or 1 of a run: the mean is a share
    kDuration,  // µs
    kCount,     // in a run
    kRate,      // in a run, that counts by the time observed: 1/month
  };
  std::string_view name;
  Unit unit;
  std::string_view meaning;
  std::optional<double> (*value)(const RunMeasures& run);  // nullopt: the run says nothing about it
};
std::span<const MeasureRow> measures();
const MeasureRow* find_measure(std::string_view name);  // nullptr if there is none
// In measures(), of one that there is.
std::size_t measure_place(std::string_view name);

}  // namespace sentinel::analysis
