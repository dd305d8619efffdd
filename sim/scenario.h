// A scenario as a value: the cluster, the network, what is done to them, and what is expected.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "model/commands.h"
#include "model/config.h"
#include "model/events.h"
#include "model/profile.h"
#include "sim/latency.h"
#include "sim/time.h"

namespace sentinel::sim {

// A node's place in Scenario::nodes.
enum class NodeId : std::uint16_t {};

// All texts of a scenario, each once. Index 0 is the empty text.
class SymbolTable {
 public:
  model::Symbol intern(std::string_view text);
  std::string_view text(model::Symbol symbol) const { return texts_[symbol.index]; }
  const std::vector<std::string>& texts() const { return texts_; }

 private:
  std::vector<std::string> texts_{std::string{}};
};

// A process of the cluster, and the configuration that it starts with.
struct Node {
  std::string name;
  model::Address address{};
  std::variant<model::DataNodeConfig, model::SentinelConfig> config{};
  std::optional<model::Id> run_id{};  // of its first start; drawn if not given
  bool running = true;                // false: a step starts it

  bool is_sentinel() const { return std::holds_alternative<model::SentinelConfig>(config); }
};

// How long a process stands still while it writes its configuration to disk (fsync).
struct DiskSpec {
  Latency flush{.min = Micros{200}, .median = Micros{1'000}, .p99 = Micros{5'000}, .max = Micros{20'000}};
};

struct NetworkSpec {
  Latency latency{};
  Retransmission retransmission{};
};

// --- steps ------------------------------------------------------------------------------------------------

struct CrashStep {  // SIGKILL
  std::vector<NodeId> nodes;
};
struct StopStep {  // SHUTDOWN
  std::vector<NodeId> nodes;
};
struct StartStep {
  std::vector<NodeId> nodes;
};
struct PauseStep {  // SIGSTOP
  std::vector<NodeId> nodes;
};
struct ResumeStep {  // SIGCONT
  std::vector<NodeId> nodes;
};
struct StallStep {  // the event loop is busy: DEBUG SLEEP, a slow disk, a slow command
  std::vector<NodeId> nodes;
  Micros duration{};
};
enum class CutMode : std::uint8_t { kNone, kDrop, kReject };
struct PartitionStep {
  std::vector<std::vector<NodeId>> groups;  // no packet passes between two of them
  CutMode mode = CutMode::kDrop;
  bool one_way = false;  // only packets from the first group to the others are cut
};
struct HealStep {
  std::vector<std::vector<NodeId>> groups;  // empty: everything
};
struct LatencyStep {
  std::vector<std::vector<NodeId>> groups;  // empty: everywhere
  Latency latency{};
};
struct ClockStep {
  std::vector<NodeId> nodes;
  Micros step{};
  std::optional<std::int64_t> drift_ppm{};
};
struct CommandStep {
  std::vector<NodeId> nodes;
  model::Command command{};
  std::string text;  // as given
};
using Action = std::variant<CrashStep, StopStep, StartStep, PauseStep, ResumeStep, StallStep, PartitionStep, HealStep,
                            LatencyStep, ClockStep, CommandStep>;

// The first event of this kind makes the step happen.
struct Trigger {
  model::EventKind event{};
  std::optional<NodeId> by{};
  Micros after{};
};

struct Step {
  std::variant<SimTime, Trigger> when{};
  Action action{};
  std::string why;
};

// --- expectations -----------------------------------------------------------------------------------------

// Matches events: `[NODE ]CHANNEL[ PAYLOAD]`, where `*` in the payload stands for any text and a payload that is left
// out matches all.
struct EventPattern {
  std::string text;  // as given
  std::optional<NodeId> node{};
  model::EventKind kind{};
  std::string payload;  // empty: any
};

struct Expectations {
  std::vector<EventPattern> eventually;
  std::vector<EventPattern> never;
  std::vector<std::vector<EventPattern>> order;  // in each list, a first match of one is followed by one of the next
};

struct Scenario {
  std::filesystem::path file;
  std::string about;
  const model::Profile* profile = nullptr;
  SymbolTable symbols;
  std::vector<Node> nodes;
  NetworkSpec network;
  DiskSpec disk;
  std::vector<Step> steps;  // as in the file
  SimTime from{};           // the streams begin here, and the expectations look at them
  SimTime until{};
  Expectations expect;

  const Node& node(NodeId id) const { return nodes[static_cast<std::size_t>(id)]; }
  std::optional<NodeId> find_node(std::string_view name) const;
};

}  // namespace sentinel::sim
