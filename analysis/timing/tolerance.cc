#include "analysis/timing/tolerance.h"

#include <algorithm>
#include <atomic>
#include <iomanip>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <utility>

#include "analysis/check/check.h"
#include "analysis/observe/failovers.h"
#include "analysis/observe/ledger.h"
#include "sim/bad_input.h"
#include "sim/units.h"

namespace sentinel::analysis {
namespace {

using sim::Micros;
using sim::NodeId;

// What may fail by itself, with the nodes that are in it.
std::vector<sim::Site> parts_of(const sim::Scenario& scenario, bool sites) {
  if (sites) {
    if (scenario.sites.empty()) throw sim::BadInput{scenario.file.string() + " has no 'sites' that could fail"};
    return scenario.sites;
  }
  std::vector<sim::Site> parts;
  for (std::uint16_t i = 0; i < scenario.nodes.size(); ++i) {
    if (scenario.nodes[i].listens()) parts.push_back({scenario.nodes[i].name, {NodeId{i}}});
  }
  return parts;
}

// All sets of 1 .. `most` of `parts` things, by size.
std::vector<FailedSet> sets_of(std::size_t parts, std::size_t most, const std::string& kind) {
  std::uint64_t count = 0;
  double of_size = 1;
  for (std::size_t size = 1; size <= most; ++size) {
    of_size = of_size * static_cast<double>(parts - size + 1) / static_cast<double>(size);
    if (of_size + static_cast<double>(count) > static_cast<double>(kMostFailedSets)) {
      throw sim::BadInput{std::to_string(parts) + " " + kind + " have more than " + std::to_string(kMostFailedSets) +
                          " sets of up to " + std::to_string(most) + ": --most " + std::to_string(size - 1) +
                          " tries those of " + std::to_string(size - 1) + " or fewer"};
    }
    count += static_cast<std::uint64_t>(of_size);
  }
  std::vector<FailedSet> sets;
  for (std::size_t size = 1; size <= most; ++size) {
    std::vector<bool> chosen(parts);
    std::fill_n(chosen.begin(), size, true);
    do {
      FailedSet& set = sets.emplace_back();
      for (std::size_t part = 0; part < parts; ++part) {
        if (chosen[part]) set.parts.push_back(part);
      }
    } while (std::prev_permutation(chosen.begin(), chosen.end()));
  }
  return sets;
}

// How long sentinels have: to see it, to try, and if that fails to try once more.
Micros time_for_two_tries(const sim::Scenario& scenario) {
  Micros longest{0};
  for (const sim::Node& node : scenario.nodes) {
    const auto* const sentinel = std::get_if<model::SentinelConfig>(&node.config);
    if (sentinel == nullptr) continue;
    for (const model::MonitoredMaster& master : sentinel->masters) {
      longest = std::max(longest, Micros{master.down_after + 2 * master.failover_timeout});
    }
  }
  return longest + std::chrono::seconds{15};
}

std::shared_ptr<const sim::Scenario> with_failure(const sim::Scenario& scenario, const std::vector<sim::Site>& parts,
                                                  const FailedSet& set, sim::SimTime at, sim::SimTime until) {
  sim::Scenario failing = scenario;
  failing.expect = {};
  failing.from = sim::SimTime{};
  failing.until = until;
  sim::CrashStep crash;
  for (const std::size_t part : set.parts) {
    std::ranges::copy_if(parts[part].nodes, std::back_inserter(crash.nodes),
                         [&](NodeId node) { return scenario.node(node).listens(); });
  }
  failing.steps = {sim::Step{.when = at, .action = std::move(crash), .why = {}}};
  return std::make_shared<const sim::Scenario>(std::move(failing));
}

// Whom each running sentinel names, by the name of the master.
std::map<std::uint32_t, std::map<std::optional<NodeId>, std::size_t>> named_masters(const sim::Run& run) {
  std::map<std::uint32_t, std::map<std::optional<NodeId>, std::size_t>> named;
  for (std::uint16_t i = 0; i < run.scenario().nodes.size(); ++i) {
    const model::Sentinel* const sentinel = run.is_running(NodeId{i}) ? run.sentinel(NodeId{i}) : nullptr;
    if (sentinel == nullptr) continue;
    for (const model::Master& master : sentinel->masters()) {
      ++named[master.name.index][data_node_at(run.scenario(), model::Sentinel::current_address(master))];
    }
  }
  return named;
}

bool serves(const sim::Run& run, NodeId node) { return is_up(run, node) && takes_writes(run, node); }

bool is_served(const sim::Run& run) {
  const auto named = named_masters(run);
  if (named.empty()) {
    for (std::uint16_t i = 0; i < run.scenario().nodes.size(); ++i) {
      if (run.scenario().nodes[i].is_data_node() && serves(run, NodeId{i})) return true;
    }
    return false;
  }
  return std::ranges::all_of(named, [&](const auto& of_name) {
    std::size_t voters = 0;
    for (const auto& [node, votes] : of_name.second) voters += votes;
    return std::ranges::any_of(of_name.second, [&](const auto& vote) {
      return vote.first && 2 * vote.second > voters && serves(run, *vote.first);
    });
  });
}

std::string names_of(const Tolerance& tolerance, const FailedSet& set) {
  std::string names;
  for (const std::size_t part : set.parts) names += (names.empty() ? "" : " ") + tolerance.parts[part];
  return names;
}

struct BySize {
  std::uint64_t sets = 0;
  std::uint64_t surviving = 0;
  std::uint64_t sometimes = 0;
};

std::map<std::size_t, BySize> by_size(const Tolerance& tolerance) {
  std::map<std::size_t, BySize> sizes;
  for (const FailedSet& set : tolerance.sets) {
    BySize& size = sizes[set.parts.size()];
    ++size.sets;
    size.surviving += tolerance.survives(set) ? 1U : 0U;
    size.sometimes += !tolerance.survives(set) && set.survived > 0 ? 1U : 0U;
  }
  return sizes;
}

}  // namespace

std::vector<std::size_t> Tolerance::minimal() const {
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (survives(sets[i])) continue;
    const bool has_smaller = std::ranges::any_of(
        places, [&](std::size_t smaller) { return std::ranges::includes(sets[i].parts, sets[smaller].parts); });
    if (!has_smaller) places.push_back(i);
  }
  return places;
}

