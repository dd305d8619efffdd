#include "tests/support/sentinel_lab.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace sentinel::test {
namespace {

constexpr model::Socket kOtherSentinel{model::kAccepted};

model::Profile profile_of(const LabOptions& options) {
  model::Profile profile = *model::find_profile(options.profile);
  if (options.traits) profile.sentinel = *options.traits;
  return profile;
}

template <class Range>
auto& with_address(Range& instances, Address address) {
  const auto found = std::ranges::find(instances, address, [](const auto& any) { return any.address; });
  if (found == instances.end()) throw std::logic_error("no instance has this address");
  return *found;
}

}  // namespace

SentinelLab::SentinelLab(const model::SentinelConfig& config, const LabOptions& options)
    : profile_(profile_of(options)),
      hash_seed_(options.hash_seed),
      saved_(config),
      random_(options.seed, 0),
      sentinel_(profile_, config, kStart, hash_seed_) {
  for (const model::MonitoredMaster& master : config.masters) {
    at(master.address).info = info_of_master(master.address);
    for (const Address& replica : master.known_replicas) {
      at(master.address).info.replicas.push_back(replica);
      at(replica).info = info_of_replica(replica, master.address);
    }
  }
  step(model::Started{});
}

// --- the surroundings -----------------------------------------------------------------------------

void SentinelLab::crash(Address address) {
  at(address).state = StandIn::State::kRefusing;
  cut(address);
}

void SentinelLab::revive(Address address) {
  at(address).state = StandIn::State::kUp;
  for (auto& [socket, connection] : connections_) {
    if (connection.to != address) continue;
    for (const model::Send& request : std::exchange(connection.unread, {})) {
      serve(at(address), connection, request);
    }
  }
}

void SentinelLab::cut(Address address) {
  for (const auto& [socket, connection] : connections_) {
    if (connection.to == address) reset(socket);
  }
}

void SentinelLab::cut_subscription(Address address) {
  if (const auto subscription = subscription_to(address)) reset(*subscription);
}

void SentinelLab::carry_out(const model::Connect& connect) {
  const model::Socket socket = connect.socket;
  connections_[socket] = Connection{.to = connect.to, .number = next_connection_++};
  switch (at(connect.to).state) {
    case StandIn::State::kRefusing: return reset(socket);
    case StandIn::State::kSilent: return;
    case StandIn::State::kUp: return arrive(socket, [=, this] { step(model::Connected{socket}); });
  }
}

void SentinelLab::carry_out(const model::Disconnect& disconnect) { connections_.erase(disconnect.socket); }

void SentinelLab::carry_out(const model::Send& send) {
  if (send.socket == kOtherSentinel) {
    reply_ = send.message;
    return;
  }
  const auto connection = connections_.find(send.socket);
  if (connection == connections_.end()) throw std::logic_error("sent on a closed connection");
  sent_.push_back({now_, connection->second.to, send.message});
  StandIn& stand_in = at(connection->second.to);
  if (stand_in.state == StandIn::State::kUp) {
    serve(stand_in, connection->second, send);
  } else {
    connection->second.unread.push_back(send);
  }
}

void SentinelLab::carry_out(const model::Persist&) {
  sentinel_.save(saved_);
  ++flushes_;
}

