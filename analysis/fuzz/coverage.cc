#include "analysis/fuzz/coverage.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <variant>

#include "model/random.h"

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

enum class Rare : std::uint8_t {
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
struct RareRow {
  Rare what;
  std::string_view name;
  bool rare;
};
constexpr auto kRows = std::to_array<RareRow>({
    {Rare::kSplitVote, "split vote", false},
    {Rare::kTwoTriesForOneEpoch, "two tries for one epoch", false},
    {Rare::kNotElected, "abort: not elected", false},
    {Rare::kNoGoodReplica, "abort: no good slave", false},
    {Rare::kReplicaTimeout, "abort: slave timeout", false},
    {Rare::kEndForTimeout, "failover ends for time-out", false},
    {Rare::kReconfTimeout, "slave-reconf-sent time-out", true},
    {Rare::kTiltDuringVote, "TILT while it waits for votes", false},
    {Rare::kVoteInTilt, "vote in TILT", false},
    {Rare::kObserverFirst, "an observer switches before the leader", false},
    {Rare::kForcedDuringElection, "SENTINEL FAILOVER while another one wants to lead", true},
    {Rare::kTwoFailoversAtOnce, "a sentinel leads two failovers", false},
    {Rare::kConverted, "old master converted", false},
    {Rare::kFixed, "slave config fixed", false},
    {Rare::kReboot, "reboot", false},
    {Rare::kOdownLost, "odown lost while it waits for votes", false},
    {Rare::kLeaderDied, "leader dies in a failover", false},
    {Rare::kEqualConfigEpochs, "different masters with equal config epochs", true},
    {Rare::kElectedInOtherEpoch, "elected when the epoch is a later one", false},
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
  for (const RareRow& row : kRows) made.push_back({std::string{row.name}, row.rare});
  return made;
}

std::size_t place(FaultFamily family, FailoverState state) {
  return static_cast<std::size_t>(family) * kStates + static_cast<std::size_t>(state);
}
std::size_t place(Rare what) { return kFaultFamilies * kStates + static_cast<std::size_t>(what); }

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

std::uint64_t mixed(std::uint64_t hash, std::uint64_t value) { return model::mix_bits(hash ^ (value + 0x9E37ULL)); }

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
      if (family == FaultFamily::kCrash && leads && !run.is_running(sim::NodeId{i})) reach(place(Rare::kLeaderDied));
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
  const model::Master* const master = run.monitored(node, event.master_name);
  const std::uint32_t name = event.master_name.index;
  const auto waits = [](const model::Master& each) { return each.state == FailoverState::kWaitStart; };
  switch (event.kind) {
    case EventKind::kTryFailover: {
      if (master == nullptr) return;
      Try& one = tries_[{name, master->failover_epoch}];
      one.candidates.insert(node);
      if (one.candidates.size() > 1) reach(place(Rare::kTwoTriesForOneEpoch));
      if (master->forced && one.candidates.size() > 1) reach(place(Rare::kForcedDuringElection));
      if (std::ranges::count_if(sentinel->masters(), &model::Master::in_progress) > 1) {
        reach(place(Rare::kTwoFailoversAtOnce));
      }
      return;
    }
    case EventKind::kElectedLeader:
      if (master == nullptr) return;
      tries_[{name, master->failover_epoch}].elected = true;
      if (master->failover_epoch < sentinel->current_epoch()) reach(place(Rare::kElectedInOtherEpoch));
      return;
    case EventKind::kAbortNotElected: {
      reach(place(Rare::kNotElected));
      if (master == nullptr) return;
      const Try& one = tries_[{name, master->failover_epoch}];
      if (one.candidates.size() > 1 && !one.elected) reach(place(Rare::kSplitVote));
      return;
    }
    case EventKind::kAbortNoGoodReplica: return reach(place(Rare::kNoGoodReplica));
    case EventKind::kAbortReplicaTimeout: return reach(place(Rare::kReplicaTimeout));
    case EventKind::kFailoverEndForTimeout: return reach(place(Rare::kEndForTimeout));
    case EventKind::kReconfSentTimeout: return reach(place(Rare::kReconfTimeout));
    case EventKind::kTilt:
      if (std::ranges::any_of(sentinel->masters(), waits)) reach(place(Rare::kTiltDuringVote));
      return;
    case EventKind::kVoteForLeader:
      if (sentinel->tilt()) reach(place(Rare::kVoteInTilt));
      return;
    case EventKind::kConfigUpdateFrom: {
      if (master == nullptr) return;
      for (std::uint16_t i = 0; i < scenario_->nodes.size(); ++i) {
        const model::Master* const other = run.monitored(sim::NodeId{i}, event.master_name);
        if (other != nullptr && other->state == FailoverState::kReconfReplicas) reach(place(Rare::kObserverFirst));
      }
      return;
    }
    case EventKind::kConvertToReplica: return reach(place(Rare::kConverted));
    case EventKind::kFixReplicaConfig: return reach(place(Rare::kFixed));
    case EventKind::kReboot: return reach(place(Rare::kReboot));
    case EventKind::kOdownEnd:
      if (master != nullptr && waits(*master)) reach(place(Rare::kOdownLost));
      return;
    case EventKind::kSwitchMaster: {
      if (master == nullptr) return;
      for (std::uint16_t i = 0; i < scenario_->nodes.size(); ++i) {
        const model::Master* const other = run.monitored(sim::NodeId{i}, event.master_name);
        if (other != nullptr && other->config_epoch == master->config_epoch &&
            model::Sentinel::current_address(*other) != model::Sentinel::current_address(*master)) {
          reach(place(Rare::kEqualConfigEpochs));
        }
      }
      return;
    }
    default: return;
  }
}

std::uint64_t CoverageObserver::abstract_state(const sim::Run& run) {
  model::Epoch newest{};
  for (std::uint16_t i = 0; i < scenario_->nodes.size(); ++i) {
    if (const model::Sentinel* const sentinel = run.sentinel(sim::NodeId{i})) {
      newest = std::max(newest, sentinel->current_epoch());
    }
  }
  hashes_.clear();
  for (std::uint16_t i = 0; i < scenario_->nodes.size(); ++i) {
    const sim::NodeId node{i};
    if (const model::Sentinel* const sentinel = run.sentinel(node)) {
      std::uint64_t hash = run.is_running(node) ? 1 : 2;
      hash = mixed(hash, sentinel->tilt() ? 1 : 0);
      hash = mixed(hash, sentinel->current_epoch() == newest ? 1 : 0);
      for (const model::Master& master : sentinel->masters()) {
        hash = mixed(hash, static_cast<std::uint64_t>(master.state) * 16 + (master.s_down ? 1U : 0U) +
                               (master.o_down ? 2U : 0U) + (master.forced ? 4U : 0U));
        hash = mixed(hash, master.leader == sentinel->id() ? 1 : master.leader ? 2 : 3);
        hash = mixed(hash, master.leader_epoch == newest ? 1 : 0);
        hash = mixed(hash, master.config_epoch == newest ? 1 : 0);
        std::uint64_t replicas_down = 0;
        for (const model::Replica& replica : master.replicas) replicas_down += replica.s_down ? 1 : 0;
        std::uint64_t peers_down = 0;
        for (const model::Peer& peer : master.peers) peers_down += peer.s_down ? 1 : 0;
        hash = mixed(hash, replicas_down * 8 + std::min<std::uint64_t>(peers_down, 7));
      }
      hashes_.push_back(hash);
    } else if (const model::DataNode* const data = run.data_node(node)) {
      std::uint64_t hash = run.is_running(node) ? 5 : 6;
      hash = mixed(hash, (data->is_master() ? 1U : 0U) + (data->loading() ? 2U : 0U));
      hashes_.push_back(mixed(hash, static_cast<std::uint64_t>(data->replication_state())));
    }
  }
  std::ranges::sort(hashes_);
  std::uint64_t state = 0;
  for (const std::uint64_t hash : hashes_) state = mixed(state, hash);
  return state;
}

}  // namespace sentinel::analysis
