#include "tests/support/shell.h"

#include <sys/wait.h>

#include <array>
#include <cstdio>

namespace sentinel::test {

Outcome shell(const std::string& command) {
  std::FILE* const pipe = popen(command.c_str(), "r");
  Outcome outcome;
  std::array<char, 4096> buffer{};
  while (const std::size_t size = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    outcome.output.append(buffer.data(), size);
  }
  const int status = pclose(pipe);
  if (WIFEXITED(status)) outcome.status = WEXITSTATUS(status);
  return outcome;
}

Outcome run_program(const std::string& arguments, const std::string& folder) {
  return shell("cd '" + folder + "' && '" SENTINEL_SIM_PROGRAM "' " + arguments);
}

}  // namespace sentinel::test
