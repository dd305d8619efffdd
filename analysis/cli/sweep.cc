// `sentinel-sim sweep`: how the outcome depends on settings, cells of a grid times seeds; and what to set.
#include <iostream>
#include <nlohmann/json.hpp>

#include "analysis/cli/command_line.h"
#include "analysis/cli/sweep_session.h"
#include "analysis/interrupts.h"
#include "analysis/sweep/advice.h"

namespace sentinel::cli {
namespace {

void print_advice(const SweepCommand& command, const analysis::SweepResult& result, const analysis::SweepWork& work) {
  const auto scenario_of = [&](std::size_t cell) { return *work.scenario(cell); };
  if (command.as_json) {
    nlohmann::ordered_json json = nlohmann::ordered_json::object();
    if (command.pareto) json["pareto"] = analysis::pareto_json(result);
    if (!command.requirements.empty())
      json["advice"] = analysis::advice_json(result, command.requirements, scenario_of);
    std::cout << json.dump(2) << '\n';
    return;
  }
  if (command.pareto) std::cout << '\n' << analysis::pareto_text(result);
  if (!command.requirements.empty()) {
    std::cout << '\n' << analysis::advice_text(result, command.requirements, scenario_of);
  }
}

}  // namespace

int sweep_command(const Arguments& arguments) {
  const std::optional<SweepCommand> command = parse_sweep(arguments, "sentinel-sim sweep", true);
  if (!command) return kAsExpected;
  analysis::SweepWork work{command->options};
  const analysis::Interrupts interrupts;
  SweepSession session{*command, work.design()};
  try {
    analysis::do_sweep(work, session.desk(), command->jobs, [&] { interrupts.check(); });
  } catch (const analysis::Interrupted&) {
    return session.interrupted();
  }
  const int code = session.finish();
  if (command->asks_for_advice()) print_advice(*command, session.result(), work);
  return code;
}

}  // namespace sentinel::cli
