#include "analysis/observe/measured_run.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace sentinel::analysis {
namespace {

// Since when two scenarios do different things; the least time there is if they are not alike enough to share anything.
sim::SimTime parting(const sim::Scenario& a, const sim::Scenario& b, std::uint64_t seed) {
  if (a.steps.size() != b.steps.size()) return sim::SimTime::min();
  sim::SimTime first = sim::SimTime::max();
  for (std::uint32_t i = 0; i < a.steps.size(); ++i) {
    if (a.steps[i].when.index() != b.steps[i].when.index()) return sim::SimTime::min();
    if (!std::holds_alternative<sim::SimTime>(a.steps[i].when)) continue;
    const sim::SimTime of_a = a.time_of(i, seed);
    const sim::SimTime of_b = b.time_of(i, seed);
    if (of_a != of_b) first = std::min({first, of_a, of_b});
  }
  return first;
}

}  // namespace

void MeasuredRun::run_until(sim::SimTime end) {
  sim::Scratch scratch;
  const auto sink = [&](const sim::Record& record) {
    ledger_(record);
    recorder_(record);
  };
  run_.run_until(end, scratch, sink, [&](const sim::Run& now) {
    ledger_.observe(now);
    recorder_.observe(now);
  });
}

// The last one is the trunk, from which the others branch off in the order in which they part from it.
std::vector<RunMeasures> measure_together(const std::vector<std::shared_ptr<const sim::Scenario>>& scenarios,
                                          std::uint64_t seed) {
  const auto& trunk_scenario = scenarios.back();
  std::vector<std::pair<sim::SimTime, std::size_t>> branches;
  for (std::size_t i = 0; i + 1 < scenarios.size(); ++i) {
    branches.emplace_back(parting(*scenarios[i], *trunk_scenario, seed), i);
  }
  std::ranges::sort(branches);
  std::vector<RunMeasures> measures(scenarios.size());
  MeasuredRun trunk{trunk_scenario, seed};
  for (const auto& [at, i] : branches) {
    if (at <= sim::SimTime{}) {
      measures[i] = measure(scenarios[i], seed);
      continue;
    }
    trunk.run_until(std::min(at - sim::Micros{1}, trunk_scenario->until));
    MeasuredRun branch = trunk;
    branch.continue_as(scenarios[i]);
    branch.run_until(scenarios[i]->until);
    measures[i] = branch.close();
  }
  trunk.run_until(trunk_scenario->until);
  measures.back() = trunk.close();
  return measures;
}

}  // namespace sentinel::analysis
