// What survives a restart of a sentinel.
#include "model/sentinel.h"

namespace sentinel::model {

// rewriteConfigSentinelOption(). The address is the advertised one, and the old master stands in place of a promoted
// replica. Not written: the leader that was voted for (only its epoch), when a failover started, who was down.
void Sentinel::save(SentinelConfig& config) const {
  config.announced = announced_;
  config.id = id_;
  config.current_epoch = current_epoch_;
  config.masters.resize(masters_.size());
  for (std::size_t i = 0; i < masters_.size(); ++i) {
    const Master& master = masters_[i];
    MonitoredMaster& line = config.masters[i];
    line.name = master.name;
    line.address = current_address(master);
    line.quorum = master.quorum;
    line.down_after = master.down_after;
    line.failover_timeout = master.failover_timeout;
    line.parallel_syncs = master.parallel_syncs;
    line.auth_pass = master.auth_pass;
    line.notification_script = master.notification_script;
    line.client_reconfig_script = master.client_reconfig_script;
    line.ping_name = master.ping_name;
    line.master_reboot_down_after = master.reboot_down_after;
    line.config_epoch = master.config_epoch;
    line.leader_epoch = master.leader_epoch;
    line.known_replicas.clear();
    for (const Replica& replica : master.replicas) {
      line.known_replicas.push_back(replica.address == line.address ? master.address : replica.address);
    }
    line.known_sentinels.clear();
    for (const Peer& peer : master.peers) line.known_sentinels.push_back({peer.address, peer.id});
  }
}

// sentinelFlushConfig(). Whoever cannot write goes on all the same, with false.
bool Sentinel::flush_config(Turn& turn) const {
  if (!disk_fails_) {
    turn.out.persist();
  } else {
    turn.out.emit({.kind = EventKind::kNotSaved, .published = false});
  }
  return !disk_fails_;
}

// sentinelFlushConfigAndReply().
Answer Sentinel::flush_and_answer(Turn& turn) const {
  const bool saved = flush_config(turn);
  return {.kind = saved || !traits().tells_unsaved ? Answer::Kind::kOk : Answer::Kind::kNotSaved};
}

}  // namespace sentinel::model
