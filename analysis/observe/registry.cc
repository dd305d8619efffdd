#include "analysis/observe/registry.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "analysis/naming.h"
#include "analysis/observe/ledger_text.h"
#include "sim/formats.h"

namespace sentinel::analysis {
namespace {

using Json = nlohmann::ordered_json;
using model::Registry;
using sim::NodeId;
using sim::SimTime;

// What changes within this time is one view: a reply and a switch come in several messages.
constexpr sim::Micros kOneView{1'000};

// `since` is set while it holds; then the window is kept.
void note(bool holds, SimTime now, std::optional<SimTime>& since, std::vector<Window>& windows) {
  if (holds == since.has_value()) return;
  if (since && *since < now) windows.push_back({.begin = *since, .end = now});
  since = holds ? std::optional{now} : std::nullopt;
}

std::string entry_text(const sim::Scenario& scenario, const Registry::Entry& entry) {
  return name_of(scenario, entry.address) + (entry.up ? " up" : " down");
}

std::string view_text(const sim::Scenario& scenario, const Registry& registry) {
  std::string text = "master " + (registry.master ? entry_text(scenario, *registry.master) : "none");
  for (const Registry::Entry& replica : registry.replicas) {
    text += (&replica == registry.replicas.data() ? "; replicas " : ", ") + entry_text(scenario, replica);
  }
  return text;
}

Json entry_json(const sim::Scenario& scenario, const Registry::Entry& entry) {
  return {{"node", name_of(scenario, entry.address)}, {"up", entry.up}};
}

Json view_json(const sim::Scenario& scenario, const View& view) {
  Json replicas = Json::array();
  for (const Registry::Entry& replica : view.registry.replicas) replicas.push_back(entry_json(scenario, replica));
  const auto& master = view.registry.master;
  return {{"t", view.since.time_since_epoch().count()},
          {"master", master ? entry_json(scenario, *master) : Json{}},
          {"replicas", replicas}};
}

std::string windows_text(const std::string& what, const std::vector<Window>& windows) {
  std::string text;
  for (const Window& window : windows) text += what + ": " + window_text(window) + "\n";
  if (windows.size() > 1) {
    text +=
        what + " in all: " + duration_text(total(windows)) + ", at longest " + duration_text(longest(windows)) + "\n";
  }
  return text;
}

}  // namespace

RegistryBook::RegistryBook(const sim::Scenario& scenario) : scenario_(&scenario) {
  for (std::size_t i = 0; i < scenario.nodes.size(); ++i) {
    if (!scenario.nodes[i].is_watcher()) continue;
    const auto& config = std::get<model::WatcherConfig>(scenario.nodes[i].config);
    watchers_.push_back({.report = {.watcher = sim::node_id(i)}, .master = config.master});
  }
}

void RegistryBook::observe(const sim::Run& run) {
  for (Open& watcher : watchers_) update(run, watcher);
}

void RegistryBook::update(const sim::Run& run, Open& open) {
  const sim::Scenario& scenario = run.scenario();
  for (std::size_t i = 0; i < scenario.nodes.size(); ++i) {
    const NodeId node = sim::node_id(i);
    const model::Sentinel* const sentinel = run.is_running(node) ? run.sentinel(node) : nullptr;
    if (sentinel == nullptr) continue;
    for (const model::Master& master : sentinel->masters()) {
      if (master.name != open.master || (open.newest.master && master.config_epoch <= open.newest.epoch)) continue;
      open.newest = {master.config_epoch, model::Sentinel::current_address(master)};
    }
  }
  WatcherReport& report = open.report;
  const model::Watcher* const watcher = run.is_running(report.watcher) ? run.watcher(report.watcher) : nullptr;
  const bool knows = watcher != nullptr && watcher->registry();
  if (knows && (report.views.empty() || report.views.back().registry != *watcher->registry())) {
    const bool goes_on = !report.views.empty() && run.now() - report.views.back().since < kOneView;
    if (!goes_on) report.views.emplace_back().since = run.now();
    report.views.back().registry = *watcher->registry();
  }
  const std::optional<Registry::Entry> master = knows ? watcher->registry()->master : std::nullopt;
  const std::optional<NodeId> node = master ? data_node_at(scenario, master->address) : std::nullopt;
  const bool is_newest = master && master->address == open.newest.master;
  note(knows && !is_newest, run.now(), open.stale_since, report.stale);
  note(knows && !(node && takes_writes(run, *node)), run.now(), open.unwritable_since, report.unwritable);
}

std::vector<WatcherReport> RegistryBook::close() const {
  std::vector<WatcherReport> reports;
  for (Open watcher : watchers_) {
    note(false, scenario_->until, watcher.stale_since, watcher.report.stale);
    note(false, scenario_->until, watcher.unwritable_since, watcher.report.unwritable);
    reports.push_back(std::move(watcher.report));
  }
  return reports;
}

std::vector<WatcherReport> run_with_registry(sim::Run& run, sim::Scratch& scratch) {
  RegistryBook book{run.scenario()};
  run.run_until(
      run.scenario().until, scratch, [](const sim::Record&) {}, [&](const sim::Run& now) { book.observe(now); });
  return book.close();
}

std::string registry_text(const sim::Scenario& scenario, const std::vector<WatcherReport>& reports) {
  std::string text;
  for (const WatcherReport& report : reports) {
    const sim::Node& watcher = scenario.node(report.watcher);
    const auto& config = std::get<model::WatcherConfig>(watcher.config);
    const sim::Node& sentinel = scenario.node(*scenario.node_at(config.sentinel));
    text +=
        watcher.name + " watches " + std::string{scenario.symbols.text(config.master)} + " at " + sentinel.name + "\n";
    for (const View& view : report.views) {
      text += sim::seconds_text(view.since) + " " + view_text(scenario, view.registry) + "\n";
    }
    text += windows_text("stale", report.stale);
    text += windows_text("its master took no writes", report.unwritable);
  }
  return text;
}

Json registry_json(const sim::Scenario& scenario, const std::vector<WatcherReport>& reports) {
  Json watchers = Json::array();
  for (const WatcherReport& report : reports) {
    Json views = Json::array();
    for (const View& view : report.views) views.push_back(view_json(scenario, view));
    watchers.push_back({{"watcher", scenario.node(report.watcher).name},
                        {"views", views},
                        {"stale", windows_json(report.stale)},
                        {"stale_longest", longest(report.stale).count()},
                        {"stale_total", total(report.stale).count()},
                        {"unwritable", windows_json(report.unwritable)},
                        {"unwritable_longest", longest(report.unwritable).count()},
                        {"unwritable_total", total(report.unwritable).count()}});
  }
  return {{"watchers", watchers}};
}

}  // namespace sentinel::analysis
