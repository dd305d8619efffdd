// Finds the nodes that the other parts of a scenario file name.
#pragma once

#include <map>
#include <string_view>
#include <vector>

#include "sim/reader/located_json.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// A word that is told apart from a channel, and needs no quotes. Throws BadInput that names the place if it is none.
void check_node_name(const Json& node);

class NodeNames {
 public:
  explicit NodeNames(const std::vector<Node>& nodes);  // must outlive it

  // A site: nodes that are at one place, and are meant by its name. Throws BadInput that names the place.
  void add_site(const Json& site);
  std::vector<Site> sites() const;

  // All throw BadInput that names the place of `name`, the text that it stands in.
  std::vector<NodeId> find_all(std::string_view name, const Json& where) const;  // a node, or those of a site
  NodeId find(std::string_view name, const Json& where) const;
  NodeId find_sentinel(std::string_view name, const Json& where) const;  // one that reports events
  NodeId find_data_node(std::string_view name, const Json& where) const;
  NodeId find_client(std::string_view name, const Json& where) const;  // one that writes or reads
  NodeId find_watcher(std::string_view name, const Json& where) const;

 private:
  const std::vector<Node>* nodes_;
  std::map<std::string_view, NodeId> ids_;
  std::map<std::string_view, std::vector<NodeId>> sites_;
};

}  // namespace sentinel::sim
