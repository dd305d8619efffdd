// The client by itself: step by step, what it asks whom, and what it makes of what it hears.
#include "model/client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <utility>
#include <vector>

#include "tests/support/deployment.h"

namespace sentinel::test {
namespace {

using model::ClientConfig;
using model::kClientData;
using model::kClientQuestion;
using model::Message;
using model::Outcome;
using model::Socket;
using model::Status;
using model::WriteId;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;
using Fate = Outcome::Fate;
using OnLoss = ClientConfig::OnLoss;

constexpr std::uint32_t kNumber = 7;
constexpr Socket kFirstSubscription{2};

// A client with the world around it as the test plays it.
class ClientLab {
 public:
  explicit ClientLab(const ClientConfig& config, std::uint32_t written = 0) : client_(config, kNumber, written) {
    step(model::Started{});
  }

  void connected(Socket socket) { step(model::Connected{socket}); }
  void lost(Socket socket) { step(model::Disconnected{socket}); }
  void says(Socket socket, const Message& message, model::Callback callback = {}) {
    step(model::MessageArrived{socket, callback, &message});
  }
  // Of what was sent last to the data node.
  void replies(const Message& message) { says(kClientData, message, callback_); }
  void replies(Status status) { replies(model::StatusReply{status}); }
  void told(std::optional<Address> master) { says(kClientQuestion, model::MasterAddressReply{master}); }
  // From the question to the connection to the master.
  void find(Address master) {
    connected(kClientQuestion);
    told(master);
    connected(kClientData);
    if (client_.config().verifies_role) says(kClientData, model::RoleReply{model::InstanceKind::kMaster});
  }
  void switched(model::Symbol name, Address master) {
    says(kFirstSubscription,
         model::EventPush{{.kind = EventKind::kSwitchMaster, .master_name = name, .new_address = master}});
  }

  void run_for(Millis time) {
    const Instant end = now_ + time;
    while (timer_ && *timer_ <= end) {
      now_ = *std::exchange(timer_, std::nullopt);
      step(model::TimerFired{});
    }
    now_ = end;
  }

  const model::Client& client() const { return client_; }
  Millis time() const { return now_ - kStart; }

  // What was done since this was called last, by kind.
  std::vector<Address> connects(Socket socket) {
    return taken<model::Connect, Address>(
        [&](const model::Connect& it) { return it.socket == socket ? std::optional{it.to} : std::nullopt; });
  }
  std::size_t disconnects(Socket socket) {
    return taken<model::Disconnect, Socket>([&](const model::Disconnect& it) {
             return it.socket == socket ? std::optional{it.socket} : std::nullopt;
           })
        .size();
  }
  std::vector<Message> sent(Socket socket) {
    return taken<model::Send, Message>(
        [&](const model::Send& it) { return it.socket == socket ? std::optional{it.message} : std::nullopt; });
  }
  std::vector<WriteId> writes() {
    std::vector<WriteId> writes;
    for (const Message& message : sent(kClientData)) {
      if (const auto* const write = std::get_if<model::WriteRequest>(&message)) writes.push_back(write->write);
    }
    return writes;
  }
  std::vector<Outcome> outcomes() {
    return taken<Outcome, Outcome>([](const Outcome& it) { return std::optional{it}; });
  }

 private:
  void step(const model::Input& input) {
    model::Effects effects;
    client_.step(now_, input, effects);
    if (effects.next_timer) timer_ = now_ + *effects.next_timer;
    for (const model::Action& action : effects.actions) {
      done_.push_back(action);
      if (const auto* const send = std::get_if<model::Send>(&action)) callback_ = send->callback;
    }
  }
  template <class Kind, class Result, class Pick>
  std::vector<Result> taken(Pick pick) {
    std::vector<Result> results;
    std::erase_if(done_, [&](const model::Action& action) {
      const auto* const it = std::get_if<Kind>(&action);
      const std::optional<Result> result = it == nullptr ? std::nullopt : pick(*it);
      if (result) results.push_back(*result);
      return result.has_value();
    });
    return results;
  }

