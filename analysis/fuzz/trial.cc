#include "analysis/fuzz/trial.h"

#include <algorithm>

#include "analysis/invariants/hazards.h"
#include "analysis/invariants/invariants_at_end.h"
#include "analysis/observe/ledger.h"
#include "sim/run.h"

namespace sentinel::analysis {
namespace {

// When nothing more is done to the cluster, unless an event brings it.
sim::SimTime end_of_steps(const sim::Scenario& scenario) {
  sim::SimTime end{};
  for (std::uint32_t i = 0; i < scenario.steps.size(); ++i) {
    const auto* const trigger = std::get_if<sim::Trigger>(&scenario.steps[i].when);
    const sim::SimTime last =
        trigger == nullptr ? scenario.time_of(i, kTrialSeed)
                           : std::min(trigger->event.until, scenario.until) + std::max(trigger->after, sim::Micros{0});
    end = std::max(end, last);
  }
  return std::min(end, scenario.until);
}

// All is well, and nothing is under way from which more could follow.
bool is_settled(const sim::Run& run) {
  for (std::uint16_t i = 0; i < run.scenario().nodes.size(); ++i) {
    const model::Sentinel* const sentinel = run.sentinel(sim::NodeId{i});
    if (sentinel == nullptr) continue;
    if (sentinel->tilt()) return false;
    for (const model::Master& master : sentinel->masters()) {
      if (master.s_down || master.state != model::FailoverState::kNone) return false;
      if (std::ranges::any_of(master.replicas, &model::Replica::s_down)) return false;
      if (std::ranges::any_of(master.peers, &model::Peer::s_down)) return false;
    }
  }
  return breaks_at_end(run).empty();
}

// Runs the scenario until its end, or until all is well after the last fault, and asks the checker. Books are kept only
// if somebody writes.
template <sim::Sink S, std::invocable<const sim::Run&> Observe>
std::vector<Break> judge(sim::Run& run, S&& sink, Observe&& observe) {
  constexpr sim::Micros kLook = std::chrono::seconds{1};
  const sim::Scenario& scenario = run.scenario();
  InvariantChecker checker{scenario};
  std::optional<Ledger> ledger;
  if (std::ranges::any_of(scenario.nodes, &sim::Node::is_client)) ledger.emplace(scenario);
  const auto all = [&](const sim::Record& record) {
    checker(record);
    sink(record);
    if (ledger) (*ledger)(record);
  };
  const auto look = [&](const sim::Run& now) {
    checker.observe(now);
    observe(now);
    if (ledger) ledger->observe(now);
  };
  sim::Scratch scratch;
  for (sim::SimTime end = end_of_steps(scenario);; end = std::min(end + kLook, scenario.until)) {
    run.run_until(end, scratch, all, look);
    if (end == scenario.until || is_settled(run)) break;
  }
  if (!ledger) return checker.breaks(run);
  const LedgerReport report = ledger->close(run);
  return checker.breaks(run, &report);
}

Broken with_source(const Break& one, const sim::Scenario& scenario, const std::vector<Break>& all) {
  return {one, std::string{known_from(one, scenario, all).value_or("")}};
}

}  // namespace

Trial try_out(const std::shared_ptr<const sim::Scenario>& scenario) {
  sim::Run run{scenario, kTrialSeed};
  CoverageObserver coverage{*scenario};
  const std::vector<Break> all = judge(run, coverage, [&](const sim::Run& now) { coverage.observe(now); });
  Trial trial{.digest = run.digest(), .coverage = coverage.coverage()};
  for (const Break& one : all) trial.broken.push_back(with_source(one, *scenario, all));
  return trial;
}

std::optional<Broken> breaks(const std::shared_ptr<const sim::Scenario>& scenario, sim::Invariant invariant) {
  sim::Run run{scenario, kTrialSeed};
  const std::vector<Break> all = judge(run, [](const sim::Record&) {}, [](const sim::Run&) {});
  const auto found = std::ranges::find(all, invariant, &Break::invariant);
  if (found == all.end()) return std::nullopt;
  return with_source(*found, *scenario, all);
}

}  // namespace sentinel::analysis
