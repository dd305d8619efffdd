#include "bench/clusters.h"

#include <nlohmann/json.hpp>

#include "sim/reader/scenario_reader.h"

namespace sentinel::bench {
namespace {

nlohmann::json document(const ClusterSize& size) {
  nlohmann::json masters = nlohmann::json::array();
  for (std::int64_t i = 1; i <= size.masters; ++i) masters.push_back("master" + std::to_string(i));
  nlohmann::json scenario{{"about", "a cluster that is measured"},
                          {"cluster",
                           {{"masters", masters},
                            {"replicas", size.replicas},
                            {"sentinels", size.sentinels},
                            {"quorum", size.sentinels / 2 + 1},
                            {"down-after-milliseconds", 5'000},
                            {"failover-timeout", 60'000}}},
                          {"until", "60s"}};
  if (size.flush) scenario["disk"]["flush"] = *size.flush;
  for (std::int64_t i = 1; i <= size.clients; ++i)
    scenario["clients"]["C" + std::to_string(i)] = {{"master", "master1"}, {"writes", 10}};
  return scenario;
}

std::shared_ptr<const sim::Scenario> read(const nlohmann::json& scenario) {
  return std::make_shared<const sim::Scenario>(sim::parse_scenario(scenario.dump(), "cluster"));
}

}  // namespace

std::shared_ptr<const sim::Scenario> cluster_at_rest(const ClusterSize& size) { return read(document(size)); }

std::shared_ptr<const sim::Scenario> cluster_with_failover(const ClusterSize& size) {
  nlohmann::json scenario = document(size);
  scenario["steps"] = {{{"at", "10s"}, {"do", "crash"}, {"node", "R1"}}};
  return read(scenario);
}

std::filesystem::path library_file(const std::string& name) {
  return std::filesystem::path{SENTINEL_SIM_SCENARIOS} / name;
}

}  // namespace sentinel::bench
