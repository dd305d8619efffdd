// What a process has to do by its wall clock, with the one timer that it can ask for.
#pragma once

#include <algorithm>

#include "model/ids.h"
#include "model/step.h"

namespace sentinel::model {

// kNever is a time that does not come.
inline bool is_due(Instant at, Instant now) { return at != kNever && now >= at; }

// When what begins now has lasted too long; 0: never.
inline Instant deadline_after(Millis timeout, Instant now) { return timeout > Millis{0} ? now + timeout : kNever; }

// The earliest of the times that are given to it.
class Earliest {
 public:
  void consider(Instant at) {
    if (at != kNever && (at_ == kNever || at < at_)) at_ = at;
  }
  Instant at() const { return at_; }

 private:
  Instant at_{};
};

// The timer, which is asked for anew only if its time has changed.
class Alarm {
 public:
  void rang() { at_ = kNever; }
  void set(const Earliest& next, Instant now, Effects& effects) {
    if (next.at() == at_ || next.at() == kNever) return;
    at_ = next.at();
    effects.next_timer = std::max(Millis{0}, at_ - now);
  }

  // All of its state, for who compares runs (sim/state_hash.h).
  template <class Visitor>
  void visit_state(Visitor& visit) const {
    visit(at_);
  }

  friend bool operator==(const Alarm&, const Alarm&) = default;

 private:
  Instant at_{};
};

}  // namespace sentinel::model
