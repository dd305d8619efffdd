// What holds for connections whatever is done to them: random schedules of messages, cuts, crashes and pauses.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "tests/support/scenario_builder.h"
#include "tests/support/scenario_network.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;
using model::Socket;

constexpr std::uint16_t kNodes = 3;
constexpr std::int64_t kMessagesPerEnd = 10'000;

enum class Do : std::uint8_t {
  kSend,
  kAnswer,
  kCut,
  kCutOneWay,
  kHeal,
  kFreeze,
  kThaw,
  kConnect,
  kClose,
  kReject,
  kCrash
};

struct Move {
  Do what{};
  NodeId a{}, b{};
  Micros wait{};
};

void showValue(const Move& move, std::ostream& out) {
  out << static_cast<int>(move.what) << "(" << static_cast<int>(move.a) << "," << static_cast<int>(move.b) << ") then "
      << move.wait.count() << " us";
}

// Moves up to and including `last` of the enumeration; short and long waits.
rc::Gen<std::vector<Move>> moves(Do last) {
  const auto node = rc::gen::map(rc::gen::inRange(0, int{kNodes}), [](int i) { return node_id(i); });
  const auto what =
      rc::gen::map(rc::gen::inRange(0, static_cast<int>(last) + 1), [](int i) { return static_cast<Do>(i); });
  const auto wait = rc::gen::map(rc::gen::oneOf(rc::gen::inRange(0, 3'000), rc::gen::inRange(0, 3'000'000)),
                                 [](int us) { return Micros{us}; });
  return rc::gen::container<std::vector<Move>>(
      rc::gen::build<Move>(rc::gen::set(&Move::what, what), rc::gen::set(&Move::a, node), rc::gen::set(&Move::b, node),
                           rc::gen::set(&Move::wait, wait)));
}

// One connection: what each end wrote, and what it was told.
struct Talk {
  NodeId client{}, server{};
  Socket client_socket{};
  bool client_open = true;
  std::array<std::vector<std::int64_t>, 2> written{}, heard{};  // by client, by server
};

// Plays moves on a network, and follows its connections.
class World {
 public:
  explicit World(std::uint64_t seed, std::uint32_t loss_ppm = 0) : net_(kNodes, lossy(loss_ppm), seed) {}

  void play(const std::vector<Move>& moves) {
    for (const Move& move : moves) {
      if (move.a != move.b) play(move);
      net_.run_until(net_.now() + move.wait);
      listen();
    }
  }
  // All faults end, and time goes on until nothing happens any more.
  void settle() {
    for (std::uint16_t i = 1; i <= kNodes; ++i) net_.thaw(TestNetwork::node(i));
    net_.heal();
    net_.run_to_the_end();
    listen();
  }
  void crash(NodeId node) {
    listen();
    net_.kill(node);
    std::erase_if(accepted_, [&](const auto& end) { return end.first.first == node; });
    for (Talk& talk : talks_) talk.client_open = talk.client_open && talk.client != node;
    net_.start(node);
  }
  void connect(NodeId from, NodeId to) {
    talks_.push_back({.client = from, .server = to, .client_socket = net_.connect(from, to)});
    write(talks_.size() - 1);
  }
  const std::vector<Talk>& talks() const { return talks_; }
  const std::map<std::pair<NodeId, Socket>, std::size_t>& accepted() const { return accepted_; }

 private:
  static Latency lossy(std::uint32_t loss_ppm) {
    return {.min = 50us, .median = 200us, .p90 = 1ms, .p99 = 2ms, .max = 30ms, .loss_ppm = loss_ppm};
  }

  std::int64_t number(std::size_t talk, std::size_t end) const {
    return static_cast<std::int64_t>(2 * talk + end) * kMessagesPerEnd +
           static_cast<std::int64_t>(talks_[talk].written[end].size());
  }
  void write(std::size_t talk) {
    Talk& it = talks_[talk];
    const std::int64_t message = number(talk, 0);
    it.written[0].push_back(message);
    net_.send(it.client, it.client_socket, message);
  }
  std::optional<std::size_t> last_open(const Move& move) const {
    for (std::size_t i = talks_.size(); i-- > 0;) {
      if (talks_[i].client == move.a && talks_[i].server == move.b && talks_[i].client_open) return i;
    }
    return std::nullopt;
  }

  void play(const Move& move) {
    const std::optional<std::size_t> talk = last_open(move);
    switch (move.what) {
      case Do::kConnect: return connect(move.a, move.b);
      case Do::kSend: return talk ? write(*talk) : connect(move.a, move.b);
      case Do::kAnswer:
        for (const auto& [end, of] : accepted_) {
          if (of != talk || end.first != move.b) continue;
          const std::int64_t message = number(of, 1);
          talks_[of].written[1].push_back(message);
          net_.send(end.first, end.second, message);
        }
        return;
      case Do::kClose:
        if (!talk) return;
        talks_[*talk].client_open = false;
        return net_.close(move.a, talks_[*talk].client_socket);
      case Do::kCut: return net_.cut(move.a, move.b);
      case Do::kCutOneWay: return net_.cut(move.a, move.b, CutMode::kDrop, true);
      case Do::kReject: return net_.cut(move.a, move.b, CutMode::kReject, static_cast<int>(move.wait.count()) % 2 == 0);
      case Do::kHeal: return net_.heal();
      case Do::kFreeze: return net_.freeze(move.a);
      case Do::kThaw: return net_.thaw(move.a);
      case Do::kCrash: return crash(move.a);
    }
  }

  // What was heard since the last call, by connection.
  void listen() {
    for (; told_ < net_.heard().size(); ++told_) {
      const Heard& heard = net_.heard()[told_];
      const bool is_server = static_cast<std::uint32_t>(heard.socket) >= model::kAccepted;
      if (heard.what == Heard::What::kMessage) {
        const auto talk = static_cast<std::size_t>(heard.number / kMessagesPerEnd / 2);
        talks_[talk].heard[is_server ? 1 : 0].push_back(heard.number);
        if (is_server) accepted_[{heard.node, heard.socket}] = talk;
      } else if (heard.what == Heard::What::kDisconnected) {
        if (is_server) accepted_.erase({heard.node, heard.socket});
        const auto talk = std::ranges::find_if(talks_, [&](const Talk& it) {
          return !is_server && it.client == heard.node && it.client_socket == heard.socket;
        });
        if (talk != talks_.end()) {
          RC_ASSERT(talk->client_open);  // told once
          talk->client_open = false;
        }
      }
    }
  }

  TestNetwork net_;
  std::vector<Talk> talks_;
  std::map<std::pair<NodeId, Socket>, std::size_t> accepted_;  // ends that a server knows of
  std::size_t told_ = 0;
};

// Whatever is dropped and stopped for a time: in the end all that was written is heard, once and in order.
RC_GTEST_PROP(NetworkProperties, NothingIsLostOrReordered, (std::uint64_t seed)) {
  World world{seed, *rc::gen::element<std::uint32_t>(0, 50'000)};
  world.play(*moves(Do::kConnect));
  world.settle();
  for (const Talk& talk : world.talks()) {
    RC_ASSERT(talk.heard[1] == talk.written[0]);
    RC_ASSERT(talk.heard[0] == talk.written[1]);
  }
}

// With crashes, resets and closes, each end hears the beginning of what the other wrote, in order and without gaps.
RC_GTEST_PROP(NetworkProperties, WhatIsHeardIsAPrefix, (std::uint64_t seed)) {
  World world{seed};
  world.play(*moves(Do::kCrash));
  world.settle();
  const auto begins = [](const std::vector<std::int64_t>& part, const std::vector<std::int64_t>& whole) {
    return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
  };
  for (const Talk& talk : world.talks()) {
    RC_ASSERT(begins(talk.heard[1], talk.written[0]));
    RC_ASSERT(begins(talk.heard[0], talk.written[1]));
  }
}

// In the end both ends agree whether a connection is there: no end waits for ever for one that is gone.
RC_GTEST_PROP(NetworkProperties, NoEndIsForgotten, (std::uint64_t seed)) {
  World world{seed};
  world.play(*moves(Do::kCrash));
  world.settle();
  for (const auto& [end, talk] : world.accepted()) RC_ASSERT(world.talks()[talk].client_open);
  for (std::size_t i = 0; i < world.talks().size(); ++i) {
    if (!world.talks()[i].client_open) continue;
    const auto knows = [i](const auto& end) { return end.second == i; };
    RC_ASSERT(std::ranges::any_of(world.accepted(), knows));
  }
}

// The places of connections that are gone are used again, whatever ended them: those of new ones, whose numbers the
// accepting ends show, are as many as there ever were.
RC_GTEST_PROP(NetworkProperties, ConnectionsDoNotLeak, (std::uint64_t seed)) {
  World world{seed};
  world.play(*moves(Do::kCrash));
  for (std::uint16_t i = 1; i <= kNodes; ++i) world.crash(TestNetwork::node(i));
  world.settle();
  RC_ASSERT(world.accepted().empty());
  const std::size_t ever = world.talks().size();
  for (std::size_t i = 0; i < ever; ++i) world.connect(TestNetwork::node(1), TestNetwork::node(2));
  world.settle();
  RC_ASSERT(world.accepted().size() == ever);
  for (const auto& [end, talk] : world.accepted()) {
    RC_ASSERT(static_cast<std::uint32_t>(end.second) - model::kAccepted < ever);
  }
}

}  // namespace
}  // namespace sentinel::sim
