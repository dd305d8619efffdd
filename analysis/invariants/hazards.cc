#include "analysis/invariants/hazards.h"

#include <algorithm>
#include <chrono>
#include <type_traits>

namespace sentinel::analysis {
namespace {

using sim::Invariant;
using sim::NodeId;
using sim::Scenario;

// A promise that a hazard breaks, and who tells it. The comments argue from the rules.
struct Excuse {
  Invariant invariant;
  Hazard hazard;
  std::string_view known;
};
constexpr auto kExcuses = std::to_array<Excuse>({
    // The vote stood in the file that is lost: the process gives another one.
    {Invariant::kVotesOncePerEpoch, Hazard::kLostConfiguration, "redis/redis-debian #5, redis/redis #6126"},
    // Two votes of one sentinel in an epoch make two majorities.
    {Invariant::kOneLeaderPerEpoch, Hazard::kLostConfiguration, "redis/redis-debian #5, redis/redis #6126"},
    // Majorities of different sets of sentinels need not have one in common; one that knows nobody is its own majority.
    {Invariant::kOneLeaderPerEpoch, Hazard::kMembership, "redis/redis #6459"},
    // Both epochs stood in the file that is lost.
    {Invariant::kEpochsNeverGoBack, Hazard::kLostConfiguration, "redis/redis-debian #5, redis/redis #6126"},
    {Invariant::kConfigEpochNeverGoesBack, Hazard::kLostConfiguration, "redis/redis-debian #5, redis/redis #6126"},
    // The epoch that SENTINEL FAILOVER takes is saved with the first vote, a tick later (sentinelStartFailover).
    {Invariant::kEpochsNeverGoBack, Hazard::kDeathOfAskedOne, "scenarios/found/epoch_is_forgotten.json"},
    // What a hello tells is saved if the address is another one, not if only the epoch is
    // (sentinelProcessHelloMessage).
    {Invariant::kConfigEpochNeverGoesBack, Hazard::kSentinelDeath,
     "scenarios/found/configuration_epoch_is_forgotten.json"},
    // What it said of itself under its old id reaches it later: it votes as two.
    {Invariant::kElectedByMajority, Hazard::kMembership, "scenarios/found/votes_as_two.json"},
    // An epoch that was forgotten is given to another configuration, and equal ones are never reconciled.
    {Invariant::kOneNameInTheEnd, Hazard::kLostConfiguration, "redis/redis pull 2370"},
    {Invariant::kAllFollowInTheEnd, Hazard::kLostConfiguration, "redis/redis pull 2370"},
    // The file names a master that is one no more, and replicas are told by their master alone.
    {Invariant::kWritableInTheEnd, Hazard::kLostConfiguration, "redis/redis #9998, #1073"},
    // A leader that is reset after the promotion forgets that, and keeps the configuration epoch, which it has told
    // others.
    {Invariant::kOneNameInTheEnd, Hazard::kReset, "scenarios/found/reset_in_a_failover.json"},
    {Invariant::kAllFollowInTheEnd, Hazard::kReset, "scenarios/found/reset_in_a_failover.json"},
    // Configurations that begin with epoch 0 are equal, and are never reconciled.
    {Invariant::kOneNameInTheEnd, Hazard::kConflictingMasters, "redis/redis #12271, #12531"},
    {Invariant::kAllFollowInTheEnd, Hazard::kConflictingMasters, "redis/redis #12271, #1776"},
    // Replicas of each other, which a leader that died after the promotion leaves: none of them may be promoted any
    // more.
    {Invariant::kAllFollowInTheEnd, Hazard::kNeverUpIsTooLong, "redis/redis #7523, pull 8785"},
    {Invariant::kWritableInTheEnd, Hazard::kNeverUpIsTooLong, "redis/redis #7523, pull 8785"},
    // The master of one name is made a replica for the other.
    {Invariant::kWritableInTheEnd, Hazard::kConflictingMasters, "redis/redis #4793, #1776"},
});

// A promise that cannot be kept once something is broken that is known to be.
struct Consequence {
  Invariant invariant;
  Invariant cause;
};
constexpr auto kConsequences = std::to_array<Consequence>({
    // Votes of different epochs may elect two for the same one.
    {Invariant::kOneLeaderPerEpoch, Invariant::kElectedInItsEpoch},
    // Equal configuration epochs are never reconciled: sentinels name both, and each makes a replica of the other.
    {Invariant::kOneNameInTheEnd, Invariant::kOnePromotionPerConfigEpoch},
    {Invariant::kAllFollowInTheEnd, Invariant::kOnePromotionPerConfigEpoch},
    {Invariant::kOneNameInTheEnd, Invariant::kSwitchesToPromoted},
    {Invariant::kAllFollowInTheEnd, Invariant::kSwitchesToPromoted},
});

// Sentinels find each other by hellos, one every 2 s, through the master. So much time they need.
constexpr sim::SimTime kAcquainted{std::chrono::seconds{5}};

// Those that an event chooses are sentinels if it is the one that said it.
bool may_be_sentinel(const Scenario& scenario, NodeId node) {
  if (node == sim::kSpeaker || node == sim::kSubject) return true;
  return node != sim::kOtherReplica && scenario.node(node).is_sentinel();
}

bool has_sentinel(const Scenario& scenario, const std::vector<NodeId>& nodes) {
  return std::ranges::any_of(nodes, [&](NodeId node) { return may_be_sentinel(scenario, node); });
}

// What a scenario does until a moment. Nobody knows when an event makes a step happen.
struct Past {
  const Scenario& scenario;
  sim::SimTime until{};

