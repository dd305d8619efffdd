// How far a command is: on a terminal one line that is written again and again, elsewhere a line now and then.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>

namespace sentinel::cli {

// `1234 of 10000 runs, 12 %, 850/s, 10 s left, 2 failed`: the rate is that since the begin, `note` may be empty.
std::string progress_text(std::uint64_t done, std::uint64_t total, const std::string& things, double seconds,
                          const std::string& note);

// Tells it on stderr. What takes less than a second says nothing.
class Progress {
 public:
  explicit Progress(std::string things);  // `runs`
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { clear(); }

  // May be called by any thread, and often.
  void update(std::uint64_t done, std::uint64_t total, const std::string& note = {});
  // Before something else is printed.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;

  void erase_line();

  std::mutex mutex_;
  std::string things_;
  bool is_terminal_;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point next_;  // when the next line is due
  bool shown_ = false;      // a line stands on the terminal
};

}  // namespace sentinel::cli
