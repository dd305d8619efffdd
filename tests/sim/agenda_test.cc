#include "sim/agenda.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

namespace sentinel::sim {
namespace {

SimTime at(std::int64_t micros) { return SimTime{Micros{micros}}; }

// What was scheduled comes in the order of time, and at the same time in the order in which it was scheduled.
RC_GTEST_PROP(Agenda, IsATotalOrder, ()) {
  const auto times = *rc::gen::container<std::vector<std::int64_t>>(rc::gen::inRange<std::int64_t>(-5, 20));
  Agenda agenda;
  std::vector<std::pair<std::int64_t, std::uint32_t>> expected;
  for (std::uint32_t i = 0; i < times.size(); ++i) {
    agenda.schedule(at(times[i]), {.index = i});
    expected.emplace_back(times[i], i);
  }
  std::ranges::sort(expected);
  for (const auto& [time, index] : expected) {
    RC_ASSERT(agenda.next_at() == at(time));
    const Happening next = agenda.pop();
    RC_ASSERT(next.at == at(time));
    RC_ASSERT(next.index == index);
    RC_ASSERT(agenda.now() == at(time));
  }
  RC_ASSERT(agenda.empty());
}

// What has a number that was reserved comes in the order of these numbers, even if more was scheduled meanwhile.
TEST(Agenda, ReservedNumbersKeepTheirPlace) {
  Agenda agenda;
  agenda.schedule(at(0), {.index = 1});
  const std::uint64_t first = agenda.reserve(2);
  agenda.schedule(at(0), {.index = 4});
  agenda.schedule_reserved({.index = 3}, first + 1);
  agenda.schedule_reserved({.index = 2}, first);
  for (std::uint32_t index = 1; index <= 4; ++index) EXPECT_EQ(agenda.pop().index, index);
}

// Nothing else comes of it that only some of what is to come is kept in order: whatever is scheduled between what
// comes.
RC_GTEST_PROP(Agenda, IsATotalOrderWhateverIsScheduledMeanwhile, ()) {
  using Key = std::pair<std::int64_t, std::uint32_t>;
  const auto bursts = *rc::gen::container<std::vector<std::pair<int, int>>>(
      rc::gen::pair(rc::gen::inRange(0, 150), rc::gen::inRange(0, 150)));
  Agenda agenda;
  std::set<Key> expected;
  std::uint32_t index = 0;
  for (const auto& [scheduled, taken] : bursts) {
    for (int i = 0; i < scheduled; ++i, ++index) {
      const std::int64_t time = agenda.now().time_since_epoch().count() + *rc::gen::inRange<std::int64_t>(0, 300);
      agenda.schedule(at(time), {.index = index});
      expected.emplace(time, index);
    }
    for (int i = 0; i < taken && !expected.empty(); ++i) {
      const Happening next = agenda.pop();
      RC_ASSERT(Key(next.at.time_since_epoch().count(), next.index) == *expected.begin());
      expected.erase(expected.begin());
    }
    RC_ASSERT(agenda.size() == expected.size());
    RC_ASSERT(agenda.empty() == expected.empty());
    const std::vector<Happening> all = agenda.all();
    RC_ASSERT(std::ranges::equal(all, expected, {}, &Happening::index, &Key::second));
  }
}

// What is scheduled for now comes after all that was scheduled for this time before, and before what is later.
TEST(Agenda, NowIsBehindWhatIsDueNow) {
  Agenda agenda;
  agenda.schedule(at(5), {.index = 0});
  agenda.schedule(at(5), {.index = 1});
  agenda.schedule(at(6), {.index = 2});
  EXPECT_EQ(agenda.pop().index, 0U);
  agenda.schedule(agenda.now(), {.index = 3});
  EXPECT_EQ(agenda.pop().index, 1U);
  EXPECT_EQ(agenda.pop().index, 3U);
  EXPECT_EQ(agenda.pop().index, 2U);
}

// On a grid all comes at whole multiples of the interval, never early; what comes together keeps its order.
TEST(Agenda, AGridMakesThingsSimultaneous) {
  Agenda agenda;
  agenda.set_interval(Micros{10});
  const std::vector<std::int64_t> times{11, 20, 12, 21, -5, -10, 0};
  for (std::uint32_t i = 0; i < times.size(); ++i) agenda.schedule(at(times[i]), {.index = i});
  std::vector<std::pair<std::int64_t, std::uint32_t>> came;
  while (!agenda.empty()) {
    const Happening next = agenda.pop();
    came.emplace_back(next.at.time_since_epoch().count(), next.index);
  }
  const std::vector<std::pair<std::int64_t, std::uint32_t>> expected{{-10, 5}, {0, 4},  {0, 6}, {20, 0},
                                                                     {20, 1},  {20, 2}, {30, 3}};
  EXPECT_EQ(came, expected);
}

// Of what is simultaneous any can be taken; the others, and what is later, come as before. There is no place past the
// end.
TEST(Agenda, TakesWhatIsChosen) {
  Agenda agenda;
  for (std::uint32_t i = 0; i < 4; ++i) agenda.schedule(at(5), {.index = i});
  agenda.schedule(at(4), {.index = 4});
  agenda.schedule(at(6), {.index = 5});
  std::vector<Happening> simultaneous;
  agenda.simultaneous(simultaneous);
  ASSERT_EQ(simultaneous.size(), 1U);
  EXPECT_EQ(agenda.pop(1).index, 4U);
  agenda.simultaneous(simultaneous);
  ASSERT_EQ(simultaneous.size(), 4U);
  EXPECT_EQ(simultaneous[2].index, 2U);
  EXPECT_EQ(agenda.pop(2).index, 2U);
  for (const std::uint32_t expected : {0U, 1U, 3U, 5U}) EXPECT_EQ(agenda.pop().index, expected);
}

// Likewise if a hundred things are simultaneous.
TEST(Agenda, TakesWhatIsChosenOfMany) {
  Agenda agenda;
  for (std::uint32_t i = 0; i < 100; ++i) agenda.schedule(at(5), {.index = i});
  agenda.schedule(at(6), {.index = 100});
  EXPECT_EQ(agenda.pop(99).index, 99U);
  EXPECT_EQ(agenda.pop(70).index, 70U);
  EXPECT_EQ(agenda.now(), at(5));
  std::vector<std::uint32_t> came;
  while (!agenda.empty()) came.push_back(agenda.pop().index);
  std::vector<std::uint32_t> expected;
  for (std::uint32_t i = 0; i <= 100; ++i) {
    if (i != 70 && i != 99) expected.push_back(i);
  }
  EXPECT_EQ(came, expected);
}

// A copy has a future of its own.
TEST(Agenda, CopiesAreIndependent) {
  Agenda agenda;
  agenda.schedule(at(1), {.index = 1});
  Agenda copy = agenda;
  copy.schedule(at(0), {.index = 0});
  EXPECT_EQ(copy.pop().index, 0U);
  EXPECT_EQ(agenda.pop().index, 1U);
  EXPECT_TRUE(agenda.empty());
  EXPECT_FALSE(copy.empty());
}

}  // namespace
}  // namespace sentinel::sim
