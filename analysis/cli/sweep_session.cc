#include "analysis/cli/sweep_session.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/number_text.h"
#include "analysis/report/report_page.h"
#include "analysis/sweep/sweep_output.h"
#include "sim/bad_input.h"
#include "sim/units.h"

namespace sentinel::cli {
namespace {

using analysis::SweepBook;
using analysis::SweepDesign;
namespace fs = std::filesystem;

constexpr std::uint64_t kMostSeeds = 1'000'000;
constexpr double kMillion = 1e6;

void write_json(std::ostream& out, const SweepDesign& design, const SweepBook& book) {
  out << analysis::sweep_json(book.result(), design).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace)
      << '\n';
}
void write_csv(std::ostream& out, const SweepDesign& /*design*/, const SweepBook& book) {
  analysis::write_sweep_csv(out, book.result());
}

void write_page(std::ostream& out, const SweepDesign& design, const SweepBook& book) {
  out << analysis::report_page(analysis::sweep_json(book.result(), design));
}

struct Output {
  std::string_view extension;
  void (*write)(std::ostream&, const SweepDesign&, const SweepBook&);
};
constexpr auto kOutputs = std::to_array<Output>(
    {{".csv", write_csv}, {".json", write_json}, {".jsonl", analysis::write_runs}, {".html", write_page}});

const Output* find_output(const fs::path& out) {
  const auto found = std::ranges::find(kOutputs, out.extension().string(), &Output::extension);
  return found == kOutputs.end() ? nullptr : &*found;
}

analysis::Shard shard_of(const std::string& text) {
  const std::size_t slash = text.find('/');
  if (slash == std::string::npos) throw sim::BadInput{"--shard '" + text + "': expected such as 2/8, the second of 8"};
  const analysis::Shard shard{positive_number(text.substr(0, slash), "--shard"),
                              positive_number(text.substr(slash + 1), "--shard")};
  if (shard.number > shard.count) throw sim::BadInput{"--shard '" + text + "': the first number is above the second"};
  return shard;
}

double precision_of(const std::string& text) {
  try {
    const std::uint32_t parts = sim::parse_share(text);
    if (parts > 0) return parts / kMillion;
  } catch (const sim::BadInput& bad) {
    throw sim::BadInput{std::string{"--precision: "} + bad.what()};
  }
  throw sim::BadInput{"--precision: expected more than 0%"};
}

std::string seconds_text(double seconds) { return analysis::fixed_text(seconds, 1) + " s"; }

}  // namespace

std::optional<SweepCommand> parse_sweep(const Arguments& arguments, const std::string& program, bool has_jobs) {
  CommandLine line{
      program + " SCENARIO [--case NAME] --vary NAME=VALUES… [--sample N] [--seeds N] [--precision P] " +
          (has_jobs ? "[--jobs N] [--pareto] [--require REQUIREMENTS] " : "") +
          "[--out FILE.csv|.json|.jsonl|.html] [--resume] [--shard I/N] [--format text|json]",
      program + " scenarios/failover/master_down.json --vary quorum=1..3 --vary down-after-milliseconds=500ms..8s*2"};
  line.options()("vary", po::value<std::vector<std::string>>()->composing(),
                 "a field of the cluster or the scenario, a directive, or a JSON pointer such as /steps/0/at; VALUES "
                 "are a list of values and ranges: 1,2,3 or 1..5 or 0..60:10 (step) or 500ms..30s*2 (factor)")(
      "case", po::value<std::string>(), "which case of the scenario, if it has several")(
      "sample", po::value<std::string>(),
      "so many cells drawn from the ranges A..B, or A..B* (logarithmic), instead of all combinations")(
      "seeds", po::value<std::string>()->default_value("200"), "each cell runs with the same seeds, 1 to N")(
      "precision", po::value<std::string>(),
      "end a cell when the share of successes, and the median time to failover in proportion, are known to +- P, "
      "such as 2% (stopping by them makes 95 % intervals a bit too narrow); one without a failover goes on to the "
      "last seed")("out", po::value<std::string>(),
                   "file for the results: .csv, .json, .jsonl with a line a run, or .html to look at")(
      "resume", "go on with what FILE.partial has, if it is there")(
      "shard", po::value<std::string>(), "do only this part of the work, into the file for `sentinel-sim merge`")(
      "format", po::value<std::string>()->default_value("text"), "of the results on stdout: text or json");
  if (has_jobs) {
    line.options()("jobs", jobs_value(), "runs at the same time")(
        "pareto", "also print the cells that no other one beats in everything")(
        "require", po::value<std::string>(),
        "also print the cells that meet all of these, as lines for sentinel.conf: such as 'p99 time-to-failover <= "
        "10s, "
        "false-failovers <= 1/month'");
  }
  line.positional("SCENARIO", 1);
  po::variables_map values;
  if (!line.parse(arguments, values)) return std::nullopt;
  if (values.count("SCENARIO") == 0) throw sim::BadInput{"a sweep needs a scenario file; see " + program + " --help"};
  if (values.count("vary") == 0)
    throw sim::BadInput{"a sweep needs a setting that it varies: --vary NAME=VALUES, such as quorum=1..3"};

  SweepCommand command;
  command.options.file = values["SCENARIO"].as<std::vector<std::string>>()[0];
  command.options.case_name = text_of(values, "case");
  command.options.vary = values["vary"].as<std::vector<std::string>>();
  command.options.seeds = positive_number(values["seeds"].as<std::string>(), "--seeds");
  command.options.version = SENTINEL_SIM_VERSION;
  command.resumes = values.count("resume") != 0;
  command.as_json = is_json(values["format"].as<std::string>(), "--format");
  if (has_jobs) command.jobs = jobs_of(values);
  if (command.options.seeds > kMostSeeds) throw sim::BadInput{"--seeds: at most 1000000"};
  if (const auto sample = text_of(values, "sample")) command.options.sample = positive_number(*sample, "--sample");
  if (const auto precision = text_of(values, "precision")) command.options.precision = precision_of(*precision);
  if (const auto shard = text_of(values, "shard")) command.options.shard = shard_of(*shard);
  if (const auto out = text_of(values, "out")) command.out = *out;
  command.pareto = values.count("pareto") != 0;
  if (const auto require = text_of(values, "require")) command.requirements = analysis::parse_requirements(*require);
  const bool is_part = values.count("shard") != 0;
  if (is_part && command.asks_for_advice()) {
    throw sim::BadInput{"--pareto and --require look at all cells: they cannot be asked of a --shard"};
  }
  if (is_part && !command.out) throw sim::BadInput{"--shard needs --out, the file for its part of the results"};
  if (is_part && find_output(*command.out) != nullptr) {
    throw sim::BadInput{"--out '" + command.out->string() + "': with --shard it is a part for sentinel-sim merge, " +
                        "expected a name such as " + command.out->stem().string() + ".1.part"};
  }
  if (!is_part && command.out) check_output(*command.out);
  if (command.resumes && !command.out) throw sim::BadInput{"--resume needs --out, the file that it goes on with"};
  return command;
}

