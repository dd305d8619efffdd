#include "sim/scenario.h"

#include <algorithm>
#include <utility>

#include "model/random.h"

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
  return node_id(found - nodes.begin());
}

std::optional<NodeId> Scenario::node_at(const model::Address& address) const {
  auto found = std::ranges::find_if(nodes, [&](const Node& node) { return node.listens() && node.address == address; });
  if (found == nodes.end()) {
    found = std::ranges::find_if(nodes, [&](const Node& node) {
      return std::ranges::find(node.later_addresses, address) != node.later_addresses.end();
    });
  }
  if (found == nodes.end()) return std::nullopt;
  return node_id(found - nodes.begin());
}

SimTime Scenario::time_of(std::uint32_t step, std::uint64_t seed) const {
  constexpr std::uint64_t kSteps = std::uint64_t{1} << 32U;  // no process has such a number
  const std::uint32_t drawn = steps[step].ends.value_or(step);
  const auto at = std::get<SimTime>(steps[step].when);
  const Micros jitter = steps[drawn].jitter;
  if (jitter == Micros{0}) return at;
  model::Random random{seed, kSteps + drawn};
  return at + Micros{random.below(model::Random::Stream::kStep, static_cast<std::uint32_t>(jitter.count()) + 1)};
}

Micros Scenario::begun_part_of_second(std::uint64_t seed) const {
  constexpr std::uint32_t kSecond = 1'000'000;  // µs
  if (!draws_second) return Micros{0};
  return Micros{model::Random{seed, nodes.size()}.below(model::Random::Stream::kStartup, kSecond)};
}

}  // namespace sentinel::sim
