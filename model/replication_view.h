// What a data node tells of its replication when it is asked: the facts of INFO replication and of ROLE.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>

#include "model/data_node.h"
#include "model/ids.h"

namespace sentinel::model {

// Ages are in whole seconds, as INFO has them.
struct ReplicationView {
  struct Replica {
    Address address{};
    bool online = false;
    bool is_sent_file = false;  // the snapshot is on disk, and on its way
    Offset acknowledged = 0;
    std::int64_t lag = 0;  // since the last acknowledgement; 0 unless online
  };

  // Of the link to the master; all but the state count on a replica only.
  ReplicationState link = ReplicationState::kNone;
  std::int64_t last_io_seconds = -1;  // -1: no link
  Offset applied = 0;                 // how much of the master's stream it has; 1: nothing of it
  std::optional<std::int64_t> link_down_seconds{};
  std::optional<std::int64_t> snapshot_size{};  // of a transfer; nullopt: not told yet, or not known
  std::int64_t snapshot_read = 0;               // so much of it is there, as far as it can be told

  boost::container::small_vector<Replica, 4> replicas{};  // in order of attachment
  std::optional<int> good_replicas{};                     // if a minimum of them is configured

  Id replication_id{};
  Id second_id{};
  Offset offset = 0;
  Offset second_offset = -1;
  bool backlog = false;
  std::int64_t backlog_size = 0;
  Offset backlog_first = 0;  // 0: there is none
  std::int64_t backlog_length = 0;
};

}  // namespace sentinel::model
