// Which happenings are about a connection.
#pragma once

#include "sim/agenda.h"

namespace sentinel::sim {

// Those whose `index` is the number of a connection.
inline bool is_about_connection(const Happening& what) {
  using Kind = Happening::Kind;
  return what.kind == Kind::kConnectArrives || what.kind == Kind::kConnected || what.kind == Kind::kReset ||
         what.kind == Kind::kDeliver || what.kind == Kind::kRead;
}

}  // namespace sentinel::sim
