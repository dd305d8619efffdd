#include "sim/run.h"

#include <algorithm>
#include <type_traits>
#include <utility>

#include "sim/event_text.h"
#include "sim/history.h"

namespace sentinel::sim {
namespace {

// The data nodes run for some time before the streams begin, so that replicas are synchronised at time 0.
constexpr Micros kDataNodesStart = -std::chrono::seconds{30};
constexpr std::uint32_t kDataNodesStartWithin = 1'000'000;  // µs
constexpr std::uint32_t kOthersStartWithin = 100'000;       // µs

// Of a replica of a replica with all the data of the scenario, in whole seconds.
Micros longest_full_resync(const Scenario& scenario) {
  std::chrono::seconds longest{0};
  for (const Node& node : scenario.nodes) {
    const auto* const data = std::get_if<model::DataNodeConfig>(&node.config);
    if (data == nullptr) continue;
    longest = std::max(longest, std::chrono::ceil<std::chrono::seconds>(model::time_to_copy(*data)));
  }
  return 2 * longest;
}

}  // namespace

Run::Run(std::shared_ptr<const Scenario> scenario, std::uint64_t seed)
    : scenario_(std::move(scenario)), seed_(seed), network_(*scenario_, seed), processes_(scenario_->nodes.size()) {
  using Stream = model::Random::Stream;
  const SimTime data_nodes_start{kDataNodesStart - longest_full_resync(*scenario_)};
  agenda_.set_interval(scenario_->schedule.interval);
  agenda_.set_now(data_nodes_start);
  choice_at_ = next_scheduled();
  network_.topology().restore_latency({}, scenario_->network);
  plan_steps(SimTime::min());
  for (std::uint32_t i = 0; i < scenario_->steps.size(); ++i) {
    if (!std::holds_alternative<SimTime>(scenario_->steps[i].when)) armed_.push_back(i);
  }
  const Micros second_begun = scenario_->begun_part_of_second(seed);
  for (std::uint32_t i = 0; i < processes_.size(); ++i) {
    const Node& node = scenario_->nodes[i];
    Process& process = processes_[i];
    process.random = model::Random{seed, i};
    process.clock.step_by(second_begun);
    write_first_configuration(node_id(i));
    if (!node.running) continue;
    const SimTime begin{node.is_data_node() ? data_nodes_start : SimTime{}};
    const std::uint32_t within = node.is_data_node() ? kDataNodesStartWithin : kOthersStartWithin;
    agenda_.schedule(begin + Micros{process.random.below(Stream::kStartup, within)},
                     {.index = i, .kind = Happening::Kind::kStart});
  }
}

Node Run::node(NodeId node) const {
  Node now = scenario_->node(node);
  now.address = network_.address(node);
  return now;
}

const model::Sentinel* Run::sentinel(NodeId node) const {
  return std::get_if<model::Sentinel>(&processes_[index(node)].machine);
}

const model::Master* Run::monitored(NodeId node, model::Symbol name) const {
  const model::Sentinel* const watching = sentinel(node);
  if (watching == nullptr) return nullptr;
  const auto found = std::ranges::find(watching->masters(), name, &model::Master::name);
  return found == watching->masters().end() ? nullptr : &*found;
}

const model::DataNode* Run::data_node(NodeId node) const {
  return std::get_if<model::DataNode>(&processes_[index(node)].machine);
}

const model::Client* Run::client(NodeId node) const {
  return std::get_if<model::Client>(&processes_[index(node)].machine);
}

const model::Watcher* Run::watcher(NodeId node) const {
  return std::get_if<model::Watcher>(&processes_[index(node)].machine);
}

bool Run::step(Scratch& scratch) {
  scratch.records.clear();
  if (!has_future()) return false;
  take(is_step_next(), scratch);
  return true;
}

// What comes next: a step of the scenario that has a time, or what is on the agenda.
void Run::take(bool is_step, Scratch& scratch) {
  if (happenings_ + 1 == choice_at_) [[unlikely]] {
    step_as(scenario_->schedule.choices[choices_made_], scratch);
    return;
  }
  scratch.records.clear();
  play(take_next(is_step), scratch);
}

void Run::play(const Happening& what, Scratch& scratch) {
  if (what.kind == Happening::Kind::kNextHeld) [[unlikely]]
    return play_next_held(what, scratch);
  ++happenings_;
  last_fed_.reset();
  mix(static_cast<std::uint64_t>(what.at.time_since_epoch().count()));
  mix((static_cast<std::uint64_t>(what.index) << 32U) | (static_cast<std::uint64_t>(what.generation) << 16U) |
      (static_cast<std::uint64_t>(what.side) << 8U) | static_cast<std::uint64_t>(what.kind));
  network_.begin(static_cast<std::uint32_t>(happenings_));
  if (scratch.history != nullptr) scratch.history->begin(what, agenda_.next_sequence());
  happen(what, scratch);
  if (scratch.history != nullptr) scratch.history->said(scratch.records);
}

Happening Run::take_next(bool is_step) {
  if (!is_step) [[likely]]
    return agenda_.pop();
  const TimedStep next = steps_.back();
  steps_.pop_back();
  agenda_.set_now(next.at);
  return {.at = next.at, .index = next.place, .kind = Happening::Kind::kStep};
}

void Run::happen(const Happening& what, Scratch& scratch) {
  using Kind = Happening::Kind;
  const NodeId node = node_id(what.index);
  switch (what.kind) {
    case Kind::kStart:
      if (!is_void(what)) start(node, scratch);
      return;
    case Kind::kWake: return release_held(node);
    case Kind::kNextHeld: return;  // play_next_held()
    case Kind::kFlushed: return flushed(node, what, scratch);
    case Kind::kStep: return take_step(what.index);
    case Kind::kEnd:
      if (!is_void(what)) kill(node);
      return;
    case Kind::kCommand: {
      const NodeId asked{what.generation};
      return is_frozen(asked) ? hold(asked, what) : command(asked, what.index, scratch);
    }
    case Kind::kTimer:
      if (is_void(what)) return;
      return is_frozen(node) ? hold(node, what) : feed(node, model::TimerFired{}, scratch);
    case Kind::kScriptEnds: return script_ends(what, scratch);
    case Kind::kConnectArrives:
    case Kind::kConnected:
    case Kind::kReset:
    case Kind::kDeliver:
    case Kind::kRead: {
      const std::optional<NodeId> receiver = network_.receiver(what);
      if (receiver && is_frozen(*receiver)) {
        if (const std::optional<Happening> later = network_.put_aside(agenda_, what)) hold(*receiver, *later);
        return;
      }
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

bool Run::answers(NodeId node) const {
  const auto* const paused = data_node(node);
  const bool waits = paused != nullptr && paused->paused_for(uptime(node)) > model::Millis{0};
  return is_running(node) && !is_frozen(node) && !waits;
}

// In the order in which it will be handled: first what was being done, then the timer if it is due, then what came over
// connections: an event loop asks for that only when it comes round again, as also after SIGCONT (aeProcessEvents).
// Then each connection has its turn, in the order in which they had something to read, and all that it has is read at
// once (readQueryFromClient, redisAsyncHandleRead).
void Run::hold(NodeId node, const Happening& what) {
  using Kind = Happening::Kind;
  const auto rank = [](const Happening& any) {
    return any.kind == Kind::kFlushed ? 0 : any.kind == Kind::kTimer ? 1 : 2;
  };
  std::vector<Happening>& held = processes_[index(node)].held;
  held.insert(std::ranges::find_if(held, [&](const Happening& any) { return rank(any) > rank(what); }), what);
}

// A process that goes on handles one thing after the other, until one of them, such as a flush, keeps it from the rest.
void Run::release_held(NodeId node) {
  Process& process = processes_[index(node)];
  if (!can_act(process) || process.held.empty() || process.catches_up) return;
  std::uint32_t turns = 0;
  for (const Happening& what : process.held) turns += network_.turns(what);
  schedule_turn(node, agenda_.reserve(turns));
}

void Run::schedule_turn(NodeId node, std::uint64_t sequence) {
  Process& process = processes_[index(node)];
  process.catches_up = true;
  agenda_.schedule_reserved(
      {.index = static_cast<std::uint32_t>(node), .generation = process.life, .kind = Happening::Kind::kNextHeld},
      sequence);
}

void Run::play_next_held(const Happening& turn, Scratch& scratch) {
  const NodeId node = node_id(turn.index);
  Process& process = processes_[index(node)];
  if (is_void(turn)) return;
  process.catches_up = false;
  Happening what = process.held.front();
  if (what.kind == Happening::Kind::kFlushed ? !can_act(process) : is_frozen(node)) return;
  what.at = turn.at;
  what.sequence = turn.sequence;
  if (network_.turns(what) == 1) process.held.erase(process.held.begin());
  play(what, scratch);
  if (is_void(turn) || process.held.empty() || process.catches_up || is_frozen(node)) return;
  schedule_turn(node, turn.sequence + 1);
}

void Run::ask(NodeId node, std::uint32_t step, Micros after) {
  agenda_.schedule(now() + after,
                   {.index = step, .generation = static_cast<std::uint16_t>(node), .kind = Happening::Kind::kCommand});
}

void Run::command(NodeId node, std::uint32_t step, Scratch& scratch) {
  const auto& asked = std::get<CommandStep>(scenario_->steps[step].action);
  const Process& process = processes_[index(node)];
  const auto* const paused = std::get_if<model::DataNode>(&process.machine);
  const model::Millis wait = paused == nullptr ? model::Millis{0} : paused->paused_for(process.clock.uptime(now()));
  if (process.alive && wait > model::Millis{0}) return ask(node, step, process.clock.true_duration(wait));
  if (process.alive) {
    feed(node, model::CommandArrived{&asked.command}, scratch, step);
  } else {
    record(scratch, node, CommandReply{step, {.kind = model::Answer::Kind::kNoConnection}});
  }
}

void Run::feed(NodeId node, const model::Input& input, Scratch& scratch, std::uint32_t step) {
  Process& process = processes_[index(node)];
  last_fed_ = node;
  if (scratch.history != nullptr) scratch.history->fed(node, input, network_.delivery());
  scratch.effects.clear();
  const model::Instant clock = process.clock.read(now());
  if (auto* sentinel = std::get_if<model::Sentinel>(&process.machine)) {
    sentinel->step(clock, input, process.random, scratch.effects);
  } else if (auto* client = std::get_if<model::Client>(&process.machine)) {
    client->step(clock, input, scratch.effects);
  } else if (auto* watcher = std::get_if<model::Watcher>(&process.machine)) {
    watcher->step(clock, input, scratch.effects);
  } else {
    std::get<model::DataNode>(process.machine)
        .step(clock, process.clock.uptime(now()), input, process.random, scratch.effects);
  }
  if (wait_for_disk(node, scratch, step)) return;
  carry_out(node, scratch.effects.actions, scratch.effects.next_timer, scratch, step);
}

// A process that writes its configuration stands still until that is on disk. All that it says in this step leaves
// only then: an event loop writes to its connections when the handlers are done.
bool Run::wait_for_disk(NodeId node, Scratch& scratch, std::uint32_t step) {
  if (!scratch.effects.persists) return false;
  Process& process = processes_[index(node)];
  Micros wait{0};
  for (const model::Action& action : scratch.effects.actions) {
    if (std::holds_alternative<model::Exit>(action)) break;
    if (std::holds_alternative<model::Persist>(action))
      wait += scenario_->disk.flush.draw(process.random, model::Random::Stream::kDisk);
  }
  if (wait == Micros{0}) return false;
  std::swap(process.outbox, scratch.effects.actions);
  process.outbox_timer = scratch.effects.next_timer;
  process.outbox_step = step;
  process.outbox_happening = static_cast<std::uint32_t>(happenings_);
  process.flushing = true;
  process.busy_until = now() + wait;
  agenda_.schedule(
      process.busy_until,
      {.index = static_cast<std::uint32_t>(node), .generation = process.life, .kind = Happening::Kind::kFlushed});
  return true;
}

void Run::flushed(NodeId node, const Happening& what, Scratch& scratch) {
  if (is_void(what)) return;
  Process& process = processes_[index(node)];
  if (!can_act(process)) return hold(node, what);
  process.flushing = false;
  last_fed_ = node;
  if (scratch.history != nullptr) scratch.history->flushed(node, process.outbox_happening);
  carry_out(node, process.outbox, process.outbox_timer, scratch, process.outbox_step);
  process.outbox.clear();
  release_held(node);
}

void Run::carry_out(NodeId node, std::vector<model::Action>& actions, std::optional<model::Millis> next_timer,
                    Scratch& scratch, std::uint32_t step) {
  for (model::Action& action : actions) {
    if (auto* const send = std::get_if<model::Send>(&action)) [[likely]] {
      if (scratch.history != nullptr) note_message(node, *send, *scratch.history);
      network_.send(agenda_, node, send->socket, send->callback, std::move(send->message));
      continue;
    }
    if (std::holds_alternative<model::Exit>(action)) return kill(node);
    std::visit(
        [&](auto& done) {
          using Done = std::decay_t<decltype(done)>;
          if constexpr (std::is_same_v<Done, model::Connect>) {
            look_up(node, done);
            network_.connect(agenda_, node, done.socket, done.to);
          } else if constexpr (std::is_same_v<Done, model::Disconnect>) {
            network_.close(agenda_, node, done.socket);
          } else if constexpr (std::is_same_v<Done, model::Answer>) {
            record(scratch, node, CommandReply{step, done});
          } else if constexpr (std::is_same_v<Done, model::Event> || std::is_same_v<Done, model::Applied> ||
                               std::is_same_v<Done, model::DataReplaced> || std::is_same_v<Done, model::Outcome> ||
                               std::is_same_v<Done, model::LogLine> || std::is_same_v<Done, model::ScriptCollected> ||
                               std::is_same_v<Done, model::ScriptDropped>) {
            record(scratch, node, done);
          } else if constexpr (std::is_same_v<Done, model::StartScript>) {
            start_script(node, done);
            record(scratch, node, done);
          } else if constexpr (std::is_same_v<Done, model::KillScript>) {
            kill_script(node, done.pid);
          } else if constexpr (std::is_same_v<Done, model::Stall>) {
            stall(node, now() + processes_[index(node)].clock.true_duration(done.period));
          } else if constexpr (std::is_same_v<Done, model::Persist>) {
            persist(processes_[index(node)]);
          } else {
            static_assert(std::is_same_v<Done, model::Exit> || std::is_same_v<Done, model::Send>);
          }
        },
        action);
  }
  if (next_timer) set_timer(node, *next_timer);
}

void Run::note_message(NodeId node, const model::Send& send, History& history) const {
  if (network_.is_open(node, send.socket)) history.sent(node, network_.peer(node, send.socket), send);
}

// The event loop does nothing else meanwhile.
void Run::stall(NodeId node, SimTime until) {
  SimTime& busy_until = processes_[index(node)].busy_until;
  busy_until = std::max(busy_until, until);
  agenda_.schedule(busy_until, {.index = static_cast<std::uint32_t>(node), .kind = Happening::Kind::kWake});
}

// Sentinel looks up a host before it opens the connection for commands, and waits for the resolver
// (sentinelReconnectInstance). It keeps the address that it knows if there is no answer.
void Run::look_up(NodeId node, const model::Connect& connect) {
  if (slow_names_.empty() || !scenario_->node(node).resolves_hostnames) return;
  const auto link = static_cast<std::uint32_t>(connect.socket) / 2;
  if (connect.socket != model::LinkTable::command_socket(static_cast<model::LinkIndex>(link))) return;
  const auto name = std::ranges::find(slow_names_, connect.to.host, &ResolveStep::host);
  if (name != slow_names_.end()) stall(node, std::max(now(), processes_[index(node)].busy_until) + name->takes);
}

void Run::set_timer(NodeId node, model::Millis after) {
  Process& process = processes_[index(node)];
  ++process.timer;
  agenda_.schedule(
      now() + process.clock.true_duration(after),
      {.index = static_cast<std::uint32_t>(node), .generation = process.timer, .kind = Happening::Kind::kTimer});
}

// --- what is said -------------------------------------------------------------------------------------------

void Run::record(Scratch& scratch, NodeId node, const decltype(Record::what)& what) {
  const Record& record = scratch.records.emplace_back(Record{now(), wall_clock(node), node, what});
  if (const auto* event = std::get_if<model::Event>(&record.what)) {
    mix((static_cast<std::uint64_t>(event->kind) << 32U) | static_cast<std::uint64_t>(record.node));
    mix((event->epoch.value << 16U) ^ event->address.port ^ (static_cast<std::uint64_t>(event->value) << 40U));
    if (!armed_.empty()) pull_triggers(record);
  } else if (const auto* reply = std::get_if<CommandReply>(&record.what)) {
    const model::Answer& answer = reply->answer;
    mix((static_cast<std::uint64_t>(answer.kind) << 32U) ^ answer.address.port ^
        static_cast<std::uint64_t>(answer.number));
  } else if (const auto* applied = std::get_if<model::Applied>(&record.what)) {
    mix((static_cast<std::uint64_t>(applied->write.client) << 32U) | applied->write.number);
  } else if (const auto* outcome = std::get_if<model::Outcome>(&record.what)) {
    mix((static_cast<std::uint64_t>(record.node) << 48U) | (static_cast<std::uint64_t>(outcome->fate) << 32U) |
        outcome->operation);
  } else if (const auto* replaced = std::get_if<model::DataReplaced>(&record.what)) {
    mix((static_cast<std::uint64_t>(replaced->has.client) << 32U) | replaced->has.number);
  } else if (const auto* started = std::get_if<model::StartScript>(&record.what)) {
    mix((static_cast<std::uint64_t>(started->pid) << 32U) | static_cast<std::uint64_t>(started->run));
  } else if (const auto* collected = std::get_if<model::ScriptCollected>(&record.what)) {
    mix((static_cast<std::uint64_t>(collected->pid) << 32U) | static_cast<std::uint64_t>(collected->run));
  }
}

// FNV-1a on whole words, with a rotation so that all bits take part.
void Run::mix(std::uint64_t value) {
  constexpr std::uint64_t kPrime = 0x0000'0100'0000'01B3ULL;
  digest_ = (digest_ ^ value) * kPrime;
  digest_ = (digest_ << 29U) | (digest_ >> 35U);
}

}  // namespace sentinel::sim
