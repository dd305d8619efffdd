#include "sim/run.h"

#include <algorithm>
#include <type_traits>
#include <utility>

namespace sentinel::sim {
namespace {

// The data nodes run for some time before the streams begin, so that replicas are synchronised at time 0.
constexpr Micros kDataNodesStart = -std::chrono::seconds{30};
constexpr std::uint32_t kDataNodesStartWithin = 1'000'000;  // µs
constexpr std::uint32_t kSentinelsStartWithin = 100'000;    // µs

}  // namespace

Run::Run(std::shared_ptr<const Scenario> scenario, std::uint64_t seed)
    : scenario_(std::move(scenario)), seed_(seed), network_(*scenario_, seed), processes_(scenario_->nodes.size()) {
  using Stream = model::Random::Stream;
  agenda_.set_now(SimTime{kDataNodesStart});
  for (std::uint32_t i = 0; i < scenario_->steps.size(); ++i) {
    if (const auto* at = std::get_if<SimTime>(&scenario_->steps[i].when)) {
      agenda_.schedule(*at, {.index = i, .kind = Happening::Kind::kStep});
    } else {
      armed_.push_back(i);
    }
  }
  for (std::uint32_t i = 0; i < processes_.size(); ++i) {
    const Node& node = scenario_->nodes[i];
    Process& process = processes_[i];
    process.random = model::Random{seed, i};
    std::visit([&process](const auto& config) { process.disk = config; }, node.config);
    if (!node.running) continue;
    const SimTime begin{node.is_sentinel() ? Micros{0} : kDataNodesStart};
    const std::uint32_t within = node.is_sentinel() ? kSentinelsStartWithin : kDataNodesStartWithin;
    agenda_.schedule(begin + Micros{process.random.below(Stream::kStartup, within)},
                     {.index = i, .kind = Happening::Kind::kStart});
  }
}

const model::Sentinel* Run::sentinel(NodeId node) const {
  return std::get_if<model::Sentinel>(&processes_[index(node)].machine);
}

const model::DataNode* Run::data_node(NodeId node) const {
  return std::get_if<model::DataNode>(&processes_[index(node)].machine);
}

bool Run::step(Scratch& scratch) {
  scratch.records.clear();
  if (agenda_.empty()) return false;
  const Happening what = agenda_.pop();
  ++happenings_;
  mix(static_cast<std::uint64_t>(what.at.time_since_epoch().count()));
  mix((static_cast<std::uint64_t>(what.index) << 32U) | (static_cast<std::uint64_t>(what.generation) << 16U) |
      (static_cast<std::uint64_t>(what.side) << 8U) | static_cast<std::uint64_t>(what.kind));
  happen(what, scratch);
  return true;
}

void Run::happen(const Happening& what, Scratch& scratch) {
  using Kind = Happening::Kind;
  const NodeId node{static_cast<std::uint16_t>(what.index)};
  switch (what.kind) {
    case Kind::kStart:
      if (processes_[what.index].life == what.generation) start(node, scratch);
      return;
    case Kind::kWake: return release_held(node);
    case Kind::kFlushed: return flushed(node, what, scratch);
    case Kind::kStep: return take_step(what.index);
    case Kind::kCommand: {
      const NodeId asked{what.generation};
      return is_frozen(asked) ? hold(asked, what) : command(asked, what.index, scratch);
    }
    case Kind::kTimer: {
      const Process& process = processes_[what.index];
      if (!process.alive || process.timer != what.generation) return;
      return is_frozen(node) ? hold(node, what) : feed(node, model::TimerFired{}, scratch);
    }
    case Kind::kConnectArrives:
    case Kind::kConnected:
    case Kind::kReset:
    case Kind::kDeliver:
    case Kind::kRead: {
      const std::optional<NodeId> receiver = network_.receiver(what);
      if (receiver && is_frozen(*receiver)) return hold(*receiver, network_.put_aside(agenda_, what));
      const std::optional<model::Input> input = network_.arrive(agenda_, what);
      if (receiver && input) feed(*receiver, *input, scratch);
      network_.release();
      return;
    }
  }
}

// --- processes ----------------------------------------------------------------------------------------------

// A process that is stopped or busy finds all that came meanwhile when it goes on.
bool Run::is_frozen(NodeId node) const {
  const Process& process = processes_[index(node)];
  return process.alive && (process.flushing || !can_act(process));
}

void Run::hold(NodeId node, const Happening& what) { processes_[index(node)].held.push_back(what); }

// First what was being done, then what came over connections, then the timer, as an event loop does it
// (aeProcessEvents).
void Run::release_held(NodeId node) {
  Process& process = processes_[index(node)];
  if (!can_act(process)) return;
  const auto rank = [](const Happening& what) {
    return what.kind == Happening::Kind::kFlushed ? 0 : what.kind == Happening::Kind::kTimer ? 2 : 1;
  };
  for (int turn = 0; turn <= 2; ++turn) {
    for (const Happening& what : process.held) {
      if (rank(what) == turn) agenda_.schedule(now(), what);
    }
  }
  process.held.clear();
}

void Run::start(NodeId node, Scratch& scratch) {
  Process& process = processes_[index(node)];
  if (process.alive) return;
  process.alive = true;
  process.stopped = false;
  ++process.life;
  process.busy_until = SimTime::min();
  process.flushing = false;
  network_.listen(node);
  const model::Instant clock = process.clock.read(now());
  if (auto* config = std::get_if<model::SentinelConfig>(&process.disk)) {
    if (!config->id.known()) config->id = process.random.new_id();  // written to disk before anything else
    process.machine.emplace<model::Sentinel>(*scenario_->profile, *config, clock);
  } else {
    const std::optional<model::Id>& given = scenario_->node(node).run_id;
    const model::Id run_id = given && !process.started_before ? *given : process.random.new_id();
    process.machine.emplace<model::DataNode>(std::get<model::DataNodeConfig>(process.disk), run_id, clock);
  }
  process.started_before = true;
  feed(node, model::Started{}, scratch);
}

void Run::kill(NodeId node) {
  Process& process = processes_[index(node)];
  ++process.life;  // a start that is under way does not come about
  if (!process.alive) return;
  process.alive = false;
  for (const Happening& what : process.held) {
    if (what.kind == Happening::Kind::kCommand) ask(node, what.index);  // who asked learns that nobody is there
  }
  for (const model::Action& action : process.outbox) {
    if (std::holds_alternative<model::Answer>(action)) ask(node, process.outbox_step);
  }
  process.held.clear();
  process.outbox.clear();
  ++process.timer;
  network_.stop_listening(agenda_, node);
}

void Run::ask(NodeId node, std::uint32_t step) {
  agenda_.schedule(now(),
                   {.index = step, .generation = static_cast<std::uint16_t>(node), .kind = Happening::Kind::kCommand});
}

void Run::command(NodeId node, std::uint32_t step, Scratch& scratch) {
  const auto& asked = std::get<CommandStep>(scenario_->steps[step].action);
  if (processes_[index(node)].alive) {
    feed(node, model::CommandArrived{&asked.command}, scratch, step);
  } else {
    record(scratch, node, CommandReply{step, {.kind = model::Answer::Kind::kNoConnection}});
  }
}

void Run::feed(NodeId node, const model::Input& input, Scratch& scratch, std::uint32_t step) {
  Process& process = processes_[index(node)];
  scratch.effects.clear();
  const model::Instant clock = process.clock.read(now());
  if (auto* sentinel = std::get_if<model::Sentinel>(&process.machine)) {
    sentinel->step(clock, input, process.random, scratch.effects);
  } else {
    std::get<model::DataNode>(process.machine).step(clock, input, process.random, scratch.effects);
  }
  if (wait_for_disk(node, scratch, step)) return;
  carry_out(node, scratch.effects.actions, scratch.effects.next_timer, scratch, step);
}

// A process that writes its configuration stands still until that is on disk. All that it says in this step leaves
// only then: an event loop writes to its connections when the handlers are done.
bool Run::wait_for_disk(NodeId node, Scratch& scratch, std::uint32_t step) {
  Process& process = processes_[index(node)];
  Micros wait{0};
  for (const model::Action& action : scratch.effects.actions) {
    if (std::holds_alternative<model::Persist>(action))
      wait += scenario_->disk.flush.draw(process.random, model::Random::Stream::kDisk);
  }
  if (wait == Micros{0}) return false;
  std::swap(process.outbox, scratch.effects.actions);
  process.outbox_timer = scratch.effects.next_timer;
  process.outbox_step = step;
  process.flushing = true;
  process.busy_until = now() + wait;
  agenda_.schedule(
      process.busy_until,
      {.index = static_cast<std::uint32_t>(node), .generation = process.life, .kind = Happening::Kind::kFlushed});
  return true;
}

void Run::flushed(NodeId node, const Happening& what, Scratch& scratch) {
  Process& process = processes_[index(node)];
  if (process.life != what.generation || !process.alive) return;
  if (!can_act(process)) return hold(node, what);
  process.flushing = false;
  carry_out(node, process.outbox, process.outbox_timer, scratch, process.outbox_step);
  process.outbox.clear();
  release_held(node);
}

void Run::carry_out(NodeId node, std::vector<model::Action>& actions, std::optional<model::Millis> next_timer,
                    Scratch& scratch, std::uint32_t step) {
  for (model::Action& action : actions) {
    std::visit(
        [&](auto& done) {
          using Done = std::decay_t<decltype(done)>;
          if constexpr (std::is_same_v<Done, model::Connect>) {
            network_.connect(agenda_, node, done.socket, done.to);
          } else if constexpr (std::is_same_v<Done, model::Disconnect>) {
            network_.close(agenda_, node, done.socket);
          } else if constexpr (std::is_same_v<Done, model::Send>) {
            network_.send(agenda_, node, done.socket, done.callback, std::move(done.message));
          } else if constexpr (std::is_same_v<Done, model::Event>) {
            record(scratch, node, done);
          } else if constexpr (std::is_same_v<Done, model::Answer>) {
            record(scratch, node, CommandReply{step, done});
          } else {
            static_assert(std::is_same_v<Done, model::Persist>);
            persist(processes_[index(node)]);
          }
        },
        action);
  }
  if (next_timer) set_timer(node, *next_timer);
}

void Run::set_timer(NodeId node, model::Millis after) {
  Process& process = processes_[index(node)];
  ++process.timer;
  agenda_.schedule(
      now() + process.clock.true_duration(after),
      {.index = static_cast<std::uint32_t>(node), .generation = process.timer, .kind = Happening::Kind::kTimer});
}

void Run::persist(Process& process) {
  if (const auto* sentinel = std::get_if<model::Sentinel>(&process.machine)) {
    sentinel->save(std::get<model::SentinelConfig>(process.disk));
  } else if (const auto* data_node = std::get_if<model::DataNode>(&process.machine)) {
    data_node->save(std::get<model::DataNodeConfig>(process.disk));
  }
}

// --- what is said -------------------------------------------------------------------------------------------

void Run::record(Scratch& scratch, NodeId node, std::variant<model::Event, CommandReply> what) {
  const Record& record = scratch.records.emplace_back(Record{now(), wall_clock(node), node, what});
  if (const auto* event = std::get_if<model::Event>(&record.what)) {
    mix((static_cast<std::uint64_t>(event->kind) << 32U) | static_cast<std::uint64_t>(record.node));
    mix((event->epoch.value << 16U) ^ event->address.port ^ (static_cast<std::uint64_t>(event->value) << 40U));
    if (!armed_.empty()) pull_triggers(record);
  } else {
    const model::Answer& answer = std::get<CommandReply>(record.what).answer;
    mix((static_cast<std::uint64_t>(answer.kind) << 32U) ^ answer.address.port ^
        static_cast<std::uint64_t>(answer.number));
  }
}

void Run::pull_triggers(const Record& record) {
  const model::EventKind kind = std::get<model::Event>(record.what).kind;
  std::erase_if(armed_, [&](std::uint32_t step) {
    const auto& trigger = std::get<Trigger>(scenario_->steps[step].when);
    if (trigger.event != kind || trigger.by.value_or(record.node) != record.node) return false;
    agenda_.schedule(now() + trigger.after, {.index = step, .kind = Happening::Kind::kStep});
    return true;
  });
}

// FNV-1a on whole words, with a rotation so that all bits take part.
void Run::mix(std::uint64_t value) {
  constexpr std::uint64_t kPrime = 0x0000'0100'0000'01B3ULL;
  digest_ = (digest_ ^ value) * kPrime;
  digest_ = (digest_ << 29U) | (digest_ >> 35U);
}

// --- the steps of the scenario ------------------------------------------------------------------------------

void Run::take_step(std::uint32_t step) {
  std::visit([&](const auto& action) { act(action, step); }, scenario_->steps[step].action);
}

void Run::act(const CrashStep& step, std::uint32_t /*place*/) {
  for (const NodeId node : step.nodes) kill(node);
}

void Run::act(const StopStep& step, std::uint32_t /*place*/) {
  for (const NodeId node : step.nodes) kill(node);
}

void Run::act(const StartStep& step, std::uint32_t /*place*/) {
  for (const NodeId node : step.nodes) {
    agenda_.schedule(now(), {.index = static_cast<std::uint32_t>(node),
                             .generation = processes_[index(node)].life,
                             .kind = Happening::Kind::kStart});
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
  for (const NodeId node : step.nodes) {
    SimTime& busy_until = processes_[index(node)].busy_until;
    busy_until = std::max(busy_until, now() + step.duration);
    agenda_.schedule(busy_until, {.index = static_cast<std::uint32_t>(node), .kind = Happening::Kind::kWake});
  }
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

}  // namespace sentinel::sim
