#include "sim/topology.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <utility>
#include <vector>

#include "tests/support/scenario_builder.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t kSize = 4;
constexpr NodeId kA{0}, kB{1}, kC{2}, kD{3};

class TopologyTest : public testing::Test {
 protected:
  CutMode cut(NodeId from, NodeId to) const { return topology.path(from, to).cut; }
  Micros latency(NodeId from, NodeId to) const { return topology.path(from, to).latency->median; }

  const Latency usual = constant_latency(1ms);
  const Latency slow = constant_latency(9ms);
  const Latency slower = constant_latency(99ms);
  Topology topology{kSize, usual};
};

// A cut is between all nodes of different groups, in both directions, and touches nobody else.
TEST_F(TopologyTest, CutsBetweenGroups) {
  topology.cut({{kA, kB}, {kC}}, CutMode::kDrop, false);
  for (const auto& [a, b] : {std::pair{kA, kC}, {kB, kC}}) {
    EXPECT_EQ(cut(a, b), CutMode::kDrop);
    EXPECT_EQ(cut(b, a), CutMode::kDrop);
  }
  for (const auto& [a, b] : {std::pair{kA, kB}, {kA, kD}, {kC, kD}}) {
    EXPECT_EQ(cut(a, b), CutMode::kNone);
    EXPECT_EQ(cut(b, a), CutMode::kNone);
  }
}

// A one-way cut stops what the first group sends.
TEST_F(TopologyTest, CutsOneWay) {
  topology.cut({{kA}, {kB}, {kC}}, CutMode::kReject, true);
  EXPECT_EQ(cut(kA, kB), CutMode::kReject);
  EXPECT_EQ(cut(kA, kC), CutMode::kReject);
  EXPECT_EQ(cut(kB, kA), CutMode::kNone);
  EXPECT_EQ(cut(kB, kC), CutMode::kNone);
}

// Healing ends the cuts between the groups that are named, or all.
TEST_F(TopologyTest, HealsWhatIsNamed) {
  topology.heal({});
  topology.cut({{kA}, {kB}, {kC}}, CutMode::kDrop, false);
  topology.heal({{kA}, {kB}});
  EXPECT_EQ(cut(kA, kB), CutMode::kNone);
  EXPECT_EQ(cut(kB, kA), CutMode::kNone);
  EXPECT_EQ(cut(kA, kC), CutMode::kDrop);
  topology.heal({});
  EXPECT_EQ(cut(kA, kC), CutMode::kNone);
  EXPECT_EQ(cut(kC, kB), CutMode::kNone);
}

// A latency can be set between groups or for all ways; cuts stay as they are.
TEST_F(TopologyTest, SetsLatencies) {
  topology.cut({{kA}, {kB}}, CutMode::kDrop, false);
  topology.set_latency({{kA}, {kB}}, slow);
  EXPECT_EQ(latency(kA, kB), 9ms);
  EXPECT_EQ(latency(kB, kA), 9ms);
  EXPECT_EQ(latency(kA, kC), 1ms);
  topology.set_latency({}, slower);
  EXPECT_EQ(latency(kA, kB), 99ms);
  EXPECT_EQ(latency(kC, kD), 99ms);
  EXPECT_EQ(cut(kA, kB), CutMode::kDrop);
}

// Restored latencies are those of the network: of its paths, where these differ, and only between the groups.
TEST_F(TopologyTest, RestoresLatencies) {
  const NetworkSpec network{.latency = usual, .paths = {{{{kA}, {kB, kC}}, slow}}};
  topology.set_latency({}, slower);
  topology.restore_latency({{kA}, {kB, kD}}, network);
  EXPECT_EQ(latency(kB, kA), 9ms);
  EXPECT_EQ(latency(kA, kD), 1ms);
  EXPECT_EQ(latency(kA, kC), 99ms);
  topology.restore_latency({}, network);
  EXPECT_EQ(latency(kA, kC), 9ms);
  EXPECT_EQ(latency(kC, kD), 1ms);
}

// A copy is cut and healed on its own.
TEST_F(TopologyTest, CopiesAreIndependent) {
  topology.cut({{kA}, {kB}}, CutMode::kDrop, false);
  Topology copy = topology;
  copy.heal({});
  EXPECT_EQ(cut(kA, kB), CutMode::kDrop);
  EXPECT_EQ(copy.path(kA, kB).cut, CutMode::kNone);
}

// Any sequence of cuts and heals of pairs leaves what the last of each direction said.
RC_GTEST_PROP(TopologyProperties, TheLastChangeCounts, ()) {
  const Latency usual;
  Topology topology{kSize, usual};
  std::map<std::pair<int, int>, CutMode> expected;
  const auto node = rc::gen::inRange(0, int{kSize});
  for (const auto& [a, b, change] : *rc::gen::container<std::vector<std::tuple<int, int, int>>>(
           rc::gen::tuple(node, node, rc::gen::inRange(0, 5)))) {
    if (a == b) continue;
    const std::vector<std::vector<NodeId>> groups{{node_id(a)}, {node_id(b)}};
    const bool one_way = change % 2 == 1;
    const CutMode mode = change < 2 ? CutMode::kDrop : change < 4 ? CutMode::kReject : CutMode::kNone;
    if (mode == CutMode::kNone) {
      topology.heal(groups);
    } else {
      topology.cut(groups, mode, one_way);
    }
    expected[{a, b}] = mode;
    if (!one_way) expected[{b, a}] = mode;
  }
  for (int a = 0; a < kSize; ++a) {
    for (int b = 0; b < kSize; ++b) {
      const auto from = node_id(a);
      const auto to = node_id(b);
      RC_ASSERT(topology.path(from, to).cut == (expected.contains({a, b}) ? expected[{a, b}] : CutMode::kNone));
    }
  }
}

}  // namespace
}  // namespace sentinel::sim
