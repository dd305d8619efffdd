#include "tests/support/scenario_builder.h"

#include <utility>

namespace sentinel::sim {
namespace {

constexpr std::uint16_t kDataPort = 6379;
constexpr std::uint16_t kSentinelPort = 26379;

}  // namespace

ScenarioBuilder::ScenarioBuilder(const Cluster& cluster) {
  scenario_.about = "made by a test";
  scenario_.profile = &model::profiles().front();
  scenario_.until = SimTime{std::chrono::seconds{60}};

  const auto address = [&](std::string_view network, std::uint16_t number, std::uint16_t port) {
    const auto moved = static_cast<std::uint16_t>(port + number);
    if (cluster.one_host) return model::Address{symbol("127.0.0.1"), moved};
    return model::Address{symbol(std::string{network} + std::to_string(number)), port};
  };
  const model::Address master = address("10.0.0.", 1, kDataPort);
  for (std::uint16_t i = 1; i <= 1 + cluster.replicas; ++i) {
    model::DataNodeConfig config{.announced = address("10.0.0.", i, kDataPort)};
    if (i > 1) config.replicaof = master;
    scenario_.nodes.push_back({.name = "R" + std::to_string(i), .address = config.announced, .config = config});
  }
  for (std::uint16_t i = 1; i <= cluster.sentinels; ++i) {
    model::SentinelConfig config{.announced = address("10.0.1.", i, kSentinelPort)};
    config.masters.push_back({.name = symbol("mymaster"),
                              .address = master,
                              .quorum = cluster.quorum,
                              .down_after = cluster.down_after,
                              .failover_timeout = cluster.failover_timeout,
                              .parallel_syncs = cluster.parallel_syncs});
    scenario_.nodes.push_back({.name = "S" + std::to_string(i), .address = config.announced, .config = config});
  }
}

std::vector<NodeId> ScenarioBuilder::nodes(std::initializer_list<std::string_view> names) const {
  std::vector<NodeId> nodes;
  for (const std::string_view name : names) nodes.push_back(node(name));
  return nodes;
}

Node& ScenarioBuilder::config(std::string_view name) { return scenario_.nodes[static_cast<std::size_t>(node(name))]; }

void ScenarioBuilder::client(std::string_view name, const model::ClientConfig& config) {
  scenario_.nodes.push_back({.name = std::string{name}, .config = config});
}

ScenarioBuilder& ScenarioBuilder::at(Micros time, Action action) {
  scenario_.steps.push_back({.when = SimTime{time}, .action = std::move(action), .why = {}});
  return *this;
}

ScenarioBuilder& ScenarioBuilder::on(Trigger trigger, Action action) {
  scenario_.steps.push_back({.when = trigger, .action = std::move(action), .why = {}});
  return *this;
}

ScenarioBuilder& ScenarioBuilder::until(Micros time) {
  scenario_.until = SimTime{time};
  return *this;
}

Latency constant_latency(Micros time) { return {.min = time, .median = time, .p90 = time, .p99 = time, .max = time}; }

}  // namespace sentinel::sim
