#include "analysis/hazards.h"

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
    // A failover keeps its epoch while those of other masters move the current one, for which votes are asked anew.
    {Invariant::kOneLeaderPerEpoch, Hazard::kSeveralMasters, "redis/redis #12865, pull 2230"},
    // Both epochs stood in the file that is lost.
    {Invariant::kEpochsNeverGoBack, Hazard::kLostConfiguration, "redis/redis-debian #5, redis/redis #6126"},
    {Invariant::kConfigEpochNeverGoesBack, Hazard::kLostConfiguration, "redis/redis-debian #5, redis/redis #6126"},
    // The epoch that SENTINEL FAILOVER takes is saved with the first vote, a tick later (sentinelStartFailover).
    {Invariant::kEpochsNeverGoBack, Hazard::kSentinelDeath, "scenarios/found/epoch_is_forgotten.json"},
    // What a hello tells is saved if the address is another one, not if only the epoch is
    // (sentinelProcessHelloMessage).
    {Invariant::kConfigEpochNeverGoesBack, Hazard::kSentinelDeath,
     "scenarios/found/configuration_epoch_is_forgotten.json"},
    // What it said of itself under its old id reaches it later: it votes as two.
    {Invariant::kElectedByMajority, Hazard::kMembership, "scenarios/found/votes_as_two.json"},
    // An epoch that was forgotten is given to another configuration, and equal ones are never reconciled.
    {Invariant::kOneNameInTheEnd, Hazard::kLostConfiguration, "redis/redis pull 2370"},
    {Invariant::kAllFollowInTheEnd, Hazard::kLostConfiguration, "redis/redis pull 2370"},
    // Two leaders in one epoch make two configurations with equal epochs.
    {Invariant::kOneNameInTheEnd, Hazard::kMembership, "redis/redis #6459"},
    {Invariant::kAllFollowInTheEnd, Hazard::kMembership, "redis/redis #6459"},
    // Two sentinels that are told at once take the same next epoch, and need no votes.
    {Invariant::kOneNameInTheEnd, Hazard::kManualFailover, "redis/redis pull 2370"},
    {Invariant::kAllFollowInTheEnd, Hazard::kManualFailover, "redis/redis pull 2370"},
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

// Of any step, whatever it is of.
template <class Matches>
bool has_step(const Scenario& scenario, Matches matches) {
  return std::ranges::any_of(scenario.steps, [&](const sim::Step& step) {
    return std::visit(
        [&](const auto& action) {
          if constexpr (std::is_invocable_v<Matches, decltype(action)>) return matches(action);
          return false;
        },
        step.action);
  });
}

template <class Matches>
bool has_command(const Scenario& scenario, Matches matches) {
  return has_step(scenario, [&](const sim::CommandStep& step) { return matches(step.command); });
}

bool loses_configuration(const Scenario& scenario) {
  return has_step(scenario,
                  [&](const sim::StartStep& start) { return start.fresh && has_sentinel(scenario, start.nodes); }) ||
         has_step(scenario,
                  [&](const sim::DiskStep& disk) { return disk.fails && has_sentinel(scenario, disk.nodes); });
}

bool changes_quorum(const model::SetCommand& set) {
  return std::ranges::any_of(set.changes,
                             [](const auto& change) { return change.option == model::SetCommand::Option::kQuorum; });
}

// Whether something happens before the sentinels have found each other, unless their files tell them.
bool is_disturbed_early(const Scenario& scenario) {
  const auto sentinels = static_cast<std::size_t>(std::ranges::count_if(scenario.nodes, &sim::Node::is_sentinel));
  const auto knows_all = [&](const sim::Node& node) {
    const auto* const config = std::get_if<model::SentinelConfig>(&node.config);
    return config == nullptr || std::ranges::all_of(config->masters, [&](const model::MonitoredMaster& master) {
             return master.known_sentinels.size() + 1 >= sentinels;
           });
  };
  if (std::ranges::all_of(scenario.nodes, knows_all)) return false;
  return std::ranges::any_of(scenario.steps, [](const sim::Step& step) {
    const auto* const at = std::get_if<sim::SimTime>(&step.when);
    return at != nullptr && *at < kAcquainted && !std::holds_alternative<sim::CommandStep>(step.action) &&
           !std::holds_alternative<sim::WriteStep>(step.action);
  });
}

