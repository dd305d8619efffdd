// The lines of Redis' log files.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace sentinel::analysis::recorder {

struct LogLine {
  std::chrono::system_clock::time_point time;
  std::string level;  // `.` debug, `-` verbose, `*` notice, `#` warning
  std::string text;
};

// `123:X 21 Nov 2026 01:07:28.123 # text`, in UTC. Before Redis 5 there was no year, which is then `year`; before 3.0
// the process was `[123]`. Nullopt for what is no such line (a banner, a stack trace).
std::optional<LogLine> parse_log_line(std::string_view line, int year);

}  // namespace sentinel::analysis::recorder
