// The books of a sweep: what is dealt out, and that results do not depend on the order in which blocks come.
#include "analysis/sweep/sweep_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "analysis/sweep/sweep_output.h"

namespace sentinel::analysis {
namespace {

SweepDesign design_of(std::size_t cells, std::uint64_t seeds, std::optional<double> precision = std::nullopt) {
  SweepDesign design{.version = "x", .scenario = "x.json", .case_name = "", .about = "", .seeds = seeds};
  design.precision = precision;
  design.axes = {{"quorum", {}}};
  for (std::size_t i = 0; i < cells; ++i) {
    design.axes[0].values.push_back(std::to_string(i + 1));
    design.cells.push_back({std::to_string(i + 1)});
  }
  return design;
}

// What a run of a cell with a seed may come to: each second one of every other cell fails.
SweepBlock block_of(const SweepDesign& design, const SweepItem& item) {
  SweepBlock block{.cell = item.group, .block = item.block};
  for (std::uint64_t seed = design.first_seed(item.block); seed <= design.last_seed(item.block); ++seed) {
    RunMeasures run{.outcome = FailoverOutcome::kSuccess};
    run.observed = std::chrono::seconds{60};
    run.needed = 1;
    run.done = 1;
    if (item.group % 2 == 1 && seed % 2 == 0) {
      run.outcome = FailoverOutcome::kNoAttempt;
      run.reason = FailoverReason::kNoOdown;
      run.done = 0;
    } else {
      run.time_to_failover = sim::Micros{1'000'000 + static_cast<std::int64_t>((seed * 7919 + item.group) % 1000)};
    }
    block.runs.push_back(figures_of(run));
  }
  return block;
}

std::string text_of(const SweepDesign& design, const SweepBook& book) {
  return sweep_json(book.result(), design).dump();
}

// As many hands as `hands` hold items, and bring them in an order that `turn` decides.
std::string played(const SweepDesign& design, std::size_t hands, std::size_t turn) {
  SweepBook book{design, false};
  std::vector<SweepItem> held;
  for (std::size_t i = 0;; ++i) {
    while (held.size() < hands) {
      const auto item = book.next();
      if (!item) break;
      held.push_back(*item);
    }
    if (held.empty()) break;
    const auto place = held.begin() + static_cast<std::ptrdiff_t>(i * turn % held.size());
    book.add(block_of(design, *place));
    held.erase(place);
  }
  EXPECT_FALSE(book.missing());
  return text_of(design, book);
}

// Whoever does the blocks, and when, the results are the same bytes; also if cells end early.
TEST(SweepBook, ResultsDependOnNoOrder) {
  for (const std::optional<double> precision : {std::optional<double>{}, std::optional{0.08}}) {
    const SweepDesign design = design_of(4, 330, precision);
    const std::string alone = played(design, 1, 1);
    EXPECT_EQ(played(design, 2, 1), alone);
    EXPECT_EQ(played(design, 7, 5), alone);
  }
}

// A cell ends with the first block that makes its intervals narrow enough: one that always succeeds before one that
// does so half of the time.
TEST(SweepBook, EndsACellThatIsPreciseEnough) {
  const SweepDesign design = design_of(2, 1000, 0.05);
  SweepBook book{design, false};
  while (const auto item = book.next()) book.add(block_of(design, *item));
  const SweepResult result = book.result();
  EXPECT_EQ(result.cells[0].runs, 100U);
  EXPECT_TRUE(result.cells[0].is_precise);
  EXPECT_GT(result.cells[1].runs, 350U);
  EXPECT_LT(result.cells[1].runs, 450U);
  const Estimate& success = result.cells[1].measures[0].figure;
  EXPECT_LE(success.high - success.low, 0.1);
}

// What was not measured is not precise: a cell in which no failover was needed goes on to the last seed.
TEST(SweepBook, GoesOnWhereNoFailoverWasNeeded) {
  const SweepDesign design = design_of(1, 250, 0.05);
  SweepBook book{design, false};
  while (const auto item = book.next()) {
    SweepBlock block{.cell = item->group, .block = item->block};
    block.runs.assign(SweepDesign::kSeedsOfBlock, figures_of(RunMeasures{.observed = std::chrono::seconds{60}}));
    book.add(block);
  }
  EXPECT_EQ(book.result().cells[0].runs, 250U);
  EXPECT_FALSE(book.result().cells[0].is_precise);
}

// With a precision another cell has its turn while the next block of one may not be needed; only idle hands begin it.
TEST(SweepBook, BeginsNothingInVain) {
  const SweepDesign design = design_of(2, 100, 0.5);
  SweepBook book{design, false};
  EXPECT_EQ(book.next()->group, 0U);
  EXPECT_EQ(book.next()->group, 1U);
  const auto third = book.next();
  EXPECT_EQ(third->group, 0U);
  EXPECT_EQ(third->block, 1U);
}

// Shards share all blocks among them, each of which is done once.
TEST(SweepBook, DealsToShards) {
  std::vector<std::pair<std::size_t, std::size_t>> all;
  SweepDesign design = design_of(3, 220);
  for (design.shard = {1, 4}; design.shard.number <= 4; ++design.shard.number) {
    SweepBook book{design, false};
    while (const auto item = book.next()) all.emplace_back(item->group, item->block);
  }
  std::ranges::sort(all);
  EXPECT_EQ(all.size(), 15U);
  EXPECT_EQ(std::ranges::adjacent_find(all), all.end());
}

// Shares, quantiles and rates are those of the runs, with their reasons and intervals.
TEST(SweepBook, SummarizesACell) {
  const SweepDesign design = design_of(2, 100);
  SweepBook book{design, false};
  while (const auto item = book.next()) book.add(block_of(design, *item));
  const SweepCell cell = book.result().cells[1];
  EXPECT_EQ(cell.runs, 100U);
  EXPECT_DOUBLE_EQ(cell.observed, 6000);
  ASSERT_EQ(cell.outcomes.size(), 2U);
  EXPECT_EQ(cell.outcomes[1].reason, FailoverReason::kNoOdown);
  EXPECT_EQ(cell.outcomes[1].runs, 50U);
  EXPECT_NEAR(cell.outcomes[1].share.low, 0.404, 0.001);
  const auto place = static_cast<std::size_t>(find_measure("time-to-failover") - measures().data());
  EXPECT_EQ(cell.measures[place].runs, 50U);
  EXPECT_EQ(cell.measures[place].curve.size(), kCurveSteps + 1);
  EXPECT_EQ(cell.measures[place].curve.front(), cell.measures[place].min);
  const auto rate = static_cast<std::size_t>(find_measure("false-failovers") - measures().data());
  EXPECT_EQ(cell.measures[rate].figure.value, 0);
  EXPECT_NEAR(cell.measures[rate].figure.high, 3.689 / 6000, 1e-6);
}

}  // namespace
}  // namespace sentinel::analysis
