// What is done of a sweep, in a file that is only ever added to: one line for what it is, and one for each block.
#pragma once

#include <filesystem>
#include <functional>

#include "analysis/sweep/sweep_design.h"

namespace sentinel::analysis {

// Who takes the blocks that a file has.
using TakeBlock = std::function<void(SweepBlock)>;

// A line is the CRC-32 of a JSON text, and the text. A line that was not written to its end is no line.
class SweepFile {
 public:
  // Begins a file, which must not be there; or goes on with it if `resumes`, and is there. Throws sim::BadInput if that
  // cannot be, if the file is of another sweep, damaged, or in use.
  SweepFile(const std::filesystem::path& path, const SweepDesign& design, bool resumes, const TakeBlock& take);
  SweepFile(const SweepFile&) = delete;
  SweepFile(SweepFile&&) = delete;
  SweepFile& operator=(const SweepFile&) = delete;
  SweepFile& operator=(SweepFile&&) = delete;
  ~SweepFile();

  // The line is in the file when it returns. Throws sim::BadInput if it cannot be written.
  void add(const SweepBlock& block);

 private:
  void add_line(const std::string& text);

  std::filesystem::path path_;
  int descriptor_ = -1;
};

// A file that a shard has written, or an unfinished sweep. Throws sim::BadInput if it is none, or damaged.
SweepDesign read_sweep_file(const std::filesystem::path& path, const TakeBlock& take);

// The first thing in which two designs differ, such as `seeds (1000 there, 500 here)`; empty if there is none. Shards
// are not looked at.
std::string difference(const SweepDesign& there, const SweepDesign& here);

}  // namespace sentinel::analysis
