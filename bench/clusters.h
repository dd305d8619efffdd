// The clusters that are measured, as the `cluster` shorthand of a scenario file makes them.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "sim/scenario.h"

namespace sentinel::bench {

// Masters with their replicas, sentinels that watch all of them, clients that write ten times a second to the first
// master.
struct ClusterSize {
  std::int64_t masters = 1;
  std::int64_t replicas = 2;  // of each master
  std::int64_t sentinels = 3;
  std::int64_t clients = 0;
  // How long a sentinel stands still for each thing that it learns. Without it those of a large cluster have found each
  // other after seconds.
  std::optional<std::string> flush{};  // `0ms`; nullopt: as measured
};

// 60 s in which nothing happens to it.
std::shared_ptr<const sim::Scenario> cluster_at_rest(const ClusterSize& size);
// 60 s; the first master crashes at 10 s, and is down after 5 s.
std::shared_ptr<const sim::Scenario> cluster_with_failover(const ClusterSize& size);

// A file of the library, `failover/master_down.json`.
std::filesystem::path library_file(const std::string& name);

}  // namespace sentinel::bench
