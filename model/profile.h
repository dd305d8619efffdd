// What differs between the versions of Redis and Valkey, as data.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "model/events.h"
#include "model/ids.h"

namespace sentinel::model {

// Constants of sentinel.c that SENTINEL DEBUG can change from 7.0 on (addReplySentinelDebugInfo).
struct Periods {
  Millis info{10'000};
  Millis ping{1'000};
  Millis ask{1'000};
  Millis publish{2'000};
  Millis default_down_after{30'000};
  Millis default_failover_timeout{180'000};
  Millis tilt_trigger{2'000};
  Millis tilt{30'000};
  Millis replica_reconf_timeout{10'000};
  Millis min_link_reconnect{15'000};
  Millis election_timeout{10'000};
};

// What differs in sentinel.c. The defaults are those of the baseline.
struct SentinelTraits {
  // What becomes of a sentinel when another id says hello from its address (sentinelProcessHelloMessage).
  enum class Displaced : std::uint8_t {
    kRemoved,             // under all masters
    kKeptWithoutAddress,  // with port 0: never connected again, but still a voter
    kDuplicate,           // removed, and so is the same id at another address: no sentinel ever moves, all are new
  };

  // initSentinel(): the id is kept as `sentinel myid`. If not, it is the run id, new at every start.
  bool keeps_id = true;
  // createSentinelRedisInstance(): the name of a sentinel is ip:port instead of its id.
  bool named_by_address = false;
  Displaced displaced = Displaced::kRemoved;
  // sentinelTryConnectionSharing(): one link to a sentinel, whatever the number of masters that both watch.
  bool shares_links = true;
  // sentinelReconnectInstance(): one try per ping period. If not, at every tick.
  bool throttles_reconnects = true;
  // sentinelSendPeriodicCommands(): INFO or else PING or else a hello. If not, all that are due.
  bool one_command_per_tick = false;
  // sentinelSendPeriodicCommands(): an unanswered PING is repeated after half a period. If not, at every tick.
  bool spaces_pings = true;
  // sentinelSendPeriodicCommands(): INFO each second to a replica whose link to its master is down.
  bool watches_unlinked_replicas = true;
  // sentinelCheckSubjectivelyDown(): a lost link counts as silence when no PING is outstanding.
  bool counts_lost_links = true;
  // sentinelCheckSubjectivelyDown(): master-reboot-down-after-period.
  bool knows_reboots = true;
  // sentinelRefreshInstanceInfo(): replica_announced.
  bool knows_announced = true;
  // sentinelSendSlaveOf(): the transaction has CLIENT KILL TYPE pubsub, too.
  bool kills_subscribers = true;
  // sentinelFailoverDetectEnd(): the last SLAVEOF after a time-out is not sent to the promoted replica itself.
  bool best_effort_spares_promoted = true;
  // sentinelSetCommand(): +set shows ****** for a password.
  bool hides_passwords = true;
  // sentinelSetCommand(), 3.2.13+: deny-scripts-reconfig. If not, scripts may always be changed.
  bool denies_scripts_reconfig = true;
  // sentinelCollectTerminatedScripts(), 6.0+: a script that waits for its next run does not count as running. If not,
  // it counts for ever, and no script runs any more when 16 do.
  bool frees_retried_scripts = true;
  // 5.0+: SENTINEL REPLICAS, `sentinel known-replica`, and -NOGOODSLAVE says "replica". If not, "slave".
  bool says_replica = true;
  // Valkey: commands and a directive that say "primary".
  bool says_primary = false;

  bool tells_unsaved = true;  // 7.0+: a command is answered with an error if its change could not be saved

  // --- what it tells of itself ---
  bool tells_tilt_since = true;         // 7.0+: in INFO
  bool simulates_failures = true;       // 3.2+: SENTINEL SIMULATE-FAILURE, and a line about it in INFO
  bool tells_forced_failover = true;    // 6.2.2+: two more flags
  bool tells_never_refreshed = true;    // 6.2.2+: info-refresh is 0 if there was no INFO; if not, the whole clock
  bool keeps_info = true;               // 3.2+: SENTINEL INFO-CACHE
  bool tells_id = true;                 // 6.2+: SENTINEL MYID
  bool rewrites_each_directive = true;  // 6.2+: a line is replaced by one of the same directive. If not, by any other
                                        // of Sentinel
  // Lines that a rewrite adds because they differ from what a data node has by default.
  std::string_view rewritten_defaults =
      "protected-mode no\nlatency-tracking-info-percentiles 50 99 99.9\nuser default on nopass ~* &* +@all\n";
  // Of the lines that are in the log only.
  Level remark_level = Level::kWarning;
};

// How data nodes of a version replicate, and what they tell of it. The defaults are those of 7.x.
struct DataNodeTraits {
  // 4.0+: a replica carries the history of its master on, so that the others can go on with it after a failover.
  // Before, the history of a node has its run id as its id, and ends with the life or the role of the node.
  bool shares_history = true;
  bool link_up_clears_down_since = true;   // 4.0+
  bool slaveof_clears_down_since = false;  // 3.x
  // 6.2.2+: a link that never was up since the start, or since SLAVEOF NO ONE, is down for -1 s; before, since 1970.
  bool tells_never_up = true;
  bool connects_at_once = true;     // 6.2+: after SLAVEOF, and when a link was lost; before, the next cron does
  bool keeps_sub_replicas = true;   // 7.0+: at SLAVEOF
  bool syncs_diskless = true;       // 7.0+: the default of repl-diskless-sync
  bool tells_announced = true;      // 6.2.2+: replica-announced, and a line about it in INFO
  bool stays_authenticated = true;  // 6.0+: who was let in without a password needs none that is set later
  bool pauses_clients = true;       // 3.0+: CLIENT PAUSE
  // Up to 4.x: a replica does a script that writes again, and on no replica a script is ever interrupted.
  bool runs_scripts_again = false;
  bool says_replica = true;      // 5.0+: parameters, directives and errors have names with "replica", too
  bool restores_history = true;  // 7.0+: a master that loads its RDB file lets replicas go on with its former history
  // 7.0+: what could be resumed is forgotten when the snapshot is there. Before, when the full resynchronisation
  // starts.
  bool keeps_cached_master = true;
  bool warns_of_changes = true;   // until 7.0: a lost link and a new history are warnings in the log; then notices
  bool names_transport = false;   // 7.2+: the line that it accepts connections says which
  bool tells_failover = true;     // 6.2+: master_failover_state, and the size of a snapshot that arrives
  bool tells_read_offset = true;  // 6.2.6+: slave_read_repl_offset
  // Lines that a rewrite adds because they differ from the defaults.
  std::string_view rewritten_defaults = "latency-tracking-info-percentiles 50 99 99.9\n";
  std::string_view rewritten_user = "user default on nopass ~* &* +@all\n";
};

// How a line of a log begins.
enum class LogLayout : std::uint8_t {
  kRoleAndYear,  // 5.0+: `1234:M 12 Jun 2018 16:10:14.250 * `
  kRole,         // 3.0+: `1234:M 12 Jun 16:10:14.250 * `
  kBrackets,     // `[1234] 12 Jun 16:10:14.250 * `
};

struct Profile {
  std::string_view name;
  std::string_view release{};         // redis_version, in INFO
  std::string_view valkey_release{};  // valkey_version, if it is one
  LogLayout log_layout = LogLayout::kRoleAndYear;
  bool spaces_rewritten_lines = true;  // 7.0+: each time that a rewrite adds lines, there is an empty one before them
  Periods periods{};
  SentinelTraits sentinel{};
  DataNodeTraits data_node{};
  bool skips_quiet_ticks = true;  // the same is said and done without that, more slowly (quiet.cc)
};

// All profiles, the baseline first.
std::span<const Profile> profiles();
const Profile* find_profile(std::string_view name);  // nullptr if there is none

}  // namespace sentinel::model
