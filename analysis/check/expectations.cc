#include "analysis/check/expectations.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "analysis/observe/phases.h"
#include "sim/bounds.h"
#include "sim/formats.h"
#include "sim/phases.h"
#include "sim/units.h"

namespace sentinel::analysis {
namespace {

using What = sim::Bound::What;

// By Bound::What, of those that are of one client.
struct Measure {
  What what;
  bool is_longest;  // of several clients the most counts, not the sum
  std::int64_t (*of_client)(const ClientReport&);
};
constexpr auto kMeasures = std::to_array<Measure>({
    {What::kLostWrites, false, [](const ClientReport& c) { return static_cast<std::int64_t>(c.lost); }},
    {What::kRefusedWrites, false, [](const ClientReport& c) { return static_cast<std::int64_t>(c.refused); }},
    {What::kStaleReads, false, [](const ClientReport& c) { return static_cast<std::int64_t>(c.stale); }},
    {What::kUnavailable, true, [](const ClientReport& c) { return longest(c.unavailable).count(); }},
});

std::int64_t measured(const sim::Bound& bound, const LedgerReport& report, const std::vector<WatcherReport>& watchers) {
  if (bound.what == What::kTwoMasters) return total(report.two_masters).count();
  std::int64_t all = 0;
  if (bound.what == What::kStaleRegistry) {
    for (const WatcherReport& watcher : watchers) {
      if (bound.client.value_or(watcher.watcher) == watcher.watcher)
        all = std::max(all, longest(watcher.stale).count());
    }
    return all;
  }
  const Measure& measure = *std::ranges::find(kMeasures, bound.what, &Measure::what);
  for (const ClientReport& client : report.clients) {
    if (bound.client.value_or(client.client) != client.client) continue;
    const std::int64_t one = measure.of_client(client);
    all = measure.is_longest ? std::max(all, one) : all + one;
  }
  return all;
}

// --- words --------------------------------------------------------------------------------------------------

std::string short_text(sim::Micros duration) {
  return sim::format_duration(std::chrono::round<std::chrono::milliseconds>(duration));
}

// `at most 8s`, `1s to 3s`, `2`.
template <class Amount, class Text>
std::string range_text(const std::optional<Amount>& at_least, const std::optional<Amount>& at_most, Text text) {
  if (!at_least) return "at most " + text(*at_most);
  if (!at_most) return "at least " + text(*at_least);
  return *at_least == *at_most ? text(*at_least) : text(*at_least) + " to " + text(*at_most);
}

template <class Amount>
bool is_outside(Amount value, const std::optional<Amount>& at_least, const std::optional<Amount>& at_most) {
  return (at_least && value < *at_least) || (at_most && value > *at_most);
}

// As event_line() has it.
std::string told(const sim::Scenario& scenario, const sim::Record& record) {
  const std::string line = sim::event_line(scenario, record);
  return line.substr(line.find_first_not_of(' '));
}

std::string quoted(const sim::EventPattern& pattern) { return "\"" + pattern.text + "\""; }

std::string no_event(const sim::EventPattern& pattern, const std::string& nearest) {
  const std::string channel{model::event_row(pattern.kind).channel};
  return nearest.empty() ? "no " + channel + " came" : "the nearest is " + nearest;
}

}  // namespace

// --- events -------------------------------------------------------------------------------------------------

ExpectationChecker::ExpectationChecker(const sim::Scenario& scenario)
    : scenario_(&scenario),
      looked_for_(model::kEventKinds, false),
      nearest_(scenario.expect.eventually.size()),
      forbidden_(scenario.expect.never.size()),
      order_(scenario.expect.order.size()),
      tallies_(scenario.expect.exactly.size()),
      waits_(scenario.expect.within.size()) {
  const sim::Expectations& expect = scenario.expect;
  const auto look_for = [&](const sim::EventPattern& pattern) {
    looked_for_[static_cast<std::size_t>(pattern.kind)] = true;
  };
  std::ranges::for_each(expect.eventually, look_for);
  std::ranges::for_each(expect.never, look_for);
  for (std::size_t i = 0; i < order_.size(); ++i) {
    order_[i].early.resize(expect.order[i].size());
    std::ranges::for_each(expect.order[i], look_for);
  }
  for (const sim::Count& count : expect.exactly) look_for(count.event);
  for (std::size_t i = 0; i < waits_.size(); ++i) {
    look_for(expect.within[i].event);
    if (const auto* const time = std::get_if<sim::SimTime>(&expect.within[i].after)) waits_[i].since = *time;
    if (const auto* const event = std::get_if<sim::EventPattern>(&expect.within[i].after)) look_for(*event);
  }
}

void ExpectationChecker::operator()(const sim::Record& record) {
  const auto* event = std::get_if<model::Event>(&record.what);
  if (event == nullptr || !event->published || record.at < scenario_->from) return;
  if (!looked_for_[static_cast<std::size_t>(event->kind)]) return;  // most are: no text is made for them
  const std::string payload = sim::payload_text(*event, scenario_->symbols);
  const std::string line = told(*scenario_, record);
  const sim::Occurrence said{.at = record.at, .node = record.node, .event = event, .payload = payload};
  look_for_eventually(said, line);
  for (std::size_t i = 0; i < forbidden_.size(); ++i) {
    if (forbidden_[i].empty() && is(scenario_->expect.never[i], said)) forbidden_[i] = line;
  }
  look_for_order(said, line);
  look_for_exactly(said, line);
  look_for_within(said, line);
}

bool ExpectationChecker::is(const sim::EventPattern& pattern, const sim::Occurrence& said) const {
  return sim::matches(pattern, said, scenario_->symbols);
}

void ExpectationChecker::compare(const sim::EventPattern& pattern, const sim::Occurrence& said, const std::string& line,
                                 Nearest& nearest) const {
  if (pattern.kind != said.event->kind) return;
  const std::size_t mismatches = sim::mismatches(pattern, said, scenario_->symbols);
  if (nearest.line.empty() || mismatches < nearest.mismatches) nearest = {mismatches, line};
}

void ExpectationChecker::look_for_eventually(const sim::Occurrence& said, const std::string& line) {
  for (std::size_t i = 0; i < nearest_.size(); ++i) {
    compare(scenario_->expect.eventually[i], said, line, nearest_[i]);
  }
}

void ExpectationChecker::look_for_order(const sim::Occurrence& said, const std::string& line) {
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const std::vector<sim::EventPattern>& patterns = scenario_->expect.order[i];
    Progress& progress = order_[i];
    const std::size_t next = progress.next;
    for (std::size_t place = next; place < patterns.size(); ++place) {
      if (!is(patterns[place], said)) continue;
      if (place == next) {
        ++progress.next;
        progress.last_line = line;
      } else {
        progress.early[place] = line;
      }
    }
  }
}

