#include "analysis/fuzz/coverage.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>

#include "model/random.h"
#include "model/rows.h"

namespace sentinel::analysis {
namespace {

using model::EventKind;
using model::FailoverState;

constexpr std::size_t kStates = static_cast<std::size_t>(FailoverState::kUpdateConfig) + 1;
constexpr std::array<std::string_view, kStates> kStateNames{"no failover",        "wait-start",     "select-slave",
                                                            "send-slaveof-noone", "wait-promotion", "reconf-slaves",
                                                            "update-config"};

// What happens in a tick is seldom hit by something else: a state that lasts for one tick is rare.
constexpr bool lasts(FailoverState state) {
  using enum FailoverState;
  return state == kNone || state == kWaitStart || state == kWaitPromotion || state == kReconfReplicas;
}
// So are steps that come once or twice in a scenario.
constexpr bool is_frequent(FaultFamily family) {
  using enum FaultFamily;
  return family == kCrash || family == kPause || family == kPartition || family == kLateMessages || family == kStall;
}

// Those that are not a fault in a state of a failover.
enum class Named : std::uint8_t {
  kSplitVote,
  kTwoTriesForOneEpoch,
  kNotElected,
  kNoGoodReplica,
  kReplicaTimeout,
  kEndForTimeout,
  kReconfTimeout,
  kTiltDuringVote,
  kVoteInTilt,
  kObserverFirst,
  kForcedDuringElection,
  kTwoFailoversAtOnce,
  kConverted,
  kFixed,
  kReboot,
  kOdownLost,
  kLeaderDied,
  kEqualConfigEpochs,
  kElectedInOtherEpoch,
};
struct NamedRow {
  Named what;
  std::string_view name;
  bool rare;
};
constexpr auto kRows = std::to_array<NamedRow>({
    {Named::kSplitVote, "split vote", false},
    {Named::kTwoTriesForOneEpoch, "two tries for one epoch", false},
    {Named::kNotElected, "abort: not elected", false},
    {Named::kNoGoodReplica, "abort: no good slave", false},
    {Named::kReplicaTimeout, "abort: slave timeout", false},
    {Named::kEndForTimeout, "failover ends for time-out", false},
    {Named::kReconfTimeout, "slave-reconf-sent time-out", true},
    {Named::kTiltDuringVote, "TILT while it waits for votes", false},
    {Named::kVoteInTilt, "vote in TILT", false},
    {Named::kObserverFirst, "an observer switches before the leader", false},
    {Named::kForcedDuringElection, "SENTINEL FAILOVER while another one wants to lead", true},
    {Named::kTwoFailoversAtOnce, "a sentinel leads two failovers", false},
    {Named::kConverted, "old master converted", false},
    {Named::kFixed, "slave config fixed", false},
    {Named::kReboot, "reboot", false},
    {Named::kOdownLost, "odown lost while it waits for votes", false},
    {Named::kLeaderDied, "leader dies in a failover", false},
    {Named::kEqualConfigEpochs, "different masters with equal config epochs", true},
    {Named::kElectedInOtherEpoch, "elected when the epoch is a later one", false},
});

static_assert(model::in_order<&NamedRow::what>(kRows), "place() finds a row by what it is about");

// Events that are probes by themselves.
struct EventProbe {
  EventKind event;
  Named what;
};
constexpr auto kEventProbes = std::to_array<EventProbe>({
    {EventKind::kAbortNotElected, Named::kNotElected},
    {EventKind::kAbortNoGoodReplica, Named::kNoGoodReplica},
    {EventKind::kAbortReplicaTimeout, Named::kReplicaTimeout},
    {EventKind::kFailoverEndForTimeout, Named::kEndForTimeout},
    {EventKind::kReconfSentTimeout, Named::kReconfTimeout},
    {EventKind::kConvertToReplica, Named::kConverted},
    {EventKind::kFixReplicaConfig, Named::kFixed},
    {EventKind::kReboot, Named::kReboot},
});

std::vector<Probe> make_probes() {
  std::vector<Probe> made;
  for (std::size_t family = 0; family < kFaultFamilies; ++family) {
    for (std::size_t state = 0; state < kStates; ++state) {
      std::string name{fault_family_name(static_cast<FaultFamily>(family))};
      name.append(" in ").append(kStateNames[state]);
      const bool common = lasts(static_cast<FailoverState>(state)) && is_frequent(static_cast<FaultFamily>(family));
      made.push_back({std::move(name), !common});
    }
  }
  for (const NamedRow& row : kRows) made.push_back({std::string{row.name}, row.rare});
  return made;
}

std::size_t place(FaultFamily family, FailoverState state) {
  return static_cast<std::size_t>(family) * kStates + static_cast<std::size_t>(state);
}
std::size_t place(Named what) { return kFaultFamilies * kStates + static_cast<std::size_t>(what); }

// --- what a step is ---------------------------------------------------------------------------------------

bool is_any_sentinel(const sim::Scenario& scenario, const std::vector<sim::NodeId>& nodes) {
  return std::ranges::any_of(nodes, [&](sim::NodeId node) {
    return static_cast<std::size_t>(node) < scenario.nodes.size() && scenario.node(node).is_sentinel();
  });
}

FaultFamily family_of(const model::Command& command) {
  if (std::holds_alternative<model::FailoverCommand>(command)) return FaultFamily::kManualFailover;
  if (std::holds_alternative<model::SimulateFailureCommand>(command)) return FaultFamily::kFaultPoint;
  return FaultFamily::kMembership;
}

// nullopt: it is no fault.
std::optional<FaultFamily> family_of(const sim::Action& action, const sim::Scenario& scenario) {
  if (const auto* const start = std::get_if<sim::StartStep>(&action)) {
    if (start->fresh && is_any_sentinel(scenario, start->nodes)) return FaultFamily::kLostConfiguration;
    if (start->load_time || start->keeps_data) return FaultFamily::kLoading;
    return std::nullopt;
  }
  if (const auto* const command = std::get_if<sim::CommandStep>(&action)) return family_of(command->command);
  if (std::holds_alternative<sim::CrashStep>(action)) return FaultFamily::kCrash;
  if (std::holds_alternative<sim::PauseStep>(action)) return FaultFamily::kPause;
  if (std::holds_alternative<sim::StallStep>(action)) return FaultFamily::kStall;
  if (std::holds_alternative<sim::PartitionStep>(action)) return FaultFamily::kPartition;
  if (std::holds_alternative<sim::LatencyStep>(action)) return FaultFamily::kLatency;
  if (std::holds_alternative<sim::HoldStep>(action)) return FaultFamily::kLateMessages;
  if (std::holds_alternative<sim::ClockStep>(action)) return FaultFamily::kClock;
  const auto* const disk = std::get_if<sim::DiskStep>(&action);
  if (disk != nullptr && disk->fails) return FaultFamily::kDisk;
  return std::nullopt;
}

bool waits_for_votes(const model::Master& master) { return master.state == FailoverState::kWaitStart; }

// --- abstract states --------------------------------------------------------------------------------------

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) { return model::mix_bits(hash ^ (value + 0x9E37ULL)); }

std::uint64_t hash_of(const model::Sentinel& sentinel, bool is_running, model::Epoch newest) {
  const auto down = [](const auto& instances) {
    return static_cast<std::uint64_t>(std::ranges::count_if(instances, &model::Instance::s_down));
  };
  std::uint64_t hash = is_running ? 1 : 2;
  hash = mixed(hash, sentinel.tilt() ? 1 : 0);
  hash = mixed(hash, sentinel.current_epoch() == newest ? 1 : 0);
  for (const model::Master& master : sentinel.masters()) {
    hash = mixed(hash, static_cast<std::uint64_t>(master.state) * 16 + (master.s_down ? 1U : 0U) +
                           (master.o_down ? 2U : 0U) + (master.forced ? 4U : 0U));
    hash = mixed(hash, master.leader == sentinel.id() ? 1 : master.leader ? 2 : 3);
    hash = mixed(hash, master.leader_epoch == newest ? 1 : 0);
    hash = mixed(hash, master.config_epoch == newest ? 1 : 0);
    hash = mixed(hash, down(master.replicas) * 8 + std::min<std::uint64_t>(down(master.peers), 7));
  }
  return hash;
}

std::uint64_t hash_of(const model::DataNode& data_node, bool is_running) {
  std::uint64_t hash = is_running ? 5 : 6;
  hash = mixed(hash, (data_node.is_master() ? 1U : 0U) + (data_node.loading() ? 2U : 0U));
  return mixed(hash, static_cast<std::uint64_t>(data_node.replication_state()));
}

}  // namespace

