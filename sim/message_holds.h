// Which messages have to wait on their way, because a step of the scenario holds them.
#pragma once

#include <optional>
#include <vector>

#include "model/messages.h"
#include "sim/scenario.h"

namespace sentinel::sim {

class MessageHolds {
 public:
  void hold(const HeldMessages& messages) { add(messages, true); }
  void release(const std::optional<HeldMessages>& messages);  // nullopt: all
  bool any() const { return !rules_.empty(); }
  // All of its state, for who compares runs (state_hash.h).
  template <class Visitor>
  void visit_state(Visitor& visit) const {
    for (const Rule& rule : rules_) visit(rule.messages.kinds, rule.messages.from, rule.messages.to, rule.holds);
  }
  bool contain(const model::Message& message, const model::Callback& callback, NodeId from, NodeId to) const;

 private:
  // The last one that a message fits decides about it.
  struct Rule {
    HeldMessages messages;
    bool holds = false;
  };

  void add(const HeldMessages& messages, bool holds);

  std::vector<Rule> rules_;
};

}  // namespace sentinel::sim
