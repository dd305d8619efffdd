// What a sweep is made of: all that determines its results, and the pieces that its work is cut into.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "analysis/observe/measures.h"
#include "analysis/sweep/sweep.h"
#include "analysis/sweep/sweep_axes.h"

namespace sentinel::analysis {

// Which part of the work is done here: number 1 .. count.
struct Shard {
  std::uint64_t number = 1;
  std::uint64_t count = 1;
};

struct SweepDesign {
  std::string version;  // of the program
  std::string scenario;
  std::string case_name;
  std::string about;
  std::vector<std::string> arguments{};  // of the command that does all of the sweep; not compared
  std::uint64_t seeds = 0;
  std::optional<double> precision{};
  bool is_sample = false;
  std::vector<SweepAxis> axes{};
  CellSettings cells{};
  std::uint64_t fingerprint = 0;  // of the scenarios of all cells, and of what the program makes of the first one
  Shard shard{};

  std::size_t blocks() const { return (seeds + kSeedsOfBlock - 1) / kSeedsOfBlock; }  // of a cell
  // Cells that are done together, each in one group. Those that differ in the times of steps alone share the time
  // before, unless each may end on its own.
  std::vector<std::vector<std::size_t>> groups() const;
  // Without a precision blocks are dealt out to the shards, with one whole groups: whether a cell goes on depends on
  // its blocks so far.
  bool is_here(std::size_t group, std::size_t block) const {
    return (precision ? group : group * blocks() + block) % shard.count == shard.number - 1;
  }
  std::uint64_t first_seed(std::size_t block) const { return block * kSeedsOfBlock + 1; }
  std::uint64_t last_seed(std::size_t block) const { return std::min(seeds, (block + 1) * kSeedsOfBlock); }

  static constexpr std::uint64_t kSeedsOfBlock = 50;
};

// Without results.
SweepResult result_of(const SweepDesign& design);

nlohmann::ordered_json to_json(const SweepDesign& design);
SweepDesign design_from_json(const nlohmann::ordered_json& json);  // throws nlohmann::json::exception

// What is kept of a run.
struct RunFigures {
  FailoverOutcome outcome{};
  FailoverReason reason{};
  double observed = 0;         // seconds
  std::vector<double> values;  // in the order of measures(); NaN: it does not have it
};
RunFigures figures_of(const RunMeasures& run);

// The runs of some seeds of a cell: the unit of work, and of what is stored.
struct SweepBlock {
  std::size_t cell = 0;
  std::size_t block = 0;
  std::vector<RunFigures> runs{};  // by seed
};
std::string to_line(const SweepBlock& block);         // JSON
SweepBlock block_from_line(const std::string& line);  // throws nlohmann::json::exception

}  // namespace sentinel::analysis
