#include "sim/reader/scenario_source.h"

#include <algorithm>
#include <ranges>
#include <span>

#include "sim/bad_input.h"
#include "sim/reader/json_fields.h"
#include "sim/reader/text_file.h"

namespace sentinel::sim {
namespace {

constexpr std::size_t kMostCases = 100;
constexpr std::size_t kMostSettings = 16;
constexpr std::size_t kDeepest = 8;

const Json* find_member(const Json& object, std::string_view name) {
  if (object.kind != Json::Kind::kObject) return nullptr;
  const auto found =
      std::ranges::find(object.items, name, [](const Json* item) -> std::string_view { return item->name; });
  return found == object.items.end() ? nullptr : *found;
}

// `quorum=2`; what is no word is called by its place, `nodes=#1`.
std::string label(const std::vector<std::string>& way, const Json& value) {
  const bool is_word = value.kind == Json::Kind::kNumber || value.kind == Json::Kind::kString;
  if (is_word) return way.back() + "=" + value.text;
  if (value.kind == Json::Kind::kBool) return way.back() + (value.truth ? "=true" : "=false");
  return way.back() + "=#" + value.name;
}

std::string joined(const std::string& name, const std::string& more) {
  return name.empty() ? more : name + ", " + more;
}

}  // namespace

ScenarioSource::ScenarioSource(std::string_view text, const std::filesystem::path& file,
                               std::span<const Setting> settings) {
  for (const Setting& setting : settings) {
    Json& value = settings_.emplace_back(documents_.emplace_back(setting.value, setting.origin).root());
    value.name = setting.name;
    value.line = 0;  // it has no lines
  }
  const Json& root = extended(documents_.emplace_back(text, file), 0);
  const Json* const cases = find_member(root, "cases");
  if (cases == nullptr) {
    add_cases(root, "");
    return;
  }
  if (members_of(*cases).empty()) cases->fail("expected at least one case: its name, and what is different in it");
  const Json& rest = patcher_.without(root, "cases");
  for (const Json* const patch : cases->items) {
    for (const Json* const member : members_of(*patch)) {
      if (member->name == "cases" || member->name == "extends")
        member->fail("belongs to the scenario, not to a case of it");
    }
    if (patch->name.empty()) patch->fail("expected a name of the case, such as \"quorum is too high\"");
    add_cases(patcher_.merged(rest, *patch), patch->name);
  }
}

// The scenario that another one extends lies beside it, or below.
const Json& ScenarioSource::extended(const JsonDocument& document, std::size_t depth) {
  const Json& root = document.root();
  const Json* const name = find_member(root, "extends");
  if (name == nullptr) return root;
  if (depth == kDeepest) name->fail("more than 8 scenarios extend one another");
  const std::filesystem::path path = path_beside(*name);
  const std::string text = at(*name, [&] { return read_text_file(path); });
  const Json& base = extended(documents_.emplace_back(text, path), depth + 1);
  members_of(base);
  // What it shows is told by each scenario for itself.
  return patcher_.without(patcher_.merged(patcher_.without(base, "about"), root), "extends");
}

void ScenarioSource::add_cases(const Json& root, const std::string& name) {
  const Json* const settings = find_member(root, "vary");
  if (settings == nullptr) {
    vary(root, name, {});
  } else if (members_of(*settings).size() > kMostSettings) {
    settings->fail("more than 16 settings");
  } else {
    vary(patcher_.without(root, "vary"), name, settings->items);
  }
}

const Json& ScenarioSource::with_settings(const Json& root) {
  const Json* changed = &root;
  for (const Json& value : settings_) changed = &patcher_.replaced(*changed, way_of(value, *changed), value);
  return *changed;
}

void ScenarioSource::vary(const Json& root, const std::string& name, std::span<const Json* const> settings) {
  if (settings.empty()) {
    if (cases_.size() == kMostCases) root.fail("more than 100 cases");
    if (std::ranges::find(cases_, name, &Case::name) != cases_.end())
      root.fail("two cases are called " + in_quotes(name));
    cases_.push_back({name, &with_settings(root)});
    return;
  }
  const Json& setting = *settings.front();
  const std::vector<std::string> way = way_of(setting, root);
  if (list_of(setting).empty()) setting.fail("expected the values that it has in turn, such as [1, 2, 3]");
  for (const Json* const value : setting.items) {
    vary(patcher_.replaced(root, way, *value), joined(name, label(way, *value)), settings.subspan(1));
  }
}

}  // namespace sentinel::sim
