// A scenario as a value: the cluster, the network, what is done to them, and what is expected.
#pragma once

#include <concepts>
#include <cstddef>
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
#include "model/scripts.h"
#include "sim/latency.h"
#include "sim/message_kind.h"
#include "sim/schedule.h"
#include "sim/time.h"

namespace sentinel::sim {

// A node's place in Scenario::nodes.
enum class NodeId : std::uint16_t {};
constexpr NodeId node_id(std::integral auto place) { return NodeId{static_cast<std::uint16_t>(place)}; }

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
  model::Address address{};                       // where it listens, if it does
  std::vector<model::Address> later_addresses{};  // that steps start it at
  bool announces_host = false;                    // whatever its address is: a line of `conf` says so
  bool announces_port = false;
  bool resolves_hostnames = false;  // a sentinel that asks for the address of a host whenever it connects
  std::variant<model::DataNodeConfig, model::SentinelConfig, model::ClientConfig, model::WatcherConfig> config{};
  std::vector<model::Id> run_ids{};  // of its first starts, in order; others are drawn
  bool running = true;               // false: a step starts it
  std::vector<std::string> conf{};   // the lines that `config` was read from
  // On the command line of a data node: at each start it takes the place of what the file says.
  std::optional<model::Address> replicaof_option{};

  std::vector<NodeId> hash_order{};  // with HashOrder::kRandom: in this order a sentinel goes through these data nodes

  bool is_sentinel() const { return std::holds_alternative<model::SentinelConfig>(config); }
  bool is_data_node() const { return std::holds_alternative<model::DataNodeConfig>(config); }
  bool is_client() const { return std::holds_alternative<model::ClientConfig>(config); }
  bool is_watcher() const { return std::holds_alternative<model::WatcherConfig>(config); }
  // Others only open connections.
  bool listens() const { return is_sentinel() || is_data_node(); }
};

// Nodes that are at one place, and fail together.
struct Site {
  std::string name;
  std::vector<NodeId> nodes;
};