std::span<const Probe> probes() {
  static const std::vector<Probe> made = make_probes();
  return made;
}

Coverage::Coverage() : probed(probes().size()) {}

bool Coverage::add(const Coverage& other) {
  for (std::size_t i = 0; i < probed.size(); ++i) probed[i] += other.probed[i];
  const std::size_t before = states.size();
  states.insert(other.states.begin(), other.states.end());
  return states.size() > before;
}

CoverageObserver::CoverageObserver(const sim::Scenario& scenario) : scenario_(&scenario) {
  for (const sim::Step& step : scenario.steps) {
    const std::optional<FaultFamily> family = family_of(step.action, scenario);
    if (!family) continue;
    if (const auto* const at = std::get_if<sim::SimTime>(&step.when)) {
      strikes_.push_back({*at, *family});
    } else {
      armed_.push_back(std::get<sim::Trigger>(step.when).event);
    }
  }
  std::ranges::stable_sort(strikes_, std::greater<>{}, &Strike::at);
}

void CoverageObserver::operator()(const sim::Record& record) {
  if (std::holds_alternative<model::Event>(record.what)) said_.push_back(record);
}

void CoverageObserver::observe(const sim::Run& run) {
  bool changed = false;
  for (; !strikes_.empty() && strikes_.back().at <= run.now(); strikes_.pop_back()) {
    strike(run, strikes_.back().family);
    changed = true;
  }
  if (said_.empty() && !changed) return;
  for (const sim::Record& record : said_) take(run, record.node, std::get<model::Event>(record.what));
  said_.clear();
  coverage_.states.insert(abstract_state(run));
}

