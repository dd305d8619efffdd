// How often, and for how many bytes, the calling thread has asked for memory.
#pragma once

#include <cstdint>

namespace sentinel::bench {

// By operator new, which a program that calls allocations() counts; freed memory counts as well.
struct Allocations {
  std::uint64_t count = 0;
  std::uint64_t bytes = 0;

  friend Allocations operator-(const Allocations& a, const Allocations& b) {
    return {a.count - b.count, a.bytes - b.bytes};
  }
};

Allocations allocations();  // since the thread began

}  // namespace sentinel::bench
