// What the configuration files of the processes say: the part that survives a restart.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>

#include "model/ids.h"
#include "model/profile.h"

namespace sentinel::model {

// `sentinel known-sentinel`.
struct KnownSentinel {
  Address address{};
  Id id{};

  friend bool operator==(const KnownSentinel&, const KnownSentinel&) = default;
};

// All lines about one master of a sentinel.conf (rewriteConfigSentinelOption).
struct MonitoredMaster {
  Symbol name{};
  Address address{};
  int quorum = 1;
  Millis down_after{30'000};
  Millis failover_timeout{180'000};
  int parallel_syncs = 1;
  Symbol auth_pass{};
  Symbol notification_script{};
  Symbol client_reconfig_script{};
  Symbol ping_name{};                  // rename-command PING: what is sent instead; none: PING
  Millis master_reboot_down_after{0};  // 0: the rule is off
  Epoch config_epoch{};
  Epoch leader_epoch{};
  boost::container::small_vector<Address, 4> known_replicas{};
  boost::container::small_vector<KnownSentinel, 4> known_sentinels{};

  friend bool operator==(const MonitoredMaster&, const MonitoredMaster&) = default;
};

// A sentinel.conf.
struct SentinelConfig {
  Address announced{};  // where the others can reach it
  Id id{};              // sentinel myid; not known before the first start
  Epoch current_epoch{};
  bool denies_scripts_reconfig = true;  // by SENTINEL SET
  boost::container::small_vector<MonitoredMaster, 1> masters{};

  friend bool operator==(const SentinelConfig&, const SentinelConfig&) = default;
};

// A redis.conf.
struct DataNodeConfig {
  Address announced{};  // replica-announce-ip and -port, or where it listens
  std::optional<Address> replicaof{};
  int priority = 100;
  bool announce_replica = true;  // replica-announced
  bool serve_stale_data = true;  // replica-serve-stale-data
  bool read_only = true;         // replica-read-only
  bool knows_psync = true;       // no `rename-command PSYNC ""`
  bool knows_replicaof = true;   // no `rename-command SLAVEOF ...`: sentinels use the old name
  bool knows_ping = true;        // no `rename-command PING ...`
  Symbol ping_name{};            // ... its other name, if it has one
  bool stops_writes = true;      // stop-writes-on-bgsave-error: also answers PING with -MISCONF
  Symbol password{};             // requirepass
  Symbol master_password{};      // masterauth
  Millis replication_timeout{60'000};
  Millis replica_ping_period{10'000};
  std::int64_t backlog_size = 1 << 20;
  Millis backlog_time_to_live{3'600'000};  // 0: for ever
  std::optional<bool> diskless_sync{};     // nullopt: as is the version's default
  Millis diskless_sync_delay{5'000};
  int min_replicas_to_write = 0;  // 0, here or in the next one: the rule is off
  Millis min_replicas_max_lag{10'000};
  Millis script_limit{5'000};  // busy-reply-threshold: from then on -BUSY; 0: a script is never interrupted

  // Not directives: how long things take on this machine.
  Millis transfer_time{10};            // of a full resynchronisation of nothing, from the snapshot to the loaded data
  Millis load_time{0};                 // of the data set at a start; the node answers -LOADING meanwhile
  std::int64_t data_size = 0;          // of the data set that it first starts with, in bytes
  std::int64_t save_rate = 200 << 20;  // bytes a second that it writes to a snapshot,
  std::int64_t bandwidth = 100 << 20;  // sends to each replica,
  std::int64_t load_rate = 100 << 20;  // and loads; each of them is one more part of a full resynchronisation

  friend bool operator==(const DataNodeConfig&, const DataNodeConfig&) = default;
};

// A client of Redis: how it finds the master, what it does there, and what it does when that fails.
struct ClientConfig {
  enum class OnLoss : std::uint8_t {
    kAsk,   // asks the sentinels again
    kSame,  // connects to the same address again
    kStop,  // gives up for good
  };

  boost::container::small_vector<Address, 4> sentinels{};  // asked in turn
  std::optional<Address> fixed{};                          // instead: where the master is taken to be
  Symbol master{};
  Symbol password{};                // of the data nodes
  bool verifies_role = true;        // asks for ROLE, and leaves what is no master
  bool subscribes = true;           // to +switch-master, at all its sentinels
  bool leaves_when_refused = true;  // asks the sentinels again after -READONLY
  OnLoss on_loss = OnLoss::kAsk;
  Millis asks_every{0};  // asks again so often, all being well; 0: never
  int writes = 0;        // a second
  int reads = 0;
  std::int64_t bytes = 40;  // of a write
  Millis timeout{1'000};    // of a connection, a question, an operation; 0: none
  int wait_replicas = 0;    // a write counts when so many replicas have acknowledged it (WAIT); 0: at once
  Millis wait_timeout{0};   // of WAIT; 0: none
  int retries = 0;          // of an operation that failed
  Millis retry_after{100};  // the pause before anything is tried again

  friend bool operator==(const ClientConfig&, const ClientConfig&) = default;
};

// Who listens to a sentinel, and goes to no master (watcher.h).
struct WatcherConfig {
  Address sentinel{};
  Symbol master{};
  bool asks_again = true;   // when its connection was lost; if not, only at its start
  Millis asks_every{0};     // asks again so often, all being well; 0: never
  Millis timeout{1'000};    // of a question; 0: none
  Millis retry_after{100};  // the pause before anything is tried again

  friend bool operator==(const WatcherConfig&, const WatcherConfig&) = default;
};

}  // namespace sentinel::model
