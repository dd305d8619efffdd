#include "tests/support/random_faults.h"

#include <array>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "model/profile.h"
#include "tests/support/scenario_builder.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;
using model::Millis;

constexpr std::uint16_t kSentinels = 3;
constexpr int kFirstFault = 1'000;  // ms
constexpr int kLastFault = 12'000;
constexpr Micros kEnd = 20s;

class RandomFaults {
 public:
  explicit RandomFaults(std::uint64_t seed) : chance_(seed), replicas_(static_cast<int>(below(3)) + 1) {}

  std::shared_ptr<const Scenario> make() {
    builder_.profile(pick(model::profiles()).name);
    builder_.draws_second() = is_likely(50);
    for (const std::string& name : data_nodes_)
      configure(std::get<model::DataNodeConfig>(builder_.config(name).config));
    if (is_likely(5)) std::get<model::DataNodeConfig>(builder_.config("R2").config).read_only = false;
    add_clients();
    const std::uint64_t faults = 3 + below(8);
    for (std::uint64_t i = 0; i < faults; ++i) add_fault();
    return builder_.until(kEnd).build();
  }

 private:
  // Not a distribution of the standard library: those differ from one to the other.
  std::uint64_t below(std::uint64_t n) { return chance_() % n; }
  bool is_likely(std::uint64_t percent) { return below(100) < percent; }
  template <class Range>
  const typename Range::value_type& pick(const Range& range) {
    return range[below(range.size())];
  }
  template <class Value>
  Value one_of(std::initializer_list<Value> values) {
    return values.begin()[below(values.size())];
  }
  Micros between(int from_ms, int to_ms) {
    return Millis{from_ms + static_cast<int>(below(static_cast<std::uint64_t>(to_ms - from_ms)))};
  }
  NodeId any_data_node() { return builder_.node(pick(data_nodes_)); }
  NodeId any_node() { return is_likely(70) ? any_data_node() : builder_.node(pick(others_)); }

  void configure(model::DataNodeConfig& config) {
    config.backlog_size = one_of<std::int64_t>({1 << 20, 1 << 20, 5'000, 300});
    config.backlog_time_to_live = one_of({3'600'000ms, 2'000ms});
    config.replica_ping_period = one_of({10'000ms, 1'000ms});
    config.replication_timeout = one_of({60'000ms, 4'000ms});
    config.diskless_sync = one_of<std::optional<bool>>({std::nullopt, true, false});
    config.diskless_sync_delay = one_of({0ms, 1'000ms});
    config.transfer_time = one_of({10ms, 300ms, 2'500ms});
    config.load_time = one_of({0ms, 0ms, 1'500ms});
    config.min_replicas_to_write = static_cast<int>(below(4)) / 3;
    config.min_replicas_max_lag = one_of({10'000ms, 2'000ms});
    config.priority = one_of({100, 100, 10});
    config.serve_stale_data = !is_likely(10);
  }

  // One as the guidelines want it, and one that does not look for another master.
  void add_clients() {
    model::ClientConfig guided{.master = builder_.symbol("mymaster")};
    for (int i = 1; i <= kSentinels; ++i) guided.sentinels.push_back(builder_.config("S" + std::to_string(i)).address);
    guided.writes = 4;
    guided.retries = static_cast<int>(below(2));
    builder_.client("C1", guided);
    model::ClientConfig fixed{.fixed = builder_.config(is_likely(70) ? "R1" : "R2").address};
    fixed.verifies_role = is_likely(50);
    fixed.subscribes = false;
    fixed.writes = 4;
    fixed.reads = 1;
    builder_.client("C2", fixed);
  }

  // What begins also ends, most of the time.
  void add_fault() {
    const Micros at = between(kFirstFault, kLastFault);
    const Micros end = at + between(200, 7'000);
    const bool ends = !is_likely(10);
    const std::uint64_t kind = below(100);
    if (kind < 25) {
      const std::vector<NodeId> nodes{any_node()};
      builder_.at(at, CrashStep{nodes});
      if (ends) builder_.at(is_likely(20) ? at + 100ms : end, StartStep{nodes, is_likely(10)});
    } else if (kind < 37) {
      const std::vector<NodeId> nodes{any_node()};
      builder_.at(at, PauseStep{nodes});
      if (ends) builder_.at(end, ResumeStep{nodes});
    } else if (kind < 42) {
      builder_.at(at, StallStep{{any_node()}, between(50, 3'000)});
    } else if (kind < 65) {
      builder_.at(at, PartitionStep{two_groups(), is_likely(70) ? CutMode::kDrop : CutMode::kReject, is_likely(20)});
      if (ends) builder_.at(end, HealStep{});
    } else if (kind < 77) {
      const model::FailoverCommand failover{builder_.symbol("mymaster")};
      const NodeId sentinel = builder_.node("S" + std::to_string(1 + below(kSentinels)));
      builder_.at(at, CommandStep{{sentinel}, failover, "failover"});
    } else if (kind < 95) {
      model::ReplicaofCommand replicaof{};
      if (is_likely(70)) replicaof.master = builder_.config(pick(data_nodes_)).address;
      builder_.at(at, CommandStep{{any_data_node()}, replicaof, "replicaof"});
    } else {
      const model::ClientPauseCommand pause{std::chrono::ceil<Millis>(between(100, 3'000))};
      builder_.at(at, CommandStep{{any_data_node()}, pause, "client pause"});
    }
  }

  std::vector<std::vector<NodeId>> two_groups() {
    std::vector<std::vector<NodeId>> groups(2);
    for (const auto* names : {&data_nodes_, &others_}) {
      for (const std::string& name : *names) groups[below(2)].push_back(builder_.node(name));
    }
    return groups;
  }

  static std::vector<std::string> names_of_data_nodes(int replicas) {
    std::vector<std::string> names;
    for (int i = 1; i <= 1 + replicas; ++i) names.push_back("R" + std::to_string(i));
    return names;
  }

  std::mt19937_64 chance_;
  int replicas_;
  std::vector<std::string> data_nodes_ = names_of_data_nodes(replicas_);
  std::vector<std::string> others_{"S1", "S2", "S3", "C1", "C2"};
  ScenarioBuilder builder_{{.replicas = static_cast<std::uint16_t>(replicas_),
                            .sentinels = kSentinels,
                            .quorum = 2,
                            .down_after = 1s,
                            .failover_timeout = 5s}};
};

}  // namespace

std::shared_ptr<const Scenario> random_faults(std::uint64_t seed) { return RandomFaults{seed}.make(); }

}  // namespace sentinel::sim
