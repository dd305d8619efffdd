// What the reader of scenarios says of a text or a file.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "sim/bad_input.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::sim {

inline std::string error_of(std::string_view text, const std::filesystem::path& file = "x.json") {
  try {
    parse_scenario(text, file);
  } catch (const BadInput& bad) {
    return bad.what();
  }
  return "no error";
}

inline std::string error_in(const std::filesystem::path& file) {
  try {
    read_scenario(file);
  } catch (const BadInput& bad) {
    return bad.what();
  }
  return "no error";
}

}  // namespace sentinel::sim
