#include "analysis/recorder/process.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace sentinel::analysis::recorder {
namespace {

// What the child needs, made before fork(): afterwards only async-signal-safe calls are allowed.
struct Image {
  explicit Image(const Launch& launch) : network(launch.network.value_or(-1)) {
    for (const std::string& word : launch.command) words.push_back(const_cast<char*>(word.c_str()));
    words.push_back(nullptr);
    for (char** variable = environ; *variable != nullptr; ++variable) {
      if (std::strncmp(*variable, "TZ=", 3) != 0) variables.push_back(*variable);
    }
    variables.push_back(utc.data());
    variables.push_back(nullptr);
  }

  std::vector<char*> words;
  std::vector<char*> variables;
  std::string utc = "TZ=UTC";
  int network;
  int input = -1;
  int output = -1;
  int report = -1;  // errno goes there if the program cannot be started
  pid_t parent = getpid();
};

// The recorder blocks the signals that end it and ignores SIGPIPE; its children must not inherit that.
void reset_signals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  std::signal(SIGPIPE, SIG_DFL);
}

[[noreturn]] void become(const Image& image) {
  reset_signals();
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const bool orphaned = getppid() != image.parent;  // before prctl() could see it
  setsid();
  const bool ready = !orphaned && (image.network < 0 || setns(image.network, CLONE_NEWNET) == 0) &&
                     dup2(image.input, STDIN_FILENO) >= 0 && dup2(image.output, STDOUT_FILENO) >= 0 &&
                     dup2(image.output, STDERR_FILENO) >= 0;
  if (ready) {
    close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    execvpe(image.words[0], image.words.data(), image.variables.data());
  }
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(image.report, &error, sizeof error);
  _exit(127);
}

// A descriptor that is closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(const Descriptor&) = delete;
  Descriptor(Descriptor&&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() { close(); }
  int number() const { return number_; }
  void close() {
    if (number_ >= 0) ::close(std::exchange(number_, -1));
  }

 private:
  int number_;
};

int open_input(const std::filesystem::path& file) {
  return open(file.empty() ? "/dev/null" : file.c_str(), O_RDONLY | O_CLOEXEC);
}

int open_output(const std::filesystem::path& file) {
  constexpr mode_t kMode = 0600;
  if (file.empty()) return open("/dev/null", O_WRONLY | O_CLOEXEC);
  return open(file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, kMode);
}

std::string text_of(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream{file, std::ios::binary}.rdbuf();
  return text.str();
}

}  // namespace

Process::Process(const Launch& launch) {
  Image image(launch);
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw std::runtime_error{std::string{"pipe: "} + std::strerror(errno)};
  const Descriptor report(ends[0]);
  Descriptor child_end(ends[1]);
  const Descriptor input(open_input(launch.input));
  const Descriptor output(open_output(launch.output));
  if (input.number() < 0 || output.number() < 0) {
    throw std::runtime_error{"cannot open what " + launch.command.front() +
                             " reads or prints: " + std::strerror(errno)};
  }
  image.input = input.number();
  image.output = output.number();
  image.report = child_end.number();

  pid_ = fork();
  if (pid_ == 0) become(image);
  child_end.close();
  int error = pid_ < 0 ? errno : 0;
  if (pid_ > 0 && read(report.number(), &error, sizeof error) <= 0) return;
  if (pid_ > 0) wait();
  throw std::runtime_error{"cannot start " + launch.command.front() + ": " + std::strerror(error)};
}

Process::Process(Process&& other) noexcept : pid_(std::exchange(other.pid_, -1)), result_(other.result_) {}

Process& Process::operator=(Process&& other) noexcept {
  std::swap(pid_, other.pid_);
  std::swap(result_, other.result_);
  return *this;
}

Process::~Process() { kill(); }

bool Process::running() {
  if (pid_ < 0 || result_) return false;
  int status = 0;
  if (waitpid(pid_, &status, WNOHANG) != pid_) return true;
  result_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
  return false;
}

bool Process::signal(int number) { return running() && ::kill(pid_, number) == 0; }

void Process::kill() {
  if (signal(SIGKILL)) wait();
}

int Process::wait() {
  int status = 0;
  while (!result_ && pid_ > 0) {
    if (waitpid(pid_, &status, 0) == pid_) {
      result_ = WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
    } else if (errno != EINTR) {
      result_ = -1;
    }
  }
  return result_.value_or(-1);
}

std::string Process::state() { return running() ? "running" : "exited " + std::to_string(result_.value_or(-1)); }

namespace {

Launch with_new_output(Launch launch, const std::filesystem::path& scratch) {
  launch.output = scratch / ".tool-output";
  std::filesystem::remove(launch.output);
  return launch;
}

}  // namespace

Tool::Tool(Launch launch, const std::filesystem::path& scratch)
    : launch_(with_new_output(std::move(launch), scratch)), process_(launch_) {}

std::string Tool::finish() {
  const int code = process_.wait();
  const std::string printed = text_of(launch_.output);
  if (code == 0) return printed;
  std::string command;
  for (const std::string& word : launch_.command) command += (command.empty() ? "" : " ") + word;
  throw std::runtime_error{"'" + command + "' failed: " + printed.substr(0, printed.find('\n'))};
}

}  // namespace sentinel::analysis::recorder
