// What cuts do to connections: those that drop packets, and those that reject them.
#include "sim/network.h"

#include "tests/support/scenario_network_fixture.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;
using model::Socket;
using testing::ElementsAre;
using testing::IsEmpty;

// A cut between two hosts does not touch a third.
TEST_F(NetworkTest, CutsAreBetweenTwoHosts) {
  net.cut(kA, kB);
  const Socket a = net.connect(kA, kC);
  net.send(kA, a, 1);
  net.run_until(10ms);
  EXPECT_THAT(net.numbers_heard_by(kC), ElementsAre(1));
}

// --- dropped packets ----------------------------------------------------------------------------------------

// A cut that drops packets is silent. After it, TCP repeats what was lost, 200, 600, 1400, ... ms later.
TEST_F(NetworkTest, DroppedMessagesAreSentAgainAtTheTimesOfTcp) {
  struct Case {
    Micros healed, heard;
  };
  for (const auto& [healed, heard] :
       {Case{50ms, 202ms}, Case{201ms, 202ms}, Case{202ms, 602ms}, Case{3'002ms, 6'202ms}}) {
    const auto [a, b] = established();
    news();
    const Micros start = net.now();
    net.cut(kA, kB);
    net.send(kA, a, 1);
    net.run_until(start + 20ms);
    net.send(kA, a, 2);
    net.run_until(start + healed);
    EXPECT_THAT(news(), IsEmpty());
    net.heal();
    net.run_to_the_end();
    EXPECT_THAT(news(), ElementsAre(message(kB, start + heard, b, 1), message(kB, start + heard, b, 2)));
  }
}

// A message on its way when a cut begins is lost like one that is sent later.
TEST_F(NetworkTest, MessagesOnTheirWayAreDroppedToo) {
  const auto [a, b] = established();
  news();
  net.send(kA, a, 1);
  net.run_until(4500us);
  net.cut(kA, kB);
  net.run_until(6ms);
  net.heal();
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(message(kB, 206ms, b, 1)));
}

// What follows a lost packet waits for it, even if the cut is over when it arrives itself.
TEST_F(NetworkTest, NothingOvertakesALostPacket) {
  const auto [a, b] = established();
  news();
  net.send(kA, a, 1);
  net.run_until(4900us);
  net.send(kA, a, 2);
  net.cut(kA, kB);
  net.run_until(5500us);
  net.send(kA, a, 3);
  net.heal();
  net.run_until(10ms);
  EXPECT_THAT(news(), IsEmpty());
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(message(kB, 206ms, b, 1), message(kB, 206ms, b, 2), message(kB, 206ms, b, 3)));
}

// A fast message does not overtake a slow one that was sent before it.
TEST_F(NetworkTest, NothingOvertakesASlowPacket) {
  const auto [a, b] = established();
  news();
  const Latency slow = constant_latency(50ms);
  const Latency fast = constant_latency(1ms);
  net.set_latency(slow);
  net.send(kA, a, 1);
  net.set_latency(fast);
  net.send(kA, a, 2);
  net.run_until(10ms);
  EXPECT_THAT(news(), IsEmpty());
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(message(kB, 54ms, b, 1), message(kB, 54ms, b, 2)));
}

// Once what was lost has been repeated, a connection is as it was before the cut.
TEST_F(NetworkTest, CutsLeaveNoTrace) {
  const auto [a, b] = established();
  net.cut(kA, kB);
  net.send(kA, a, 1);
  net.send(kB, b, 2);
  net.run_until(3s);
  net.heal();
  net.run_until(10s);
  news();
  net.send(kA, a, 3);
  net.send(kB, b, 4);
  net.run_until(11s);
  EXPECT_THAT(news(), ElementsAre(message(kB, 10'001ms, b, 3), message(kA, 10'001ms, a, 4)));
}

