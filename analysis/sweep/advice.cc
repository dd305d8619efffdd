#include "analysis/sweep/advice.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "analysis/number_text.h"
#include "analysis/sweep/sweep_output.h"

namespace sentinel::analysis {
namespace {

using Unit = MeasureRow::Unit;

constexpr double kInfinite = std::numeric_limits<double>::infinity();

// The settings that sentinel_conf_lines() has.
constexpr auto kConfSettings =
    std::to_array<std::string_view>({"quorum", "down-after-milliseconds", "failover-timeout", "parallel-syncs"});

// --- judgements -------------------------------------------------------------------------------------------

Estimate estimate_of(const Requirement& requirement, const SweepCell& cell) {
  const MeasureSummary& summary = cell.measures[requirement.measure];
  if (!requirement.quantile) return summary.figure;
  // Of times, failovers that never came count too.
  const bool is_time_to = measures()[requirement.measure].name.starts_with("time-to-");
  const std::vector<Estimate>& quantiles = is_time_to ? summary.needed_quantiles : summary.quantiles;
  return quantiles.empty() ? Estimate{} : quantiles[*requirement.quantile];
}

// --- texts ------------------------------------------------------------------------------------------------

std::string estimate_text(const Estimate& estimate, Unit unit) {
  return figure_text(estimate.value, unit) + " (" + figure_text(estimate.low, unit) + " .. " +
         (std::isinf(estimate.high) ? "unbounded" : figure_text(estimate.high, unit)) + ")";
}

struct JudgedCell {
  std::size_t place = 0;
  std::vector<Judgement> judgements{};  // by requirement

  Verdict verdict() const {
    Verdict worst = Verdict::kMet;
    for (const Judgement& judgement : judgements) {
      if (judgement.verdict == Verdict::kNotMet) return Verdict::kNotMet;
      if (judgement.verdict == Verdict::kInconclusive) worst = Verdict::kInconclusive;
    }
    return worst;
  }
};

std::vector<JudgedCell> judge_all(const SweepResult& sweep, const std::vector<Requirement>& requirements) {
  std::vector<JudgedCell> all;
  for (std::size_t i = 0; i < sweep.cells.size(); ++i) {
    JudgedCell& cell = all.emplace_back(JudgedCell{.place = i});
    for (const Requirement& requirement : requirements) cell.judgements.push_back(judge(requirement, sweep.cells[i]));
  }
  // By the first requirement, then in the order of the sweep.
  const auto badness = [&](const JudgedCell& cell) {
    const double value = cell.judgements.front().estimate.value;
    return std::isnan(value) ? kInfinite : requirements.front().at_most ? value : -value;
  };
  std::ranges::stable_sort(all, {}, badness);
  return all;
}

std::string evidence_text(const Requirement& requirement, const Judgement& judgement) {
  return requirement.text + ": " + estimate_text(judgement.estimate, measures()[requirement.measure].unit);
}

// What to set in a cell: the lines of a sentinel.conf, and as comments the settings that are not among these.
std::vector<std::string> conf_of(const SweepResult& sweep, const JudgedCell& cell, const CellScenario& scenario_of) {
  std::vector<std::string> lines = sentinel_conf_lines(scenario_of(cell.place));
  for (std::size_t i = 0; i < sweep.axes.size(); ++i) {
    const std::string& name = sweep.axes[i].name;
    if (std::ranges::find(kConfSettings, name) != kConfSettings.end()) continue;
    lines.push_back("# these lines do not say: " + name + "=" + sweep.cells[cell.place].settings[i]);
  }
  return lines;
}

}  // namespace

std::string_view verdict_name(Verdict verdict) {
  switch (verdict) {
    case Verdict::kMet: return "met";
    case Verdict::kNotMet: return "not-met";
    case Verdict::kInconclusive: return "inconclusive";
  }
  return {};
}

Judgement judge(const Requirement& requirement, const SweepCell& cell) {
  const Estimate estimate = estimate_of(requirement, cell);
  if (std::isnan(estimate.value)) return {.estimate = estimate};
  const bool met = requirement.at_most ? estimate.high <= requirement.bound : estimate.low >= requirement.bound;
  const bool not_met = requirement.at_most ? estimate.low > requirement.bound : estimate.high < requirement.bound;
  return {.verdict = met ? Verdict::kMet : not_met ? Verdict::kNotMet : Verdict::kInconclusive, .estimate = estimate};
}

// --- the front --------------------------------------------------------------------------------------------

bool Objectives::dominates(const Objectives& other) const {
  const auto all = [](const Objectives& of) {
    return std::array{of.detection, of.false_failovers, of.lost_writes, of.failures};
  };
  const auto mine = all(*this);
  const auto theirs = all(other);
  bool better = false;
  for (std::size_t i = 0; i < mine.size(); ++i) {
    if (mine[i] > theirs[i]) return false;
    better = better || mine[i] < theirs[i];
  }
  return better;
}

std::optional<Objectives> objectives(const SweepCell& cell) {
  const MeasureSummary& detection = cell.measure("time-to-detection");
  if (detection.runs == 0) return std::nullopt;
  const MeasureSummary& success = cell.measure("success");
  return Objectives{.detection = detection.quantiles[sweep_quantile_place(0.5)].value,
                    .false_failovers = cell.measure("false-failovers").figure.value,
                    .lost_writes = cell.measure("lost-writes").mean(),
                    .failures = success.runs == 0 ? 0 : 1 - success.figure.value};
}

std::vector<std::size_t> pareto_front(const std::vector<SweepCell>& cells) {
  std::vector<std::pair<Objectives, std::size_t>> known;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (const auto of = objectives(cells[i])) known.emplace_back(*of, i);
  }
  std::vector<std::pair<double, std::size_t>> front;
  for (const auto& [of, place] : known) {
    const bool is_beaten = std::ranges::any_of(known, [&](const auto& other) { return other.first.dominates(of); });
    if (!is_beaten) front.emplace_back(of.detection, place);
  }
  std::ranges::sort(front);
  std::vector<std::size_t> places;
  for (const auto& [detection, place] : front) places.push_back(place);
  return places;
}

