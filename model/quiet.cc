// Until when ticks do nothing about an instance: nine in ten have nothing due, and need not look.
#include <algorithm>

#include "model/sentinel.h"

namespace sentinel::model {
namespace {

constexpr Millis kMore{1};  // all conditions are of the form: more than so long ago

}  // namespace

// Whether nothing goes on that makes a tick of it depend on others.
bool Sentinel::is_calm(const Master& master) const {
  return !tilt_ && !master.s_down && !master.o_down && !master.in_progress && master.state == FailoverState::kNone &&
         profile_->skips_quiet_ticks;
}

bool Sentinel::is_quiet(const Turn& turn, const Master& master, const Instance& instance) const {
  return turn.now < instance.quiet_until && is_calm(master);
}

// The earliest time at which a tick could do something about an instance of a calm master if nothing arrives until
// then. What arrives only makes that later, but for what wake() is called for. Each line is the condition of a rule in
// links.cc, monitoring.cc or failure_detection.cc.
Instant Sentinel::next_due(const Turn& turn, const Master& master, const Instance& instance) const {
  const Periods& periods = profile_->periods;
  const Link& link = links_[instance.link];
  Instant due = Instant::max();
  const auto after = [&due](Instant at) { due = std::min(due, at + kMore); };
  if (link.disconnected) {
    if (!traits().throttles_reconnects) return turn.now;
    if (instance.address.port != 0) due = link.last_reconnect + periods.ping;
  } else {
    if (instance.kind != InstanceKind::kSentinel) {
      const Instant refresh = static_cast<const DataInstance&>(instance).info_refresh;
      if (refresh == kNever) return turn.now;
      after(refresh + info_period(master, instance));
    }
    const Millis period = std::min(instance.down_after, periods.ping);
    const Instant spaced = traits().spaces_pings ? link.last_ping + period / 2 : kNever;
    after(std::max(link.last_pong + period, spaced));
    after(instance.last_publish + periods.publish);
  }

  const bool awaits_pong = link.active_ping != kNever;
  if (!instance.s_down) {  // who is down stays so until something arrives
    if (awaits_pong) {
      after(link.active_ping + instance.down_after);
    } else if (link.disconnected && traits().counts_lost_links) {
      after(link.last_available + instance.down_after);
    }
  }
  const Millis half = instance.down_after / 2;
  if (link.command && awaits_pong)
    after(std::max({link.command_since + periods.min_link_reconnect, link.active_ping + half, link.last_pong + half}));
  if (link.subscription) {
    after(std::max(link.subscription_since + periods.min_link_reconnect,
                   link.subscription_activity + 3 * periods.publish));
  }
  if (&instance != &master) return due;

  if (master.role_reported == InstanceKind::kReplica)
    after(master.role_reported_since + master.down_after + 2 * periods.info);
  if (master.rebooted) after(master.rebooted_at + master.reboot_down_after);
  for (const Peer& peer : master.peers) {
    if (peer.says_master_down || peer.leader) after(peer.last_down_reply + 5 * periods.ask);
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
