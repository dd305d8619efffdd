// Hellos: how sentinels find each other, and how a newer configuration spreads.
#include <algorithm>

#include "model/sentinel.h"

namespace sentinel::model {

// sentinelProcessHelloMessage(). The name selects the master: two deployments that share a name mix.
void Sentinel::hello_arrived(Turn& turn, const Hello& hello) {
  Master* master = find_master(hello.master_name);
  if (master == nullptr) return;

  const auto known = std::ranges::find_if(
      master->peers, [&](const Peer& peer) { return peer.address == hello.sender && peer.id == hello.sender_id; });
  const bool is_known = known != master->peers.end();
  if (!is_known || hello.config_epoch > master->config_epoch) wake();
  Peer& sender = is_known ? *known : meet(turn, *master, hello);

  if (hello.current_epoch > current_epoch_) {
    current_epoch_ = hello.current_epoch;
    flush_config(turn);
    emit_epoch(turn, *master, current_epoch_);
  }

  // An equal config epoch never changes anything, whatever the address.
  if (hello.config_epoch > master->config_epoch) {
    master->config_epoch = hello.config_epoch;
    if (hello.master != master->address) {
      emit(turn, EventKind::kConfigUpdateFrom, *master, sender);
      const Address old = master->address;
      reset_and_change_address(turn, *master, hello.master);
      reconfigure_clients(turn, *master, false, old, hello.master);
    }
  }
  sender.last_hello = turn.now;
}

// A sender that is not known by this address and id: new, moved, or in the place of another one.
Peer& Sentinel::meet(Turn& turn, Master& master, const Hello& hello) {
  if (traits().displaced == SentinelTraits::Displaced::kDuplicate) return meet_as_new(turn, master, hello);
  const bool moved = remove_peer(turn, master, hello.sender_id);
  if (moved) {
    Event moving = event(EventKind::kSentinelAddressSwitch, master, master);
    moving.new_address = hello.sender;
    moving.id = hello.sender_id;
    emit(turn, moving, master);
  } else {
    const auto at_address =
        std::ranges::find(master.peers, hello.sender, [](const Peer& peer) { return peer.address; });
    if (at_address != master.peers.end()) displace(turn, master, *at_address);
  }

  Peer& peer = add_peer(turn.now, master, KnownSentinel{hello.sender, hello.sender_id});
  if (moved) {
    update_address_everywhere(turn, master, peer);
  } else {
    emit(turn, EventKind::kSentinel, master, peer);
  }
  flush_config(turn);
  return peer;
}

// Up to 3.0 every sender that is not known is a new sentinel, and takes the place of all with its id or its address
// (removeMatchingSentinelsFromMaster).
Peer& Sentinel::meet_as_new(Turn& turn, Master& master, const Hello& hello) {
  const auto is_duplicate = [&](const Peer& peer) {
    return peer.id == hello.sender_id || peer.address == hello.sender;
  };
  for (const Peer& peer : master.peers) {
    if (is_duplicate(peer)) release_link(turn, peer);
  }
  const auto kept = std::ranges::remove_if(master.peers, is_duplicate).begin();
  if (kept != master.peers.end()) {
    master.peers.erase(kept, master.peers.end());
    Event duplicate = event(EventKind::kDuplicateSentinel, master, master);
    duplicate.new_address = hello.sender;
    duplicate.id = hello.sender_id;
    emit(turn, duplicate, master);
  }
  Peer& peer = add_peer(turn.now, master, KnownSentinel{hello.sender, hello.sender_id});
  emit(turn, EventKind::kSentinel, master, peer);
  flush_config(turn);
  return peer;
}

// Another sentinel says hello from the address of this one.
void Sentinel::displace(Turn& turn, Master& master, Peer& peer) {
  emit(turn, EventKind::kSentinelInvalidAddress, master, peer);
  if (traits().displaced == SentinelTraits::Displaced::kKeptWithoutAddress) {
    peer.address.port = 0;
    update_address_everywhere(turn, master, peer);
    return;
  }
  const Id stale = peer.id;
  for (Master& any : masters_) remove_peer(turn, any, stale);
}

// removeMatchingSentinelFromMaster(). False if it was not known.
bool Sentinel::remove_peer(Turn& turn, Master& master, const Id& id) {
  const auto found = std::ranges::find(master.peers, id, [](const Peer& peer) { return peer.id; });
  if (found == master.peers.end()) return false;
  release_link(turn, *found);
  master.peers.erase(found);
  return true;
}

// sentinelUpdateSentinelAddressInAllMasters(). The connections to the old address are given up.
void Sentinel::update_address_everywhere(Turn& turn, const Master& master, const Peer& peer) {
  close_command(turn, peer.link);
  std::int64_t updated = 0;
  for (Master& other : masters_) {
    if (&other == &master) continue;
    const auto same = std::ranges::find(other.peers, peer.id, [](const Peer& known) { return known.id; });
    if (same == other.peers.end()) continue;
    close_command(turn, same->link);
    same->address = peer.address;
    ++updated;
  }
  if (updated == 0) return;
  Event update = event(EventKind::kSentinelAddressUpdate, master, peer);
  update.value = updated;
  emit(turn, update, master);
}

// sentinelForceHelloUpdateForMaster(): all hellos are due at the next tick.
void Sentinel::force_hello(Master& master) {
  wake(master);
  const Millis back = profile_->periods.publish + Millis{1};
  master.last_publish -= back;
  for (Replica& replica : master.replicas) replica.last_publish -= back;
  for (Peer& peer : master.peers) peer.last_publish -= back;
}

}  // namespace sentinel::model
