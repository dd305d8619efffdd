// What processes say to each other over a connection: Redis' commands, replies and pub/sub messages as values.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>
#include <variant>

#include "model/events.h"
#include "model/ids.h"

namespace sentinel::model {

// --- what a sentinel asks ---------------------------------------------------------------------------------

struct Auth {
  Symbol password{};

  friend bool operator==(const Auth&, const Auth&) = default;
};
struct SetName {  // CLIENT SETNAME
  friend bool operator==(const SetName&, const SetName&) = default;
};
struct Ping {
  Symbol name{};  // instead of PING, as the data node has renamed it

  friend bool operator==(const Ping&, const Ping&) = default;
};
struct InfoRequest {  // INFO
  friend bool operator==(const InfoRequest&, const InfoRequest&) = default;
};

// A hello: what a sentinel tells the others about itself and about a master (sentinelSendHello).
struct Hello {
  Address sender{};
  Id sender_id{};
  Epoch current_epoch{};
  Symbol master_name{};
  Address master{};
  Epoch config_epoch{};

  friend bool operator==(const Hello&, const Hello&) = default;
};
struct Publish {  // PUBLISH __sentinel__:hello
  Hello hello{};

  friend bool operator==(const Publish&, const Publish&) = default;
};
struct Subscribe {  // SUBSCRIBE __sentinel__:hello
  friend bool operator==(const Subscribe&, const Subscribe&) = default;
};

struct IsMasterDown {  // SENTINEL is-master-down-by-addr
  Address master{};
  Epoch epoch{};
  std::optional<Id> candidate{};  // nullopt is `*`: no vote is asked for

  friend bool operator==(const IsMasterDown&, const IsMasterDown&) = default;
};

// MULTI, SLAVEOF, CONFIG REWRITE, CLIENT KILL TYPE normal, perhaps CLIENT KILL TYPE pubsub, EXEC (sentinelSendSlaveOf).
struct Reconfigure {
  std::optional<Address> master{};  // nullopt is NO ONE
  bool kills_subscribers = true;    // with CLIENT KILL TYPE pubsub

  static constexpr int commands(bool kills_subscribers) { return kills_subscribers ? 6 : 5; }

  friend bool operator==(const Reconfigure&, const Reconfigure&) = default;
};
struct ScriptKill {
  friend bool operator==(const ScriptKill&, const ScriptKill&) = default;
};

// --- what a client asks -----------------------------------------------------------------------------------

struct WriteRequest {  // one command that writes
  WriteId write{};
  std::int64_t bytes = 0;  // that it adds to the replication stream

  friend bool operator==(const WriteRequest&, const WriteRequest&) = default;
};
struct ReadRequest {  // one command that reads all
  friend bool operator==(const ReadRequest&, const ReadRequest&) = default;
};
struct RoleRequest {  // ROLE
  friend bool operator==(const RoleRequest&, const RoleRequest&) = default;
};
struct WaitRequest {  // WAIT
  int replicas = 0;
  Millis timeout{};  // 0: none

  friend bool operator==(const WaitRequest&, const WaitRequest&) = default;
};
struct MasterAddressRequest {  // SENTINEL GET-MASTER-ADDR-BY-NAME
  Symbol master{};

  friend bool operator==(const MasterAddressRequest&, const MasterAddressRequest&) = default;
};
struct ReplicasRequest {  // SENTINEL SLAVES
  Symbol master{};

  friend bool operator==(const ReplicasRequest&, const ReplicasRequest&) = default;
};
struct SubscribeEvents {  // PSUBSCRIBE *, to a sentinel
  friend bool operator==(const SubscribeEvents&, const SubscribeEvents&) = default;
};

// --- what a replica asks of its master --------------------------------------------------------------------

struct ReplConf {  // REPLCONF listening-port, ip-address, capa
  Address listening{};

  friend bool operator==(const ReplConf&, const ReplConf&) = default;
};
struct Psync {
  std::optional<Id> replication_id{};  // nullopt is `?`
  Offset next = -1;                    // first byte that is wanted

  friend bool operator==(const Psync&, const Psync&) = default;
};
struct Sync {  // SYNC
  friend bool operator==(const Sync&, const Sync&) = default;
};
struct Acknowledge {  // REPLCONF ACK, each second; it has no reply
  Offset offset = 0;

  friend bool operator==(const Acknowledge&, const Acknowledge&) = default;
};

// --- replies ----------------------------------------------------------------------------------------------

// The first word of a status or error reply, as far as anyone looks at it.
enum class Status : std::uint8_t {
  kOk,
  kPong,
  kLoading,
  kMasterDown,
  kBusy,
  kMisconf,
  kNoAuth,
  kNoPermission,
  kNoMasterLink,
  kUnknownCommand,
  kReadOnly,
  kNoReplicas,
  kUnblocked,
  kUnkillable,
  kNotBusy,
};
// Whether such a reply to PING shows that who gives it is alive; anything else lets it go down
// (sentinelPingReplyCallback).
constexpr bool shows_life(Status status) {
  return status == Status::kPong || status == Status::kLoading || status == Status::kMasterDown;
}
struct StatusReply {
  Status status = Status::kOk;

