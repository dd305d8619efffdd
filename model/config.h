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

  // Not directives: how long things take on this machine.
  Millis transfer_time{10};  // of a full resynchronisation, from the snapshot to the loaded data
  Millis load_time{0};       // of the data set at a start; the node answers -LOADING meanwhile

  friend bool operator==(const DataNodeConfig&, const DataNodeConfig&) = default;
};

}  // namespace sentinel::model
