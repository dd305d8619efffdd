#include "model/random.h"

#include <utility>

namespace sentinel::model {
namespace {

constexpr std::uint64_t kGolden = 0x9E37'79B9'7F4A'7C15ULL;
// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t process) {
  for (std::size_t i = 0; i < kStreams; ++i) {
    states_[i] = mix_bits(mix_bits(mix_bits(seed + kGolden) + (process + 1) * kGolden) + (i + 1) * kGolden);
  }
}

std::uint64_t Random::next(Stream stream) {
  std::uint64_t& state = states_[static_cast<std::size_t>(stream)];
  state += kGolden;
  return mix_bits(state);
}

std::uint32_t Random::answer(Stream stream, std::uint32_t n) {
  const Draw draw = std::exchange(answers_[static_cast<std::size_t>(stream)], Draw::kDrawn);
  return draw == Draw::kLowest ? 0 : draw == Draw::kMiddle ? n / 2 : n - 1;
}

Id Random::new_id() {
  std::array<std::uint8_t, Id::kBytes> bytes{};
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(below(Stream::kIdentity, 256));
  return Id{bytes};
}

std::uint64_t Random::new_hash_seed() { return next(Stream::kHash) | 1U; }

}  // namespace sentinel::model
