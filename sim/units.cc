#include "sim/units.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <span>
#include <utility>

#include "sim/bad_input.h"
#include "sim/words.h"

namespace sentinel::sim {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t size;
};

constexpr std::array kTimeUnits = {Unit{"h", 3'600'000'000}, Unit{"m", 60'000'000}, Unit{"s", 1'000'000},
                                   Unit{"ms", 1'000}, Unit{"us", 1}};
constexpr std::array kMemoryUnits = {
    Unit{"", 1},          Unit{"b", 1},        Unit{"k", 1'000},         Unit{"kb", 1 << 10},
    Unit{"m", 1'000'000}, Unit{"mb", 1 << 20}, Unit{"g", 1'000'000'000}, Unit{"gb", 1 << 30}};

const Unit* find_unit(std::span<const Unit> units, std::string_view name) {
  const auto found = std::ranges::find(units, name, &Unit::name);
  return found == units.end() ? nullptr : &*found;
}

template <class Number>
std::optional<Number> whole_number(std::string_view text) {
  Number number{};
  const auto [stop, error] = std::from_chars(text.begin(), text.end(), number);
  if (error != std::errc{} || stop != text.end()) return std::nullopt;
  return number;
}

// A decimal number: whole + fraction / scale.
struct Decimal {
  std::int64_t whole = 0;
  std::int64_t fraction = 0;
  std::int64_t scale = 1;
};

std::optional<std::int64_t> digits(std::string_view text) {
  if (!std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; })) return std::nullopt;
  return whole_number<std::int64_t>(text);
}

std::optional<Decimal> parse_decimal(std::string_view text) {
  constexpr std::size_t kMostDecimals = 9;
  const std::size_t point = text.find('.');
  const std::optional<std::int64_t> whole = digits(text.substr(0, point));
  if (!whole) return std::nullopt;
  if (point == std::string_view::npos) return Decimal{.whole = *whole};

  std::string_view decimals = text.substr(point + 1);
  while (decimals.size() > 1 && decimals.ends_with('0')) decimals.remove_suffix(1);
  const std::optional<std::int64_t> fraction = digits(decimals);
  if (!fraction || decimals.size() > kMostDecimals) return std::nullopt;
  Decimal number{.whole = *whole, .fraction = *fraction};
  for (std::size_t i = 0; i < decimals.size(); ++i) number.scale *= 10;
  return number;
}

// number x unit; nullopt if that is no whole number, or more than `most`.
std::optional<std::int64_t> times(const Decimal& number, std::int64_t unit, std::int64_t most) {
  if (number.whole > most / unit) return std::nullopt;
  if (number.fraction * unit % number.scale != 0) return std::nullopt;
  const std::int64_t product = number.whole * unit + number.fraction * unit / number.scale;
  return product <= most ? std::optional{product} : std::nullopt;
}

// The number and the unit of `5s`.
std::pair<std::string_view, std::string_view> split_unit(std::string_view text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789."), text.size());
  return {text.substr(0, end), text.substr(end)};
}

Micros parse_magnitude(std::string_view magnitude, std::string_view text) {
  const auto [number, unit_name] = split_unit(magnitude);
  const Unit* const unit = find_unit(kTimeUnits, unit_name);
  const std::optional<Decimal> decimal = parse_decimal(number);
  if (unit == nullptr || !decimal) {
    throw BadInput(in_quotes(text) +
                   " is no duration: expected a number and a unit (us, ms, s, m or h), such as '250ms'");
  }
  const auto micros = times(*decimal, unit->size, kLongestDuration.count());
  if (!micros) throw BadInput(in_quotes(text) + " is no whole number of microseconds up to 1000 days (24000h)");
  return Micros{*micros};
}

}  // namespace

Micros parse_duration(std::string_view text) {
  if (text.starts_with('-')) throw BadInput(in_quotes(text) + " is negative: expected a duration such as '250ms'");
  return parse_magnitude(text, text);
}

Micros parse_signed_duration(std::string_view text) {
  const bool negative = text.starts_with('-');
  const bool has_sign = negative || text.starts_with('+');
  const Micros magnitude = parse_magnitude(text.substr(has_sign ? 1 : 0), text);
  return negative ? -magnitude : magnitude;
}

std::string format_duration(Micros duration) {
  if (duration == Micros{0}) return "0s";
  const auto fits = [&](const Unit& unit) { return duration.count() % unit.size == 0; };
  const Unit& unit = *std::ranges::find_if(kTimeUnits, fits);
  return std::to_string(duration.count() / unit.size).append(unit.name);
}

std::uint32_t parse_share(std::string_view text) {
  constexpr std::int64_t kPercent = 10'000;
  constexpr std::int64_t kWhole = 1'000'000;
  if (text.ends_with('%')) {
    const std::optional<Decimal> percent = parse_decimal(text.substr(0, text.size() - 1));
    const auto parts = percent ? times(*percent, kPercent, kWhole) : std::nullopt;
    if (parts) return static_cast<std::uint32_t>(*parts);
  }
  throw BadInput(in_quotes(text) + " is no share: expected a percentage with up to four decimals, such as '0.1%'");
}

std::int64_t parse_memory(std::string_view text) {
  const auto [number, unit_name] = split_unit(text);
  const Unit* const unit = find_unit(kMemoryUnits, lower_case(unit_name));
  const std::optional<std::int64_t> count = digits(number);
  if (unit != nullptr && count && *count <= std::numeric_limits<std::int64_t>::max() / unit->size) {
    return *count * unit->size;
  }
  throw BadInput(in_quotes(text) +
                 " is no amount of memory: expected a number with a unit (b, k, kb, m, mb, g or gb), " +
                 "such as '1mb'");
}

std::int64_t parse_integer(std::string_view text, std::int64_t least, std::int64_t most) {
  const auto number = whole_number<std::int64_t>(text);
  if (number && *number >= least && *number <= most) return *number;
  throw BadInput("expected a whole number from " + std::to_string(least) + " to " + std::to_string(most) + ", not " +
                 in_quotes(text));
}

std::uint64_t parse_epoch(std::string_view text) {
  const auto number = whole_number<std::uint64_t>(text);
  if (number) return *number;
  throw BadInput("expected an epoch, a whole number from 0 on, not " + in_quotes(text));
}

}  // namespace sentinel::sim
