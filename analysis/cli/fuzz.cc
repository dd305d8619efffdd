// `sentinel-sim fuzz`: does any random schedule of faults break an invariant.
#include <chrono>
#include <ctime>
#include <iostream>
#include <limits>
#include <nlohmann/json.hpp>
#include <optional>

#include "analysis/cli/command_line.h"
#include "analysis/cli/progress.h"
#include "analysis/explain/explanation.h"
#include "analysis/fuzz/corpus.h"
#include "analysis/fuzz/fuzzer.h"
#include "analysis/fuzz/generator.h"
#include "analysis/fuzz/trial.h"
#include "analysis/interrupts.h"
#include "analysis/number_text.h"
#include "sim/bad_input.h"

namespace sentinel::cli {
namespace {

using analysis::Document;
using analysis::FuzzFinding;
using analysis::FuzzResult;
using Clock = std::chrono::steady_clock;

// `1..10000`, or `10000`, which is the same.
void read_seeds(const std::string& text, analysis::FuzzOptions& options) {
  const std::size_t dots = text.find("..");
  if (dots != std::string::npos) options.first = positive_number(text.substr(0, dots), "--seeds");
  options.last = positive_number(dots == std::string::npos ? text : text.substr(dots + 2), "--seeds");
  if (options.last < options.first) throw sim::BadInput{"--seeds '" + text + "': the last one is before the first"};
}

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

std::string_view standing(const FuzzFinding& finding) { return finding.known.empty() ? "UNKNOWN" : "known"; }

std::string row_text(const FuzzFinding& finding, std::uint64_t runs) {
  std::string text{standing(finding)};
  text.resize(8, ' ');
  text.append(sim::invariant_row(finding.invariant).name);
  text.append(": ").append(std::to_string(finding.runs)).append(" of ").append(std::to_string(runs));
  text.append(" scenarios, first seed ").append(std::to_string(finding.seed)).append("\n        ");
  text.append(finding.what).append("\n");
  if (!finding.known.empty()) text.append("        ").append(finding.known).append("\n");
  return text;
}

// Unshrunk first: if something goes wrong later, it is not lost.
void print_unknown(const FuzzFinding& finding) {
  std::cout << "\nUNKNOWN " << sim::invariant_row(finding.invariant).name << ", as it was found:\n"
            << analysis::document_text(analysis::healed(finding.scenario)) << std::flush;
}

std::size_t reached(const analysis::Coverage& coverage) {
  return static_cast<std::size_t>(std::ranges::count_if(coverage.probed, [](std::uint64_t runs) { return runs > 0; }));
}

void print_coverage(const analysis::Coverage& coverage) {
  std::cout << "\nruns that came by each probe:\n";
  for (std::size_t i = 0; i < coverage.probed.size(); ++i) {
    const std::string number = std::to_string(coverage.probed[i]);
    const analysis::Probe& probe = analysis::probes()[i];
    std::cout << std::string(number.size() < 9 ? 9 - number.size() : 0, ' ') << number << "  " << probe.name
              << (probe.rare ? " (rare)" : "") << '\n';
  }
}

Document json_of(const FuzzResult& result, const std::vector<std::string>& files) {
  Document json{{"runs", result.runs}, {"next-seed", result.next}, {"states", result.coverage.states.size()}};
  json["findings"] = Document::array();
  for (std::size_t i = 0; i < result.findings.size(); ++i) {
    const FuzzFinding& finding = result.findings[i];
    json["findings"].push_back({{"invariant", sim::invariant_row(finding.invariant).name},
                                {"known", finding.known.empty() ? Document() : Document(finding.known)},
                                {"seed", finding.seed},
                                {"runs", finding.runs},
                                {"what", finding.what},
                                {"file", files[i].empty() ? Document() : Document(files[i])},
                                {"scenario", analysis::healed(finding.scenario)}});
  }
  for (std::size_t i = 0; i < result.coverage.probed.size(); ++i) {
    json["probes"][analysis::probes()[i].name] = result.coverage.probed[i];
  }
  json["contradictions"] = result.contradictions;
  return json;
}

// A state that is not rare, and to which no run came: then little is said by what was not found.
bool misses_a_probe(const analysis::Coverage& coverage) {
  for (std::size_t i = 0; i < coverage.probed.size(); ++i) {
    if (coverage.probed[i] == 0 && !analysis::probes()[i].rare) return true;
  }
  return false;
}

struct FuzzCommand {
  analysis::FuzzOptions options{};
  std::optional<double> limit{};  // s
  std::optional<analysis::Corpus> corpus{};
  bool as_json = false;
  bool coverage = false;
};

std::optional<FuzzCommand> parse_fuzz(const Arguments& arguments) {
  CommandLine line{
      "sentinel-sim fuzz [SCENARIO…] [--seeds A..B | --for T] [--jobs N] [--corpus DIR] [--twice] [--coverage] "
      "[--format text|json]",
      "sentinel-sim fuzz --for 10s --corpus build/found"};
  line.options()("seeds", po::value<std::string>(), "these seeds, or 1 to N; default: 1000")(
      "for", po::value<std::string>(), "go on for so long, such as 10m, from the first seed on")(
      "jobs", jobs_value(), "runs at the same time")(
      "corpus", po::value<std::string>(),
      "folder of scenarios: the search begins with them, and each way in which an invariant is broken is made small "
      "and "
      "added, for `sentinel-sim check`")("twice", "run each scenario again, and compare the digests")(
      "coverage", "how many runs came by each rare state; exit code 3 if none came by one that is not rare")(
      "format", po::value<std::string>()->default_value("text"), "text or json");
  line.positional("SCENARIO", -1);
  po::variables_map values;
  if (!line.parse(arguments, values)) return std::nullopt;

  FuzzCommand command;
  command.as_json = is_json(values["format"].as<std::string>(), "--format");
  command.coverage = values.count("coverage") != 0;
  command.options.jobs = jobs_of(values);
  command.options.twice = values.count("twice") != 0;
  if (const auto seeds = text_of(values, "seeds")) read_seeds(*seeds, command.options);
  if (const auto period = text_of(values, "for")) {
    command.limit = std::chrono::duration<double>(time_of(*period, "--for").time_since_epoch()).count();
    if (values.count("seeds") == 0) command.options.last = std::numeric_limits<std::uint32_t>::max();
  }
  if (values.count("SCENARIO") != 0) {
    for (const std::string& file : values["SCENARIO"].as<std::vector<std::string>>()) {
      command.options.bases.push_back(analysis::read_document(file, std::nullopt));
    }
  }
  if (const auto folder = text_of(values, "corpus")) command.corpus.emplace(*folder);
  if (command.corpus) command.options.parents = command.corpus->scenarios();
  return command;
}

// Until the last seed, the end of the time, or a signal.
FuzzResult search(FuzzCommand& command, bool& interrupted) {
  const auto begin = Clock::now();
  const analysis::Interrupts interrupts;
  Progress progress{command.limit ? "s" : "scenarios"};
  const std::uint64_t all = command.options.last - command.options.first + 1;
  command.options.goes_on = [&](const analysis::FuzzProgress& so_far) {
    std::string note = std::to_string(so_far.states) + " states, " + std::to_string(so_far.findings) + " findings";
    const double seconds = seconds_since(begin);
    if (command.limit) {
      note = std::to_string(so_far.runs) + " scenarios, " + note;
      progress.update(static_cast<std::uint64_t>(seconds), static_cast<std::uint64_t>(*command.limit), note);
    } else {
      progress.update(so_far.runs, all, note);
    }
    interrupted = interrupts.came();
    return !interrupted && !(command.limit && seconds >= *command.limit);
  };
  FuzzResult result = analysis::fuzz(command.options);
  progress.clear();
  const double seconds = seconds_since(begin);
  std::cerr << result.runs << " scenarios in " << analysis::fixed_text(seconds, 1) << " s, "
            << analysis::fixed_text(static_cast<double>(result.runs) / seconds, 0) << "/s, processor time "
            << analysis::fixed_text(static_cast<double>(std::clock()) / CLOCKS_PER_SEC, 1) << " s\n";
  if (interrupted) std::cerr << "interrupted: --seeds " << result.next << "..N goes on\n";
  return result;
}

void print_summary(const FuzzResult& result, bool coverage) {
  std::cout << result.runs << " scenarios, " << result.coverage.states.size() << " states, " << reached(result.coverage)
            << " of " << result.coverage.probed.size() << " probes\n";
  for (const FuzzFinding& finding : result.findings) std::cout << row_text(finding, result.runs);
  for (const std::uint64_t seed : result.contradictions) std::cout << "seed " << seed << " gave two digests\n";
  if (coverage) print_coverage(result.coverage);
}

// Whether a finding is made small: what nobody knows of always is, if it is told; what is known if a corpus has it not.
bool is_pinned(const FuzzFinding& finding, const FuzzCommand& command) {
  if (finding.known.empty()) return command.corpus || !command.as_json;
  return command.corpus && !command.corpus->has(finding.invariant, finding.known);
}

struct Stored {
  std::string file{};  // of the corpus; empty: none
  bool is_unknown = false;
};

Stored pin(const FuzzFinding& finding, FuzzCommand& command) {
  if (finding.known.empty() && !command.as_json) print_unknown(finding);
  const analysis::Pinned small = analysis::pinned(finding);
  Stored stored{.is_unknown = small.known.empty()};
  if (stored.is_unknown && !command.as_json) {
    std::cout << "made small" << (finding.known.empty() ? "" : ", it is UNKNOWN") << ":\n"
              << analysis::document_text(small.scenario);
    std::cout << analysis::explanation_text(analysis::scenario_of(small.scenario), analysis::kTrialSeed);
  }
  if (!command.corpus || command.corpus->has(finding.invariant, small.known)) return stored;
  stored.file = command.corpus->add(finding.invariant, small).string();
  if (!command.as_json) {
    std::cout << "stored " << stored.file << ": sentinel-sim explain " << stored.file << '\n' << std::flush;
  }
  return stored;
}

}  // namespace

int fuzz_command(const Arguments& arguments) {
  std::optional<FuzzCommand> command = parse_fuzz(arguments);
  if (!command) return kAsExpected;
  bool interrupted = false;
  const FuzzResult result = search(*command, interrupted);
  if (!command->as_json) print_summary(result, command->coverage);
  std::vector<std::string> files;
  bool unknown = false;
  for (const FuzzFinding& finding : result.findings) {
    Stored stored{.is_unknown = finding.known.empty()};
    if (is_pinned(finding, *command)) stored = pin(finding, *command);
    files.push_back(stored.file);
    unknown = unknown || stored.is_unknown || finding.known.empty();
  }
  if (command->as_json) {
    std::cout << json_of(result, files).dump(2, ' ', false, Document::error_handler_t::replace) << '\n';
  }
  if (interrupted) return kInterrupted;
  if (!result.contradictions.empty()) return kContradiction;
  if (unknown) return kFailed;
  return command->coverage && misses_a_probe(result.coverage) ? kInconclusive : kAsExpected;
}

}  // namespace sentinel::cli
