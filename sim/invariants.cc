#include "sim/invariants.h"

#include <array>
#include <cstddef>

#include "model/rows.h"

namespace sentinel::sim {
namespace {

using enum Invariant;

constexpr std::array<InvariantRow, kInvariants> kRows = {{
    {kOneLeaderPerEpoch, "one-leader-per-epoch",
     "In one epoch no two sentinels are elected to lead a failover of the same master."},
    {kVotesOncePerEpoch, "votes-once-per-epoch",
     "A sentinel gives one vote in an epoch for each master, even if it is restarted in between."},
    {kElectedByMajority, "elected-by-majority",
     "A leader has the votes of a majority of the sentinels that it knows, and of as many as the quorum says."},
    {kEpochsNeverGoBack, "epochs-never-go-back", "The current epoch of a sentinel never becomes less."},
    {kConfigEpochNeverGoesBack, "config-epoch-never-goes-back",
     "The configuration epoch of a master that a sentinel monitors never becomes less."},
    {kOneNameInTheEnd, "one-name-in-the-end", "In the end all running sentinels tell the same address of each master."},
}};

static_assert(model::in_order<&InvariantRow::invariant>(kRows), "invariant_row() looks a row up by its invariant");

}  // namespace

std::span<const InvariantRow> invariants() { return kRows; }

const InvariantRow& invariant_row(Invariant invariant) { return kRows[static_cast<std::size_t>(invariant)]; }

}  // namespace sentinel::sim
