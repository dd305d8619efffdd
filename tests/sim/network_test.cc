#include "sim/network.h"

#include <algorithm>
#include <set>

#include "tests/support/scenario_network_fixture.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;
using model::Socket;
using testing::ElementsAre;
using testing::IsEmpty;

// --- connecting ---------------------------------------------------------------------------------------------

// A connect succeeds one round trip after it was started.
TEST_F(NetworkTest, ConnectTakesARoundTrip) {
  const Socket a = net.connect(kA, kB);
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(connected(kA, 2ms, a)));
}

// A host where nobody listens refuses after a round trip.
TEST_F(NetworkTest, ConnectIsRefusedWhereNobodyListens) {
  net.kill(kB);
  const Socket a = net.connect(kA, kB);
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(disconnected(kA, 2ms, a)));
}

// So does a host that is there, on a port that no process of the scenario has.
TEST_F(NetworkTest, ConnectIsRefusedOnAnUnknownPort) {
  const Socket a = net.connect(kA, net.address("10.0.0.2", 9));
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(disconnected(kA, 2ms, a)));
}

// A host that does not exist never answers, and giving up is heard by nobody.
TEST_F(NetworkTest, ConnectToNoHostIsSilent) {
  const Socket a = net.connect(kA, net.address("10.9.9.9", 6379));
  net.send(kA, a, 1);
  net.run_until(kFarFuture);
  net.close(kA, a);
  net.heal();
  net.run_to_the_end();
  EXPECT_THAT(news(), IsEmpty());
}

// What is written while the connection is being made goes out, in order, when it is there.
TEST_F(NetworkTest, WritesWaitForTheConnection) {
  const Socket a = net.connect(kA, kB);
  net.send(kA, a, 1);
  net.send(kA, a, 2);
  net.run_to_the_end();
  const Socket b = net.accepted_by(kB).value();
  EXPECT_THAT(news(), ElementsAre(connected(kA, 2ms, a), message(kB, 3ms, b, 1), message(kB, 3ms, b, 2)));
}

// A process that dies between the request and the answer refuses after all.
TEST_F(NetworkTest, ConnectIsRefusedWhenTheServerDiesMeanwhile) {
  const Socket a = net.connect(kA, kB);
  net.send(kA, a, 1);
  net.run_until(1500us);
  net.kill(kB);
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(disconnected(kA, 2ms, a)));
}

// A client that gives up while it connects has said nothing: what it wrote was still in its own buffers.
TEST_F(NetworkTest, GivingUpAConnectTakesBackWhatWasWritten) {
  for (const auto moment : {0us, 500us, 1500us}) {
    const Socket a = net.connect(kA, kB);
    net.send(kA, a, 1);
    net.run_until(net.now() + moment);
    net.close(kA, a);
    net.run_to_the_end();
  }
  EXPECT_THAT(news(), IsEmpty());
}

// --- messages -----------------------------------------------------------------------------------------------

// Both ends can write; each hears the other one latency later.
TEST_F(NetworkTest, BothEndsCanWrite) {
  const auto [a, b] = established();
  net.send(kB, b, 7);
  net.send(kA, a, 8);
  net.run_to_the_end();
  EXPECT_THAT(net.numbers_heard_by(kA), ElementsAre(7));
  EXPECT_THAT(net.numbers_heard_by(kB), ElementsAre(0, 8));
}

// The peer of a process that died hears all that it had sent, then that it is gone.
TEST_F(NetworkTest, CrashComesAfterWhatWasSent) {
  const auto [a, b] = established();
  news();
  net.send(kB, b, 1);
  net.send(kB, b, 2);
  net.kill(kB);
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(message(kA, 5ms, a, 1), message(kA, 5ms, a, 2), disconnected(kA, 5ms, a)));
}

// The same for an end that is closed while its process lives on.
TEST_F(NetworkTest, CloseComesAfterWhatWasSent) {
  const auto [a, b] = established();
  news();
  net.send(kA, a, 1);
  net.close(kA, a);
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(message(kB, 5ms, b, 1), disconnected(kB, 5ms, b)));
}

// Nobody hears what arrives at an end that is closed; each end is told once that the connection is gone.
TEST_F(NetworkTest, WritingToAClosedEndIsNotHeard) {
  const auto [a, b] = established();
  news();
  net.close(kA, a);
  net.send(kB, b, 1);
  net.send(kB, b, 2);
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(disconnected(kB, 5ms, b)));
}

