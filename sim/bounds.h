// What a scenario can bound of what its clients suffer: names and units.
#pragma once

#include <span>
#include <string_view>

#include "sim/scenario.h"

namespace sentinel::sim {

struct BoundRow {
  Bound::What what;
  std::string_view name;
  bool is_duration;  // in µs; if not, a number
};
std::span<const BoundRow> bounds();  // in the order of Bound::What
const BoundRow& bound_row(Bound::What what);

}  // namespace sentinel::sim
