#include "analysis/sweep/sweep_axes.h"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "model/random.h"
#include "sim/bad_input.h"
#include "sim/reader/setting.h"
#include "sim/units.h"

namespace sentinel::analysis {
namespace {

constexpr std::size_t kMostValues = 10'000;
constexpr std::size_t kMostCells = 100'000;
constexpr std::int64_t kMostNumber = std::int64_t{1} << 50;
constexpr std::int64_t kMicrosInMilli = 1'000;  // µs

// A number, or a time in µs.
struct Number {
  ValueRange::Kind kind{};
  std::int64_t value = 0;
};

std::optional<Number> number_of(const std::string& word) {
  using Kind = ValueRange::Kind;
  try {
    const bool has_unit = word.find_first_not_of("+-0123456789") != std::string::npos;
    if (has_unit) return Number{Kind::kDuration, sim::parse_duration(word).count()};
    return Number{Kind::kNumber, sim::parse_integer(word, -kMostNumber, kMostNumber)};
  } catch (const sim::BadInput&) {
    return std::nullopt;
  }
}

// Reads the values of one setting.
class AxisParser {
 public:
  AxisParser(std::string name, bool is_sample)
      : name_(std::move(name)), is_sample_(is_sample), in_millis_(sim::is_in_milliseconds(name_)) {}

  AxisOption parse(const std::string& values) {
    if (values.starts_with('[')) {
      parse_json(values);
    } else {
      for (std::size_t begin = 0; begin <= values.size();) {
        const std::size_t end = std::min(values.find(',', begin), values.size());
        const std::string item = values.substr(begin, end - begin);
        const bool is_whole = begin == 0 && end == values.size();
        if (is_sample_ && is_whole) {
          if (const std::optional<ValueRange> range = plain_range(item)) return {name_, *range};
        }
        add_item(item);
        begin = end + 1;
      }
    }
    for (std::size_t i = 0; i < values_.size(); ++i) {
      const auto before = values_.begin() + static_cast<std::ptrdiff_t>(i);
      if (std::find(values_.begin(), before, values_[i]) != before) fail("the value " + values_[i] + " is there twice");
    }
    return {name_, std::move(values_)};
  }

  [[noreturn]] void fail(const std::string& message) const { throw sim::BadInput{"--vary " + name_ + ": " + message}; }

  std::string json_of(const Number& number) const {
    if (number.kind == ValueRange::Kind::kNumber) return std::to_string(number.value);
    if (!in_millis_) return nlohmann::json(sim::format_duration(sim::Micros{number.value})).dump();
    if (number.value % kMicrosInMilli != 0) fail("expected a whole number of milliseconds, not " + text_of(number));
    return std::to_string(number.value / kMicrosInMilli);
  }

 private:
  static std::string text_of(const Number& number) {
    return number.kind == ValueRange::Kind::kNumber ? std::to_string(number.value)
                                                    : sim::format_duration(sim::Micros{number.value});
  }

  void parse_json(const std::string& text) {
    const auto list = nlohmann::json::parse(text, nullptr, false);
    if (list.is_discarded()) fail("what begins with '[' must be a JSON list, such as [[\"R1\"],[\"R1\",\"S1\"]]");
    for (const auto& value : list) add(value.dump());
    if (values_.empty()) fail("expected at least one value");
  }

  void add(std::string value) {
    if (values_.size() == kMostValues) fail("more than 10000 values");
    values_.push_back(std::move(value));
  }

  void add_item(const std::string& item) {
    if (item.empty()) fail("expected values such as 1,2,3 or 1..5 or 500ms..30s*2");
    const std::size_t dots = item.find("..");
    if (dots != std::string::npos) return add_range(item, dots);
    if (const std::optional<Number> number = number_of(item)) {
      // Only what is counted in milliseconds takes another unit than it has in the file.
      add(number->kind == ValueRange::Kind::kNumber || in_millis_ ? json_of(*number) : nlohmann::json(item).dump());
    } else if (item == "true" || item == "false" || item == "null") {
      add(item);
    } else {
      add(nlohmann::json(sim::one_line(item)).dump());
    }
  }

  Number end_of_range(const std::string& word, const std::string& item) const {
    const std::optional<Number> number = number_of(word);
    if (!number) fail(sim::in_quotes(item) + ": " + sim::in_quotes(word) + " is no whole number and no time");
    return *number;
  }

  // A..B and A..B* of a sample.
  std::optional<ValueRange> plain_range(const std::string& item) const {
    const std::size_t dots = item.find("..");
    const std::size_t more = item.find_first_of(":*");
    const bool is_logarithmic = item.ends_with('*');
    if (dots == std::string::npos || (more != std::string::npos && !(is_logarithmic && more + 1 == item.size())))
      return std::nullopt;
    const auto [kind, first, last] = bounds(item, dots, std::min(more, item.size()));
    if (is_logarithmic && first <= 0) fail(sim::in_quotes(item) + ": a logarithmic range begins above 0");
    return ValueRange{.kind = kind, .first = first, .last = last, .is_logarithmic = is_logarithmic};
  }

  struct Bounds {
    ValueRange::Kind kind{};
    std::int64_t first = 0;
    std::int64_t last = 0;
  };
  Bounds bounds(const std::string& item, std::size_t dots, std::size_t end) const {
    const Number first = end_of_range(item.substr(0, dots), item);
    const Number last = end_of_range(item.substr(dots + 2, end - dots - 2), item);
    if (first.kind != last.kind) fail(sim::in_quotes(item) + ": expected two numbers or two times");
    if (last.value < first.value) fail(sim::in_quotes(item) + ": the end is before the begin");
    return {first.kind, first.value, last.value};
  }