  model::Client client_;
  Instant now_ = kStart;
  std::optional<Instant> timer_;
  std::vector<model::Action> done_;
  model::Callback callback_{};
};

// As the guidelines want it, but for the subscriptions.
ClientConfig guided() {
  ClientConfig config{.master = kMaster1, .subscribes = false, .writes = 10};
  for (const Address sentinel : {kS1, kS2, kS3}) config.sentinels.push_back(sentinel);
  return config;
}

ClientConfig fixed() { return {.fixed = kM, .verifies_role = false, .subscribes = false, .writes = 10}; }

// --- sentinels ----------------------------------------------------------------------------------------------

// One that works at kM; what it has connected to so far is taken.
struct WorkingClient : ClientLab {
  explicit WorkingClient(const ClientConfig& config) : ClientLab(config) {
    find(kM);
    connects(kClientQuestion);
  }
};

// One sentinel after the other; when all were asked in vain there is a pause.
TEST(Client, AsksTheSentinelsInTurn) {
  ClientLab lab{guided()};
  EXPECT_THAT(lab.connects(kClientQuestion), ElementsAre(kS1));
  lab.lost(kClientQuestion);
  EXPECT_THAT(lab.connects(kClientQuestion), ElementsAre(kS2));
  lab.connected(kClientQuestion);
  EXPECT_THAT(lab.sent(kClientQuestion), ElementsAre(Message{model::MasterAddressRequest{kMaster1}}));
  lab.told(std::nullopt);
  EXPECT_THAT(lab.connects(kClientQuestion), ElementsAre(kS3)) << "who does not know the master is no help";
  lab.lost(kClientQuestion);
  lab.run_for(99ms);
  EXPECT_THAT(lab.connects(kClientQuestion), IsEmpty());
  lab.run_for(1ms);
  EXPECT_THAT(lab.connects(kClientQuestion), ElementsAre(kS1));
}

// A sentinel that says nothing for the time-out is given up, be it before or after the connection is made.
TEST(Client, GivesUpASilentSentinel) {
  ClientLab lab{guided()};
  lab.run_for(999ms);
  EXPECT_THAT(lab.connects(kClientQuestion), ElementsAre(kS1));
  lab.run_for(1ms);
  EXPECT_EQ(lab.disconnects(kClientQuestion), 1U);
  EXPECT_THAT(lab.connects(kClientQuestion), ElementsAre(kS2));
  lab.connected(kClientQuestion);
  lab.run_for(1s);
  EXPECT_THAT(lab.connects(kClientQuestion), ElementsAre(kS3));
}

// Who has answered is asked first the next time.
TEST(Client, StaysWithTheSentinelThatAnswered) {
  ClientLab lab{guided()};
  lab.lost(kClientQuestion);
  lab.find(kM);
  EXPECT_EQ(lab.disconnects(kClientQuestion), 2U);
  lab.connects(kClientQuestion);
  lab.lost(kClientData);
  EXPECT_THAT(lab.connects(kClientQuestion), ElementsAre(kS2));
}

// With asks-every it looks again though all is well, and moves if another address is told.
TEST(Client, LooksAgain) {
  ClientConfig config = guided();
  config.asks_every = 5s;
  config.writes = 0;
  WorkingClient lab{config};
  lab.connects(kClientData);
  for (const Address master : {kM, kR1}) {
    lab.run_for(5s);
    EXPECT_THAT(lab.connects(kClientQuestion), ElementsAre(kS1));
    lab.connected(kClientQuestion);
    lab.told(master);
  }
  EXPECT_THAT(lab.connects(kClientData), ElementsAre(kR1));
}

// --- the connection to the master ---------------------------------------------------------------------------

// What is no master, by ROLE, is left, and the sentinels are asked again after a pause.
TEST(Client, LeavesWhatIsNoMaster) {
  ClientLab lab{guided()};
  lab.connects(kClientQuestion);
  lab.connected(kClientQuestion);
  lab.told(kR1);
  EXPECT_THAT(lab.connects(kClientData), ElementsAre(kR1));
  lab.connected(kClientData);
  EXPECT_THAT(lab.sent(kClientData), ElementsAre(Message{model::RoleRequest{}}));
  lab.says(kClientData, model::RoleReply{model::InstanceKind::kReplica});
  EXPECT_EQ(lab.disconnects(kClientData), 1U);
  EXPECT_EQ(lab.client().works_at(), std::nullopt);
  EXPECT_THAT(lab.connects(kClientQuestion), IsEmpty());
  lab.run_for(100ms);
  EXPECT_THAT(lab.connects(kClientQuestion), ElementsAre(kS1));
  lab.find(kM);
  EXPECT_EQ(lab.client().works_at(), kM);
  EXPECT_THAT(lab.writes(), SizeIs(1));
}

// So is one that does not say what it is: with an error, or nothing for the time-out.
TEST(Client, LeavesWhatDoesNotSayItsRole) {
  for (const bool says_error : {true, false}) {
    ClientLab lab{guided()};
    lab.connected(kClientQuestion);
    lab.told(kM);
    lab.connects(kClientQuestion);
    lab.connected(kClientData);
    if (says_error) {
      lab.replies(Status::kLoading);
    } else {
      lab.run_for(1s);
    }
    EXPECT_EQ(lab.disconnects(kClientData), 1U) << says_error;
    lab.run_for(100ms);
    EXPECT_THAT(lab.connects(kClientQuestion), ElementsAre(kS1)) << says_error;
  }
}

// +switch-master of its master makes it connect to the new address; nobody knows about the operation under way.
TEST(Client, FollowsSwitchMaster) {
  ClientConfig config = guided();
  config.subscribes = true;
  ClientLab lab{config};
  EXPECT_THAT(lab.connects(kFirstSubscription), ElementsAre(kS1));
  lab.find(kM);
  lab.connects(kClientData);
  lab.switched(kMaster2, kR1);
  lab.switched(kMaster1, kM);
  EXPECT_THAT(lab.connects(kClientData), IsEmpty()) << "another master, or where it is already";
  lab.switched(kMaster1, kR1);
  EXPECT_EQ(lab.disconnects(kClientData), 1U);
  EXPECT_THAT(lab.connects(kClientData), ElementsAre(kR1));
  const std::vector<Outcome> outcomes = lab.outcomes();
  ASSERT_THAT(outcomes, SizeIs(1));
  EXPECT_EQ(outcomes[0].fate, Fate::kLost);
  EXPECT_EQ(outcomes[0].node, kM);
}

// A subscription that was lost is made again, and then the sentinels are asked what was missed.
TEST(Client, AsksWhatItMissed) {
  ClientConfig config = guided();
  config.subscribes = true;
  WorkingClient lab{config};
  lab.connects(kFirstSubscription);
  lab.lost(kFirstSubscription);
  lab.run_for(100ms);
  EXPECT_THAT(lab.connects(kFirstSubscription), ElementsAre(kS1));
  EXPECT_THAT(lab.connects(kClientQuestion), IsEmpty());
  lab.connected(kFirstSubscription);
  EXPECT_THAT(lab.sent(kFirstSubscription), ElementsAre(Message{model::SubscribeEvents{}}));
  EXPECT_THAT(lab.connects(kClientQuestion), ElementsAre(kS1));
}

// -READONLY makes it ask the sentinels again, after a pause, unless it stays by its configuration; -NOREPLICAS does
// not.
TEST(Client, LeavesWhatIsReadOnly) {
  for (const auto& [status, leaves, left] : {std::tuple{Status::kReadOnly, true, true},
                                             {Status::kReadOnly, false, false},
                                             {Status::kNoReplicas, true, false}}) {
    ClientConfig config = guided();
    config.leaves_when_refused = leaves;
    WorkingClient lab{config};
    lab.replies(status);
    EXPECT_EQ(lab.disconnects(kClientData), left ? 1U : 0U);
    lab.run_for(100ms);
    EXPECT_THAT(lab.connects(kClientQuestion), SizeIs(left ? 1 : 0));
    EXPECT_THAT(lab.writes(), SizeIs(left ? 1 : 2));
    EXPECT_EQ(lab.outcomes().at(0).status, status);
  }
}

// A lost connection: ask, connect to the same address at once, or give up for good.
TEST(Client, ReplacesALostConnection) {
  for (const OnLoss on_loss : {OnLoss::kAsk, OnLoss::kSame, OnLoss::kStop}) {
    ClientConfig config = guided();
    config.on_loss = on_loss;
    WorkingClient lab{config};
    lab.connects(kClientData);
    lab.lost(kClientData);
    EXPECT_EQ(lab.outcomes().at(0).fate, Fate::kLost);
    EXPECT_THAT(lab.connects(kClientQuestion), SizeIs(on_loss == OnLoss::kAsk ? 1 : 0));
    EXPECT_THAT(lab.connects(kClientData), SizeIs(on_loss == OnLoss::kSame ? 1 : 0));
    lab.run_for(10s);
    EXPECT_EQ(lab.outcomes().empty(), on_loss == OnLoss::kStop) << "who gave up tries nothing";
  }
}

// A client with a fixed address asks nobody, and tries it again after a pause as long as nobody is there.
TEST(Client, KeepsItsFixedAddress) {
  ClientLab lab{fixed()};
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(lab.connects(kClientData), ElementsAre(kM));
    lab.lost(kClientData);
    lab.run_for(100ms);
  }
  lab.connected(kClientData);
  lab.replies(Status::kReadOnly);
  EXPECT_EQ(lab.client().works_at(), kM);
  EXPECT_THAT(lab.connects(kClientQuestion), IsEmpty());
}

// --- operations ---------------------------------------------------------------------------------------------

// A try that failed is repeated after retry-after, as often as configured, as a new write of the same operation.
TEST(Client, TriesAgain) {
  ClientConfig config = fixed();
  config.retries = 2;
  config.retry_after = 200ms;
  ClientLab lab{config};
  lab.connected(kClientData);
  for (std::uint32_t i = 1; i <= 3; ++i) {
    EXPECT_THAT(lab.writes(), ElementsAre(WriteId{kNumber, i}));
    EXPECT_EQ(lab.time(), 200ms * (i - 1));
    lab.replies(Status::kNoReplicas);
    const std::vector<Outcome> outcomes = lab.outcomes();
    ASSERT_THAT(outcomes, SizeIs(1));
    EXPECT_EQ(outcomes[0].operation, 1U);
    EXPECT_EQ(outcomes[0].write, (WriteId{kNumber, i}));
    EXPECT_EQ(outcomes[0].is_last, i == 3);
    if (i < 3) lab.run_for(200ms);
  }
  lab.run_for(100ms);
  EXPECT_THAT(lab.writes(), ElementsAre(WriteId{kNumber, 4}));
}

// No reply within the time-out: nobody knows, and the connection is given up, as a late reply would belong to nobody.
TEST(Client, GivesUpASilentMaster) {
  ClientLab lab{fixed()};
  lab.connected(kClientData);
  lab.connects(kClientData);
  lab.run_for(999ms);
  EXPECT_THAT(lab.outcomes(), IsEmpty());
  lab.run_for(1ms);
  const std::vector<Outcome> outcomes = lab.outcomes();
  ASSERT_THAT(outcomes, SizeIs(1));
  EXPECT_EQ(outcomes[0].fate, Fate::kTimedOut);
  EXPECT_EQ(outcomes[0].took, 1s);
  EXPECT_EQ(lab.disconnects(kClientData), 1U);
  EXPECT_THAT(lab.connects(kClientData), ElementsAre(kM));
}

// An operation for which there is no connection within the time-out is never sent, and is not retried.
TEST(Client, ReportsWhatWasNeverSent) {
  ClientConfig config = guided();
  config.retries = 5;
  ClientLab lab{config};
  lab.run_for(1s);
  const std::vector<Outcome> outcomes = lab.outcomes();
  ASSERT_THAT(outcomes, SizeIs(1));
  EXPECT_EQ(outcomes[0].fate, Fate::kUnsent);
  EXPECT_TRUE(outcomes[0].is_last);
  EXPECT_EQ(outcomes[0].node, std::nullopt);
  EXPECT_EQ(lab.client().written(), 0U);
}

// A reply to a request that was given up acknowledges nothing.
TEST(Client, IgnoresLateReplies) {
  ClientLab lab{fixed()};
  lab.connected(kClientData);
  lab.says(kClientData, model::StatusReply{Status::kOk}, {.what = model::Callback::What::kClient, .serial = 99});
  EXPECT_THAT(lab.outcomes(), IsEmpty());
  lab.replies(Status::kOk);
  EXPECT_EQ(lab.outcomes().at(0).fate, Fate::kAcknowledged);
}

// One operation at a time: of all that were due while one waited the first is done at once, and the others never.
TEST(Client, MakesUpForNothing) {
  ClientLab lab{fixed()};
  lab.connected(kClientData);
  EXPECT_THAT(lab.writes(), SizeIs(1));
  lab.run_for(450ms);
  EXPECT_THAT(lab.writes(), IsEmpty());
  for (const Millis next : {0ms, 50ms, 100ms}) {
    lab.replies(Status::kOk);
    if (next > 0ms) lab.run_for(next - 1ms);
    EXPECT_THAT(lab.writes(), IsEmpty()) << next.count();
    lab.run_for(next > 0ms ? 1ms : 0ms);
    EXPECT_THAT(lab.writes(), SizeIs(1)) << next.count();
  }
}

// A client that is started again goes on counting: no write of one life is taken for one of another.
TEST(Client, WritesOfTwoLivesDiffer) {
  ClientLab first{fixed()};
  first.connected(kClientData);
  first.replies(Status::kOk);
  first.run_for(100ms);
  EXPECT_THAT(first.writes(), ElementsAre(WriteId{kNumber, 1}, WriteId{kNumber, 2}));
  ClientLab second{fixed(), first.client().written()};
  second.connected(kClientData);
  EXPECT_THAT(second.writes(), ElementsAre(WriteId{kNumber, 3}));
}

}  // namespace
}  // namespace sentinel::test
