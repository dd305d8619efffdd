#include "analysis/explain/diagnosis_at_end.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <utility>

#include "analysis/explain/diagnosis_text.h"

namespace sentinel::analysis {
namespace {

using namespace std::chrono_literals;
using sim::NodeId;

// What sentinelRefreshInstanceInfo() asks for before it converts a replica that says that it is a master.
std::string obstacle(const sim::Run& end, NodeId node, const model::Master& master, const model::Replica& replica) {
  constexpr model::Millis kFourHellos = 8s;
  constexpr model::Millis kTwoInfos = 20s;
  const model::Sentinel& sentinel = *end.sentinel(node);
  const model::Instant now = end.wall_clock(node);
  if (sentinel.tilt()) return "the sentinel is in TILT";
  if (master.role_reported != model::InstanceKind::kMaster) return "the master says itself that it is a replica";
  if (master.o_down || master.s_down) return "the master that it should follow is down";
  if (now - master.info_refresh >= kTwoInfos) {
    return "the last INFO of the master is " + seconds(now - master.info_refresh) + " old (limit 20 s)";
  }
  if (replica.s_down_since != model::kNever && now - replica.s_down_since <= kFourHellos) {
    return "it was down " + seconds(now - replica.s_down_since) + " ago (limit 8 s)";
  }
  if (sentinel.link_of(replica).disconnected) return "there is no connection to it";
  return "the next INFO of it is to come";
}

void find_not_converted(const CauseFinder& causes, const sim::Run& end, NodeId node, std::vector<Finding>& findings) {
  constexpr model::Millis kSoon = 20s;  // 8 s, an INFO period and some ticks
  const model::Instant now = end.wall_clock(node);
  for (const model::Master& master : end.sentinel(node)->masters()) {
    for (const model::Replica& replica : master.replicas) {
      const bool is_old = now - replica.role_reported_since > kSoon;
      const bool says_master = replica.role_reported == model::InstanceKind::kMaster && is_old;
      if (!says_master || replica.promoted || replica.s_down) continue;
      findings.push_back({.kind = Finding::Kind::kNotConverted,
                          .at = end.now(),
                          .node = node,
                          .master = master.name,
                          .what = causes.name(replica.address) + " says for " +
                                  seconds(now - replica.role_reported_since) + " that it is a master, and " +
                                  causes.name(node) + " does not make it a replica of " + causes.name(master.address) +
                                  ": " + obstacle(end, node, master, replica)});
    }
  }
}

// A newer configuration wins, and only a newer one (sentinelProcessHelloMessage).
std::optional<Finding> find_not_switched(const CauseFinder& causes, const sim::Run& end, NodeId node, NodeId other,
                                         const model::Master& ours) {
  const model::Master* const theirs = end.monitored(other, ours.name);
  if (theirs == nullptr) return std::nullopt;
  const model::Address told = model::Sentinel::current_address(*theirs);
  if (told == model::Sentinel::current_address(ours) || theirs->config_epoch < ours.config_epoch) return std::nullopt;
  const bool is_equal = theirs->config_epoch == ours.config_epoch;
  if (is_equal && other < node) return std::nullopt;  // told of the other one
  Finding finding{.kind = Finding::Kind::kNotSwitched, .at = end.now(), .node = node, .master = ours.name};
  finding.what = causes.name(node) + " names " + causes.name(model::Sentinel::current_address(ours)) +
                 " (configuration epoch " + std::to_string(ours.config_epoch.value) + "), " + causes.name(other) +
                 " names " + causes.name(told) + " (" + std::to_string(theirs->config_epoch.value) + ")";
  if (is_equal) {
    finding.details.push_back("an equal epoch never changes anything: they stay apart for ever");
    return finding;
  }
  const auto peer =
      std::ranges::find(ours.peers, end.sentinel(other)->id(), [](const model::Peer& known) { return known.id; });
  finding.details.push_back(peer == ours.peers.end() ? causes.name(node) + " does not know " + causes.name(other)
                                                     : causes.name(other) + "'s last hello came " +
                                                           seconds(end.wall_clock(node) - peer->last_hello) + " ago");
  return finding;
}

// One other sentinel that names another master tells enough.
void find_not_switched(const CauseFinder& causes, const sim::Run& end, NodeId node,
                       const std::vector<NodeId>& sentinels, std::vector<Finding>& findings) {
  for (const model::Master& ours : end.sentinel(node)->masters()) {
    for (const NodeId other : sentinels) {
      std::optional<Finding> apart = find_not_switched(causes, end, node, other, ours);
      if (!apart) continue;
      findings.push_back(std::move(*apart));
      break;
    }
  }
}

}  // namespace

std::vector<Finding> findings_at_end(const CauseFinder& causes) {
  std::vector<Finding> findings;
  const sim::Run& end = causes.end();
  std::vector<NodeId> sentinels;
  for (std::uint16_t i = 0; i < causes.scenario().nodes.size(); ++i) {
    if (end.sentinel(NodeId{i}) != nullptr && end.is_running(NodeId{i})) sentinels.push_back(NodeId{i});
  }
  for (const NodeId node : sentinels) {
    find_not_converted(causes, end, node, findings);
    find_not_switched(causes, end, node, sentinels, findings);
  }
  return findings;
}

}  // namespace sentinel::analysis
