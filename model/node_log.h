// What a data node writes to its log about replication: which line, and the facts in it.
#pragma once

#include <cstdint>

#include "model/ids.h"
#include "model/messages.h"

namespace sentinel::model {

// One row each in sim/node_log_text.cc, in this order.
enum class NodeLog : std::uint8_t {
  kStarted,
  kReady,
  // The replica's side (connectWithMaster, syncWithMaster, slaveTryPartialResynchronization, readSyncBulkPayload).
  kConnecting,
  kReconnecting,
  kReconnectingAfterFailure,
  kSyncStarted,
  kConnectFired,
  kSocketError,
  kPingReplied,
  kPingRefused,
  kAuthFailed,
  kPortRefused,  // REPLCONF listening-port
  kCapaRefused,  // REPLCONF capa
  kHandshakeLost,
  kNoCachedMaster,
  kTryingPartial,
  kPartialAccepted,
  kHistoryChanged,
  kPartialDone,
  kFullResync,
  kPsyncLater,
  kPsyncUnknown,
  kPsyncRefused,
  kRetryingWithSync,
  kSyncAborted,
  kReceiving,
  kReceivingStream,
  kFlushing,
  kLoading,
  kFinished,
  kCountLost,     // the link went before the size of the snapshot was told
  kTransferLost,  // or after that
  kMasterTimeout,
  kConnectTimeout,
  kTransferTimeout,
  kMasterLost,
  kCaching,
  kDiscarding,
  // SLAVEOF (replicaofCommand, replicationSetMaster, replicationUnsetMaster).
  kOwnHistory,
  kSecondHistory,
  kMasterMode,
  kReplicaMode,
  kSameMaster,
  // The master's side (syncCommand, masterTryPartialResynchronization, replicationCron).
  kAsked,
  kFullRequested,
  kOtherHistory,
  kBeyondSecondHistory,
  kLackOfBacklog,
  kAhead,
  kContinuing,
  kBacklogCreated,
  kDumpAttached,
  kDumpNotAttached,
  kDumpHasSockets,
  kDumpDelayed,
  kDumpToDisk,
  kDumpToReplicas,
  kSaveStarted,
  kStreamStarted,
  kSaveEnded,
  kStreamEnded,
  kStreamed,
  kOnline,
  kReplicaLost,
  kReplicaTimeout,
  kBacklogFreed,
  // A disk to which nothing can be written (backgroundSaveDoneHandlerDisk, updateSlavesWaitingBgsave,
  // readSyncBulkPayload).
  kSaveFailed,
  kSyncFailed,
  kUnwritable,
};
inline constexpr std::size_t kNodeLogs = static_cast<std::size_t>(NodeLog::kUnwritable) + 1;

// Which of the facts count depends on the line.
struct LogLine {
  NodeLog kind{};
  bool as_master = false;  // what the node was at that moment
  Address address{};       // of the other node; port 0: a replica that did not say where it listens
  Id id{};                 // of a history
  Id second_id{};
  Id asked_id{};  // what a replica asked for
  Offset offset = 0;
  std::int64_t number = 0;      // bytes or seconds
  Status status = Status::kOk;  // of the reply that the line is about
  bool by_sentinel = false;     // who asked for it; if not, an operator
};

}  // namespace sentinel::model
