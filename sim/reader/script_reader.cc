#include "sim/reader/script_reader.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "sim/reader/json_fields.h"

namespace sentinel::sim {
namespace {

constexpr std::int64_t kMostExitCode = 255;
constexpr std::int64_t kMostSignal = 64;

constexpr auto kScriptFields = std::to_array<std::string_view>({"takes", "exits", "signal"});

// The scripts that sentinels are configured with, or told of by a step.
std::vector<model::Symbol> paths_of(const Scenario& scenario) {
  std::vector<model::Symbol> paths;
  const auto add = [&](model::Symbol path) {
    if (path && std::ranges::find(paths, path) == paths.end()) paths.push_back(path);
  };
  for (const Node& node : scenario.nodes) {
    const auto* const config = std::get_if<model::SentinelConfig>(&node.config);
    if (config == nullptr) continue;
    for (const model::MonitoredMaster& master : config->masters) {
      add(master.notification_script);
      add(master.client_reconfig_script);
    }
  }
  for (const Step& step : scenario.steps) {
    const auto* const command = std::get_if<CommandStep>(&step.action);
    const auto* const set = command == nullptr ? nullptr : std::get_if<model::SetCommand>(&command->command);
    if (set == nullptr) continue;
    for (const model::SetCommand::Change& change : set->changes) {
      if (model::SetCommand::names_script(change.option)) add(change.text);
    }
  }
  return paths;
}

std::vector<model::ScriptEnd> read_ends(const Fields& fields) {
  const Json* const exits = fields.find("exits");
  const Json* const signal = fields.find("signal");
  if (exits != nullptr && signal != nullptr) signal->fail("expected either 'exits' or 'signal', not both");
  if (signal != nullptr) return {{.signal = static_cast<int>(integer_of(*signal, 1, kMostSignal))}};
  if (exits == nullptr) return {model::ScriptEnd{}};
  std::vector<model::ScriptEnd> ends;
  for (const Json* const code : list_of(*exits)) {
    ends.push_back({.exit_code = static_cast<int>(integer_of(*code, 0, kMostExitCode))});
  }
  if (ends.empty()) exits->fail("expected at least one exit code, such as [0]");
  return ends;
}

}  // namespace

std::vector<ScriptSpec> read_scripts(const Json& scripts, const Scenario& scenario) {
  const std::vector<model::Symbol> paths = paths_of(scenario);
  const auto text_of = [&](model::Symbol path) { return scenario.symbols.text(path); };
  std::vector<ScriptSpec> specs;
  for (const Json* const script : members_of(scripts)) {
    const auto path = std::ranges::find(paths, std::string_view{script->name}, text_of);
    if (path == paths.end()) {
      std::vector<std::string_view> known;
      std::ranges::transform(paths, std::back_inserter(known), text_of);
      script->fail("no sentinel has a script " + in_quotes(script->name) + suggestion(script->name, known));
    }
    const Fields fields(*script, "a script", kScriptFields);
    ScriptSpec spec{.path = *path};
    if (const Json* const takes = fields.find("takes")) spec.takes = duration_of(*takes);
    spec.ends = read_ends(fields);
    specs.push_back(std::move(spec));
  }
  return specs;
}

}  // namespace sentinel::sim
