#include "model/random.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <utility>
#include <vector>

namespace sentinel::model {
namespace {

using Stream = Random::Stream;
using testing::ElementsAre;

std::vector<std::uint32_t> draw(Random random, Stream stream, std::uint32_t n, int count) {
  std::vector<std::uint32_t> draws;
  for (int i = 0; i < count; ++i) draws.push_back(random.below(stream, n));
  return draws;
}

// These numbers are what makes a seed mean the same run everywhere and for ever.
TEST(Random, KnownValues) {
  EXPECT_THAT(draw(Random(1, 0), Stream::kTick, 10, 8), ElementsAre(8, 4, 8, 5, 6, 9, 2, 4));
  EXPECT_THAT(draw(Random(1, 0), Stream::kDesync, 1000, 4), ElementsAre(269, 308, 834, 712));
  EXPECT_THAT(draw(Random(0xFFFF'FFFF'FFFF'FFFFULL, 3), Stream::kLatency, 0xFFFF'FFFF, 2),
              ElementsAre(3'605'206'612U, 4'167'370'916U));
  EXPECT_EQ(Random(1, 0).new_id().text(), "37579cf3718db72c1d1d8c0e2c6060e9d3f6aeec");
}

// An answer that was given in advance takes the place of one draw of its stream; all others are what they would be.
TEST(Random, AnswersOnceWhatItIsTold) {
  Random drawn(1, 0);
  for (const auto& [draw, expected] : {std::pair{Draw::kLowest, 0U}, {Draw::kMiddle, 500U}, {Draw::kHighest, 999U}}) {
    Random told = drawn;
    told.answer_next(Stream::kDesync, draw);
    EXPECT_NE(told, drawn);
    EXPECT_EQ(told.below(Stream::kTick, 10), Random(drawn).below(Stream::kTick, 10));
    told = drawn;
    told.answer_next(Stream::kDesync, draw);
    EXPECT_EQ(told.below(Stream::kDesync, 1000), expected);
    Random again = drawn;
    again.below(Stream::kDesync, 1000);
    EXPECT_EQ(told, again);
  }
}

// A draw for one purpose shifts nothing in another.
TEST(Random, StreamsAreIndependent) {
  Random plain(7, 2);
  Random busy(7, 2);
  for (int i = 0; i < 100; ++i) busy.below(Stream::kLatency, 1000);
  busy.new_id();
  EXPECT_EQ(draw(plain, Stream::kTick, 1000, 20), draw(busy, Stream::kTick, 1000, 20));
  EXPECT_EQ(draw(plain, Stream::kDesync, 1000, 20), draw(busy, Stream::kDesync, 1000, 20));
}

// Purposes, processes and seeds have draws of their own.
TEST(Random, StreamsDiffer) {
  const auto draws = draw(Random(7, 2), Stream::kTick, 1'000'000, 4);
  EXPECT_NE(draws, draw(Random(7, 2), Stream::kDesync, 1'000'000, 4));
  EXPECT_NE(draws, draw(Random(7, 3), Stream::kTick, 1'000'000, 4));
  EXPECT_NE(draws, draw(Random(8, 2), Stream::kTick, 1'000'000, 4));
}

// A copy has the same future.
TEST(Random, IsAValue) {
  Random random(7, 2);
  random.below(Stream::kTick, 10);
  Random copy = random;
  EXPECT_EQ(copy, random);
  EXPECT_EQ(copy.new_id(), random.new_id());
}

// All numbers below n are about equally likely: 100,000 draws stay within 4 % (more than 4 standard deviations).
TEST(Random, BelowIsUniform) {
  Random random(1, 0);
  std::array<int, 10> counts{};
  for (int i = 0; i < 100'000; ++i) ++counts.at(random.below(Stream::kTick, 10));
  EXPECT_THAT(counts, testing::Each(testing::AllOf(testing::Gt(9'600), testing::Lt(10'400))));
}

// Nothing but 0 is below 1, and the largest range is used to its ends.
TEST(Random, BelowStaysInRange) {
  Random random(1, 0);
  std::uint32_t largest = 0;
  for (int i = 0; i < 1000; ++i) {
    EXPECT_EQ(random.below(Stream::kTick, 1), 0);
    largest = std::max(largest, random.below(Stream::kTick, 0xFFFF'FFFF));
  }
  EXPECT_GT(largest, 0xFE00'0000);
}

}  // namespace
}  // namespace sentinel::model
