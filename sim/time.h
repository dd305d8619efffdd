// The one true time of a run, in integer microseconds since its start.
#pragma once

#include <chrono>
#include <cstdint>

#include "model/ids.h"

namespace sentinel::sim {

struct SimClock {
  using duration = std::chrono::microseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<SimClock>;
  static constexpr bool is_steady = true;
};
using SimTime = SimClock::time_point;
using Micros = std::chrono::microseconds;

// What the wall clocks show at time 0: 2026-01-01 00:00:00 UTC. Far from model::kNever.
inline constexpr model::Instant kWallClockAtStart{std::chrono::milliseconds{1'767'225'600'000}};

// The wall clock of one process, which may be set wrong, run fast or slow, and be stepped.
class ProcessClock {
 public:
  model::Instant read(SimTime now) const {
    return kWallClockAtStart + std::chrono::floor<model::Millis>(counted(now) + set_by_);
  }
  // The monotonic clock of the process: as fast, or slow, and never set.
  model::Millis uptime(SimTime now) const { return std::chrono::floor<model::Millis>(counted(now)); }
  // How long a timer of this process really takes: its clock runs `drift` parts per million too fast.
  Micros true_duration(model::Millis timer) const {
    const Micros micros{timer};
    return drift_ppm_ == 0 ? micros : Micros{micros.count() * kMillion / (kMillion + drift_ppm_)};
  }

  void step_by(Micros by) { set_by_ += by; }
  void set_drift(SimTime now, std::int64_t ppm) {
    gained_ += drifted(now);
    drift_since_ = now;
    drift_ppm_ = ppm;
  }

  // What makes it go on otherwise than others, for who compares runs (state_hash.h).
  template <class Visitor>
  void visit_state(Visitor& visit) const {
    const auto& [set_by, gained, drift_since, drift_ppm] = *this;
    visit(drift_ppm, (set_by + gained) % std::chrono::seconds{1});
    if (drift_ppm != 0) visit(drift_since, gained);
  }

  friend bool operator==(const ProcessClock&, const ProcessClock&) = default;

 private:
  static constexpr std::int64_t kMillion = 1'000'000;

  Micros counted(SimTime now) const { return now.time_since_epoch() + gained_ + drifted(now); }
  Micros drifted(SimTime now) const {
    return drift_ppm_ == 0 ? Micros{0} : Micros{(now - drift_since_).count() * drift_ppm_ / kMillion};
  }

  Micros set_by_{0};
  Micros gained_{0};
  SimTime drift_since_{};
  std::int64_t drift_ppm_ = 0;
};

}  // namespace sentinel::sim
