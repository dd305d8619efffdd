#include "analysis/cli/progress.h"

#include <unistd.h>

#include <cmath>
#include <iostream>
#include <utility>

namespace sentinel::cli {
namespace {

using namespace std::chrono_literals;

constexpr auto kQuiet = 1s;
constexpr auto kTerminalPeriod = 100ms;
constexpr auto kLogPeriod = 10s;

// `45 s`, `3 min`, `2 h`: nobody needs it more exactly.
std::string rough_time(double seconds) {
  constexpr double kMinute = 60;
  constexpr double kHour = 3600;
  const auto in = [&](double unit, const char* name) {
    return std::to_string(std::llround(std::ceil(seconds / unit))) + name;
  };
  if (seconds < 2 * kMinute) return in(1, " s");
  return seconds < 2 * kHour ? in(kMinute, " min") : in(kHour, " h");
}

}  // namespace

std::string progress_text(std::uint64_t done, std::uint64_t total, const std::string& things, double seconds,
                          const std::string& note) {
  constexpr std::uint64_t kAll = 100;
  std::string text = std::to_string(done) + " of " + std::to_string(total) + " " + things + ", " +
                     std::to_string(total == 0 ? kAll : done * kAll / total) + " %";
  if (done > 0 && seconds > 0) {
    const double rate = static_cast<double>(done) / seconds;
    text += ", " + std::to_string(std::llround(rate)) + "/s";
    if (done < total) text += ", " + rough_time(static_cast<double>(total - done) / rate) + " left";
  }
  if (!note.empty()) text += ", " + note;
  return text;
}

Progress::Progress(std::string things)
    : things_(std::move(things)),
      is_terminal_(isatty(STDERR_FILENO) == 1),
      next_(begin_ + (is_terminal_ ? Clock::duration{kQuiet} : Clock::duration{kLogPeriod})) {}

void Progress::update(std::uint64_t done, std::uint64_t total, const std::string& note) {
  const std::scoped_lock lock{mutex_};
  const Clock::time_point now = Clock::now();
  if (now < next_) return;
  const double seconds = std::chrono::duration<double>(now - begin_).count();
  next_ = now + (is_terminal_ ? Clock::duration{kTerminalPeriod} : Clock::duration{kLogPeriod});
  erase_line();
  std::cerr << progress_text(done, total, things_, seconds, note) << (is_terminal_ ? "" : "\n") << std::flush;
  shown_ = is_terminal_;
}

void Progress::clear() {
  const std::scoped_lock lock{mutex_};
  erase_line();
  std::cerr << std::flush;
}

void Progress::erase_line() {
  if (shown_) std::cerr << "\r\x1b[K";
  shown_ = false;
}

}  // namespace sentinel::cli
