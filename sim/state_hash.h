// The state of a run as a number: equal for runs that will go on in the same way, whatever way they came.
#pragma once

#include <compare>
#include <cstdint>

#include "sim/run.h"

namespace sentinel::sim {

struct StateHash {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend auto operator<=>(const StateHash&, const StateHash&) = default;
};

// How what is simultaneous, and about the same process, counts.
enum class Pending : std::uint8_t {
  kUnordered,  // in whichever order it would happen, it is the same state: for who tries all orders
  kOrdered,    // in another order, it is another state
};

// All that the future depends on: processes and their disks, connections and what is on them, the agenda, chances,
// steps that are to come. Times count from now on, wall clocks from what they show, but for the part of a second: whole
// seconds are counted. Not in it: what was said and done before, the numbers of connections, messages and happenings,
// and draws that cannot come out in two ways. Processes keep their names: two sentinels cannot stand for each other, as
// each has chances of its own.
StateHash hash_of(const Run& run, Pending pending);

}  // namespace sentinel::sim
