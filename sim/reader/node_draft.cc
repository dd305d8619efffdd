#include "sim/reader/node_draft.h"

#include <string_view>

#include "sim/reader/json_fields.h"

namespace sentinel::sim {

const ConfLine* ConfStore::add(const Json& line) {
  return add(ConfLine{.text = std::string{string_of(line)},
                      .file = line.document->file(),
                      .line = line.line,
                      .json_path = line.path()});
}

Conf ConfStore::add_all(const Json& list) {
  Conf conf;
  for (const Json* const line : list_of(list)) conf.push_back(add(*line));
  return conf;
}

void ConfStore::give(NodeDraft& node, const ConfLine* line) {
  constexpr std::size_t kMost = 200'000;
  if (++given_ > kMost) node.json->fail("the nodes together have more than 200000 lines of configuration");
  node.conf.push_back(line);
}

void ConfStore::give(NodeDraft& node, const Conf& lines) {
  for (const ConfLine* const line : lines) give(node, line);
}

}  // namespace sentinel::sim
