// `sentinel-sim merge`: the results of a sweep from the parts that its shards have written.
#include <algorithm>
#include <map>
#include <utility>

#include "analysis/cli/command_line.h"
#include "analysis/cli/sweep_session.h"
#include "analysis/sweep/sweep_file.h"
#include "analysis/sweep/sweep_output.h"
#include "sim/bad_input.h"

namespace sentinel::cli {
namespace {

using analysis::SweepBlock;
using analysis::SweepDesign;

std::string shard_text(const analysis::Shard& shard) {
  return std::to_string(shard.number) + "/" + std::to_string(shard.count);
}

// Parts of one sweep, each of its shards once.
class Merger {
 public:
  Merger(const std::vector<std::string>& parts) {
    for (const std::string& part : parts) add(part);
    const std::uint64_t count = design_.shard.count;
    for (std::uint64_t number = 1; number <= count; ++number) {
      if (!owners_.contains(number))
        throw sim::BadInput{"the part of shard " + shard_text({number, count}) + " is missing"};
    }
  }

  void write(const std::optional<std::filesystem::path>& out, bool as_json) {
    analysis::SweepBook book{design_, needs_runs(out)};
    for (SweepBlock& block : blocks_) book.add(std::move(block));
    if (const auto missing = book.missing()) {
      const std::uint64_t owner = owner_of(*missing);
      throw sim::BadInput{owners_.at(owner) + ": is not finished, cell " + std::to_string(missing->cell + 1) + " of " +
                          std::to_string(design_.cells.size()) + " is missing: go on with it by sweep --resume"};
    }
    write_results(design_, book, out, as_json);
  }

 private:
  void add(const std::string& part) {
    SweepDesign design =
        analysis::read_sweep_file(part, [&](SweepBlock block) { blocks_.push_back(std::move(block)); });
    if (owners_.empty()) design_ = design;
    const std::string what = difference(design, design_);
    if (!what.empty()) throw sim::BadInput{part + ": is of another sweep: it has other " + what};
    if (design.shard.count != design_.shard.count) {
      throw sim::BadInput{part + ": is shard " + shard_text(design.shard) + ", and " + owners_.begin()->second +
                          " is shard " + shard_text(design_.shard)};
    }
    const auto [owner, is_new] = owners_.emplace(design.shard.number, part);
    if (!is_new) throw sim::BadInput{part + ": is shard " + shard_text(design.shard) + " as " + owner->second + " is"};
  }

  std::uint64_t owner_of(const analysis::SweepBook::Place& place) const {
    SweepDesign design = design_;
    for (design.shard.number = 1; !design.is_here(place.group, place.block);) ++design.shard.number;
    return design.shard.number;
  }

  SweepDesign design_{};
  std::vector<SweepBlock> blocks_;
  std::map<std::uint64_t, std::string> owners_;  // files by number of their shard
};

}  // namespace

int merge_command(const Arguments& arguments) {
  CommandLine line{"sentinel-sim merge PART… [--out FILE.csv|.json|.jsonl|.html] [--format text|json]",
                   "sentinel-sim merge sweep.1.part sweep.2.part --out sweep.json"};
  line.options()("out", po::value<std::string>(), "file for the results: .csv, .json, or .jsonl with a line a run")(
      "format", po::value<std::string>()->default_value("text"), "of the results on stdout: text or json");
  line.positional("PART", -1);
  po::variables_map values;
  if (!line.parse(arguments, values)) return kAsExpected;
  if (values.count("PART") == 0) {
    throw sim::BadInput{"merge needs the files that sweep --shard has written; see sentinel-sim merge --help"};
  }
  const bool as_json = is_json(values["format"].as<std::string>(), "--format");
  std::optional<std::filesystem::path> out;
  if (const auto name = text_of(values, "out")) check_output(*(out = *name));
  Merger{values["PART"].as<std::vector<std::string>>()}.write(out, as_json);
  return kAsExpected;
}

}  // namespace sentinel::cli
