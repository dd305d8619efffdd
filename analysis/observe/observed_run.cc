#include "analysis/observe/observed_run.h"

#include <variant>

#include "model/events.h"
#include "sim/event_text.h"
#include "sim/script_text.h"

namespace sentinel::analysis {
namespace {

using Kind = sim::Happening::Kind;

// Only who was given an input can have changed, unless something was done to the processes themselves.
void observe(StateHistory& states, const sim::Run& run, const sim::Moment& last) {
  if (last.node) return states.observe(run, *last.node);
  const Kind kind = last.happening.kind;
  if (kind == Kind::kStep || kind == Kind::kStart || kind == Kind::kWake || kind == Kind::kEnd) states.observe(run);
}

}  // namespace

ObservedRun observe_run(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed) {
  ObservedRun observed{.replay = sim::Replay{scenario, seed}, .run = sim::Run{scenario, seed}};
  const sim::History& history = observed.replay.history();
  FailoverRecorder failovers{*scenario};
  StateHistory states{*scenario};
  sim::Scratch scratch;
  observed.ledger = run_with_ledger(observed.run, scratch, failovers, [&](const sim::Run& now) {
    failovers.observe(now);
    observe(states, now, history.moment(static_cast<sim::MomentNumber>(now.happenings())));
  });
  observed.states = states.tracks();
  observed.failovers = failovers.close(observed.run);
  return observed;
}

std::optional<Told> told(const sim::Scenario& scenario, const sim::Record& record) {
  if (record.at < scenario.from) return std::nullopt;
  if (const auto* const event = std::get_if<model::Event>(&record.what)) {
    if (!event->published) return std::nullopt;
    return Told{std::string{model::event_row(event->kind).channel}, sim::payload_text(*event, scenario.symbols)};
  }
  if (const auto* const reply = std::get_if<sim::CommandReply>(&record.what)) {
    const auto& command = std::get<sim::CommandStep>(scenario.steps[reply->step].action);
    return Told{"reply to " + command.text, sim::answer_text(reply->answer, scenario.symbols, *scenario.profile)};
  }
  std::string script = sim::script_text(record, scenario.symbols);
  if (script.empty()) return std::nullopt;
  return Told{"script", std::move(script)};
}

std::vector<StepDone> steps_done(const sim::History& history) {
  std::vector<StepDone> steps;
  for (sim::MomentNumber number = 1; number <= history.size(); ++number) {
    const sim::Moment& moment = history.moment(number);
    if (moment.happening.kind == Kind::kStep) steps.push_back({moment.at, moment.happening.index});
  }
  return steps;
}

}  // namespace sentinel::analysis
