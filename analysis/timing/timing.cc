#include "analysis/timing/timing.h"

#include <algorithm>
#include <atomic>
#include <utility>

#include "analysis/check/check.h"
#include "analysis/observe/failovers.h"
#include "analysis/observe/ledger.h"
#include "analysis/observe/phases.h"

namespace sentinel::analysis {
namespace {

using sim::Micros;
using sim::SimTime;

using Durations = std::vector<std::optional<Micros>>;  // by place in sim::phases()

struct TimedFailover {
  Durations all{};
  std::vector<Durations> by_sentinel{};  // in the order of their nodes
};

struct TimedRun {
  RunMeasures measures{};
  std::vector<TimedFailover> failovers{};
};

// What was said, and of which master: the data node that the sentinel took for it then.
struct SaidOfMaster {
  Said said{};
  model::Symbol name{};
  std::optional<sim::NodeId> master{};
};

bool needs_several_sentinels(const sim::Phase& phase) {
  return phase.from.kind == sim::Mark::Kind::kLastOfFirsts || phase.to.kind == sim::Mark::Kind::kLastOfFirsts;
}

std::vector<sim::NodeId> sentinels_of(const sim::Scenario& scenario) {
  std::vector<sim::NodeId> sentinels;
  for (std::uint16_t i = 0; i < scenario.nodes.size(); ++i) {
    if (scenario.nodes[i].is_sentinel()) sentinels.push_back(sim::NodeId{i});
  }
  return sentinels;
}

Durations durations(const Stream& stream, const Incident& incident, const Failover& failover, bool of_one_sentinel) {
  Durations found;
  for (const sim::Phase& phase : sim::phases()) {
    const bool has_begin = phase.from.kind != sim::Mark::Kind::kFault || failover.fault.has_value();
    const bool is_meant = !of_one_sentinel || !needs_several_sentinels(phase);
    found.push_back(has_begin && is_meant ? duration_of(phase, stream, incident) : std::nullopt);
  }
  return found;
}

// Which failover it belongs to: the last one that had begun and was to replace this master; or else, as the master is a
// new one, the last one that made it so. A sentinel that is late to follow still speaks of the old one.
std::optional<std::size_t> failover_of(const SaidOfMaster& event, const std::vector<Failover>& failovers) {
  std::optional<std::size_t> made_it;
  for (std::size_t i = failovers.size(); i-- > 0;) {
    const Failover& failover = failovers[i];
    if (failover.name != event.name || failover.begin.time_since_epoch() > event.said.at) continue;
    if (failover.old_master == event.master) return i;
    if (!made_it && failover.new_master == event.master) made_it = i;
  }
  return made_it;
}

Stream of_sentinel(const Stream& stream, sim::NodeId sentinel) {
  Stream part;
  std::ranges::copy_if(stream, std::back_inserter(part),
                       [&](const Said& said) { return said.node == static_cast<std::uint16_t>(sentinel); });
  return part;
}

TimedRun time_run(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed, bool per_sentinel) {
  sim::Run run{scenario, seed};
  sim::Scratch scratch;
  FailoverRecorder recorder{*scenario};
  std::vector<SaidOfMaster> all_said;
  const auto sink = [&](const sim::Record& record) {
    recorder(record);
    std::optional<Said> event = said(*scenario, record);
    if (!event) return;
    const auto& what = std::get<model::Event>(record.what);
    all_said.push_back({std::move(*event), what.master_name, data_node_at(*scenario, what.master_address)});
  };
  const LedgerReport ledger = run_with_ledger(run, scratch, sink, [&](const sim::Run& now) { recorder.observe(now); });
  const std::vector<Failover> failovers = recorder.close(run);

  std::vector<Stream> streams(failovers.size());
  for (SaidOfMaster& event : all_said) {
    if (const auto place = failover_of(event, failovers)) streams[*place].push_back(std::move(event.said));
  }
  TimedRun timed{.measures = measures_of(run, failovers, ledger)};
  const std::vector<sim::NodeId> sentinels = per_sentinel ? sentinels_of(*scenario) : std::vector<sim::NodeId>{};
  for (std::size_t i = 0; i < failovers.size(); ++i) {
    const Failover& failover = failovers[i];
    const bool is_last = i + 1 == failovers.size() || failovers[i + 1].name != failover.name;
    Incident incident{.fault = failover.fault.value_or(failover.begin).time_since_epoch()};
    if (failover.mended) incident.back = failover.mended->time_since_epoch();
    if (is_last && failover.switched) incident.clients_moved = clients_moved(ledger);
    TimedFailover& times = timed.failovers.emplace_back();
    times.all = durations(streams[i], incident, failover, false);
    for (const sim::NodeId sentinel : sentinels) {
      times.by_sentinel.push_back(durations(of_sentinel(streams[i], sentinel), incident, failover, true));
    }
  }
  return timed;
}

// The values of one phase in all runs; nothing if none went through it.
void add_phase(const std::vector<TimedRun>& runs, std::size_t phase, std::optional<std::size_t> sentinel,
               std::optional<sim::NodeId> node, std::vector<PhaseTiming>& phases) {
  PhaseTiming timing{.phase = std::string{sim::phases()[phase].name}, .sentinel = node};
  for (const TimedRun& run : runs) {
    for (const TimedFailover& failover : run.failovers) {
      const std::optional<Micros> took = (sentinel ? failover.by_sentinel[*sentinel] : failover.all)[phase];
      if (took) timing.sorted.push_back(std::chrono::duration<double, std::milli>(*took).count());
    }
  }
  if (timing.sorted.empty()) return;
  std::ranges::sort(timing.sorted);
  phases.push_back(std::move(timing));
}

}  // namespace

std::vector<Estimate> PhaseTiming::quantiles() const {
  std::vector<Estimate> all;
  for (const double q : kTimingQuantiles) all.push_back(quantile_estimate(sorted, q));
  return all;
}

Timing time_failovers(const std::shared_ptr<const sim::Scenario>& scenario, const TimingOptions& options) {
  std::vector<TimedRun> runs(options.seeds);
  std::atomic<std::uint64_t> done{0};
  parallel_for(options.seeds, options.jobs, [&](std::uint64_t i) {
    runs[i] = time_run(scenario, i + 1, options.per_sentinel);
    options.progressed(++done);
  });

  Timing timing{.seeds = options.seeds};
  OutcomeTally outcomes;
  for (const TimedRun& run : runs) {
    timing.failovers += run.failovers.size();
    outcomes.add(run.measures.outcome, run.measures.reason);
    timing.false_failovers += run.measures.false_failovers > 0 ? 1U : 0U;
    timing.two_masters += run.measures.two_masters > Micros{0} ? 1U : 0U;
    timing.lost_writes += run.measures.lost_writes > 0 ? 1U : 0U;
  }
  timing.outcomes = outcomes.shares();
  const std::size_t phases = sim::phases().size();
  for (std::size_t phase = 0; phase < phases; ++phase) add_phase(runs, phase, {}, {}, timing.phases);
  if (!options.per_sentinel) return timing;
  const std::vector<sim::NodeId> sentinels = sentinels_of(*scenario);
  for (std::size_t sentinel = 0; sentinel < sentinels.size(); ++sentinel) {
    for (std::size_t phase = 0; phase < phases; ++phase)
      add_phase(runs, phase, sentinel, sentinels[sentinel], timing.phases);
  }
  return timing;
}

}  // namespace sentinel::analysis
