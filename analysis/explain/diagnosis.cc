#include "analysis/explain/diagnosis.h"

#include <algorithm>
#include <array>
#include <boost/algorithm/string/join.hpp>
#include <chrono>
#include <map>
#include <set>
#include <utility>

#include "analysis/explain/diagnosis_at_end.h"
#include "analysis/explain/diagnosis_text.h"
#include "analysis/observe/phases.h"
#include "analysis/step_text.h"
#include "sim/event_text.h"
#include "sim/formats.h"
#include "sim/units.h"

namespace sentinel::analysis {
namespace {

using namespace std::chrono_literals;
using enum Finding::Kind;
using model::EventKind;
using model::InstanceKind;
using sim::MomentNumber;
using sim::NodeId;

// Less is the rhythm of questions and ticks.
constexpr sim::Micros kLong = 3s;

class Diagnosis {
 public:
  explicit Diagnosis(const CauseFinder& causes) : causes_(&causes) {}

  std::vector<Finding> find() {
    for (std::size_t i = 0; i < history().records().size(); ++i) {
      const model::Event* const event = causes_->event_at(i);
      if (event == nullptr) continue;
      const Fact fact = causes_->event_fact(i);
      switch (event->kind) {
        case EventKind::kAbortNotElected: not_elected(fact, *event); break;
        case EventKind::kAbortNoGoodReplica: no_good_replica(fact, *event); break;
        case EventKind::kAbortReplicaTimeout: not_promoted(fact, *event); break;
        case EventKind::kFailoverEndForTimeout: not_reconfigured(fact, *event); break;
        case EventKind::kNextFailoverDelay: waited(fact, *event); break;
        case EventKind::kWaitPromotion: leader_lost(fact, *event); break;
        case EventKind::kElectedLeader: many_masters(fact, *event); break;
        case EventKind::kSdown:
          if (event->subject == InstanceKind::kMaster) not_agreed(fact, *event);
          break;
        default: break;
      }
    }
    not_noticed();
    for (Finding& finding : findings_at_end(*causes_)) add(std::move(finding));
    std::ranges::stable_sort(findings_, {}, [](const Finding& finding) { return std::pair{finding.kind, finding.at}; });
    return std::move(findings_);
  }

 private:
  const sim::Scenario& scenario() const { return causes_->scenario(); }
  const sim::History& history() const { return causes_->history(); }
  std::string name(NodeId node) const { return causes_->name(node); }
  std::string name(const model::Id& sentinel) const { return causes_->name(sentinel); }
  std::string names(const std::vector<NodeId>& nodes) const { return names_text(scenario(), nodes); }
  std::string title(const model::Event& event) const { return std::string{scenario().symbols.text(event.master_name)}; }

  void add(Finding finding);
  void not_elected(const Fact& fact, const model::Event& event);
  void no_good_replica(const Fact& fact, const model::Event& event);
  void not_promoted(const Fact& fact, const model::Event& event);
  void not_reconfigured(const Fact& fact, const model::Event& event);
  void waited(const Fact& fact, const model::Event& event);
  void leader_lost(const Fact& fact, const model::Event& event);
  void many_masters(const Fact& fact, const model::Event& event);
  void not_agreed(const Fact& fact, const model::Event& event);
  void not_noticed();
  std::string why_no_reply_was_missed(const Incident& incident) const;
  std::optional<Fact> reset_before(const Fact& fact, const model::Event& event) const;
  // The first event after that record that `is_meant`.
  template <class Predicate>
  std::optional<Fact> next_event(std::size_t record, Predicate is_meant) const {
    for (std::size_t i = record + 1; i < history().records().size(); ++i) {
      const model::Event* const event = causes_->event_at(i);
      if (event != nullptr && is_meant(history().records()[i].record.node, *event)) return causes_->event_fact(i);
    }
    return std::nullopt;
  }

