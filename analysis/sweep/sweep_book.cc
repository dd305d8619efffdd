#include "analysis/sweep/sweep_book.h"

#include <algorithm>
#include <span>
#include <utility>

#include "analysis/sweep/sweep_summary.h"

namespace sentinel::analysis {

SweepBook::SweepBook(const SweepDesign& design, bool keeps_runs)
    : design_(&design), keeps_runs_(keeps_runs), cells_(design.cells.size()) {
  for (std::vector<std::size_t>& members : design.groups()) {
    const std::size_t group = groups_.size();
    for (const std::size_t cell : members) {
      cells_[cell].group = group;
      cells_[cell].blocks.resize(design.blocks());
      for (std::size_t block = 0; block < design.blocks(); ++block) {
        if (design.is_here(group, block)) runs_ += design.last_seed(block) - design.first_seed(block) + 1;
      }
    }
    groups_.push_back({.cells = std::move(members)});
  }
}

// Moves on to the next block that nobody does or has done.
bool SweepBook::can_deal(std::size_t index) {
  Group& group = groups_[index];
  const auto is_done = [&](std::size_t cell) { return cells_[cell].is_decided || cells_[cell].blocks[group.dealt]; };
  while (group.dealt < design_->blocks() &&
         (!design_->is_here(index, group.dealt) || std::ranges::all_of(group.cells, is_done))) {
    ++group.dealt;
  }
  return group.dealt < design_->blocks();
}

std::optional<SweepItem> SweepBook::deal(std::size_t index) {
  Group& group = groups_[index];
  ++group.in_hands;
  return SweepItem{index, group.dealt++};
}

// With a precision, whether a block is needed is known when the one before is done: another cell has its turn
// meanwhile. Only who would have nothing to do begins a block that may be in vain.
std::optional<SweepItem> SweepBook::next() {
  while (first_open_ < groups_.size() && !can_deal(first_open_)) ++first_open_;
  for (std::size_t i = first_open_; i < groups_.size(); ++i) {
    const bool waits = design_->precision && groups_[i].in_hands > 0;
    if (!waits && can_deal(i)) return deal(i);
  }
  for (std::size_t i = first_open_; i < groups_.size(); ++i) {
    if (can_deal(i)) return deal(i);
  }
  return std::nullopt;
}

void SweepBook::add(SweepBlock block) {
  const std::size_t index = block.cell;
  Cell& cell = cells_[index];
  Group& group = groups_[cell.group];
  if (group.in_hands > 0 && index == group.cells.back()) --group.in_hands;
  if (cell.is_decided || cell.blocks[block.block]) return;
  runs_done_ += block.runs.size();
  cell.blocks[block.block] = std::move(block);
  decide(cell, index);
}

void SweepBook::decide(Cell& cell, std::size_t index) {
  while (!cell.is_decided && cell.used < cell.blocks.size() && cell.blocks[cell.used]) {
    ++cell.used;
    const bool is_last = cell.used == cell.blocks.size();
    const std::span blocks{cell.blocks.data(), cell.used};
    const bool is_precise = design_->precision && !is_last && is_precise_enough(blocks, *design_->precision);
    if (!is_last && !is_precise) continue;
    cell.is_decided = true;
    cell.summary = summary_of(blocks);
    cell.summary.settings = design_->cells[index];
    cell.summary.is_precise = is_precise;
    for (std::size_t block = cell.used; block < cell.blocks.size(); ++block) {
      if (!cell.blocks[block]) runs_ -= design_->last_seed(block) - design_->first_seed(block) + 1;
    }
    if (!keeps_runs_) cell.blocks = {};
  }
}

std::optional<SweepBook::Place> SweepBook::missing() const {
  for (std::size_t i = 0; i < cells_.size(); ++i) {
    if (!cells_[i].is_decided) return Place{i, cells_[i].group, cells_[i].used};
  }
  return std::nullopt;
}

SweepResult SweepBook::result() const {
  SweepResult result = result_of(*design_);
  for (const Cell& cell : cells_) result.cells.push_back(cell.summary);
  return result;
}

std::vector<const SweepBlock*> SweepBook::runs_of(std::size_t cell) const {
  std::vector<const SweepBlock*> blocks;
  for (std::size_t i = 0; i < cells_[cell].used; ++i) blocks.push_back(&*cells_[cell].blocks[i]);
  return blocks;
}

}  // namespace sentinel::analysis