  void add_range(const std::string& item, std::size_t dots) {
    const std::size_t more = std::min(item.find_first_of(":*", dots), item.size());
    const auto [kind, first, last] = bounds(item, dots, more);
    const std::string word = more == item.size() ? "" : item.substr(more + 1);
    if (more < item.size() && item[more] == '*') {
      const double factor = factor_of(word, item);
      if (first <= 0) fail(sim::in_quotes(item) + ": a logarithmic range begins above 0");
      std::int64_t value = first;
      for (int i = 1; value <= last; ++i) {
        add(json_of({kind, value}));
        const double next = static_cast<double>(first) * std::pow(factor, i);
        if (next > static_cast<double>(kMostNumber)) return;
        value = std::max(value + 1, static_cast<std::int64_t>(std::llround(next)));
      }
      return;
    }
    std::int64_t step = 1;
    if (more < item.size()) {
      const Number given = end_of_range(word, item);
      if (given.kind != kind || given.value <= 0)
        fail(sim::in_quotes(item) + ": the step must be above 0, and of the same unit");
      step = given.value;
    } else if (kind == ValueRange::Kind::kDuration) {
      fail(sim::in_quotes(item) + ": times need a step, such as " + item + ":1s, or a factor, such as " + item + "*2");
    }
    for (std::int64_t value = first; value <= last; value += step) add(json_of({kind, value}));
  }

  double factor_of(const std::string& word, const std::string& item) const {
    const auto factor = nlohmann::json::parse(word, nullptr, false);
    if (!factor.is_number() || factor.get<double>() < 1.001) {
      fail(sim::in_quotes(item) + ": expected a factor from 1.001 on behind '*', such as 500..30000*2" +
           (word.empty() ? "; A..B* is for --sample" : ""));
    }
    return factor.get<double>();
  }

  std::string name_;
  bool is_sample_;
  bool in_millis_;
  std::vector<std::string> values_;
};

// The value at a share `u` (0 <= u < 1) of what an axis may have.
std::string value_at(const AxisOption& axis, double u) {
  if (const auto* const list = std::get_if<std::vector<std::string>>(&axis.values)) {
    return (*list)[static_cast<std::size_t>(u * static_cast<double>(list->size()))];
  }
  const auto& range = std::get<ValueRange>(axis.values);
  // Times in whole milliseconds, if the ends are.
  const bool in_millis = range.kind == ValueRange::Kind::kDuration && range.first % kMicrosInMilli == 0 &&
                         range.last % kMicrosInMilli == 0;
  const std::int64_t unit = in_millis ? kMicrosInMilli : 1;
  const auto first = static_cast<double>(range.first / unit);
  const double end = static_cast<double>(range.last / unit) + 1;
  const double at = range.is_logarithmic ? first * std::pow(end / first, u) : first + u * (end - first);
  const auto value = std::clamp(static_cast<std::int64_t>(std::floor(at)) * unit, range.first, range.last);
  return AxisParser{axis.name, true}.json_of({range.kind, value});
}

}  // namespace

AxisOption parse_axis(const std::string& option, bool is_sample) {
  const std::size_t equals = option.find('=');
  if (equals == 0 || equals == std::string::npos) {
    throw sim::BadInput{"--vary " + sim::in_quotes(option) + ": expected NAME=VALUES, such as quorum=1..3"};
  }
  return AxisParser{option.substr(0, equals), is_sample}.parse(option.substr(equals + 1));
}

CellSettings grid(const std::vector<AxisOption>& axes) {
  CellSettings cells{{}};
  for (const AxisOption& axis : axes) {
    const auto& values = std::get<std::vector<std::string>>(axis.values);
    if (cells.size() > kMostCells / values.size()) throw sim::BadInput{"--vary: more than 100000 cells"};
    CellSettings more;
    for (const auto& cell : cells) {
      for (const std::string& value : values) more.emplace_back(cell).push_back(value);
    }
    cells = std::move(more);
  }
  return cells;
}

CellSettings latin_hypercube(const std::vector<AxisOption>& axes, std::uint64_t count) {
  using Stream = model::Random::Stream;
  if (count > kMostCells) throw sim::BadInput{"--sample: more than 100000 cells"};
  CellSettings cells(count);
  for (std::size_t i = 0; i < axes.size(); ++i) {
    model::Random random{0, i};  // no run has this seed
    std::vector<std::uint64_t> parts(count);
    for (std::uint64_t part = 0; part < count; ++part) parts[part] = part;
    for (std::uint64_t left = count; left > 1; --left) {
      std::swap(parts[left - 1], parts[random.below(Stream::kStartup, static_cast<std::uint32_t>(left))]);
    }
    for (std::uint64_t cell = 0; cell < count; ++cell) {
      constexpr std::uint32_t kFine = 1U << 31U;
      const double within = static_cast<double>(random.below(Stream::kStartup, kFine)) / kFine;
      const double u = (static_cast<double>(parts[cell]) + within) / static_cast<double>(count);
      cells[cell].push_back(value_at(axes[i], u));
    }
  }
  return cells;
}

}  // namespace sentinel::analysis
