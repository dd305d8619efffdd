#include "model/sentinel.h"

#include <algorithm>
#include <type_traits>
#include <variant>

namespace sentinel::model {

Sentinel::Sentinel(const Profile& profile, const SentinelConfig& config, Instant now, std::uint64_t hash_seed)
    : profile_(&profile),
      id_(config.id),
      announced_(config.announced),
      current_epoch_(config.current_epoch),
      denies_scripts_reconfig_(config.denies_scripts_reconfig),
      previous_tick_(now),
      order_(hash_seed) {
  for (const MonitoredMaster& master : config.masters) add_master(now, master);
}

void Sentinel::step(Instant now, const Input& input, Random& random, Effects& effects) {
  Turn turn{now, random, effects};
  std::visit(
      Overloaded{
          [&](const Started&) { start(turn); },
          [&](const TimerFired&) { tick(turn); },
          // "Connected" is what a link is from the start of a connect on; there is nothing to do when it succeeds.
          [](const Connected&) {},
          [&](const Disconnected& what) {
            wake();
            connection_lost(what.socket);
          },
          [&](const MessageArrived& what) { message_arrived(turn, what); },
          [&](const CommandArrived& what) {
            wake();
            command_arrived(turn, *what.command);
          },
          [&](const ScriptEnded& what) { script_ended(what); },
      },
      input);
  if (!subscribers_.empty()) publish(turn);
}

// createSentinelRedisInstance().
template <class AnyInstance>
AnyInstance Sentinel::make_instance(Instant now, InstanceKind kind, Address address, Millis down_after) {
  AnyInstance instance;
  instance.kind = kind;
  instance.serial = next_serial_++;
  instance.address = address;
  instance.link = links_.create(now);
  instance.down_after = down_after;
  instance.last_publish = now;
  if constexpr (std::is_base_of_v<DataInstance, AnyInstance>) {
    instance.role_reported = kind;
    instance.role_reported_since = now;
    instance.replica_conf_change = now;
  } else {
    instance.last_hello = now;
    instance.last_down_reply = now;
  }
  return instance;
}

// What the file says of a master, its replicas and the other sentinels; nothing is emitted
// (sentinelHandleConfiguration).
Master& Sentinel::add_master(Instant now, const MonitoredMaster& config) {
  auto master = make_instance<Master>(now, InstanceKind::kMaster, config.address, config.down_after);
  master.name = config.name;
  master.quorum = config.quorum;
  master.parallel_syncs = config.parallel_syncs;
  master.auth_pass = config.auth_pass;
  master.notification_script = config.notification_script;
  master.client_reconfig_script = config.client_reconfig_script;
  master.ping_name = config.ping_name;
  master.failover_timeout = config.failover_timeout;
  master.reboot_down_after = config.master_reboot_down_after;
  master.config_epoch = config.config_epoch;
  master.leader_epoch = config.leader_epoch;
  current_epoch_ = std::max(current_epoch_, config.config_epoch);
  Master& added = *order_.insert(masters_, std::move(master), [](const Master& any) { return hash_key(any.name); });
  for (const Address& replica : config.known_replicas) add_replica(now, added, replica);
  for (const KnownSentinel& known : config.known_sentinels) add_peer(now, added, known);
  return added;
}

// nullptr if the master has a replica with this address.
Replica* Sentinel::add_replica(Instant now, Master& master, Address address) {
  if (find_replica(master, address) != nullptr) return nullptr;
  const auto added =
      order_.insert(master.replicas, make_instance<Replica>(now, InstanceKind::kReplica, address, master.down_after),
                    [](const Replica& any) { return hash_key(any.address); });
  const auto place = static_cast<std::uint16_t>(added - master.replicas.begin());
  if (master.promoted && place <= *master.promoted) ++*master.promoted;  // it was moved
  return &*added;
}

Peer& Sentinel::add_peer(Instant now, Master& master, const KnownSentinel& known) {
  auto peer = make_instance<Peer>(now, InstanceKind::kSentinel, known.address, master.down_after);
  peer.id = known.id;
  share_known_link(master, peer);
  const bool by_address = traits().named_by_address;
  return *order_.insert(master.peers, peer, [by_address](const Peer& any) {
    return by_address ? hash_key(any.address) : hash_key(any.id);
  });
}

Master* Sentinel::find_master(Symbol name) {
  const auto found = std::ranges::find(masters_, name, &Master::name);
  return found == masters_.end() ? nullptr : &*found;
}

Master* Sentinel::find_master(Address address) {
  const auto found = std::ranges::find(masters_, address, [](const Master& master) { return master.address; });
  return found == masters_.end() ? nullptr : &*found;
}

Replica* Sentinel::find_replica(Master& master, Address address) {
  const auto found =
      std::ranges::find(master.replicas, address, [](const Replica& replica) { return replica.address; });
  return found == master.replicas.end() ? nullptr : &*found;
}

Address Sentinel::current_address(const Master& master) {
  const bool advertised = master.in_progress && master.promoted && master.state >= FailoverState::kReconfReplicas;
  return advertised ? master.replicas[*master.promoted].address : master.address;
}

std::uint16_t Sentinel::place_of(const Master& master) const {
  return static_cast<std::uint16_t>(&master - masters_.data());
}

Callback Sentinel::callback_for(const Master& master, const Instance& instance, Callback::What what) const {
  Callback callback{.what = what, .kind = instance.kind, .master = place_of(master), .serial = instance.serial};
  if (instance.kind == InstanceKind::kReplica) {
    callback.index = static_cast<std::uint16_t>(static_cast<const Replica*>(&instance) - master.replicas.data());
  } else if (instance.kind == InstanceKind::kSentinel) {
    callback.index = static_cast<std::uint16_t>(static_cast<const Peer*>(&instance) - master.peers.data());
  }
  return callback;
}

// The master whose instance waits for a reply. A master may have moved since it asked, when another was removed.
Master* Sentinel::find_waiting_master(const Callback& callback) {
  if (callback.master < masters_.size() && find_instance(masters_[callback.master], callback) != nullptr) {
    return &masters_[callback.master];
  }
  const auto found = std::ranges::find_if(
      masters_, [&callback](Master& master) { return find_instance(master, callback) != nullptr; });
  return found == masters_.end() ? nullptr : &*found;
}

// The instance that waits for a reply, or nullptr if it does not exist any more.
Instance* Sentinel::find_instance(Master& master, const Callback& callback) {
  const auto with_serial = [&callback](auto& instances) -> Instance* {
    if (callback.index < instances.size() && instances[callback.index].serial == callback.serial) {
      return &instances[callback.index];
    }
    const auto found = std::ranges::find(instances, callback.serial, [](const Instance& i) { return i.serial; });
    return found == instances.end() ? nullptr : &*found;
  };
  switch (callback.kind) {
    case InstanceKind::kMaster: return master.serial == callback.serial ? &master : nullptr;
    case InstanceKind::kReplica: return with_serial(master.replicas);
    case InstanceKind::kSentinel: return with_serial(master.peers);
  }
  return nullptr;
}

Event Sentinel::event(EventKind kind, const Master& master, const Instance& subject) const {
  return Event{.kind = kind,
               .subject = subject.kind,
               .named_by_address = traits().named_by_address,
               .master_name = master.name,
               .master_address = master.address,
               .address = subject.address,
               .id = subject.id};
}

// sentinelEvent().
void Sentinel::emit(Turn& turn, const Event& event, const Master& master) {
  turn.out.emit(event);
  if (master.notification_script) notify(turn, master, event);
}

void Sentinel::emit(Turn& turn, EventKind kind, const Master& master) { emit(turn, kind, master, master); }

void Sentinel::emit(Turn& turn, EventKind kind, const Master& master, const Instance& subject) {
  emit(turn, event(kind, master, subject), master);
}

void Sentinel::emit_epoch(Turn& turn, const Master& master, Epoch epoch) {
  emit(turn, Event{.kind = EventKind::kNewEpoch, .epoch = epoch}, master);
}

void Sentinel::emit_tilt(Turn& turn, EventKind kind) { turn.out.emit(Event{.kind = kind}); }

}  // namespace sentinel::model
