// The future of a run: what will happen, in the total order of (time, sequence number).
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "sim/time.h"

namespace sentinel::sim {

struct Happening {
  enum class Kind : std::uint8_t {
    kStart,           // index = node, generation = the life before
    kTimer,           // index = node, generation = that of its timer
    kWake,            // index = node: a stall ends
    kFlushed,         // index = node, generation = its life: what it wrote is on disk
    kStep,            // index = step of the scenario
    kCommand,         // index = step of the scenario, generation = node
    kEnd,             // index = node, generation = its life: it is killed
    kConnectArrives,  // index = connection: the request to connect is at the server
    kConnected,       // index = connection: its acceptance is at the client
    kReset,           // index = connection, side = the end that learns that it is gone
    kDeliver,         // index = connection, side = the end whose host the next message reaches
    kRead,            // index = connection, side = the end that finds a message which its host has
    kScriptEnds,      // index = script process
  };

  SimTime at{};
  std::uint64_t sequence = 0;
  std::uint32_t index = 0;
  std::uint16_t generation = 0;  // of the slot `index`: what was meant for an earlier user of it is void
  Kind kind{};
  std::uint8_t side = 0;

  friend bool operator>(const Happening& a, const Happening& b) {
    return a.at != b.at ? a.at > b.at : a.sequence > b.sequence;
  }
};
static_assert(sizeof(Happening) == 24);

// Whether its `index` is the number of a connection.
inline bool is_about_connection(const Happening& what) {
  using Kind = Happening::Kind;
  return what.kind == Kind::kConnectArrives || what.kind == Kind::kConnected || what.kind == Kind::kReset ||
         what.kind == Kind::kDeliver || what.kind == Kind::kRead;
}

// Same instant: first in, first out.
class Agenda {
 public:
  SimTime now() const { return now_; }
  bool empty() const { return heap_.empty(); }
  SimTime next_at() const { return heap_.front().at; }
  std::uint64_t next_sequence() const { return next_sequence_; }  // of what will be scheduled next

  // From now on what is scheduled comes only at whole multiples of this: what comes within one of them is simultaneous.
  // 1 µs: each time is as it is.
  void set_interval(Micros interval) { interval_ = interval; }

  void schedule(SimTime at, Happening what) {
    what.at = interval_ == Micros{1} ? at : next_slot(at);
    what.sequence = next_sequence_++;
    heap_.push_back(what);
    std::ranges::push_heap(heap_, std::greater<>{});
  }
  // Takes out what comes next and moves the time to it. The agenda must not be empty.
  Happening pop() {
    std::ranges::pop_heap(heap_, std::greater<>{});
    const Happening next = heap_.back();
    heap_.pop_back();
    now_ = next.at;
    return next;
  }
  void set_now(SimTime now) { now_ = now; }

  // All that comes at next_at(), in the order in which it would happen. Replaces what `into` held.
  void simultaneous(std::vector<Happening>& into) const;
  // Likewise pop(), but takes what is at this place among what is simultaneous; past the end, the first.
  Happening pop(std::size_t place);
  // All, in no particular order.
  const std::vector<Happening>& all() const { return heap_; }

 private:
  SimTime next_slot(SimTime at) const {
    const Micros past = at.time_since_epoch() % interval_;
    return past > Micros{0} ? at + (interval_ - past) : at - past;
  }

  std::vector<Happening> heap_;  // what comes next is the first
  SimTime now_{};
  Micros interval_{1};
  std::uint64_t next_sequence_ = 0;
};

}  // namespace sentinel::sim
