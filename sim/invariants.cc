#include "sim/invariants.h"

#include <array>
#include <cstddef>

#include "model/rows.h"

namespace sentinel::sim {
namespace {

using enum Invariant;

constexpr std::array<InvariantRow, kInvariants> kInvariantRows = {{
    {.invariant = kOneLeaderPerEpoch,
     .name = "one-leader-per-epoch",
     .meaning = "In one epoch no two sentinels are elected to lead a failover of the same master."},
    {.invariant = kVotesOncePerEpoch,
     .name = "votes-once-per-epoch",
     .meaning = "A sentinel gives one vote in an epoch for each master, even if it is restarted in between."},
    {.invariant = kElectedByMajority,
     .name = "elected-by-majority",
     .meaning =
         "A leader has the votes of a majority of the sentinels that it knows, and of as many as the quorum says."},
    {.invariant = kEpochsNeverGoBack,
     .name = "epochs-never-go-back",
     .meaning = "The current epoch of a sentinel never becomes less."},
    {.invariant = kConfigEpochNeverGoesBack,
     .name = "config-epoch-never-goes-back",
     .meaning = "The configuration epoch of a master that a sentinel monitors never becomes less."},
    {.invariant = kFailoverNeedsOdown,
     .name = "failover-needs-odown",
     .meaning = "A sentinel tries a failover only of a master that it finds objectively down, or that an operator told "
                "it to fail over."},
    {.invariant = kOneNameInTheEnd,
     .name = "one-name-in-the-end",
     .meaning = "In the end all running sentinels tell the same address of each master.",
     .in_the_end = true},
    {.invariant = kAllFollowInTheEnd,
     .name = "all-follow-in-the-end",
     .meaning = "In the end all running data nodes that the sentinels know and reach replicate the master that these "
                "name, directly or over others, unless that is a replica which no sentinel can replace.",
     .in_the_end = true},
    {.invariant = kWritableInTheEnd,
     .name = "writable-in-the-end",
     .meaning = "In the end the master that the sentinels name takes writes, if a majority of them runs and reaches a "
                "data node that can be it.",
     .in_the_end = true},
    {.invariant = kElectedInItsEpoch,
     .name = "elected-in-its-epoch",
     .meaning = "The votes that elect a leader are of the epoch of its failover.",
     .known = "redis/redis #12865, pull 2230"},
    {.invariant = kOnePromotionPerConfigEpoch,
     .name = "one-promotion-per-config-epoch",
     .meaning = "No two replicas of one master are promoted in the same configuration epoch.",
     .known = "redis/redis pulls 2230, 2370"},
    {.invariant = kSwitchesToPromoted,
     .name = "switches-to-promoted",
     .meaning = "A sentinel switches only to a replica, and starts only with one, that was promoted in the "
                "configuration epoch that comes with it, or that a configuration file or an operator named.",
     .known = "scenarios/cases/leader_misses_next_failover.json, as Redis 7.0.15 does it"},
    {.invariant = kPromotesACopy,
     .name = "promotes-a-copy",
     .meaning = "A replica is promoted only if its process has had data: loaded, or of a synchronisation.",
     .known = "redis/redis #7523, #13533, valkey-io/valkey #1012"},
    {.invariant = kNoReplicaLeftOut,
     .name = "no-replica-left-out",
     .meaning = "A failover that ends by failover-timeout has told each replica that it reaches of the new master "
                "before that.",
     .known = "redis/redis #2518"},
    {.invariant = kOneWritableMaster,
     .name = "one-writable-master",
     .meaning = "No two data nodes of one master take writes at the same time for more than a millisecond.",
     .known = "Redis' manual: Sentinel, consistency under partitions; Jepsen: Redis"},
    {.invariant = kKeepsAcknowledgedWrites,
     .name = "keeps-acknowledged-writes",
     .meaning = "Writes that clients got an OK for are in the data in the end.",
     .known = "Redis' manual: replication is asynchronous; Jepsen: Redis"},
}};

static_assert(model::in_order<&InvariantRow::invariant>(kInvariantRows),
              "invariant_row() looks a row up by its invariant");

}  // namespace

std::span<const InvariantRow> invariants() { return kInvariantRows; }

const InvariantRow& invariant_row(Invariant invariant) { return kInvariantRows[static_cast<std::size_t>(invariant)]; }

}  // namespace sentinel::sim
