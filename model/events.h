// The events that a sentinel reports: one table of names, levels and payloads, and the event as a value.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "model/ids.h"

namespace sentinel::model {

// What an instance (a record that a sentinel keeps of another process) is to the sentinel.
enum class InstanceKind : std::uint8_t { kMaster, kReplica, kSentinel };
std::string_view instance_kind_name(InstanceKind kind);  // the word in events: master, slave, sentinel

enum class EventKind : std::uint8_t {
  kMonitor,
  kUnmonitor,
  kSet,
  kResetMaster,
  kReplica,
  kSentinel,
  kSentinelAddressSwitch,
  kSentinelAddressUpdate,
  kSentinelInvalidAddress,
  kReboot,
  kRoleAsConfigured,
  kRoleChanged,
  kSdown,
  kSdownEnd,
  kOdown,
  kOdownEnd,
  kNewEpoch,
  kTryFailover,
  kVoteForLeader,
  kElectedLeader,
  kSelectReplica,
  kSelectedReplica,
  kSendReplicaofNoOne,
  kWaitPromotion,
  kPromotedReplica,
  kReconfReplicas,
  kReconfSent,
  kReconfSentTimeout,
  kReconfInProgress,
  kReconfDone,
  kReconfSentBestEffort,
  kFailoverEndForTimeout,
  kFailoverEnd,
  kSwitchMaster,
  kConfigUpdateFrom,
  kConvertToReplica,
  kFixReplicaConfig,
  kAbortNotElected,
  kAbortNoGoodReplica,
  kAbortReplicaTimeout,
  kTilt,
  kTiltEnd,
  kVotedFor,
  kNextFailoverDelay,
  kUserFailover,
  kDuplicateSentinel,
  kScriptError,
  kScriptTimeout,
  kNotSaved,  // digests hold the numbers of all these: new ones come last
};
inline constexpr std::size_t kEventKinds = static_cast<std::size_t>(EventKind::kNotSaved) + 1;

enum class Level : std::uint8_t {
  kDebug,
  kVerbose,
  kNotice,
  kWarning,
  kRemark,  // a notice or a warning, by version (SentinelTraits::remark_level)
};

// How the payload of an event is written. "Instance" is `<kind> <name> <ip> <port>`, for replicas and sentinels
// followed by `@ <master name> <master ip> <master port>`.
enum class Payload : std::uint8_t {
  kInstance,       // instance
  kQuorum,         // instance "quorum" quorum
  kVotes,          // instance "#quorum" votes/quorum
  kRole,           // instance "new reported role is" role
  kOption,         // instance option value
  kAddressSwitch,  // instance "ip" ip "port" port "for" id
  kDuplicate,      // instance "#duplicate of" ip:port "or" id
  kMatches,        // instance count "additional matching instances"
  kEpoch,          // epoch
  kVote,           // id epoch
  kSwitch,         // master-name old-ip old-port new-ip new-port
  kTilt,           // "#tilt mode entered" / "#tilt mode exited"
  kVotedFor,       // sentinel-name "voted for" id epoch
  kFailoverDelay,  // "Next failover delay: I will not start a failover before" time
  kUserFailover,   // "Executing user requested FAILOVER of" 'name'
  kScriptError,    // path signal exit-code
  kScriptTimeout,  // path pid
  kNotSaved,       // that the configuration could not be written
};

// One row of the catalogue (behaviour of sentinelEvent()).
struct EventRow {
  EventKind kind;
  std::string_view channel;  // pub/sub channel and first word of the log line; empty: a line of the log only
  Level level;
  Payload payload;
  std::string_view meaning;
};
std::span<const EventRow> event_catalogue();  // in the order of EventKind
const EventRow& event_row(EventKind kind);
std::optional<EventKind> find_event(std::string_view channel);

// One event with the facts that its payload is made of. Which of them count depends on the payload.
struct Event {
  EventKind kind{};
  InstanceKind subject = InstanceKind::kMaster;
  bool named_by_address = false;  // the name of a sentinel is ip:port instead of its id
  bool published = true;          // false: before anyone could subscribe (start-up), or a line of the log only
  Symbol master_name{};
  Address master_address{};  // of the master as configured at that moment
  Address address{};         // of the subject
  Id id{};                   // of the subject
  Id candidate{};            // of a vote
  Epoch epoch{};
  std::int64_t value = 0;                     // votes, matches; of a script: the signal that killed it, or its pid
  std::int64_t quorum = 0;                    // or the exit code of a script
  InstanceKind role = InstanceKind::kMaster;  // reported role
  Address new_address{};
  Symbol option{};  // or the path of a script
  Symbol option_value{};
  Instant until{};

  friend bool operator==(const Event&, const Event&) = default;
};

}  // namespace sentinel::model
