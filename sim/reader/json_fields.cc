#include "sim/reader/json_fields.h"

#include <algorithm>
#include <string>
#include <vector>

#include "sim/units.h"

namespace sentinel::sim {
namespace {

std::string description(const Json& value) {
  switch (value.kind) {
    case Json::Kind::kNull: return "null";
    case Json::Kind::kBool: return value.truth ? "true" : "false";
    case Json::Kind::kNumber: return "the number " + value.text;
    case Json::Kind::kString: return "the text " + in_quotes(value.text);
    case Json::Kind::kList: return "a list";
    case Json::Kind::kObject: return "an object";
  }
  return "?";
}

void expect(const Json& value, Json::Kind kind, std::string_view expected) {
  if (value.kind == kind) return;
  value.fail("expected " + std::string{expected} + ", not " + description(value));
}

std::string_view duration_text(const Json& value) {
  if (value.kind == Json::Kind::kNumber) {
    value.fail("a time needs a unit: \"" + value.text + "s\" or \"" + value.text + "ms\", not " + value.text);
  }
  expect(value, Json::Kind::kString, "a time with a unit, such as \"10s\"");
  return value.text;
}

}  // namespace

std::string alternatives(std::string_view word, std::span<const std::string_view> known) {
  std::string text = suggestion(word, {known.begin(), known.end()}) + "; known are:";
  std::string_view separator = " ";
  for (const std::string_view alternative : known) {
    text.append(separator).append(alternative);
    separator = ", ";
  }
  return text;
}

std::string_view string_of(const Json& value) {
  expect(value, Json::Kind::kString, "a text");
  return value.text;
}

bool bool_of(const Json& value) {
  expect(value, Json::Kind::kBool, "true or false");
  return value.truth;
}

std::int64_t integer_of(const Json& value, std::int64_t least, std::int64_t most) {
  expect(value, Json::Kind::kNumber, "a number");
  return at(value, [&] { return parse_integer(value.text, least, most); });
}

std::int64_t memory_of(const Json& value, std::int64_t least) {
  constexpr std::int64_t kMost = std::int64_t{1} << 50;
  const std::string_view text = string_of(value);
  const std::int64_t bytes = at(value, [&] { return parse_memory(text); });
  if (bytes < least || bytes > kMost) value.fail("expected " + std::to_string(least) + "b to 1048576gb");
  return bytes;
}

Micros duration_of(const Json& value, Micros least) {
  const std::string_view text = duration_text(value);
  const Micros duration = at(value, [&] { return parse_duration(text); });
  if (duration < least) value.fail(in_quotes(text) + " is too short: at least " + format_duration(least));
  return duration;
}

Micros signed_duration_of(const Json& value) {
  const std::string_view text = duration_text(value);
  return at(value, [&] { return parse_signed_duration(text); });
}

std::span<const Json* const> list_of(const Json& value) {
  expect(value, Json::Kind::kList, "a list");
  return value.items;
}

std::span<const Json* const> members_of(const Json& value) {
  expect(value, Json::Kind::kObject, "an object");
  return value.items;
}

std::filesystem::path path_beside(const Json& name) {
  const std::filesystem::path path = string_of(name);
  const bool leaves = std::ranges::find(path, std::filesystem::path{".."}) != path.end();
  const bool is_odd = path.empty() || string_of(name).find('\0') != std::string_view::npos;
  if (leaves || is_odd || path.is_absolute()) {
    name.fail(in_quotes(string_of(name)) + " is no path below the folder of the scenario: expected one without '..'");
  }
  return name.document->file().parent_path() / path;
}

Fields::Fields(const Json& object, std::string_view owner, std::span<const std::string_view> known) : object_(&object) {
  for (const Json* const member : members_of(object)) {
    if (std::ranges::find(known, member->name) != known.end()) continue;
    member->fail("unknown field of " + std::string{owner} + alternatives(member->name, known));
  }
}

const Json* Fields::find(std::string_view name) const {
  const auto found = std::ranges::find_if(object_->items, [&](const Json* item) { return item->name == name; });
  return found == object_->items.end() ? nullptr : *found;
}

const Json& Fields::get(std::string_view name, std::string_view meaning) const {
  const Json* const value = find(name);
  if (value == nullptr) object_->fail(in_quotes(name) + " is missing: " + std::string{meaning});
  return *value;
}

}  // namespace sentinel::sim
