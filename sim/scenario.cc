#include "sim/scenario.h"

#include <algorithm>
#include <utility>

namespace sentinel::sim {

model::Symbol SymbolTable::intern(std::string_view text) {
  const auto found = std::ranges::find(texts_, text);
  const auto index = static_cast<std::uint32_t>(found - texts_.begin());
  if (found == texts_.end()) texts_.emplace_back(text);
  return model::Symbol{index, static_cast<std::uint16_t>(text.size())};
}

std::optional<NodeId> Scenario::find_node(std::string_view name) const {
  const auto found = std::ranges::find(nodes, name, &Node::name);
  if (found == nodes.end()) return std::nullopt;
  return NodeId{static_cast<std::uint16_t>(found - nodes.begin())};
}

}  // namespace sentinel::sim
