#include "analysis/sweep/requirements.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <sstream>

#include "sim/bad_input.h"
#include "sim/units.h"

namespace sentinel::analysis {
namespace {

using Unit = MeasureRow::Unit;

struct Period {
  std::string_view name;
  double seconds;
};
constexpr auto kPeriods = std::to_array<Period>(
    {{"second", 1}, {"minute", 60}, {"hour", 3'600}, {"day", 86'400}, {"month", 30 * 86'400}, {"year", 365 * 86'400}});

std::vector<std::string> words_of(std::string_view text) {
  std::istringstream in{std::string{text}};
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

[[noreturn]] void fail(std::string_view requirement, const std::string& why) {
  throw sim::BadInput{"requirement " + sim::in_quotes(requirement) + ": " + why};
}

template <class Rows>
std::vector<std::string_view> names_of(const Rows& rows) {
  std::vector<std::string_view> names;
  for (const auto& row : rows) names.push_back(row.name);
  return names;
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string all;
  for (const std::string_view word : words) all.append(all.empty() ? "" : ", ").append(word);
  return all;
}

double number_of(std::string_view text, std::string_view requirement, const std::string& example) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error == std::errc{} && end == text.data() + text.size() && number >= 0 && std::isfinite(number)) return number;
  fail(requirement, "expected " + example + ", not " + sim::in_quotes(text));
}

// `p99`, `99.9`, as users write them.
std::string quantile_name(double q) {
  std::ostringstream text;
  text << 'p' << 100 * q;
  return text.str();
}

std::size_t quantile_of(const std::string& word, std::string_view requirement) {
  std::string known;
  for (std::size_t i = 0; i < kSweepQuantiles.size(); ++i) {
    const std::string name = quantile_name(kSweepQuantiles[i]);
    if (word == name || (word == "median" && name == "p50")) return i;
    known += name + ", ";
  }
  fail(requirement, "the quantile " + sim::in_quotes(word) + " is not known: " + known + "or median");
}

double rate_of(std::string_view text, std::string_view requirement) {
  const std::size_t slash = text.find('/');
  const std::string_view name = slash == std::string_view::npos ? "" : text.substr(slash + 1);
  const auto period = std::ranges::find(kPeriods, name, &Period::name);
  if (period == kPeriods.end()) {
    fail(requirement, "expected a rate such as 1/month, not " + sim::in_quotes(text) +
                          sim::suggestion(name, names_of(kPeriods)) + "; by " + joined(names_of(kPeriods)));
  }
  return number_of(text.substr(0, slash), requirement, "a rate such as 1/month") / period->seconds;
}

double bound_of(std::string_view text, Unit unit, std::string_view requirement) {
  switch (unit) {
    case Unit::kDuration: try { return static_cast<double>(sim::parse_duration(text).count());
      } catch (const sim::BadInput& bad) {
        fail(requirement, bad.what());
      }
    case Unit::kShare: {
      constexpr double kPercent = 100;
      const bool is_percent = text.ends_with('%');
      const double share = is_percent ? number_of(text.substr(0, text.size() - 1), requirement, "99.9%") / kPercent : 2;
      if (share > 1) fail(requirement, "expected a share such as 99.9%, not " + sim::in_quotes(text));
      return share;
    }
    case Unit::kRate: return rate_of(text, requirement);
    case Unit::kCount: return number_of(text, requirement, "a number");
  }
  return 0;
}

Requirement parse_requirement(std::string_view text) {
  constexpr const char* kForm = "expected such as 'p99 time-to-failover <= 10s' or 'false-failovers <= 1/month'";
  const std::vector<std::string> words = words_of(text);
  const auto op = std::ranges::find_if(words, [](const std::string& word) { return word == "<=" || word == ">="; });
  const auto before = op - words.begin();
  if (op == words.end() || words.end() - op != 2 || before < 1 || before > 2) fail(text, kForm);

  const std::string& name = words[static_cast<std::size_t>(before) - 1];
  const MeasureRow* const row = find_measure(name);
  if (row == nullptr) {
    const std::vector<std::string_view> known = names_of(measures());
    fail(text, sim::in_quotes(name) + " is not measured" + sim::suggestion(name, known) + ": " + joined(known));
  }
  Requirement requirement{.measure = static_cast<std::size_t>(row - measures().data()),
                          .at_most = *op == "<=",
                          .bound = bound_of(words.back(), row->unit, text)};
  for (const std::string& word : words) requirement.text += (requirement.text.empty() ? "" : " ") + word;
  const bool has_quantiles = row->unit == Unit::kDuration || row->unit == Unit::kCount;
  if (has_quantiles && before == 1) {
    fail(text, "say of which quantile, such as 'p99 " + name + "' or 'median " + name + "'");
  }
  if (!has_quantiles && before == 2) fail(text, sim::in_quotes(name) + " has no quantiles: leave " + words[0] + " out");
  if (has_quantiles) requirement.quantile = quantile_of(words[0], text);
  return requirement;
}

std::string digits(double value) {
  constexpr double kWhole = 1'000;
  if (value >= kWhole) return std::to_string(std::llround(value));
  std::ostringstream text;
  text.precision(3);
  text << value;
  return text.str();
}

}  // namespace

std::vector<Requirement> parse_requirements(std::string_view text) {
  std::vector<Requirement> requirements;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    requirements.push_back(parse_requirement(text.substr(begin, end - begin)));
    begin = end + 1;
  }
  return requirements;
}

std::string figure_text(double value, Unit unit) {
  if (std::isnan(value)) return "unknown";
  if (std::isinf(value)) return value > 0 ? "never" : "unknown";
  constexpr double kMicro = 1e6;
  switch (unit) {
    case Unit::kDuration: return digits(value / kMicro) + " s";
    case Unit::kShare: return digits(100 * value) + " %";
    case Unit::kRate: return digits(value * std::ranges::find(kPeriods, "month", &Period::name)->seconds) + "/month";
    case Unit::kCount: return digits(value);
  }
  return {};
}

}  // namespace sentinel::analysis
