// Messages of a kind that wait on their way until they are released.
#include "sim/message_holds.h"

#include "tests/support/scenario_network_fixture.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;
using model::Socket;
using testing::ElementsAre;
using testing::IsEmpty;
using What = model::Callback::What;

MessageKind kind(std::string_view name) { return find_message_kind(name).value(); }

HeldMessages requests_to(std::optional<std::vector<NodeId>> to) {
  return {.kinds = {kind("client-request")}, .from = {}, .to = std::move(to)};
}

// What is held waits, and so does all that follows it; what was sent before it, or comes the other way, does not.
TEST_F(NetworkTest, HoldsMessagesAndWhatFollowsThem) {
  const auto [a, b] = established();
  news();
  net.hold(requests_to({}));
  net.send(kA, a, 1);
  net.send(kA, a, 2, What::kClient);
  net.send(kA, a, 3);
  net.send(kB, b, 4);
  net.run_until(50ms);
  EXPECT_THAT(news(), ElementsAre(message(kB, 5ms, b, 1), message(kA, 5ms, a, 4)));
  net.release();
  net.send(kA, a, 5, What::kClient);
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(message(kB, 51ms, b, 2), message(kB, 51ms, b, 3), message(kB, 51ms, b, 5)));
}

// A release may mean some of them: those up to the next one that stays go on.
TEST_F(NetworkTest, ReleasesSomeMessages) {
  const auto [a, b] = established();
  news();
  net.hold({.kinds = {kind("client-request"), kind("ping-reply")}, .from = {{kA}}, .to = {}});
  net.hold({.kinds = {kind("replication")}, .from = {}, .to = {{kC}}});
  net.send(kA, a, 1, What::kClient);
  net.send(kA, a, 2);
  net.release(requests_to({{kC}}));
  net.run_until(10ms);
  EXPECT_THAT(news(), IsEmpty());
  net.hold({.kinds = {kind("replication")}, .from = {}, .to = {{kB}}});
  net.send(kA, a, 3);
  net.release(requests_to({{kB}}));
  net.run_to_the_end();
  EXPECT_THAT(news(), ElementsAre(message(kB, 11ms, b, 1), message(kB, 11ms, b, 2)));
  net.release();
  net.run_to_the_end();
  EXPECT_THAT(net.numbers_heard_by(kB), ElementsAre(0, 1, 2, 3));
}

// The end of a connection comes behind what was held before it; so does what was written before it was established.
TEST_F(NetworkTest, HoldsNewConnectionsAndTheirEnds) {
  net.hold(requests_to({}));
  const Socket a = net.connect(kA, kB);
  net.send(kA, a, 1, What::kClient);
  net.run_until(5ms);
  net.kill(kA);
  net.run_until(50ms);
  EXPECT_THAT(net.heard_by(kB), IsEmpty());
  net.release();
  net.run_to_the_end();
  const Socket b = net.accepted_by(kB).value();
  EXPECT_THAT(net.heard_by(kB), ElementsAre(message(kB, 51ms, b, 1), disconnected(kB, 51ms, b)));
}

// A reply is told by what it answers, a vote by its content.
TEST(MessageKinds, AreToldByMessageAndCallback) {
  const auto kinds = [](const model::Message& message, What what) {
    std::vector<std::string_view> names;
    for (const std::string_view name : message_kind_names()) {
      if (is_of_kind(kind(name), message, {.what = what})) names.push_back(name);
    }
    return names;
  };
  EXPECT_THAT(kinds(model::Ping{}, What::kPing), ElementsAre("ping"));
  EXPECT_THAT(kinds(model::StatusReply{}, What::kPing), ElementsAre("ping-reply"));
  EXPECT_THAT(kinds(model::StatusReply{.status = model::Status::kBusy}, What::kInfo), ElementsAre("info-reply"));
  EXPECT_THAT(kinds(model::IsMasterDown{}, What::kIsMasterDown), ElementsAre("is-master-down"));
  EXPECT_THAT(kinds(model::IsMasterDown{.candidate = model::Id{}}, What::kIsMasterDown),
              ElementsAre("is-master-down", "vote-request"));
  EXPECT_THAT(kinds(model::IsMasterDownReply{}, What::kIsMasterDown), ElementsAre("is-master-down-reply"));
  EXPECT_THAT(kinds(model::IsMasterDownReply{.leader = model::Id{}}, What::kIsMasterDown),
              ElementsAre("is-master-down-reply", "vote"));
  EXPECT_THAT(kinds(model::HelloPush{}, What::kDiscard), ElementsAre("hello"));
  EXPECT_THAT(kinds(model::WriteRequest{}, What::kClient), ElementsAre("client-request"));
  EXPECT_THAT(kinds(model::StatusReply{}, What::kClient), ElementsAre("client-reply"));
}

}  // namespace
}  // namespace sentinel::sim
