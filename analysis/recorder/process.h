// A child process that is held by a handle, and cannot outlive us.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace sentinel::analysis::recorder {

struct Launch {
  std::vector<std::string> command;  // the first word is looked for in PATH
  std::optional<int> network{};      // the network namespace that it runs in; ours if there is none
  std::filesystem::path input{};     // what it reads; nothing if empty
  std::filesystem::path output{};    // what it prints goes there
};

// The kernel kills the child when the thread that started it ends, however that comes about. Signals from the
// terminal do not reach it. Its log has times in UTC.
class Process {
 public:
  // Throws std::runtime_error if the program cannot be started.
  explicit Process(const Launch& launch);
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process();  // kills it

  pid_t pid() const { return pid_; }
  bool running();
  bool signal(int number);  // false if it has ended already
  void kill();              // and waits until it is gone
  int wait();               // until it ends; its exit code, or the negated number of the signal that ended it
  std::string state();      // `running`, or `exited 0`, `exited -9`

 private:
  pid_t pid_ = -1;
  std::optional<int> result_{};
};

// A program that does its work and ends.
class Tool {
 public:
  // What it prints is kept in `scratch` until it has ended.
  Tool(Launch launch, const std::filesystem::path& scratch);

  bool running() { return process_.running(); }

  // Waits until it has ended; what it printed. Throws std::runtime_error with the first line of that if it failed.
  std::string finish();

 private:
  Launch launch_;
  Process process_;
};

}  // namespace sentinel::analysis::recorder
