// The time axis of a recording, in milliseconds since the sentinels were started.
#pragma once

#include <chrono>

#include "sim/time.h"

namespace sentinel::analysis::recorder {

using SteadyTime = std::chrono::steady_clock::time_point;

class TimeAxis {
 public:
  static TimeAxis from_now() { return {}; }

  double of(SteadyTime time) const { return in_ms(time - steady_); }
  double of_wall(std::chrono::system_clock::time_point time) const { return in_ms(time - wall_); }
  SteadyTime at(sim::Micros offset) const { return steady_ + offset; }
  std::chrono::system_clock::time_point wall() const { return wall_; }

  static double in_ms(std::chrono::nanoseconds duration);  // with one decimal

 private:
  SteadyTime steady_ = std::chrono::steady_clock::now();
  std::chrono::system_clock::time_point wall_ = std::chrono::system_clock::now();
};

}  // namespace sentinel::analysis::recorder
