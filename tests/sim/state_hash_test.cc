// When two runs are in the same state, and when they are not.
#include "sim/state_hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sim/reader/scenario_reader.h"

namespace sentinel::sim {
namespace {

using std::chrono::milliseconds;

std::shared_ptr<const Scenario> cluster(const std::string& latency = "1ms", const std::string& steps = "") {
  const std::string fixed =
      R"({"min": ")" + latency + R"(", "median": "1ms", "p90": "1ms", "p99": "1ms", "max": "1ms"})";
  return std::make_shared<const Scenario>(parse_scenario(
      R"({"about": "test", "cluster": {"replicas": 2, "sentinels": 3, "quorum": 2, "down-after-milliseconds": 1000},
          "clients": {"C1": {"sentinels": ["S1"], "writes": 20}}, "schedule": {"interval": "1ms"},
          "network": {"latency": )" +
          fixed + R"(}, "disk": {"flush": {"min": "4ms", "median": "4ms", "p90": "4ms", "p99": "4ms", "max": "4ms"}},
          "steps": [)" +
          steps + R"(], "until": "20s"})",
      "test.json"));
}

sim::Run run_to(const std::shared_ptr<const Scenario>& scenario, milliseconds at, std::uint64_t seed = 1) {
  sim::Run run{scenario, seed};
  Scratch scratch;
  run.run_until(SimTime{at}, scratch, [](const Record&) {});
  run.wait_until(SimTime{at});
  return run;
}

// The next moment at which several things come that are about different processes, none of them void.
std::vector<std::size_t> next_independent(sim::Run& run, Scratch& scratch) {
  for (std::vector<Happening> simultaneous; run.has_future(); run.step(scratch)) {
    if (run.is_step_next()) continue;
    run.agenda().simultaneous(simultaneous);
    std::set<NodeId> seen;
    std::vector<std::size_t> places;
    for (std::size_t i = 0; i < simultaneous.size(); ++i) {
      const std::optional<NodeId> whose = run.process_of(simultaneous[i]);
      if (whose && seen.insert(*whose).second) places.push_back(i);
    }
    if (places.size() > 1) return places;
  }
  return {};
}

// The run after what is at these two places of what is simultaneous, in this order.
sim::Run after_both(sim::Run run, std::size_t first, std::size_t second, Scratch& scratch) {
  std::vector<Happening> simultaneous;
  run.agenda().simultaneous(simultaneous);
  const std::uint64_t sequence = simultaneous[second].sequence;
  run.step_as({.take = first}, scratch);
  run.agenda().simultaneous(simultaneous);
  const auto place = std::ranges::find(simultaneous, sequence, &Happening::sequence) - simultaneous.begin();
  run.step_as({.take = static_cast<std::size_t>(place)}, scratch);
  return run;
}

// A copy is in the same state, and each thing that happens makes it another one.
TEST(StateHash, FollowsTheState) {
  sim::Run run = run_to(cluster(), milliseconds{5'000});
  const sim::Run copy = run;
  const StateHash before = hash_of(run, Pending::kUnordered);
  Scratch scratch;
  std::set<StateHash> seen{before};
  for (int i = 0; i < 200; ++i) {
    run.step(scratch);
    if (i % 2 == 0) seen.insert(hash_of(run, Pending::kUnordered));
  }
  EXPECT_GT(seen.size(), 95U);  // what was void changes nothing
  EXPECT_EQ(hash_of(copy, Pending::kUnordered), before);
  EXPECT_EQ(hash_of(run_to(cluster(), milliseconds{5'000}), Pending::kOrdered), hash_of(copy, Pending::kOrdered));
}

// Two things about different processes lead to the same state in both orders, whatever numbers connections have got
// and messages: also while all is connected anew after a crash.
TEST(StateHash, IsTheSameForOrdersThatDoNotMatter) {
  sim::Run run =
      run_to(cluster("1ms", R"({"at": "5s", "do": "crash", "node": "R1"}, {"at": "9s", "do": "start", "node": "R1"})"),
             milliseconds{4'990});
  Scratch scratch;
  int compared = 0;
  while (compared < 400) {
    const std::vector<std::size_t> places = next_independent(run, scratch);
    ASSERT_GT(places.size(), 1U) << run.now().time_since_epoch().count() << " µs";
    const sim::Run first_first = after_both(run, places[0], places[1], scratch);
    const sim::Run second_first = after_both(run, places[1], places[0], scratch);
    ASSERT_EQ(hash_of(first_first, Pending::kUnordered), hash_of(second_first, Pending::kUnordered))
        << run.now().time_since_epoch().count() << " µs";
    run.step(scratch);
    ++compared;
  }
}

// In which order things of one process wait counts only if it is asked for.
TEST(StateHash, OrderOfWhatWaits) {
  const auto scenario = cluster();
  sim::Run run = run_to(scenario, milliseconds{5'000});
  Scratch scratch;
  // Of two senders, whose messages then wait at the same process at the same time.
  for (int tries = 0; tries < 2'000; ++tries) {
    const std::vector<std::size_t> places = next_independent(run, scratch);
    ASSERT_GT(places.size(), 1U);
    const sim::Run one = after_both(run, places[0], places[1], scratch);
    const sim::Run other = after_both(run, places[1], places[0], scratch);
    if (hash_of(one, Pending::kUnordered) == hash_of(other, Pending::kUnordered) &&
        hash_of(one, Pending::kOrdered) != hash_of(other, Pending::kOrdered))
      return;
    run.step(scratch);
  }
  FAIL() << "no two messages came to one process";
}

// Chances are a part of the state, but not those that can come out in one way only.
TEST(StateHash, DrawsThatCannotMatterAreNoPartOfIt) {
  sim::Run run = run_to(cluster(), milliseconds{5'000});
  sim::Run with_chances = run_to(cluster("0.5ms"), milliseconds{5'000});
  EXPECT_NE(hash_of(run_to(cluster(), milliseconds{5'000}, 2), Pending::kUnordered), hash_of(run, Pending::kUnordered));
  EXPECT_NE(hash_of(run, Pending::kUnordered), hash_of(with_chances, Pending::kUnordered));
}

// A cut that was healed leaves nothing behind where nothing was lost.
TEST(StateHash, HealedCutsAreForgotten) {
  const sim::Run plain = run_to(cluster(), milliseconds{5'000});
  const sim::Run healed = run_to(cluster("1ms", R"({"at": "4999.2ms", "do": "partition", "between": [["R2"], ["R3"]]},
                                              {"at": "4999.4ms", "do": "heal"})"),
                                 milliseconds{5'000});
  const sim::Run cut = run_to(cluster("1ms", R"({"at": "4999.2ms", "do": "partition", "between": [["R2"], ["R3"]]})"),
                              milliseconds{5'000});
  EXPECT_EQ(hash_of(plain, Pending::kUnordered), hash_of(healed, Pending::kUnordered));
  EXPECT_NE(hash_of(plain, Pending::kUnordered), hash_of(cut, Pending::kUnordered));
}

}  // namespace
}  // namespace sentinel::sim