void check_output(const fs::path& out) {
  if (find_output(out) != nullptr) return;
  throw sim::BadInput{"--out '" + out.string() + "': expected a name that ends with .csv, .json, .jsonl or .html"};
}

bool needs_runs(const std::optional<fs::path>& out) { return out && out->extension() == ".jsonl"; }

void write_results(const SweepDesign& design, const SweepBook& book, const std::optional<fs::path>& out, bool as_json) {
  if (!out) {
    as_json ? write_json(std::cout, design, book) : void(std::cout << analysis::sweep_text(book.result()));
    return;
  }
  fs::path unfinished = *out;
  unfinished += ".tmp";
  std::ofstream file{unfinished, std::ios::binary};
  find_output(*out)->write(file, design, book);
  std::error_code error;
  if (file.flush()) fs::rename(unfinished, *out, error);
  if (!file || error) throw sim::BadInput{out->string() + ": cannot be written"};
}

SweepSession::SweepSession(const SweepCommand& command, const SweepDesign& design)
    : command_(command), design_(design), book_(design, needs_runs(command.out)) {
  if (!command.out) return;
  path_ = *command.out;
  if (find_output(path_) != nullptr) path_ += ".partial";
  file_.emplace(path_, design, command.resumes, [&](analysis::SweepBlock block) { book_.add(std::move(block)); });
  before_ = book_.runs_done();
  if (before_ > 0) std::cerr << "going on after " << before_ << " of " << book_.runs() << " runs\n";
}

void SweepSession::store(const analysis::SweepBlock& block) {
  if (file_) file_->add(block);
  progress_.update(book_.runs_done() - before_ + block.runs.size(), book_.runs() - before_);
}

int SweepSession::finish() {
  progress_.clear();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  std::cerr << book_.runs_done() - before_ << " runs in " << seconds_text(seconds) << ", processor time "
            << seconds_text(static_cast<double>(std::clock()) / CLOCKS_PER_SEC) << '\n';
  const bool is_part = command_.out && path_ == *command_.out;
  if (is_part) return kAsExpected;
  // JSON on stdout is one value: advice, if it is asked for.
  const bool is_wanted = command_.out || !command_.as_json || !command_.asks_for_advice();
  if (is_wanted) write_results(design_, book_, command_.out, command_.as_json);
  file_.reset();
  if (!path_.empty()) fs::remove(path_);
  return kAsExpected;
}

int SweepSession::interrupted() {
  progress_.clear();
  std::cerr << "interrupted after " << book_.runs_done() << " of " << book_.runs() << " runs";
  if (!path_.empty()) std::cerr << ", which are in " << path_.string() << ": the same command with --resume goes on";
  std::cerr << '\n';
  return kInterrupted;
}

}  // namespace sentinel::cli