  friend bool operator==(const StatusReply&, const StatusReply&) = default;
};

// What INFO tells a sentinel (sentinelRefreshInstanceInfo). The replica's part counts only if role is replica.
struct InfoReply {
  static constexpr std::size_t kInlineReplicas = 8;

  Id run_id{};
  InstanceKind role = InstanceKind::kMaster;                            // kMaster or kReplica
  boost::container::small_vector<Address, kInlineReplicas> replicas{};  // slaveN lines, in order of attachment
  std::optional<std::int64_t> link_down_seconds{};                      // master_link_down_since_seconds; may be -1
  Address master{};
  bool link_up = false;
  int priority = 100;
  bool announced = true;
  Offset offset = 0;

  friend bool operator==(const InfoReply&, const InfoReply&) = default;
};

struct IsMasterDownReply {
  bool down = false;
  std::optional<Id> leader{};  // nullopt is `*`
  Epoch leader_epoch{};

  friend bool operator==(const IsMasterDownReply&, const IsMasterDownReply&) = default;
};

struct PsyncReply {
  enum class Kind : std::uint8_t { kFullResync, kContinue, kRefused } kind = Kind::kRefused;
  Id replication_id{};
  Offset offset = 0;  // of the snapshot, for a full resync

  friend bool operator==(const PsyncReply&, const PsyncReply&) = default;
};

struct ReadReply {
  WriteId data{};  // the last write that the node has

  friend bool operator==(const ReadReply&, const ReadReply&) = default;
};
struct WaitReply {
  int replicas = 0;  // that have acknowledged the writes of the client

  friend bool operator==(const WaitReply&, const WaitReply&) = default;
};
struct RoleReply {
  InstanceKind role = InstanceKind::kMaster;  // kMaster or kReplica

  friend bool operator==(const RoleReply&, const RoleReply&) = default;
};
struct MasterAddressReply {
  std::optional<Address> address{};  // nullopt: no such master

  friend bool operator==(const MasterAddressReply&, const MasterAddressReply&) = default;
};

struct ReplicasReply {  // of no master: none
  struct Entry {
    Address address{};
    bool down = false;  // s_down is among its flags

    friend bool operator==(const Entry&, const Entry&) = default;
  };
  boost::container::small_vector<Entry, InfoReply::kInlineReplicas> replicas{};

  friend bool operator==(const ReplicasReply&, const ReplicasReply&) = default;
};

// --- pushed without being asked ---------------------------------------------------------------------------

struct HelloPush {  // a message on __sentinel__:hello
  Hello hello{};

  friend bool operator==(const HelloPush&, const HelloPush&) = default;
};
struct KeepAlive {  // a line end while a full resync is awaited, or some bytes of its RDB file
  friend bool operator==(const KeepAlive&, const KeepAlive&) = default;
};
struct SnapshotHeader {                // the beginning of that file, if its end is not there at the same moment
  std::optional<std::int64_t> size{};  // nullopt: not known, it is made while it is sent

  friend bool operator==(const SnapshotHeader&, const SnapshotHeader&) = default;
};
struct Snapshot {  // the end of that file
  WriteId data{};  // the last write that is in it
  std::int64_t size = 0;
  bool diskless = false;

  friend bool operator==(const Snapshot&, const Snapshot&) = default;
};
struct ReplicationStream {
  std::int64_t bytes = 0;
  WriteId data{};                     // the last write of the master behind these bytes
  std::optional<Hello> hello{};       // a PUBLISH is replicated, so that the replica's subscribers hear it
  bool asks_acknowledgement = false;  // REPLCONF GETACK
  Millis script{};                    // EVAL: how long it takes the replica as well

  friend bool operator==(const ReplicationStream&, const ReplicationStream&) = default;
};

struct EventPush {  // what a sentinel publishes
  Event event{};

  friend bool operator==(const EventPush&, const EventPush&) = default;
};

using Message =
    std::variant<Auth, SetName, Ping, InfoRequest, Publish, Subscribe, IsMasterDown, Reconfigure, ScriptKill,
                 WriteRequest, ReadRequest, RoleRequest, WaitRequest, MasterAddressRequest, ReplicasRequest,
                 SubscribeEvents, ReplConf, Psync, Sync, Acknowledge, StatusReply, InfoReply, IsMasterDownReply,
                 PsyncReply, ReadReply, RoleReply, WaitReply, MasterAddressReply, ReplicasReply, HelloPush, KeepAlive,
                 SnapshotHeader, Snapshot, ReplicationStream, EventPush>;

// Who waits for a reply, and what for. It travels with the command and comes back with the reply: Redis answers
// in order on a connection, so this stands for the queue of callbacks that hiredis keeps.
struct Callback {
  enum class What : std::uint8_t {
    kDiscard,
    kPing,
    kInfo,
    kPublish,
    kIsMasterDown,
    kReconfigure,
    kReplication,
    kClient,  // `serial` is the number that the client gave to what it asked
  };
  What what = What::kDiscard;
  InstanceKind kind = InstanceKind::kMaster;
  std::uint16_t master = 0;  // where the instance was when it asked; `serial` tells whether it still is there
  std::uint16_t index = 0;
  std::uint32_t serial = 0;

  friend bool operator==(const Callback&, const Callback&) = default;
};

}  // namespace sentinel::model
