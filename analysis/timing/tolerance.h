// What fault tolerance a topology has: which sets of nodes or sites may fail at once, and there is still a master.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/scenario.h"

namespace sentinel::analysis {

// More sets than these are not tried.
inline constexpr std::uint64_t kMostFailedSets = 20'000;

struct ToleranceOptions {
  bool sites = false;                 // not nodes, but sites fail
  std::optional<std::size_t> most{};  // so many fail at once, or fewer; nullopt: any number, but not all
  std::uint64_t seeds = 5;            // 1 .. seeds
  unsigned jobs = 1;
  sim::SimTime at{std::chrono::seconds{15}};  // when they fail: the sentinels know each other, and all replicas
  std::function<void(std::uint64_t done, std::uint64_t total)> progressed = [](std::uint64_t, std::uint64_t) {};
};

// Some of what may fail, by place in Tolerance::parts.
struct FailedSet {
  std::vector<std::size_t> parts{};
  std::uint64_t survived = 0;  // runs in which there was a master in the end
};

struct Tolerance {
  std::vector<std::string> parts{};  // names of the nodes, or sites
  std::uint64_t seeds = 0;           // runs of each set
  sim::SimTime until{};              // when it was looked
  std::vector<FailedSet> sets{};     // by size, then in the order of the parts

  bool survives(const FailedSet& set) const { return set.survived == seeds; }
  // Places in `sets` of those that do not survive all seeds, though each of their subsets does.
  std::vector<std::size_t> minimal() const;
};

// Data nodes and sentinels of the scenario; its steps are left out. All of a set are killed at once, and stay dead. In
// the end, when sentinels have had the time for a second try, it has survived if of each master's name most of the
// sentinels that run (if any does) name the same data node, which runs, can be reached, and takes writes. Throws
// sim::BadInput if there are too many sets, or no sites.
Tolerance find_tolerance(const std::shared_ptr<const sim::Scenario>& scenario, const ToleranceOptions& options);

// A table by the number that fail, and the minimal sets that do not survive; not wider than 80 columns.
std::string tolerance_text(const Tolerance& tolerance);
nlohmann::ordered_json tolerance_json(const sim::Scenario& scenario, const Tolerance& tolerance);

}  // namespace sentinel::analysis
