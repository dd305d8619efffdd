#include "sim/reader/node_names.h"

#include <string>

#include "sim/bad_input.h"

namespace sentinel::sim {

NodeNames::NodeNames(const std::vector<Node>& nodes) : nodes_(&nodes) {
  for (const Node& node : nodes) ids_.emplace(node.name, NodeId{static_cast<std::uint16_t>(ids_.size())});
}

NodeId NodeNames::find(std::string_view name, const Json& where) const {
  const auto found = ids_.find(name);
  if (found != ids_.end()) return found->second;
  std::vector<std::string_view> known;
  for (const Node& node : *nodes_) known.emplace_back(node.name);
  where.fail("unknown node " + in_quotes(name) + suggestion(name, known));
}

NodeId NodeNames::find_sentinel(std::string_view name, const Json& where) const {
  const NodeId id = find(name, where);
  if (!(*nodes_)[static_cast<std::size_t>(id)].is_sentinel()) {
    where.fail(in_quotes(name) + " is a data node: only sentinels report events");
  }
  return id;
}

NodeId NodeNames::find_data_node(std::string_view name, const Json& where) const {
  const NodeId id = find(name, where);
  if ((*nodes_)[static_cast<std::size_t>(id)].is_sentinel())
    where.fail(in_quotes(name) + " is a sentinel: it has no data");
  return id;
}

}  // namespace sentinel::sim
