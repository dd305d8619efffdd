// A watcher: what it asks, what it believes, and what it misses.
#include "model/watcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/deployment.h"

namespace sentinel::test {
namespace {

using model::Registry;
using testing::ElementsAre;

// A watcher of kS1, driven by hand: its inputs, and what each step wants.
class WatcherTest : public testing::Test {
 protected:
  static model::WatcherConfig config(bool asks_again) {
    return {.sentinel = kS1, .master = kMaster1, .asks_again = asks_again};
  }

  void step(const model::Input& input) {
    effects_.clear();
    watcher_.step(now_, input, effects_);
    if (effects_.next_timer) timer_ = now_ + *effects_.next_timer;
  }
  void message(model::Socket socket, const model::Message& message) {
    step(model::MessageArrived{socket, {}, &message});
  }
  void wait() {
    now_ = timer_;
    step(model::TimerFired{});
  }
  bool connects(model::Socket socket) const {
    return std::ranges::any_of(effects_.actions, [&](const model::Action& action) {
      const auto* const connect = std::get_if<model::Connect>(&action);
      return connect != nullptr && connect->socket == socket && connect->to == kS1;
    });
  }
  bool disconnects(model::Socket socket) const {
    return std::ranges::any_of(effects_.actions, [&](const model::Action& action) {
      const auto* const disconnect = std::get_if<model::Disconnect>(&action);
      return disconnect != nullptr && disconnect->socket == socket;
    });
  }
  template <class AnyMessage>
  bool sends() const {
    return std::ranges::any_of(effects_.actions, [](const model::Action& action) {
      const auto* const send = std::get_if<model::Send>(&action);
      return send != nullptr && std::holds_alternative<AnyMessage>(send->message);
    });
  }

  // The master is kM, its replicas are kR1, and kR2, which is down.
  void begin() {
    step(model::Started{});
    step(model::Connected{model::kWatcherEvents});
    step(model::Connected{model::kWatcherQuestion});
    answer(kM);
  }
  void answer(Address master) {
    message(model::kWatcherQuestion, model::MasterAddressReply{master});
    model::ReplicasReply replicas;
    replicas.replicas = {{.address = kR1}, {.address = kR2, .down = true}};
    message(model::kWatcherQuestion, replicas);
  }
  void hear(EventKind kind, Address of, Address now_at = {}) {
    message(model::kWatcherEvents,
            model::EventPush{{.kind = kind,
                              .subject = of == kM ? model::InstanceKind::kMaster : model::InstanceKind::kReplica,
                              .master_name = kMaster1,
                              .master_address = kM,
                              .address = of,
                              .new_address = now_at}});
  }
  Registry::Entry master() const { return watcher_.registry()->master.value_or(Registry::Entry{}); }
  std::vector<Registry::Entry> replicas() const {
    const auto& replicas = watcher_.registry()->replicas;
    return {replicas.begin(), replicas.end()};
  }

