#include "analysis/sweep/sweep_work.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>

#include "analysis/check/check.h"
#include "analysis/observe/measured_run.h"
#include "model/random.h"
#include "sim/bad_input.h"
#include "sim/reader/fingerprint.h"
#include "sim/reader/scenario_reader.h"
#include "sim/reader/text_file.h"
#include "sim/run.h"

namespace sentinel::analysis {
namespace {

std::vector<SweepAxis> axes_of(const std::vector<AxisOption>& options, const CellSettings& cells) {
  std::vector<SweepAxis> axes;
  for (std::size_t i = 0; i < options.size(); ++i) {
    SweepAxis& axis = axes.emplace_back(SweepAxis{options[i].name, {}});
    if (const auto* const list = std::get_if<std::vector<std::string>>(&options[i].values)) {
      axis.values = *list;
      continue;
    }
    for (const auto& cell : cells) {
      if (std::ranges::find(axis.values, cell[i]) == axis.values.end()) axis.values.push_back(cell[i]);
    }
  }
  return axes;
}

// `2%`.
std::string percent_text(double share) {
  constexpr double kParts = 1e6;  // as fine as the command line has it
  constexpr double kPartsOfPercent = 1e4;
  std::array<char, 32> text{};
  const auto [end, error] =
      std::to_chars(text.begin(), text.end(), std::round(share * kParts) / kPartsOfPercent, std::chars_format::fixed);
  return std::string{text.begin(), end} + "%";
}

// What all the work needs, but not where it is done and where its results go.
std::vector<std::string> arguments_of(const SweepOptions& options) {
  std::vector<std::string> words{options.file.string()};
  const auto add = [&](const char* name, std::string value) { words.insert(words.end(), {name, std::move(value)}); };
  if (options.case_name) add("--case", *options.case_name);
  for (const std::string& vary : options.vary) add("--vary", vary);
  if (options.sample) add("--sample", std::to_string(*options.sample));
  add("--seeds", std::to_string(options.seeds));
  if (options.precision) add("--precision", percent_text(*options.precision));
  return words;
}

// What the program makes of a scenario, and how it measures that: another version of it may do so otherwise.
std::uint64_t digest_of(const std::shared_ptr<const sim::Scenario>& scenario) {
  sim::Run run{scenario, 1};
  sim::Scratch scratch;
  run.run_until(scenario->until, scratch, [](const sim::Record&) {});
  std::string measured = to_line({.cell = 0, .block = 0, .runs = {figures_of(measure(scenario, 1))}});
  const auto add = [&](std::string_view name) { measured.append(1, ' ').append(name); };
  for (std::uint8_t i = 0; i < kFailoverOutcomes; ++i) add(outcome_name(FailoverOutcome{i}));
  for (std::uint8_t i = 0; i < kFailoverReasons; ++i) add(reason_name(FailoverReason{i}));
  for (const MeasureRow& row : measures()) add(row.name);
  return model::mix_bits(run.digest() ^ sim::fingerprint_of(measured));
}

}  // namespace

SweepWork::SweepWork(const SweepOptions& options)
    : file_(options.file), text_(sim::read_text_file(options.file)), case_name_(options.case_name) {
  std::vector<AxisOption> axes;
  for (const std::string& vary : options.vary) {
    axes.push_back(parse_axis(vary, options.sample.has_value()));
    const std::string& name = axes.back().name;
    if (std::ranges::count(axes, name, &AxisOption::name) > 1)
      throw sim::BadInput{"--vary " + name + ": is there twice"};
  }
  design_ = {.version = options.version,
             .scenario = file_.string(),
             .case_name = case_name_.value_or(""),
             .about = {},
             .arguments = arguments_of(options),
             .seeds = options.seeds,
             .precision = options.precision,
             .is_sample = options.sample.has_value(),
             .cells = options.sample ? latin_hypercube(axes, *options.sample) : grid(axes),
             .shard = options.shard};
  design_.axes = axes_of(axes, design_.cells);
  groups_ = design_.groups();
  for (std::size_t cell = 0; cell < design_.cells.size(); ++cell) {
    const auto read = scenario(cell);
    if (cell == 0) {
      design_.about = read->about;
      design_.fingerprint = digest_of(read);
    }
    design_.fingerprint = model::mix_bits(design_.fingerprint ^ read->fingerprint);
  }
}

std::shared_ptr<const sim::Scenario> SweepWork::scenario(std::size_t cell) const {
  std::vector<sim::Setting> settings;
  for (std::size_t i = 0; i < design_.axes.size(); ++i) {
    const std::string& name = design_.axes[i].name;
    settings.push_back({name, design_.cells[cell][i], "--vary " + name});
  }
  return std::make_shared<const sim::Scenario>(sim::parse_scenario(text_, file_, case_name_, settings));
}

// Items come in the order of the groups.
std::shared_ptr<const SweepWork::Scenarios> SweepWork::scenarios_of(std::size_t group) {
  const std::scoped_lock lock{mutex_};
  if (recent_ != nullptr && recent_group_ == group) return recent_;
  Scenarios scenarios;
  for (const std::size_t cell : groups_[group]) scenarios.push_back(scenario(cell));
  recent_ = std::make_shared<const Scenarios>(std::move(scenarios));
  recent_group_ = group;
  return recent_;
}

std::vector<SweepBlock> SweepWork::run(const SweepItem& item, const std::function<void()>& pause) {
  const auto scenarios = scenarios_of(item.group);
  std::vector<SweepBlock> blocks;
  for (const std::size_t cell : groups_[item.group]) blocks.push_back({.cell = cell, .block = item.block});
  for (std::uint64_t seed = design_.first_seed(item.block); seed <= design_.last_seed(item.block); ++seed) {
    pause();
    const std::vector<RunMeasures> runs = measure_together(*scenarios, seed);
    for (std::size_t i = 0; i < blocks.size(); ++i) blocks[i].runs.push_back(figures_of(runs[i]));
  }
  return blocks;
}

std::optional<SweepItem> SweepDesk::next() {
  const std::scoped_lock lock{mutex_};
  return failure_ ? std::nullopt : book_.next();
}

void SweepDesk::bring(std::vector<SweepBlock> blocks) {
  const std::scoped_lock lock{mutex_};
  if (failure_) return;
  for (SweepBlock& block : blocks) {
    store_(block);
    book_.add(std::move(block));
  }
}

void SweepDesk::fail(std::exception_ptr why) {
  const std::scoped_lock lock{mutex_};
  if (!failure_) failure_ = std::move(why);
}

void SweepDesk::check() const {
  if (failure_) std::rethrow_exception(failure_);
}

void do_sweep(SweepWork& work, SweepDesk& desk, unsigned jobs, const std::function<void()>& pause) {
  parallel_for(jobs, jobs, [&](std::uint64_t /*thread*/) {
    try {
      while (const std::optional<SweepItem> item = desk.next()) desk.bring(work.run(*item, pause));
    } catch (...) {
      desk.fail(std::current_exception());
    }
  });
  desk.check();
}

}  // namespace sentinel::analysis