// A connect that gets no answer is tried again after 1, 3, 7, ... s, whichever packet of it was lost.
TEST_F(NetworkTest, ConnectIsTriedAgainAtTheTimesOfTcp) {
  struct Case {
    Micros cut_after, healed, heard;
  };
  for (const auto& [cut_after, healed, heard] : {Case{0us, 500ms, 1'002ms}, Case{0us, 1'500ms, 2'002ms},
                                                 Case{500us, 500ms, 1'002ms}, Case{1500us, 500ms, 1'002ms}}) {
    const Micros start = net.now();
    const Socket a = net.connect(kA, kB);
    net.run_until(start + cut_after);
    net.cut(kA, kB);
    net.run_until(start + healed);
    EXPECT_THAT(news(), IsEmpty());
    net.heal();
    net.run_to_the_end();
    EXPECT_THAT(news(), ElementsAre(connected(kA, start + heard, a)));
  }
}

// A connect that was given up during a cut leaves nothing behind that could be said after it.
TEST_F(NetworkTest, ConnectGivenUpDuringACutIsNeverHeard) {
  for (const bool one_way : {false, true}) {
    const Socket a = net.connect(kA, kB);
    net.send(kA, a, 1);
    net.run_until(net.now() + 500us);
    net.cut(kB, kA, CutMode::kDrop, one_way);
    net.run_until(net.now() + 10s);
    net.close(kA, a);
    net.heal();
    net.run_to_the_end();
  }
  EXPECT_THAT(news(), IsEmpty());
}

// Each end of a connection whose other end died behind a cut hears of it when the cut is over.
TEST_F(NetworkTest, CrashBehindACutIsHeardAfterIt) {
  const auto [a, b] = established();
  news();
  net.cut(kA, kB);
  net.kill(kB);
  net.start(kB);
  net.run_until(1s);
  EXPECT_THAT(news(), IsEmpty());
  net.heal();
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(disconnected(kA, 1'406ms, a)));
}

// In a one-way cut no connection can be made from either side.
TEST_F(NetworkTest, OneWayCutPreventsConnections) {
  net.cut(kA, kB, CutMode::kDrop, true);
  net.connect(kA, kB);
  net.connect(kB, kA);
  net.run_until(kFarFuture);
  EXPECT_THAT(news(), IsEmpty());
}

// In a one-way cut messages still pass in the open direction, until TCP misses the acknowledgements that are cut off.
TEST_F(NetworkTest, OneWayCutSoonSilencesTheOpenDirectionToo) {
  const auto [a, b] = established();
  net.cut(kB, kA, CutMode::kDrop, true);
  const Micros start = net.now();
  net.send(kA, a, 1);
  net.run_until(start + 100ms);
  net.send(kA, a, 2);
  net.send(kB, b, -1);
  net.run_until(start + 300ms);
  net.send(kA, a, 3);
  net.run_until(start + 10s);
  EXPECT_THAT(net.numbers_heard_by(kB), ElementsAre(0, 1, 2));
  EXPECT_THAT(net.numbers_heard_by(kA), IsEmpty());
  net.heal();
  net.run_to_the_end();
  EXPECT_THAT(net.numbers_heard_by(kB), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(net.numbers_heard_by(kA), ElementsAre(-1));
}

// A reset is a packet too: who writes to a dead process through a one-way cut does not hear of its death.
TEST_F(NetworkTest, ResetsAndRefusalsDoNotPassACut) {
  const auto [a, b] = established();
  net.cut(kB, kA, CutMode::kDrop, true);
  net.kill(kB);
  news();
  const Micros start = net.now();
  net.send(kA, a, 1);
  const Socket late = net.connect(kA, kB);
  net.run_until(start + 10s);
  EXPECT_THAT(news(), IsEmpty());
  net.heal();
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(disconnected(kA, start + 11'002ms, late), disconnected(kA, start + 12'602ms, a)));
}

// --- rejected packets ---------------------------------------------------------------------------------------

// A cut that rejects resets the end that sends, and only this one. The other end is told when it writes itself.
TEST_F(NetworkTest, RejectResetsTheSenderOnly) {
  const auto [a, b] = established();
  news();
  net.cut(kA, kB, CutMode::kReject);
  net.send(kA, a, 1);
  net.run_until(10ms);
  EXPECT_THAT(news(), ElementsAre(disconnected(kA, 6ms, a)));
  net.heal();
  net.send(kB, b, 2);
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(disconnected(kB, 12ms, b)));
}

// An end that never writes finds out by tcp-keepalive, 5 minutes later.
TEST_F(NetworkTest, KeepaliveEndsHalfOpenConnections) {
  const auto [a, b] = established();
  news();
  net.cut(kA, kB, CutMode::kReject);
  net.send(kA, a, 1);
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(disconnected(kA, 6ms, a), disconnected(kB, 5min + 6ms, b)));
}

// The same when it was a close that the firewall rejected: nobody else tells.
TEST_F(NetworkTest, KeepaliveFindsARejectedClose) {
  const auto [a, b] = established();
  news();
  net.cut(kA, kB, CutMode::kReject);
  net.close(kA, a);
  net.run_until(10ms);
  net.heal();
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(disconnected(kB, 5min + 5ms, b)));
}

