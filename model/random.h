// Chance as a value: named streams of draws, equal on every compiler and standard library.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "model/ids.h"

namespace sentinel::model {

// Spreads what differs in one bit over all 64 (the finaliser of SplitMix64).
constexpr std::uint64_t mix_bits(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xBF58'476D'1CE4'E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D0'49BB'1331'11EBULL;
  return z ^ (z >> 31U);
}

// What a draw gives instead of what is drawn, so that all that it can lead to is seen.
enum class Draw : std::uint8_t { kDrawn, kLowest, kMiddle, kHighest };

// The chances of one process. Each purpose has its own stream, so that one more draw for one purpose shifts
// nothing in another.
class Random {
 public:
  enum class Stream : std::uint8_t { kTick, kDesync, kIdentity, kLatency, kDisk, kStartup, kHash, kStep };
  static constexpr std::size_t kStreams = 8;

  Random() = default;
  Random(std::uint64_t seed, std::uint64_t process);

  // A number from 0 to n - 1, all equally likely (to 2^-32). n in 1 .. 2^32 - 1.
  std::uint32_t below(Stream stream, std::uint32_t n) {
    const auto drawn = static_cast<std::uint32_t>(((next(stream) >> 32U) * n) >> 32U);
    if (answers_[static_cast<std::size_t>(stream)] == Draw::kDrawn) [[likely]]
      return drawn;
    return answer(stream, n);
  }
  // What the next draw of this stream gives; draws of the others, and later ones, are as they were.
  void answer_next(Stream stream, Draw draw) { answers_[static_cast<std::size_t>(stream)] = draw; }
  Id new_id();
  std::uint64_t new_hash_seed();  // not 0

  // Changes with each draw.
  std::uint64_t state(Stream stream) const { return states_[static_cast<std::size_t>(stream)]; }

  friend bool operator==(const Random&, const Random&) = default;

 private:
  std::uint64_t next(Stream stream);
  std::uint32_t answer(Stream stream, std::uint32_t n);

  std::array<std::uint64_t, kStreams> states_{};
  std::array<Draw, kStreams> answers_{};
};

}  // namespace sentinel::model
