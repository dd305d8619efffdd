// How versions differ in who is who among sentinels, in the failover and in the answers to commands.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using model::Answer;
using testing::ElementsAre;

constexpr Address kNowhere{kHost, 0};

// What kS5 says when it listens at `address`.
model::Hello hello_of_s5_from(Address address) {
  model::Hello hello = hello_from(address);
  hello.sender_id = id_of(kS5);
  return hello;
}

// The baseline is the default, and every profile is found by its name.
TEST(Profiles, Table) {
  EXPECT_EQ(model::profiles().front().name, "redis-7.0");
  for (const std::string_view name : {"redis-2.8", "redis-3.2", "redis-6.2", "redis-7.0", "redis-7.4", "valkey-8.0"}) {
    ASSERT_NE(model::find_profile(name), nullptr) << name;
    EXPECT_EQ(model::find_profile(name)->name, name);
  }
  EXPECT_EQ(model::find_profile("redis-1.0"), nullptr);
}

// --- identity -------------------------------------------------------------------------------------

// In 2.8 the name of a sentinel is its address, from 3.2 on its id; also where its vote is logged.
TEST(Profiles, NameOfASentinel) {
  const auto named_by_address = [](std::string_view profile) {
    SentinelLab lab(sentinel_among({kS2}), {.profile = profile});
    lab.at(kS2).says_down = true;
    lab.run_for(3s);
    lab.hear(hello_from(kS3));
    lab.crash(kM);
    EXPECT_TRUE(lab.run_until(kVotedFor));
    EXPECT_EQ(lab.last(kSentinel).event.named_by_address, lab.last(kVotedFor).event.named_by_address);
    return lab.last(kSentinel).event.named_by_address;
  };
  EXPECT_TRUE(named_by_address("redis-2.8"));
  EXPECT_FALSE(named_by_address("redis-3.2"));
  EXPECT_FALSE(named_by_address("redis-7.0"));
}

// A sentinel that was started again in 2.8 has another id: it takes the place of the one that was at its address.
TEST(Profiles, RestartedSentinelIsADuplicate) {
  SentinelLab lab(sentinel_among({kS2, kS3}), {.profile = "redis-2.8"});
  lab.run_for(3s);
  lab.forget();
  lab.hear(hello_of_s5_from(kS2));
  EXPECT_THAT(lab.kinds(), ElementsAre(kDuplicateSentinel, kSentinel));
  const model::Event duplicate = lab.last(kDuplicateSentinel).event;
  EXPECT_EQ(duplicate.subject, model::InstanceKind::kMaster);
  EXPECT_EQ(duplicate.new_address, kS2);
  EXPECT_EQ(duplicate.id, id_of(kS5));
  EXPECT_EQ(lab.master().peers.size(), 2);
  EXPECT_EQ(lab.peer(kS2).id, id_of(kS5));
  EXPECT_EQ(lab.saved().masters[0].known_sentinels.size(), 2);
  lab.hear(hello_of_s5_from(kS2));
  EXPECT_EQ(lab.count(kSentinel), 1) << "it is known now";
}

// One that moves is a duplicate in 2.8, and moves from 3.2 on.
TEST(Profiles, MovedSentinel) {
  const auto kinds = [](std::string_view profile) {
    SentinelLab lab(sentinel_among({kS5, kS3}), {.profile = profile});
    lab.run_for(3s);
    lab.forget();
    lab.hear(hello_of_s5_from(kS2));
    EXPECT_EQ(lab.master().peers.size(), 2);
    EXPECT_EQ(lab.peer(kS2).id, id_of(kS5));
    return lab.kinds();
  };
  EXPECT_THAT(kinds("redis-2.8"), ElementsAre(kDuplicateSentinel, kSentinel));
  EXPECT_THAT(kinds("redis-3.2"), ElementsAre(kSentinelAddressSwitch));
  EXPECT_THAT(kinds("redis-7.0"), ElementsAre(kSentinelAddressSwitch));
}

// In 2.8 one hello can remove two: one with its id, one with its address. That is said once.
TEST(Profiles, HelloThatRemovesTwo) {
  SentinelLab lab(sentinel_among({kS5, kS3, kS2}), {.profile = "redis-2.8"});
  lab.run_for(3s);
  lab.forget();
  lab.hear(hello_of_s5_from(kS2));
  EXPECT_THAT(lab.kinds(), ElementsAre(kDuplicateSentinel, kSentinel));
  EXPECT_EQ(lab.master().peers.size(), 2);
  EXPECT_FALSE(lab.connected(kS5));
}

