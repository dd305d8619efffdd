// Chance as a value: named streams of draws, equal on every compiler and standard library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/ids.h"

namespace sentinel::model {

// The chances of one process. Each purpose has its own stream, so that one more draw for one purpose shifts
// nothing in another.
class Random {
 public:
  enum class Stream : std::uint8_t { kTick, kDesync, kIdentity, kLatency, kDisk, kStartup };
  static constexpr std::size_t kStreams = 6;

  Random() = default;
  Random(std::uint64_t seed, std::uint64_t process);

  // A number from 0 to n - 1, all equally likely (to 2^-32). n in 1 .. 2^32 - 1.
  std::uint32_t below(Stream stream, std::uint32_t n) {
    return static_cast<std::uint32_t>(((next(stream) >> 32U) * n) >> 32U);
  }
  Id new_id();

  friend bool operator==(const Random&, const Random&) = default;

 private:
  std::uint64_t next(Stream stream);

  std::array<std::uint64_t, kStreams> states_{};
};

}  // namespace sentinel::model
