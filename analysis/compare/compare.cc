#include "analysis/compare/compare.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "analysis/check/check.h"
#include "analysis/compare/recorded_scenario.h"
#include "analysis/observe/phases.h"
#include "sim/bad_input.h"

namespace sentinel::analysis {
namespace {

constexpr std::uint64_t kBatch = 100;  // seeds, after which it is seen whether more are needed

// Recorded times are about as exact as a millisecond: what is less would tell them from simulated ones.
double whole_milliseconds(Micros duration) {
  return static_cast<double>(std::chrono::round<std::chrono::milliseconds>(duration).count());
}

// --- one recording ----------------------------------------------------------------------------------------

// A recording, and the simulated world that it is compared with; each has its own time.
struct World {
  const Recording& recording;
  std::shared_ptr<const sim::Scenario> scenario{};
  Until until{};
  std::optional<Incident> recorded_incident{};
  std::optional<Incident> simulated_incident{};
};

World world_of(const Recording& recording, const CompareOptions& options) {
  const RecordedScenario made = scenario_of(recording, options.profile);
  World world{.recording = recording, .scenario = options.scenario ? options.scenario : made.scenario};
  world.simulated_incident = incident_of(*world.scenario);
  world.recorded_incident = incident_of(*made.scenario);
  if (world.recorded_incident) {
    world.recorded_incident->fault -= made.begin;
    if (world.recorded_incident->back) *world.recorded_incident->back -= made.begin;
  }
  world.until.at = world.scenario->until.time_since_epoch();
  if (recording.end) {
    world.until.channel = recording.end->channel;
    world.until.count = recording.end->count;
    world.until.grace = recording.end->grace;
  }
  return world;
}

// Where the sentinels of the recording stand among the nodes of the scenario, by place in the recording.
std::vector<std::uint16_t> places_in(const sim::Scenario& scenario, const Recording& recording) {
  std::vector<std::uint16_t> places;
  for (const RecordedNode& node : recording.nodes) {
    const std::optional<sim::NodeId> id = scenario.find_node(node.name);
    if (!id) throw sim::BadInput{recording.file.string() + ": its node " + node.name + " is not in the scenario"};
    places.push_back(static_cast<std::uint16_t>(*id));
  }
  return places;
}

using Durations = std::vector<std::optional<Micros>>;  // by place in sim::phases()

// A simulated run, in the terms of the recording.
struct Simulated {
  std::vector<std::vector<std::string>> lines;  // by place of the sentinel in the recording
  std::optional<std::uint16_t> leader;
  Durations phases;
};

// Who leads first.
std::optional<std::uint16_t> leader_of(const Stream& stream) {
  const auto elected = std::ranges::find(stream, "+elected-leader", &Said::channel);
  return elected == stream.end() ? std::nullopt : std::optional{elected->node};
}

std::vector<std::vector<std::string>> lines_of(const Stream& stream, const Recording& recording) {
  std::vector<std::vector<std::string>> lines(recording.nodes.size());
  for (std::size_t i = 0; i < recording.nodes.size(); ++i) {
    if (recording.nodes[i].is_sentinel)
      lines[i] = canonical(stream, static_cast<std::uint16_t>(i), recording.known_ids);
  }
  return lines;
}

Durations phases_of(const Stream& stream, const std::optional<Incident>& incident) {
  Durations found;
  for (const sim::Phase& phase : sim::phases())
    found.push_back(incident ? duration_of(phase, stream, *incident) : std::nullopt);
  return found;
}

Simulated simulate_as(const World& world, const std::vector<std::uint16_t>& places, std::uint64_t seed) {
  Stream stream = simulate(world.scenario, seed, world.until);
  for (Said& said : stream) {
    const auto place = std::ranges::find(places, said.node);
    said.node = static_cast<std::uint16_t>(place - places.begin());
  }
  return {lines_of(stream, world.recording), leader_of(stream), phases_of(stream, world.simulated_incident)};
}

// Keeps the seed that goes with the recording for the longest time.
void compare_lines(const std::vector<std::string>& recorded, const std::vector<std::string>& simulated,
                   std::uint64_t seed, StreamResult& result) {
  if (result.seed) return;
  if (recorded == simulated) {
    result.seed = seed;
    return;
  }
  const auto [want, got] = std::ranges::mismatch(recorded, simulated);
  const auto index = static_cast<std::size_t>(want - recorded.begin());
  if (result.divergence.seed != 0 && index <= result.divergence.index) return;
  result.divergence = {.index = index,
                       .recorded = want == recorded.end() ? "" : *want,
                       .simulated = got == simulated.end() ? "" : *got,
                       .seed = seed};
}

struct Samples {
  std::vector<std::vector<double>> recorded = std::vector<std::vector<double>>(sim::phases().size());
  // By phase and seed.
  std::vector<std::vector<std::vector<double>>> simulated =
      std::vector<std::vector<std::vector<double>>>(sim::phases().size());
};

void add_recorded(Samples& samples, const Durations& found) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (found[i]) samples.recorded[i].push_back(whole_milliseconds(*found[i]));
  }
}