// In 2.8 a new sentinel is just that.
TEST(Profiles, NewSentinelIsNoDuplicate) {
  SentinelLab lab(sentinel_among({kS2}), {.profile = "redis-2.8"});
  lab.run_for(3s);
  lab.forget();
  lab.hear(hello_from(kS3));
  EXPECT_THAT(lab.kinds(), ElementsAre(kSentinel));
}

// Another id at a known address, 3.2 to 6.2: the old one stays, without an address; from 7.0 on it is removed.
TEST(Profiles, DisplacedSentinel) {
  for (const std::string_view profile : {"redis-3.2", "redis-6.2"}) {
    SentinelLab lab(sentinel_among({kS2}), {.profile = profile});
    lab.run_for(3s);
    lab.forget();
    lab.hear(hello_of_s5_from(kS2));
    EXPECT_THAT(lab.kinds(), ElementsAre(kSentinelInvalidAddress, kSentinel));
    EXPECT_EQ(lab.last(kSentinelInvalidAddress).event.address, kS2) << "it is said with the address that it had";
    ASSERT_EQ(lab.master().peers.size(), 2);
    EXPECT_EQ(lab.peer(kNowhere).id, id_of(kS2));
    lab.run_for(10s);
    EXPECT_FALSE(lab.connected(kNowhere));
    EXPECT_EQ(lab.count(kSdown, kNowhere), 1) << "its link is lost for good";
    EXPECT_EQ(lab.count(kSdown), 1);
    lab.forget();
    lab.hear(hello_from(kS4));
    model::Hello back = hello_from(kS3);
    back.sender_id = id_of(kS2);
    lab.hear(back);
    EXPECT_THAT(lab.kinds(), ElementsAre(kSentinel, kSentinelAddressSwitch)) << "until it says hello from elsewhere";
  }
  SentinelLab lab(sentinel_among({kS2}), {.profile = "redis-7.0"});
  lab.run_for(3s);
  lab.forget();
  lab.hear(hello_of_s5_from(kS2));
  EXPECT_THAT(lab.kinds(), ElementsAre(kSentinelInvalidAddress, kSentinel));
  EXPECT_EQ(lab.master().peers.size(), 1);
}

// The other masters lose the address as well.
TEST(Profiles, DisplacedSentinelOfTwoMasters) {
  SentinelLab lab(with_second_master(sentinel_among({kS2})), {.profile = "redis-6.2"});
  lab.run_for(3s);
  lab.forget();
  lab.hear(hello_of_s5_from(kS2));
  EXPECT_THAT(lab.kinds(), ElementsAre(kSentinelInvalidAddress, kSentinelAddressUpdate, kSentinel));
  EXPECT_EQ(lab.last(kSentinelAddressUpdate).event.address, kNowhere);
  EXPECT_EQ(lab.sentinel().masters()[1].peers[0].address, kNowhere);
}

// A sentinel without an address is still a voter: two of three who can vote are no majority of four.
TEST(Profiles, DisplacedSentinelIsAVoter) {
  const auto is_elected = [](std::string_view profile) {
    SentinelLab lab(sentinel_among({kS2, kS3}), {.profile = profile});
    for (const Address& other : {kS2, kS3}) lab.at(other).says_down = true;
    lab.at(kS3).votes = false;
    lab.run_for(3s);
    lab.hear(hello_of_s5_from(kS2));
    lab.run_for(3s);
    lab.crash(kM);
    return lab.run_until(kElectedLeader, 20s);
  };
  EXPECT_FALSE(is_elected("redis-3.2"));
  EXPECT_FALSE(is_elected("redis-6.2"));
  EXPECT_TRUE(is_elected("redis-7.0"));
}

// --- failover -------------------------------------------------------------------------------------

