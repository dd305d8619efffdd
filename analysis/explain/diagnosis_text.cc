#include "analysis/explain/diagnosis_text.h"

#include <algorithm>
#include <chrono>

#include "sim/formats.h"
#include "sim/units.h"

namespace sentinel::analysis {

using namespace std::chrono_literals;
using sim::MomentNumber;
using sim::NodeId;

std::string seconds(sim::Micros time) {
  const std::string text = sim::time_text(sim::SimTime{std::chrono::abs(time)}) + " s";
  return time < sim::Micros{0} ? "-" + text : text;
}
std::string seconds(model::Millis time) { return seconds(sim::Micros{time}); }

std::string counted(std::size_t count, const std::string& one) {
  return std::to_string(count) + " " + one + (count == 1 ? "" : "s");
}

std::string exclusion_text(const CauseFinder& causes, const model::Sentinel& sentinel, model::Instant now,
                           const model::Master& master, const model::Replica& replica) {
  const std::string who = causes.name(replica.address) + ": ";
  const std::optional<model::Exclusion> why = sentinel.exclusion(now, master, replica);
  if (!why) return who + "may be promoted";
  switch (*why) {
    case model::Exclusion::kDown: return who + "+sdown since " + seconds(now - replica.s_down_since);
    case model::Exclusion::kDisconnected: return who + "no connection to it";
    case model::Exclusion::kSilent:
      return who + "no acceptable reply to PING for " + seconds(now - sentinel.link_of(replica).last_available) +
             " (limit 5 s)";
    case model::Exclusion::kPriorityZero: return who + "replica-priority 0: never to be promoted";
    case model::Exclusion::kOldInfo:
      return who +
             (replica.info_refresh == model::kNever
                  ? std::string{"no INFO of it yet"}
                  : "its last INFO is " + seconds(now - replica.info_refresh) + " old") +
             " (limit " + seconds(sentinel.info_age_limit(master)) + ")";
    case model::Exclusion::kLinkDownTooLong: {
      std::string text = who + "its link to the master is down for " + seconds(replica.link_down_time) + " > limit " +
                         seconds(model::Sentinel::link_down_limit(now, master)) + " = 10 x down-after";
      if (master.s_down) text += " + " + seconds(now - master.s_down_since) + " since +sdown";
      return text;
    }
  }
  return who;
}

// The error with which a replica answers SLAVEOF, if it does.
std::optional<std::string> refusal_text(const CauseFinder& causes, const model::Address& replica, NodeId sentinel,
                                        MomentNumber until) {
  const std::optional<NodeId> node = causes.scenario().node_at(replica);
  for (const sim::SentMessage& message : causes.history().messages()) {
    const auto* const answer = std::get_if<model::StatusReply>(&message.message);
    const bool is_answer = answer != nullptr && message.callback.what == model::Callback::What::kReconfigure &&
                           message.from == node && message.to == sentinel && message.sent_in <= until;
    if (!is_answer || answer->status == model::Status::kOk) continue;
    switch (answer->status) {
      case model::Status::kUnknownCommand: return "it does not know the command";
      case model::Status::kLoading: return "it is loading its data";
      case model::Status::kNoAuth: return "a password is missing";
      default: return "it refuses the command";
    }
  }
  return std::nullopt;
}

std::string disagreement_text(const CauseFinder& causes, const sim::Run& then, NodeId node, const model::Master& master,
                              const model::Peer& peer) {
  const model::Sentinel& sentinel = *then.sentinel(node);
  const std::string who = causes.name(peer.address);
  const model::Instant now = then.wall_clock(node);
  if (peer.s_down || sentinel.link_of(peer).disconnected) {
    const std::optional<NodeId> other = causes.scenario().node_at(peer.address);
    const bool runs = other && then.is_running(*other);
    return who + (runs ? " cannot be reached" : " does not run") +
           (peer.s_down ? " (+sdown since " + seconds(now - peer.s_down_since) + ")" : std::string{});
  }
  if (now - peer.last_down_reply > 5s) return who + " does not answer the question";
  const std::optional<NodeId> other = causes.scenario().node_at(peer.address);
  const model::Sentinel* const asked = other ? then.sentinel(*other) : nullptr;
  if (asked != nullptr && asked->tilt()) return who + " says no: it is in TILT";
  if (asked == nullptr) return who + " says no";
  const auto known =
      std::ranges::find(asked->masters(), master.address, [](const model::Master& any) { return any.address; });
  if (known == asked->masters().end()) return who + " says no: it does not watch that address";
  const model::Link& link = asked->link_of(*known);
  const bool hears = link.active_ping == model::kNever && !link.disconnected;
  if (hears) return who + " says no: the master answers it";
  return who + " says no: it does not hold it for down before its own down-after (" +
         sim::format_duration(known->down_after) + ") is over";
}

}  // namespace sentinel::analysis
