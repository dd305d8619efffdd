#include "sim/reader/json_patch.h"

#include <algorithm>
#include <map>
#include <string_view>

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
  std::map<std::string_view, const Json*> changes;
  for (const Json* const member : patch.items) changes.emplace(member->name, member);
  const auto add = [&](const Json& old, const Json& change) {
    if (change.kind != Json::Kind::kNull) made.items.push_back(&merged(old, change));
  };
  if (base.kind == Json::Kind::kObject) {
    for (const Json* const member : base.items) {
      const auto change = changes.find(member->name);
      if (change == changes.end()) {
        made.items.push_back(member);
      } else {
        add(*member, *change->second);
        changes.erase(change);
      }
    }
  }
  for (const Json* const member : patch.items) {
    if (changes.contains(member->name)) add({}, *member);
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
