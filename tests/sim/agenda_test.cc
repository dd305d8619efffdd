#include "sim/agenda.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
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