// A socket number can be used again at once; what belongs to the old connection does not touch the new one.
TEST_F(NetworkTest, ClosedSocketsAreReplacedCleanly) {
  TestNetwork other{2, constant_latency(kLatency)};
  std::vector<Socket> sockets;
  for (int i = 0; i < 100; ++i) {
    const Socket a = other.connect(kA, kB);
    other.send(kA, a, i);
    other.run_until(other.now() + 3 * kLatency);
    other.kill(kB);
    other.start(kB);
    sockets.push_back(a);
  }
  other.run_to_the_end();
  for (const Socket a : sockets) {
    const auto of_socket = [a](const Heard& heard) { return heard.node == kA && heard.socket == a; };
    EXPECT_EQ(std::ranges::count_if(other.heard(), of_socket), 2) << "connected, disconnected";
  }
  EXPECT_EQ(other.numbers_heard_by(kB).size(), 100U);
}

// --- processes that do not run ------------------------------------------------------------------------------

// What reached a stopped process before a cut is there when it goes on, and what the cut dropped comes later.
TEST_F(NetworkTest, CutsDoNotTouchWhatHasArrived) {
  const auto [a, b] = established();
  news();
  net.freeze(kB);
  net.send(kA, a, 1);
  net.run_until(10ms);
  net.cut(kA, kB);
  net.send(kA, a, 2);
  net.run_until(20ms);
  net.thaw(kB);
  net.run_until(30ms);
  EXPECT_THAT(news(), ElementsAre(message(kB, 20ms, b, 1)));
  net.heal();
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(message(kB, 212ms, b, 2)));
}

// What a cut dropped before it reached a stopped process is heard once, when it was sent again.
TEST_F(NetworkTest, StoppedProcessesHearRepetitionsOnce) {
  const auto [a, b] = established();
  news();
  net.freeze(kB);
  net.send(kA, a, 1);
  net.run_until(4500us);
  net.send(kA, a, 2);
  net.cut(kA, kB);
  net.run_until(5200us);
  net.heal();
  net.run_until(10ms);
  net.thaw(kB);
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(message(kB, 206ms, b, 1), message(kB, 206ms, b, 2)));
}

// The peer of a process that is killed while it was stopped hears of it, at whatever stage their connection was.
TEST_F(NetworkTest, KillingAStoppedProcessIsHeard) {
  for (const auto stage : {0us, 1500us, 2500us, 3500us}) {
    const Socket a = net.connect(kA, kB);
    net.send(kA, a, 1);
    net.run_until(net.now() + stage);
    net.freeze(kA);
    net.run_until(net.now() + 10ms);
    net.kill(kA);
    net.start(kA);
    net.run_to_the_end();
  }
  int open_ends = 0;
  for (const Heard& heard : net.heard_by(kB)) open_ends += heard.what == Heard::What::kMessage ? 1 : -1;
  EXPECT_EQ(open_ends, 0);
}

// --- packets that get lost ----------------------------------------------------------------------------------

// A packet that gets lost on the way costs the time until TCP sends it again: 200, 400, ... ms, for a connect 1, 2, ...
// s.
TEST(NetworkLoss, CostsRetransmissions) {
  Latency lossy = constant_latency(kLatency);
  lossy.loss_ppm = 300'000;
  std::set<Micros> connects;
  std::set<Micros> messages;
  TestNetwork net{2, lossy};
  for (int i = 0; i < 200; ++i) {
    Micros start = net.now();
    const Socket a = net.connect(kA, kB);
    net.run_to_the_end();
    connects.insert(net.now() - start);
    start = net.now();
    net.send(kA, a, i);
    net.run_to_the_end();
    messages.insert(net.now() - start);
  }
  EXPECT_THAT(connects, testing::IsSupersetOf({Micros{2ms}, Micros{1'002ms}, Micros{2'002ms}, Micros{3'002ms}}));
  EXPECT_THAT(messages, testing::IsSupersetOf({Micros{1ms}, Micros{201ms}, Micros{601ms}}));
}

// A link that loses everything does not hang the simulation: what TCP gives up on arrives very late.
TEST(NetworkLoss, TotalLossEnds) {
  Latency lossy = constant_latency(kLatency);
  lossy.loss_ppm = 1'000'000;
  TestNetwork net{2, lossy};
  net.connect(kA, kB);
  net.run_to_the_end();
  EXPECT_GT(net.now(), 1min);
}

}  // namespace
}  // namespace sentinel::sim
