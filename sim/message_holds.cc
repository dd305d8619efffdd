#include "sim/message_holds.h"

#include <algorithm>
#include <ranges>

namespace sentinel::sim {
namespace {

bool is_among(NodeId node, const std::optional<std::vector<NodeId>>& nodes) {
  return !nodes || std::ranges::find(*nodes, node) != nodes->end();
}

bool is_of_some_kind(const std::vector<MessageKind>& kinds, const model::Message& message,
                     const model::Callback& callback) {
  return kinds.empty() ||
         std::ranges::any_of(kinds, [&](MessageKind kind) { return is_of_kind(kind, message, callback); });
}

}  // namespace

void MessageHolds::release(const std::optional<HeldMessages>& messages) {
  if (messages) return add(*messages, false);
  rules_.clear();
}

void MessageHolds::add(const HeldMessages& messages, bool holds) {
  std::erase_if(rules_, [&](const Rule& rule) { return rule.messages == messages; });
  rules_.push_back({messages, holds});
  if (std::ranges::none_of(rules_, &Rule::holds)) rules_.clear();
}

bool MessageHolds::contain(const model::Message& message, const model::Callback& callback, NodeId from,
                           NodeId to) const {
  for (const Rule& rule : std::views::reverse(rules_)) {
    const HeldMessages& meant = rule.messages;
    if (is_among(from, meant.from) && is_among(to, meant.to) && is_of_some_kind(meant.kinds, message, callback)) {
      return rule.holds;
    }
  }
  return false;
}

}  // namespace sentinel::sim
