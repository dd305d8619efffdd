// Why a sentinel said an event when it said it: for each kind the rule of Sentinel that let it wait.
#include <algorithm>
#include <initializer_list>

#include "analysis/explain/causes.h"
#include "sim/units.h"

namespace sentinel::analysis {
namespace {

using sim::MomentNumber;
using sim::SentMessage;
using Kind = Fact::Kind;
using model::EventKind;
using model::InstanceKind;
using What = model::Callback::What;

// Who has not had to wait for longer has not had to wait.
constexpr sim::Micros kTwoTicks{200'000};

bool contains(std::initializer_list<EventKind> kinds, EventKind kind) {
  return std::ranges::find(kinds, kind) != kinds.end();
}

std::string text_of(model::Millis period) { return sim::format_duration(period); }

bool is_acceptable(const SentMessage& message) {
  const auto* const reply = std::get_if<model::StatusReply>(&message.message);
  return reply != nullptr && message.callback.what == What::kPing && model::shows_life(reply->status);
}

}  // namespace

// The last of these events about the same master, by the same sentinel.
std::vector<Cause> CauseFinder::after(const Fact& fact, std::initializer_list<EventKind> kinds,
                                      const char* wait) const {
  const model::Event& event = event_of(fact);
  const std::optional<Fact> before = last_event(*fact.node, fact, [&](const model::Event& other) {
    return contains(kinds, other.kind) && other.master_name == event.master_name;
  });
  if (before) return {{*before, wait}};
  return {};
}

std::vector<Cause> CauseFinder::causes_of_event(const Fact& fact) const {
  using enum EventKind;
  const char* const next_tick = "its next tick (10 a second): the state machine takes one step a tick";
  switch (event_of(fact).kind) {
    case kSdown: return of_sdown(fact);
    case kOdown: return of_odown(fact);
    case kTryFailover: return of_try(fact);
    case kElectedLeader: return of_elected(fact);
    case kReconfSent: return of_reconf_sent(fact);
    case kFailoverEnd: return of_failover_end(fact);
    case kSwitchMaster: return of_switch(fact);
    case kConvertToReplica:
    case kFixReplicaConfig: return of_repair(fact);
    case kPromotedReplica: return of_promoted(fact);
    case kSelectReplica: return after(fact, {kElectedLeader}, "");
    case kSelectedReplica:
    case kAbortNoGoodReplica: return after(fact, {kSelectReplica}, next_tick);
    case kSendReplicaofNoOne: return after(fact, {kSelectedReplica}, "");
    case kWaitPromotion: return after(fact, {kSendReplicaofNoOne}, next_tick);
    case kReconfReplicas: return after(fact, {kPromotedReplica}, "");
    case kReconfSentBestEffort: return after(fact, {kFailoverEnd}, "");
    case kTiltEnd: return after(fact, {kTilt}, "30 s without a jump of the clock or a stall");
    case kAbortNotElected:
      return after(fact, {kTryFailover, kVoteForLeader}, "not enough votes for min(10 s, failover-timeout)");
    case kAbortReplicaTimeout:
      return after(fact, {kWaitPromotion, kSendReplicaofNoOne}, "failover-timeout without a promotion");
    case kFailoverEndForTimeout:
      return after(fact, {kReconfReplicas}, "failover-timeout: not all replicas were reconfigured");
    default: break;
  }
  if (const std::optional<Fact> input = input_fact(fact.moment)) return {{*input, wait_for_disk(fact.moment)}};
  return of_tick(fact);
}

// What is said at a tick, and has no rule of its own above: mostly something was said just before.
std::vector<Cause> CauseFinder::of_tick(const Fact& fact) const {
  using enum EventKind;
  std::vector<Cause> causes;
  const auto add = [&](const std::optional<Fact>& found, const char* wait) {
    if (found) causes.push_back({*found, wait});
  };
  switch (event_of(fact).kind) {
    case kNewEpoch:  // it does not say of which master
      add(last_event(*fact.node, fact,
                     [](const model::Event& other) { return contains({kOdown, kUserFailover}, other.kind); }),
          "its next tick");
      break;
    case kVoteForLeader: return after(fact, {kTryFailover}, "");
    case kNextFailoverDelay: return after(fact, {kTryFailover, kVoteForLeader, kOdown}, "");
    case kOdownEnd: return after(fact, {kSdownEnd, kOdown}, "");
    case kReplica: return after(fact, {kSwitchMaster}, "");
    case kTilt:
      add(fault_of(*fact.node, *fact.node, fact.at), "a tick finds that more than 2 s have passed, or less than none");
      break;
    case kSdownEnd: {
      const auto reply = last_arrived(fact.moment, [&](const SentMessage& message) {
        return message.to == fact.node && message.from == scenario().node_at(event_of(fact).address) &&
               is_acceptable(message);
      });
      if (reply) add(arrived_fact(*reply), "its next tick");
      break;
    }
    case kScriptError:
    case kScriptTimeout: add(what_it_was_run_for(fact), "the script ran, and did not end well"); break;
    default: break;
  }
  return causes;
}

// The event before the last script was started.
std::optional<Fact> CauseFinder::what_it_was_run_for(const Fact& script) const {
  for (std::size_t i = script.index; i-- > 0;) {
    const sim::HistoricRecord& said = history().records()[i];
    if (said.record.node != *script.node || !std::holds_alternative<model::StartScript>(said.record.what)) continue;
    return last_event(*script.node, {.kind = Kind::kEvent, .index = static_cast<std::uint32_t>(i)},
                      [](const model::Event& event) { return event.published; });
  }
  return std::nullopt;
}

// sentinelCheckSubjectivelyDown(): the clock runs from the first PING after the last acceptable reply.
std::vector<Cause> CauseFinder::of_sdown(const Fact& fact) const {
  const model::Event& event = event_of(fact);
  const std::optional<sim::NodeId> target = scenario().node_at(event.address);
  const sim::Run then = replay_->before(history().handled_in(fact.moment));
  const model::Master* const master = then.monitored(*fact.node, event.master_name);
  const std::string period =
      master == nullptr ? std::string{"down-after"} : "down-after (" + text_of(master->down_after) + ")";
  if (!target) return {};

  if (master != nullptr && event.subject == InstanceKind::kMaster) {
    const model::Sentinel& sentinel = *then.sentinel(*fact.node);
    const model::Link& link = sentinel.link_of(*master);
    const bool hears = link.active_ping == model::kNever && !link.disconnected;
    if (hears) {
      if (std::vector<Cause> role = after(fact, {EventKind::kRoleChanged}, "");
          !role.empty() && master->role_reported == InstanceKind::kReplica) {
        role.front().wait = "it says that it is a replica: down after " + period + " and two INFO periods (20 s)";
        return role;
      }
      return after(fact, {EventKind::kReboot}, "master-reboot-down-after-period");
    }
  }
  const auto heard = last_arrived(fact.moment, [&](const SentMessage& message) {
    return message.to == fact.node && message.from == target && is_acceptable(message);
  });
  const MomentNumber since = heard ? history().messages()[*heard].arrived_in : 0;
  const std::vector<SentMessage>& messages = history().messages();
  const auto ping = std::ranges::find_if(messages, [&](const SentMessage& message) {
    return message.sent_in > since && message.from == fact.node && message.to == target &&
           std::holds_alternative<model::Ping>(message.message);
  });
  std::vector<Cause> causes;
  const std::optional<Fact> fault = fault_of(*target, *fact.node, fact.at);
  if (ping != messages.end() && ping->sent_in <= fact.moment) {
    const Fact sent = sent_fact(static_cast<std::size_t>(ping - messages.begin()));
    const bool before_fault = fault && sent.at < fault->at;
    causes.push_back(
        {before_fault ? *fault : sent, "no acceptable reply to PING for " + period + ", then the next tick"});
  } else if (heard) {
    causes.push_back({arrived_fact(*heard), "no connection, and the last reply is older than " + period});
  } else if (fault) {
    causes.push_back({*fault, "no reply for " + period});
  }
  return causes;
}

// sentinelCheckObjectivelyDown(): with a quorum of those who say so.
std::vector<Cause> CauseFinder::of_odown(const Fact& fact) const {
  std::vector<Cause> causes = after(fact, {EventKind::kSdown}, "a quorum of 1 is enough");
  const model::Event& event = event_of(fact);
  const sim::Run then = replay_->after(history().handled_in(fact.moment));
  const model::Master* const master = then.monitored(*fact.node, event.master_name);
  if (master == nullptr) return causes;
  for (const model::Peer& peer : master->peers) {
    if (!peer.says_master_down) continue;
    const auto reply = last_arrived(fact.moment, [&](const SentMessage& message) {
      const auto* const answer = std::get_if<model::IsMasterDownReply>(&message.message);
      return answer != nullptr && message.to == fact.node && answer->down &&
             message.from == scenario().node_at(peer.address);
    });
    if (reply)
      causes.push_back({arrived_fact(*reply),
                        "its next tick counts " + std::to_string(event.value) + " of " + std::to_string(event.quorum)});
  }
  return causes;
}

// sentinelStartFailoverIfNeeded(), and SENTINEL FAILOVER.
std::vector<Cause> CauseFinder::of_try(const Fact& fact) const {
  using enum EventKind;
  std::vector<Cause> causes = after(fact, {kOdown, kUserFailover}, "");
  const model::Event& event = event_of(fact);
  const std::optional<Fact> before = last_event(*fact.node, fact, [&](const model::Event& other) {
    const bool blocks = other.kind == kTryFailover || other.kind == kVoteForLeader;
    return blocks && other.master_name == event.master_name;
  });
  const sim::Run then = replay_->before(history().handled_in(fact.moment));
  const model::Master* const master = then.monitored(*fact.node, event.master_name);
  if (!before || master == nullptr || causes.empty() || causes.front().fact.at > fact.at - kTwoTicks) return causes;
  const std::string whose =
      event_of(*before).kind == kTryFailover || event_of(*before).candidate == then.sentinel(*fact.node)->id()
          ? "its last try"
          : "its vote for another";
  return {{*before, "no new try for 2 x failover-timeout (" + text_of(2 * master->failover_timeout) + ") after " +
                        whose + ", and a random part of 1 s"}};
}

// sentinelGetLeader(): a majority of all that it knows, and a quorum.
std::vector<Cause> CauseFinder::of_elected(const Fact& fact) const {
  std::vector<Cause> causes = after(fact, {EventKind::kUserFailover}, "a failover that was asked for needs no votes");
  const bool is_forced = !causes.empty() && causes.front().fact.moment == fact.moment;
  for (const Cause& tried : after(fact, {EventKind::kTryFailover, EventKind::kVoteForLeader}, "its next tick"))
    causes.push_back(tried);
  const sim::Run then = replay_->before(history().handled_in(fact.moment));
  const model::Sentinel* const sentinel = then.sentinel(*fact.node);
  if (sentinel == nullptr || is_forced) return causes;
  for (MomentNumber number = fact.moment; number > 0; --number) {
    const std::optional<std::uint32_t> place = history().moment(number).message;
    if (!place || history().moment(number).node != fact.node) continue;
    const SentMessage& message = history().messages()[*place];
    const auto* const vote = std::get_if<model::IsMasterDownReply>(&message.message);
    if (vote == nullptr || vote->leader != sentinel->id() || vote->leader_epoch != sentinel->current_epoch()) continue;
    causes.push_back({arrived_fact(*place), "its next tick counts the votes"});
  }
  return causes;
}

// By INFO, which may have been asked for before this was waited for.
std::vector<Cause> CauseFinder::of_promoted(const Fact& fact) const {
  const std::optional<Fact> reply = input_fact(fact.moment);
  std::vector<Cause> waits = after(fact, {EventKind::kWaitPromotion}, "an INFO that was on its way already");
  if (!reply || reply->kind != Kind::kArrived) return waits;
  const std::optional<Fact> question = input_fact(history().messages()[reply->index].sent_in);
  const bool is_later = question && question->kind == Kind::kArrived && !waits.empty() &&
                        history().messages()[question->index].sent_in <= waits.front().fact.moment;
  return is_later ? waits : std::vector<Cause>{{*reply, wait_for_disk(fact.moment)}};
}

// sentinelFailoverReconfNextSlave(): parallel-syncs at a time.
std::vector<Cause> CauseFinder::of_reconf_sent(const Fact& fact) const {
  std::vector<Cause> causes = after(fact, {EventKind::kReconfReplicas}, "its next tick");
  for (const Cause& done : after(fact, {EventKind::kReconfDone}, "parallel-syncs: one after the other"))
    causes.push_back(done);
  return causes;
}

std::vector<Cause> CauseFinder::of_failover_end(const Fact& fact) const {
  using enum EventKind;
  std::vector<Cause> causes = after(fact, {kReconfReplicas}, "its next tick: no replica is left to reconfigure");
  for (const Cause& last : after(fact, {kReconfDone, kFailoverEndForTimeout, kReconfSentTimeout}, "its next tick"))
    causes.push_back(last);
  const model::Event& event = event_of(fact);
  const std::optional<Fact> down = last_event(*fact.node, fact, [&](const model::Event& other) {
    return other.kind == kSdown && other.subject == InstanceKind::kReplica && other.master_name == event.master_name;
  });
  if (down) causes.push_back({*down, "a replica that is down is not waited for"});
  return causes;
}

// sentinelFailoverSwitchToPromotedSlave() of the leader, sentinelProcessHelloMessage() of the others.
std::vector<Cause> CauseFinder::of_switch(const Fact& fact) const {
  const std::vector<Cause> heard = after(fact, {EventKind::kConfigUpdateFrom}, "");
  if (!heard.empty() && heard.front().fact.moment == fact.moment) return heard;
  return after(fact, {EventKind::kFailoverEnd}, "its next tick");
}

// What sentinelRefreshInstanceInfo() mends by itself waits until no newer configuration can be on its way.
std::vector<Cause> CauseFinder::of_repair(const Fact& fact) const {
  using enum EventKind;
  const model::Event& event = event_of(fact);
  const bool converts = event.kind == kConvertToReplica;
  std::vector<Cause> causes;
  for (const EventKind kind : {kRoleChanged, kSdown, kSwitchMaster, kReboot}) {
    const std::optional<Fact> before = last_event(*fact.node, fact, [&](const model::Event& other) {
      return other.kind == kind &&
             (kind == kSwitchMaster ? other.new_address == event.master_address : other.address == event.address);
    });
    if (before) {
      causes.push_back({*before, converts
                                     ? "8 s (4 hellos) in which a newer configuration could come, then the next INFO"
                                     : "failover-timeout in which others could mend it, then the next INFO"});
    }
  }
  const std::optional<Fact> input = input_fact(fact.moment);
  if (causes.empty() && input) causes.push_back({*input, ""});
  return causes;
}

}  // namespace sentinel::analysis
