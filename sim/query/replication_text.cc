#include "sim/query/replication_text.h"

#include <string_view>
#include <utility>
#include <vector>

#include "model/replication_view.h"

namespace sentinel::sim {
namespace {

using model::ReplicationState;
using model::ReplicationView;

// `name:value` lines.
class Lines {
 public:
  void add(std::string_view name, std::string_view value) {
    text_ += name;
    text_ += ':';
    text_ += value;
    text_ += "\r\n";
  }
  void add(std::string_view name, std::int64_t value) { add(name, std::to_string(value)); }

  std::string text() && { return std::move(text_); }

 private:
  std::string text_ = "# Replication\r\n";
};

// With two digits. What is unknown is printed as real Redis does: 0 of -1.
std::string percent(std::int64_t part, std::int64_t whole) {
  if (whole <= 0) return "-0.00";
  const std::int64_t hundredths = part * 10'000 / whole;
  const std::string fraction = std::to_string(hundredths % 100);
  return std::to_string(hundredths / 100) + "." + (fraction.size() == 1 ? "0" : "") + fraction;
}

// A size that is not told yet is -1, and so is that of a snapshot that is streamed.
void add_transfer(Lines& lines, const ReplicationView& view, const model::DataNodeTraits& traits) {
  const std::int64_t size = view.snapshot_size.value_or(-1);
  const std::int64_t left = view.snapshot_size ? size - view.snapshot_read : -1;
  if (traits.tells_failover) {
    lines.add("master_sync_total_bytes", size);
    lines.add("master_sync_read_bytes", view.snapshot_read);
  }
  lines.add("master_sync_left_bytes", left);
  if (traits.tells_failover) lines.add("master_sync_perc", percent(view.snapshot_read, size));
  lines.add("master_sync_last_io_seconds_ago", 0);
}

void add_master(Lines& lines, const model::DataNode& node, const ReplicationView& view, const Scenario& scenario) {
  const model::DataNodeTraits& traits = scenario.profile->data_node;
  const bool is_syncing = view.link == ReplicationState::kTransfer;
  lines.add("master_host", scenario.symbols.text(node.master()->host));
  lines.add("master_port", node.master()->port);
  lines.add("master_link_status", view.link == ReplicationState::kConnected ? "up" : "down");
  lines.add("master_last_io_seconds_ago", view.last_io_seconds);
  lines.add("master_sync_in_progress", is_syncing ? 1 : 0);
  if (traits.tells_read_offset) lines.add("slave_read_repl_offset", view.applied);
  lines.add("slave_repl_offset", view.applied);
  if (is_syncing) add_transfer(lines, view, traits);
  if (view.link_down_seconds) lines.add("master_link_down_since_seconds", *view.link_down_seconds);
  lines.add("slave_priority", node.config().priority);
  lines.add("slave_read_only", node.config().read_only ? 1 : 0);
  if (traits.tells_announced) lines.add("replica_announced", node.config().announce_replica ? 1 : 0);
}

// A replica that waits for the end of a snapshot is in the same state as one that waits for its beginning.
void add_replicas(Lines& lines, const ReplicationView& view, const SymbolTable& symbols) {
  lines.add("connected_slaves", static_cast<std::int64_t>(view.replicas.size()));
  if (view.good_replicas) lines.add("min_slaves_good_slaves", *view.good_replicas);
  std::size_t place = 0;
  for (const ReplicationView::Replica& replica : view.replicas) {
    lines.add("slave" + std::to_string(place++), "ip=" + std::string{symbols.text(replica.address.host)} +
                                                     ",port=" + std::to_string(replica.address.port) + ",state=" +
                                                     (replica.online         ? "online"
                                                      : replica.is_sent_file ? "send_bulk"
                                                                             : "wait_bgsave") +
                                                     ",offset=" + std::to_string(replica.acknowledged) +
                                                     ",lag=" + std::to_string(replica.lag));
  }
}

std::string_view state_text(ReplicationState state) {
  switch (state) {
    case ReplicationState::kNone: return "none";
    case ReplicationState::kConnect: return "connect";
    case ReplicationState::kConnecting: return "connecting";
    case ReplicationState::kTransfer: return "sync";
    case ReplicationState::kConnected: return "connected";
    default: return "handshake";
  }
}

}  // namespace

std::string replication_section(const model::DataNode& node, const Scenario& scenario, model::Instant now) {
  const ReplicationView view = node.replication(now);
  const model::DataNodeTraits& traits = scenario.profile->data_node;
  Lines lines;
  lines.add("role", node.is_master() ? "master" : "slave");
  if (!node.is_master()) add_master(lines, node, view, scenario);
  add_replicas(lines, view, scenario.symbols);
  if (traits.tells_failover) lines.add("master_failover_state", "no-failover");
  if (traits.shares_history) {
    lines.add("master_replid", view.replication_id.text());
    lines.add("master_replid2", view.second_id.text());
  }
  lines.add("master_repl_offset", view.offset);
  if (traits.shares_history) lines.add("second_repl_offset", view.second_offset);
  lines.add("repl_backlog_active", view.backlog ? 1 : 0);
  lines.add("repl_backlog_size", view.backlog_size);
  lines.add("repl_backlog_first_byte_offset", view.backlog_first);
  lines.add("repl_backlog_histlen", view.backlog_length);
  return std::move(lines).text();
}

// roleCommand()
Reply role_reply(const model::DataNode& node, const Scenario& scenario, model::Instant now) {
  const ReplicationView view = node.replication(now);
  const auto host = [&](const model::Address& address) {
    return bulk_reply(std::string{scenario.symbols.text(address.host)});
  };
  if (!node.is_master()) {
    const bool is_up = view.link == ReplicationState::kConnected;
    return array_reply({bulk_reply("slave"), host(*node.master()), integer_reply(node.master()->port),
                        bulk_reply(std::string{state_text(view.link)}), integer_reply(is_up ? view.applied : -1)});
  }
  std::vector<Reply> replicas;
  for (const ReplicationView::Replica& replica : view.replicas) {
    if (!replica.online) continue;
    replicas.push_back(array_reply({host(replica.address), bulk_reply(std::to_string(replica.address.port)),
                                    bulk_reply(std::to_string(replica.acknowledged))}));
  }
  return array_reply({bulk_reply("master"), integer_reply(view.offset), array_reply(std::move(replicas))});
}

}  // namespace sentinel::sim
