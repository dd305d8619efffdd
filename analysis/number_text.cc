#include "analysis/number_text.h"

#include <array>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace sentinel::analysis {

std::string fixed_text(double value, int decimals) {
  if (!std::isfinite(value)) return "-";
  std::array<char, 64> text{};
  const auto [end, error] = std::to_chars(text.begin(), text.end(), value, std::chars_format::fixed, decimals);
  return error == std::errc{} ? std::string{text.begin(), end} : "-";
}

nlohmann::ordered_json finite_json(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json{value} : nlohmann::ordered_json{};
}

}  // namespace sentinel::analysis
