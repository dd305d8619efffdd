// What the steps of a scenario do to a run, and the events that make them happen.
#include <algorithm>
#include <utility>

#include "sim/event_text.h"
#include "sim/run.h"

namespace sentinel::sim {

// --- events that make steps happen --------------------------------------------------------------------------

void Run::pull_triggers(const Record& record) {
  const auto& event = std::get<model::Event>(record.what);
  std::erase_if(armed_, [&](std::uint32_t step) {
    const auto& trigger = std::get<Trigger>(scenario_->steps[step].when);
    if (trigger.event.kind != event.kind) return false;  // most are: no text is made for them
    if (!matches(trigger.event, record.node, event, payload_text(event, scenario_->symbols))) return false;
    const bool of_master = event.subject == model::InstanceKind::kMaster;
    const std::optional<NodeId> subject = scenario_->node_at(of_master ? event.master_address : event.address);
    casts_.push_back({.step = step, .speaker = record.node, .subject = subject});
    agenda_.schedule(now() + trigger.after, {.index = step, .kind = Happening::Kind::kStep});
    return true;
  });
}

// Whom a step means; nullopt if there is nobody like that.
std::optional<NodeId> Run::cast(NodeId node, std::uint32_t place) const {
  if (node < kOtherReplica) return node;
  const Cast& cast = *std::ranges::find(casts_, place, &Cast::step);
  if (node == kSpeaker) return cast.speaker;
  if (node == kSubject) return cast.subject;
  for (std::uint16_t i = 0; i < processes_.size(); ++i) {
    const auto* const data_node = std::get_if<model::DataNode>(&processes_[i].machine);
    const bool is_replica = data_node != nullptr && processes_[i].alive && !data_node->is_master();
    if (is_replica && NodeId{i} != cast.subject) return NodeId{i};
  }
  return std::nullopt;
}

// The step as it is played now, by those whom it means.
Action Run::cast(Action action, std::uint32_t place) const {
  const auto cast_all = [&](std::vector<NodeId>& nodes) {
    std::vector<NodeId> meant;
    for (const NodeId node : nodes) {
      if (const std::optional<NodeId> found = cast(node, place)) meant.push_back(*found);
    }
    nodes = std::move(meant);
  };
  std::visit(
      [&](auto& step) {
        if constexpr (requires { step.nodes; }) cast_all(step.nodes);
        if constexpr (requires { step.groups; }) std::ranges::for_each(step.groups, cast_all);
      },
      action);
  return action;
}

// --- steps --------------------------------------------------------------------------------------------------

void Run::take_step(std::uint32_t place) {
  const Step& step = scenario_->steps[place];
  const auto take = [&](const Action& action) { std::visit([&](const auto& what) { act(what, place); }, action); };
  std::holds_alternative<Trigger>(step.when) ? take(cast(step.action, place)) : take(step.action);
}

void Run::act(const CrashStep& step, std::uint32_t /*place*/) {
  for (const NodeId node : step.nodes) kill(node);
}

void Run::act(const StopStep& step, std::uint32_t /*place*/) {
  for (const NodeId node : step.nodes) {
    if (!is_running(node)) continue;
    kill(node);
    processes_[index(node)].has_saved = true;
  }
}

void Run::act(const StartStep& step, std::uint32_t /*place*/) {
  for (const NodeId node : step.nodes) {
    Process& process = processes_[index(node)];
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
  for (const NodeId node : step.nodes) stall(node, step.duration);
}

void Run::act(const PartitionStep& step, std::uint32_t /*place*/) {
  network_.topology().cut(step.groups, step.mode, step.one_way);
  network_.retransmit(agenda_);
}

void Run::act(const HealStep& step, std::uint32_t /*place*/) {
  network_.topology().heal(step.groups);
  network_.retransmit(agenda_);
}

void Run::act(const LatencyStep& step, std::uint32_t /*place*/) {
  network_.topology().set_latency(step.groups, step.latency);
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
