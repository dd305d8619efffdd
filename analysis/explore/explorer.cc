// Depth first over copies of the run, with the states that were seen; shallow depths first where there is a depth.
#include <algorithm>
#include <limits>
#include <memory>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "analysis/explore/alternatives.h"
#include "analysis/explore/exploration.h"
#include "analysis/invariants/invariants.h"
#include "analysis/invariants/invariants_at_end.h"
#include "sim/bad_input.h"
#include "sim/event_text.h"
#include "sim/formats.h"
#include "sim/invariants.h"
#include "sim/run.h"
#include "sim/state_visitor.h"

namespace sentinel::analysis {
namespace {

using sim::NodeId;
using sim::Run;
using sim::SimTime;
using sim::StateHash;

constexpr std::uint32_t kAnyDepth = std::numeric_limits<std::uint32_t>::max();

// A run, and all that is remembered of its past.
struct World {
  Run run;
  InvariantChecker checker;
  std::vector<std::string> streams{};  // if they are kept: what each process said
};

struct Left {  // how much more may go otherwise
  std::uint32_t depth = 0;
  std::uint32_t crashes = 0;
  std::uint32_t cuts = 0;
  std::uint32_t faults = 0;  // both of them
};

struct HashKey {
  std::size_t operator()(const StateHash& key) const { return static_cast<std::size_t>(key.low); }
};

bool messages_take_time(const sim::Scenario& scenario) {
  const auto takes_time = [](const sim::Latency& latency) { return latency.min > sim::Micros{0}; };
  const auto step_takes_time = [&](const sim::Step& step) {
    const auto* const change = std::get_if<sim::LatencyStep>(&step.action);
    return change == nullptr || !change->latency || takes_time(*change->latency);
  };
  return takes_time(scenario.network.latency) &&
         std::ranges::all_of(scenario.network.paths, takes_time, &sim::LatencyBetween::latency) &&
         std::ranges::all_of(scenario.steps, step_takes_time);
}

class Explorer {
 public:
  Explorer(const sim::Scenario& scenario, const ExploreBounds& bounds, const ExploreWatcher& watcher)
      : scenario_(std::make_shared<const sim::Scenario>(on_grid(scenario, bounds))),
        bounds_(bounds),
        watcher_(watcher),
        alternatives_(bounds.brute_force ? Dependence::kAlways : Dependence::kSameProcess) {
    for (const sim::Invariant invariant : bounds.invariants) {
      if (!sim::invariant_row(invariant).in_the_end) always_.push_back(invariant);
    }
  }

  Exploration explore() {
    const World begin = run_to_begin();
    const std::uint32_t most = bounds_.crashes + bounds_.cuts;
    for (std::uint32_t faults = 0; faults <= most && !ends(); ++faults) explore_with(begin, faults);
    if (result_.counterexample) {
      result_.verdict = Exploration::Verdict::kViolated;
    } else if (is_stopped_) {
      result_.verdict = Exploration::Verdict::kInconclusive;
    }
    return std::move(result_);
  }

 private:
  World run_to_begin() {
    World world{Run{scenario_, bounds_.seed}, InvariantChecker{*scenario_}};
    if (bounds_.keeps_streams) world.streams.resize(scenario_->nodes.size());
    while (world.run.has_future() && world.run.next_at() < bounds_.from) step(world, nullptr);
    return world;
  }

  void explore_with(const World& begin, std::uint32_t faults) {
    if (!bounds_.depth) {
      explore_within(begin, faults, kAnyDepth);
      if (result_.counterexample && !bounds_.finds_all) shorten(begin, faults);
      return;
    }
    for (std::uint32_t depth = 0; depth <= *bounds_.depth; ++depth) {
      explore_within(begin, faults, depth);
      if (ends() || result_.is_all_orders) break;
    }
  }

  void explore_within(const World& begin, std::uint32_t faults, std::uint32_t depth) {
    seen_.clear();
    ended_.clear();
    result_.outcomes.clear();
    result_.streams.clear();
    result_.broken.clear();
    result_.counts.faults = faults;
    result_.counts.depth = depth == kAnyDepth ? 0 : depth;
    result_.is_all_orders = true;
    go(begin, nullptr, {depth, bounds_.crashes, bounds_.cuts, faults});
    if (is_stopped_) result_.is_all_orders = false;
  }

  // A violation is known: looks for one with fewer choices.
  void shorten(const World& begin, std::uint32_t faults) {
    Exploration found = result_;
    result_.counterexample.reset();
    const auto most = static_cast<std::uint32_t>(
        std::ranges::count(found.counterexample->deviations, Deviation::Kind::kChoice, &Deviation::kind));
    for (std::uint32_t depth = 0; depth < most && !ends(); ++depth) explore_within(begin, faults, depth);
    if (result_.counterexample) return;
    found.counts = result_.counts;
    found.is_shortest = !is_stopped_;
    result_ = std::move(found);
  }

