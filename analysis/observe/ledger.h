// The books of a run: what became of every write and read of its clients.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "sim/run.h"
#include "sim/scenario.h"

namespace sentinel::analysis {

// The data node at this address.
std::optional<sim::NodeId> data_node_at(const sim::Scenario& scenario, const model::Address& address);

// Whether it is a data node that runs and would do a client's write now.
bool takes_writes(const sim::Run& run, sim::NodeId node);

// The data nodes that begin as one master and its replicas, of all masters, in the order of the scenario.
std::vector<std::vector<sim::NodeId>> replication_groups(const sim::Scenario& scenario);

struct Window {
  sim::SimTime begin{};
  sim::SimTime end{};

  sim::Micros length() const { return end - begin; }
};

sim::Micros total(const std::vector<Window>& windows);
sim::Micros longest(const std::vector<Window>& windows);

// Acknowledged writes of one client that were lost in one way; acknowledged within `acknowledged`.
struct Loss {
  enum class Why : std::uint8_t {
    kFullResync,   // the node that had them last took over the data of another one
    kRestart,      // it was started again, with an empty data set
    kOverwritten,  // a replica with data of its own went on with its master's stream
    kCrash,        // it does not run
    kStranded,     // it still has them, and is not the master
  };
  sim::NodeId client{};
  std::uint64_t writes = 0;
  Window acknowledged{};
  Why why = Why::kFullResync;
  sim::NodeId node{};
  std::optional<sim::SimTime> at{};  // when they went; nullopt for kCrash and kStranded
};

struct ClientReport {
  sim::NodeId client{};
  std::uint64_t writes = 0;  // operations; the next four are tries
  std::uint64_t acknowledged = 0;
  std::uint64_t lost = 0;  // of these, not in the data in the end
  std::uint64_t refused = 0;
  std::uint64_t unknown = 0;  // no reply, or no connection
  std::uint64_t reads = 0;
  std::uint64_t stale = 0;                // of the reads: without a write that was acknowledged before they began
  std::vector<Window> unavailable{};      // no success, though it tried
  std::optional<sim::SimTime> settled{};  // since when it succeeds at nobody but the master of the end
};

struct LedgerReport {
  std::vector<ClientReport> clients{};  // in the order of the scenario
  std::vector<Loss> losses{};           // by client and time
  std::vector<Window> two_masters{};    // more than one master of a replication group took writes
  std::optional<sim::NodeId> master{};  // in the end, of the first group

  std::uint64_t lost() const;
};

// A sink of records that also looks at the run after each step. A client's data set is a chain of writes; what the
// master has in the end is kept, all else is lost. The master is whom most of the sentinels name; if that one does
// not run, the running node with the longest chain stands for it.
class Ledger {
 public:
  explicit Ledger(const sim::Scenario& scenario);

  void operator()(const sim::Record& record);
  void observe(const sim::Run& run);
  LedgerReport close(const sim::Run& run) const;

 private:
  struct Entry {
    model::WriteId before{};
    std::uint32_t depth = 0;  // length of the chain up to here; 0: nobody did it
    std::optional<sim::SimTime> acknowledged{};
  };
  struct Replaced {
    sim::SimTime at{};
    sim::NodeId node{};
    model::WriteId had{};
    model::WriteId has{};
    Loss::Why why{};
  };
  struct Done {
    sim::SimTime at{};
    model::Outcome outcome{};
  };
  struct Books {  // of a client
    sim::NodeId client{};
    std::size_t group = 0;
    std::vector<Done> outcomes{};
    std::uint64_t stale = 0;
  };
  struct Acknowledgement {
    sim::SimTime at{};
    model::WriteId write{};
  };
  // Data nodes that began as one master and its replicas.
  struct Group {
    std::vector<sim::NodeId> nodes{};
    std::vector<Acknowledgement> acknowledged{};  // in order of time
    std::optional<sim::SimTime> two_since{};
    std::vector<Window> two_masters{};
  };
  struct Ending {
    std::optional<sim::NodeId> master{};
    model::WriteId data{};
  };

  Entry& entry(model::WriteId write);
  const Entry* find(model::WriteId write) const;
  std::size_t group_of(const model::Address& address) const;
  std::uint32_t depth(model::WriteId write) const;
  model::WriteId before(model::WriteId write) const;
  bool contains(model::WriteId data, model::WriteId write) const;
  void take(const sim::Record& record, const model::Outcome& outcome);
  void now_has(sim::NodeId node, model::WriteId data, sim::SimTime at);
  bool is_stale(const Group& group, const model::Outcome& read, sim::SimTime began) const;
  Ending ending(const sim::Run& run, const Group& group) const;
  ClientReport report(const sim::Run& run, const Books& books, const Ending& ending) const;
  void find_losses(const Books& books, const std::set<model::WriteId>& kept,
                   const std::map<model::WriteId, Loss>& causes, LedgerReport& report) const;
  std::set<model::WriteId> chain(model::WriteId data) const;
  std::map<model::WriteId, Loss> causes(const sim::Run& run, const Group& group,
                                        const std::set<model::WriteId>& kept) const;

  const sim::Scenario* scenario_;
  std::vector<Group> groups_;
  std::vector<Books> books_;
  std::vector<std::vector<Entry>> writes_;  // by client and number
  std::vector<model::WriteId> data_;        // of each node, as far as it was told or seen
  std::vector<Replaced> replaced_;
};

// Runs until Scenario::until, with `sink` and `observe` for who else wants to know.
template <sim::Sink S, std::invocable<const sim::Run&> Observe>
LedgerReport run_with_ledger(sim::Run& run, sim::Scratch& scratch, S&& sink, Observe&& observe) {
  Ledger ledger{run.scenario()};
  const auto both = [&](const sim::Record& record) {
    ledger(record);
    sink(record);
  };
  run.run_until(run.scenario().until, scratch, both, [&](const sim::Run& now) {
    ledger.observe(now);
    observe(now);
  });
  return ledger.close(run);
}
template <sim::Sink S>
LedgerReport run_with_ledger(sim::Run& run, sim::Scratch& scratch, S&& sink) {
  return run_with_ledger(run, scratch, sink, [](const sim::Run&) {});
}

}  // namespace sentinel::analysis