void ExpectationChecker::look_for_exactly(const sim::Occurrence& said, const std::string& line) {
  constexpr std::int64_t kShown = 3;
  for (std::size_t i = 0; i < tallies_.size(); ++i) {
    Tally& tally = tallies_[i];
    compare(scenario_->expect.exactly[i].event, said, line, tally.nearest);
    if (!is(scenario_->expect.exactly[i].event, said)) continue;
    if (++tally.times <= kShown) {
      const std::string when_and_who = line.substr(0, line.find(' ', line.find(' ') + 1));
      tally.first_lines += (tally.times == 1 ? "" : ", ") + when_and_who;
    }
  }
}

void ExpectationChecker::look_for_within(const sim::Occurrence& said, const std::string& line) {
  for (std::size_t i = 0; i < waits_.size(); ++i) {
    const sim::Deadline& deadline = scenario_->expect.within[i];
    Wait& wait = waits_[i];
    if (wait.since && said.at >= *wait.since && !wait.came_at) {
      compare(deadline.event, said, line, wait.nearest);
      if (is(deadline.event, said)) {
        wait.came_at = said.at;
        wait.line = line;
      }
    }
    const auto* const after = std::get_if<sim::EventPattern>(&deadline.after);
    if (after != nullptr && !wait.since && is(*after, said)) {
      wait.since = said.at;
      wait.since_line = line;
    }
  }
}

std::vector<Violation> ExpectationChecker::violations() const {
  const sim::Expectations& expect = scenario_->expect;
  std::vector<Violation> all;
  for (std::size_t i = 0; i < nearest_.size(); ++i) {
    const Nearest& nearest = nearest_[i];
    if (!nearest.line.empty() && nearest.mismatches == 0) continue;
    const sim::EventPattern& pattern = expect.eventually[i];
    all.push_back({"eventually " + quoted(pattern), no_event(pattern, nearest.line)});
  }
  for (std::size_t i = 0; i < forbidden_.size(); ++i) {
    if (!forbidden_[i].empty()) all.push_back({"never " + quoted(expect.never[i]), forbidden_[i] + " came"});
  }
  for (std::size_t i = 0; i < order_.size(); ++i) {
    if (order_[i].next < expect.order[i].size()) all.push_back(order_ended(expect.order[i], order_[i]));
  }
  for (std::size_t i = 0; i < tallies_.size(); ++i) {
    const sim::Count& count = expect.exactly[i];
    if (is_outside(tallies_[i].times, count.at_least, count.at_most)) all.push_back(miscounted(count, tallies_[i]));
  }
  for (std::size_t i = 0; i < waits_.size(); ++i) {
    if (std::optional<Violation> missed = deadline_missed(expect.within[i], waits_[i])) all.push_back(*missed);
  }
  return all;
}

