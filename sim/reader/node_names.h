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

  // All throw BadInput that names the place of `name`, the text that it stands in.
  NodeId find(std::string_view name, const Json& where) const;
  NodeId find_sentinel(std::string_view name, const Json& where) const;  // one that reports events
  NodeId find_data_node(std::string_view name, const Json& where) const;
  NodeId find_client(std::string_view name, const Json& where) const;  // one that writes or reads
  NodeId find_watcher(std::string_view name, const Json& where) const;

 private:
  const std::vector<Node>* nodes_;
  std::map<std::string_view, NodeId> ids_;
};

}  // namespace sentinel::sim
