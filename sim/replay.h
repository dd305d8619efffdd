// A run that is over and can be returned to: its history, and the world before and after each moment of it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "sim/history.h"
#include "sim/run.h"
#include "sim/scenario.h"

namespace sentinel::sim {

class Replay {
 public:
  // Until the end of the scenario.
  Replay(const std::shared_ptr<const Scenario>& scenario, std::uint64_t seed);

  const Scenario& scenario() const { return checkpoints_.front().scenario(); }
  const History& history() const { return history_; }
  // As it was before that moment, or after it. The moment is one of the history.
  Run before(MomentNumber number) const { return after(number - 1); }
  Run after(MomentNumber number) const;

 private:
  History history_;
  std::vector<Run> checkpoints_;  // after each so many moments, from none on
};

}  // namespace sentinel::sim
