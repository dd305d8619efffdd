// Links, PING, INFO and hello, beyond the traps.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using model::Status;

std::vector<Millis> gaps(const std::vector<Sent>& sent) {
  std::vector<Millis> gaps;
  for (std::size_t i = 1; i < sent.size(); ++i) gaps.push_back(sent[i].at - sent[i - 1].at);
  return gaps;
}

auto EachIsAbout(Millis period) {
  return testing::Each(testing::AllOf(testing::Gt(period), testing::Le(period + 100ms)));
}

// PING about each second to everybody, or each down-after if that is shorter.
TEST(Monitoring, PingPeriod) {
  model::SentinelConfig config = sentinel_among({kS2});
  SentinelLab lab(config);
  lab.run_for(20s);
  for (const Address& address : {kM, kR1, kS2}) {
    EXPECT_EQ(lab.sent<model::Ping>(address).front().at, kStart + 1ms);
    EXPECT_THAT(gaps(lab.sent<model::Ping>(address)), EachIsAbout(1s));
  }

  config.masters[0].down_after = 300ms;
  SentinelLab hasty(config);
  hasty.run_for(5s);
  EXPECT_THAT(gaps(hasty.sent<model::Ping>(kM)), EachIsAbout(300ms));
}

// Who does not answer is sent two PINGs per period.
TEST(Monitoring, UnansweredPingIsRepeated) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.hang(kS2);
  lab.forget();
  lab.run_for(4s);
  EXPECT_THAT(gaps(lab.sent<model::Ping>(kS2)), EachIsAbout(500ms));
}

// INFO at once and then each 10 s, to data nodes only.
TEST(Monitoring, InfoPeriod) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(60s);
  for (const Address& address : {kM, kR1}) {
    EXPECT_EQ(lab.sent<model::InfoRequest>(address).front().at, kStart + 1ms);
    EXPECT_THAT(gaps(lab.sent<model::InfoRequest>(address)), EachIsAbout(10s));
  }
  EXPECT_TRUE(lab.sent<model::InfoRequest>(kS2).empty());
}

// A replica whose link to its master is down, or never was up, is asked each second; one whose link was lost within
// this second is not.
TEST(Monitoring, ReplicaWithoutItsMasterIsAskedEachSecond) {
  for (const std::int64_t seconds : {-1, 1, 0}) {
    SentinelLab lab(lone_sentinel());
    lab.at(kR1).info.link_up = false;
    lab.at(kR1).info.link_down_seconds = seconds;
    lab.run_for(30s);
    EXPECT_THAT(gaps(lab.sent<model::InfoRequest>(kR1)), EachIsAbout(seconds == 0 ? 10s : 1s));
    EXPECT_THAT(gaps(lab.sent<model::InfoRequest>(kR2)), EachIsAbout(10s));
  }
}

// Replicas of a master that is objectively down are asked each second, the master itself is not.
TEST(Monitoring, ReplicasOfADownMasterAreAskedEachSecond) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.at(kS2).says_down = true;
  lab.ask({kM, model::Epoch{1}, id_of(kS2)});  // so that we start no failover
  lab.hang(kM);
  ASSERT_TRUE(lab.run_until(kOdown));
  lab.forget();
  lab.run_for(9s);
  EXPECT_THAT(gaps(lab.sent<model::InfoRequest>(kR1)), EachIsAbout(1s));
  EXPECT_GE(lab.sent<model::InfoRequest>(kR1).size(), 8);
}

// A hello about each 2 s to everybody, with our address, id and epoch, and the master's.
TEST(Monitoring, HelloPeriod) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(20s);
  for (const Address& address : {kM, kR1, kS2}) {
    EXPECT_THAT(gaps(lab.sent<model::Publish>(address)), EachIsAbout(2s));
  }
  const Sent last = lab.sent<model::Publish>(kS2).back();
  const model::Hello hello = std::get<model::Publish>(last.message).hello;
  EXPECT_EQ(hello.sender, kS1);
  EXPECT_EQ(hello.sender_id, id_of(kS1));
  EXPECT_EQ(hello.master_name, kMaster1);
  EXPECT_EQ(hello.master, kM);
}

// A hello that is refused is sent again at the next tick.
TEST(Monitoring, RefusedHelloIsRepeated) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.at(kS2).refuses = true;
  lab.run_for(2500ms);
  lab.forget();
  for (int i = 0; i < 5; ++i) lab.tick();
  EXPECT_EQ(lab.sent<model::Publish>(kS2).size(), 5);
}

