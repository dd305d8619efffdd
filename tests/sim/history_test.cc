// The history of a run: every moment knows what made it come, and every message where it was sent and where it arrived.
#include "sim/replay.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/scenario_builder.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;

using Input = Moment::Input;

// A failover with a crash, a cut, a pause and a stall.
std::shared_ptr<const Scenario> troubled() {
  ScenarioBuilder builder{Cluster{.down_after = 2s, .failover_timeout = 10s}};
  builder.at(10s, CrashStep{builder.nodes({"R1"})}).at(30s, StartStep{builder.nodes({"R1"})});
  builder.at(11s, PauseStep{builder.nodes({"S2"})}).at(14s, ResumeStep{builder.nodes({"S2"})});
  builder.at(18s, PartitionStep{{builder.nodes({"S1"}), builder.nodes({"R2", "S3"})}, CutMode::kDrop});
  builder.at(25s, HealStep{}).at(27s, StallStep{builder.nodes({"R3"}), 1s});
  return builder.build();
}

class HistoryTest : public testing::Test {
 protected:
  std::shared_ptr<const Scenario> scenario_ = troubled();
  Replay replay_{scenario_, 1};
  const History& history_ = replay_.history();
};

// That somebody takes notes changes nothing.
TEST_F(HistoryTest, ChangesNothing) {
  sim::Run plain{scenario_, 1};
  Scratch scratch;
  plain.run_until(scenario_->until, scratch, [](const Record&) {});
  EXPECT_EQ(plain.happenings(), history_.size());
  EXPECT_EQ(plain.digest(), replay_.after(history_.size()).digest());
  std::size_t records = 0;
  for (MomentNumber i = 1; i <= history_.size(); ++i) records += history_.records_of(i).size();
  EXPECT_EQ(records, history_.records().size());
}

// Causes come before what they cause, and a message is where it was sent and where it arrived.
TEST_F(HistoryTest, GoesBackInTime) {
  for (MomentNumber i = 1; i <= history_.size(); ++i) {
    const Moment& moment = history_.moment(i);
    EXPECT_LT(moment.scheduled_in, i);
    EXPECT_LT(moment.sent_in, i);
    EXPECT_EQ(moment.input == Input::kMessage, moment.message.has_value());
    if (!moment.message) continue;
    const SentMessage& message = history_.messages()[*moment.message];
    EXPECT_EQ(i, message.arrived_in);
    EXPECT_EQ(moment.sent_in, message.sent_in);
    EXPECT_EQ(moment.node, message.to);
    EXPECT_EQ(moment.peer, message.from);
    EXPECT_LT(history_.moment(message.sent_in).at, moment.at);
    EXPECT_EQ(message.from, history_.moment(message.sent_in).node);
  }
}

// A vote is the answer to its request, and the request was sent by the candidate.
TEST_F(HistoryTest, FollowsAVote) {
  std::size_t votes = 0;
  for (const SentMessage& message : history_.messages()) {
    const auto* const reply = std::get_if<model::IsMasterDownReply>(&message.message);
    if (reply == nullptr || !reply->leader || message.arrived_in == 0) continue;
    ++votes;
    const Moment& asked = history_.moment(history_.handled_in(message.sent_in));
    ASSERT_TRUE(asked.message.has_value());
    const SentMessage& request = history_.messages()[*asked.message];
    ASSERT_TRUE(std::holds_alternative<model::IsMasterDown>(request.message));
    EXPECT_TRUE(std::get<model::IsMasterDown>(request.message).candidate.has_value());
    EXPECT_EQ(request.from, message.to);
  }
  EXPECT_GE(votes, 1U);
}

// What is lost in a cut arrives nowhere, or after TCP has repeated it because the cut was healed.
TEST_F(HistoryTest, KnowsWhatWasLost) {
  const SimTime cut{18s};
  const SimTime healed{25s};
  std::size_t held_up = 0;
  for (const SentMessage& message : history_.messages()) {
    const bool crosses = message.from == scenario_->find_node("S1") && message.to == scenario_->find_node("R2");
    const SimTime sent = history_.moment(message.sent_in).at;
    if (!crosses || sent < cut || sent > healed) continue;
    ++held_up;
    EXPECT_TRUE(message.arrived_in == 0 || history_.moment(message.arrived_in).at > healed);
  }
  EXPECT_GT(held_up, 0U);
}

// A connection that ends because the other process was killed says so: it leads back to the step.
TEST_F(HistoryTest, LeadsToTheCrash) {
  const auto is_reset = [&](MomentNumber i) {
    const Moment& moment = history_.moment(i);
    return moment.input == Input::kDisconnected && moment.at > SimTime{10s} && moment.at < SimTime{10'100ms} &&
           moment.peer == scenario_->find_node("R1");
  };
  std::size_t resets = 0;
  for (MomentNumber i = 1; i <= history_.size(); ++i) {
    if (!is_reset(i) || history_.moment(i).sent_in == 0) continue;
    ++resets;
    EXPECT_EQ(Happening::Kind::kStep, history_.moment(history_.moment(i).sent_in).happening.kind);
  }
  EXPECT_GE(resets, 3U);
}

// The world before a moment lacks what was said in it.
TEST_F(HistoryTest, ReturnsToAMoment) {
  const auto elected = std::ranges::find_if(history_.records(), [](const HistoricRecord& said) {
    const auto* const event = std::get_if<model::Event>(&said.record.what);
    return event != nullptr && event->kind == model::EventKind::kElectedLeader;
  });
  ASSERT_NE(elected, history_.records().end());
  const NodeId leader = elected->record.node;
  const MomentNumber handled = history_.handled_in(elected->moment);
  const auto state = [&](const sim::Run& run) { return run.sentinel(leader)->masters().front().state; };
  EXPECT_EQ(model::FailoverState::kWaitStart, state(replay_.before(handled)));
  EXPECT_NE(model::FailoverState::kWaitStart, state(replay_.after(handled)));
}

}  // namespace
}  // namespace sentinel::sim
