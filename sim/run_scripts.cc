// The scripts that sentinels start: processes of the scenario, which end when it says.
#include <algorithm>

#include "sim/run.h"

namespace sentinel::sim {

void Run::start_script(NodeId node, const model::StartScript& start) {
  static const ScriptSpec kUsual{};
  const auto known = std::ranges::find(scenario_->scripts, start.path, &ScriptSpec::path);
  ScriptSpec script = known == scenario_->scripts.end() ? kUsual : *known;
  script.path = start.path;
  auto place = std::ranges::find(scripts_, false, &ScriptProcess::running);
  if (place == scripts_.end()) place = scripts_.insert(place, ScriptProcess{});
  *place = {.running = true,
            .generation = place->generation,
            .parent = node,
            .life = processes_[index(node)].life,
            .pid = start.pid,
            .end = next_end(node, script)};
  agenda_.schedule(now() + script.takes, {.index = static_cast<std::uint32_t>(place - scripts_.begin()),
                                          .generation = place->generation,
                                          .kind = Happening::Kind::kScriptEnds});
}

model::ScriptEnd Run::next_end(NodeId node, const ScriptSpec& script) {
  auto runs = std::ranges::find_if(
      script_runs_, [&](const ScriptRuns& each) { return each.parent == node && each.path == script.path; });
  if (runs == script_runs_.end()) runs = script_runs_.insert(runs, {.parent = node, .path = script.path});
  return script.ends[std::min(runs->runs++, script.ends.size() - 1)];
}

void Run::kill_script(NodeId node, std::uint32_t pid) {
  constexpr int kSigkill = 9;
  const auto process = std::ranges::find_if(scripts_, [&](const ScriptProcess& each) {
    return each.running && each.parent == node && each.life == processes_[index(node)].life && each.pid == pid;
  });
  if (process == scripts_.end()) return;
  process->end = {.signal = kSigkill};
  agenda_.schedule(now(), {.index = static_cast<std::uint32_t>(process - scripts_.begin()),
                           .generation = ++process->generation,
                           .kind = Happening::Kind::kScriptEnds});
}

// The kernel keeps how it ended until its parent asks, however busy that is; a parent that died meanwhile never asks.
void Run::script_ends(const Happening& what, Scratch& scratch) {
  if (is_void(what)) return;
  ScriptProcess& process = scripts_[what.index];
  process.running = false;
  ++process.generation;
  const Process& parent = processes_[index(process.parent)];
  if (!parent.alive || parent.life != process.life) return;
  feed(process.parent, model::ScriptEnded{.pid = process.pid, .end = process.end}, scratch);
}

}  // namespace sentinel::sim
