#include "sim/reader/json_patch.h"

#include <algorithm>

#include "sim/bad_input.h"

namespace sentinel::sim {
namespace {

auto find_item(std::vector<const Json*>& items, std::string_view name) {
  return std::ranges::find(items, name, [](const Json* item) -> std::string_view { return item->name; });
}

}  // namespace

const Json& JsonPatcher::merged(const Json& base, const Json& patch) {
  if (patch.kind != Json::Kind::kObject) return patch;
  Json& made = made_.emplace_back(patch);
  made.items.clear();
  if (base.kind == Json::Kind::kObject) made.items = base.items;
  for (const Json* const member : patch.items) {
    const auto old = find_item(made.items, member->name);
    if (member->kind == Json::Kind::kNull) {
      if (old != made.items.end()) made.items.erase(old);
    } else if (old != made.items.end()) {
      *old = &merged(**old, *member);
    } else {
      made.items.push_back(&merged(*member, *member));
    }
  }
  return made;
}

const Json& JsonPatcher::replaced(const Json& root, std::span<const std::string> way, const Json& value) {
  if (way.empty()) return value;
  Json& made = made_.emplace_back(root);
  const auto old = find_item(made.items, way.front());
  const bool is_list = root.kind == Json::Kind::kList;
  if (is_list && old == made.items.end()) value.fail("the list has no item " + in_quotes(way.front()));
  if (!is_list && root.kind != Json::Kind::kObject)
    value.fail("there is nothing that could have " + in_quotes(way.front()));
  const auto rest = way.subspan(1);
  if (old != made.items.end() && !rest.empty()) {
    *old = &replaced(**old, rest, value);
    return made;
  }
  Json& part = made_.emplace_back(value);
  part.name = way.front();
  part.origin = &value;
  const Json* added = &part;
  if (!rest.empty()) {
    part.kind = Json::Kind::kObject;
    part.items.clear();
    added = &replaced(part, rest, value);
  }
  if (old != made.items.end()) {
    *old = added;
  } else {
    made.items.push_back(added);
  }
  return made;
}

const Json& JsonPatcher::without(const Json& object, std::string_view name) {
  Json& made = made_.emplace_back(object);
  std::erase_if(made.items, [&](const Json* member) { return member->name == name; });
  return made;
}

}  // namespace sentinel::sim
