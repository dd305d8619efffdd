// How sentinels find each other, and how configurations spread.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using model::Epoch;
using testing::ElementsAre;
using testing::IsEmpty;

// A sentinel that is not known yet is met, connected to, and kept in the configuration.
TEST(Discovery, NewSentinel) {
  SentinelLab lab(sentinel_among({}));
  lab.run_for(3s);
  lab.forget();
  lab.hear(hello_from(kS2));
  EXPECT_THAT(lab.kinds(), ElementsAre(kSentinel));
  EXPECT_EQ(lab.last(kSentinel).event.id, id_of(kS2));
  EXPECT_EQ(lab.last(kSentinel).event.address, kS2);
  EXPECT_EQ(lab.saved().masters[0].known_sentinels.size(), 1);
  lab.run_for(1s);
  EXPECT_TRUE(lab.connected(kS2));
  lab.hear(hello_from(kS2));
  EXPECT_EQ(lab.count(kSentinel), 1);
  EXPECT_EQ(lab.peer(kS2).last_hello, lab.now());
}

// Our own hello comes back by pub/sub and says nothing.
TEST(Discovery, OwnHelloIsIgnored) {
  SentinelLab lab(sentinel_among({}));
  lab.run_for(10s);
  EXPECT_TRUE(lab.master().peers.empty());
}

// A hello that is published to us directly is not looked at in this way.
TEST(Discovery, OwnHelloIsBelievedWhenItIsSentDirectly) {
  SentinelLab lab(sentinel_among({}));
  lab.run_for(3s);
  lab.hear_directly(hello_from(kS1));
  EXPECT_EQ(lab.master().peers.size(), 1);
}

// A master of another name concerns us not.
TEST(Discovery, UnknownMasterIsIgnored) {
  SentinelLab lab(sentinel_among({}));
  lab.run_for(3s);
  lab.forget();
  model::Hello hello = hello_from(kS2);
  hello.master_name = kMaster2;
  hello.current_epoch = Epoch{9};
  lab.hear(hello);
  EXPECT_THAT(lab.seen(), IsEmpty());
  EXPECT_EQ(lab.sentinel().current_epoch(), Epoch{0});
}

// A known id at another address has moved: no +sentinel, the old connection is closed, the new address is used.
TEST(Discovery, SentinelMoves) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.forget();
  model::Hello hello = hello_from(kS4);
  hello.sender_id = id_of(kS2);
  lab.hear(hello);
  EXPECT_THAT(lab.kinds(), ElementsAre(kSentinelAddressSwitch));
  EXPECT_EQ(lab.last(kSentinelAddressSwitch).event.new_address, kS4);
  EXPECT_EQ(lab.last(kSentinelAddressSwitch).event.id, id_of(kS2));
  EXPECT_EQ(lab.last(kSentinelAddressSwitch).event.subject, model::InstanceKind::kMaster);
  lab.run_for(100ms);
  EXPECT_FALSE(lab.connected(kS2));
  EXPECT_TRUE(lab.connected(kS4));
  EXPECT_EQ(lab.saved().masters[0].known_sentinels[0].address, kS4);
}

// The new address is taken over for the other masters that it watches.
TEST(Discovery, MoveIsTakenOverForOtherMasters) {
  SentinelLab lab(with_second_master(sentinel_among({kS2})));
  lab.run_for(3s);
  lab.forget();
  model::Hello hello = hello_from(kS4);
  hello.sender_id = id_of(kS2);
  lab.hear(hello);
  EXPECT_THAT(lab.kinds(), ElementsAre(kSentinelAddressSwitch, kSentinelAddressUpdate));
  EXPECT_EQ(lab.last(kSentinelAddressUpdate).event.value, 1);
  EXPECT_EQ(lab.last(kSentinelAddressUpdate).event.address, kS4);
  EXPECT_EQ(lab.sentinel().masters()[1].peers[0].address, kS4);
  lab.run_for(1100ms);
  EXPECT_FALSE(lab.connected(kS2));
  EXPECT_TRUE(lab.connected(kS4));
}

// Another id at a known address: who was there before is gone, for all masters.
TEST(Discovery, SentinelIsReplaced) {
  SentinelLab lab(with_second_master(sentinel_among({kS3, kS2})));
  lab.run_for(3s);
  lab.forget();
  model::Hello hello = hello_from(kS2);
  hello.sender_id = id_of(kS5);
  lab.hear(hello);
  EXPECT_THAT(lab.kinds(), ElementsAre(kSentinelInvalidAddress, kSentinel));
  EXPECT_EQ(lab.last(kSentinelInvalidAddress).event.id, id_of(kS2));
  EXPECT_EQ(lab.last(kSentinel).event.id, id_of(kS5));
  EXPECT_EQ(lab.master().peers.size(), 2);
  EXPECT_EQ(lab.sentinel().masters()[1].peers.size(), 1);
}

// A newer current epoch is taken and flushed, an older one is not.
TEST(Discovery, CurrentEpochSpreads) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  model::Hello hello = hello_from(kS2);
  hello.current_epoch = Epoch{5};
  lab.hear(hello);
  EXPECT_EQ(lab.last(kNewEpoch).event.epoch, Epoch{5});
  EXPECT_EQ(lab.saved().current_epoch, Epoch{5});
  hello.current_epoch = Epoch{4};
  lab.hear(hello);
  EXPECT_EQ(lab.sentinel().current_epoch(), Epoch{5});
  EXPECT_EQ(lab.count(kNewEpoch), 1);
}

// A newer configuration with another address: who says it, then the switch, then the replicas; all flushed.
TEST(Discovery, NewerConfigurationIsObeyed) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.forget();
  model::Hello hello = hello_from(kS2);
  hello.config_epoch = Epoch{3};
  hello.master = kR2;
  lab.hear(hello);
  EXPECT_THAT(lab.kinds(), ElementsAre(kConfigUpdateFrom, kSwitchMaster, kReplica, kReplica));
  EXPECT_EQ(lab.last(kConfigUpdateFrom).event.id, id_of(kS2));
  EXPECT_EQ(lab.last(kConfigUpdateFrom).event.master_address, kM);
  EXPECT_EQ(lab.last(kSwitchMaster).event.new_address, kR2);
  EXPECT_EQ(lab.last(kReplica).event.master_address, kR2);
  EXPECT_EQ(lab.saved().masters[0].address, kR2);
  EXPECT_EQ(lab.saved().masters[0].config_epoch, Epoch{3});
}

// A master that nobody knew is believed just as well.
TEST(Discovery, UnknownAddressIsBelieved) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  model::Hello hello = hello_from(kS2);
  hello.config_epoch = Epoch{3};
  hello.master = kElsewhere;
  lab.hear(hello);
  EXPECT_EQ(lab.master().address, kElsewhere);
  EXPECT_EQ(lab.master().replicas.size(), 3);
}

// A newer epoch for the address that we have is taken silently, and not flushed.
TEST(Discovery, NewerEpochOfTheSameConfiguration) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(3s);
  lab.forget();
  const std::size_t flushes = lab.flushes();
  model::Hello hello = hello_from(kS2);
  hello.config_epoch = Epoch{3};
  lab.hear(hello);
  EXPECT_THAT(lab.seen(), IsEmpty());
  EXPECT_EQ(lab.flushes(), flushes);
  EXPECT_EQ(lab.master().config_epoch, Epoch{3});
}

}  // namespace
}  // namespace sentinel::test
