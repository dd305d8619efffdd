// The phases of a failover: how long a run took from one mark to the next.
#pragma once

#include <array>
#include <optional>
#include <span>
#include <string_view>

#include "analysis/stream.h"

namespace sentinel::analysis {

// What was done to a cluster, as far as phases are counted from it.
struct Incident {
  sim::Micros fault{};
  std::optional<sim::Micros> back;  // the process or the network is whole again
};

// The first fault of the first data node, or else the first fault; and the first step after it that mends something.
// In the time of the scenario. A cut is a fault of its first group. A forced failover counts as a fault, a step that
// waits for an event does not.
std::optional<Incident> incident_of(const sim::Scenario& scenario);

// A point in time of a run.
struct Mark {
  enum class Kind : std::uint8_t {
    kFault,
    kBack,
    kFirst,         // first event with these words after the fault
    kLastOfFirsts,  // of the first ones of all sentinels that said it, the last
    kFirstBack,     // first event with these words after the end of the fault
  };
  Kind kind = Kind::kFault;
  std::string_view words;  // begin of channel and message
};

struct Phase {
  std::string_view name;
  Mark from{};
  Mark to{};
};

// In the order in which they come.
std::span<const Phase> phases();

// Not reached, or not in this order: nullopt.
std::optional<sim::Micros> duration_of(const Phase& phase, const Stream& stream, const Incident& incident);

// When it began, if it did.
std::optional<sim::Micros> begin_of(const Phase& phase, const Stream& stream, const Incident& incident);

}  // namespace sentinel::analysis
