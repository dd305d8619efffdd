#include "sim/reader/node_names.h"

#include <algorithm>
#include <string>

#include "sim/bad_input.h"
#include "sim/reader/json_fields.h"

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
  for (const Node& node : nodes) ids_.emplace(node.name, node_id(ids_.size()));
}

void NodeNames::add_site(const Json& site) {
  check_node_name(site);
  if (ids_.contains(site.name)) site.fail(in_quotes(site.name) + " is a node: a site needs a name of its own");
  std::vector<NodeId>& members = sites_[site.name];
  for (const Json* const item : list_of(site)) {
    const NodeId node = find(string_of(*item), *item);
    const auto is_there = [&](const auto& other) {
      return std::ranges::find(other.second, node) != other.second.end();
    };
    if (std::ranges::any_of(sites_, is_there)) item->fail(in_quotes(item->text) + " is at a site already");
    members.push_back(node);
  }
  if (members.empty()) site.fail(R"(expected the nodes that are there, such as ["R1", "S1"])");
}

std::vector<Site> NodeNames::sites() const {
  std::vector<Site> all;
  all.reserve(sites_.size());
  for (const auto& [name, nodes] : sites_) all.push_back({std::string{name}, nodes});
  return all;
}

std::vector<NodeId> NodeNames::find_all(std::string_view name, const Json& where) const {
  const auto site = sites_.find(name);
  if (site != sites_.end()) return site->second;
  return {find(name, where)};
}

NodeId NodeNames::find(std::string_view name, const Json& where) const {
  const auto found = ids_.find(name);
  if (found != ids_.end()) return found->second;
  if (sites_.contains(name)) where.fail(in_quotes(name) + " is a site: expected a node");
  std::vector<std::string_view> known;
  for (const Node& node : *nodes_) known.emplace_back(node.name);
  for (const auto& [site, members] : sites_) known.push_back(site);
  const std::string nearest = suggestion(name, known);
  where.fail("unknown node " + in_quotes(name) + (nearest.empty() ? alternatives(name, known) : nearest));
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
