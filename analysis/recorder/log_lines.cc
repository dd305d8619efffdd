#include "analysis/recorder/log_lines.h"

#include <algorithm>
#include <array>
#include <regex>

namespace sentinel::analysis::recorder {
namespace {

constexpr auto kMonths = std::to_array<std::string_view>(
    {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"});

using Match = std::match_results<std::string_view::const_iterator>;

int number(const Match& match, std::size_t group) { return std::stoi(match[group].str()); }

}  // namespace

std::optional<LogLine> parse_log_line(std::string_view line, int year) {
  static const std::regex pattern{
      R"(^(?:\d{1,9}:[A-Z]|\[\d{1,9}\]) (\d{1,2}) (\w{3}) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)\.(\d{3}) ([.*#-]) (.*)$)"};
  Match match;
  if (!std::regex_match(line.begin(), line.end(), match, pattern)) return std::nullopt;
  const auto month = std::ranges::find(kMonths, match[2].str());
  if (month == kMonths.end()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{match[3].matched ? number(match, 3) : year},
                                         std::chrono::month{static_cast<unsigned>(month - kMonths.begin()) + 1},
                                         std::chrono::day{static_cast<unsigned>(number(match, 1))}};
  if (!date.ok()) return std::nullopt;
  const auto time = std::chrono::sys_days{date} + std::chrono::hours{number(match, 4)} +
                    std::chrono::minutes{number(match, 5)} + std::chrono::seconds{number(match, 6)} +
                    std::chrono::milliseconds{number(match, 7)};
  return LogLine{.time = time, .level = match[8].str(), .text = match[9].str()};
}

}  // namespace sentinel::analysis::recorder
