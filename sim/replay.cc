#include "sim/replay.h"

namespace sentinel::sim {
namespace {

constexpr MomentNumber kBetweenCheckpoints = 512;

}  // namespace

Replay::Replay(const std::shared_ptr<const Scenario>& scenario, std::uint64_t seed) {
  Run run{scenario, seed};
  Scratch scratch;
  scratch.history = &history_;
  checkpoints_.push_back(run);
  while (run.step_until(scenario->until, scratch)) {
    if (run.happenings() % kBetweenCheckpoints == 0) checkpoints_.push_back(run);
  }
}

Run Replay::after(MomentNumber number) const {
  Run run = checkpoints_[number / kBetweenCheckpoints];
  Scratch scratch;
  while (run.happenings() < number) run.step(scratch);
  return run;
}

}  // namespace sentinel::sim
