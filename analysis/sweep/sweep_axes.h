// The values that settings have in the cells of a sweep: all of a grid, or some that are drawn.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace sentinel::analysis {

// From `first` to `last`, both included, in whole numbers or in µs.
struct ValueRange {
  enum class Kind : std::uint8_t { kNumber, kDuration };
  Kind kind{};
  std::int64_t first = 0;
  std::int64_t last = 0;
  bool is_logarithmic = false;
};

// `--vary NAME=VALUES`.
struct AxisOption {
  std::string name;
  // JSON values in order, or a range without steps, of which a sample is drawn.
  std::variant<std::vector<std::string>, ValueRange> values;
};

// NAME=VALUES, where VALUES is a JSON list, or a list of these: a word or number; A..B (whole numbers); A..B:STEP;
// A..B*FACTOR (each so many times the one before). A and B may be times, `500ms..30s*2`; what Redis counts in
// milliseconds takes both. Of a sample, A..B and A..B* are drawn from evenly, the latter on a logarithmic scale. Throws
// sim::BadInput that begins with `--vary NAME`.
AxisOption parse_axis(const std::string& option, bool is_sample);

// Settings of each cell, JSON by axis.
using CellSettings = std::vector<std::vector<std::string>>;

// All combinations, the last axis changes fastest. Throws sim::BadInput if there are too many.
CellSettings grid(const std::vector<AxisOption>& axes);

// `count` cells, drawn so that each axis has a value in each of `count` equally likely parts of its range (McKay,
// Beckman, Conover: A comparison of three methods for selecting values of input variables, 1979). Always the same ones.
CellSettings latin_hypercube(const std::vector<AxisOption>& axes, std::uint64_t count);

}  // namespace sentinel::analysis
