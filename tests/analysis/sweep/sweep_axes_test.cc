// What --vary says, and the cells that come of it.
#include "analysis/sweep/sweep_axes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

#include "sim/bad_input.h"

namespace sentinel::analysis {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> values_of(const std::string& option) {
  return std::get<std::vector<std::string>>(parse_axis(option, false).values);
}

std::string error_of(const std::string& option, bool is_sample = false) {
  try {
    parse_axis(option, is_sample);
  } catch (const sim::BadInput& bad) {
    return bad.what();
  }
  return "";
}

// Lists, ranges with a step or a factor, and several of them; numbers stay numbers, and what is none is a text.
TEST(SweepAxes, ReadsListsAndRanges) {
  EXPECT_THAT(values_of("quorum=3,1,2"), ElementsAre("3", "1", "2"));
  EXPECT_THAT(values_of("quorum=1..3,7"), ElementsAre("1", "2", "3", "7"));
  EXPECT_THAT(values_of("quorum=1..8:3"), ElementsAre("1", "4", "7"));
  EXPECT_THAT(values_of("quorum=1..20*2.5"), ElementsAre("1", "3", "6", "16"));
  EXPECT_THAT(values_of("profile=redis-7.0,redis-6.2"), ElementsAre("\"redis-7.0\"", "\"redis-6.2\""));
  EXPECT_THAT(values_of("x=true,null"), ElementsAre("true", "null"));
  EXPECT_THAT(values_of(R"(/steps/0/nodes=[["R1"],["R1","S1"]])"), ElementsAre(R"(["R1"])", R"(["R1","S1"])"));
}

// What Redis counts in milliseconds takes times as well, and is a number then; elsewhere a time stays one.
TEST(SweepAxes, ReadsTimes) {
  EXPECT_THAT(values_of("down-after-milliseconds=500,1s,0.5m"), ElementsAre("500", "1000", "30000"));
  EXPECT_THAT(values_of("sentinel down-after-milliseconds mymaster=500ms..4s*2"),
              ElementsAre("500", "1000", "2000", "4000"));
  EXPECT_THAT(values_of("/cluster/failover-timeout=1s..3s:1s"), ElementsAre("1000", "2000", "3000"));
  EXPECT_THAT(values_of("/steps/0/at=10s,0.5s"), ElementsAre("\"10s\"", "\"0.5s\""));
  EXPECT_THAT(values_of("/steps/0/at=500ms..1500ms:500ms"), ElementsAre("\"500ms\"", "\"1s\"", "\"1500ms\""));
}

// What is wrong is told with the name of the option.
TEST(SweepAxes, RefusesWhatIsNoValue) {
  EXPECT_EQ(error_of("quorum"), "--vary 'quorum': expected NAME=VALUES, such as quorum=1..3");
  EXPECT_THAT(error_of("quorum="), HasSubstr("--vary quorum: expected values such as 1,2,3"));
  EXPECT_THAT(error_of("quorum=1,,2"), HasSubstr("--vary quorum: expected values"));
  EXPECT_EQ(error_of("quorum=1,2,1"), "--vary quorum: the value 1 is there twice");
  EXPECT_EQ(error_of("down-after-milliseconds=500,0.5s"),
            "--vary down-after-milliseconds: the value 500 is there twice");
  EXPECT_EQ(error_of("down-after-milliseconds=500us"),
            "--vary down-after-milliseconds: expected a whole number of milliseconds, not 500us");
  EXPECT_THAT(error_of("quorum=5..1"), HasSubstr("'5..1': the end is before the begin"));
  EXPECT_THAT(error_of("quorum=1..x"), HasSubstr("'x' is no whole number and no time"));
  EXPECT_THAT(error_of("quorum=1..5s"), HasSubstr("expected two numbers or two times"));
  EXPECT_THAT(error_of("/until=1s..5s"), HasSubstr("times need a step, such as 1s..5s:1s"));
  EXPECT_THAT(error_of("quorum=0..5*2"), HasSubstr("a logarithmic range begins above 0"));
  EXPECT_THAT(error_of("quorum=1..5*1"), HasSubstr("expected a factor from 1.001 on"));
  EXPECT_THAT(error_of("quorum=1..5:0"), HasSubstr("the step must be above 0"));
  EXPECT_THAT(error_of("quorum=1..99999"), HasSubstr("more than 10000 values"));
  EXPECT_THAT(error_of("/x=[1"), HasSubstr("must be a JSON list"));
}

// A grid has all combinations, and the last axis changes fastest.
TEST(SweepAxes, MakesAGrid) {
  EXPECT_THAT(grid({parse_axis("quorum=1,2", false), parse_axis("sentinels=3,5", false)}),
              ElementsAre(ElementsAre("1", "3"), ElementsAre("1", "5"), ElementsAre("2", "3"), ElementsAre("2", "5")));
  const AxisOption thousand = parse_axis("x=1..1000", false);
  EXPECT_THROW(grid({thousand, thousand}), sim::BadInput);
}

// A sample has in each of N equal parts of each range one value, linear or logarithmic, and is always the same.
TEST(SweepAxes, DrawsALatinHypercube) {
  const std::vector<AxisOption> axes{parse_axis("x=0..99", true), parse_axis("y=1..1023*", true),
                                     parse_axis("z=10s..20s", true), parse_axis("w=a,b", true)};
  const CellSettings cells = latin_hypercube(axes, 10);
  std::set<int> tens;
  std::set<int> bits;
  std::set<std::string> times;
  int as = 0;
  for (const auto& cell : cells) {
    tens.insert(std::stoi(cell[0]) / 10);
    int bit = 0;
    while ((2 << bit) <= std::stoi(cell[1])) ++bit;
    bits.insert(bit);
    times.insert(cell[2]);
    as += cell[3] == "\"a\"" ? 1 : 0;
  }
  EXPECT_EQ(tens.size(), 10U);
  EXPECT_EQ(bits.size(), 10U);
  EXPECT_EQ(times.size(), 10U);
  EXPECT_THAT(*times.begin(), HasSubstr("ms"));
  EXPECT_EQ(as, 5);
  EXPECT_EQ(cells, latin_hypercube(axes, 10));
}

}  // namespace
}  // namespace sentinel::analysis
