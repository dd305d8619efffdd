#include "model/replication_view.h"

namespace sentinel::model {

// genRedisInfoString()
ReplicationView DataNode::replication(Instant now) const {
  ReplicationView view{.link = upstream_.state,
                       .link_down_seconds = info(now).link_down_seconds,
                       .replication_id = replication_id_,
                       .second_id = second_id_,
                       .offset = offset_,
                       .second_offset = second_offset_,
                       .backlog = backlog_,
                       .backlog_size = config_.backlog_size};
  const bool is_up = upstream_.state == ReplicationState::kConnected;
  if (is_up) view.last_io_seconds = seconds_between(upstream_.last_io, now).count();
  view.applied = is_up || upstream_.can_resume ? upstream_.offset : 1;
  for (const Downstream& replica : downstreams_) {
    const bool online = replica.state == Downstream::State::kOnline;
    const std::int64_t lag = online ? seconds_between(replica.acknowledged_at, now).count() : 0;
    view.replicas.push_back({.address = replica.address,
                             .online = online,
                             .is_sent_file = replica.state == Downstream::State::kSendFile,
                             .acknowledged = replica.acknowledged,
                             .lag = lag});
  }
  const auto& header = upstream_.transfer.header;
  if (header && header->size) {
    // The bandwidth is that of the master, which is taken to be like ours.
    const std::int64_t elapsed = std::max<std::int64_t>(0, (now - upstream_.transfer.began).count());
    view.snapshot_size = header->size;
    view.snapshot_read = std::min(*header->size, config_.bandwidth / 1'000 * elapsed);
  }
  if (needs_good_replicas()) view.good_replicas = good_replicas_;
  if (backlog_) {
    view.backlog_first = offset_ - backlog_length_ + 1;
    view.backlog_length = backlog_length_;
  }
  return view;
}

}  // namespace sentinel::model