// How long a process stands still while it writes its configuration to disk (fsync).
// The default was measured: 881 flushes of sentinels 7.0.15 on a virtual machine, by their logs.
struct DiskSpec {
  Latency flush{.min = Micros{1'000},
                .median = Micros{4'000},
                .p90 = Micros{15'000},
                .p99 = Micros{90'000},
                .max = Micros{215'000}};
};

// What a script does that a sentinel starts; the default for those of which the scenario says nothing.
struct ScriptSpec {
  model::Symbol path{};
  Micros takes{100'000};
  std::vector<model::ScriptEnd> ends{model::ScriptEnd{}};  // of its first runs on a sentinel; the last one repeats
};

// Of the ways between nodes of different groups.
struct LatencyBetween {
  std::vector<std::vector<NodeId>> groups;
  Latency latency{};
};

struct NetworkSpec {
  Latency latency{};
  std::vector<LatencyBetween> paths{};  // that differ from it, in the order in which they are set
  Retransmission retransmission{};
};

// --- steps ------------------------------------------------------------------------------------------------

enum class EventField : std::uint8_t;  // event_fields.h

// Matches events. In a file a text, `[NODE ]CHANNEL[ PAYLOAD]`, or an object that tells the same and more.
struct EventPattern {
  // A fact of the event. In a text `*` stands for any text.
  struct Field {
    EventField field{};
    std::string value{};
  };
  std::string text{};           // for messages: as given, or what an object says in short
  std::vector<NodeId> nodes{};  // sentinels that may say it; empty: all
  model::EventKind kind{};
  std::string payload{};  // `*` stands for any text; empty: any
  std::vector<Field> fields{};
  SimTime from = SimTime::min();  // when it comes, both ends included
  SimTime until = SimTime::max();
};

// Stand for a node in a step that an event makes happen.
inline constexpr NodeId kSpeaker{0xFFFF};       // the sentinel that said it
inline constexpr NodeId kSubject{0xFFFE};       // the process that it names
inline constexpr NodeId kOtherReplica{0xFFFD};  // the first running replica that it does not name

struct CrashStep {  // SIGKILL
  std::vector<NodeId> nodes;
};
struct StopStep {  // SHUTDOWN
  std::vector<NodeId> nodes;
};
struct StartStep {
  std::vector<NodeId> nodes;
  bool fresh = false;                 // with the configuration of the scenario, not with what the process left on disk
  bool keeps_data = false;            // a data node loads the data set that it had
  std::optional<Micros> load_time{};  // this time, instead of what the scenario says of the node
  std::optional<model::Address> address{};  // where it listens from now on
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
  std::optional<Latency> latency{};         // nullopt: as NetworkSpec has it
};
// From now on messages of these kinds wait on the way from some nodes to others, and what follows them on the same
// connection waits behind them, until they are released.
struct HeldMessages {
  std::vector<MessageKind> kinds;           // empty: all
  std::optional<std::vector<NodeId>> from;  // nullopt: any
  std::optional<std::vector<NodeId>> to;

  friend bool operator==(const HeldMessages&, const HeldMessages&) = default;
};
struct HoldStep {
  HeldMessages messages;
};
struct ReleaseStep {
  std::optional<HeldMessages> messages;  // nullopt: all that are held
};
struct ResolveStep {  // to look up this host takes so long from now on
  model::Symbol host{};
  Micros takes{};
};
struct BandwidthStep {  // of the snapshots that the nodes begin to send from now on
  std::vector<NodeId> nodes;
  std::int64_t rate = 0;  // bytes a second
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
// A client of its own starts, and is killed when the time is over.
struct WriteStep {
  NodeId client{};
  NodeId node{};                     // the data node that it writes to, or the sentinel that names it
  std::optional<Micros> duration{};  // none: until the end of the run
};
struct DiskStep {  // from now on nothing can be written to the disk of a process, or it can again
  std::vector<NodeId> nodes;
  bool fails = true;
};
using Action =
    std::variant<CrashStep, StopStep, StartStep, PauseStep, ResumeStep, StallStep, PartitionStep, HealStep, LatencyStep,
                 ClockStep, CommandStep, WriteStep, HoldStep, ReleaseStep, BandwidthStep, ResolveStep, DiskStep>;

// The first event that it matches makes the step happen.
struct Trigger {
  EventPattern event{};
  Micros after{};
};

struct Step {
  std::variant<SimTime, Trigger> when{};
  Micros jitter{};  // it happens later by up to so long, drawn per run
  Action action{};
  std::string why;
  std::uint32_t in_file = 0;            // which of the steps of the file: one may stand for several
  std::optional<std::uint32_t> ends{};  // the step before in Scenario::steps that this one takes back
};

// --- expectations -----------------------------------------------------------------------------------------

// How much something may be, of what the ledger of a run counts, or of what its watchers knew: of one client, or of
// all.
struct Bound {
  enum class What : std::uint8_t {
    kLostWrites,     // acknowledged, and not in the data in the end
    kRefusedWrites,  // tries that got an error
    kStaleReads,     // that did not show a write which was acknowledged before
    kUnavailable,    // µs: the longest time without a success, of a client that tries
    kTwoMasters,     // µs: how long two masters of one name took writes
    kStaleRegistry,  // µs: the longest time that a watcher's master was not that of the newest configuration
  };
  What what{};
  std::optional<NodeId> client{};
  std::optional<std::int64_t> at_least{};
  std::optional<std::int64_t> at_most{};
};

// How often an event comes.
struct Count {
  EventPattern event{};
  std::optional<std::int64_t> at_least{};
  std::optional<std::int64_t> at_most{};
};

// That an event comes, and how soon: counted from a moment, or from the first event that another pattern matches.
struct Deadline {
  EventPattern event{};
  std::variant<SimTime, EventPattern> after{};
  Micros within{};
  Micros not_before{};
};

// Something of the state in the end, as text.
struct FinalFact {
  enum class What : std::uint8_t {
    kRunning,
    kMaster,       // of a sentinel: the address that it tells; of a replica: whom it replicates
    kRole,         // of a data node, as it sees itself
    kLink,         // of a replica to its master
    kEpoch,        // of a sentinel: the current one
    kConfigEpoch,  // the rest of what a sentinel knows
    kReplicas,     // how many
    kSentinels,    // how many others
    kFlags,
    kTilt,
  };
  NodeId node{};
  What what{};
  model::Symbol master{};            // what a sentinel knows of this one
  std::optional<NodeId> instance{};  // kFlags: of whom
  std::string value{};               // kFlags: `*` stands for any text
};

// How long a phase takes; phases.h has them.
struct PhaseBound {
  std::size_t phase = 0;  // its place in phases()
  std::optional<Micros> at_least{};
  std::optional<Micros> at_most{};
};

// What holds in every run, or should; invariants.h tells what they say.
enum class Invariant : std::uint8_t;

struct Expectations {
  std::vector<EventPattern> eventually;
  std::vector<EventPattern> never;
  std::vector<std::vector<EventPattern>> order;  // in each list, a first match of one is followed by one of the next
  std::vector<Count> exactly;
  std::vector<Deadline> within;
  std::vector<FinalFact> finally;
  std::vector<PhaseBound> phases;
  std::vector<Invariant> invariants;  // that hold
  std::vector<Invariant> breaks;      // that do not: what was found is pinned
  std::vector<Bound> bounds;
};

// In which order a sentinel goes through what it knows: a real one walks hash tables, whose seed is drawn per process.
enum class HashOrder : std::uint8_t { kInsertion, kRandom };

struct Scenario {
  std::filesystem::path file;
  std::string case_name{};  // empty: the file has only one
  std::string about;
  const model::Profile* profile = nullptr;
  SymbolTable symbols;
  std::vector<Node> nodes;
  std::vector<Site> sites;  // in the order of their names
  NetworkSpec network;
  DiskSpec disk;
  std::vector<ScriptSpec> scripts;
  HashOrder hash_order = HashOrder::kInsertion;
  bool draws_second =
      false;                // within which second the wall clocks begin is drawn; otherwise they begin with a full one
  std::vector<Step> steps;  // in the order of the file
  Schedule schedule;
  SimTime from{};  // the streams begin here, and the expectations look at them
  SimTime until{};
  Expectations expect;
  std::uint64_t seeds = 200;                 // how many the expectations must hold for
  std::optional<std::uint64_t> only_seed{};  // instead: the story is that of one run
  std::uint64_t fingerprint = 0;             // of all that it was read from

  const Node& node(NodeId id) const { return nodes[static_cast<std::size_t>(id)]; }
  std::optional<NodeId> find_node(std::string_view name) const;
  std::optional<NodeId> node_at(const model::Address& address) const;  // that listens there, or will
  // When a step that has a time happens in the run with this seed; what takes a step back comes as much later.
  SimTime time_of(std::uint32_t step, std::uint64_t seed) const;
  Micros begun_part_of_second(std::uint64_t seed) const;  // when the run begins: the processes are on one machine
};

}  // namespace sentinel::sim
