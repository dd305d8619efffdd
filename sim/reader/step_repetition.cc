#include "sim/reader/step_repetition.h"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "sim/units.h"

namespace sentinel::sim {
namespace {

struct Repetition {
  Micros period{};
  std::int64_t times = 1;
};

Repetition read_repetition(const Fields& fields, const Step& step, SimTime until) {
  const Json* const every = fields.find("every");
  const Json* const times = fields.find("times");
  if (every == nullptr) {
    if (times != nullptr) times->fail("belongs to a step that has 'every'");
    return {};
  }
  const auto* const first = std::get_if<SimTime>(&step.when);
  if (first == nullptr) every->fail("belongs to a step that has 'at'");
  const Micros period = duration_of(*every, Micros{1});
  const Json* const lasts = fields.find("for");
  if (lasts != nullptr && duration_of(*lasts) + step.jitter >= period) {
    lasts->fail("expected less than 'every', " + format_duration(period) +
                (step.jitter > Micros{0} ? ", together with 'jitter'" : ""));
  }
  const std::int64_t possible = (until - *first) / period + 1;
  if (times == nullptr) return {.period = period, .times = possible};
  const std::int64_t wanted = integer_of(*times, 1, kMostSteps);
  if (wanted > possible) {
    times->fail("the last one is after the end of the run, 'until' " + format_duration(until.time_since_epoch()) +
                ": expected at most " + std::to_string(possible));
  }
  return {.period = period, .times = wanted};
}

// What takes an action back; nullopt if that needs no step.
struct TakeBack {
  std::optional<Action> operator()(const PauseStep& step) const { return ResumeStep{step.nodes}; }
  std::optional<Action> operator()(const PartitionStep& step) const { return HealStep{step.groups}; }
  std::optional<Action> operator()(const LatencyStep& step) const { return LatencyStep{.groups = step.groups}; }
  std::optional<Action> operator()(const ResolveStep& step) const { return ResolveStep{.host = step.host}; }
  std::optional<Action> operator()(const HoldStep& step) const { return ReleaseStep{step.messages}; }
  template <class Other>
  std::optional<Action> operator()(const Other& /*step*/) const {
    return std::nullopt;
  }
};

// How many nodes an action names.
struct CountNodes {
  template <class Any>
  std::size_t operator()(const Any& step) const {
    std::size_t count = 0;
    if constexpr (requires { step.nodes; }) count += step.nodes.size();
    if constexpr (requires { step.groups; }) {
      for (const auto& group : step.groups) count += group.size();
    }
    return count;
  }
};

void delay(Step& step, Micros by) {
  if (auto* const time = std::get_if<SimTime>(&step.when)) {
    *time += by;
  } else {
    std::get<Trigger>(step.when).after += by;
  }
}

// The step that takes it back; nullopt if there is none, or not before the end of the run.
std::optional<Step> end_of(const Fields& fields, const Step& step) {
  const Json* const lasts = fields.find("for");
  if (lasts == nullptr) return std::nullopt;
  const std::optional<Action> action = std::visit(TakeBack{}, step.action);
  if (!action) return std::nullopt;
  Step end{.when = step.when, .jitter = {}, .action = *action, .why = {}, .in_file = step.in_file};
  delay(end, duration_of(*lasts, Micros{1}));
  return end;
}

bool is_after(SimTime until, const Step& step) {
  const auto* const time = std::get_if<SimTime>(&step.when);
  return time != nullptr && *time > until;
}

}  // namespace

void add_repeated(const Fields& fields, const Step& step, const Scenario& scenario, std::vector<Step>& steps) {
  const Repetition repetition = read_repetition(fields, step, scenario.until);
  const std::optional<Step> end = end_of(fields, step);
  const std::size_t each = end ? 2 : 1;
  if (static_cast<std::size_t>(repetition.times) > (kMostSteps - steps.size()) / each) {
    fields.object().fail("with this step and its repetitions there are more than 100000 steps");
  }
  constexpr std::size_t kMostParts = 1'000'000;
  const std::size_t parts = std::visit(CountNodes{}, step.action) + 1;
  if (static_cast<std::size_t>(repetition.times) * parts > kMostParts) {
    fields.object().fail("with its repetitions this step names more than 1000000 nodes");
  }
  for (std::int64_t i = 0; i < repetition.times; ++i) {
    const auto begun = static_cast<std::uint32_t>(steps.size());
    Step& repeated = steps.emplace_back(step);
    delay(repeated, i * repetition.period);
    if (i > 0) repeated.why.clear();  // told once
    if (!end) continue;
    Step last = *end;
    delay(last, i * repetition.period);
    last.ends = begun;
    if (!is_after(scenario.until, last)) steps.push_back(last);
  }
}

}  // namespace sentinel::sim