void add_simulated(Samples& samples, const Durations& found, std::size_t seed) {
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) continue;
    if (samples.simulated[i].size() <= seed) samples.simulated[i].resize(seed + 1);
    samples.simulated[i][seed].push_back(whole_milliseconds(*found[i]));
  }
}

// How long the phases of a recording take depends on who leads: the INFOs of each sentinel have a phase of their own.
// So they are compared with the runs that the same sentinel leads; if there are none, with all.
struct TimedRuns {
  std::vector<Durations> all{};
  std::vector<Durations> of_same_leader{};

  // Fills `seeds` places of the samples, over and over again if there are fewer runs.
  void add_to(Samples& samples, std::size_t seeds) const {
    const std::vector<Durations>& runs = of_same_leader.empty() ? all : of_same_leader;
    for (std::size_t i = 0; i < seeds && !runs.empty(); ++i) add_simulated(samples, runs[i % runs.size()], i);
  }
};

// What a recorder says happened while it stood still happened at another time.
Durations trusted_phases(const World& world, RecordingResult& result) {
  const Recording& recording = world.recording;
  Durations found = phases_of(recording.stream, world.recorded_incident);
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i]) continue;
    const std::optional<Micros> begin = begin_of(sim::phases()[i], recording.stream, *world.recorded_incident);
    const auto is_in = [&](const RecordedStall& stall) {
      return (*begin >= stall.begin && *begin <= stall.end) ||
             (*begin + *found[i] >= stall.begin && *begin + *found[i] <= stall.end);
    };
    if (std::ranges::none_of(recording.stalls, is_in)) continue;
    found[i].reset();
    result.distrusted.emplace_back(sim::phases()[i].name);
  }
  return found;
}

std::vector<std::uint16_t> sentinels_of(const Recording& recording) {
  std::vector<std::uint16_t> sentinels;
  for (std::size_t i = 0; i < recording.nodes.size(); ++i) {
    if (recording.nodes[i].is_sentinel) sentinels.push_back(static_cast<std::uint16_t>(i));
  }
  return sentinels;
}

