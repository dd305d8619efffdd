#include "analysis/interrupts.h"

#include <poll.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <stdexcept>

namespace sentinel::analysis {
namespace {

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGHUP);
  return signals;
}

}  // namespace

Interrupts::Interrupts() {
  const sigset_t signals = ending_signals();
  descriptor_ = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK);
  if (descriptor_ < 0) throw std::runtime_error{"cannot watch for signals"};
  sigprocmask(SIG_BLOCK, &signals, &blocked_before_);
  struct sigaction ignore{};
  ignore.sa_handler = SIG_IGN;
  sigaction(SIGPIPE, &ignore, &pipe_before_);
}

Interrupts::~Interrupts() {
  signalfd_siginfo taken{};
  while (read(descriptor_, &taken, sizeof taken) > 0) continue;  // else they would strike now
  close(descriptor_);
  sigaction(SIGPIPE, &pipe_before_, nullptr);
  sigprocmask(SIG_SETMASK, &blocked_before_, nullptr);
}

bool Interrupts::came() const {
  pollfd signal{.fd = descriptor_, .events = POLLIN, .revents = 0};
  return poll(&signal, 1, 0) > 0;
}

void Interrupts::check() const {
  if (came()) throw Interrupted{};
}

}  // namespace sentinel::analysis
