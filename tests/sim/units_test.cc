#include "sim/units.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "sim/bad_input.h"

namespace sentinel::sim {
namespace {

using testing::ThrowsMessage;
using namespace std::chrono_literals;

// Every unit is read exactly.
TEST(Duration, ReadsAllUnits) {
  EXPECT_EQ(parse_duration("50us"), 50us);
  EXPECT_EQ(parse_duration("250ms"), 250ms);
  EXPECT_EQ(parse_duration("5s"), 5s);
  EXPECT_EQ(parse_duration("2m"), 2min);
  EXPECT_EQ(parse_duration("1h"), 1h);
  EXPECT_EQ(parse_duration("0s"), 0s);
}

// Decimals are exact, without floating point.
TEST(Duration, ReadsDecimals) {
  EXPECT_EQ(parse_duration("0.2ms"), 200us);
  EXPECT_EQ(parse_duration("0.000001s"), 1us);
  EXPECT_EQ(parse_duration("1.10s"), 1'100ms);
  EXPECT_EQ(parse_duration("0.1h"), 6min);
  EXPECT_EQ(parse_duration("2.000000000000s"), 2s);
}

// Only a clock can be stepped back.
TEST(Duration, MayBeNegativeWhereAsked) {
  EXPECT_EQ(parse_signed_duration("-5s"), -5s);
  EXPECT_EQ(parse_signed_duration("+5s"), 5s);
  EXPECT_THAT([] { parse_duration("-5s"); },
              ThrowsMessage<BadInput>("'-5s' is negative: expected a duration such as '250ms'"));
}

// What is no duration is refused, with an example of one.
TEST(Duration, RefusesWhatIsNone) {
  for (const std::string text :
       {"", "5", "s", "5 s", "5sec", ".5s", "5.s", "5S", "1e3s", "1.2.3s", "9999999999999999999s"}) {
    EXPECT_THAT([&] { parse_duration(text); },
                ThrowsMessage<BadInput>("'" + text +
                                        "' is no duration: expected a number and a unit (us, ms, s, m or h), "
                                        "such as '250ms'"));
  }
}

// Times are whole microseconds, and no longer than a run may be.
TEST(Duration, RefusesWhatDoesNotFit) {
  EXPECT_EQ(parse_duration("24000h"), kLongestDuration);
  for (const std::string text : {"0.5us", "0.0001ms", "24001h", "24000.001h", "999999999999999999us"}) {
    EXPECT_THAT([&] { parse_duration(text); },
                ThrowsMessage<BadInput>("'" + text + "' is no whole number of microseconds up to 1000 days (24000h)"));
  }
}

// The largest unit that needs no decimals.
TEST(Duration, IsWrittenShortly) {
  EXPECT_EQ(format_duration(250ms), "250ms");
  EXPECT_EQ(format_duration(1'500ms), "1500ms");
  EXPECT_EQ(format_duration(90s), "90s");
  EXPECT_EQ(format_duration(120s), "2m");
  EXPECT_EQ(format_duration(-5s), "-5s");
  EXPECT_EQ(format_duration(1'000'001us), "1000001us");
  EXPECT_EQ(format_duration(0us), "0s");
}

// What is written reads as the same duration.
RC_GTEST_PROP(Duration, SurvivesWritingAndReading, ()) {
  const Micros duration{*rc::gen::inRange<std::int64_t>(-kLongestDuration.count(), kLongestDuration.count() + 1)};
  RC_ASSERT(parse_signed_duration(format_duration(duration)) == duration);
}

// Percentages become parts per million, exactly.
TEST(Share, ReadsPercentages) {
  EXPECT_EQ(parse_share("0.1%"), 1'000U);
  EXPECT_EQ(parse_share("100%"), 1'000'000U);
  EXPECT_EQ(parse_share("0.0001%"), 1U);
  for (const std::string text : {"0.1", "%", "101%", "-1%", "0.00001%"}) {
    EXPECT_THROW(parse_share(text), BadInput) << text;
  }
}

// Redis' units: with a b they are powers of two.
TEST(Memory, ReadsRedisUnits) {
  EXPECT_EQ(parse_memory("1048576"), 1 << 20);
  EXPECT_EQ(parse_memory("1mb"), 1 << 20);
  EXPECT_EQ(parse_memory("1MB"), 1 << 20);
  EXPECT_EQ(parse_memory("1m"), 1'000'000);
  EXPECT_EQ(parse_memory("16kb"), 16'384);
  EXPECT_EQ(parse_memory("3b"), 3);
  for (const std::string text : {"", "mb", "-1mb", "1.5mb", "1tb", "9999999999999gb"}) {
    EXPECT_THROW(parse_memory(text), BadInput) << text;
  }
}

// The error tells the range.
TEST(Integer, MustBeInRange) {
  EXPECT_EQ(parse_integer("-3", -3, 3), -3);
  for (const std::string text : {"4", "-4", "", "1x", "1.0", " 1", "99999999999999999999"}) {
    EXPECT_THAT([&] { parse_integer(text, -3, 3); },
                ThrowsMessage<BadInput>("expected a whole number from -3 to 3, not '" + text + "'"));
  }
}

// Epochs use all 64 bits.
TEST(Epoch, IsUnsigned) {
  EXPECT_EQ(parse_epoch("18446744073709551615"), ~std::uint64_t{0});
  EXPECT_THROW(parse_epoch("-1"), BadInput);
}

}  // namespace
}  // namespace sentinel::sim
