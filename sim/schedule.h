// Which of the things that may happen at the same time happens first, and what is drawn: where a run differs from what
// it would do by itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "model/random.h"
#include "sim/time.h"

namespace sentinel::sim {

// About one happening of a run.
struct Choice {
  std::uint64_t happening = 0;  // the how-manieth of the run, from 1 on
  std::size_t take = 0;  // place among all that is simultaneous then, in the order in which it would happen by itself
  model::Draw draw{};    // of how long a failover is put off (Random::Stream::kDesync), in this happening
  model::Draw tick{};    // of the time to the next tick of a sentinel (Random::Stream::kTick), likewise
  SimTime at{};          // when that is: for who reads it
  std::string why{};     // likewise
};

struct Schedule {
  Micros interval{1};             // what comes within so long is simultaneous (Agenda::set_interval)
  std::uint64_t seed = 1;         // the choices are those of the run with this seed, and do nothing to others
  std::vector<Choice> choices{};  // in the order of `happening`, each of another one
};

}  // namespace sentinel::sim
