#include "sim/state_hash.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <vector>

#include "sim/state_visitor.h"

namespace sentinel::sim {
namespace {

bool is_fixed(const Latency& latency) { return latency.min == latency.max && latency.loss_ppm == 0; }

bool has_fixed_latencies(const Scenario& scenario) {
  const auto fixed_step = [](const Step& step) {
    const auto* const change = std::get_if<LatencyStep>(&step.action);
    return change == nullptr || !change->latency || is_fixed(*change->latency);
  };
  return is_fixed(scenario.network.latency) &&
         std::ranges::all_of(scenario.network.paths, is_fixed, &LatencyBetween::latency) &&
         std::ranges::all_of(scenario.steps, fixed_step);
}

// Of all that is added, in any order.
struct HashSum {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  void add(const StateHash& hash) {
    high += hash.high;
    low += hash.low;
  }
  StateHash value() const { return {high, low}; }
};

}  // namespace

class StateHasher {
 public:
  StateHasher(const Run& run, Pending pending) : run_(&run), pending_(pending) {
    context_.now = run.now();
    context_.clock = kWallClockAtStart + std::chrono::floor<model::Millis>(run.now().time_since_epoch());
    context_.latency_matters = !has_fixed_latencies(run.scenario());
    context_.disk_matters = !is_fixed(run.scenario().disk.flush);
  }

  StateHash value() {
    hash_connections();
    StateVisitor all{context_};
    all(run_->now().time_since_epoch() % std::chrono::milliseconds{1});
    hash_network(all);
    for (std::size_t i = 0; i < run_->processes_.size(); ++i) all.mix(process(node_id(i)));
    for (const Run::ScriptRuns& runs : run_->script_runs_) all(runs.parent, runs.path, runs.runs);
    for (const ResolveStep& name : run_->slow_names_) all(name.host, name.takes);
    for (const Run::TimedStep& step : run_->steps_) all(step.at, step.place);
    all(run_->armed_);
    for (const Run::Cast& cast : run_->casts_) all(cast.step, cast.speaker, cast.subject, cast.other);
    all.mix(agenda());
    return all.value();
  }

 private:
  // What stands for each connection wherever it is mentioned. Those that nothing tells apart keep their numbers.
  void hash_connections() {
    const Network& network = run_->network_;
    connections_.resize(network.connections_.size());
    std::vector<HashSum> coming(connections_.size());
    for (const Happening& what : run_->agenda_.all()) {
      if (!is_about_connection(what) || network.is_void(what)) continue;
      StateVisitor visit{context_};
      visit(what.at, what.kind, what.side);
      coming[what.index].add(visit.value());
    }
    for (std::uint32_t i = 0; i < connections_.size(); ++i) {
      StateVisitor visit{context_};
      visit.mix(coming[i].value());
      hash_connection(network.connections_[i], visit);
      if (pending_ == Pending::kOrdered) visit(i);
      connections_[i] = visit.value();
    }
    std::vector<std::pair<StateHash, std::uint32_t>> alike;
    for (std::uint32_t i = 0; i < connections_.size(); ++i) {
      if (network.connections_[i].state != Network::State::kFree) alike.emplace_back(connections_[i], i);
    }
    std::ranges::sort(alike);
    for (std::size_t i = 1; i < alike.size(); ++i) {
      if (alike[i - 1].first != alike[i].first) continue;
      StateVisitor visit{context_};
      visit.mix(alike[i].first);
      visit(alike[i].second);
      connections_[alike[i].second] = visit.value();
    }
    context_.connections = connections_;
  }

  void hash_connection(const Network::Connection& connection, StateVisitor& visit) const {
    static_assert(sizeof(Network::Connection) == 184);
    visit(connection.state);
    if (connection.state == Network::State::kFree) return;
    const auto& [client, server] = connection.ends;
    visit(client.node, client.socket, client.open, server.node, server.open, connection.server, connection.dialled);
    if (connection.state != Network::State::kEstablished) visit(connection.connect_sent);
    for (const Network::Pipe& pipe : connection.pipes) hash_pipe(pipe, visit);
  }

  void hash_pipe(const Network::Pipe& pipe, StateVisitor& visit) const {
    const auto& [first, last, latest_arrival, aside, underway, lost, waiting, superseded, unanswered_since, broken] =
        pipe;
    visit(std::max(latest_arrival, context_.now), aside, underway, lost, waiting, superseded, unanswered_since, broken);
    for (std::uint32_t at = first; at != Network::kNone; at = run_->network_.parcels_[at].next) {
      const auto& [callback, message, closes, held, sent_in, place, next] = run_->network_.parcels_[at];
      visit(true, callback, message, closes, held);
    }
    visit(last == Network::kNone);
  }

