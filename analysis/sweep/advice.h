// What to set, from a sweep: the cells that meet requirements, and those that no other cell beats.
#pragma once

#include <cstddef>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/sweep/requirements.h"
#include "analysis/sweep/sweep.h"
#include "sim/scenario.h"

namespace sentinel::analysis {

// Of 95 % intervals the end counts that is unfavourable to the answer.
enum class Verdict : std::uint8_t {
  kMet,
  kNotMet,
  kInconclusive,  // the bound is within the interval: more seeds would tell
};
std::string_view verdict_name(Verdict verdict);

struct Judgement {
  Verdict verdict = Verdict::kInconclusive;
  Estimate estimate{};  // of what is required, in its unit; infinite if failovers were missing
};
Judgement judge(const Requirement& requirement, const SweepCell& cell);

// What a cell is good at; less is better.
struct Objectives {
  double detection = 0;        // µs, median time-to-detection
  double false_failovers = 0;  // a second
  double lost_writes = 0;      // mean of a run
  double failures = 0;         // share of the runs that needed a failover and did not get it

  bool dominates(const Objectives& other) const;  // it is never worse, and better in one
};
// Nullopt: there was nothing to detect.
std::optional<Objectives> objectives(const SweepCell& cell);

// The places of the cells that no other one dominates, by time to detection; equal ones are all there.
std::vector<std::size_t> pareto_front(const std::vector<SweepCell>& cells);

// What the first sentinel is configured with, as lines of its file: of each master `sentinel monitor`,
// `down-after-milliseconds`, `failover-timeout` and `parallel-syncs`.
std::vector<std::string> sentinel_conf_lines(const sim::Scenario& scenario);

// The scenario of a cell.
using CellScenario = std::function<sim::Scenario(std::size_t cell)>;

// The cells that meet all requirements, best first by the first of these, each as lines for a sentinel.conf with the
// evidence, and varied settings that no line has, as comments; how many might meet them; and if none does, what comes
// nearest to each.
std::string advice_text(const SweepResult& sweep, const std::vector<Requirement>& requirements,
                        const CellScenario& scenario_of);
// All cells with their judgements; `conf` of those that meet all.
nlohmann::ordered_json advice_json(const SweepResult& sweep, const std::vector<Requirement>& requirements,
                                   const CellScenario& scenario_of);

// A row for each cell of the front, not wider than 80 columns.
std::string pareto_text(const SweepResult& sweep);
nlohmann::ordered_json pareto_json(const SweepResult& sweep);

}  // namespace sentinel::analysis
