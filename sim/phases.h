// The phases of a failover by name: from which mark to which one they go.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace sentinel::sim {

// A point in time of a run.
struct Mark {
  enum class Kind : std::uint8_t {
    kFault,
    kBack,
    kFirst,         // first event with these words after the fault
    kLastOfFirsts,  // of the first ones of all sentinels that said it, the last
    kLast,          // last event with these words
    kFirstBack,     // first event with these words after the end of the fault
    kClientsMoved,  // since when all clients succeed at the new master only
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

}  // namespace sentinel::sim