// A link that is lost is opened again in the next tick, but not within a second of the last try.
TEST(Monitoring, ReconnectIsTriedOncePerSecond) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.crash(kM);
  lab.forget();
  const Instant crashed_at = lab.now();
  lab.run_for(4s);
  const std::vector<Sent> tries = lab.sent<model::Subscribe>(kM);
  EXPECT_LE(tries.front().at, crashed_at + 100ms);
  EXPECT_THAT(gaps(tries), testing::Each(testing::AllOf(testing::Ge(1s), testing::Le(1100ms))));
}

// Data nodes are told the password and are subscribed to, sentinels are not.
TEST(Monitoring, Introduction) {
  model::SentinelConfig config = sentinel_among({kS2});
  config.masters[0].auth_pass = model::Symbol{9, 6};
  SentinelLab lab(config);
  lab.tick();
  for (const Address& address : {kM, kR1}) {
    EXPECT_EQ(lab.sent<model::Auth>(address).size(), 2);
    EXPECT_EQ(lab.sent<model::SetName>(address).size(), 2);
    EXPECT_EQ(lab.sent<model::Subscribe>(address).size(), 1);
  }
  EXPECT_TRUE(lab.sent<model::Auth>(kS2).empty());
  EXPECT_EQ(lab.sent<model::SetName>(kS2).size(), 1);
  EXPECT_TRUE(lab.sent<model::Subscribe>(kS2).empty());
}

// A subscription on which nothing is heard for 6 s is opened anew once it is 15 s old; the command connection stays.
TEST(Monitoring, SilentSubscriptionIsOpenedAnew) {
  SentinelLab lab(lone_sentinel());
  lab.at(kR1).echoes = false;  // kR2 sends us our own hellos
  lab.run_for(15s);
  EXPECT_EQ(lab.sent<model::Subscribe>(kR1).size(), 1);
  lab.run_for(1s);
  EXPECT_EQ(lab.sent<model::Subscribe>(kR1).size(), 2);
  EXPECT_EQ(lab.sent<model::Subscribe>(kR2).size(), 1);
  EXPECT_EQ(lab.link(lab.replica(kR1)).command_since, kStart + 1ms);
}

// Errors keep a connection alive, as far as the connection is concerned.
TEST(Monitoring, LinkOfAnInstanceThatAnswersErrorsIsKept) {
  SentinelLab lab(sentinel_among({}));
  lab.run_for(20s);
  lab.at(kM).ping = Status::kMisconf;
  lab.run_for(20s);
  EXPECT_TRUE(lab.master().s_down);
  EXPECT_EQ(lab.link(lab.master()).command_since, kStart + 1ms);
}

// A link without an unanswered PING is never killed, however short down-after is.
TEST(Monitoring, LinkThatAnswersIsKept) {
  model::SentinelConfig config = sentinel_among({});
  config.masters[0].down_after = 500ms;
  SentinelLab lab(config);
  lab.run_for(30s);
  EXPECT_EQ(lab.link(lab.master()).command_since, kStart + 1ms);
}

// Every command that was answered is off the count.
TEST(Monitoring, NothingIsPendingWhenAllIsAnswered) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(2500ms);
  lab.at(kR1).info = info_of_master(kR1);
  ASSERT_TRUE(lab.run_until(kConvertToReplica));
  lab.run_for(3s);
  for (const Address& replica : {kR1, kR2}) EXPECT_EQ(lab.link(lab.replica(replica)).pending, 0);
  EXPECT_EQ(lab.link(lab.master()).pending, 0);
  EXPECT_EQ(lab.link(lab.peer(kS2)).pending, 0);
}

// AUTH and SETNAME on a subscription that is lost before they are answered are off the count, too.
TEST(Monitoring, NothingIsPendingOfALostSubscription) {
  model::SentinelConfig config = sentinel_among({});
  config.masters[0].auth_pass = model::Symbol{9, 6};
  SentinelLab lab(config);
  lab.at(kR1).delay = 500ms;
  lab.run_for(100ms);
  lab.cut_subscription(kR1);
  lab.at(kR1).delay = 0ms;
  lab.run_for(3s);
  EXPECT_EQ(lab.sent<model::Subscribe>(kR1).size(), 2);
  EXPECT_EQ(lab.link(lab.replica(kR1)).command_since, kStart + 1ms) << "it was not counted anew";
  EXPECT_EQ(lab.link(lab.replica(kR1)).pending, 0);
}

// Only these replies to PING count as alive.
TEST(Monitoring, AcceptableRepliesToPing) {
  for (const Status status : {Status::kPong, Status::kLoading, Status::kMasterDown}) {
    SentinelLab lab(sentinel_among({}));
    lab.at(kM).ping = status;
    EXPECT_FALSE(lab.run_until(kSdown, 20s)) << static_cast<int>(status);
  }
}