  const CauseFinder* causes_;
  std::vector<Finding> findings_;
};

void Diagnosis::add(Finding finding) {
  for (Finding& known : findings_) {
    if (known.kind != finding.kind || known.master != finding.master) continue;
    if (known.node != finding.node && known.count != finding.count) continue;
    if (known.node == finding.node) {
      ++known.times;
    } else if (std::ranges::find(known.also, finding.node) == known.also.end()) {
      known.also.push_back(finding.node);
    }
    return;
  }
  findings_.push_back(std::move(finding));
}

// --- election -----------------------------------------------------------------------------------------------

// sentinelGetLeader() counts all that it knows as voters, whether they live or not.
void Diagnosis::not_elected(const Fact& fact, const model::Event& event) {
  const sim::Run then = causes_->replay().before(history().handled_in(fact.moment));
  const model::Master* const master = then.monitored(*fact.node, event.master_name);
  if (master == nullptr) return;
  // Another one was: that is how it should be.
  for (std::size_t i = fact.index; i-- > 0;) {
    const sim::HistoricRecord& said = history().records()[i];
    const auto* const other = std::get_if<model::Event>(&said.record.what);
    if (other == nullptr || other->master_name != event.master_name) continue;
    if (other->kind == EventKind::kElectedLeader) return;
    if (other->kind == EventKind::kTryFailover && said.record.node == *fact.node) break;
  }
  const model::Sentinel& sentinel = *then.sentinel(*fact.node);
  const std::size_t voters = master->peers.size() + 1;
  const std::size_t needed = std::max<std::size_t>(voters / 2 + 1, static_cast<std::size_t>(master->quorum));

  std::map<std::string, std::vector<NodeId>> votes;  // by candidate
  for (const sim::HistoricRecord& said : history().records()) {
    const auto* const vote = std::get_if<model::Event>(&said.record.what);
    const bool counts = vote != nullptr && vote->kind == EventKind::kVoteForLeader &&
                        vote->master_name == event.master_name && vote->epoch == master->failover_epoch &&
                        said.moment <= fact.moment;
    if (counts) votes[name(vote->candidate)].push_back(said.record.node);
  }
  std::vector<NodeId> silent;
  std::vector<std::string> strangers;
  for (const model::Peer& peer : master->peers) {
    if (!peer.s_down && !sentinel.link_of(peer).disconnected) continue;
    const std::optional<NodeId> node = scenario().node_at(peer.address);
    if (node) {
      silent.push_back(*node);
    } else {
      strangers.push_back(sim::name_and_port(peer.address, scenario().symbols));
    }
  }
  const std::size_t absent = silent.size() + strangers.size();
  const auto is_mine = [&](const model::Peer& peer) {
    return peer.leader == sentinel.id() && peer.leader_epoch == master->failover_epoch;
  };
  const auto own = votes.find(name(sentinel.id()));
  const std::size_t cast = own == votes.end() ? 0 : own->second.size();
  const bool for_itself = own != votes.end() && std::ranges::find(own->second, *fact.node) != own->second.end();
  const auto got = static_cast<std::size_t>(std::ranges::count_if(master->peers, is_mine)) + (for_itself ? 1U : 0U);
  const std::string me = name(*fact.node);

  std::string split;
  for (const auto& [candidate, from] : votes) {
    if (!from.empty())
      split += (split.empty() ? "" : ", ") + candidate + " " + std::to_string(from.size()) + " (" + names(from) + ")";
  }
  Finding finding{.kind = kNotElected, .at = fact.at, .node = *fact.node, .master = event.master_name};
  std::ranges::sort(silent);
  std::string who = names(silent);
  for (const std::string& stranger : strangers) who += (who.empty() ? "" : ", ") + stranger;
  const std::string epoch = "epoch " + std::to_string(master->failover_epoch.value);
  if (absent > 0 && voters - absent < needed) {
    finding.what = me + " is not elected to fail over " + title(event) + ": " + counted(got, "vote") + " of " +
                   std::to_string(needed) + " needed (a majority of the " + std::to_string(voters) +
                   " that it knows, quorum " + std::to_string(master->quorum) + "), but " + std::to_string(absent) +
                   " of these cannot be reached and still count: " + who;
    if (votes.size() > 1) finding.details.push_back("votes in " + epoch + ": " + split);
    if (cast > got) finding.details.push_back(counted(cast - got, "vote") + " for it did not arrive");
  } else {
    finding.what = me + " is not elected to fail over " + title(event) + ": " +
                   (votes.size() > 1 ? "split vote in " : "too few votes in ") + epoch + ": " + split + "; " +
                   std::to_string(needed) + " needed (a majority of the " + std::to_string(voters) +
                   " that it knows, quorum " + std::to_string(master->quorum) + ")";
    if (cast > got) finding.details.push_back(counted(cast - got, "vote") + " for it did not arrive");
    if (absent > 0) finding.details.push_back(std::to_string(absent) + " cannot be reached and still count: " + who);
  }
  finding.count = got;
  if (sentinel.current_epoch() > master->failover_epoch) {
    finding.details.push_back("the current epoch is " + std::to_string(sentinel.current_epoch().value) +
                              " by then, and votes of an older epoch do not count");
  }
  add(std::move(finding));
}

// Each try takes an epoch of its own, and votes are counted for the newest.
void Diagnosis::many_masters(const Fact& fact, const model::Event& event) {
  std::set<std::uint32_t> masters;
  std::optional<Fact> tried;
  std::uint64_t newest = 0;
  for (std::size_t i = 0; i < fact.index; ++i) {
    const sim::HistoricRecord& said = history().records()[i];
    const auto* const other = std::get_if<model::Event>(&said.record.what);
    if (other == nullptr || said.record.node != *fact.node) continue;
    if (other->kind == EventKind::kNewEpoch) newest = other->epoch.value;
    if (other->kind != EventKind::kTryFailover) continue;
    if (fact.at - said.record.at < 10s) masters.insert(other->master_name.index);
    if (other->master_name == event.master_name) tried = causes_->event_fact(i);
  }
  if (masters.size() < 2 || !tried || fact.at - tried->at < 500ms) return;
  Finding finding{.kind = kManyMasters, .at = fact.at, .node = *fact.node, .master = {}};
  finding.what = name(*fact.node) + " fails over " + std::to_string(masters.size()) +
                 " masters at once: each try takes a new epoch (now " + std::to_string(newest) +
                 "), and only votes of the newest epoch count";
  finding.details.push_back(title(event) + ", tried at " + sim::time_text(tried->at) + ", is elected " +
                            seconds(fact.at - tried->at) +
                            " later: the others must be asked again, once a second, and answer with the newest epoch");
  add(std::move(finding));
}

// --- promotion ----------------------------------------------------------------------------------------------

void Diagnosis::no_good_replica(const Fact& fact, const model::Event& event) {
  const sim::Run then = causes_->replay().before(history().handled_in(fact.moment));
  const model::Master* const master = then.monitored(*fact.node, event.master_name);
  if (master == nullptr) return;
  const model::Instant now = history().records()[fact.index].record.clock;
  Finding finding{.kind = kNoGoodReplica, .at = fact.at, .node = *fact.node, .master = event.master_name};
  finding.what = name(*fact.node) + " is elected, but none of the " + counted(master->replicas.size(), "replica") +
                 " of " + title(event) + " may be promoted";
  if (master->replicas.empty()) {
    finding.what = name(*fact.node) + " is elected, but knows no replica of " + title(event);
    if (const auto reset = reset_before(fact, event)) {
      finding.details.push_back("SENTINEL RESET at " + sim::time_text(reset->at) +
                                " made it forget them, and a dead master's INFO cannot name them");
    }
  }
  if (master->replicas.size() == 1) {
    finding.what = name(*fact.node) + " is elected, but the only replica of " + title(event) + " may not be promoted";
  }
  for (const model::Replica& replica : master->replicas) {
    finding.details.push_back(exclusion_text(*causes_, *then.sentinel(*fact.node), now, *master, replica));
  }
  add(std::move(finding));
}

void Diagnosis::not_promoted(const Fact& fact, const model::Event& event) {
  const sim::Run then = causes_->replay().before(history().handled_in(fact.moment));
  const model::Master* const master = then.monitored(*fact.node, event.master_name);
  if (master == nullptr || !master->promoted) return;
  const model::Replica& chosen = master->replicas[*master->promoted];
  const std::string who = causes_->name(chosen.address);
  Finding finding{.kind = kNotPromoted, .at = fact.at, .node = *fact.node, .master = event.master_name};
  finding.what = who + ", selected by " + name(*fact.node) + ", does not become a master within failover-timeout (" +
                 sim::format_duration(master->failover_timeout) + ")";
  const std::optional<std::string> refusal = refusal_text(*causes_, chosen.address, *fact.node, fact.moment);
  if (refusal) finding.details.push_back(who + " answers SLAVEOF NO ONE with an error: " + *refusal);
  if (finding.details.empty()) finding.details.push_back("its INFO never says role:master");
  add(std::move(finding));
}

// Whoever was killed between SLAVEOF NO ONE and the end of the failover.
void Diagnosis::leader_lost(const Fact& fact, const model::Event& event) {
  const auto ends = next_event(fact.index, [&](NodeId node, const model::Event& other) {
    using enum EventKind;
    const bool is_end = other.kind == kSwitchMaster || other.kind == kAbortReplicaTimeout;
    return is_end && node == *fact.node && other.master_name == event.master_name;
  });
  const sim::SimTime until = ends ? ends->at : scenario().until;
  const std::optional<Fact> killed = causes_->fault_of(*fact.node, *fact.node, until);
  const auto told = next_event(fact.index, [&](NodeId node, const model::Event& other) {
    return other.kind == EventKind::kSwitchMaster && other.master_name == event.master_name && node != *fact.node;
  });
  if (!killed || killed->at < fact.at || (told && told->at < killed->at + 1s)) return;
  if (causes_->replay().after(killed->moment).answers(*fact.node)) return;
  const std::string promoted = causes_->name(event.address);
  Finding finding{.kind = kLeaderLost, .at = killed->at, .node = *fact.node, .master = event.master_name};
  finding.what = name(*fact.node) + ", the leader of the failover, is gone at " + sim::time_text(killed->at) +
                 " after it sent SLAVEOF NO ONE to " + promoted + ": nobody tells of the new master";
  finding.details.push_back("the others voted for " + name(*fact.node) +
                            ", so none of them tries before 2 x failover-timeout are over");
  add(std::move(finding));
}

// --- reconfiguration ----------------------------------------------------------------------------------------

void Diagnosis::not_reconfigured(const Fact& fact, const model::Event& event) {
  const sim::Run then = causes_->replay().before(history().handled_in(fact.moment));
  const model::Master* const master = then.monitored(*fact.node, event.master_name);
  if (master == nullptr) return;
  using enum model::Replica::Reconf;
  Finding finding{.kind = kNotReconfigured, .at = fact.at, .node = *fact.node, .master = event.master_name};
  std::vector<std::string> stuck;
  std::vector<std::string> waiting;
  for (const model::Replica& replica : master->replicas) {
    if (replica.promoted || replica.has(kDone) || replica.s_down) continue;
    const std::string who = causes_->name(replica.address);
    if (replica.has(kSent)) {
      stuck.push_back(who);
      const std::optional<std::string> refusal = refusal_text(*causes_, replica.address, *fact.node, fact.moment);
      finding.details.push_back(who + " was sent SLAVEOF, " +
                                (refusal ? "and answers with an error: " + *refusal
                                         : std::string{"and its INFO never names the new master"}));
    } else if (replica.has(kInProgress)) {
      stuck.push_back(who);
      finding.details.push_back(who + " follows the new master, but its link to it does not come up");
    } else {
      waiting.push_back(who);
    }
  }
  const std::string who = boost::algorithm::join(stuck, ", ");
  finding.what = "the failover of " + title(event) + " by " + name(*fact.node) + " ends only after failover-timeout (" +
                 sim::format_duration(master->failover_timeout) + ")" +
                 (who.empty() ? "" : ": " + who + " holds it up");
  const model::Address promoted = master->replicas[*master->promoted].address;
  const auto itself = next_event(fact.index, [&](NodeId node, const model::Event& other) {
    return node == *fact.node && other.kind == EventKind::kReconfSentBestEffort && other.address == promoted;
  });
  if (itself) {
    finding.details.push_back("then " + causes_->name(promoted) +
                              ", just promoted, is told to replicate itself (up to 5.0.7)");
  }
  if (!waiting.empty()) {
    finding.details.push_back(boost::algorithm::join(waiting, ", ") +
                              " waits for its turn until then: parallel-syncs is " +
                              std::to_string(master->parallel_syncs));
  }
  add(std::move(finding));
}

// --- waits --------------------------------------------------------------------------------------------------

// sentinelStartFailoverIfNeeded() logs it once.
void Diagnosis::waited(const Fact& fact, const model::Event& event) {
  const auto next = next_event(fact.index, [&](NodeId, const model::Event& other) {
    return other.kind == EventKind::kTryFailover && other.master_name == event.master_name;
  });
  const auto switched = next_event(fact.index, [&](NodeId, const model::Event& other) {
    return other.kind == EventKind::kSwitchMaster && other.master_name == event.master_name;
  });
  // While another one does the work, nobody has to try.
  if (switched && switched->at < fact.at + kLong && (!next || switched->at < next->at)) return;
  const sim::Run then = causes_->replay().before(history().handled_in(fact.moment));
  const model::Master* const master = then.monitored(*fact.node, event.master_name);
  if (master == nullptr) return;
  const sim::SimTime until = fact.at + (event.until - history().records()[fact.index].record.clock);
  const model::Sentinel& sentinel = *then.sentinel(*fact.node);
  const bool own = master->leader == sentinel.id();
  Finding finding{.kind = kWaited, .at = fact.at, .node = *fact.node, .master = event.master_name};
  finding.until = until;
  finding.what = name(*fact.node) + " does not try again before " + sim::time_text(until) + ": 2 x failover-timeout (" +
                 sim::format_duration(2 * master->failover_timeout) + ") after its " +
                 (own ? "last try" : "vote for another sentinel");
  add(std::move(finding));
}

// --- agreement ----------------------------------------------------------------------------------------------

std::optional<Fact> Diagnosis::reset_before(const Fact& fact, const model::Event& event) const {
  for (std::size_t i = fact.index; i-- > 0;) {
    const sim::HistoricRecord& said = history().records()[i];
    const auto* const other = std::get_if<model::Event>(&said.record.what);
    const bool is_reset = other != nullptr && other->kind == EventKind::kResetMaster &&
                          said.record.node == *fact.node && other->master_name == event.master_name;
    if (is_reset) return causes_->event_fact(i);
  }
  return std::nullopt;
}

void Diagnosis::not_agreed(const Fact& fact, const model::Event& event) {
  const auto agreed = next_event(fact.index, [&](NodeId node, const model::Event& other) {
    using enum EventKind;
    if (other.master_name != event.master_name) return false;
    return other.kind == kSwitchMaster ||
           (node == *fact.node &&
            (other.kind == kOdown || (other.kind == kSdownEnd && other.subject == InstanceKind::kMaster)));
  });
  const sim::SimTime until = agreed ? agreed->at : scenario().until;
  const bool is_odown = agreed && causes_->event_of(*agreed).kind == EventKind::kOdown;
  if (until - fact.at < kLong || (agreed && causes_->event_of(*agreed).kind == EventKind::kSwitchMaster)) return;
  const sim::Run then = agreed ? causes_->replay().before(history().handled_in(agreed->moment)) : causes_->end();
  const model::Master* const master = then.monitored(*fact.node, event.master_name);
  if (master == nullptr || !then.is_running(*fact.node)) return;
  const auto votes = 1 + std::ranges::count_if(master->peers, &model::Peer::says_master_down);
  Finding finding{.kind = kNotAgreed, .at = fact.at, .node = *fact.node, .master = event.master_name};
  finding.count = static_cast<std::size_t>(votes);
  finding.what = name(*fact.node) + " says +sdown at " + sim::time_text(fact.at) + ", but " +
                 (is_odown ? "+odown comes only at " + sim::time_text(until) : std::string{"there is no +odown"}) +
                 ": " + std::to_string(votes) + " of the " + std::to_string(master->quorum) +
                 " that the quorum needs agree";
  if (master->peers.empty()) {
    const std::optional<Fact> reset = reset_before(fact, event);
    finding.details.push_back(reset ? "SENTINEL RESET at " + sim::time_text(reset->at) +
                                          " made it forget the other sentinels and the replicas; a dead master brings "
                                          "no hello and no INFO that would name them"
                                    : std::string{"it knows no other sentinel"});
  }
  for (const model::Peer& peer : master->peers) {
    if (!peer.says_master_down) finding.details.push_back(disagreement_text(*causes_, then, *fact.node, *master, peer));
  }
  add(std::move(finding));
}

// --- detection ----------------------------------------------------------------------------------------------

// By what the sentinels have sent to masters since the fault, and got.
std::string Diagnosis::why_no_reply_was_missed(const Incident& incident) const {
  MomentNumber first = 1;
  while (first < history().size() && history().moment(first).at < sim::SimTime{incident.fault}) ++first;
  const sim::Run then = causes_->replay().before(first);
  const auto is_master = [&](std::optional<NodeId> node) {
    const model::DataNode* const data_node = node ? then.data_node(*node) : nullptr;
    return data_node != nullptr && data_node->is_master();
  };
  const sim::SimTime back = incident.back ? sim::SimTime{*incident.back} : scenario().until;
  bool pinged = false;  // while it was gone
  std::optional<sim::SimTime> answered;
  for (const sim::SentMessage& message : history().messages()) {
    if (message.sent_in <= first) continue;
    const bool is_ping = std::holds_alternative<model::Ping>(message.message);
    pinged = pinged || (is_ping && is_master(message.to) && history().moment(message.sent_in).at < back);
    const auto* const reply = std::get_if<model::StatusReply>(&message.message);
    if (reply == nullptr || message.callback.what != model::Callback::What::kPing || !is_master(message.from)) continue;
    if (reply->status == model::Status::kLoading)
      return "it loads its data, and -LOADING is an acceptable reply to PING";
    answered = history().moment(message.sent_in).at;
    break;
  }
  if (!pinged && !answered)
    return "no PING was sent to it: up to 4.0.9 an INFO that is due is sent instead, and it hangs";
  if (answered) return "it answers PING at " + sim::time_text(*answered) + ", before down-after is over";
  return "none waits for an acceptable reply to a PING for as long as down-after";
}

void Diagnosis::not_noticed() {
  const std::optional<Incident> incident = incident_of(scenario());
  if (!incident) return;
  const bool noticed = std::ranges::any_of(history().records(), [&](const sim::HistoricRecord& said) {
    const auto* const event = std::get_if<model::Event>(&said.record.what);
    return event != nullptr && said.record.at.time_since_epoch() >= incident->fault &&
           event->subject == InstanceKind::kMaster &&
           (event->kind == EventKind::kSdown || event->kind == EventKind::kTryFailover);
  });
  if (noticed) return;
  const auto is_sentinel = [](const sim::Node& node) { return node.is_sentinel(); };
  const auto first = std::ranges::find_if(scenario().nodes, is_sentinel);
  if (first == scenario().nodes.end()) return;
  bool runs = false;
  bool acts = false;
  model::Millis down_after{0};
  for (std::uint16_t i = 0; i < scenario().nodes.size(); ++i) {
    const model::Sentinel* const sentinel = causes_->end().sentinel(NodeId{i});
    if (sentinel == nullptr || !causes_->end().is_running(NodeId{i})) continue;
    runs = true;
    acts = acts || !sentinel->tilt();
    for (const model::Master& master : sentinel->masters()) down_after = std::max(down_after, master.down_after);
  }
  const bool is_soon = scenario().until.time_since_epoch() - incident->fault <= down_after;
  Finding finding{.kind = kNotNoticed, .at = sim::SimTime{incident->fault}};
  finding.node = sim::node_id(first - scenario().nodes.begin());
  finding.what =
      "no sentinel says +sdown of a master: " + std::string{!runs     ? "none runs"
                                                            : !acts   ? "all that run are in TILT"
                                                            : is_soon ? "the run ends before down-after is over"
                                                                      : why_no_reply_was_missed(*incident)};
  add(std::move(finding));
}

}  // namespace

std::string_view finding_name(Finding::Kind kind) {
  static constexpr std::array<std::string_view, kFindingKinds> kNames = {
      "leader-lost",      "many-masters", "not-elected",   "no-good-replica", "not-promoted", "not-agreed",
      "not-reconfigured", "waited",       "not-converted", "not-switched",    "not-noticed"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::vector<Finding> diagnose(const CauseFinder& causes) { return Diagnosis{causes}.find(); }

}  // namespace sentinel::analysis