  void hash_network(StateVisitor& all) const {
    const Network& network = run_->network_;
    HashSum connections;
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      if (network.connections_[i].state != Network::State::kFree) connections.add(connections_[i]);
    }
    all.mix(connections.value());
    all(network.chances_, network.addresses_, network.listening_, network.holds_);
    const std::size_t nodes = run_->processes_.size();
    for (std::size_t i = 0; i < nodes * nodes; ++i) {
      const Path path = network.topology_.path(node_id(i / nodes), node_id(i % nodes));
      const auto& [min, median, p90, p99, max, loss_ppm] = *path.latency;
      if (path.cut != CutMode::kNone || *path.latency != run_->scenario().network.latency)
        all(i, path.cut, min, median, p90, p99, max, loss_ppm);
    }
  }

  StateHash process(NodeId node) {
    const Run::Process& process = run_->processes_[Run::index(node)];
    context_.clock = run_->wall_clock(node);
    context_.uptime = run_->uptime(node);
    const auto& [machine, disk, rewrites, random, clock, alive, stopped, disk_fails, has_saved, keeps_data, load_time,
                 starts, busy_until, life, timer, flushing, outbox, outbox_timer, outbox_step, outbox_happening, held,
                 catches_up] = process;
    StateVisitor visit{context_};
    visit(context_.clock.time_since_epoch() % std::chrono::seconds{1}, disk, random, clock, alive);
    visit(disk_fails, has_saved, keeps_data, load_time, starts);
    if (!alive) {
      hash_remains(node, visit);
      return visit.value();
    }
    visit(machine, stopped, std::max(busy_until, context_.now), flushing, catches_up);
    if (flushing) visit(outbox, outbox_timer, outbox_step);
    for (const Happening& what : held) {
      if (!run_->is_void(what)) visit.mix(hash_of_happening(what));
    }
    return visit.value();
  }

  // What the next life of a process takes over from this one, which is over.
  void hash_remains(NodeId node, StateVisitor& visit) const {
    if (const model::DataNode* const data_node = run_->data_node(node)) {
      visit(data_node->stored());
    } else if (const model::Client* const client = run_->client(node)) {
      visit(client->written());
    }
  }

  // Void happenings come to nothing.
  StateHash agenda() const {
    HashSum sum;
    if (pending_ == Pending::kUnordered) {
      for (const Happening& what : run_->agenda_.all()) {
        if (!run_->is_void(what)) sum.add(timed(what, 0));
      }
      return sum.value();
    }
    std::vector<Happening> all = run_->agenda_.all();
    std::erase_if(all, [&](const Happening& what) { return run_->is_void(what); });
    std::vector<std::tuple<SimTime, std::optional<NodeId>, std::uint64_t>> places;  // how many came before
    for (const Happening& what : all) {
      const std::optional<NodeId> whose = run_->process_of(what);
      std::uint64_t place = 0;
      for (auto& [at, of, count] : places) {
        if (at == what.at && of == whose) place = ++count;
      }
      if (place == 0) places.emplace_back(what.at, whose, 0);
      sum.add(timed(what, place));
    }
    return sum.value();
  }

  StateHash timed(const Happening& what, std::uint64_t place) const {
    StateVisitor visit{context_};
    visit(what.at, place);
    visit.mix(hash_of_happening(what));
    return visit.value();
  }

  StateHash hash_of_happening(const Happening& what) const {
    StateVisitor visit{context_};
    visit(what.kind, what.side);
    if (is_about_connection(what)) {
      visit.mix(connections_[what.index]);
    } else if (what.kind == Happening::Kind::kScriptEnds) {
      const Run::ScriptProcess& script = run_->scripts_[what.index];
      const Run::Process& parent = run_->processes_[Run::index(script.parent)];
      visit(script.parent, script.pid, script.end, parent.alive && parent.life == script.life);
    } else {
      visit(what.index);
      if (what.kind == Happening::Kind::kCommand) visit(what.generation);
      // A start or an end that is not void yet may become so by a start or an end that comes before it.
      if (what.kind == Happening::Kind::kStart || what.kind == Happening::Kind::kEnd)
        visit(static_cast<std::uint16_t>(what.generation - run_->processes_[what.index].life));
    }
    return visit.value();
  }

  const Run* run_;
  Pending pending_;
  StateContext context_{};
  std::vector<StateHash> connections_{};
};

StateHash hash_of(const Run& run, Pending pending) { return StateHasher{run, pending}.value(); }

}  // namespace sentinel::sim
