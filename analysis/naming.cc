#include "analysis/naming.h"

#include <optional>

#include "sim/event_text.h"

namespace sentinel::analysis {

std::string name_of(const sim::Scenario& scenario, const model::Address& address) {
  const std::optional<sim::NodeId> node = scenario.node_at(address);
  return node ? scenario.node(*node).name : sim::name_and_port(address, scenario.symbols);
}

std::string name_of(const sim::Run& run, const model::Id& id) {
  const std::vector<sim::Node>& nodes = run.scenario().nodes;
  for (std::uint16_t i = 0; i < nodes.size(); ++i) {
    const model::Sentinel* const sentinel = run.sentinel(sim::NodeId{i});
    if (sentinel != nullptr && sentinel->id() == id) return nodes[i].name;
  }
  return id.text();
}

}  // namespace sentinel::analysis
