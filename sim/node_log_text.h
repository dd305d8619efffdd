// The words of the lines that a data node logs about replication, as its version has them.
#pragma once

#include <string>

#include "model/node_log.h"
#include "sim/scenario.h"

namespace sentinel::sim {

struct LogText {
  model::Level level{};
  std::string text;  // without prefix and line end; empty: this version logs nothing of the kind
};
LogText node_log_text(const model::LogLine& line, const Scenario& scenario);

}  // namespace sentinel::sim
