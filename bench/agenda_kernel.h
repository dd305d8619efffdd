// The kernel of sentinel-sim under a workload.
#pragma once

#include "bench/workloads.h"
#include "sim/agenda.h"

namespace sentinel::bench {

template <class Workload>
class AgendaKernel {
 public:
  explicit AgendaKernel(History<Workload>& history) : history_{history} { history_.start(send()); }

  bool empty() const { return agenda_.empty(); }
  // One event. There must be one.
  void step() {
    const sim::Happening next = agenda_.pop();
    const Message what{next.index, next.generation, static_cast<std::uint16_t>(next.kind)};
    history_.happens(next.at.time_since_epoch().count(), what, send());
  }

 private:
  auto send() {
    return [this](Micros delay, Message what) {
      agenda_.schedule(
          agenda_.now() + sim::Micros{delay},
          {.index = what.to, .generation = what.from, .kind = static_cast<sim::Happening::Kind>(what.kind)});
    };
  }

  History<Workload>& history_;
  sim::Agenda agenda_;
};

}  // namespace sentinel::bench