  bool ends() const { return is_stopped_ || (result_.counterexample && !bounds_.finds_all); }

  // All ways on from `base`, if first this goes otherwise (nullptr: nothing does).
  void go(const World& base, const Deviation* first, Left left) {
    World world = base;
    std::uint64_t before = world.run.happenings();  // the last step
    bool is_interfered = false;
    if (first != nullptr) {
      path_.push_back(*first);
      if (first->kind == Deviation::Kind::kChoice) {
        step(world, &first->choice);
        try_draws(base, first, before, left);
      } else {
        interfere(world, *first);
        is_interfered = true;
      }
    }
    while (!ends()) {
      if (!world.run.has_future() || world.run.next_at() > bounds_.to) {
        finish(world, left);
        break;
      }
      if (!choose(world, is_interfered ? first : nullptr, left)) break;
      is_interfered = false;
      before = world.run.happenings();
      step(world, nullptr);
      try_draws(base, first, before, left);
    }
    if (first != nullptr) path_.pop_back();
  }

  // Tries all that could go otherwise now. False: this state was seen before. `interference`: what was just done, so
  // that what is done at the same moment comes in one order only.
  bool choose(const World& world, const Deviation* interference, const Left& left) {
    const Run& run = world.run;
    const bool is_between = run.next_at() > run.now();
    const bool interferes = is_between && left.faults > 0 && (left.crashes > 0 || left.cuts > 0);
    std::vector<std::size_t> places;
    if (!run.is_step_next()) places = alternatives_.of(run);
    const bool ticks = bounds_.timers && !run.is_step_next() && is_tick(run);
    if (places.size() <= 1 && !ticks && !interferes) return true;
    // A crash that is to come is a step of which the state does not tell whom it means.
    if (interference == nullptr && is_seen(world, left)) return false;
    count_state();
    if (interferes) try_interferences(world, interference, left);
    for (std::size_t i = 1; i < places.size() && !ends(); ++i) deviate(world, {.take = places[i]}, left);
    for (const model::Draw tick : {model::Draw::kLowest, model::Draw::kMiddle, model::Draw::kHighest}) {
      if (ticks && !ends()) deviate(world, {.tick = tick}, left);
    }
    return true;
  }

  bool is_tick(const Run& run) {
    run.agenda().simultaneous(simultaneous_);
    const sim::Happening& next = simultaneous_.front();
    return next.kind == sim::Happening::Kind::kTimer && !run.is_void(next) &&
           run.sentinel(sim::node_id(next.index)) != nullptr;
  }

  void deviate(const World& world, sim::Choice choice, Left left) {
    if (left.depth == 0) {
      result_.is_all_orders = false;
      return;
    }
    if (left.depth != kAnyDepth) --left.depth;
    choice.happening = world.run.happenings() + 1;
    choice.at = world.run.next_at();
    const Deviation deviation{.choice = choice};
    go(world, &deviation, left);
  }

  // After a step in which something was drawn: what if that was otherwise? `before`: happenings before the step.
  void try_draws(const World& base, const Deviation* first, std::uint64_t before, const Left& left) {
    const bool is_first =
        first != nullptr && first->kind == Deviation::Kind::kChoice && first->choice.happening == before + 1;
    const sim::Choice chosen = is_first ? first->choice : sim::Choice{};
    const bool draws = drew_ && chosen.draw == model::Draw::kDrawn;
    // Of what comes by itself it was known before.
    const bool ticks = is_first && bounds_.timers && ticked_ && chosen.tick == model::Draw::kDrawn;
    if (!draws && !ticks) return;
    const World then = is_first ? base : rewound(base, first, before);
    // One choice is about the whole step.
    const Deviation own = is_first ? path_.back() : Deviation{};
    if (is_first) path_.pop_back();
    for (const model::Draw draw : {model::Draw::kLowest, model::Draw::kMiddle, model::Draw::kHighest}) {
      sim::Choice otherwise = chosen;
      otherwise.draw = draw;
      if (draws && !ends()) deviate(then, otherwise, left);
      otherwise = chosen;
      otherwise.tick = draw;
      if (ticks && !ends()) deviate(then, otherwise, left);
    }
    if (is_first) path_.push_back(own);
  }

  // The way from `base` again, to before the step behind `happenings`.
  World rewound(const World& base, const Deviation* first, std::uint64_t happenings) {
    World world = base;
    if (first != nullptr && first->kind == Deviation::Kind::kChoice) step(world, &first->choice);
    if (first != nullptr && first->kind != Deviation::Kind::kChoice) interfere(world, *first);
    while (world.run.happenings() < happenings) step(world, nullptr);
    return world;
  }

