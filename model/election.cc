// Who leads the failover: votes given, and votes counted.
#include <boost/container/small_vector.hpp>

#include "model/sentinel.h"

namespace sentinel::model {
namespace {

constexpr std::uint32_t kMaxDesync = 1000;  // SENTINEL_MAX_DESYNC, in milliseconds

}  // namespace

// sentinelVoteLeader(). First come, first served, one vote per epoch and master. A vote for another moves our own
// failover start time: it blocks our next try, and if we are a candidate ourselves it moves our deadline.
Sentinel::Vote Sentinel::vote_leader(Turn& turn, Master& master, Epoch epoch, const Id& candidate) {
  if (epoch > current_epoch_) {
    current_epoch_ = epoch;
    flush_config(turn);
    emit_epoch(turn, master, current_epoch_);
  }
  if (master.leader_epoch < epoch && current_epoch_ <= epoch) {
    master.leader = candidate;
    master.leader_epoch = current_epoch_;
    flush_config(turn);
    emit(turn,
         Event{.kind = EventKind::kVoteForLeader,
               .master_name = master.name,
               .candidate = candidate,
               .epoch = master.leader_epoch},
         master);
    if (candidate != id_) master.failover_start = turn.now + draw_desync(turn);
  }
  return Vote{master.leader, master.leader_epoch};
}

Millis Sentinel::draw_desync(Turn& turn) { return Millis{turn.random.below(Random::Stream::kDesync, kMaxDesync)}; }

// sentinelGetLeader(). The votes of the others count if they are of our *current* epoch, our own if it is of the
// *failover* epoch. Every sentinel that we know is a voter, reachable or not.
std::optional<Id> Sentinel::count_votes(Turn& turn, Master& master) {
  struct Tally {
    Id candidate;
    int votes;
  };
  boost::container::small_vector<Tally, 8> tallies;
  const auto add_vote = [&tallies](const Id& candidate) {
    for (Tally& tally : tallies) {
      if (tally.candidate == candidate) return ++tally.votes;
    }
    tallies.push_back({candidate, 1});
    return 1;
  };

  for (const Peer& peer : master.peers) {
    if (peer.leader && peer.leader_epoch == current_epoch_) add_vote(*peer.leader);
  }
  std::optional<Id> best;
  int best_votes = 0;
  for (const Tally& tally : tallies) {
    if (tally.votes > best_votes) {
      best = tally.candidate;
      best_votes = tally.votes;
    }
  }

  const Vote own = vote_leader(turn, master, master.failover_epoch, best.value_or(id_));
  if (own.leader && own.epoch == master.failover_epoch) {
    const int votes = add_vote(*own.leader);
    if (votes > best_votes) {
      best = own.leader;
      best_votes = votes;
    }
  }

  const int voters = static_cast<int>(master.peers.size()) + 1;
  const bool elected = best_votes >= voters / 2 + 1 && best_votes >= master.quorum;
  return elected ? best : std::nullopt;
}

}  // namespace sentinel::model
