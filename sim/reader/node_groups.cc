#include "sim/reader/node_groups.h"

#include <set>
#include <span>

#include "sim/bad_input.h"
#include "sim/reader/json_fields.h"

namespace sentinel::sim {
namespace {

std::span<const Json* const> names_of(const Json* const& group) {
  if (group->kind == Json::Kind::kString) return {&group, 1};
  return list_of(*group);
}

}  // namespace

std::vector<NodeId> read_node_list(const Json& list, const MeantBy& meant) {
  std::vector<NodeId> nodes;
  std::set<NodeId> seen;
  for (const Json* const item : list_of(list)) {
    for (const NodeId node : meant(*item)) {
      nodes.push_back(node);
      if (!seen.insert(node).second) item->fail(in_quotes(item->text) + " is there twice");
    }
  }
  if (nodes.empty()) list.fail("expected at least one node");
  return nodes;
}

std::vector<std::vector<NodeId>> read_groups(const Json& between, const MeantBy& meant) {
  std::vector<std::vector<NodeId>> groups;
  std::set<NodeId> seen;
  for (const Json* const& group : list_of(between)) {
    const bool is_name = group->kind == Json::Kind::kString;
    groups.push_back(is_name ? meant(*group) : read_node_list(*group, meant));
    for (const Json* const name : names_of(group)) {
      for (const NodeId node : meant(*name)) {
        if (!seen.insert(node).second) name->fail(in_quotes(name->text) + " is in two groups: a node may be in one");
      }
    }
  }
  if (groups.size() < 2) between.fail(R"(expected at least two groups of nodes, such as [["S1"], ["R1", "S2"]])");
  return groups;
}

}  // namespace sentinel::sim