void SentinelLab::serve(StandIn& stand_in, Connection& connection, const model::Send& request) {
  const auto reply = [&](model::Message message) {
    deliver(stand_in.delay, request.socket, request.callback, std::move(message));
  };
  const model::StatusReply ok{model::Status::kOk};
  if (std::holds_alternative<model::Subscribe>(request.message)) {
    connection.subscribed = true;
  } else if (std::holds_alternative<model::Ping>(request.message)) {
    reply(model::StatusReply{stand_in.ping});
  } else if (stand_in.refuses) {
    reply(model::StatusReply{model::Status::kNoPermission});
  } else if (std::holds_alternative<model::InfoRequest>(request.message)) {
    reply(stand_in.info);
  } else if (const auto* publish = std::get_if<model::Publish>(&request.message)) {
    reply(ok);
    const auto subscription = subscription_to(connection.to);
    if (subscription && stand_in.echoes) {
      deliver(stand_in.delay, *subscription, {}, model::HelloPush{publish->hello});
    }
  } else if (const auto* question = std::get_if<model::IsMasterDown>(&request.message)) {
    model::IsMasterDownReply answer{.down = stand_in.says_down};
    if (question->candidate && stand_in.votes) {
      answer.leader = stand_in.favourite.value_or(*question->candidate);
      answer.leader_epoch = question->epoch;
    }
    reply(stand_in.verdict.value_or(answer));
  } else {
    reply(ok);
    if (const auto* order = std::get_if<model::Reconfigure>(&request.message)) {
      obey(stand_in, connection, *order);
    }
  }
}

// The transaction: SLAVEOF, and the CLIENT KILL that cuts our own subscription.
void SentinelLab::obey(StandIn& stand_in, const Connection& connection, const model::Reconfigure& order) {
  if (order.kills_subscribers) cut_subscription(connection.to);
  if (!stand_in.obeys) return;
  stand_in.info.role = order.master ? model::InstanceKind::kReplica : model::InstanceKind::kMaster;
  stand_in.info.master = order.master.value_or(Address{});
  stand_in.info.link_up = order.master.has_value() && stand_in.syncs;
}

void SentinelLab::deliver(Millis delay, model::Socket socket, const model::Callback& callback, model::Message message) {
  const auto read = [this, socket, callback, message = std::move(message)] {
    step(model::MessageArrived{socket, callback, &message});
  };
  arrive(socket, read, delay);
}

void SentinelLab::reset(model::Socket socket) {
  arrive(socket, [this, socket] {
    connections_.erase(socket);
    step(model::Disconnected{socket});
  });
}

// Unless the connection is closed by then.
void SentinelLab::arrive(model::Socket socket, std::function<void()> what, Millis delay) {
  const std::uint32_t number = connections_.at(socket).number;
  agenda_.emplace(now_ + delay, [this, socket, number, what = std::move(what)] {
    const auto found = connections_.find(socket);
    if (found != connections_.end() && found->second.number == number) what();
  });
}

std::optional<model::Socket> SentinelLab::subscription_to(Address address) const {
  for (const auto& [socket, connection] : connections_) {
    if (connection.to == address && connection.subscribed) return socket;
  }
  return std::nullopt;
}

// --- time -----------------------------------------------------------------------------------------

void SentinelLab::step(const model::Input& input) {
  model::Effects effects;
  sentinel_.step(now_, input, random_, effects);
  if (effects.next_timer) timer_ = now_ + *effects.next_timer;
  for (const model::Action& action : effects.actions) {
    std::visit([this](const auto& what) { carry_out(what); }, action);
    if (exited_) return;
  }
}

// Replies are handled between ticks, so what arrives with the timer comes first.
bool SentinelLab::advance(Instant limit) {
  if (exited_) return false;
  const bool agenda_first = !agenda_.empty() && agenda_.begin()->first <= timer_;
  const Instant next = std::max(now_, agenda_first ? agenda_.begin()->first : timer_);
  if (next > limit) return false;
  now_ = next;
  if (agenda_first) {
    const auto happen = agenda_.extract(agenda_.begin());
    happen.mapped()();
  } else {
    step(model::TimerFired{});
  }
  return true;
}

void SentinelLab::run_for(Millis period) {
  const Instant end = now_ + period;
  while (advance(end)) {
  }
  now_ = end;
}

bool SentinelLab::run_until(EventKind kind, Millis limit) {
  return run_until([this, kind, before = count(kind)] { return count(kind) > before; }, limit);
}

bool SentinelLab::run_until(const std::function<bool()>& holds, Millis limit) {
  const Instant end = now_ + limit;
  while (!holds()) {
    if (!advance(end)) return false;
  }
  return true;
}

