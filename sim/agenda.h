// The future of a run: what will happen, in the total order of (time, sequence number).
#pragma once

#include <cstdint>
#include <queue>
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

// Same instant: first in, first out.
class Agenda {
 public:
  SimTime now() const { return now_; }
  bool empty() const { return queue_.empty(); }
  SimTime next_at() const { return queue_.top().at; }
  std::uint64_t next_sequence() const { return next_sequence_; }  // of what will be scheduled next

  void schedule(SimTime at, Happening what) {
    what.at = at;
    what.sequence = next_sequence_++;
    queue_.push(what);
  }
  // Takes out what comes next and moves the time to it. The agenda must not be empty.
  Happening pop() {
    const Happening next = queue_.top();
    queue_.pop();
    now_ = next.at;
    return next;
  }
  void set_now(SimTime now) { now_ = now; }

 private:
  std::priority_queue<Happening, std::vector<Happening>, std::greater<>> queue_;
  SimTime now_{};
  std::uint64_t next_sequence_ = 0;
};

}  // namespace sentinel::sim