// The same when the sender of a rejected message closes its end before it learns of it.
TEST_F(NetworkTest, KeepaliveFindsACloseAfterARejectedMessage) {
  const auto [a, b] = established();
  news();
  net.cut(kA, kB, CutMode::kReject);
  net.send(kA, a, 1);
  net.run_until(5500us);
  net.close(kA, a);
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(disconnected(kB, 5min + 5500us, b)));
}

// A connect through a rejecting cut fails after a round trip.
TEST_F(NetworkTest, RejectRefusesConnects) {
  net.cut(kA, kB, CutMode::kReject);
  const Socket a = net.connect(kA, kB);
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(disconnected(kA, 2ms, a)));
}

// If only the answers are rejected, the client hears nothing and goes on trying.
TEST_F(NetworkTest, RejectedAnswersAreSilenceForTheClient) {
  net.cut(kB, kA, CutMode::kReject, true);
  const Socket a = net.connect(kA, kB);
  net.run_until(2s);
  EXPECT_THAT(news(), IsEmpty());
  net.heal();
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(connected(kA, 2'002ms, a)));
}

// If only the answers are rejected, a message arrives, but its acknowledgement resets the end that received it.
TEST_F(NetworkTest, RejectedAcknowledgementsResetTheReceiver) {
  const auto [a, b] = established();
  news();
  net.cut(kB, kA, CutMode::kReject, true);
  net.send(kA, a, 1);
  net.run_until(10ms);
  EXPECT_THAT(news(), ElementsAre(message(kB, 5ms, b, 1), disconnected(kB, 6ms, b)));
}

// Nothing that was sent after a rejected message is delivered, even if the cut is over by then.
TEST_F(NetworkTest, NothingFollowsARejectedMessage) {
  const auto [a, b] = established();
  net.send(kA, a, 1);
  net.cut(kA, kB, CutMode::kReject);
  net.run_until(4500us);
  net.send(kA, a, 2);
  net.run_until(5200us);
  net.heal();
  net.send(kA, a, 3);
  net.run_to_the_end();
  EXPECT_THAT(net.numbers_heard_by(kB), ElementsAre(0));
}

// A dropping cut that turns into a rejecting one refuses what TCP sends again.
TEST_F(NetworkTest, RepetitionsCanBeRejected) {
  const auto [a, b] = established();
  news();
  net.cut(kA, kB);
  net.send(kA, a, 1);
  const Socket late = net.connect(kA, kB);
  net.run_until(10ms);
  net.cut(kA, kB, CutMode::kReject);
  net.run_until(10s);
  EXPECT_THAT(news(), ElementsAre(disconnected(kA, 207ms, a), disconnected(kA, 1'006ms, late)));
}

}  // namespace
}  // namespace sentinel::sim
