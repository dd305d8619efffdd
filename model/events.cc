#include "model/events.h"

#include <algorithm>
#include <array>

#include "model/rows.h"

namespace sentinel::model {
namespace {

using enum EventKind;
using enum Level;

constexpr std::array<EventRow, kEventKinds> kCatalogue = {{
    {kMonitor, "+monitor", kWarning, Payload::kQuorum, "a master is monitored from now on"},
    {kUnmonitor, "-monitor", kWarning, Payload::kInstance, "a master is no longer monitored"},
    {kSet, "+set", kWarning, Payload::kOption, "SENTINEL SET changed an option"},
    {kResetMaster, "+reset-master", kWarning, Payload::kInstance, "SENTINEL RESET forgot all about a master"},
    {kReplica, "+slave", kNotice, Payload::kInstance, "a replica was found, or kept after a switch"},
    {kSentinel, "+sentinel", kNotice, Payload::kInstance, "another sentinel was found"},
    {kSentinelAddressSwitch, "+sentinel-address-switch", kNotice, Payload::kAddressSwitch,
     "a known sentinel says hello from another address"},
    {kSentinelAddressUpdate, "+sentinel-address-update", kNotice, Payload::kMatches,
     "the new address of a sentinel was taken over for other masters"},
    {kSentinelInvalidAddress, "+sentinel-invalid-addr", kNotice, Payload::kInstance,
     "a new sentinel says hello from the address of a known one"},
    {kReboot, "+reboot", kNotice, Payload::kInstance, "the run id changed: the process was started again"},
    {kRoleAsConfigured, "+role-change", kVerbose, Payload::kRole, "the reported role is now the configured one"},
    {kRoleChanged, "-role-change", kVerbose, Payload::kRole, "the reported role is not the configured one"},
    {kSdown, "+sdown", kWarning, Payload::kInstance, "no acceptable reply for down-after-milliseconds"},
    {kSdownEnd, "-sdown", kWarning, Payload::kInstance, "it replies again"},
    {kOdown, "+odown", kWarning, Payload::kVotes, "a quorum of sentinels says that the master is down"},
    {kOdownEnd, "-odown", kWarning, Payload::kInstance, "there is no such quorum any more"},
    {kNewEpoch, "+new-epoch", kWarning, Payload::kEpoch, "the current epoch grew"},
    {kTryFailover, "+try-failover", kWarning, Payload::kInstance, "a failover starts and wants to be elected"},
    {kVoteForLeader, "+vote-for-leader", kWarning, Payload::kVote, "a vote was given"},
    {kElectedLeader, "+elected-leader", kWarning, Payload::kInstance, "this sentinel leads the failover"},
    {kSelectReplica, "+failover-state-select-slave", kWarning, Payload::kInstance, "a replica is being selected"},
    {kSelectedReplica, "+selected-slave", kWarning, Payload::kInstance, "the replica to be promoted"},
    {kSendReplicaofNoOne, "+failover-state-send-slaveof-noone", kNotice, Payload::kInstance,
     "the replica will be told to become a master"},
    {kWaitPromotion, "+failover-state-wait-promotion", kNotice, Payload::kInstance,
     "it was told; its next INFO must say so"},
    {kPromotedReplica, "+promoted-slave", kWarning, Payload::kInstance, "the replica reports that it is a master"},
    {kReconfReplicas, "+failover-state-reconf-slaves", kWarning, Payload::kInstance,
     "the other replicas are pointed to the new master"},
    {kReconfSent, "+slave-reconf-sent", kNotice, Payload::kInstance, "a replica was sent SLAVEOF"},
    {kReconfSentTimeout, "-slave-reconf-sent-timeout", kNotice, Payload::kInstance,
     "a replica did not obey SLAVEOF in time"},
    {kReconfInProgress, "+slave-reconf-inprog", kNotice, Payload::kInstance,
     "a replica reports the new master, and synchronises"},
    {kReconfDone, "+slave-reconf-done", kNotice, Payload::kInstance, "a replica is synchronised with the new master"},
    {kReconfSentBestEffort, "+slave-reconf-sent-be", kNotice, Payload::kInstance,
     "a replica was sent SLAVEOF without waiting for the outcome"},
    {kFailoverEndForTimeout, "+failover-end-for-timeout", kWarning, Payload::kInstance,
     "the failover ends although not all replicas were reconfigured"},
    {kFailoverEnd, "+failover-end", kWarning, Payload::kInstance, "all replicas were dealt with"},
    {kSwitchMaster, "+switch-master", kWarning, Payload::kSwitch, "the master has a new address from now on"},
    {kConfigUpdateFrom, "+config-update-from", kWarning, Payload::kInstance,
     "another sentinel knows a newer configuration"},
    {kConvertToReplica, "+convert-to-slave", kNotice, Payload::kInstance, "a node that says master was sent SLAVEOF"},
    {kFixReplicaConfig, "+fix-slave-config", kNotice, Payload::kInstance,
     "a replica of a wrong master was sent SLAVEOF"},
    {kAbortNotElected, "-failover-abort-not-elected", kWarning, Payload::kInstance, "too few votes in time"},
    {kAbortNoGoodReplica, "-failover-abort-no-good-slave", kWarning, Payload::kInstance, "no replica may be promoted"},
    {kAbortReplicaTimeout, "-failover-abort-slave-timeout", kWarning, Payload::kInstance,
     "the selected replica was not promoted in time"},
    {kTilt, "+tilt", kWarning, Payload::kTilt, "time went by in a jump: the sentinel stops acting"},
    {kTiltEnd, "-tilt", kWarning, Payload::kTilt, "the sentinel acts again"},
    {kVotedFor, "", kRemark, Payload::kVotedFor, "another sentinel told its vote"},
    {kNextFailoverDelay, "", kRemark, Payload::kFailoverDelay, "why no failover starts yet"},
    {kUserFailover, "", kRemark, Payload::kUserFailover, "SENTINEL FAILOVER was accepted"},
    {kDuplicateSentinel, "-dup-sentinel", kNotice, Payload::kDuplicate,
     "sentinels with the address or the id of a new one were removed"},
    {kScriptError, "-script-error", kWarning, Payload::kScriptError, "a script failed, and is not tried again"},
    {kScriptTimeout, "-script-timeout", kWarning, Payload::kScriptTimeout, "a script ran for too long and is killed"},
    {kNotSaved, "", kWarning, Payload::kNotSaved, "the configuration could not be written to disk"},
}};

static_assert(in_order<&EventRow::kind>(kCatalogue), "event_row() looks a row up by its kind");

}  // namespace

std::string_view instance_kind_name(InstanceKind kind) {
  switch (kind) {
    case InstanceKind::kMaster: return "master";
    case InstanceKind::kReplica: return "slave";
    case InstanceKind::kSentinel: return "sentinel";
  }
  return "?";
}

std::span<const EventRow> event_catalogue() { return kCatalogue; }

const EventRow& event_row(EventKind kind) { return kCatalogue[static_cast<std::size_t>(kind)]; }

std::optional<EventKind> find_event(std::string_view channel) {
  if (channel.empty()) return std::nullopt;
  const auto found = std::ranges::find(kCatalogue, channel, &EventRow::channel);
  if (found == kCatalogue.end()) return std::nullopt;
  return found->kind;
}

}  // namespace sentinel::model
