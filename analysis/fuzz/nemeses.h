// The nemeses: named ways to hurt a cluster, from one crash to a partition that goes round, and the families they are
// of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/document.h"
#include "analysis/fuzz/chance.h"

namespace sentinel::analysis {

// Faults of one family are on together, or off, in a random scenario (swarm testing).
enum class FaultFamily : std::uint8_t {
  kCrash,
  kPause,
  kStall,
  kPartition,
  kLatency,
  kLateMessages,
  kClock,
  kDisk,
  kLostConfiguration,
  kMembership,
  kManualFailover,
  kFaultPoint,
  kLoading,
};
inline constexpr std::size_t kFaultFamilies = static_cast<std::size_t>(FaultFamily::kLoading) + 1;
std::string_view fault_family_name(FaultFamily family);  // `late-messages`

// The cast of a random scenario.
struct Cast {
  std::vector<std::string> masters{};       // the names that sentinels give them
  std::vector<std::string> master_nodes{};  // which data nodes they are at the beginning
  std::vector<std::string> data_nodes{};
  std::vector<std::string> sentinels{};
  std::vector<std::string> clients{};
  model::Millis down_after{};  // the longest
  model::Millis failover_timeout{};
  model::Millis replication_timeout{};
  model::Millis resynchronisation{};  // a full one, with all that data nodes have

  std::vector<std::string> servers() const;  // data nodes and sentinels
};

// Collects the steps of a random scenario. What a nemesis begins at a time of its own it also ends before the faults
// are over, and a process is down or stopped only once at a time.
class FaultPlan {
 public:
  FaultPlan(Chance& draws, const Cast& who, model::Millis from, model::Millis to)
      : chance(draws), cast(who), begin(from), end(to) {}

  // Some time when a process is free for a fault of its own that takes at least so long; nullopt if none is left.
  std::optional<model::Millis> free_time(const std::string& node, model::Millis least);
  bool is_free(const std::string& node, model::Millis at) const;
  void occupy(const std::string& node, model::Millis until) { busy_[node] = until; }
  // A moment from which at least so long is left, and what may be left after it.
  model::Millis moment(model::Millis least = model::Millis{0});
  model::Millis duration(model::Millis at, model::Millis least, model::Millis most);
  void add(model::Millis at, Document step);
  void add_triggered(Document step) { triggered_.push_back(std::move(step)); }

  // All steps, in order of time.
  Document steps() const;

  Chance& chance;
  const Cast& cast;
  model::Millis begin;
  model::Millis end;
  Document nodes = Document::object();  // what the scenario says of single nodes

 private:
  struct Timed {
    model::Millis at{};
    Document step{};
  };

  std::map<std::string, model::Millis> busy_;
  std::vector<Timed> timed_;
  std::vector<Document> triggered_;
};

struct Nemesis {
  std::string_view name;
  FaultFamily family;
  std::string_view what;
  void (*strike)(FaultPlan& plan);
};
std::span<const Nemesis> nemeses();

}  // namespace sentinel::analysis
