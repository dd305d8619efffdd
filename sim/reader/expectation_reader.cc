#include "sim/reader/expectation_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

namespace sentinel::sim {
namespace {

constexpr auto kFields = std::to_array<std::string_view>({
    "eventually",
    "never",
    "order",
    "lost-writes",
    "refused-writes",
    "stale-reads",
    "unavailable",
    "two-masters",
    "stale-registry",
});
constexpr auto kBoundFields = std::to_array<std::string_view>({"at-least", "at-most", "client"});

struct BoundField {
  std::string_view field;
  Bound::What what;
  bool is_duration;
};
constexpr auto kBounds = std::to_array<BoundField>({
    {"lost-writes", Bound::What::kLostWrites, false},
    {"refused-writes", Bound::What::kRefusedWrites, false},
    {"stale-reads", Bound::What::kStaleReads, false},
    {"unavailable", Bound::What::kUnavailable, true},
    {"two-masters", Bound::What::kTwoMasters, true},
    {"stale-registry", Bound::What::kStaleRegistry, true},
});

bool is_channel(std::string_view word) { return word.starts_with('+') || word.starts_with('-'); }

// The event that is reported on this channel; `where` is the text that it stands in.
model::EventKind find_channel(std::string_view channel, const Json& where) {
  const std::optional<model::EventKind> kind = model::find_event(channel);
  if (kind) return *kind;
  std::vector<std::string_view> known;
  for (const model::EventRow& row : model::event_catalogue()) {
    if (!row.channel.empty()) known.push_back(row.channel);
  }
  where.fail("unknown event " + in_quotes(channel) + suggestion(channel, known));
}

// Takes what stands before the first space.
std::string_view take_word(std::string_view& rest) {
  const std::size_t end = std::min(rest.find(' '), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return word;
}

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

Bound read_bound(const Json& json, const BoundField& bound, const NodeNames& names) {
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
  if (!read.at_least && !read.at_most) fields.get("at-most", bound.is_duration ? "such as \"8s\"" : "such as 0");
  if (const Json* const client = fields.find("client")) {
    if (bound.what == Bound::What::kTwoMasters) client->fail("is no matter of one client");
    const std::string_view name = string_of(*client);
    const bool of_watchers = bound.what == Bound::What::kStaleRegistry;
    read.client = of_watchers ? names.find_watcher(name, *client) : names.find_client(name, *client);
  }
  return read;
}

// One bound, or a list of them.
void read_bounds(const Json& json, const BoundField& bound, const NodeNames& names, Expectations& expectations) {
  if (json.kind != Json::Kind::kList) {
    expectations.bounds.push_back(read_bound(json, bound, names));
    return;
  }
  for (const Json* const item : list_of(json)) expectations.bounds.push_back(read_bound(*item, bound, names));
}

}  // namespace

Expectations read_expectations(const Json& expect, const NodeNames& names) {
  const Fields fields(expect, "an expectation", kFields);
  Expectations expectations;
  if (const Json* const list = fields.find("eventually")) expectations.eventually = read_patterns(*list, names);
  if (const Json* const list = fields.find("never")) expectations.never = read_patterns(*list, names);
  if (const Json* const order = fields.find("order")) expectations.order = read_orders(*order, names);
  for (const BoundField& bound : kBounds) {
    if (const Json* const json = fields.find(bound.field)) read_bounds(*json, bound, names, expectations);
  }
  return expectations;
}

EventPattern read_pattern(const Json& json, const NodeNames& names) {
  EventPattern pattern;
  pattern.text = string_of(json);
  std::string_view rest = pattern.text;
  std::string_view word = take_word(rest);
  if (!is_channel(word) && is_channel(rest)) {
    pattern.node = names.find_sentinel(word, json);
    word = take_word(rest);
  }
  if (!is_channel(word)) {
    json.fail(R"(expected '[NODE ]CHANNEL[ PAYLOAD]', such as "+odown" or "S1 +sdown master *", not )" +
              in_quotes(pattern.text));
  }
  pattern.kind = find_channel(word, json);
  pattern.payload = rest;
  return pattern;
}

}  // namespace sentinel::sim
