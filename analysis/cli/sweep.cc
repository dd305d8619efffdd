// `sentinel-sim sweep`: how the outcome depends on settings, cells of a grid times seeds.
#include "analysis/cli/command_line.h"
#include "analysis/cli/sweep_session.h"
#include "analysis/recorder/interrupts.h"

namespace sentinel::cli {

int sweep_command(const Arguments& arguments) {
  const std::optional<SweepCommand> command = parse_sweep(arguments, "sentinel-sim sweep");
  if (!command) return kAsExpected;
  analysis::SweepWork work{command->options};
  const analysis::recorder::Interrupts interrupts;
  SweepSession session{*command, work.design()};
  try {
    analysis::do_sweep(
        work, session.book(), command->jobs, [&] { interrupts.check(); },
        [&](const analysis::SweepBlock& block) { session.store(block); });
  } catch (const analysis::recorder::Interrupted&) {
    return session.interrupted();
  }
  return session.finish();
}

}  // namespace sentinel::cli
