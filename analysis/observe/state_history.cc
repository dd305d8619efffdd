#include "analysis/observe/state_history.h"

#include <algorithm>
#include <array>
#include <utility>

#include "analysis/naming.h"
#include "model/rows.h"
#include "sim/query/sentinel_fields.h"

namespace sentinel::analysis {
namespace {

using What = StateFact::What;

struct Row {
  What what;
  std::string_view name;
};
constexpr auto kRows = std::to_array<Row>({
    {What::kProcess, "process"},
    {What::kRole, "role"},
    {What::kMaster, "master"},
    {What::kLink, "link"},
    {What::kTilt, "tilt"},
    {What::kEpoch, "epoch"},
    {What::kConfigEpoch, "config-epoch"},
    {What::kOpinion, "opinion"},
    {What::kFailover, "failover"},
    {What::kVote, "vote"},
    {What::kFlags, "flags"},
});
static_assert(model::in_order<&Row::what>(kRows), "state_fact_name() looks a row up by its fact");

std::string process_text(const sim::Run& run, sim::NodeId node) {
  if (!run.is_running(node)) return "down";
  if (run.is_stopped(node)) return "paused";
  const model::DataNode* const data_node = run.data_node(node);
  if (data_node != nullptr && data_node->loading()) return "loading";
  return run.answers(node) ? "running" : "busy";
}

std::string opinion_text(const model::Master& master) {
  if (master.o_down) return "o_down";
  return master.s_down ? "s_down" : "";
}

std::string vote_text(const sim::Run& run, const model::Master& master) {
  if (!master.leader) return "";
  return name_of(run, *master.leader) + " in epoch " + std::to_string(master.leader_epoch.value);
}

}  // namespace

std::string_view state_fact_name(What what) { return kRows[static_cast<std::size_t>(what)].name; }

void StateHistory::observe(const sim::Run& run) {
  for (std::uint16_t i = 0; i < scenario_->nodes.size(); ++i) observe(run, sim::NodeId{i});
}

void StateHistory::observe(const sim::Run& run, sim::NodeId node) {
  now_ = std::max(run.now(), scenario_->from);
  told_.clear();
  tell({.node = node, .what = What::kProcess}, process_text(run, node));
  if (run.is_running(node)) {
    if (const model::Sentinel* const sentinel = run.sentinel(node)) observe_sentinel(run, node, *sentinel);
    if (const model::DataNode* const data_node = run.data_node(node)) observe_data_node(node, *data_node);
  }
  // What is not told any more: of a process that died, or of an instance that a sentinel has forgotten.
  const Key first{node, What::kProcess, 0, -1};
  for (auto track = tracks_.lower_bound(first); track != tracks_.end() && track->second.fact.node == node; ++track) {
    if (std::ranges::find(told_, track->first) == told_.end()) set(track->second, "", now_);
  }
}

std::vector<StateTrack> StateHistory::tracks() const {
  std::vector<StateTrack> tracks;
  tracks.reserve(tracks_.size());
  for (const auto& [key, track] : tracks_) tracks.push_back(track);
  return tracks;
}

void StateHistory::observe_sentinel(const sim::Run& run, sim::NodeId node, const model::Sentinel& sentinel) {
  const sim::SentinelFields fields{sentinel, *scenario_, run.wall_clock(node)};
  tell({.node = node, .what = What::kTilt}, sentinel.tilt() ? "tilt" : "");
  tell({.node = node, .what = What::kEpoch}, std::to_string(sentinel.current_epoch().value));
  for (const model::Master& master : sentinel.masters()) {
    const auto tell_of_master = [&](What what, std::string value) {
      tell({.node = node, .what = what, .master = master.name}, std::move(value));
    };
    const auto tell_flags = [&](const model::Address& address, std::string flags) {
      const std::optional<sim::NodeId> other = scenario_->node_at(address);
      if (!other) return;
      tell({.node = node, .what = What::kFlags, .master = master.name, .other = other}, std::move(flags));
    };
    const bool leads = master.state != model::FailoverState::kNone;
    tell_of_master(What::kMaster, name_of(*scenario_, model::Sentinel::current_address(master)));
    tell_of_master(What::kConfigEpoch, std::to_string(master.config_epoch.value));
    tell_of_master(What::kOpinion, opinion_text(master));
    tell_of_master(What::kFailover, leads ? std::string{sim::failover_state_name(master.state)} : "");
    tell_of_master(What::kVote, vote_text(run, master));
    tell_flags(master.address, fields.flags_of(master));
    for (const model::Replica& replica : master.replicas) tell_flags(replica.address, fields.flags_of(replica));
    for (const model::Peer& peer : master.peers) tell_flags(peer.address, fields.flags_of(peer));
  }
}

void StateHistory::observe_data_node(sim::NodeId node, const model::DataNode& data_node) {
  const bool connected = data_node.replication_state() == model::ReplicationState::kConnected;
  tell({.node = node, .what = What::kRole}, data_node.is_master() ? "master" : "replica");
  tell({.node = node, .what = What::kMaster}, data_node.master() ? name_of(*scenario_, *data_node.master()) : "");
  tell({.node = node, .what = What::kLink}, data_node.is_master() ? "" : connected ? "up" : "down");
}

StateHistory::Key StateHistory::key_of(const StateFact& fact) {
  return {fact.node, fact.what, fact.master.index, fact.other ? static_cast<std::int32_t>(*fact.other) : -1};
}

void StateHistory::tell(const StateFact& fact, std::string value) {
  const Key key = key_of(fact);
  told_.push_back(key);
  const auto found = tracks_.find(key);
  if (found == tracks_.end() && value.empty()) return;
  set(found == tracks_.end() ? tracks_.emplace(key, StateTrack{.fact = fact, .changes = {}}).first->second
                             : found->second,
      std::move(value), now_);
}

void StateHistory::set(StateTrack& track, std::string value, sim::SimTime at) {
  std::vector<StateChange>& changes = track.changes;
  if (!changes.empty() && changes.back().at == at) changes.pop_back();  // only how a moment ends counts
  const bool is_news = changes.empty() ? !value.empty() : changes.back().value != value;
  if (is_news) changes.push_back({at, std::move(value)});
}

}  // namespace sentinel::analysis