std::vector<EventKind> SentinelLab::tick() {
  while (!agenda_.empty() && agenda_.begin()->first <= timer_) advance(timer_ + 24h);
  const std::size_t before = seen_.size();
  advance(timer_ + 24h);
  std::vector<EventKind> emitted;
  for (std::size_t i = before; i < seen_.size(); ++i) {
    if (seen_[i].event.published) emitted.push_back(seen_[i].event.kind);
  }
  return emitted;
}

void SentinelLab::step_clock(Millis by) {
  now_ += by;
  timer_ += by;
  std::multimap<Instant, std::function<void()>> moved;
  for (auto& [at, what] : agenda_) moved.emplace(at + by, std::move(what));
  agenda_ = std::move(moved);
}

void SentinelLab::restart(Millis down_time) {
  now_ += down_time;
  exited_ = false;
  agenda_.clear();
  connections_.clear();
  sentinel_ = model::Sentinel(profile_, saved_, now_, hash_seed_);
  step(model::Started{});
}

// --- input ----------------------------------------------------------------------------------------

void SentinelLab::hear(const model::Hello& hello) {
  const model::Message push = model::HelloPush{hello};
  step(model::MessageArrived{subscription_to(kM).value(), {}, &push});
}

void SentinelLab::hear_directly(const model::Hello& hello) { request(model::Publish{hello}); }

model::IsMasterDownReply SentinelLab::ask(const model::IsMasterDown& question) {
  return std::get<model::IsMasterDownReply>(request(question));
}

model::Message SentinelLab::request(const model::Message& message) {
  reply_.reset();
  step(model::MessageArrived{kOtherSentinel, {}, &message});
  return reply_.value();
}

model::Answer SentinelLab::command(const model::Command& command) {
  step(model::CommandArrived{&command});
  return answer_;
}

void SentinelLab::end_script(std::uint32_t pid, model::ScriptEnd end) { step(model::ScriptEnded{pid, end}); }

// --- what can be seen -----------------------------------------------------------------------------

const model::Replica& SentinelLab::replica(Address address) const { return with_address(master().replicas, address); }

const model::Peer& SentinelLab::peer(Address address) const { return with_address(master().peers, address); }

std::vector<EventKind> SentinelLab::kinds() const {
  std::vector<EventKind> kinds;
  for (const Seen& each : seen_) {
    if (each.event.published) kinds.push_back(each.event.kind);
  }
  return kinds;
}

std::size_t SentinelLab::count(EventKind kind) const {
  return static_cast<std::size_t>(std::ranges::count(seen_, kind, [](const Seen& each) { return each.event.kind; }));
}

std::size_t SentinelLab::count(EventKind kind, Address subject) const {
  return static_cast<std::size_t>(std::ranges::count_if(
      seen_, [&](const Seen& each) { return each.event.kind == kind && each.event.address == subject; }));
}

const Seen& SentinelLab::last(EventKind kind) const {
  const auto found =
      std::find_if(seen_.rbegin(), seen_.rend(), [&](const Seen& each) { return each.event.kind == kind; });
  if (found == seen_.rend()) throw std::logic_error("no such event was seen");
  return *found;
}

const Seen& SentinelLab::last(EventKind kind, Address subject) const {
  const auto found = std::find_if(seen_.rbegin(), seen_.rend(), [&](const Seen& each) {
    return each.event.kind == kind && each.event.address == subject;
  });
  if (found == seen_.rend()) throw std::logic_error("no such event was seen");
  return *found;
}

bool SentinelLab::connected(Address address) const {
  return std::ranges::any_of(connections_, [&](const auto& each) { return each.second.to == address; });
}

void SentinelLab::forget() {
  seen_.clear();
  sent_.clear();
  scripts_started_.clear();
  scripts_killed_.clear();
  scripts_collected_.clear();
  scripts_dropped_.clear();
}

}  // namespace sentinel::test
