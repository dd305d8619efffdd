// Hellos: how sentinels find each other, and how a newer configuration spreads.
#include <algorithm>

#include "model/sentinel.h"

namespace sentinel::model {

// sentinelProcessHelloMessage(). The name selects the master: two deployments that share a name mix.
void Sentinel::hello_arrived(Turn& turn, const Hello& hello) {
  Master* master = find_master(hello.master_name);
  if (master == nullptr) return;

  auto sender = std::ranges::find_if(
      master->peers, [&](const Peer& peer) { return peer.address == hello.sender && peer.id == hello.sender_id; });
  if (sender == master->peers.end()) {
    meet(turn, *master, hello);
    sender = master->peers.end() - 1;
  }

  if (hello.current_epoch > current_epoch_) {
    current_epoch_ = hello.current_epoch;
    turn.out.persist();
    emit_epoch(turn, current_epoch_);
  }

  // An equal config epoch never changes anything, whatever the address.
  if (hello.config_epoch > master->config_epoch) {
    master->config_epoch = hello.config_epoch;
    if (hello.master != master->address) {
      emit(turn, EventKind::kConfigUpdateFrom, *master, *sender);
      reset_and_change_address(turn, *master, hello.master);
    }
  }
  sender->last_hello = turn.now;
}

// A sender that is not known by this address and id: new, moved, or in the place of another one.
void Sentinel::meet(Turn& turn, Master& master, const Hello& hello) {
  const bool moved = remove_peer(turn, master, hello.sender_id);
  if (moved) {
    Event moving = event(EventKind::kSentinelAddressSwitch, master, master);
    moving.new_address = hello.sender;
    moving.id = hello.sender_id;
    turn.out.emit(moving);
  } else {
    const auto at_address =
        std::ranges::find(master.peers, hello.sender, [](const Peer& peer) { return peer.address; });
    if (at_address != master.peers.end()) {
      emit(turn, EventKind::kSentinelInvalidAddress, master, *at_address);
      const Id stale = at_address->id;
      for (Master& any : masters_) remove_peer(turn, any, stale);
    }
  }

  Peer& peer = add_peer(turn.now, master, KnownSentinel{hello.sender, hello.sender_id});
  if (moved) {
    update_address_elsewhere(turn, master, peer);
  } else {
    emit(turn, EventKind::kSentinel, master, peer);
  }
  turn.out.persist();
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
void Sentinel::update_address_elsewhere(Turn& turn, const Master& master, const Peer& peer) {
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
  turn.out.emit(update);
}

// sentinelForceHelloUpdateForMaster(): all hellos are due at the next tick.
void Sentinel::force_hello(Master& master) const {
  const Millis back = profile_->periods.publish + Millis{1};
  master.last_publish -= back;
  for (Replica& replica : master.replicas) replica.last_publish -= back;
  for (Peer& peer : master.peers) peer.last_publish -= back;
}

}  // namespace sentinel::model