  void try_interferences(const World& world, const Deviation* last, const Left& left) {
    const auto rank = [](const Deviation& deviation) {
      return std::tuple{deviation.kind, deviation.node, deviation.other};
    };
    const auto interfere_with = [&](Deviation deviation, Left then) {
      deviation.at = world.run.next_at();
      const bool comes_later = last == nullptr || last->at != deviation.at || rank(*last) < rank(deviation);
      if (comes_later && !ends()) go(world, &deviation, then);
    };
    for (const NodeId node : bounds_.nodes) {
      if (left.crashes == 0 || !world.run.is_running(node)) continue;
      interfere_with({.kind = Deviation::Kind::kCrash, .node = node},
                     {left.depth, left.crashes - 1, left.cuts, left.faults - 1});
    }
    for (std::size_t i = 0; i < bounds_.nodes.size() && left.cuts > 0; ++i) {
      for (std::size_t j = i + 1; j < bounds_.nodes.size(); ++j) {
        if (!world.run.passes(bounds_.nodes[i], bounds_.nodes[j])) continue;
        interfere_with({.kind = Deviation::Kind::kCut, .node = bounds_.nodes[i], .other = bounds_.nodes[j]},
                       {left.depth, left.crashes, left.cuts - 1, left.faults - 1});
      }
    }
  }

  // The run goes on with one step more. The scenarios before it live as long as the worlds that this one came from.
  void interfere(World& world, const Deviation& deviation) const {
    sim::Scenario more = world.run.scenario();
    for (const sim::Step& step : steps_of(deviation, bounds_.to)) more.steps.push_back(step);
    world.run.continue_as(std::make_shared<const sim::Scenario>(std::move(more)));
  }

  // One step, by itself or as chosen.
  void step(World& world, const sim::Choice* choice) {
    const std::optional<NodeId> drawer = next_process(world.run, choice);
    const model::Random before = drawer ? world.run.chances(*drawer) : model::Random{};
    if (choice != nullptr) {
      world.run.step_as(*choice, scratch_);
    } else {
      world.run.step(scratch_);
    }
    ++result_.counts.happenings;
    const auto drew = [&](model::Random::Stream stream) {
      return drawer && world.run.chances(*drawer).state(stream) != before.state(stream);
    };
    drew_ = drew(model::Random::Stream::kDesync);
    ticked_ = drew(model::Random::Stream::kTick);
    note(world);
  }

  void note(World& world) const {
    for (const sim::Record& record : scratch_.records) {
      world.checker(record);
      const auto* const event = std::get_if<model::Event>(&record.what);
      if (event == nullptr || world.streams.empty()) continue;
      world.streams[static_cast<std::size_t>(record.node)] += sim::time_text(record.at) + " " +
                                                              std::to_string(static_cast<unsigned>(event->kind)) + " " +
                                                              sim::payload_text(*event, scenario_->symbols) + "\n";
    }
    world.checker.observe(world.run);
  }

  // Whom the next step is about.
  std::optional<NodeId> next_process(const Run& run, const sim::Choice* choice) {
    if (!run.has_future() || run.is_step_next()) return std::nullopt;
    const std::size_t place = choice == nullptr ? 0 : choice->take;
    run.agenda().simultaneous(simultaneous_);
    return run.process_of(simultaneous_[place < simultaneous_.size() ? place : 0]);
  }

  // All that later verdicts depend on: the state, what the invariants look back at, and what may still be done.
  StateHash key_of(const World& world, const Left& left) const {
    const bool in_order = left.depth != kAnyDepth;
    sim::StateContext context;
    context.now = world.run.now();
    sim::StateVisitor visit{context};
    visit.mix(sim::hash_of(world.run, in_order ? sim::Pending::kOrdered : sim::Pending::kUnordered));
    visit(world.checker, world.run.now().time_since_epoch(), left.crashes, left.cuts, left.faults);
    for (const std::string& stream : world.streams) visit(stream);
    return visit.value();
  }

  // Whether all ways on from here were gone already, with at least as much left.
  bool is_seen(const World& world, const Left& left) {
    if (bounds_.brute_force) return false;
    const auto [seen, is_new] = seen_.try_emplace(key_of(world, left), left.depth);
    if (!is_new && seen->second >= left.depth) {
      ++result_.counts.pruned;
      judge(world, always_);
      return true;
    }
    seen->second = left.depth;
    return false;
  }

