// What a sweep results in, as text, JSON and CSV, and its runs as JSON lines.
#pragma once

#include <iosfwd>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "analysis/sweep/sweep.h"
#include "analysis/sweep/sweep_book.h"

namespace sentinel::analysis {

// `quorum=2 down-after-milliseconds=500`.
std::string settings_text(const SweepResult& result, const SweepCell& cell);

// By the names of the axes.
nlohmann::ordered_json settings_json(const std::vector<SweepAxis>& axes, const std::vector<std::string>& values);

// A line a cell, not wider than 80 columns but for many settings.
std::string sweep_text(const SweepResult& result);

// Times in µs; an end of an interval that the runs are too few for is null.
nlohmann::ordered_json sweep_json(const SweepResult& result, const SweepDesign& design);

// A line a cell, with a line of names. Times in ms; what a cell does not have is empty.
void write_sweep_csv(std::ostream& out, const SweepResult& result);

// A line a run: an object without anything inside, with the same names in each line. Times in µs.
void write_runs(std::ostream& out, const SweepDesign& design, const SweepBook& book);

}  // namespace sentinel::analysis