void compare_one(const Recording& recording, const CompareOptions& options, Samples& samples, RecordingResult& result) {
  const World world = world_of(recording, options);
  result.profile = world.scenario->profile->name;
  const std::vector<std::uint16_t> places = places_in(*world.scenario, recording);
  const std::vector<std::vector<std::string>> recorded = lines_of(recording.stream, recording);
  add_recorded(samples, trusted_phases(world, result));
  const std::optional<std::uint16_t> leader = leader_of(recording.stream);
  TimedRuns timed;

  const std::vector<std::uint16_t> sentinels = sentinels_of(recording);
  for (const std::uint16_t i : sentinels) {
    result.streams.push_back({.sentinel = recording.nodes[i].name, .events = recorded[i].size()});
  }
  while (result.seeds < options.seeds && (!result.found() || result.seeds < options.timing_seeds)) {
    const std::uint64_t count = std::min(kBatch, options.seeds - result.seeds);
    std::vector<Simulated> runs(count);
    parallel_for(count, options.jobs,
                 [&](std::uint64_t i) { runs[i] = simulate_as(world, places, result.seeds + i + 1); });
    for (std::uint64_t i = 0; i < count; ++i) {
      for (std::size_t s = 0; s < sentinels.size(); ++s) {
        compare_lines(recorded[sentinels[s]], runs[i].lines[sentinels[s]], result.seeds + i + 1, result.streams[s]);
      }
      if (result.seeds + i >= options.timing_seeds) continue;
      if (runs[i].leader == leader) timed.of_same_leader.push_back(runs[i].phases);
      timed.all.push_back(std::move(runs[i].phases));
    }
    result.seeds += count;
  }
  timed.add_to(samples, timed.all.size());
}

bool near(double recorded, double simulated, double share, double least) {
  return std::abs(simulated - recorded) <= std::max(least, share * recorded);
}

}  // namespace

bool RecordingResult::found() const {
  return error.empty() &&
         std::ranges::all_of(streams, [](const StreamResult& stream) { return stream.seed.has_value(); });
}

double PhaseResult::simulated_quantile(double q) const {
  if (groups.empty()) return quantile(simulated, q);
  std::vector<double> quantiles;
  for (const std::vector<double>& group : groups) {
    if (!group.empty()) quantiles.push_back(quantile(group, q));
  }
  std::ranges::sort(quantiles);
  return quantile(quantiles, 0.5);
}

bool PhaseResult::judged() const {
  constexpr std::size_t kEnough = 10;
  return recorded.size() >= kEnough && !simulated.empty();
}

bool PhaseResult::agrees() const {
  constexpr double kLevel = 0.01;
  return near(quantile(recorded, 0.5), simulated_quantile(0.5), 0.05, 30) &&
         near(quantile(recorded, 0.95), simulated_quantile(0.95), 0.1, 100) && test.p >= kLevel;
}

bool Comparison::agrees() const {
  return std::ranges::all_of(recordings, &RecordingResult::found) &&
         std::ranges::all_of(phases, [](const PhaseResult& phase) { return !phase.judged() || phase.agrees(); });
}

Comparison compare(const std::vector<std::filesystem::path>& files, const CompareOptions& options,
                   const std::function<void(const RecordingResult&)>& done) {
  Comparison comparison;
  std::map<std::pair<std::string, std::string>, Samples> groups;
  for (const std::filesystem::path& file : files) {
    RecordingResult& result = comparison.recordings.emplace_back(RecordingResult{.file = file});
    try {
      const Recording recording = read_recording(file);
      result.scenario = recording.scenario;
      result.version = recording.product + " " + recording.version;
      compare_one(recording, options, groups[{result.version, result.scenario}], result);
    } catch (const sim::BadInput& bad) {
      result.error = bad.what();
    }
    done(result);
  }
  for (auto& [group, samples] : groups) {
    for (std::size_t i = 0; i < sim::phases().size(); ++i) {
      PhaseResult phase{.version = group.first, .scenario = group.second, .phase = std::string{sim::phases()[i].name}};
      phase.recorded = std::move(samples.recorded[i]);
      phase.groups = std::move(samples.simulated[i]);
      for (std::vector<double>& of_seed : phase.groups) {
        std::ranges::sort(of_seed);
        phase.simulated.insert(phase.simulated.end(), of_seed.begin(), of_seed.end());
      }
      if (phase.recorded.empty() || phase.simulated.empty()) continue;
      std::ranges::sort(phase.recorded);
      std::ranges::sort(phase.simulated);
      phase.test = kolmogorov_smirnov(phase.recorded, phase.simulated);
      comparison.phases.push_back(std::move(phase));
    }
  }
  return comparison;
}

}  // namespace sentinel::analysis
