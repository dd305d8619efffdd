// Feeds anything to the reader of recordings, and what it reads to the maker of scenarios: they may only take it, or
// refuse it in one line.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "analysis/compare/recorded_scenario.h"
#include "analysis/compare/recording.h"
#include "sim/bad_input.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    sentinel::analysis::scenario_of(sentinel::analysis::parse_recording(text, "x.json"));
  } catch (const sentinel::sim::BadInput& bad) {
    const auto breaks_line = [](char c) { return static_cast<unsigned char>(c) < ' '; };
    if (std::ranges::any_of(std::string_view(bad.what()), breaks_line)) std::abort();
  }
  return 0;
}
