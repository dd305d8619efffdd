#include "analysis/timing/timing_report.h"

#include <cmath>
#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "analysis/number_text.h"

namespace sentinel::analysis {
namespace {

constexpr int kName = 42;
constexpr int kColumn = 8;

std::string seconds(double ms) { return fixed_text(ms / 1'000, 3); }

std::string percent(double share) { return fixed_text(100 * share, 1); }

// `5`, `99.9`.
std::string percentile_name(double q) {
  std::ostringstream text;
  text << std::setprecision(4) << 100 * q;
  return text.str();
}

std::string name_of(FailoverOutcome outcome, FailoverReason reason) {
  std::string name{outcome_name(outcome)};
  if (reason != FailoverReason::kNone) name.append(": ").append(reason_name(reason));
  return name;
}

void add_share(std::ostream& text, const std::string& name, std::uint64_t runs, const Estimate& share) {
  text << std::left << std::setw(kName) << name << std::right << std::setw(8) << runs << std::setw(8)
       << percent(share.value) << " %" << std::setw(9) << percent(share.low) << " .. " << percent(share.high) << " %\n";
}

// What may happen whatever the outcome is.
void add_notes(std::ostream& text, const Timing& timing) {
  struct Note {
    const char* name;
    std::uint64_t runs;
  };
  for (const Note& note :
       {Note{"with a false failover", timing.false_failovers}, Note{"with two masters", timing.two_masters},
        Note{"with lost writes", timing.lost_writes}}) {
    if (note.runs > 0) add_share(text, note.name, note.runs, share(note.runs, timing.seeds));
  }
}

void add_phase(std::ostream& text, const PhaseTiming& phase) {
  const std::vector<Estimate> quantiles = phase.quantiles();
  const std::size_t middle = kTimingQuantiles.size() / 2 - 1;
  static_assert(kTimingQuantiles[kTimingQuantiles.size() / 2 - 1] == 0.5);
  const bool is_bounded = !std::isinf(quantiles[middle].low) && !std::isinf(quantiles[middle].high);
  text << std::left << std::setw(kName) << phase.phase << "n " << phase.sorted.size()
       << (is_bounded ? ", median " + seconds(quantiles[middle].low) + " .. " + seconds(quantiles[middle].high)
                      : std::string{", too few for an interval"})
       << '\n'
       << "  " << std::right << std::setw(kColumn) << seconds(phase.sorted.front());
  for (const Estimate& quantile : quantiles) text << std::setw(kColumn) << seconds(quantile.value);
  text << std::setw(kColumn) << seconds(phase.sorted.back()) << '\n';
}

void add_heading(std::ostream& text) {
  text << "  " << std::right << std::setw(kColumn) << "min";
  for (const double q : kTimingQuantiles) text << std::setw(kColumn) << percentile_name(q) + " %";
  text << std::setw(kColumn) << "max" << '\n';
}

std::string sentinel_name(const sim::Scenario& scenario, const PhaseTiming& phase) {
  return phase.sentinel ? scenario.node(*phase.sentinel).name : "";
}

nlohmann::ordered_json share_json(std::uint64_t runs, std::uint64_t all) {
  const Estimate estimate = share(runs, all);
  return {{"runs", runs}, {"share", estimate.value}, {"low", estimate.low}, {"high", estimate.high}};
}

}  // namespace

std::string timing_text(const sim::Scenario& scenario, const Timing& timing) {
  std::ostringstream text;
  text << std::left << std::setw(kName) << "outcome" << std::right << std::setw(8) << "runs" << std::setw(10) << "share"
       << "  95 % interval\n";
  for (const OutcomeShare& each : timing.outcomes)
    add_share(text, name_of(each.outcome, each.reason), each.runs, each.share);
  add_notes(text, timing);
  text << '\n'
       << timing.seeds << " runs, " << timing.failovers
       << " failovers, done or not. Seconds; beside each phase the 95 %\n"
          "interval of the median.\n";
  add_heading(text);
  std::optional<sim::NodeId> sentinel;
  for (const PhaseTiming& phase : timing.phases) {
    if (phase.sentinel != sentinel) {
      sentinel = phase.sentinel;
      text << "\non " << sentinel_name(scenario, phase) << " alone\n";
      add_heading(text);
    }
    add_phase(text, phase);
  }
  return text.str();
}

std::string timing_csv(const sim::Scenario& scenario, const Timing& timing) {
  std::ostringstream text;
  text << "phase,sentinel,n,quantile,ms,low_ms,high_ms\n" << std::setprecision(12);
  for (const PhaseTiming& phase : timing.phases) {
    const auto add = [&](double q, const Estimate& estimate) {
      text << phase.phase << ',' << sentinel_name(scenario, phase) << ',' << phase.sorted.size() << ',' << q << ','
           << estimate.value << ',';
      if (!std::isinf(estimate.low)) text << estimate.low;
      text << ',';
      if (!std::isinf(estimate.high)) text << estimate.high;
      text << '\n';
    };
    add(0, {.value = phase.sorted.front()});
    const std::vector<Estimate> quantiles = phase.quantiles();
    for (std::size_t i = 0; i < quantiles.size(); ++i) add(kTimingQuantiles[i], quantiles[i]);
    add(1, {.value = phase.sorted.back()});
  }
  return text.str();
}

nlohmann::ordered_json timing_json(const sim::Scenario& scenario, const Timing& timing) {
  using Json = nlohmann::ordered_json;
  Json outcomes = Json::array();
  for (const OutcomeShare& each : timing.outcomes) {
    Json json{{"outcome", outcome_name(each.outcome)}, {"reason", reason_name(each.reason)}};
    json.update(share_json(each.runs, timing.seeds));
    outcomes.push_back(std::move(json));
  }
  Json phases = Json::array();
  for (const PhaseTiming& phase : timing.phases) {
    Json quantiles = Json::array();
    const std::vector<Estimate> estimates = phase.quantiles();
    for (std::size_t i = 0; i < estimates.size(); ++i) {
      quantiles.push_back({{"quantile", kTimingQuantiles[i]},
                           {"ms", estimates[i].value},
                           {"low_ms", finite_json(estimates[i].low)},
                           {"high_ms", finite_json(estimates[i].high)}});
    }
    phases.push_back({{"phase", phase.phase},
                      {"sentinel", sentinel_name(scenario, phase)},
                      {"n", phase.sorted.size()},
                      {"min_ms", phase.sorted.front()},
                      {"max_ms", phase.sorted.back()},
                      {"quantiles", std::move(quantiles)}});
  }
  return {{"scenario", scenario.file.string()},
          {"case", scenario.case_name},
          {"seeds", timing.seeds},
          {"failovers", timing.failovers},
          {"outcomes", std::move(outcomes)},
          {"false_failover", share_json(timing.false_failovers, timing.seeds)},
          {"two_masters", share_json(timing.two_masters, timing.seeds)},
          {"lost_writes", share_json(timing.lost_writes, timing.seeds)},
          {"phases", std::move(phases)}};
}

}  // namespace sentinel::analysis
