#include "sim/reader/expectation_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "sim/bounds.h"
#include "sim/invariants.h"
#include "sim/phases.h"
#include "sim/reader/final_state_reader.h"
#include "sim/reader/pattern_reader.h"
#include "sim/units.h"

namespace sentinel::sim {
namespace {

constexpr auto kExpectationFields = std::to_array<std::string_view>({
    "eventually",
    "never",
    "order",
    "exactly",
    "within",
    "finally",
    "phases",
    "invariants",
    "breaks",
    "lost-writes",
    "refused-writes",
    "stale-reads",
    "unavailable",
    "two-masters",
    "stale-registry",
});
constexpr auto kBoundFields = std::to_array<std::string_view>({"at-least", "at-most", "client"});
constexpr auto kCountFields = std::to_array<std::string_view>({"event", "times", "at-least", "at-most"});
constexpr auto kDeadlineFields = std::to_array<std::string_view>({"event", "after", "within", "not-before"});
constexpr auto kPhaseBoundFields = std::to_array<std::string_view>({"at-least", "at-most"});

std::vector<EventPattern> read_patterns(const Json& list, const NodeNames& names) {
  std::vector<EventPattern> patterns;
  for (const Json* const item : list_of(list)) patterns.push_back(read_pattern(*item, names));
  return patterns;
}

// One list of patterns, or a list of such lists.
std::vector<std::vector<EventPattern>> read_orders(const Json& order, const NodeNames& names) {
  std::vector<std::vector<EventPattern>> orders;
  const auto is_list = [](const Json* item) { return item->kind == Json::Kind::kList; };
  if (!std::ranges::any_of(list_of(order), is_list)) {
    orders.push_back(read_patterns(order, names));
  } else {
    for (const Json* const list : order.items) orders.push_back(read_patterns(*list, names));
  }
  return orders;
}

template <class Amount>
void check_bounds(const std::optional<Amount>& at_least, const std::optional<Amount>& at_most, const Json* where) {
  if (at_least && at_most && *at_least > *at_most) where->fail("is less than 'at-least'");
}

Bound read_bound(const Json& json, const BoundRow& bound, const NodeNames& names) {
  const Fields fields(json, "a bound", kBoundFields);
  Bound read{.what = bound.what};
  const auto amount = [&](std::string_view name) -> std::optional<std::int64_t> {
    constexpr std::int64_t kMost = 1'000'000'000;
    const Json* const value = fields.find(name);
    if (value == nullptr) return std::nullopt;
    return bound.is_duration ? duration_of(*value).count() : integer_of(*value, 0, kMost);
  };
  read.at_least = amount("at-least");
  read.at_most = amount("at-most");
  check_bounds(read.at_least, read.at_most, fields.find("at-most"));
  if (!read.at_least && !read.at_most) fields.get("at-most", bound.is_duration ? "such as \"8s\"" : "such as 0");
  if (const Json* const client = fields.find("client")) {
    if (bound.what == Bound::What::kTwoMasters) client->fail("is no matter of one client");
    const std::string_view name = string_of(*client);
    const bool of_watchers = bound.what == Bound::What::kStaleRegistry;
    read.client = of_watchers ? names.find_watcher(name, *client) : names.find_client(name, *client);
  }
  return read;
}

bool has_client(const Scenario& scenario, int model::ClientConfig::* load) {
  return std::ranges::any_of(scenario.nodes, [&](const Node& node) {
    const auto* const client = std::get_if<model::ClientConfig>(&node.config);
    return client != nullptr && client->*load > 0;
  });
}

bool is_written(const Scenario& scenario) {
  return has_client(scenario, &model::ClientConfig::writes) ||
         std::ranges::any_of(scenario.steps,
                             [](const Step& step) { return std::holds_alternative<WriteStep>(step.action); });
}

// What nobody does is no expectation: it would always hold.
void refuse_vacuous(const Json& json, const BoundRow& bound, const Scenario& scenario) {
  const bool writes = is_written(scenario);
  const bool reads = has_client(scenario, &model::ClientConfig::reads);
  using What = Bound::What;
  const bool of_writes = bound.what == What::kLostWrites || bound.what == What::kRefusedWrites;
  if (of_writes && !writes) json.fail("needs a client with 'writes', or a step 'write'");
  if (bound.what == What::kStaleReads && !reads) json.fail("needs a client with 'reads'");
  if (bound.what == What::kUnavailable && !writes && !reads) json.fail("needs a client with 'writes' or 'reads'");
  if (bound.what == What::kStaleRegistry && std::ranges::none_of(scenario.nodes, &Node::is_watcher)) {
    json.fail("needs a client that 'watches'");
  }
}

// What is looked for when nobody looks is never found.
void refuse_empty_window(const Json& json, const EventPattern& pattern, const Scenario& scenario) {
  if (pattern.from > scenario.until) {
    json.fail("begins after the end of the run, 'until' " + format_duration(scenario.until.time_since_epoch()));
  }
  if (pattern.until < scenario.from) {
    json.fail("ends before the streams begin, 'from' " + format_duration(scenario.from.time_since_epoch()));
  }
}

// One bound, or a list of them.
void read_bounds(const Json& json, const BoundRow& bound, const NodeNames& names, Expectations& expectations) {
  if (json.kind != Json::Kind::kList) {
    expectations.bounds.push_back(read_bound(json, bound, names));
    return;
  }
  for (const Json* const item : list_of(json)) expectations.bounds.push_back(read_bound(*item, bound, names));
}

// `times`, or bounds of it.
Count read_count(const Json& json, const NodeNames& names) {
  const Fields fields(json, "a count", kCountFields);
  constexpr std::int64_t kMost = 1'000'000'000;
  Count count{.event = read_pattern(fields.get("event", "a pattern, such as \"+odown\""), names)};
  const Json* const times = fields.find("times");
  const Json* const at_least = fields.find("at-least");
  const Json* const at_most = fields.find("at-most");
  if (times != nullptr) {
    if (at_least != nullptr || at_most != nullptr) times->fail("expected either 'times' or bounds, not both");
    count.at_least = count.at_most = integer_of(*times, 0, kMost);
    return count;
  }
  if (at_least == nullptr && at_most == nullptr) fields.get("times", "how often the event comes, such as 1");
  if (at_least != nullptr) count.at_least = integer_of(*at_least, 0, kMost);
  if (at_most != nullptr) count.at_most = integer_of(*at_most, 0, kMost);
  check_bounds(count.at_least, count.at_most, at_most);
  return count;
}

// What looks like a pattern is one; all else is a time.
std::variant<SimTime, EventPattern> read_moment(const Json& json, const NodeNames& names) {
  const bool is_time = json.kind == Json::Kind::kNumber ||
                       (json.kind == Json::Kind::kString && !json.text.empty() && json.text.front() >= '0' &&
                        json.text.front() <= '9' && json.text.find(' ') == std::string::npos);
  if (is_time) return SimTime{duration_of(json)};
  return read_pattern(json, names);
}

Deadline read_deadline(const Json& json, const NodeNames& names) {
  const Fields fields(json, "a deadline", kDeadlineFields);
  Deadline deadline{.event = read_pattern(fields.get("event", "a pattern, such as \"+odown\""), names)};
  deadline.after = read_moment(fields.get("after", "a pattern, or a time such as \"10s\""), names);
  deadline.within = duration_of(fields.get("within", "how long after that at most, such as \"5s\""));
  if (const Json* const not_before = fields.find("not-before")) {
    deadline.not_before = duration_of(*not_before);
    if (deadline.not_before > deadline.within) not_before->fail("is more than 'within'");
  }
  return deadline;
}

std::vector<PhaseBound> read_phases(const Json& json) {
  std::vector<std::string_view> known;
  for (const Phase& phase : phases()) known.push_back(phase.name);
  const Fields fields(json, "phases", known);
  std::vector<PhaseBound> bounds;
  for (std::size_t i = 0; i < known.size(); ++i) {
    const Json* const bound = fields.find(known[i]);
    if (bound == nullptr) continue;
    const Fields of_bound(*bound, "a bound of a phase", kPhaseBoundFields);
    const Json* const at_least = of_bound.find("at-least");
    const Json* const at_most = of_bound.find("at-most");
    if (at_least == nullptr && at_most == nullptr) of_bound.get("at-most", "such as \"8s\"");
    PhaseBound read{.phase = i};
    if (at_least != nullptr) read.at_least = duration_of(*at_least);
    if (at_most != nullptr) read.at_most = duration_of(*at_most);
    check_bounds(read.at_least, read.at_most, at_most);
    bounds.push_back(read);
  }
  return bounds;
}

std::vector<Invariant> read_invariants(const Json& json, const Scenario& scenario) {
  std::vector<std::string_view> known;
  for (const InvariantRow& row : invariants()) known.push_back(row.name);
  std::vector<Invariant> read;
  for (const Json* const item : list_of(json)) {
    const std::string_view name = string_of(*item);
    const auto found = std::ranges::find(invariants(), name, &InvariantRow::name);
    if (found == invariants().end()) item->fail("unknown invariant " + in_quotes(name) + alternatives(name, known));
    if (std::ranges::find(read, found->invariant) != read.end()) item->fail(in_quotes(name) + " is there twice");
    if (found->invariant == Invariant::kKeepsAcknowledgedWrites && !is_written(scenario)) {
      item->fail("needs a client with 'writes', or a step 'write'");
    }
    read.push_back(found->invariant);
  }
  return read;
}

// What a run keeps, and what it breaks.
void read_invariants(const Fields& fields, const Scenario& scenario, Expectations& expectations) {
  if (const Json* const list = fields.find("invariants")) expectations.invariants = read_invariants(*list, scenario);
  const Json* const list = fields.find("breaks");
  if (list == nullptr) return;
  expectations.breaks = read_invariants(*list, scenario);
  for (std::size_t i = 0; i < expectations.breaks.size(); ++i) {
    const Invariant broken = expectations.breaks[i];
    if (std::ranges::find(expectations.invariants, broken) == expectations.invariants.end()) continue;
    list->items[i]->fail(in_quotes(invariant_row(broken).name) + " is among 'invariants', too");
  }
}

}  // namespace

Expectations read_expectations(const Json& expect, const NodeNames& names, Scenario& scenario) {
  const Fields fields(expect, "an expectation", kExpectationFields);
  Expectations expectations;
  if (const Json* const list = fields.find("eventually")) expectations.eventually = read_patterns(*list, names);
  if (const Json* const list = fields.find("never")) {
    expectations.never = read_patterns(*list, names);
    for (std::size_t i = 0; i < expectations.never.size(); ++i) {
      refuse_empty_window(*list->items[i], expectations.never[i], scenario);
    }
  }
  if (const Json* const order = fields.find("order")) expectations.order = read_orders(*order, names);
  if (const Json* const list = fields.find("exactly")) {
    for (const Json* const item : list_of(*list)) {
      expectations.exactly.push_back(read_count(*item, names));
      refuse_empty_window(*item, expectations.exactly.back().event, scenario);
    }
  }
  if (const Json* const list = fields.find("within")) {
    for (const Json* const item : list_of(*list)) expectations.within.push_back(read_deadline(*item, names));
  }
  if (const Json* const state = fields.find("finally"))
    expectations.finally = read_final_state(*state, names, scenario);
  if (const Json* const bounds = fields.find("phases")) expectations.phases = read_phases(*bounds);
  read_invariants(fields, scenario, expectations);
  for (const BoundRow& bound : bounds()) {
    const Json* const json = fields.find(bound.name);
    if (json == nullptr) continue;
    refuse_vacuous(*json, bound, scenario);
    read_bounds(*json, bound, names, expectations);
  }
  return expectations;
}

}  // namespace sentinel::sim
