#include "sim/query/query.h"

#include "sim/query/data_node_query.h"
#include "sim/query/sentinel_query.h"

namespace sentinel::sim {

Reply answer(const Run& run, NodeId node, const std::vector<std::string>& words) {
  return run.scenario().node(node).is_sentinel() ? ask_sentinel(run, node, words) : ask_data_node(run, node, words);
}

}  // namespace sentinel::sim
