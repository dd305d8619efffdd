// What watchers took the deployment to be, at each time, and how stale that was.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/observe/ledger.h"
#include "model/watcher.h"
#include "sim/run.h"

namespace sentinel::analysis {

struct View {
  sim::SimTime since{};
  model::Registry registry{};
};

struct WatcherReport {
  sim::NodeId watcher{};
  std::vector<View> views{};         // in order of time
  std::vector<Window> stale{};       // its master was not that of the newest configuration
  std::vector<Window> unwritable{};  // the node that it took for the master took no writes
};

// Looks at the run after each step. The newest configuration is the one with the highest config epoch that any sentinel
// has had: what its leader advertises from the promotion on. What a watcher knows counts from its first answer on.
class RegistryBook {
 public:
  explicit RegistryBook(const sim::Scenario& scenario);

  void observe(const sim::Run& run);
  std::vector<WatcherReport> close() const;

 private:
  struct Newest {
    model::Epoch epoch{};
    std::optional<model::Address> master{};
  };
  struct Open {  // of one watcher
    WatcherReport report{};
    model::Symbol master{};
    Newest newest{};
    std::optional<sim::SimTime> stale_since{};
    std::optional<sim::SimTime> unwritable_since{};
  };

  static void update(const sim::Run& run, Open& watcher);

  const sim::Scenario* scenario_;
  std::vector<Open> watchers_;
};

// Runs until Scenario::until.
std::vector<WatcherReport> run_with_registry(sim::Run& run, sim::Scratch& scratch);

// For people, and as JSON, with times in µs since the start.
std::string registry_text(const sim::Scenario& scenario, const std::vector<WatcherReport>& reports);
nlohmann::ordered_json registry_json(const sim::Scenario& scenario, const std::vector<WatcherReport>& reports);

}  // namespace sentinel::analysis
