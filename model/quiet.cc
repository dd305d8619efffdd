// Until when ticks do nothing about an instance: nine in ten have nothing due, and need not look.
#include <algorithm>

#include "model/sentinel.h"

namespace sentinel::model {

// Whether nothing goes on that makes a tick of it depend on others.
bool Sentinel::is_calm(const Master& master) const {
  return !tilt_ && !master.s_down && !master.o_down && !master.in_progress && master.state == FailoverState::kNone &&
         profile_->skips_quiet_ticks;
}

bool Sentinel::is_quiet(const Turn& turn, const Master& master, const Instance& instance) const {
  return turn.now < instance.quiet_until && is_calm(master);
}

// The earliest time at which a tick could do something about an instance of a calm master if nothing arrives until
// then. What arrives only makes that later, but for what wake() is called for.
Instant Sentinel::next_due(const Master& master, const Instance& instance) const {
  Instant due = std::min({reconnect_due(instance), command_stale_at(instance), subscription_stale_at(instance)});
  if (!links_[instance.link].disconnected)
    due = std::min({due, info_due(master, instance), ping_due(instance), hello_due(instance)});
  if (!instance.s_down) due = std::min(due, silent_at(instance));  // who is down stays so until something arrives
  if (&instance != &master) return due;

  due = std::min(due, unfit_at(master));
  for (const Peer& peer : master.peers) {
    if (peer.says_master_down || peer.leader) due = std::min(due, opinion_ends_at(peer));
  }
  return due;
}

// The next tick that is not quiet for all instances of this master.
Instant Sentinel::next_due(const Master& master) const {
  if (!is_calm(master)) return {};
  Instant due = master.quiet_until;
  for (const Replica& replica : master.replicas) due = std::min(due, replica.quiet_until);
  for (const Peer& peer : master.peers) due = std::min(due, peer.quiet_until);
  return due;
}

// Something happened that may be due at once: for all instances of all masters, of one, or for those that share a link.
void Sentinel::wake() {
  for (Master& master : masters_) wake(master);
}

void Sentinel::wake(Master& master) {
  master.quiet_until = master.all_quiet_until = {};
  for (Replica& replica : master.replicas) replica.quiet_until = {};
  for (Peer& peer : master.peers) peer.quiet_until = {};
}

void Sentinel::wake(LinkIndex link) {
  for (Master& master : masters_) {
    const auto wake_user = [&](Instance& instance) {
      if (instance.link == link) instance.quiet_until = master.all_quiet_until = {};
    };
    wake_user(master);
    std::ranges::for_each(master.replicas, wake_user);
    std::ranges::for_each(master.peers, wake_user);
  }
}

}  // namespace sentinel::model