Tolerance find_tolerance(const std::shared_ptr<const sim::Scenario>& scenario, const ToleranceOptions& options) {
  const std::vector<sim::Site> parts = parts_of(*scenario, options.sites);
  Tolerance tolerance{.seeds = options.seeds, .until = options.at + time_for_two_tries(*scenario)};
  for (const sim::Site& part : parts) tolerance.parts.push_back(part.name);
  const std::size_t most = std::min(options.most.value_or(parts.size() - 1), parts.size());
  tolerance.sets = sets_of(parts.size(), most, options.sites ? "sites" : "nodes");

  std::vector<std::uint64_t> survived(tolerance.sets.size());
  std::atomic<std::uint64_t> done{0};
  parallel_for(tolerance.sets.size(), options.jobs, [&](std::uint64_t i) {
    const auto failing = with_failure(*scenario, parts, tolerance.sets[i], options.at, tolerance.until);
    for (std::uint64_t seed = 1; seed <= options.seeds; ++seed) {
      sim::Run run{failing, seed};
      sim::Scratch scratch;
      run.run_until(failing->until, scratch, [](const sim::Record&) {});
      survived[i] += is_served(run) ? 1U : 0U;
    }
    options.progressed(++done, tolerance.sets.size());
  });
  for (std::size_t i = 0; i < survived.size(); ++i) tolerance.sets[i].survived = survived[i];
  return tolerance;
}

std::string tolerance_text(const Tolerance& tolerance) {
  std::ostringstream text;
  text << "failed    sets  survive  sometimes   share\n";
  for (const auto& [size, of] : by_size(tolerance)) {
    text << std::setw(6) << size << std::setw(8) << of.sets << std::setw(9) << of.surviving << std::setw(11)
         << of.sometimes << std::setw(6) << 100 * of.surviving / of.sets << " %\n";
  }
  const std::vector<std::size_t> minimal = tolerance.minimal();
  if (minimal.empty()) {
    text << "\nAll of these survive.\n";
    return text.str();
  }
  text << "\nSmallest sets that do not survive (of " << tolerance.seeds << " runs those with a master in the end):\n";
  for (const std::size_t place : minimal) {
    const FailedSet& set = tolerance.sets[place];
    text << "  " << names_of(tolerance, set) << "  (" << set.survived << ")\n";
  }
  return text.str();
}

nlohmann::ordered_json tolerance_json(const sim::Scenario& scenario, const Tolerance& tolerance) {
  using Json = nlohmann::ordered_json;
  const auto names = [&](const FailedSet& set) {
    Json list = Json::array();
    for (const std::size_t part : set.parts) list.push_back(tolerance.parts[part]);
    return list;
  };
  Json sizes = Json::array();
  for (const auto& [size, of] : by_size(tolerance)) {
    sizes.push_back({{"failed", size}, {"sets", of.sets}, {"survive", of.surviving}, {"sometimes", of.sometimes}});
  }
  Json minimal = Json::array();
  for (const std::size_t place : tolerance.minimal()) minimal.push_back(names(tolerance.sets[place]));
  Json sets = Json::array();
  for (const FailedSet& set : tolerance.sets) sets.push_back({{"failed", names(set)}, {"survived", set.survived}});
  return {{"scenario", scenario.file.string()},
          {"case", scenario.case_name},
          {"seeds", tolerance.seeds},
          {"parts", tolerance.parts},
          {"sizes", std::move(sizes)},
          {"minimal", std::move(minimal)},
          {"sets", std::move(sets)}};
}

}  // namespace sentinel::analysis
