// Scenarios made in C++, for tests of what runs them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "sim/scenario.h"

namespace sentinel::sim {

// The usual cluster: R1 is the master, R2, R3, ... its replicas, S1, S2, ... watch it as `mymaster`.
struct Cluster {
  std::uint16_t replicas = 2;
  std::uint16_t sentinels = 3;
  int quorum = 2;
  model::Millis down_after{5'000};
  model::Millis failover_timeout{60'000};
  int parallel_syncs = 1;
  bool one_host = false;  // as real processes are usually tried out: all on 127.0.0.1
};

class ScenarioBuilder {
 public:
  ScenarioBuilder() : ScenarioBuilder(Cluster{}) {}
  explicit ScenarioBuilder(const Cluster& cluster);

  NodeId node(std::string_view name) const { return scenario_.find_node(name).value(); }
  std::vector<NodeId> nodes(std::initializer_list<std::string_view> names) const;
  model::Symbol symbol(std::string_view text) { return scenario_.symbols.intern(text); }
  Node& config(std::string_view name);
  void client(std::string_view name, const model::ClientConfig& config);
  void profile(std::string_view name) { scenario_.profile = model::find_profile(name); }
  NetworkSpec& network() { return scenario_.network; }
  DiskSpec& disk() { return scenario_.disk; }
  HashOrder& hash_order() { return scenario_.hash_order; }
  bool& draws_second() { return scenario_.draws_second; }

  ScenarioBuilder& at(Micros time, Action action);
  ScenarioBuilder& on(Trigger trigger, Action action);
  ScenarioBuilder& until(Micros time);

  std::shared_ptr<const Scenario> build() const { return std::make_shared<const Scenario>(scenario_); }

 private:
  Scenario scenario_;
};

// Every message takes exactly this long.
Latency constant_latency(Micros time);

}  // namespace sentinel::sim
