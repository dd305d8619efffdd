// sentinel-sim: the program.
#include <algorithm>
#include <array>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>

#include "analysis/cli/command_line.h"
#include "model/profile.h"
#include "sim/bad_input.h"

namespace {

using namespace sentinel::cli;

constexpr std::array kSubcommands = {
    Subcommand{"run", "what happens: the event streams of one run", run_command},
    Subcommand{"check", "does it happen as expected: golden streams and expectations, over many seeds", check_command},
    Subcommand{"explain", "why: what caused an event, where its time went, or why it did not happen", explain_command},
    Subcommand{"query", "what a client would be told: any command to any node, at any moment", query_command},
    Subcommand{"sweep", "how the outcome depends on settings: cells of a grid times seeds", sweep_command},
    Subcommand{"merge", "the results of a sweep that was done in parts", merge_command},
    Subcommand{"timing", "how long each phase of a failover takes, and how failovers end, over many seeds",
               timing_command},
    Subcommand{"tolerance", "what may fail at once: all sets of nodes or sites, and whether there is still a master",
               tolerance_command},
    Subcommand{"fuzz", "what nobody wrote down: does any random schedule of faults break an invariant", fuzz_command},
    Subcommand{"explore", "does any order break a rule: all orders of what comes at the same time, crashes, lost links",
               explore_command},
    Subcommand{"record", "what real Redis does: the same scenario against real processes", record_command},
    Subcommand{"compare", "is the simulator right: streams and timings side by side with recordings of real servers",
               compare_command},
    Subcommand{"import", "a scenario from real files: sentinel.conf and redis.conf of each process", import_command},
    Subcommand{"export", "configuration files from a scenario, as each process would be started with them",
               export_command},
    Subcommand{"report", "a page to look at: one run, or a sweep, as an HTML file that opens by itself",
               report_command},
};

struct ExitCode {
  int code;
  std::string_view meaning;
};
constexpr std::array kExitCodes = {
    ExitCode{kAsExpected, "as expected"},
    ExitCode{kFailed, "an expectation, an invariant or a goal does not hold, or a recorded stream was not found"},
    ExitCode{kBadInput, "bad input: a file, an option"},
    ExitCode{kInconclusive, "inconclusive: bounds were reached before there was an answer"},
    ExitCode{kContradiction, "the simulator contradicts itself: same seed, other run"},
    ExitCode{kInterrupted, "interrupted by a signal"},
};

// `  WORD      TEXT`, a line of a list.
void print_row(std::string_view word, std::string_view text) {
  constexpr std::size_t kColumn = 11;
  std::cout << "  " << word << std::string(kColumn - word.size(), ' ') << text << '\n';
}

void print_help() {
  std::cout << "sentinel-sim: a deterministic simulator of Redis Sentinel failover\n\n"
               "usage: sentinel-sim COMMAND …\n       sentinel-sim --version\n\n";
  for (const Subcommand& subcommand : kSubcommands) print_row(subcommand.name, subcommand.answers);
  std::cout << "\nexit codes:\n";
  for (const ExitCode& exit : kExitCodes) print_row(std::to_string(exit.code), exit.meaning);
  std::cout << "\n`sentinel-sim COMMAND --help` tells more.\n"
               "example: sentinel-sim run scenarios/documented/master_down.json --format pmessage\n";
}

void print_version() {
  std::cout << "sentinel-sim " SENTINEL_SIM_VERSION "\ncompiler: " SENTINEL_SIM_COMPILER "\nprofiles:";
  for (const sentinel::model::Profile& profile : sentinel::model::profiles()) std::cout << ' ' << profile.name;
  std::cout << '\n';
}

int dispatch(const Arguments& arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") {
    print_help();
    return arguments.empty() ? kBadInput : kAsExpected;
  }
  if (arguments[0] == "--version") {
    print_version();
    return kAsExpected;
  }
  const auto subcommand = std::ranges::find(kSubcommands, arguments[0], &Subcommand::name);
  if (subcommand == kSubcommands.end()) {
    std::vector<std::string_view> names;
    for (const Subcommand& known : kSubcommands) names.push_back(known.name);
    throw sentinel::sim::BadInput{"unknown command '" + arguments[0] + "'" +
                                  sentinel::sim::suggestion(arguments[0], names) + "; see sentinel-sim --help"};
  }
  return subcommand->run(Arguments(arguments.begin() + 1, arguments.end()));
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  try {
    return dispatch(Arguments(argv + 1, argv + argc));
  } catch (const sentinel::sim::BadInput& bad) {
    std::cerr << "sentinel-sim: " << bad.what() << '\n';
    return kBadInput;
  } catch (const std::exception& error) {
    std::cerr << "sentinel-sim: " << error.what() << '\n';
    return kBadInput;
  }
}