// --- what is told -----------------------------------------------------------------------------------------

std::vector<std::string> sentinel_conf_lines(const sim::Scenario& scenario) {
  const auto first = std::ranges::find_if(scenario.nodes, &sim::Node::is_sentinel);
  std::vector<std::string> lines;
  if (first == scenario.nodes.end()) return lines;
  for (const model::MonitoredMaster& master : std::get<model::SentinelConfig>(first->config).masters) {
    const std::string name{scenario.symbols.text(master.name)};
    lines.push_back("sentinel monitor " + name + " " + std::string{scenario.symbols.text(master.address.host)} + " " +
                    std::to_string(master.address.port) + " " + std::to_string(master.quorum));
    const auto add = [&](const std::string& directive, std::int64_t value) {
      lines.push_back("sentinel " + directive + " " + name + " " + std::to_string(value));
    };
    add("down-after-milliseconds", master.down_after.count());
    add("failover-timeout", master.failover_timeout.count());
    add("parallel-syncs", master.parallel_syncs);
  }
  return lines;
}

std::string advice_text(const SweepResult& sweep, const std::vector<Requirement>& requirements,
                        const CellScenario& scenario_of) {
  const std::vector<JudgedCell> cells = judge_all(sweep, requirements);
  const auto count = [&](Verdict verdict) {
    return std::ranges::count_if(cells, [&](const JudgedCell& cell) { return cell.verdict() == verdict; });
  };
  std::ostringstream text;
  text << count(Verdict::kMet) << " of " << cells.size() << " cells meet all requirements";
  if (const auto maybe = count(Verdict::kInconclusive); maybe > 0) {
    text << ", " << maybe << " might: more seeds would tell";
  }
  text << ".\n";
  for (const JudgedCell& cell : cells) {
    if (cell.verdict() != Verdict::kMet) continue;
    const SweepCell& of = sweep.cells[cell.place];
    text << "\n# " << settings_text(sweep, of) << " (" << of.runs << " runs)\n";
    for (std::size_t i = 0; i < requirements.size(); ++i) {
      text << "# " << evidence_text(requirements[i], cell.judgements[i]) << '\n';
    }
    for (const std::string& line : conf_of(sweep, cell, scenario_of)) text << line << '\n';
  }
  if (count(Verdict::kMet) > 0) return text.str();
  text << "\nThe nearest to each:\n";
  for (std::size_t i = 0; i < requirements.size(); ++i) {
    const auto best = judge_all(sweep, {requirements[i]}).front();
    text << "# " << settings_text(sweep, sweep.cells[best.place]) << '\n'
         << "#   " << evidence_text(requirements[i], best.judgements.front()) << ", " << verdict_name(best.verdict())
         << '\n';
  }
  return text.str();
}

