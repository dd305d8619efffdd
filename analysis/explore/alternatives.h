// What may happen next in a run, of all that is simultaneous.
#pragma once

#include <cstddef>
#include <vector>

#include "sim/run.h"

namespace sentinel::analysis {

// How two things that are simultaneous are held to depend on each other.
enum class Dependence : std::uint8_t {
  kSameProcess,  // if they are about the same process, or one of them is about all
  kAlways,
};

// Finds them; a buffer that is used again.
class Alternatives {
 public:
  explicit Alternatives(Dependence dependence) : dependence_(dependence) {}

  // Places of all that must be tried (Choice::take), the one that comes by itself first; that alone if nothing else
  // depends on it. Valid until the next call. The agenda must not be empty.
  const std::vector<std::size_t>& of(const sim::Run& run);

 private:
  bool is_about_all(const sim::Run& run) const;

  Dependence dependence_;
  std::vector<sim::Happening> simultaneous_{};
  std::vector<std::size_t> places_{};
};

}  // namespace sentinel::analysis
