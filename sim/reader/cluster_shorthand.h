// The `cluster` shorthand: masters with their replicas, and sentinels that watch all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/reader/node_draft.h"

namespace sentinel::sim {

class ClusterShorthand {
 public:
  // `json` and `store` must outlive it.
  static bool has_field(std::string_view name);
  static std::span<const std::string_view> fields();

  ClusterShorthand(const Json& json, ConfStore& store);

  // R1, R2, ... (each master before its replicas) and S1, S2, ..., with their addresses.
  std::vector<NodeDraft> drafts(SymbolTable& symbols) const;

  // Gives its lines to the nodes of drafts(), which may have got other addresses meanwhile.
  void configure(std::span<NodeDraft> drafts, const SymbolTable& symbols) const;

 private:
  std::size_t data_nodes() const { return masters_.size() * (1 + replicas_); }
  void give(NodeDraft& node, const std::vector<std::string>& words) const;
  void configure_replica(NodeDraft& node, const NodeDraft& master, const SymbolTable& symbols) const;
  void configure_sentinel(NodeDraft& node, std::span<const NodeDraft> drafts, const SymbolTable& symbols) const;

  const Json* json_;
  ConfStore* store_;
  std::vector<std::string> masters_;
  std::size_t replicas_;
  std::size_t sentinels_;
  std::int64_t quorum_;
  std::vector<std::vector<std::string>> options_;  // of each master, as words with a place for its name
  Conf data_conf_;
  Conf replica_conf_;
  Conf sentinel_conf_;
};

}  // namespace sentinel::sim
