// A node while a scenario is being read: what `cluster` and `nodes` said of it so far.
#pragma once

#include <cstddef>
#include <deque>
#include <optional>
#include <string>

#include "sim/reader/directives.h"
#include "sim/reader/located_json.h"

namespace sentinel::sim {

inline constexpr std::size_t kMostNodes = 4'096;
inline constexpr std::size_t kMostMasters = 1'000;  // that a sentinel monitors, and that a scenario has

struct NodeDraft {
  std::string name;
  const Json* json = nullptr;  // what describes it
  std::optional<bool> is_sentinel{};
  std::optional<model::Address> address{};
  Conf conf{};
  std::vector<model::Id> run_ids{};
  bool running = true;
  const Json* transfer_time = nullptr;
  const Json* load_time = nullptr;
  const Json* data_size = nullptr;
  const Json* save_rate = nullptr;
  const Json* bandwidth = nullptr;
  const Json* load_rate = nullptr;
  const Json* args = nullptr;
  const Json* hash_order = nullptr;
};

// Owns the lines of all configurations, and counts how often they are used: one line may be there for many nodes.
class ConfStore {
 public:
  const ConfLine* add(ConfLine line) { return &lines_.emplace_back(std::move(line)); }
  const ConfLine* add(const Json& line);  // a text that is one
  Conf add_all(const Json& list);

  // Throws BadInput if that makes too many of them.
  void give(NodeDraft& node, const ConfLine* line);
  void give(NodeDraft& node, const Conf& lines);

 private:
  std::deque<ConfLine> lines_;
  std::size_t given_ = 0;
};

}  // namespace sentinel::sim
