// What the steps of a scenario do to a run, and the events that make them happen.
#include <algorithm>
#include <type_traits>
#include <utility>

#include "sim/event_text.h"
#include "sim/run.h"

namespace sentinel::sim {

// --- events that make steps happen --------------------------------------------------------------------------

void Run::pull_triggers(const Record& record) {
  const auto& event = std::get<model::Event>(record.what);
  if (!event.published) return;
  std::erase_if(armed_, [&](std::uint32_t step) {
    const auto& trigger = std::get<Trigger>(scenario_->steps[step].when);
    if (trigger.event.kind != event.kind) return false;  // most are: no text is made for them
    const std::string payload = payload_text(event, scenario_->symbols);
    const Occurrence said{.at = record.at, .node = record.node, .event = &event, .payload = payload};
    if (!matches(trigger.event, said, scenario_->symbols)) return false;
    const bool of_master = event.subject == model::InstanceKind::kMaster;
    const std::optional<NodeId> subject = network_.owner(of_master ? event.master_address : event.address);
    casts_.push_back({.step = step, .speaker = record.node, .subject = subject});
    agenda_.schedule(now() + trigger.after, {.index = step, .kind = Happening::Kind::kStep});
    return true;
  });
}

// The first running replica that is not this one.
std::optional<NodeId> Run::other_replica(std::optional<NodeId> than) const {
  for (std::size_t i = 0; i < processes_.size(); ++i) {
    const auto* const data_node = std::get_if<model::DataNode>(&processes_[i].machine);
    const bool is_replica = data_node != nullptr && processes_[i].alive && !data_node->is_master();
    if (is_replica && node_id(i) != than) return node_id(i);
  }
  return std::nullopt;
}

// Whom a step means; nullopt if there is nobody like that.
std::optional<NodeId> Run::cast(NodeId node, const Cast& cast) {
  if (node == kSpeaker) return cast.speaker;
  if (node == kSubject) return cast.subject;
  if (node == kOtherReplica) return cast.other;
  return node;
}

// The step as it is played now, by those whom it means.
Action Run::cast(Action action, const Cast& cast_now) {
  const auto cast_all = [&](std::vector<NodeId>& nodes) {
    std::vector<NodeId> meant;
    for (const NodeId node : nodes) {
      if (const std::optional<NodeId> found = cast(node, cast_now)) meant.push_back(*found);
    }
    nodes = std::move(meant);
  };
  const auto cast_messages = [&](HeldMessages& messages) {
    if (messages.from) cast_all(*messages.from);
    if (messages.to) cast_all(*messages.to);
  };
  std::visit(
      [&](auto& step) {
        using Done = std::decay_t<decltype(step)>;
        if constexpr (requires { step.nodes; }) cast_all(step.nodes);
        if constexpr (requires { step.groups; }) std::ranges::for_each(step.groups, cast_all);
        if constexpr (std::is_same_v<Done, HoldStep>) cast_messages(step.messages);
        if constexpr (std::is_same_v<Done, ReleaseStep>) {
          if (step.messages) cast_messages(*step.messages);
        }
      },
      action);
  return action;
}

// --- steps that have a time ---------------------------------------------------------------------------------

void Run::plan_steps(SimTime after) {
  steps_.clear();
  for (std::uint32_t i = 0; i < scenario_->steps.size(); ++i) {
    if (!std::holds_alternative<SimTime>(scenario_->steps[i].when)) continue;
    const SimTime at = scenario_->time_of(i, seed_);
    if (at > after) steps_.push_back({at, i});
  }
  // Of the same time, in the order of the file.
  std::ranges::sort(
      steps_, [](const TimedStep& a, const TimedStep& b) { return a.at != b.at ? a.at > b.at : a.place > b.place; });
}

void Run::continue_as(std::shared_ptr<const Scenario> scenario) {
  scenario_ = std::move(scenario);
  plan_steps(now());
}

// --- steps --------------------------------------------------------------------------------------------------

void Run::take_step(std::uint32_t place) {
  const Step& step = scenario_->steps[place];
  const auto take = [&](const Action& action) { std::visit([&](const auto& what) { act(what, place); }, action); };
  if (!std::holds_alternative<Trigger>(step.when)) return take(step.action);
  // What ends a step happens to those whom that step meant.
  Cast& cast_then = *std::ranges::find(casts_, step.ends.value_or(place), &Cast::step);
  if (!step.ends) cast_then.other = other_replica(cast_then.subject);
  take(cast(step.action, cast_then));
}

void Run::act(const CrashStep& step, std::uint32_t /*place*/) {
  for (const NodeId node : step.nodes) kill(node);
}

void Run::act(const StopStep& step, std::uint32_t /*place*/) {
  for (const NodeId node : step.nodes) {
    if (!is_running(node)) continue;
    kill(node);
    processes_[index(node)].has_saved = !processes_[index(node)].disk_fails;
  }
}

void Run::act(const StartStep& step, std::uint32_t /*place*/) {
  for (const NodeId node : step.nodes) {
    Process& process = processes_[index(node)];
    if (step.address && !process.alive) move(node, *step.address);
    if (step.fresh && !process.alive) write_first_configuration(node);
    if (!process.alive) {
      process.keeps_data = step.keeps_data;
      process.load_time = step.load_time;
    }
    agenda_.schedule(
        now(),
        {.index = static_cast<std::uint32_t>(node), .generation = process.life, .kind = Happening::Kind::kStart});
  }
}

void Run::act(const PauseStep& step, std::uint32_t /*place*/) {
  for (const NodeId node : step.nodes) processes_[index(node)].stopped = true;
}

void Run::act(const ResumeStep& step, std::uint32_t /*place*/) {
  for (const NodeId node : step.nodes) {
    processes_[index(node)].stopped = false;
    release_held(node);
  }
}

void Run::act(const StallStep& step, std::uint32_t /*place*/) {
  for (const NodeId node : step.nodes) stall(node, now() + step.duration);
}

void Run::act(const PartitionStep& step, std::uint32_t /*place*/) {
  network_.topology().cut(step.groups, step.mode, step.one_way);
  network_.retransmit(agenda_);
}

void Run::act(const HealStep& step, std::uint32_t /*place*/) {
  network_.topology().heal(step.groups);
  network_.retransmit(agenda_);
}

void Run::act(const LatencyStep& step, std::uint32_t place) {
  Topology& topology = network_.topology();
  if (!step.latency) return topology.restore_latency(step.groups, scenario_->network);
  // What the topology refers to stays in the scenario: `step` may be a copy that is cast.
  topology.set_latency(step.groups, *std::get<LatencyStep>(scenario_->steps[place].action).latency);
}

void Run::act(const HoldStep& step, std::uint32_t /*place*/) { network_.hold_messages(step.messages); }

void Run::act(const ReleaseStep& step, std::uint32_t /*place*/) { network_.release_messages(agenda_, step.messages); }

void Run::act(const ResolveStep& step, std::uint32_t /*place*/) {
  std::erase_if(slow_names_, [&](const ResolveStep& name) { return name.host == step.host; });
  if (step.takes > Micros{0}) slow_names_.push_back(step);
}

void Run::act(const BandwidthStep& step, std::uint32_t /*place*/) {
  for (const NodeId node : step.nodes) {
    Process& process = processes_[index(node)];
    if (auto* config = std::get_if<model::DataNodeConfig>(&process.disk)) config->bandwidth = step.rate;
    if (auto* data_node = std::get_if<model::DataNode>(&process.machine)) data_node->set_bandwidth(step.rate);
  }
}

void Run::act(const ClockStep& step, std::uint32_t /*place*/) {
  for (const NodeId node : step.nodes) {
    ProcessClock& clock = processes_[index(node)].clock;
    clock.step_by(step.step);
    if (step.drift_ppm) clock.set_drift(now(), *step.drift_ppm);
  }
}

// Each node answers on its own, in the order of the list.
void Run::act(const CommandStep& step, std::uint32_t place) {
  for (const NodeId node : step.nodes) ask(node, place);
}

void Run::act(const WriteStep& step, std::uint32_t /*place*/) {
  Process& client = processes_[index(step.client)];
  const Happening start{
      .index = static_cast<std::uint32_t>(step.client), .generation = client.life, .kind = Happening::Kind::kStart};
  agenda_.schedule(now(), start);
  if (!step.duration) return;
  Happening end = start;
  ++end.generation;
  end.kind = Happening::Kind::kEnd;
  agenda_.schedule(now() + *step.duration, end);
}

void Run::act(const DiskStep& step, std::uint32_t /*place*/) {
  for (const NodeId node : step.nodes) {
    Process& process = processes_[index(node)];
    process.disk_fails = step.fails;
    set_disk(process);
  }
}

}  // namespace sentinel::sim
