// Commands of operators in recordings: which of them matter to what sentinels say.
#pragma once

#include <string>
#include <vector>

#include "sim/time.h"

namespace sentinel::analysis {

struct RecordedCommand {
  std::vector<std::string> args{};
  bool refused = false;  // the server answered with an error
  sim::Micros took{};    // until the answer
};

// The words that have the same effect on what sentinels say, and that a scenario may have; none if there is no effect.
// What may have one and is not simulated is left as it is: the scenario's reader tells what is wrong with it.
std::vector<std::string> effective_words(const RecordedCommand& command);

// Whether a data node dies of it, as of DEBUG SEGFAULT.
bool is_deadly(const std::vector<std::string>& args);

// What a server answers to what it refuses begins with a word like ERR or NOGOODSLAVE. What recorders tell of a lost
// connection does not, or it begins with LAB.
bool is_refusal(const std::string& error);

}  // namespace sentinel::analysis
