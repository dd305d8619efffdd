#include "analysis/expectations.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "sim/event_text.h"
#include "sim/formats.h"
#include "sim/units.h"

namespace sentinel::analysis {
namespace {

using What = sim::Bound::What;

struct Measure {
  std::string_view name;
  bool is_duration;
  bool is_longest;  // of several clients the most counts, not the sum
  std::int64_t (*of_client)(const ClientReport&);
};
constexpr auto kMeasures = std::to_array<Measure>({
    {"lost-writes", false, false, [](const ClientReport& c) { return static_cast<std::int64_t>(c.lost); }},
    {"refused-writes", false, false, [](const ClientReport& c) { return static_cast<std::int64_t>(c.refused); }},
    {"stale-reads", false, false, [](const ClientReport& c) { return static_cast<std::int64_t>(c.stale); }},
    {"unavailable", true, true, [](const ClientReport& c) { return longest(c.unavailable).count(); }},
    {"two-masters", true, false, nullptr},
    {"stale-registry", true, true, nullptr},
});

std::int64_t measured(const sim::Bound& bound, const LedgerReport& report, const std::vector<WatcherReport>& watchers) {
  if (bound.what == What::kTwoMasters) return total(report.two_masters).count();
  const Measure& measure = kMeasures[static_cast<std::size_t>(bound.what)];
  std::int64_t all = 0;
  if (bound.what == What::kStaleRegistry) {
    for (const WatcherReport& watcher : watchers) {
      if (bound.client.value_or(watcher.watcher) == watcher.watcher)
        all = std::max(all, longest(watcher.stale).count());
    }
    return all;
  }
  for (const ClientReport& client : report.clients) {
    if (bound.client.value_or(client.client) != client.client) continue;
    const std::int64_t one = measure.of_client(client);
    all = measure.is_longest ? std::max(all, one) : all + one;
  }
  return all;
}

}  // namespace

ExpectationChecker::ExpectationChecker(const sim::Scenario& scenario)
    : scenario_(&scenario),
      seen_(scenario.expect.eventually.size(), false),
      forbidden_(scenario.expect.never.size()),
      order_(scenario.expect.order.size()) {}

void ExpectationChecker::operator()(const sim::Record& record) {
  const auto* event = std::get_if<model::Event>(&record.what);
  if (event == nullptr || !event->published || record.at < scenario_->from) return;
  const sim::Expectations& expect = scenario_->expect;
  std::string payload;  // made only when a pattern asks for this kind of event
  const auto is = [&](const sim::EventPattern& pattern) {
    if (pattern.kind != event->kind) return false;
    if (payload.empty()) payload = sim::payload_text(*event, scenario_->symbols);
    return sim::matches(pattern, record.node, *event, payload);
  };
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    if (!seen_[i] && is(expect.eventually[i])) seen_[i] = true;
  }
  for (std::size_t i = 0; i < forbidden_.size(); ++i) {
    if (forbidden_[i].empty() && is(expect.never[i])) forbidden_[i] = sim::event_line(*scenario_, record);
  }
  for (std::size_t i = 0; i < order_.size(); ++i) {
    Progress& progress = order_[i];
    if (progress.next == expect.order[i].size() || !is(expect.order[i][progress.next])) continue;
    ++progress.next;
    progress.last_line = sim::event_line(*scenario_, record);
  }
}

std::vector<std::string> ExpectationChecker::violations() const {
  const sim::Expectations& expect = scenario_->expect;
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < seen_.size(); ++i) {
    if (!seen_[i]) lines.push_back("eventually \"" + expect.eventually[i].text + "\": it never came");
  }
  for (std::size_t i = 0; i < forbidden_.size(); ++i) {
    if (!forbidden_[i].empty()) lines.push_back("never \"" + expect.never[i].text + "\": came as" + forbidden_[i]);
  }
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const Progress& progress = order_[i];
    if (progress.next == expect.order[i].size()) continue;
    std::string line = "order: \"" + expect.order[i][progress.next].text + "\" did not come";
    if (progress.next > 0) line += " after" + progress.last_line;
    lines.push_back(line);
  }
  return lines;
}

std::vector<std::string> bound_violations(const sim::Scenario& scenario, const LedgerReport& report,
                                          const std::vector<WatcherReport>& watchers) {
  std::vector<std::string> lines;
  for (const sim::Bound& bound : scenario.expect.bounds) {
    const Measure& measure = kMeasures[static_cast<std::size_t>(bound.what)];
    const std::int64_t value = measured(bound, report, watchers);
    const auto text = [&](std::int64_t amount) {
      return measure.is_duration
                 ? sim::format_duration(std::chrono::round<std::chrono::milliseconds>(sim::Micros{amount}))
                 : std::to_string(amount);
    };
    std::string what{measure.name};
    if (bound.client) what += " of " + scenario.node(*bound.client).name;
    if (bound.at_most && value > *bound.at_most) {
      lines.push_back(what + ": " + text(value) + ", expected at most " + text(*bound.at_most));
    }
    if (bound.at_least && value < *bound.at_least) {
      lines.push_back(what + ": " + text(value) + ", expected at least " + text(*bound.at_least));
    }
  }
  return lines;
}

}  // namespace sentinel::analysis
