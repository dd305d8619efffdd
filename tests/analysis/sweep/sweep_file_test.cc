// The file that a sweep can go on from, whatever happened to the process that wrote it.
#include "analysis/sweep/sweep_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/bad_input.h"

namespace sentinel::analysis {
namespace {

using testing::HasSubstr;

class SweepFileTest : public testing::Test {
 protected:
  ~SweepFileTest() override { std::filesystem::remove(path_); }

  SweepFileTest() {
    std::filesystem::remove(path_);
    design_.axes = {{"quorum", {"1", "2"}}};
    design_.cells = {{"1"}, {"2"}};
  }

  SweepBlock block(std::size_t cell) const {
    SweepBlock block{.cell = cell, .block = 0};
    for (std::uint64_t seed = 1; seed <= design_.seeds; ++seed) {
      RunMeasures run{.outcome = FailoverOutcome::kAborted, .reason = FailoverReason::kNotElected};
      run.time_to_detection = sim::Micros{seed};
      block.runs.push_back(figures_of(run));
    }
    return block;
  }

  std::string text() const {
    std::ostringstream text;
    text << std::ifstream{path_, std::ios::binary}.rdbuf();
    return text.str();
  }
  void write(const std::string& text) const { std::ofstream{path_, std::ios::binary} << text; }

  // How many blocks there are, or what is wrong.
  std::string resumed(const SweepDesign& design, bool resumes = true) const {
    int blocks = 0;
    try {
      const SweepFile file{path_, design, resumes, [&](const SweepBlock&) { ++blocks; }};
    } catch (const sim::BadInput& bad) {
      return std::string{bad.what()}.substr(path_.string().size());
    }
    return std::to_string(blocks);
  }

  SweepDesign design_{.version = "1", .scenario = "x.json", .case_name = "", .about = "", .seeds = 3};
  std::filesystem::path path_ =
      std::filesystem::path{testing::TempDir()} /
      (std::string{testing::UnitTest::GetInstance()->current_test_info()->name()} + ".partial");
};

// What was stored comes back, bit for bit.
TEST_F(SweepFileTest, KeepsBlocks) {
  {
    SweepFile{path_, design_, false, {}}.add(block(1));
  }
  std::vector<SweepBlock> blocks;
  const SweepDesign read = read_sweep_file(path_, [&](SweepBlock block) { blocks.push_back(std::move(block)); });
  EXPECT_EQ(difference(read, design_), "");
  ASSERT_EQ(blocks.size(), 1U);
  EXPECT_EQ(to_line(blocks[0]), to_line(block(1)));
}

// Wherever a kill strikes, the lines before it count, and the file goes on as if nothing had been.
TEST_F(SweepFileTest, DropsATornLine) {
  {
    SweepFile file{path_, design_, false, {}};
    file.add(block(0));
    file.add(block(1));
  }
  const std::string whole = text();
  const std::size_t header = whole.find('\n') + 1;
  const std::size_t first = whole.find('\n', header) + 1;
  for (std::size_t length = 0; length <= whole.size(); length += 7) {
    write(whole.substr(0, length));
    EXPECT_EQ(resumed(design_), length < first ? "0" : length < whole.size() ? "1" : "2") << length;
    EXPECT_EQ(text(), whole.substr(0, length < first ? header : length < whole.size() ? first : length));
  }
}

// A file that is there is never written over, and one of another sweep not gone on with.
TEST_F(SweepFileTest, RefusesWhatDoesNotFit) {
  EXPECT_EQ(resumed(design_, false), "0");
  EXPECT_EQ(resumed(design_, false), ": is there already: go on with it by --resume, or remove it");
  SweepDesign other = design_;
  other.seeds = 4;
  EXPECT_EQ(resumed(other), ": is of another sweep: it has other seeds (3, not 4)");
  other = design_;
  other.axes[0].values.pop_back();
  EXPECT_EQ(resumed(other), ": is of another sweep: it has other axes");
  other = design_;
  other.fingerprint = 7;
  EXPECT_THAT(resumed(other), HasSubstr("it has other configurations or steps, or the program has changed"));
  other = design_;
  other.shard = {2, 3};
  EXPECT_EQ(resumed(other), ": is of another shard, 1/1");
}

// One flipped bit is noticed; so is a file that is none of a sweep.
TEST_F(SweepFileTest, NoticesDamage) {
  {
    SweepFile{path_, design_, false, {}}.add(block(0));
  }
  const std::string whole = text();
  std::string damaged = whole;
  damaged[whole.size() - 5] ^= 1;
  write(damaged);
  EXPECT_EQ(resumed(design_), ":2: this line is damaged");
  write("{}\n");
  EXPECT_EQ(resumed(design_), ":1: is no file of a sweep");
}

// Two processes do not write the same file.
TEST_F(SweepFileTest, IsOfOneProcess) {
  const SweepFile file{path_, design_, false, {}};
  EXPECT_EQ(resumed(design_), ": another process is writing it");
}

}  // namespace
}  // namespace sentinel::analysis
