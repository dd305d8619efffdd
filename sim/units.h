// Numbers and units as users write them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "sim/time.h"

namespace sentinel::sim {

// No run takes longer, so that times can be added and multiplied without a thought.
inline constexpr Micros kLongestDuration = std::chrono::days{1'000};

// All throw BadInput, which says what would be right.

// `250ms`, `0.2ms`, `5s`, `2m`, `1h`, `50us`: exact.
Micros parse_duration(std::string_view text);
Micros parse_signed_duration(std::string_view text);

// With the largest unit that needs no decimals: `250ms`, `90s`, `2m`.
std::string format_duration(Micros duration);

// `0.1%`, in parts per million.
std::uint32_t parse_share(std::string_view text);

// Bytes, with Redis' units: `1048576`, `1mb` (1024 x 1024), `1m` (1000 x 1000).
std::int64_t parse_memory(std::string_view text);

std::int64_t parse_integer(std::string_view text, std::int64_t least, std::int64_t most);
std::uint64_t parse_epoch(std::string_view text);

}  // namespace sentinel::sim
