#include "model/random.h"

namespace sentinel::model {
namespace {

constexpr std::uint64_t kGolden = 0x9E37'79B9'7F4A'7C15ULL;

// The finaliser of SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30U)) * 0xBF58'476D'1CE4'E5B9ULL;
  z = (z ^ (z >> 27U)) * 0x94D0'49BB'1331'11EBULL;
  return z ^ (z >> 31U);
}

}  // namespace

Random::Random(std::uint64_t seed, std::uint64_t process) {
  for (std::size_t i = 0; i < kStreams; ++i) {
    states_[i] = mix(mix(mix(seed + kGolden) + (process + 1) * kGolden) + (i + 1) * kGolden);
  }
}

std::uint64_t Random::next(Stream stream) {
  std::uint64_t& state = states_[static_cast<std::size_t>(stream)];
  state += kGolden;
  return mix(state);
}

Id Random::new_id() {
  std::array<std::uint8_t, Id::kBytes> bytes{};
  for (std::uint8_t& byte : bytes) byte = static_cast<std::uint8_t>(below(Stream::kIdentity, 256));
  return Id{bytes};
}

}  // namespace sentinel::model
