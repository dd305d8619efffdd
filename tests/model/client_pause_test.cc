// CLIENT PAUSE, and a password that is set at run time.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/data_node_lab.h"

namespace sentinel::test {
namespace {

using model::Answer;
using model::ClientPauseCommand;
using model::ConfigSetCommand;
using model::DataNodeConfig;
using model::Setting;
using model::Status;
using testing::SizeIs;

using Profiles = std::vector<std::string>;

void set_password(DataNodeLab& lab, Address address, model::Symbol password) {
  lab.command(address, ConfigSetCommand{Setting<model::Symbol>{&DataNodeConfig::password, password}});
}

// Clients wait; what they asked is answered in its order when the pause is over.
TEST(ClientPause, ClientsWait) {
  ReplicatedPair lab;
  EXPECT_EQ(lab.command(kM, ClientPauseCommand{2s}).kind, Answer::Kind::kOk);
  EXPECT_EQ(lab.ask(lab.client, model::Ping{}), std::nullopt);
  EXPECT_EQ(lab.ask(lab.client, model::InfoRequest{}), std::nullopt);
  lab.run_for(1999ms);
  EXPECT_THAT(lab.received(lab.client), SizeIs(0));
  lab.run_for(1ms);
  ASSERT_THAT(lab.received(lab.client), SizeIs(2));
  EXPECT_EQ(std::get<model::StatusReply>(lab.received(lab.client)[0]).status, Status::kPong);
  EXPECT_TRUE(std::holds_alternative<model::InfoReply>(lab.received(lab.client)[1]));
  EXPECT_EQ(lab.ask_status(lab.client, model::Ping{}), Status::kPong);
}

// Replicas are not paused: the stream goes on, and their acknowledgements count.
TEST(ClientPause, ReplicasGoOn) {
  ReplicatedPair lab;
  lab.command(kM, ClientPauseCommand{120s});
  const model::Offset before = lab.info(kR1).offset;
  lab.run_for(100s);
  EXPECT_EQ(lab.info(kR1).offset, before + 10 * 14);
  EXPECT_EQ(lab.full_resyncs(kM), 1);
}

// But one that comes meanwhile has to wait.
TEST(ClientPause, NewReplicaWaits) {
  ReplicatedPair lab;
  lab.command(kM, ClientPauseCommand{5s});
  lab.start(kR2, replica_config(kM));
  lab.run_for(4900ms);
  EXPECT_FALSE(lab.info(kR2).link_up);
  lab.run_for(1s);
  EXPECT_TRUE(lab.info(kR2).link_up);
}

// The stream that a paused replica gets is applied when the pause is over, unless the link is lost before.
TEST(ClientPause, StreamOfAPausedReplicaWaits) {
  ReplicatedPair lab;
  const model::Offset before = lab.info(kR1).offset;
  lab.command(kR1, ClientPauseCommand{2s});
  lab.write(2);
  EXPECT_EQ(lab.info(kR1).offset, before);
  lab.run_for(2s);
  EXPECT_EQ(lab.info(kR1).offset, lab.node(kM).offset());

  lab.command(kR1, ClientPauseCommand{2s});
  lab.write(1);
  lab.cut(kR1);
  lab.run_for(3s);
  EXPECT_EQ(lab.info(kR1).offset, lab.node(kM).offset()) << "sent again, and counted once";
}

// What a client that is gone had asked is not done.
TEST(ClientPause, GoneClientIsForgotten) {
  ReplicatedPair lab;
  const model::Socket gone = lab.connect(kR1);
  lab.ask(gone, model::Ping{});
  lab.command(kR1, ClientPauseCommand{2s});
  lab.ask(gone, model::Reconfigure{});
  lab.hang_up(gone);
  lab.run_for(3s);
  EXPECT_FALSE(lab.node(kR1).is_master());
}

// The later end of two counts.
TEST(ClientPause, LaterEndCounts) {
  ReplicatedPair lab;
  lab.command(kM, ClientPauseCommand{3s});
  lab.command(kM, ClientPauseCommand{1s});
  lab.ask(lab.client, model::Ping{});
  lab.run_for(2s);
  EXPECT_THAT(lab.received(lab.client), SizeIs(0));
  lab.run_for(1s);
  EXPECT_THAT(lab.received(lab.client), SizeIs(1));
}

// 2.8 does not know it.
TEST(ClientPause, UnknownIn28) {
  ReplicatedPair lab{"redis-2.8"};
  EXPECT_EQ(lab.command(kM, ClientPauseCommand{2s}).kind, Answer::Kind::kUnknownCommand);
  EXPECT_EQ(lab.ask_status(lab.client, model::Ping{}), Status::kPong);
}

// A password that is set at run time shuts out at once whoever never gave one, up to 5.0; from 6.0 on only who comes
// later.
TEST(PasswordSetLater, ExistingConnections) {
  for (const std::string& profile : Profiles{"redis-2.8", "redis-3.2", "redis-6.2", "redis-7.0"}) {
    ReplicatedPair lab{profile};
    ASSERT_EQ(lab.ask_status(lab.client, model::Ping{}), Status::kPong);
    set_password(lab, kM, {60, 6});
    const bool old = profile == "redis-2.8" || profile == "redis-3.2";
    EXPECT_EQ(lab.ask_status(lab.client, model::Ping{}), old ? Status::kNoAuth : Status::kPong) << profile;
    EXPECT_EQ(lab.ask_status(lab.connect(kM), model::Ping{}), Status::kNoAuth) << profile;
    EXPECT_EQ(lab.ask_status(lab.client, model::Auth{{60, 6}}), Status::kOk) << profile;
    EXPECT_EQ(lab.ask_status(lab.client, model::Ping{}), Status::kPong) << profile;
    set_password(lab, kM, {});
    EXPECT_EQ(lab.ask_status(lab.connect(kM), model::Ping{}), Status::kPong) << profile << ": taken away again";
  }
}

// The acknowledgements of a replica are refused as well, up to 5.0, so that it is dropped in the end, and comes back
// once it knows the password.
TEST(PasswordSetLater, ExistingReplica) {
  for (const std::string& profile : Profiles{"redis-3.2", "redis-7.0"}) {
    ReplicatedPair lab{profile};
    set_password(lab, kM, {60, 6});
    lab.run_for(50s);
    EXPECT_TRUE(lab.info(kR1).link_up) << profile;
    lab.run_for(20s);
    EXPECT_EQ(lab.info(kR1).link_up, profile == "redis-7.0") << profile;
    lab.command(kR1, ConfigSetCommand{Setting<model::Symbol>{&DataNodeConfig::master_password, {60, 6}}});
    lab.run_for(2s);
    EXPECT_TRUE(lab.info(kR1).link_up) << profile;
  }
}

// Nor is it answered to another client that has got its number since.
TEST(ClientPause, NumberOfAGoneClientIsUsedAgain) {
  constexpr model::Socket kSocket{model::kAccepted};
  model::DataNode node{model::profiles().front(), master_config(), model::Id{}};
  model::Random random{1, 1};
  model::Effects effects;
  const auto step = [&](Millis at, const model::Input& input) {
    effects.clear();
    node.step(kStart + at, at, input, random, effects);
    return std::ranges::count_if(effects.actions,
                                 [](const auto& action) { return std::holds_alternative<model::Send>(action); });
  };
  const model::Message ping = model::Ping{};
  const model::Command pause = ClientPauseCommand{500ms};
  step(0ms, model::Started{});
  step(1ms, model::TimerFired{});
  step(10ms, model::CommandArrived{&pause});
  EXPECT_EQ(step(20ms, model::MessageArrived{.socket = kSocket, .message = &ping}), 0);
  step(30ms, model::Disconnected{kSocket});
  EXPECT_EQ(step(40ms, model::MessageArrived{.socket = kSocket, .message = &ping}), 0);
  EXPECT_EQ(step(510ms, model::TimerFired{}), 1);
}

}  // namespace
}  // namespace sentinel::test