nlohmann::ordered_json advice_json(const SweepResult& sweep, const std::vector<Requirement>& requirements,
                                   const CellScenario& scenario_of) {
  using Json = nlohmann::ordered_json;
  Json cells = Json::array();
  for (const JudgedCell& cell : judge_all(sweep, requirements)) {
    const SweepCell& of = sweep.cells[cell.place];
    Json judgements = Json::array();
    for (std::size_t i = 0; i < requirements.size(); ++i) {
      const Judgement& judgement = cell.judgements[i];
      judgements.push_back({{"requirement", requirements[i].text},
                            {"verdict", verdict_name(judgement.verdict)},
                            {"value", finite_json(judgement.estimate.value)},
                            {"low", finite_json(judgement.estimate.low)},
                            {"high", finite_json(judgement.estimate.high)}});
    }
    Json json{{"settings", settings_json(sweep.axes, of.settings)},
              {"runs", of.runs},
              {"verdict", verdict_name(cell.verdict())},
              {"requirements", std::move(judgements)}};
    if (cell.verdict() == Verdict::kMet) json["conf"] = conf_of(sweep, cell, scenario_of);
    cells.push_back(std::move(json));
  }
  return {{"scenario", sweep.scenario}, {"case", sweep.case_name}, {"cells", std::move(cells)}};
}

std::string pareto_text(const SweepResult& sweep) {
  std::ostringstream text;
  text << "Nothing beats these in detection (median), false failovers, lost writes (mean)\n"
          "and failed failovers at once.\n"
          "  detection  false failovers  lost writes  failed  settings\n";
  const auto column = [&](const std::string& cell, std::size_t width) {
    text << std::string(width - std::min(width, cell.size()), ' ') << cell;
  };
  for (const std::size_t place : pareto_front(sweep.cells)) {
    const SweepCell& cell = sweep.cells[place];
    const Objectives of = *objectives(cell);
    column(figure_text(of.detection, Unit::kDuration), 11);
    column(figure_text(of.false_failovers, Unit::kRate), 17);
    column(figure_text(of.lost_writes, Unit::kCount), 13);
    column(figure_text(of.failures, Unit::kShare), 8);
    text << "  " << settings_text(sweep, cell) << '\n';
  }
  return text.str();
}

nlohmann::ordered_json pareto_json(const SweepResult& sweep) {
  nlohmann::ordered_json front = nlohmann::ordered_json::array();
  for (const std::size_t place : pareto_front(sweep.cells)) {
    const Objectives of = *objectives(sweep.cells[place]);
    front.push_back({{"cell", place},
                     {"settings", settings_json(sweep.axes, sweep.cells[place].settings)},
                     {"detection_us", of.detection},
                     {"false_failovers_per_second", of.false_failovers},
                     {"lost_writes", of.lost_writes},
                     {"failed_share", of.failures}});
  }
  return front;
}

}  // namespace sentinel::analysis