void CoverageObserver::strike(const sim::Run& run, FaultFamily family) {
  for (std::uint16_t i = 0; i < scenario_->nodes.size(); ++i) {
    const model::Sentinel* const sentinel = run.sentinel(sim::NodeId{i});
    if (sentinel == nullptr) continue;
    for (const model::Master& master : sentinel->masters()) {
      reach(place(family, master.state));
      const bool leads = master.state > FailoverState::kWaitStart;
      if (family == FaultFamily::kCrash && leads && !run.is_running(sim::NodeId{i})) reach(place(Named::kLeaderDied));
    }
  }
}

void CoverageObserver::take(const sim::Run& run, sim::NodeId node, const model::Event& event) {
  const auto strikes = [&](const sim::EventPattern& pattern) {
    return pattern.kind == event.kind && run.now() <= pattern.until;
  };
  if (std::erase_if(armed_, strikes) > 0) strike(run, FaultFamily::kFaultPoint);
  const model::Sentinel* const sentinel = run.sentinel(node);
  if (sentinel == nullptr) return;
  const auto probe = std::ranges::find(kEventProbes, event.kind, &EventProbe::event);
  if (probe != kEventProbes.end()) reach(place(probe->what));
  if (event.kind == EventKind::kTilt && std::ranges::any_of(sentinel->masters(), waits_for_votes)) {
    reach(place(Named::kTiltDuringVote));
  }
  if (event.kind == EventKind::kVoteForLeader && sentinel->tilt()) reach(place(Named::kVoteInTilt));
  const model::Master* const master = run.monitored(node, event.master_name);
  if (master == nullptr) return;
  switch (event.kind) {
    case EventKind::kTryFailover:
    case EventKind::kElectedLeader:
    case EventKind::kAbortNotElected: return take_try(node, event.kind, *sentinel, *master);
    case EventKind::kConfigUpdateFrom:
    case EventKind::kSwitchMaster: return compare(run, event.kind, *master);
    case EventKind::kOdownEnd:
      if (waits_for_votes(*master)) reach(place(Named::kOdownLost));
      return;
    default: return;
  }
}

// A failover begins, is led, or is given up for want of votes.
void CoverageObserver::take_try(sim::NodeId node, EventKind event, const model::Sentinel& sentinel,
                                const model::Master& master) {
  Try& one = tries_[{master.name.index, master.failover_epoch}];
  if (event == EventKind::kElectedLeader) {
    one.elected = true;
    if (master.failover_epoch < sentinel.current_epoch()) reach(place(Named::kElectedInOtherEpoch));
    return;
  }
  if (event == EventKind::kAbortNotElected) {
    if (one.candidates.size() > 1 && !one.elected) reach(place(Named::kSplitVote));
    return;
  }
  one.candidates.insert(node);
  if (one.candidates.size() > 1) reach(place(Named::kTwoTriesForOneEpoch));
  if (master.forced && one.candidates.size() > 1) reach(place(Named::kForcedDuringElection));
  const auto leading = std::ranges::count_if(sentinel.masters(), &model::Master::in_progress);
  if (leading > 1) reach(place(Named::kTwoFailoversAtOnce));
}

// A sentinel switches: what do the others know of the master?
void CoverageObserver::compare(const sim::Run& run, EventKind event, const model::Master& master) {
  for (std::uint16_t i = 0; i < scenario_->nodes.size(); ++i) {
    const model::Master* const other = run.monitored(sim::NodeId{i}, master.name);
    if (other == nullptr) continue;
    if (event == EventKind::kConfigUpdateFrom && other->state == FailoverState::kReconfReplicas) {
      reach(place(Named::kObserverFirst));
    }
    if (event == EventKind::kSwitchMaster && other->config_epoch == master.config_epoch &&
        model::Sentinel::current_address(*other) != model::Sentinel::current_address(master)) {
      reach(place(Named::kEqualConfigEpochs));
    }
  }
}

std::uint64_t CoverageObserver::abstract_state(const sim::Run& run) {
  model::Epoch newest{};
  for (std::uint16_t i = 0; i < scenario_->nodes.size(); ++i) {
    const model::Sentinel* const sentinel = run.sentinel(sim::NodeId{i});
    if (sentinel != nullptr) newest = std::max(newest, sentinel->current_epoch());
  }
  hashes_.clear();
  for (std::uint16_t i = 0; i < scenario_->nodes.size(); ++i) {
    const sim::NodeId node{i};
    if (const model::Sentinel* const sentinel = run.sentinel(node)) {
      hashes_.push_back(hash_of(*sentinel, run.is_running(node), newest));
    } else if (const model::DataNode* const data_node = run.data_node(node)) {
      hashes_.push_back(hash_of(*data_node, run.is_running(node)));
    }
  }
  std::ranges::sort(hashes_);
  std::uint64_t state = 0;
  for (const std::uint64_t hash : hashes_) state = mixed(state, hash);
  return state;
}

}  // namespace sentinel::analysis
