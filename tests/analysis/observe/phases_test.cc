// Phases of a failover, on streams that were written by hand.
#include "analysis/observe/phases.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis {
namespace {

using namespace std::chrono_literals;

// --- the incident -----------------------------------------------------------------------------------------

std::optional<Incident> incident(const std::string& steps) {
  return incident_of(
      sim::parse_scenario(R"({"about": "test", "cluster": {"replicas": 1, "sentinels": 2, "quorum": 1}, "steps": [)" +
                              steps + R"(], "until": "1m"})",
                          "test.json"));
}

// Without a fault there is nothing to count from; a write, a start or a latency is none.
TEST(IncidentOf, NeedsAFault) {
  EXPECT_FALSE(incident(""));
  EXPECT_FALSE(incident(R"({"at": "1s", "do": "write", "node": "R1", "rate": 1},
                           {"at": "2s", "do": "latency", "latency": "5ms"},
                           {"at": "3s", "do": "command", "node": "S1", "args": ["SENTINEL", "RESET", "*"]})"));
}

// What happens to the master counts, even if another fault came before.
TEST(IncidentOf, IsOfTheFirstDataNode) {
  EXPECT_EQ(
      incident(R"({"at": "1s", "do": "crash", "node": "S2"}, {"at": "3s", "do": "crash", "nodes": ["R1"]})")->fault,
      3s);
  EXPECT_EQ(incident(R"({"at": "2s", "do": "pause", "node": "R1"}, {"at": "3s", "do": "crash", "node": "R1"})")->fault,
            2s);
}

// Otherwise the first fault of all.
TEST(IncidentOf, IsTheFirstFaultOtherwise) {
  EXPECT_EQ(incident(R"({"at": "1s", "do": "stop", "node": "R2"}, {"at": "3s", "do": "crash", "node": "S1"})")->fault,
            1s);
}

// All kinds of faults, and a failover that was asked for.
TEST(IncidentOf, KnowsFaults) {
  for (const char* const step :
       {R"("do": "crash", "node": "R1")", R"("do": "stop", "node": "R1")", R"("do": "pause", "node": "R1")",
        R"("do": "stall", "node": "R1", "for": "3s")", R"("do": "partition", "between": [["R1"], ["S1"]])",
        R"("do": "command", "node": "S1", "args": ["SENTINEL", "FAILOVER", "mymaster"])"}) {
    const auto found = incident(std::string{R"({"at": "4s", )"} + step + "}");
    ASSERT_TRUE(found) << step;
    EXPECT_EQ(found->fault, 4s) << step;
    EXPECT_FALSE(found->back) << step;
  }
}

// The order of steps in a file is not that of time.
TEST(IncidentOf, GoesByTime) {
  const auto found = incident(R"({"at": "9s", "do": "start", "node": "R1"}, {"at": "7s", "do": "crash", "node": "R1"},
                                 {"at": "3s", "do": "pause", "node": "R1"}, {"at": "5s", "do": "resume", "node": "R1"})");
  EXPECT_EQ(found->fault, 3s);
  EXPECT_EQ(found->back, 5s);
}

// What was mended before the fault has not ended it; a step that waits for an event has no time.
TEST(IncidentOf, EndsAfterItBegan) {
  const auto found = incident(R"({"at": "1s", "do": "heal"}, {"on": "+odown", "do": "crash", "node": "R1"},
                                 {"at": "3s", "do": "partition", "between": [["R1"], ["S1"]]}, {"at": "8s", "do": "heal"})");
  EXPECT_EQ(found->fault, 3s);
  EXPECT_EQ(found->back, 8s);
}

// --- the phases -------------------------------------------------------------------------------------------

constexpr Incident kIncident{.fault = 1s, .back = 20s};

std::optional<sim::Micros> duration(std::string_view name, const Stream& stream, const Incident& incident = kIncident) {
  const auto phase = std::ranges::find(sim::phases(), name, &sim::Phase::name);
  if (phase == sim::phases().end()) throw std::invalid_argument{std::string{name}};
  return duration_of(*phase, stream, incident);
}

// Two sentinels (2 and 3) see a failover, and the old master's return.
const Stream kFailover{
    {500ms, 2, "+sdown", "slave 127.0.0.1:7002 127.0.0.1 7002 @ m 127.0.0.1 7000"},
    {3'000ms, 2, "+sdown", "master m 127.0.0.1 7000"},
    {3'100ms, 3, "+sdown", "master m 127.0.0.1 7000"},
    {3'150ms, 2, "+odown", "master m 127.0.0.1 7000 #quorum 2/2"},
    {3'160ms, 2, "+try-failover", "master m 127.0.0.1 7000"},
    {3'200ms, 2, "+elected-leader", "master m 127.0.0.1 7000"},
    {3'260ms, 2, "+selected-slave", "slave 127.0.0.1:7001 127.0.0.1 7001 @ m 127.0.0.1 7000"},
    {4'250ms, 2, "+promoted-slave", "slave 127.0.0.1:7001 127.0.0.1 7001 @ m 127.0.0.1 7000"},
    {5'270ms, 2, "+slave-reconf-done", "slave 127.0.0.1:7002 127.0.0.1 7002 @ m 127.0.0.1 7000"},
    {5'290ms, 2, "+slave-reconf-done", "slave 127.0.0.1:7003 127.0.0.1 7003 @ m 127.0.0.1 7000"},
    {5'300ms, 3, "+switch-master", "m 127.0.0.1 7000 127.0.0.1 7001"},
    {5'340ms, 2, "+failover-end", "master m 127.0.0.1 7000"},
    {5'341ms, 2, "+switch-master", "m 127.0.0.1 7000 127.0.0.1 7001"},
    {7'500ms, 3, "+sdown", "slave 127.0.0.1:7000 127.0.0.1 7000 @ m 127.0.0.1 7001"},
    {20'700ms, 3, "-role-change", "slave 127.0.0.1:7000 127.0.0.1 7000 @ m 127.0.0.1 7001 new reported role is master"},
    {20'900ms, 3, "-sdown", "slave 127.0.0.1:7000 127.0.0.1 7000 @ m 127.0.0.1 7001"},
    {21'000ms, 2, "+reboot", "slave 127.0.0.1:7000 127.0.0.1 7000 @ m 127.0.0.1 7001"},
    {30'950ms, 2, "+convert-to-slave", "slave 127.0.0.1:7000 127.0.0.1 7000 @ m 127.0.0.1 7001"},
    {40'750ms, 3, "+role-change", "slave 127.0.0.1:7000 127.0.0.1 7000 @ m 127.0.0.1 7001 new reported role is slave"},
};

// From the fault to the first and to the last sentinel; what was said before the fault has nothing to do with it, and
// what a sentinel says again later is not its first.
TEST(Phases, OfDetection) {
  EXPECT_EQ(duration("fault -> first +sdown", kFailover), 2s);
  EXPECT_EQ(duration("fault -> last +sdown", kFailover), 2'100ms);
  EXPECT_EQ(duration("first +sdown -> first +odown", kFailover), 150ms);
  EXPECT_EQ(duration("fault -> first +odown", kFailover), 2'150ms);
}

// From agreement to the new master, and to the end.
TEST(Phases, OfFailover) {
  EXPECT_EQ(duration("+odown -> +elected-leader", kFailover), 50ms);
  EXPECT_EQ(duration("+odown -> +try-failover", kFailover), 10ms);
  EXPECT_EQ(duration("+try-failover -> +elected-leader", kFailover), 40ms);
  EXPECT_EQ(duration("+elected-leader -> +selected-slave", kFailover), 60ms);
  EXPECT_EQ(duration("+selected-slave -> +promoted-slave", kFailover), 990ms);
  EXPECT_EQ(duration("+elected-leader -> +promoted-slave", kFailover), 1'050ms);
  EXPECT_EQ(duration("+elected-leader -> first +switch-master", kFailover), 2'100ms);
  EXPECT_EQ(duration("first -> last +switch-master", kFailover), 41ms);
  EXPECT_EQ(duration("fault -> first +switch-master", kFailover), 4'300ms);
  EXPECT_EQ(duration("fault -> last +switch-master", kFailover), 4'341ms);
  EXPECT_EQ(duration("+promoted-slave -> +slave-reconf-done", kFailover), 1'020ms);
  EXPECT_EQ(duration("+promoted-slave -> all reconfigured", kFailover), 1'040ms);
  EXPECT_EQ(duration("+promoted-slave -> +failover-end", kFailover), 1'090ms);
}

// Only a simulated run knows of its clients; all of them must have moved.
TEST(Phases, OfClients) {
  EXPECT_EQ(duration("fault -> clients moved", kFailover, {.fault = 1s, .back = {}, .clients_moved = 6s}), 5s);
  EXPECT_FALSE(duration("fault -> clients moved", kFailover));
  const ClientReport settled{.settled = sim::SimTime{6s}};
  const ClientReport earlier{.settled = sim::SimTime{4s}};
  EXPECT_EQ(clients_moved({.clients = {settled, earlier}}), 6s);
  EXPECT_FALSE(clients_moved({.clients = {settled, {}}}));
  EXPECT_FALSE(clients_moved({}));
}

// What comes back is counted from then on.
TEST(Phases, OfTheReturn) {
  EXPECT_EQ(duration("back -> -role-change", kFailover), 700ms);
  EXPECT_EQ(duration("back -> -sdown", kFailover), 900ms);
  EXPECT_EQ(duration("back -> +reboot", kFailover), 1s);
  EXPECT_EQ(duration("-role-change -> +convert-to-slave", kFailover), 10'250ms);
  EXPECT_EQ(duration("+convert-to-slave -> +role-change", kFailover), 9'800ms);
  EXPECT_EQ(duration("back -> +role-change", kFailover), 20'750ms);
}

// A failover that fails has an end of its own, whatever the reason.
TEST(Phases, OfAnAbort) {
  const Stream stream{{3s, 2, "+try-failover", "master m 127.0.0.1 7000"},
                      {13s, 2, "-failover-abort-not-elected", "master m 127.0.0.1 7000"}};
  EXPECT_EQ(duration("+try-failover -> -failover-abort", stream), 10s);
}

// What was not reached, or in another order, has no duration.
TEST(Phases, MayBeMissing) {
  const Stream stream{{3s, 2, "+odown", "x"}, {4s, 2, "+sdown", "master x"}};
  EXPECT_FALSE(duration("+odown -> +elected-leader", stream));
  EXPECT_FALSE(duration("first +sdown -> first +odown", stream));
  EXPECT_FALSE(duration("fault -> first +switch-master", stream));
  EXPECT_FALSE(duration("back -> -sdown", kFailover, {.fault = 1s, .back = std::nullopt}));
}

// The tables and tests above name all that there are.
TEST(Phases, AreAllTested) { EXPECT_EQ(sim::phases().size(), 25U); }

}  // namespace
}  // namespace sentinel::analysis
