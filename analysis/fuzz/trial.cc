#include "analysis/fuzz/trial.h"

#include <algorithm>

#include "analysis/hazards.h"
#include "analysis/ledger.h"
#include "sim/run.h"

namespace sentinel::analysis {
namespace {

bool has_clients(const sim::Scenario& scenario) { return std::ranges::any_of(scenario.nodes, &sim::Node::is_client); }

// Runs the scenario, and asks the checker at the end. Books are kept only if somebody writes.
template <sim::Sink S, std::invocable<const sim::Run&> Observe>
std::vector<Break> judge(sim::Run& run, S&& sink, Observe&& observe) {
  InvariantChecker checker{run.scenario()};
  sim::Scratch scratch;
  const auto both = [&](const sim::Record& record) {
    checker(record);
    sink(record);
  };
  const auto look = [&](const sim::Run& now) {
    checker.observe(now);
    observe(now);
  };
  if (!has_clients(run.scenario())) {
    run.run_until(run.scenario().until, scratch, both, look);
    return checker.breaks(run);
  }
  const LedgerReport ledger = run_with_ledger(run, scratch, both, look);
  return checker.breaks(run, &ledger);
}

Broken with_source(const Break& one, const sim::Scenario& scenario, const std::vector<Break>& all) {
  return {one, std::string{known_from(one.invariant, scenario, all).value_or("")}};
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