Violation ExpectationChecker::order_ended(const std::vector<sim::EventPattern>& patterns, const Progress& progress) {
  std::string expected = "order " + quoted(patterns[progress.next]);
  std::string came = "it did not come";
  if (progress.next > 0) {
    expected += " after " + quoted(patterns[progress.next - 1]);
    came += " after " + progress.last_line;
  }
  const std::string& early = progress.early[progress.next];
  if (!early.empty()) came += "; before: " + early;
  return {expected, came};
}

Violation ExpectationChecker::miscounted(const sim::Count& count, const Tally& tally) {
  const std::string range = range_text(count.at_least, count.at_most, [](std::int64_t times) {
    return std::to_string(times) + (times == 1 ? " time" : " times");
  });
  const std::string exactly = count.at_least == count.at_most ? " exactly " : " ";
  std::string came =
      "it came " + std::to_string(tally.times) + (tally.times == 1 ? " time: " : " times: ") + tally.first_lines;
  if (tally.times == 0) came = no_event(count.event, tally.nearest.line);
  return {quoted(count.event) + exactly + range, came};
}

std::optional<Violation> ExpectationChecker::deadline_missed(const sim::Deadline& deadline, const Wait& wait) {
  const auto* const after = std::get_if<sim::EventPattern>(&deadline.after);
  const std::string since =
      after != nullptr ? quoted(*after) : short_text(std::get<sim::SimTime>(deadline.after).time_since_epoch());
  const std::string least = deadline.not_before == sim::Micros{0} ? "" : short_text(deadline.not_before) + " to ";
  const std::string expected =
      quoted(deadline.event) + " within " + least + short_text(deadline.within) + " after " + since;
  if (!wait.since) return Violation{expected, no_event(*after, "")};
  const std::string begin = wait.since_line.empty() ? since : wait.since_line;
  if (!wait.came_at) return Violation{expected, no_event(deadline.event, wait.nearest.line) + " after " + begin};
  const sim::Micros took = *wait.came_at - *wait.since;
  if (deadline.not_before <= took && took <= deadline.within) return std::nullopt;
  return Violation{expected, wait.line + " came " + short_text(took) + " after " + begin};
}

// --- bounds -------------------------------------------------------------------------------------------------

std::vector<Violation> bound_violations(const sim::Scenario& scenario, const LedgerReport& report,
                                        const std::vector<WatcherReport>& watchers) {
  std::vector<Violation> violations;
  for (const sim::Bound& bound : scenario.expect.bounds) {
    const sim::BoundRow& row = sim::bound_row(bound.what);
    const std::int64_t value = measured(bound, report, watchers);
    if (!is_outside(value, bound.at_least, bound.at_most)) continue;
    const auto text = [&](std::int64_t amount) {
      return row.is_duration ? short_text(sim::Micros{amount}) : std::to_string(amount);
    };
    std::string what{row.name};
    if (bound.client) what += " of " + scenario.node(*bound.client).name;
    violations.push_back({what + " " + range_text(bound.at_least, bound.at_most, text), "it was " + text(value),
                          bound.what == What::kStaleRegistry ? "--registry" : "--ledger"});
  }
  return violations;
}

std::vector<Violation> phase_violations(const sim::Scenario& scenario, const Stream& stream,
                                        std::optional<sim::Micros> clients_moved) {
  std::optional<Incident> incident = incident_of(scenario);
  if (incident) incident->clients_moved = clients_moved;
  std::vector<Violation> violations;
  for (const sim::PhaseBound& bound : scenario.expect.phases) {
    const sim::Phase& phase = sim::phases()[bound.phase];
    const std::string expected =
        "phase \"" + std::string{phase.name} + "\" " + range_text(bound.at_least, bound.at_most, short_text);
    if (!incident) {
      violations.push_back({expected, "no step at a time of its own is a fault"});
      continue;
    }
    const std::optional<sim::Micros> took = duration_of(phase, stream, *incident);
    if (!took) {
      violations.push_back({expected, "it was not gone through"});
    } else if (is_outside(*took, bound.at_least, bound.at_most)) {
      const sim::SimTime began{*begin_of(phase, stream, *incident)};
      violations.push_back({expected, "it took " + short_text(*took) + ", from " + sim::time_text(began) + " on"});
    }
  }
  return violations;
}

}  // namespace sentinel::analysis