  void count_state() {
    constexpr std::uint64_t kBetweenCalls = 256;
    if (++result_.counts.states >= bounds_.states) is_stopped_ = true;
    if (watcher_ && result_.counts.states % kBetweenCalls == 0 && !watcher_(result_.counts)) {
      is_stopped_ = true;
      result_.interrupted = true;
    }
  }

  // The exploring is over; the run is not.
  void finish(World& world, const Left& left) {
    result_.outcomes.insert(sim::hash_of(world.run, sim::Pending::kUnordered));
    if (bounds_.keeps_streams) result_.streams.insert(world.streams);
    const bool is_new = ended_.insert(key_of(world, left)).second;
    if (!is_new && !bounds_.brute_force) {
      ++result_.counts.pruned;
      judge(world, always_);
      return;
    }
    ++result_.counts.ways;
    while (world.run.has_future() && world.run.next_at() <= scenario_->until) step(world, nullptr);
    judge(world, bounds_.invariants);
  }

  void judge(const World& world, const std::vector<sim::Invariant>& asked) {
    if (asked.empty()) return;
    std::vector<Break> breaks = world.checker.breaks(world.run);
    std::vector<Break> broken;
    for (const sim::Invariant invariant : asked) {
      const auto one = std::ranges::find(breaks, invariant, &Break::invariant);
      if (one != breaks.end()) broken.push_back(*one);
    }
    if (broken.empty()) return;
    for (const Break& one : broken) result_.broken.insert(violation_of(one).expected);
    if (!result_.counterexample) result_.counterexample = Counterexample{path_, std::move(broken), std::move(breaks)};
  }

  std::shared_ptr<const sim::Scenario> scenario_;
  const ExploreBounds& bounds_;
  const ExploreWatcher& watcher_;
  Alternatives alternatives_;
  std::vector<sim::Invariant> always_{};                          // those that are not about the end
  std::unordered_map<StateHash, std::uint32_t, HashKey> seen_{};  // and how much depth was left
  std::unordered_set<StateHash, HashKey> ended_{};                // at ExploreBounds::to, likewise
  std::vector<Deviation> path_{};
  sim::Scratch scratch_{};
  std::vector<sim::Happening> simultaneous_{};
  bool drew_ = false;    // in the last step how long a failover is put off
  bool ticked_ = false;  // likewise when a timer comes again
  bool is_stopped_ = false;
  Exploration result_{};
};

}  // namespace

sim::Micros quiet_time(const sim::Scenario& scenario) {
  model::Millis failover_timeout{0};
  model::Millis down_after{0};
  for (const sim::Node& node : scenario.nodes) {
    const auto* const config = std::get_if<model::SentinelConfig>(&node.config);
    if (config == nullptr) continue;
    for (const model::MonitoredMaster& master : config->masters) {
      failover_timeout = std::max(failover_timeout, master.failover_timeout);
      down_after = std::max(down_after, master.down_after);
    }
  }
  return quiet_time(failover_timeout, down_after);
}

bool ends_quietly(const sim::Scenario& scenario, SimTime to) { return scenario.until - to >= quiet_time(scenario); }

sim::Scenario on_grid(const sim::Scenario& scenario, const ExploreBounds& bounds) {
  sim::Scenario gridded = scenario;
  gridded.schedule.interval = bounds.interval;
  gridded.schedule.seed = bounds.seed;
  return gridded;
}

std::vector<sim::Step> steps_of(const Deviation& deviation, SimTime to) {
  if (deviation.kind == Deviation::Kind::kChoice) return {};
  if (deviation.kind == Deviation::Kind::kCrash) {
    sim::Step crash;
    crash.when = deviation.at;
    crash.action = sim::CrashStep{{deviation.node}};
    return {crash};
  }
  const std::vector<std::vector<NodeId>> ends{{deviation.node}, {deviation.other}};
  sim::Step cut;
  cut.when = deviation.at;
  cut.action = sim::PartitionStep{.groups = ends};
  sim::Step heal;
  heal.when = to;
  heal.action = sim::HealStep{ends};
  return {cut, heal};
}

Exploration explore(const sim::Scenario& scenario, const ExploreBounds& bounds, const ExploreWatcher& watcher) {
  if (bounds.from >= bounds.to) throw sim::BadInput{"--from must be before --to"};
  if (!scenario.schedule.choices.empty())
    throw sim::BadInput{
        "the scenario has choices of its own (\"schedule\"): only one that goes by itself can be explored"};
  if (!messages_take_time(scenario))
    throw sim::BadInput{
        "only scenarios in which every message takes some time can be explored: a latency of 0 makes "
        "one cause the other at the same time"};
  return Explorer{scenario, bounds, watcher}.explore();
}

}  // namespace sentinel::analysis
