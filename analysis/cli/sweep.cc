// `sentinel-sim sweep`: how the outcome depends on settings, cells of a grid times seeds.
#include "analysis/cli/command_line.h"
#include "analysis/cli/sweep_session.h"
#include "analysis/recorder/interrupts.h"

namespace sentinel::cli {

int sweep_command(const Arguments& arguments) {
  const std::optional<SweepCommand> command = parse_sweep(arguments, "sentinel-sim sweep", true);
  if (!command) return kAsExpected;
  analysis::SweepWork work{command->options};
  const analysis::recorder::Interrupts interrupts;
  SweepSession session{*command, work.design()};
  try {
    analysis::do_sweep(work, session.desk(), command->jobs, [&] { interrupts.check(); });
  } catch (const analysis::recorder::Interrupted&) {
    return session.interrupted();
  }
  return session.finish();
}

}  // namespace sentinel::cli
