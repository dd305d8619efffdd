// The future of a run: what will happen, in the total order of (time, sequence number).
#pragma once

#include <boost/container/static_vector.hpp>
#include <boost/heap/d_ary_heap.hpp>
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
    kNextHeld,        // index = node, generation = its life: it handles the next thing that it was kept from
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

  friend bool operator<(const Happening& a, const Happening& b) {
    return a.at != b.at ? a.at < b.at : a.sequence < b.sequence;
  }
  friend bool operator>(const Happening& a, const Happening& b) { return b < a; }
};
static_assert(sizeof(Happening) == 24);

// Whether its `index` is the number of a connection.
inline bool is_about_connection(const Happening& what) {
  using Kind = Happening::Kind;
  return what.kind == Kind::kConnectArrives || what.kind == Kind::kConnected || what.kind == Kind::kReset ||
         what.kind == Kind::kDeliver || what.kind == Kind::kRead;
}

// Same instant: first in, first out. What comes next stands in a short sorted list, all that comes later in a heap: few
// worlds have more to come than the list holds, and who takes from its end or puts something near that moves little.
class Agenda {
 public:
  SimTime now() const { return now_; }
  bool empty() const { return near_.empty(); }
  std::size_t size() const { return near_.size() + far_.size(); }
  SimTime next_at() const { return near_.back().at; }
  std::uint64_t next_sequence() const { return next_sequence_; }  // of what will be scheduled next

  // From now on what is scheduled comes only at whole multiples of this: what comes within one of them is simultaneous.
  // 1 µs: each time is as it is.
  void set_interval(Micros interval) { interval_ = interval; }

  void schedule(SimTime at, Happening what) {
    what.at = interval_ == Micros{1} ? at : next_slot(at);
    what.sequence = next_sequence_++;
    insert(what);
  }
  // Keeps the places of so many that are scheduled now, but put on the agenda one after the other. Returns the sequence
  // number of the first.
  std::uint64_t reserve(std::size_t count) {
    next_sequence_ += count;
    return next_sequence_ - count;
  }
  // Puts one of them on the agenda, before what was scheduled after reserve().
  void schedule_reserved(Happening what, std::uint64_t sequence) {
    what.at = now_;
    what.sequence = sequence;
    insert(what);
  }
  // Takes out what comes next and moves the time to it. The agenda must not be empty.
  Happening pop() {
    const Happening next = near_.back();
    near_.pop_back();
    if (near_.empty() && !far_.empty()) [[unlikely]]
      refill();
    now_ = next.at;
    return next;
  }
  void set_now(SimTime now) { now_ = now; }

  // All that comes at next_at(), in the order in which it would happen. Replaces what `into` held.
  void simultaneous(std::vector<Happening>& into) const;
  // Likewise pop(), but takes what is at this place among what is simultaneous; past the end, the first.
  Happening pop(std::size_t place);
  // All, in the order in which it would happen.
  std::vector<Happening> all() const;

 private:
  static constexpr std::size_t kNear = 64;

  SimTime next_slot(SimTime at) const {
    const Micros past = at.time_since_epoch() % interval_;
    return past > Micros{0} ? at + (interval_ - past) : at - past;
  }
  void insert(const Happening& what) {
    const bool is_full = near_.size() == kNear;
    if ((is_full || !far_.empty()) && near_.front() < what) {
      far_.push(what);
      return;
    }
    if (is_full) {
      far_.push(near_.front());
      near_.erase(near_.begin());
    }
    near_.push_back(what);
    Happening* place = near_.data() + near_.size() - 1;
    for (; place != near_.data() && place[-1] < what; --place) *place = place[-1];
    *place = what;
  }
  void refill();

  // Nothing in `far_` comes before anything in `near_`, and that is empty only if both are.
  boost::container::static_vector<Happening, kNear> near_;  // sorted, what comes next is the last
  boost::heap::d_ary_heap<Happening, boost::heap::arity<4>, boost::heap::compare<std::greater<>>> far_;
  SimTime now_{};
  Micros interval_{1};
  std::uint64_t next_sequence_ = 0;
};

}  // namespace sentinel::sim
