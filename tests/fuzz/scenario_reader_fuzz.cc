// Feeds anything to the reader of scenarios: it may only read it, or refuse it in one line.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "sim/bad_input.h"
#include "sim/reader/scenario_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  try {
    // Nothing can lie below a device, so a `conf-file` is never there.
    sentinel::sim::parse_scenario(text, "/dev/null/x.json");
  } catch (const sentinel::sim::BadInput& bad) {
    const auto breaks_line = [](char c) { return static_cast<unsigned char>(c) < ' '; };
    if (std::ranges::any_of(std::string_view(bad.what()), breaks_line)) std::abort();
  }
  return 0;
}