  Instant now_ = kStart;
  Instant timer_ = kStart;
  model::Effects effects_;
  model::Watcher watcher_{config(true)};
};

// It listens before it asks, so that nothing is said in between; then it knows all, and hangs up on the question.
TEST_F(WatcherTest, ListensThenAsks) {
  step(model::Started{});
  EXPECT_TRUE(connects(model::kWatcherEvents) && !connects(model::kWatcherQuestion));
  step(model::Connected{model::kWatcherEvents});
  EXPECT_TRUE(sends<model::SubscribeEvents>() && connects(model::kWatcherQuestion));
  step(model::Connected{model::kWatcherQuestion});
  EXPECT_TRUE(sends<model::MasterAddressRequest>() && sends<model::ReplicasRequest>());
  EXPECT_FALSE(watcher_.registry());
  answer(kM);
  EXPECT_TRUE(disconnects(model::kWatcherQuestion));
  EXPECT_EQ(master(), (Registry::Entry{.address = kM}));
  EXPECT_THAT(replicas(), ElementsAre(Registry::Entry{kR1, true}, Registry::Entry{kR2, false}));
}

// Downs, ups and reboots of replicas and of the master are taken over; those of sentinels and other masters are not.
TEST_F(WatcherTest, FollowsUpsAndDowns) {
  begin();
  hear(EventKind::kReboot, kR2);
  hear(EventKind::kSdown, kR1);
  EXPECT_THAT(replicas(), ElementsAre(Registry::Entry{kR1, false}, Registry::Entry{kR2, true}));
  hear(EventKind::kSdown, kM);
  EXPECT_FALSE(master().up);
  hear(EventKind::kSdownEnd, kM);
  EXPECT_TRUE(master().up);
  const Registry before = *watcher_.registry();
  message(model::kWatcherEvents, model::EventPush{{.kind = EventKind::kSdown,
                                                   .subject = model::InstanceKind::kSentinel,
                                                   .master_name = kMaster1,
                                                   .address = kS2}});
  message(model::kWatcherEvents,
          model::EventPush{{.kind = EventKind::kSwitchMaster, .master_name = kMaster2, .new_address = kR3}});
  EXPECT_EQ(*watcher_.registry(), before);
}

// A switch names the new master, and +slave each replica again; a node that is converted is one, too.
TEST_F(WatcherTest, FollowsASwitch) {
  begin();
  hear(EventKind::kSwitchMaster, kM, kR1);
  EXPECT_EQ(master(), (Registry::Entry{.address = kR1}));
  EXPECT_TRUE(replicas().empty());
  hear(EventKind::kReplica, kR2);
  hear(EventKind::kConvertToReplica, kR3);
  EXPECT_THAT(replicas(), ElementsAre(Registry::Entry{kR2, true}, Registry::Entry{kR3, true}));
  hear(EventKind::kResetMaster, kM);
  EXPECT_TRUE(replicas().empty());
  hear(EventKind::kUnmonitor, kM);
  EXPECT_FALSE(watcher_.registry()->master);
  hear(EventKind::kMonitor, kM);
  EXPECT_EQ(master(), (Registry::Entry{.address = kM}));
}

// A subscription that is lost is opened again after a pause, and the sentinel is asked what was missed.
TEST_F(WatcherTest, ComesBack) {
  begin();
  step(model::Disconnected{model::kWatcherEvents});
  EXPECT_FALSE(watcher_.is_subscribed());
  EXPECT_FALSE(connects(model::kWatcherEvents));
  EXPECT_EQ(effects_.next_timer, 100ms);
  wait();
  EXPECT_TRUE(connects(model::kWatcherEvents));
  step(model::Connected{model::kWatcherEvents});
  EXPECT_TRUE(connects(model::kWatcherQuestion));
  step(model::Connected{model::kWatcherQuestion});
  answer(kR3);
  EXPECT_EQ(master(), (Registry::Entry{.address = kR3}));
}

// One that asks only once goes on believing what it knew.
TEST_F(WatcherTest, MayNotAskAgain) {
  watcher_ = model::Watcher{config(false)};
  begin();
  step(model::Disconnected{model::kWatcherEvents});
  wait();
  step(model::Connected{model::kWatcherEvents});
  EXPECT_TRUE(sends<model::SubscribeEvents>());
  EXPECT_FALSE(connects(model::kWatcherQuestion));
  EXPECT_EQ(master(), (Registry::Entry{.address = kM}));
}

// With `asks-every` it asks even if all seems well: it may be deaf.
TEST_F(WatcherTest, AsksNowAndThen) {
  model::WatcherConfig curious = config(true);
  curious.asks_every = 5s;
  watcher_ = model::Watcher{curious};
  begin();
  EXPECT_EQ(effects_.next_timer, 5s);
  wait();
  EXPECT_TRUE(connects(model::kWatcherQuestion));
}

// A question that is not answered in time, or whose connection fails, is asked again.
TEST_F(WatcherTest, RepeatsItsQuestion) {
  step(model::Started{});
  step(model::Connected{model::kWatcherEvents});
  EXPECT_EQ(effects_.next_timer, 1s);
  wait();
  EXPECT_TRUE(disconnects(model::kWatcherQuestion));
  wait();
  EXPECT_TRUE(connects(model::kWatcherQuestion));
  step(model::Disconnected{model::kWatcherQuestion});
  wait();
  EXPECT_TRUE(connects(model::kWatcherQuestion));
}

}  // namespace
}  // namespace sentinel::test