bool changes_membership(const Scenario& scenario) {
  const auto starts_later = [](const sim::Node& node) { return node.is_sentinel() && !node.running; };
  // Before 3.2 a sentinel that is started again is another one.
  const bool forgets_who_it_is =
      !scenario.profile->sentinel.keeps_id &&
      has_step(scenario, [&](const sim::StartStep& start) { return has_sentinel(scenario, start.nodes); });
  return std::ranges::any_of(scenario.nodes, starts_later) || forgets_who_it_is || is_disturbed_early(scenario) ||
         has_step(scenario,
                  [&](const sim::StartStep& start) { return start.fresh && has_sentinel(scenario, start.nodes); }) ||
         has_command(scenario, [](const model::Command& command) {
           const auto* const set = std::get_if<model::SetCommand>(&command);
           return std::holds_alternative<model::ResetCommand>(command) ||
                  std::holds_alternative<model::RemoveCommand>(command) ||
                  std::holds_alternative<model::MonitorCommand>(command) || (set != nullptr && changes_quorum(*set));
         });
}

bool kills_sentinel(const Scenario& scenario) {
  return has_step(scenario, [&](const sim::CrashStep& step) { return has_sentinel(scenario, step.nodes); }) ||
         has_command(scenario, [](const model::Command& command) {
           return std::holds_alternative<model::SimulateFailureCommand>(command);
         });
}

bool fails_over_by_hand(const Scenario& scenario) {
  return has_command(
      scenario, [](const model::Command& command) { return std::holds_alternative<model::FailoverCommand>(command); });
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

bool has_several_masters(const Scenario& scenario) {
  const std::vector<Configured> all = configured_masters(scenario);
  return std::ranges::any_of(all, [&](const Configured& one) { return one.name != all.front().name; });
}

bool has(const Scenario& scenario, Hazard hazard) {
  switch (hazard) {
    case Hazard::kLostConfiguration: return loses_configuration(scenario);
    case Hazard::kMembership: return changes_membership(scenario);
    case Hazard::kManualFailover: return fails_over_by_hand(scenario);
    case Hazard::kSentinelDeath: return kills_sentinel(scenario);
    case Hazard::kConflictingMasters: return masters_conflict(scenario);
    case Hazard::kNeverUpIsTooLong: return !scenario.profile->data_node.tells_never_up;
    case Hazard::kSeveralMasters: return has_several_masters(scenario);
  }
  return false;
}

}  // namespace

std::vector<Hazard> hazards_of(const Scenario& scenario) {
  using enum Hazard;
  std::vector<Hazard> hazards;
  for (const Hazard hazard : {kLostConfiguration, kMembership, kManualFailover, kSentinelDeath, kConflictingMasters,
                              kNeverUpIsTooLong, kSeveralMasters}) {
    if (has(scenario, hazard)) hazards.push_back(hazard);
  }
  return hazards;
}

std::optional<std::string_view> known_from(Invariant invariant, const Scenario& scenario,
                                           std::span<const Break> breaks) {
  const sim::InvariantRow& row = sim::invariant_row(invariant);
  if (!row.is_promised()) return row.known;
  for (const Excuse& excuse : kExcuses) {
    if (excuse.invariant == invariant && has(scenario, excuse.hazard)) return excuse.known;
  }
  for (const Consequence& consequence : kConsequences) {
    if (consequence.invariant != invariant) continue;
    if (std::ranges::find(breaks, consequence.cause, &Break::invariant) == breaks.end()) continue;
    return sim::invariant_row(consequence.cause).known;
  }
  return std::nullopt;
}

}  // namespace sentinel::analysis
