// The books of a sweep: which blocks are to be done, which are, and what they come to.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "analysis/sweep/sweep_design.h"

namespace sentinel::analysis {

// A block of all cells of a group, for somebody to do.
struct SweepItem {
  std::size_t group = 0;
  std::size_t block = 0;
};

// What a cell comes to depends on its blocks in their order alone, not on when each was done, or where. A cell with a
// precision ends with the first block after which its intervals are narrow enough; what is done beyond does not count.
class SweepBook {
 public:
  // `keeps_runs`: runs() will be asked for.
  SweepBook(const SweepDesign& design, bool keeps_runs);  // `design` must outlive it

  // Groups in their order. nullopt: all that is to be done here is dealt out.
  std::optional<SweepItem> next();
  void add(SweepBlock block);  // a second one of the same place is passed over

  // Seeds of this shard. Cells that end early make `runs` less.
  std::uint64_t runs_done() const { return runs_done_; }
  std::uint64_t runs() const { return runs_; }

  // The first block without which there is no result, of a cell.
  struct Place {
    std::size_t cell = 0;
    std::size_t group = 0;
    std::size_t block = 0;
  };
  std::optional<Place> missing() const;
  SweepResult result() const;  // if none is missing
  std::vector<const SweepBlock*> runs_of(std::size_t cell) const;

 private:
  struct Cell {
    std::size_t group = 0;
    std::vector<std::optional<SweepBlock>> blocks{};
    std::size_t used = 0;     // so many blocks are in the summary
    bool is_decided = false;  // no more blocks are needed
    SweepCell summary{};
  };

  struct Group {
    std::vector<std::size_t> cells{};
    std::size_t dealt = 0;  // blocks before this one are done, or in somebody's hands
    std::size_t in_hands = 0;
  };

  bool can_deal(std::size_t group);
  std::optional<SweepItem> deal(std::size_t group);
  void decide(Cell& cell, std::size_t index);

  const SweepDesign* design_;
  bool keeps_runs_;
  std::vector<Cell> cells_;
  std::vector<Group> groups_;
  std::size_t first_open_ = 0;  // all groups before are dealt out
  std::uint64_t runs_ = 0;
  std::uint64_t runs_done_ = 0;
};

}  // namespace sentinel::analysis
