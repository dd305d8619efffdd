#include "sim/bounds.h"

#include <array>
#include <cstddef>

#include "model/rows.h"

namespace sentinel::sim {
namespace {

using What = Bound::What;

constexpr auto kBounds = std::to_array<BoundRow>({
    {What::kLostWrites, "lost-writes", false},
    {What::kRefusedWrites, "refused-writes", false},
    {What::kStaleReads, "stale-reads", false},
    {What::kUnavailable, "unavailable", true},
    {What::kTwoMasters, "two-masters", true},
    {What::kStaleRegistry, "stale-registry", true},
});
static_assert(model::in_order<&BoundRow::what>(kBounds), "bound_row() looks a row up by what it bounds");

}  // namespace

std::span<const BoundRow> bounds() { return kBounds; }

const BoundRow& bound_row(Bound::What what) { return kBounds[static_cast<std::size_t>(what)]; }

}  // namespace sentinel::sim
