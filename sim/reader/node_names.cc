#include "sim/reader/node_names.h"

#include <string>

#include "sim/bad_input.h"

namespace sentinel::sim {

// Such a word is told apart from a channel, and needs no quotes.
void check_node_name(const Json& node) {
  constexpr std::size_t kLongest = 64;
  static constexpr std::string_view kAllowed = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-";
  const std::string& name = node.name;
  const bool is_word = name.find_first_not_of(kAllowed) == std::string::npos;
  if (is_word && !name.empty() && !name.starts_with('-') && name.size() <= kLongest) return;
  node.fail(in_quotes(name) +
            " is no name of a node: expected up to 64 letters, digits, '_', '.' and '-', such as 'R1'");
}

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
  const Node& node = (*nodes_)[static_cast<std::size_t>(id)];
  if (node.is_sentinel()) return id;
  where.fail(in_quotes(name) + (node.is_data_node() ? " is a data node" : " is a client") +
             ": only sentinels report events");
}

NodeId NodeNames::find_data_node(std::string_view name, const Json& where) const {
  const NodeId id = find(name, where);
  const Node& node = (*nodes_)[static_cast<std::size_t>(id)];
  if (node.is_data_node()) return id;
  where.fail(in_quotes(name) + (node.is_sentinel() ? " is a sentinel" : " is a client") + ": it has no data");
}

NodeId NodeNames::find_client(std::string_view name, const Json& where) const {
  const NodeId id = find(name, where);
  const Node& node = (*nodes_)[static_cast<std::size_t>(id)];
  if (node.is_watcher()) where.fail(in_quotes(name) + " is a watcher: it does not write or read");
  if (!node.is_client()) where.fail(in_quotes(name) + " is no client");
  return id;
}

NodeId NodeNames::find_watcher(std::string_view name, const Json& where) const {
  const NodeId id = find(name, where);
  if (!(*nodes_)[static_cast<std::size_t>(id)].is_watcher()) where.fail(in_quotes(name) + " is no client that watches");
  return id;
}

}  // namespace sentinel::sim
