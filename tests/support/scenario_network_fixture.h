// The tests of the network: three hosts, each message takes one millisecond.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <vector>

#include "tests/support/scenario_builder.h"
#include "tests/support/scenario_network.h"

namespace sentinel::sim {

inline constexpr NodeId kA{0};
inline constexpr NodeId kB{1};
inline constexpr NodeId kC{2};
inline constexpr Micros kLatency{1'000};
inline constexpr Micros kFarFuture = std::chrono::hours{24};

inline Heard connected(NodeId node, Micros at, model::Socket socket) {
  return {node, at, Heard::What::kConnected, socket};
}
inline Heard disconnected(NodeId node, Micros at, model::Socket socket) {
  return {node, at, Heard::What::kDisconnected, socket};
}
inline Heard message(NodeId node, Micros at, model::Socket socket, std::int64_t number) {
  return {node, at, Heard::What::kMessage, socket, number};
}

class NetworkTest : public testing::Test {
 protected:
  // A connection from A to B over which message 0 has passed, and the end that B has of it.
  struct Ends {
    model::Socket a{};
    model::Socket b{};
  };
  Ends established() {
    const model::Socket a = net.connect(kA, kB);
    net.send(kA, a, 0);
    net.run_until(net.now() + 4 * kLatency);
    return {a, net.accepted_by(kB).value()};
  }
  // What was heard since the last call.
  std::vector<Heard> news() {
    const std::vector<Heard> news{net.heard().begin() + told_, net.heard().end()};
    told_ = static_cast<std::ptrdiff_t>(net.heard().size());
    return news;
  }

  TestNetwork net{3, constant_latency(kLatency)};

 private:
  std::ptrdiff_t told_ = 0;
};

}  // namespace sentinel::sim