// With any other reply the instance goes down, although it replies.
TEST(Monitoring, OtherRepliesToPingAreNoSignOfLife) {
  for (const Status status : {Status::kOk, Status::kBusy, Status::kMisconf, Status::kNoAuth, Status::kNoPermission,
                              Status::kUnknownCommand}) {
    SentinelLab lab(sentinel_among({}));
    lab.run_for(3s);
    lab.at(kM).ping = status;
    ASSERT_TRUE(lab.run_until(kSdown, 7s)) << static_cast<int>(status);
    lab.at(kM).ping = Status::kPong;
    EXPECT_TRUE(lab.run_until(kSdownEnd, 2s)) << static_cast<int>(status);
  }
}

// A busy instance that is down is sent SCRIPT KILL, once per time that it is down.
TEST(Monitoring, BusyInstanceIsSentScriptKillOnce) {
  SentinelLab lab(sentinel_among({}));
  lab.run_for(3s);
  for (std::size_t time = 1; time <= 2; ++time) {
    lab.at(kR1).ping = Status::kBusy;
    ASSERT_TRUE(lab.run_until(kSdown));
    EXPECT_EQ(lab.sent<model::ScriptKill>(kR1).size(), time - 1);
    lab.run_for(5s);
    EXPECT_EQ(lab.sent<model::ScriptKill>(kR1).size(), time);
    lab.at(kR1).ping = Status::kPong;
    ASSERT_TRUE(lab.run_until(kSdownEnd));
  }
}

// A new master that is busy is sent one of its own.
TEST(Monitoring, ScriptKillStartsAnewAtASwitch) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  for (const Address& busy : {kM, kR1}) lab.at(busy).ping = Status::kBusy;
  ASSERT_TRUE(lab.run_until([&] { return !lab.sent<model::ScriptKill>(kM).empty(); }));
  model::Hello hello = hello_from(kS2);
  hello.config_epoch = model::Epoch{1};
  hello.master = kR1;
  lab.hear_directly(hello);
  lab.forget();
  lab.run_for(8s);
  EXPECT_EQ(lab.sent<model::ScriptKill>(kR1).size(), 1);
}

// Two masters that are watched by the same other sentinel share one connection to it, and one PING.
TEST(Monitoring, LinkToASentinelIsShared) {
  SentinelLab lab(with_second_master(sentinel_among({kS2})));
  lab.run_for(1ms);
  EXPECT_EQ(lab.sent<model::SetName>(kS2).size(), 1);
  EXPECT_EQ(lab.sent<model::Ping>(kS2).size(), 1);
  lab.run_for(3s);
  EXPECT_EQ(lab.sent<model::Publish>(kS2).size(), 2) << "a hello for each master";
  lab.crash(kS2);
  ASSERT_TRUE(lab.run_until(kSdown));
  EXPECT_EQ(lab.tick().size() + lab.count(kSdown), 2) << "down for both masters";
}

// A shared link may have 100 pending commands for each of its users.
TEST(Monitoring, PendingLimitGrowsWithTheUsers) {
  model::SentinelConfig config = with_second_master(sentinel_among({kS2}));
  for (model::MonitoredMaster& master : config.masters) master.down_after = 60s;
  SentinelLab lab(config);
  lab.run_for(3s);
  lab.hang(kS2);
  lab.run_for(10s);
  EXPECT_GE(lab.link(lab.peer(kS2)).pending, 200);
  EXPECT_LE(lab.link(lab.peer(kS2)).pending, 203);
}

// A reply for a record that does not exist any more is ignored, though the shared connection lives.
TEST(Monitoring, ReplyForAForgottenSentinelIsIgnored) {
  SentinelLab lab(with_second_master(sentinel_among({kS2})));
  lab.run_for(3s);
  lab.at(kS2).delay = 200ms;
  lab.at(kS2).says_down = true;
  lab.crash(kM);
  ASSERT_TRUE(lab.run_until(kSdown));  // asked
  lab.command(model::ResetCommand{{kMaster1}});
  lab.run_for(300ms);
  EXPECT_TRUE(lab.master().peers.empty());
  EXPECT_FALSE(lab.sentinel().masters()[1].peers[0].says_master_down);
}

// What sentinels ask of each other is answered, anything else is an unknown command.
TEST(Monitoring, RequestsOfOtherSentinels) {
  SentinelLab lab(lone_sentinel());
  const auto status = [&](const model::Message& message) {
    return std::get<model::StatusReply>(lab.request(message)).status;
  };
  EXPECT_EQ(status(model::Ping{}), Status::kPong);
  EXPECT_EQ(status(model::SetName{}), Status::kOk);
  EXPECT_EQ(status(model::Publish{hello_from(kS2)}), Status::kOk);
  EXPECT_EQ(status(model::Psync{}), Status::kUnknownCommand);
}

}  // namespace
}  // namespace sentinel::test