// Subscriptions are cut from 6.0 on; the transaction has one command less before.
TEST(Profiles, Transaction) {
  const auto commands = [](std::string_view profile, bool kills_subscribers) {
    SentinelLab lab(lone_sentinel(), {.profile = profile});
    lab.run_for(3s);
    lab.crash(kM);
    EXPECT_TRUE(lab.run_until(kSelectedReplica));
    lab.run_for(1ms);
    lab.hang(kR1);
    lab.forget();
    const int before = lab.link(lab.replica(kR1)).pending;
    EXPECT_THAT(lab.tick(), ElementsAre(kWaitPromotion));
    const auto sent = lab.sent<model::Reconfigure>(kR1);
    EXPECT_EQ(std::get<model::Reconfigure>(sent.at(0).message).kills_subscribers, kills_subscribers) << profile;
    const auto others = static_cast<int>(std::ranges::count(lab.sent(), kR1, &Sent::to)) - 1;
    const int counted = lab.link(lab.replica(kR1)).pending - before - others;
    lab.revive(kR1);
    lab.run_for(1s);
    EXPECT_EQ(lab.link(lab.replica(kR1)).pending, 0) << profile;
    return counted;
  };
  EXPECT_EQ(commands("redis-2.8", false), 5);
  EXPECT_EQ(commands("redis-3.2", false), 5);
  EXPECT_EQ(commands("redis-6.2", true), 6);
  EXPECT_EQ(commands("redis-7.0", true), 6);
}

// The last SLAVEOF of a failover that ends by time-out may be meant for the new master itself, up to 5.0.7.
TEST(Profiles, BestEffort) {
  const auto sent_to_r1 = [](std::string_view profile) {
    model::SentinelConfig config = lone_sentinel();
    config.masters[0].failover_timeout = 15s;
    SentinelLab lab(config, {.profile = profile});
    lab.run_for(3s);
    lab.at(kR2).syncs = false;
    lab.crash(kM);
    EXPECT_TRUE(lab.run_until(kFailoverEndForTimeout));
    return lab.count(kReconfSentBestEffort, kR1);
  };
  EXPECT_EQ(sent_to_r1("redis-2.8"), 1U);
  EXPECT_EQ(sent_to_r1("redis-3.2"), 1U);
  EXPECT_EQ(sent_to_r1("redis-6.2"), 0U);
  EXPECT_EQ(sent_to_r1("redis-7.0"), 0U);
}

// Nothing else of a failover differs: the same events in the same order.
TEST(Profiles, FailoverIsTheSame) {
  const auto story = [](std::string_view profile) {
    SentinelLab lab(sentinel_among({kS2, kS3}), {.profile = profile});
    for (const Address& other : {kS2, kS3}) lab.at(other).says_down = true;
    lab.run_for(3s);
    lab.crash(kM);
    EXPECT_TRUE(lab.run_until(kSwitchMaster, 20s)) << profile;
    return lab.kinds();
  };
  for (const model::Profile& profile : model::profiles()) {
    EXPECT_EQ(story(profile.name), story("redis-7.0")) << profile.name;
  }
}

// --- commands -------------------------------------------------------------------------------------

// +set shows a password up to 6.2.7.
TEST(Profiles, PasswordInPlusSet) {
  constexpr model::Symbol kPassword{60, 6};
  constexpr model::Symbol kStars{61, 6};
  const auto shown = [&](std::string_view profile) {
    SentinelLab lab(lone_sentinel(), {.profile = profile});
    model::SetCommand set{kMaster1, {}};
    set.changes.push_back({.option = model::SetCommand::Option::kAuthPass, .text = kPassword, .value_text = kStars});
    set.changes.push_back({.option = model::SetCommand::Option::kQuorum, .number = 2, .value_text = {62, 1}});
    lab.command(set);
    EXPECT_EQ(lab.last(kSet).event.option_value, (model::Symbol{62, 1})) << "other options are always shown";
    return lab.seen()[lab.seen().size() - 2].event.option_value;
  };
  EXPECT_EQ(shown("redis-2.8"), kPassword);
  EXPECT_EQ(shown("redis-3.2"), kPassword);
  EXPECT_EQ(shown("redis-6.2"), kStars);
  EXPECT_EQ(shown("redis-7.0"), kStars);
}

// The words of -NOGOODSLAVE.
TEST(Profiles, NoGoodReplica) {
  const auto answer = [](std::string_view profile) {
    SentinelLab lab(lone_sentinel(), {.profile = profile});
    return lab.command(model::FailoverCommand{kMaster1}).kind;
  };
  EXPECT_EQ(answer("redis-2.8"), Answer::Kind::kNoGoodSlave);
  EXPECT_EQ(answer("redis-3.2"), Answer::Kind::kNoGoodSlave);
  EXPECT_EQ(answer("redis-6.2"), Answer::Kind::kNoGoodReplica);
}

}  // namespace
}  // namespace sentinel::test
