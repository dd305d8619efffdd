// The two connections to each process: opening, losing, killing, sharing.
#include <algorithm>
#include <utility>

#include "model/sentinel.h"

namespace sentinel::model {

// createInstanceLink(). The active ping starts now, so that a process that never answers goes down.
LinkIndex LinkTable::create(Instant now) {
  const Link fresh{.users = 1, .active_ping = now, .last_available = now, .last_pong = now};
  const auto free = std::ranges::find(links_, 0, &Link::users);
  if (free != links_.end()) {
    *free = fresh;
    return static_cast<LinkIndex>(free - links_.begin());
  }
  links_.push_back(fresh);
  return static_cast<LinkIndex>(links_.size() - 1);
}

// releaseInstanceLink().
void Sentinel::release_link(Turn& turn, const Instance& instance) {
  if (!links_.release(instance.link)) return;
  close_command(turn, instance.link);
  close_subscription(turn, instance.link);
}

// instanceLinkCloseConnection(). hiredis writes when the handlers are done, so that commands of the same step are lost
// with the connection, such as the last SLAVEOF of a failover that a time-out ends. What was sent on a subscription
// that we close stays counted until the next command connection.
void Sentinel::close_command(Turn& turn, LinkIndex index) {
  Link& link = links_[index];
  if (link.command) turn.out.discard(LinkTable::command_socket(index));
  link.pending = 0;
  link.command = false;
  link.disconnected = true;
  wake(index);
}

void Sentinel::close_subscription(Turn& turn, LinkIndex index) {
  Link& link = links_[index];
  if (link.subscription) turn.out.discard(LinkTable::subscription_socket(index));
  link.subscription = false;
  link.subscription_pending = 0;
  link.disconnected = true;
  wake(index);
}

Instant Sentinel::reconnect_due(const Instance& instance) const {
  const Link& link = links_[instance.link];
  if (!link.disconnected || instance.address.port == 0) return kNotDue;
  return traits().throttles_reconnects ? link.last_reconnect + profile_->periods.ping : kNever;
}

// sentinelReconnectInstance(). "Connected" only means that a connect was started and did not fail yet.
void Sentinel::reconnect(Turn& turn, const Master& master, const Instance& instance) {
  if (turn.now < reconnect_due(instance)) return;
  Link& link = links_[instance.link];
  link.last_reconnect = turn.now;

  const bool needs_subscription = instance.kind != InstanceKind::kSentinel;
  if (!link.command) {
    link.command = true;
    link.pending = 0;
    link.command_since = turn.now;
    turn.out.connect(LinkTable::command_socket(instance.link), instance.address);
    introduce(turn, master, instance, LinkTable::command_socket(instance.link));
    send_ping(turn, master, instance);
  }
  if (needs_subscription && !link.subscription) {
    link.subscription = true;
    link.subscription_since = turn.now;
    turn.out.connect(LinkTable::subscription_socket(instance.link), instance.address);
    introduce(turn, master, instance, LinkTable::subscription_socket(instance.link));
    turn.out.send(LinkTable::subscription_socket(instance.link), Callback{}, Subscribe{});
  }
  link.disconnected = false;
}

// sentinelSendAuthIfNeeded(), sentinelSetClientName().
void Sentinel::introduce(Turn& turn, const Master& master, const Instance& instance, Socket socket) {
  if (master.auth_pass && instance.kind != InstanceKind::kSentinel) {
    send_on(turn, master, instance, socket, Callback::What::kDiscard, Auth{master.auth_pass});
  }
  send_on(turn, master, instance, socket, Callback::What::kDiscard, SetName{});
}

// The kill rules of sentinelCheckSubjectivelyDown(): a connection that is old enough and silent is given up, so that
// a new one is tried.
void Sentinel::kill_stale_connections(Turn& turn, const Instance& instance) {
  if (turn.now >= command_stale_at(instance)) close_command(turn, instance.link);
  if (turn.now >= subscription_stale_at(instance)) close_subscription(turn, instance.link);
}

Instant Sentinel::command_stale_at(const Instance& instance) const {
  const Link& link = links_[instance.link];
  if (!link.command || link.active_ping == kNever) return kNotDue;
  const Millis half = instance.down_after / 2;
  return just_after(std::max(
      {link.command_since + profile_->periods.min_link_reconnect, link.active_ping + half, link.last_pong + half}));
}

Instant Sentinel::subscription_stale_at(const Instance& instance) const {
  const Link& link = links_[instance.link];
  if (!link.subscription) return kNotDue;
  const Periods& periods = profile_->periods;
  return just_after(
      std::max(link.subscription_since + periods.min_link_reconnect, link.subscription_activity + 3 * periods.publish));
}

// instanceLinkConnectionError(). The active ping time stays as it is. AUTH and SETNAME that were sent on the
// subscription are answered by its loss (sentinelDiscardReplyCallback); what was sent on the command connection is
// forgotten when there is a new one.
void Sentinel::connection_lost(Socket socket) {
  if (static_cast<std::uint32_t>(socket) >= kAccepted) {
    subscribers_.erase(std::ranges::remove(subscribers_, socket).begin(), subscribers_.end());
    return;  // a client, or another sentinel
  }
  Link& link = links_[LinkTable::index_of(socket)];
  if (LinkTable::is_subscription(socket)) {
    link.subscription = false;
    link.pending = std::max(0, link.pending - std::exchange(link.subscription_pending, 0));
  } else {
    link.command = false;
  }
  link.disconnected = true;
}

// sentinelTryConnectionSharing(): one link to a sentinel, whatever the number of masters that both watch.
void Sentinel::share_known_link(const Master& master, Peer& peer) {
  if (!traits().shares_links) return;
  for (const Master& other : masters_) {
    if (&other == &master) continue;
    const auto same = std::ranges::find(other.peers, peer.id, [](const Peer& known) { return known.id; });
    if (same == other.peers.end()) continue;
    links_.release(peer.link);  // just made, has no connections
    peer.link = same->link;
    links_.share(peer.link);
    return;
  }
}

}  // namespace sentinel::model
