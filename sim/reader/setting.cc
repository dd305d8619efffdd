#include "sim/reader/setting.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "sim/bad_input.h"
#include "sim/reader/cluster_shorthand.h"
#include "sim/reader/directive_overrides.h"
#include "sim/reader/scenario_reader.h"
#include "sim/words.h"

namespace sentinel::sim {
namespace {

constexpr std::size_t kLongestWay = 64;

std::vector<std::string> words_of_pointer(const Json& setting) {
  nlohmann::json::json_pointer pointer;
  try {
    pointer = nlohmann::json::json_pointer{setting.name};
  } catch (const nlohmann::json::parse_error&) {
    setting.fail(in_quotes(setting.name) + " is no JSON pointer: expected such as '/steps/0/at'");
  }
  std::vector<std::string> way;
  for (; !pointer.empty(); pointer.pop_back()) way.push_back(pointer.back());
  if (way.size() > kLongestWay) setting.fail("leads deeper than 64 levels");
  std::ranges::reverse(way);
  return way;
}

[[noreturn]] void fail_unknown(const Json& setting) {
  std::vector<std::string_view> known(scenario_fields().begin(), scenario_fields().end());
  for (const std::string_view field : ClusterShorthand::fields()) known.push_back(field);
  setting.fail("unknown setting" + suggestion(setting.name, known) +
               ": expected a field of the cluster or of the scenario, a directive of redis.conf or sentinel.conf, or a "
               "JSON pointer such as '/steps/0/at'");
}

}  // namespace

bool is_in_milliseconds(std::string_view name) {
  constexpr auto kNames = std::to_array<std::string_view>(
      {"down-after-milliseconds", "failover-timeout", "master-reboot-down-after-period"});
  if (name.starts_with('/')) name.remove_prefix(name.rfind('/') + 1);
  return std::ranges::any_of(kNames, [&](std::string_view known) {
    return name == known || name.starts_with("sentinel " + std::string{known} + " ");
  });
}

std::vector<std::string> way_of(const Json& setting, const Json& scenario) {
  const std::string& name = setting.name;
  if (name.starts_with('/')) return words_of_pointer(setting);
  const bool has_cluster = std::ranges::find(scenario.items, "cluster", &Json::name) != scenario.items.end();
  if (has_cluster && ClusterShorthand::has_field(name)) return {"cluster", name};
  if (is_directive(name)) return {"directives", name};
  if (ClusterShorthand::has_field(name)) {
    setting.fail(
        "there is no 'cluster' that has it: expected a directive, or a JSON pointer such as '/nodes/S1/conf/0'");
  }
  if (std::ranges::find(scenario_fields(), name) == scenario_fields().end()) fail_unknown(setting);
  return {name};
}

}  // namespace sentinel::sim
