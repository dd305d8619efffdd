#include "analysis/observe/measures.h"

#include <algorithm>
#include <array>

#include "analysis/observe/failovers.h"
#include "analysis/observe/ledger.h"
#include "analysis/observe/measured_run.h"
#include "model/rows.h"

namespace sentinel::analysis {
namespace {

using sim::Micros;

struct OutcomeRow {
  FailoverOutcome outcome;
  std::string_view name;
};
constexpr auto kOutcomes = std::to_array<OutcomeRow>({
    {FailoverOutcome::kNotNeeded, "not-needed"},
    {FailoverOutcome::kSuccess, "success"},
    {FailoverOutcome::kSplitVote, "split-vote"},
    {FailoverOutcome::kLate, "late"},
    {FailoverOutcome::kFalseFailover, "false-failover"},
    {FailoverOutcome::kAborted, "aborted"},
    {FailoverOutcome::kUnfinished, "unfinished"},
    {FailoverOutcome::kNoAttempt, "no-attempt"},
});
static_assert(model::in_order<&OutcomeRow::outcome>(kOutcomes) && kOutcomes.size() == kFailoverOutcomes);

struct ReasonRow {
  FailoverReason reason;
  std::string_view name;
};
constexpr auto kReasons = std::to_array<ReasonRow>({
    {FailoverReason::kNone, ""},
    {FailoverReason::kNotElected, "not-elected"},
    {FailoverReason::kNoGoodReplica, "no-good-replica"},
    {FailoverReason::kReplicaTimeout, "replica-timeout"},
    {FailoverReason::kNoSentinel, "no-sentinel"},
    {FailoverReason::kTilt, "tilt"},
    {FailoverReason::kNoSdown, "no-sdown"},
    {FailoverReason::kNoOdown, "no-odown"},
    {FailoverReason::kWaiting, "waiting"},
});
static_assert(model::in_order<&ReasonRow::reason>(kReasons) && kReasons.size() == kFailoverReasons);

// --- the table --------------------------------------------------------------------------------------------

std::optional<double> duration(const std::optional<Micros>& value) {
  if (!value) return std::nullopt;
  return static_cast<double>(value->count());
}

std::optional<double> success(const RunMeasures& run) {
  if (run.needed == 0) return std::nullopt;
  return run.done == run.needed ? 1.0 : 0.0;
}

using Unit = MeasureRow::Unit;
using Value = std::optional<double>;

constexpr auto kMeasures = std::to_array<MeasureRow>({
    {"success", Unit::kShare, "of the runs that needed a failover, those in which each was done, though it be late",
     success},
    {"time-to-detection", Unit::kDuration, "from the fault to the first +odown",
     [](const RunMeasures& run) { return duration(run.time_to_detection); }},
    {"time-to-failover", Unit::kDuration, "from the fault to the first +switch-master",
     [](const RunMeasures& run) { return duration(run.time_to_failover); }},
    {"false-failovers", Unit::kRate, "masters that were replaced although they were fit",
     [](const RunMeasures& run) -> Value { return run.false_failovers; }},
    {"failovers", Unit::kRate, "masters that were replaced",
     [](const RunMeasures& run) -> Value { return run.failovers; }},
    {"tries", Unit::kCount, "epochs in which a sentinel tried a failover",
     [](const RunMeasures& run) -> Value { return run.tries; }},
    {"split-votes", Unit::kCount, "of these, with several candidates of whom none was elected",
     [](const RunMeasures& run) -> Value { return run.split_votes; }},
    {"acknowledged-writes", Unit::kCount, "writes that were acknowledged to clients",
     [](const RunMeasures& run) -> Value { return static_cast<double>(run.acknowledged_writes); }},
    {"lost-writes", Unit::kCount, "of these, not in the data in the end",
     [](const RunMeasures& run) -> Value { return static_cast<double>(run.lost_writes); }},
    {"unavailable", Unit::kDuration, "longest time without a success of a client; without clients: without a master",
     [](const RunMeasures& run) { return duration(run.unavailable); }},
    {"two-masters", Unit::kDuration, "how long more than one master took writes",
     [](const RunMeasures& run) { return duration(run.two_masters); }},
});

// --- of a run ---------------------------------------------------------------------------------------------

void add_failovers(const std::vector<Failover>& failovers, RunMeasures& run) {
  bool timed = false;
  for (const Failover& failover : failovers) {
    if (failover.outcome > run.outcome) {
      run.outcome = failover.outcome;
      run.reason = failover.reason;
    }
    run.needed += failover.needed ? 1U : 0U;
    run.done += failover.needed && failover.switched ? 1U : 0U;
    run.tries += failover.tries;
    run.split_votes += failover.split_votes;
    run.failovers += failover.switched ? 1U : 0U;
    run.false_failovers += failover.outcome == FailoverOutcome::kFalseFailover ? 1U : 0U;
    if (timed || !failover.needed || !failover.fault) continue;
    timed = true;
    const auto since_fault = [&](const std::optional<sim::SimTime>& mark) -> std::optional<Micros> {
      if (!mark || *mark < *failover.fault) return std::nullopt;
      return *mark - *failover.fault;
    };
    run.time_to_detection = since_fault(failover.odown);
    run.time_to_failover = since_fault(failover.switched);
  }
}

}  // namespace

std::string_view outcome_name(FailoverOutcome outcome) { return kOutcomes[static_cast<std::size_t>(outcome)].name; }
std::string_view reason_name(FailoverReason reason) { return kReasons[static_cast<std::size_t>(reason)].name; }

std::vector<OutcomeShare> OutcomeTally::shares() const {
  std::uint64_t all = 0;
  for (const auto& [how, runs] : runs_) all += runs;
  std::vector<OutcomeShare> shares;
  for (const auto& [how, runs] : runs_) shares.push_back({how.first, how.second, runs, share(runs, all)});
  return shares;
}

RunMeasures measure(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed) {
  MeasuredRun run{scenario, seed};
  run.run_until(scenario->until);
  return run.close();
}

RunMeasures measures_of(const sim::Run& run, const std::vector<Failover>& failovers, const LedgerReport& ledger) {
  const sim::Scenario& scenario = run.scenario();
  RunMeasures of_run{.observed = scenario.until - scenario.from};
  add_failovers(failovers, of_run);
  for (const ClientReport& client : ledger.clients) {
    of_run.acknowledged_writes += client.acknowledged;
    of_run.unavailable = std::max(of_run.unavailable, longest(client.unavailable));
  }
  of_run.lost_writes = ledger.lost();
  if (ledger.clients.empty()) {
    for (const Failover& failover : failovers) {
      of_run.unavailable = std::max(of_run.unavailable, failover.without_master);
    }
  }
  of_run.two_masters = total(ledger.two_masters);
  return of_run;
}

std::span<const MeasureRow> measures() { return kMeasures; }

const MeasureRow* find_measure(std::string_view name) {
  const auto row = std::ranges::find(kMeasures, name, &MeasureRow::name);
  return row == kMeasures.end() ? nullptr : &*row;
}

std::size_t measure_place(std::string_view name) {
  return static_cast<std::size_t>(find_measure(name) - measures().data());
}

}  // namespace sentinel::analysis
