// The records that a sentinel keeps of other processes: master, replicas, other sentinels, and the links to them.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "model/config.h"
#include "model/events.h"
#include "model/ids.h"

namespace sentinel::model {

// When something is due that waits for nothing, and the first millisecond after an instant: most rules ask whether more
// than so much time has passed.
inline constexpr Instant kNotDue = Instant::max();
constexpr Instant just_after(Instant at) { return at + Millis{1}; }

// A link's place in the sentinel's LinkTable.
using LinkIndex = std::uint16_t;

// The two connections to one process (createInstanceLink). The link of another sentinel is shared by all masters
// that know this sentinel (sentinelTryConnectionSharing).
struct Link {
  std::uint16_t users = 0;       // instances that share it; 0 marks a free place
  bool disconnected = true;      // a needed connection is missing; commands wait until there are both
  bool command = false;          // the command connection was started and did not fail yet
  bool subscription = false;     // likewise the pub/sub connection
  int pending = 0;               // commands without a reply
  int subscription_pending = 0;  // those of them that were sent on the pub/sub connection
  Instant command_since{};
  Instant subscription_since{};
  Instant subscription_activity{};
  Instant last_reconnect{};  // last try
  Instant active_ping{};     // when the oldest unanswered PING was sent; kNever: none is outstanding
  Instant last_ping{};
  Instant last_available{};  // last acceptable reply to PING
  Instant last_pong{};       // last reply to PING of any kind

  friend bool operator==(const Link&, const Link&) = default;
};

// All links of a sentinel. A link's index gives the sockets of its connections.
class LinkTable {
 public:
  LinkIndex create(Instant now);
  void share(LinkIndex index) { ++links_[index].users; }
  // One user less. True if that was the last; the place is free then, and the caller has closed the connections.
  bool release(LinkIndex index) { return --links_[index].users == 0; }

  Link& operator[](LinkIndex index) { return links_[index]; }
  const Link& operator[](LinkIndex index) const { return links_[index]; }

  static Socket command_socket(LinkIndex index) { return Socket{2U * index}; }
  static Socket subscription_socket(LinkIndex index) { return Socket{2U * index + 1U}; }
  static LinkIndex index_of(Socket socket) { return static_cast<LinkIndex>(static_cast<std::uint32_t>(socket) / 2); }
  static bool is_subscription(Socket socket) { return static_cast<std::uint32_t>(socket) % 2 == 1; }

  // All of its state, for who compares runs (sim/state_hash.h).
  template <class Visitor>
  void visit_state(Visitor& visit) const {
    visit(links_);
  }

  friend bool operator==(const LinkTable&, const LinkTable&) = default;

 private:
  boost::container::small_vector<Link, 6> links_;
};

// What all records have (sentinelRedisInstance).
struct Instance {
  InstanceKind kind = InstanceKind::kMaster;
  std::uint32_t serial = 0;  // tells a record from a later one in the same place
  Address address{};
  Id id{};  // run id of a data node, id of a sentinel
  LinkIndex link = 0;
  bool s_down = false;
  Instant s_down_since{};  // start of the last time that it was down; kept when that ends
  Millis down_after{};
  Instant last_publish{};         // last hello to it that was answered
  bool script_kill_sent = false;  // once per time that it is down
  Instant quiet_until{};          // follows from all else: ticks have nothing to do before (quiet.cc)

  friend bool operator==(const Instance&, const Instance&) = default;
};

// What masters and replicas have: they are asked for INFO.
struct DataInstance : Instance {
  Instant info_refresh{};  // last INFO; kNever: none yet
  InstanceKind role_reported = InstanceKind::kMaster;
  Instant role_reported_since{};
  Instant replica_conf_change{};  // when its reported master changed last

  friend bool operator==(const DataInstance&, const DataInstance&) = default;
};

struct Replica : DataInstance {
  enum class Reconf : std::uint8_t { kSent = 1, kInProgress = 2, kDone = 4 };

  bool promoted = false;
  std::uint8_t reconf = 0;  // set of Reconf: sent and done can hold together
  Instant reconf_sent_at{};
  Millis link_down_time{0};  // of its link to its master; -1 s if it never had one
  int priority = 100;
  bool announced = true;
  std::optional<Address> master{};
  bool master_link_up = false;
  Offset offset = 0;

  bool has(Reconf flag) const { return (reconf & static_cast<unsigned>(flag)) != 0; }
  void set(Reconf flag) { reconf = static_cast<std::uint8_t>(reconf | static_cast<unsigned>(flag)); }
  void clear(Reconf flag) { reconf = static_cast<std::uint8_t>(reconf & ~static_cast<unsigned>(flag)); }

  friend bool operator==(const Replica&, const Replica&) = default;
};

// Another sentinel that watches the same master.
struct Peer : Instance {
  Instant last_hello{};
  Instant last_down_reply{};  // last reply to is-master-down-by-addr
  bool says_master_down = false;
  std::optional<Id> leader{};  // whom it told that it voted for
  Epoch leader_epoch{};

  friend bool operator==(const Peer&, const Peer&) = default;
};

enum class FailoverState : std::uint8_t {
  kNone,
  kWaitStart,
  kSelectReplica,
  kSendReplicaofNoOne,
  kWaitPromotion,
  kReconfReplicas,
  kUpdateConfig,
};

struct Master : DataInstance {
  Symbol name{};
  int quorum = 1;
  int parallel_syncs = 1;
  Symbol auth_pass{};
  Symbol notification_script{};
  Symbol client_reconfig_script{};
  Symbol ping_name{};  // rename-command PING
  Millis failover_timeout{};
  Millis reboot_down_after{};  // master-reboot-down-after-period; 0: off
  bool o_down = false;
  Instant o_down_since{};
  bool rebooted = false;  // MASTER_REBOOT
  Instant rebooted_at{};

  Epoch config_epoch{};
  std::optional<Id> leader{};  // whom we voted for
  Epoch leader_epoch{};        // in which epoch

  FailoverState state = FailoverState::kNone;
  Instant state_since{};
  bool in_progress = false;  // FAILOVER_IN_PROGRESS
  bool forced = false;       // by SENTINEL FAILOVER
  Epoch failover_epoch{};
  Instant failover_start{};                 // with the random desync added; moved by votes for others
  Instant delay_logged{};                   // the failover_start for which the wait was logged
  std::optional<std::uint16_t> promoted{};  // place in `replicas`
  Instant all_quiet_until{};                // for all its instances: the earliest quiet_until

  boost::container::small_vector<Replica, 4> replicas{};
  boost::container::small_vector<Peer, 4> peers{};

  friend bool operator==(const Master&, const Master&) = default;
};

}  // namespace sentinel::model
