// SIGINT and SIGTERM as something to poll, so that what was started is ended in order.
#pragma once

#include <csignal>
#include <exception>

namespace sentinel::analysis {

class Interrupted : public std::exception {
 public:
  const char* what() const noexcept override { return "interrupted"; }
};

// While it lives, these signals do nothing but make check() throw; SIGPIPE does nothing at all.
class Interrupts {
 public:
  Interrupts();  // throws std::runtime_error
  Interrupts(const Interrupts&) = delete;
  Interrupts(Interrupts&&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;
  Interrupts& operator=(Interrupts&&) = delete;
  ~Interrupts();

  int descriptor() const { return descriptor_; }  // readable if there was a signal
  bool came() const;                              // whether there was a signal
  void check() const;                             // throws Interrupted if there was one

 private:
  sigset_t blocked_before_{};
  struct sigaction pipe_before_{};
  int descriptor_ = -1;
};

}  // namespace sentinel::analysis
