// What all subcommands share: their declaration, options that suggest the nearest known word, exit codes.
#pragma once

#include <boost/program_options.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "model/profile.h"
#include "sim/scenario.h"

namespace sentinel::cli {

namespace po = boost::program_options;

inline constexpr int kAsExpected = 0;
inline constexpr int kFailed = 1;  // an expectation or invariant failed
inline constexpr int kBadInput = 2;
inline constexpr int kInconclusive = 3;
inline constexpr int kContradiction = 4;  // same seed, other digest
inline constexpr int kInterrupted = 130;  // by a signal, as a shell reports it

using Arguments = std::vector<std::string>;

struct Subcommand {
  std::string_view name;
  std::string_view answers;  // the question that it answers
  int (*run)(const Arguments& arguments);
};

int run_command(const Arguments& arguments);        // run.cc
int check_command(const Arguments& arguments);      // check.cc
int query_command(const Arguments& arguments);      // query.cc
int sweep_command(const Arguments& arguments);      // sweep.cc
int merge_command(const Arguments& arguments);      // merge.cc
int explain_command(const Arguments& arguments);    // explain.cc
int timing_command(const Arguments& arguments);     // timing.cc
int tolerance_command(const Arguments& arguments);  // tolerance.cc
int fuzz_command(const Arguments& arguments);       // fuzz.cc
int explore_command(const Arguments& arguments);    // explore.cc
int record_command(const Arguments& arguments);     // record.cc
int compare_command(const Arguments& arguments);    // compare.cc
int import_command(const Arguments& arguments);     // import.cc
int export_command(const Arguments& arguments);     // export.cc
int report_command(const Arguments& arguments);     // report.cc

// Options and positional arguments of one subcommand. `--help` prints `usage`, the options and `example`.
class CommandLine {
 public:
  CommandLine(std::string usage, std::string example) : usage_(std::move(usage)), example_(std::move(example)) {}

  po::options_description_easy_init options() { return visible_.add_options(); }
  // A positional argument, `count` times at most (-1: any number).
  void positional(const char* name, int count);

  // False if help was asked for, and printed. Throws BadInput for what is unknown, malformed or missing.
  bool parse(const Arguments& arguments, po::variables_map& values);
  // How many of the arguments come before the `count`-th positional one and with it; all if there are fewer. What comes
  // behind may be words that only look like options.
  std::size_t through_positional(const Arguments& arguments, std::size_t count) const;

 private:
  [[noreturn]] void reject_unknown(const std::string& option) const;

  std::string usage_;
  std::string example_;
  po::options_description visible_{"options"};
  po::options_description hidden_;
  po::positional_options_description positional_;
};

// What an option says, if it is there.
std::optional<std::string> text_of(const po::variables_map& values, const std::string& option);

// Throws BadInput if the positional argument SCENARIO is missing.
void require_scenario(const po::variables_map& values, const std::string& command);

// What SCENARIO and --case name. Throws BadInput.
sim::Scenario scenario_of(const po::variables_map& values);

// A time since the start of a run, such as 30s. Throws BadInput.
sim::SimTime time_of(const std::string& text, const std::string& option);

// Number of a seed, of seeds or of jobs: a whole number from 1 on. Throws BadInput.
std::uint64_t positive_number(const std::string& text, std::string_view option);

// The value of --jobs: as many as there are cores, if it is not given.
po::typed_value<std::string>* jobs_value();

// What --jobs says, at most 1024. Throws BadInput.
unsigned jobs_of(const po::variables_map& values);

// Writes the file that --out names. Throws BadInput.
void write_out(std::string_view text, const std::string& file);

// What an option says that takes text or json. Throws BadInput.
bool is_json(const std::string& format, const std::string& option);

// The node that an option means, of those that it may mean; `what` says which these are. Throws BadInput.
sim::NodeId node_named(const sim::Scenario& scenario, const std::string& name, const std::string& option,
                       const std::string& what, bool (*is_meant)(const sim::Node&));

// What --profile names. Throws BadInput.
const model::Profile* profile_named(const std::string& name);

}  // namespace sentinel::cli
