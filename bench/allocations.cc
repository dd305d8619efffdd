#include "bench/allocations.h"

#include <cstddef>
#include <cstdlib>
#include <new>

namespace sentinel::bench {
namespace {

constinit thread_local Allocations so_far;

}  // namespace

Allocations allocations() { return so_far; }

}  // namespace sentinel::bench

void* operator new(std::size_t size) {
  ++sentinel::bench::so_far.count;
  sentinel::bench::so_far.bytes += size;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc{};
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
