// Where models of what data nodes do to sentinels go wrong.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/data_node_lab.h"
#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using model::Publish;

// The transaction of a sentinel cuts the connections of all other sentinels and every subscription, its own included;
// it spares the connection that it came in on, and replicas (15).
TEST(Traps, Trap16TransactionCutsOtherSentinelsAndEverySubscription) {
  DataNodeLab lab;
  lab.start(kM, master_config());
  const model::Socket own = lab.connect(kM);
  const model::Socket own_subscription = lab.connect(kM);
  const model::Socket other = lab.connect(kM);
  const model::Socket other_subscription = lab.connect(kM);
  for (const model::Socket socket : {own, own_subscription, other, other_subscription}) {
    lab.ask(socket, model::SetName{});
  }
  for (const model::Socket socket : {own_subscription, other_subscription}) {
    lab.ask(socket, model::Subscribe{});
  }
  const model::Socket replica = lab.connect(kM);
  lab.ask(replica, model::ReplConf{kR2});
  lab.ask(replica, model::Psync{});

  EXPECT_EQ(lab.ask_status(own, model::Reconfigure{}), model::Status::kOk);
  EXPECT_TRUE(lab.open(own));
  EXPECT_FALSE(lab.open(own_subscription));
  EXPECT_FALSE(lab.open(other));
  EXPECT_FALSE(lab.open(other_subscription));
  EXPECT_TRUE(lab.open(replica));
}

// Up to 5.0 the transaction spares subscriptions.
TEST(Traps, Trap16TransactionOfOldSentinelsSparesSubscriptions) {
  DataNodeLab lab;
  lab.start(kM, master_config());
  const model::Socket own = lab.connect(kM);
  const model::Socket other = lab.connect(kM);
  const model::Socket subscription = lab.connect(kM);
  for (const model::Socket socket : {own, other, subscription}) lab.ask(socket, model::SetName{});
  lab.ask(subscription, model::Subscribe{});
  lab.ask(own, model::Reconfigure{.kills_subscribers = false});
  EXPECT_TRUE(lab.open(own));
  EXPECT_FALSE(lab.open(other));
  EXPECT_TRUE(lab.open(subscription));
}

// A sentinel that lost only its subscription sends nothing until it has it again, and does not try at once if it tried
// within the last second (5.1, 5.2).
TEST(Traps, Trap16SentinelWithoutSubscriptionIsSilent) {
  SentinelLab lab(lone_sentinel());
  lab.run_for(3s);
  lab.cut_subscription(kM);
  lab.tick();
  const Instant tried_at = lab.now();
  ASSERT_FALSE(lab.link(lab.master()).disconnected);
  lab.cut_subscription(kM);
  lab.run_for(1ms);
  EXPECT_TRUE(lab.link(lab.master()).command);
  EXPECT_TRUE(lab.link(lab.master()).disconnected);

  lab.forget();
  lab.run_for(tried_at + 999ms - lab.now());
  EXPECT_THAT(lab.sent(), testing::Each(testing::Field(&Sent::to, testing::Ne(kM))));
  lab.run_for(200ms);
  EXPECT_EQ(lab.sent<model::Subscribe>(kM).size(), 1);
  EXPECT_EQ(lab.sent<model::Ping>(kM).size(), 1);
}

// A hello that is published on a master that has, or had, a replica moves the offsets of both; one that is published on
// a replica does not (9.2, 24.5).
TEST(Traps, Trap22HellosMoveReplicationOffsets) {
  DataNodeLab lab;
  lab.start(kM, master_config());
  const model::Socket client = lab.connect(kM);
  lab.ask(client, Publish{hello_from(kS2)});
  EXPECT_EQ(lab.node(kM).offset(), 0) << "nobody ever replicated from it";

  lab.start(kR1, replica_config(kM));
  lab.run_for(3s);
  const model::Offset before = lab.node(kM).offset();
  lab.ask(client, Publish{hello_from(kS2)});
  const model::Offset after = before + model::replicated_size(hello_from(kS2));
  EXPECT_EQ(lab.node(kM).offset(), after);
  EXPECT_EQ(lab.node(kR1).offset(), after);

  lab.ask(lab.connect(kR1), Publish{hello_from(kS2)});
  EXPECT_EQ(lab.node(kR1).offset(), after);
}

// An isolated old master with a sentinel beside it is soon ahead of the promoted replica, so that it needs a full
// resynchronisation when it comes back (24.5).
TEST(Traps, Trap22HelloToAnIsolatedMasterCostsAFullResync) {
  for (const bool hello_meanwhile : {false, true}) {
    DataNodeLab lab;
    lab.start(kM, master_config());
    lab.start(kR1, replica_config(kM));
    lab.run_for(3s);
    lab.ask(lab.connect(kR1), model::Reconfigure{});
    if (hello_meanwhile) lab.ask(lab.connect(kM), Publish{hello_from(kS2)});
    lab.ask(lab.connect(kM), model::Reconfigure{kR1});
    lab.run_for(3s);
    EXPECT_TRUE(lab.info(kM).link_up);
    EXPECT_EQ(lab.full_resyncs(kR1), hello_meanwhile ? 1 : 0);
    EXPECT_EQ(lab.node(kM).offset(), lab.node(kR1).offset());
  }
}

}  // namespace
}  // namespace sentinel::test
