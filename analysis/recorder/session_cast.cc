// Who is meant by an action that an event makes happen.
#include <algorithm>
#include <sstream>

#include "analysis/recorder/session.h"

namespace sentinel::analysis::recorder {

PlannedAction Session::cast(const Due& due) const {
  PlannedAction action = plan_.actions[due.action];
  if (!due.on.is_object()) return action;
  const auto cast_all = [&](auto& real) {
    if constexpr (requires { real.who; }) {
      real.who = cast(real.who, due);
    } else if constexpr (requires { real.a; }) {
      real.a = cast(real.a, due);
      real.b = cast(real.b, due);
    }
  };
  std::visit(cast_all, action.action);
  return action;
}

// Without those whom nobody is.
Nodes Session::cast(const Nodes& nodes, const Due& due) const {
  Nodes meant;
  for (const std::size_t node : nodes) {
    std::optional<std::size_t> found = node;
    if (node == kSpeaker) found = due.speaker;
    if (node == kSubject) found = named_by(due.on);
    if (node == kOtherReplica) found = replica_other_than(named_by(due.on));
    if (found) meant.push_back(*found);
  }
  return meant;
}

// `slave <name> <host> <port> @ ...`, or `<master> <host> <port> ...` of a +switch-master.
std::optional<std::size_t> Session::named_by(const Reply& event) const {
  std::istringstream message{event["message"].get<std::string>()};
  std::string kind;
  std::string name;
  std::string host;
  std::string port;
  message >> kind;
  if (kind == "master" || kind == "slave" || kind == "sentinel") message >> name;
  message >> host >> port;
  const auto is_meant = [&](const PlannedNode& node) {
    return node.endpoint.host == host && std::to_string(node.endpoint.port) == port;
  };
  const auto found = std::ranges::find_if(plan_.nodes, is_meant);
  if (found == plan_.nodes.end()) return std::nullopt;
  return static_cast<std::size_t>(found - plan_.nodes.begin());
}

std::optional<std::size_t> Session::replica_other_than(std::optional<std::size_t> node) const {
  constexpr std::chrono::milliseconds kPatience{100};
  for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
    if (plan_.nodes[i].is_sentinel || i == node || !cluster_.running(i)) continue;
    const auto replies = ask_node(plan_.nodes[i], {{"INFO", "replication"}}, kPatience);
    if (replies && parse_info(replies->front()).value("role", "") == "slave") return i;
  }
  return std::nullopt;
}

}  // namespace sentinel::analysis::recorder
