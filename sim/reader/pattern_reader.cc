#include "sim/reader/pattern_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/event_fields.h"
#include "sim/units.h"

namespace sentinel::sim {
namespace {

constexpr auto kPatternFields =
    std::to_array<std::string_view>({"node", "channel", "payload", "fields", "from", "until"});

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

EventPattern read_text(const Json& json, const NodeNames& names) {
  EventPattern pattern;
  pattern.text = string_of(json);
  std::string_view rest = pattern.text;
  std::string_view word = take_word(rest);
  if (!is_channel(word) && is_channel(rest)) {
    pattern.nodes = {names.find_sentinel(word, json)};
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

std::vector<NodeId> read_speakers(const Json& json, const NodeNames& names) {
  if (json.kind != Json::Kind::kList) return {names.find_sentinel(string_of(json), json)};
  std::vector<NodeId> nodes;
  for (const Json* const item : list_of(json)) {
    nodes.push_back(names.find_sentinel(string_of(*item), *item));
    if (std::ranges::count(nodes, nodes.back()) > 1) item->fail(in_quotes(string_of(*item)) + " is there twice");
  }
  if (nodes.empty()) json.fail("expected at least one node");
  return nodes;
}

std::vector<EventPattern::Field> read_facts(const Json& json, model::EventKind kind) {
  const model::EventRow& event = model::event_row(kind);
  std::vector<std::string_view> known;
  for (const EventFieldRow& row : event_fields()) {
    if (row.stands_in(event.payload)) known.push_back(row.name);
  }
  if (known.empty()) json.fail(in_quotes(event.channel) + " has no fields");
  const Fields fields(json, in_quotes(event.channel), known);
  std::vector<EventPattern::Field> facts;
  for (const EventFieldRow& row : event_fields()) {
    const Json* const value = row.stands_in(event.payload) ? fields.find(row.name) : nullptr;
    if (value == nullptr) continue;
    const std::string text = row.is_number
                                 ? std::to_string(integer_of(*value, 0, std::numeric_limits<std::int64_t>::max()))
                                 : std::string{string_of(*value)};
    facts.push_back({row.field, text});
  }
  return facts;
}

// In short, for messages.
std::string text_of(const EventPattern& pattern, const Fields& fields) {
  std::string text;
  if (const Json* const node = fields.find("node")) {
    std::string separator;
    for (const Json* const name : node->items) {
      text += separator + name->text;
      separator = "|";
    }
    text += node->text + " ";
  }
  text += model::event_row(pattern.kind).channel;
  if (!pattern.payload.empty()) text += " " + pattern.payload;
  for (const EventPattern::Field& fact : pattern.fields)
    text += " " + std::string{event_field_row(fact.field).name} + "=" + fact.value;
  for (const std::string_view bound : {"from", "until"}) {
    if (const Json* const time = fields.find(bound)) text += " " + std::string{bound} + " " + time->text;
  }
  return text;
}

EventPattern read_object(const Json& json, const NodeNames& names) {
  const Fields fields(json, "a pattern", kPatternFields);
  EventPattern pattern;
  const Json& channel = fields.get("channel", "which event, such as \"+odown\"");
  pattern.kind = find_channel(string_of(channel), channel);
  if (const Json* const node = fields.find("node")) pattern.nodes = read_speakers(*node, names);
  if (const Json* const payload = fields.find("payload")) pattern.payload = string_of(*payload);
  if (const Json* const facts = fields.find("fields")) pattern.fields = read_facts(*facts, pattern.kind);
  if (const Json* const from = fields.find("from")) pattern.from = SimTime{duration_of(*from)};
  if (const Json* const until = fields.find("until")) {
    pattern.until = SimTime{duration_of(*until)};
    if (pattern.until < pattern.from) until->fail("is before 'from', " + in_quotes(fields.find("from")->text));
  }
  pattern.text = text_of(pattern, fields);
  return pattern;
}

}  // namespace

EventPattern read_pattern(const Json& json, const NodeNames& names) {
  return json.kind == Json::Kind::kObject ? read_object(json, names) : read_text(json, names);
}

EventPattern parse_pattern(std::string_view text, const Scenario& scenario, std::string_view where) {
  const std::string json = text.starts_with('{') ? std::string{text} : nlohmann::json(text).dump();
  const JsonDocument document{json, where};
  return read_pattern(document.root(), NodeNames{scenario.nodes});
}

}  // namespace sentinel::sim