  bool has(const sim::Step& step) const {
    const auto* const at = std::get_if<sim::SimTime>(&step.when);
    return at == nullptr || *at <= until;
  }
};

// Of any step, whatever it is of.
template <class Matches>
bool has_step(const Past& past, Matches matches) {
  const auto is_meant = [&](const auto& action) {
    if constexpr (std::is_invocable_v<Matches, decltype(action)>) return matches(action);
    return false;
  };
  return std::ranges::any_of(
      past.scenario.steps, [&](const sim::Step& step) { return past.has(step) && std::visit(is_meant, step.action); });
}

template <class Matches>
bool has_command(const Past& past, Matches matches) {
  return has_step(past, [&](const sim::CommandStep& step) { return matches(step.command); });
}

template <class Command>
bool has_command(const Past& past) {
  return has_command(past, [](const model::Command& command) { return std::holds_alternative<Command>(command); });
}

bool starts_fresh_sentinel(const Past& past) {
  return has_step(past,
                  [&](const sim::StartStep& start) { return start.fresh && has_sentinel(past.scenario, start.nodes); });
}

bool loses_configuration(const Past& past) {
  return starts_fresh_sentinel(past) || has_step(past, [&](const sim::DiskStep& disk) {
           return disk.fails && has_sentinel(past.scenario, disk.nodes);
         });
}

bool changes_quorum(const model::SetCommand& set) {
  return std::ranges::any_of(set.changes,
                             [](const auto& change) { return change.option == model::SetCommand::Option::kQuorum; });
}

// Whether something happens before the sentinels have found each other, unless their files tell them. What is broken by
// then is broken by sentinels that do not know how many they are, whatever made them act: a slow network is enough.
bool is_disturbed_early(const Past& past) {
  const Scenario& scenario = past.scenario;
  const auto sentinels = static_cast<std::size_t>(std::ranges::count_if(scenario.nodes, &sim::Node::is_sentinel));
  const auto knows_all = [&](const sim::Node& node) {
    const auto* const config = std::get_if<model::SentinelConfig>(&node.config);
    return config == nullptr || std::ranges::all_of(config->masters, [&](const model::MonitoredMaster& master) {
             return master.known_sentinels.size() + 1 >= sentinels;
           });
  };
  if (std::ranges::all_of(scenario.nodes, knows_all)) return false;
  if (past.until < kAcquainted) return true;
  return std::ranges::any_of(scenario.steps, [](const sim::Step& step) {
    const auto* const at = std::get_if<sim::SimTime>(&step.when);
    return at != nullptr && *at < kAcquainted && !std::holds_alternative<sim::CommandStep>(step.action) &&
           !std::holds_alternative<sim::WriteStep>(step.action);
  });
}

bool changes_membership(const Past& past) {
  const auto starts_later = [](const sim::Node& node) { return node.is_sentinel() && !node.running; };
  // Before 3.2 a sentinel that is started again is another one.
  const bool forgets_who_it_is =
      !past.scenario.profile->sentinel.keeps_id &&
      has_step(past, [&](const sim::StartStep& start) { return has_sentinel(past.scenario, start.nodes); });
  return std::ranges::any_of(past.scenario.nodes, starts_later) || forgets_who_it_is || is_disturbed_early(past) ||
         starts_fresh_sentinel(past) || has_command(past, [](const model::Command& command) {
           const auto* const set = std::get_if<model::SetCommand>(&command);
           return std::holds_alternative<model::ResetCommand>(command) ||
                  std::holds_alternative<model::RemoveCommand>(command) ||
                  std::holds_alternative<model::MonitorCommand>(command) || (set != nullptr && changes_quorum(*set));
         });
}

// By a step, or by itself. What an event is about is a data node, but for +sdown and the like.
bool kills_sentinel(const Past& past) {
  const auto is_it = [&](NodeId node) {
    return node == sim::kSpeaker || (node < sim::kOtherReplica && past.scenario.node(node).is_sentinel());
  };
  return has_step(past, [&](const sim::CrashStep& step) { return std::ranges::any_of(step.nodes, is_it); }) ||
         has_step(past, [&](const sim::StopStep& step) { return std::ranges::any_of(step.nodes, is_it); }) ||
         has_command<model::SimulateFailureCommand>(past);
}

struct Configured {
  model::Symbol name{};
  model::Address address{};
  model::Epoch epoch{};
};

// What the files and the operator name.
std::vector<Configured> configured_masters(const Scenario& scenario) {
  std::vector<Configured> all;
  for (const sim::Node& node : scenario.nodes) {
    const auto* const config = std::get_if<model::SentinelConfig>(&node.config);
    if (config == nullptr) continue;
    for (const model::MonitoredMaster& master : config->masters) {
      all.push_back({.name = master.name, .address = master.address, .epoch = master.config_epoch});
    }
  }
  for (const sim::Step& step : scenario.steps) {
    const auto* const asked = std::get_if<sim::CommandStep>(&step.action);
    const auto* const monitor = asked == nullptr ? nullptr : std::get_if<model::MonitorCommand>(&asked->command);
    if (monitor != nullptr) all.push_back({.name = monitor->master, .address = monitor->address});
  }
  return all;
}

// Whether the nodes at these addresses replicate one another, as they are configured.
bool is_one_group(const Scenario& scenario, const model::Address& a, const model::Address& b) {
  if (a == b) return true;
  const auto first = data_node_at(scenario, a);
  const auto second = data_node_at(scenario, b);
  if (!first || !second) return false;
  return std::ranges::any_of(replication_groups(scenario), [&](const std::vector<NodeId>& nodes) {
    return std::ranges::find(nodes, *first) != nodes.end() && std::ranges::find(nodes, *second) != nodes.end();
  });
}

bool masters_conflict(const Scenario& scenario) {
  const std::vector<Configured> all = configured_masters(scenario);
  return std::ranges::any_of(all, [&](const Configured& one) {
    return std::ranges::any_of(all, [&](const Configured& other) {
      if (one.name == other.name) return one.address != other.address && one.epoch == other.epoch;
      return is_one_group(scenario, one.address, other.address);
    });
  });
}

bool has(const Past& past, Hazard hazard) {
  switch (hazard) {
    case Hazard::kLostConfiguration: return loses_configuration(past);
    case Hazard::kMembership: return changes_membership(past);
    case Hazard::kReset: return has_command<model::ResetCommand>(past);
    case Hazard::kSentinelDeath: return kills_sentinel(past);
    case Hazard::kDeathOfAskedOne: return kills_sentinel(past) && has_command<model::FailoverCommand>(past);
    case Hazard::kConflictingMasters: return masters_conflict(past.scenario);
    case Hazard::kNeverUpIsTooLong: return !past.scenario.profile->data_node.tells_never_up;
  }
  return false;
}

}  // namespace

std::vector<Hazard> hazards_of(const Scenario& scenario) {
  using enum Hazard;
  std::vector<Hazard> hazards;
  for (const Hazard hazard : {kLostConfiguration, kMembership, kReset, kSentinelDeath, kDeathOfAskedOne,
                              kConflictingMasters, kNeverUpIsTooLong}) {
    if (has({scenario, scenario.until}, hazard)) hazards.push_back(hazard);
  }
  return hazards;
}

std::optional<std::string_view> known_from(const Break& broken, const Scenario& scenario,
                                           std::span<const Break> breaks) {
  if (!broken.known.empty()) return broken.known;
  const sim::InvariantRow& row = sim::invariant_row(broken.invariant);
  if (!row.is_promised()) return row.known;
  for (const Excuse& excuse : kExcuses) {
    if (excuse.invariant == broken.invariant && has({scenario, broken.at}, excuse.hazard)) return excuse.known;
  }
  for (const Consequence& consequence : kConsequences) {
    if (consequence.invariant != broken.invariant) continue;
    if (std::ranges::find(breaks, consequence.cause, &Break::invariant) == breaks.end()) continue;
    return sim::invariant_row(consequence.cause).known;
  }
  return std::nullopt;
}

}  // namespace sentinel::analysis
