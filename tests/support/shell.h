// Runs the program, or any command, as a user does.
#pragma once

#include <string>

namespace sentinel::test {

struct Outcome {
  int status = -1;  // exit code; -1: ended by a signal
  std::string output;
};

// What /bin/sh makes of it; stdout only, unless the command says otherwise.
Outcome shell(const std::string& command);

// `sentinel-sim ARGUMENTS` in `folder`, which is that of the sources if it is left out.
Outcome run_program(const std::string& arguments, const std::string& folder = SENTINEL_SIM_SOURCE_DIR);

}  // namespace sentinel::test
