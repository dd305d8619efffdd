#include "sim/query/sentinel_fields.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <string_view>

#include "sim/event_text.h"
#include "sim/script_text.h"

namespace sentinel::sim {
namespace {

using model::DataInstance;
using model::Instance;
using model::InstanceKind;
using model::kNever;
using model::Link;
using model::Master;
using model::Peer;
using model::Replica;

// sentinelFailoverStateStr(), in the order of FailoverState.
constexpr auto kStates = std::to_array<std::string_view>({
    "none",
    "wait_start",
    "select_slave",
    "send_slaveof_noone",
    "wait_promotion",
    "reconf_slaves",
    "update_config",
});

const Master* as_master(const Instance& instance) {
  return instance.kind == InstanceKind::kMaster ? static_cast<const Master*>(&instance) : nullptr;
}

void add_flag(std::string& flags, bool holds, std::string_view flag) {
  if (!holds) return;
  if (!flags.empty()) flags += ',';
  flags += flag;
}

std::string_view status_of(const Master& master) {
  if (master.o_down) return "odown";
  return master.s_down ? "sdown" : "ok";
}

std::string role_text(InstanceKind role) { return std::string{model::instance_kind_name(role)}; }

std::string info_heading(const DataInstance& instance) {
  return "# Server\r\nrun_id:" + (instance.id.known() ? instance.id.text() : "") +
         "\r\n\r\n# Replication\r\nrole:" + role_text(instance.role_reported) + "\r\n";
}

}  // namespace

std::string_view failover_state_name(model::FailoverState state) { return kStates.at(static_cast<std::size_t>(state)); }

// Names and values in turn.
class SentinelFields::List {
 public:
  void add(std::string_view name, Reply value) {
    items_.push_back(bulk_reply(std::string{name}));
    items_.push_back(std::move(value));
  }
  void add(std::string_view name, std::string value) { add(name, bulk_reply(std::move(value))); }
  void add(std::string_view name, std::int64_t value) { add(name, std::to_string(value)); }
  void add(std::string_view name, model::Millis value) { add(name, value.count()); }

  Reply reply() && { return array_reply(std::move(items_)); }

 private:
  std::vector<Reply> items_;
};

// --- flags ------------------------------------------------------------------------------------------------

std::string SentinelFields::flags_of(const Instance& instance) const {
  std::string flags;
  const auto* const master = as_master(instance);
  add_flag(flags, instance.s_down, "s_down");
  add_flag(flags, master != nullptr && master->o_down, "o_down");
  add_flag(flags, true, role_text(instance.kind));
  add_flag(flags, sentinel_->link_of(instance).disconnected, "disconnected");
  return flags;
}

std::string SentinelFields::flags_of(const Master& master) const {
  std::string flags = flags_of(static_cast<const Instance&>(master));
  add_flag(flags, master.in_progress, "failover_in_progress");
  add_flag(flags, master.forced && traits_->tells_forced_failover, "force_failover");
  add_flag(flags, master.script_kill_sent && traits_->tells_forced_failover, "script_kill_sent");
  add_flag(flags, master.rebooted && traits_->knows_reboots, "master_reboot");
  return flags;
}

std::string SentinelFields::flags_of(const Replica& replica) const {
  std::string flags = flags_of(static_cast<const Instance&>(replica));
  add_flag(flags, replica.promoted, "promoted");
  add_flag(flags, replica.has(Replica::Reconf::kSent), "reconf_sent");
  add_flag(flags, replica.has(Replica::Reconf::kInProgress), "reconf_inprog");
  add_flag(flags, replica.has(Replica::Reconf::kDone), "reconf_done");
  add_flag(flags, replica.script_kill_sent && traits_->tells_forced_failover, "script_kill_sent");
  return flags;
}

std::string SentinelFields::flags_of(const Peer& peer) const {
  std::string flags = flags_of(static_cast<const Instance&>(peer));
  add_flag(flags, peer.says_master_down, "master_down");
  return flags;
}

// --- records ----------------------------------------------------------------------------------------------

void SentinelFields::add_common(List& list, const std::string& name, const Instance& instance,
                                const std::string& flags) const {
  const auto* const master = as_master(instance);
  const Link& link = sentinel_->link_of(instance);
  list.add("name", name);
  list.add("ip", host(instance.address));
  list.add("port", instance.address.port);
  list.add("runid", instance.id.known() ? instance.id.text() : "");
  list.add("flags", flags);
  list.add(traits_->shares_links ? "link-pending-commands" : "pending-commands", link.pending);
  if (traits_->shares_links) list.add("link-refcount", link.users);
  if (master != nullptr && master->in_progress)
    list.add("failover-state", std::string{failover_state_name(master->state)});
  list.add("last-ping-sent", link.active_ping == kNever ? "0" : age(link.active_ping));
  list.add("last-ok-ping-reply", age(link.last_available));
  list.add("last-ping-reply", age(link.last_pong));
  if (instance.s_down) list.add("s-down-time", age(instance.s_down_since));
  if (master != nullptr && master->o_down) list.add("o-down-time", age(master->o_down_since));
  list.add("down-after-milliseconds", instance.down_after);
}

std::int64_t SentinelFields::age_of_info(const DataInstance& instance) const {
  const bool never = instance.info_refresh == kNever && traits_->tells_never_refreshed;
  return never ? 0 : (now_ - instance.info_refresh).count();
}

void SentinelFields::add_info_fields(List& list, const DataInstance& instance) const {
  list.add("info-refresh", age_of_info(instance));
  list.add("role-reported", role_text(instance.role_reported));
  list.add("role-reported-time", age(instance.role_reported_since));
}

Reply SentinelFields::master(const Master& master) const {
  List list;
  add_common(list, std::string{symbols_->text(master.name)}, master, flags_of(master));
  add_info_fields(list, master);
  list.add("config-epoch", std::to_string(master.config_epoch.value));
  list.add("num-slaves", static_cast<std::int64_t>(master.replicas.size()));
  list.add("num-other-sentinels", static_cast<std::int64_t>(master.peers.size()));
  list.add("quorum", master.quorum);
  list.add("failover-timeout", master.failover_timeout);
  list.add("parallel-syncs", master.parallel_syncs);
  const auto add_script = [&](std::string_view name, model::Symbol path) {
    if (path) list.add(name, std::string{symbols_->text(path)});
  };
  add_script("notification-script", master.notification_script);
  add_script("client-reconfig-script", master.client_reconfig_script);
  return std::move(list).reply();
}

Reply SentinelFields::replica(const Replica& replica) const {
  List list;
  add_common(list, name_and_port(replica.address, *symbols_), replica, flags_of(replica));
  add_info_fields(list, replica);
  list.add("master-link-down-time", replica.link_down_time);
  list.add("master-link-status", replica.master_link_up ? "ok" : "err");
  list.add("master-host", replica.master ? host(*replica.master) : "?");
  list.add("master-port", replica.master ? replica.master->port : 0);
  list.add("slave-priority", replica.priority);
  list.add("slave-repl-offset", replica.offset);
  if (traits_->knows_announced) list.add("replica-announced", replica.announced ? 1 : 0);
  return std::move(list).reply();
}

Reply SentinelFields::peer(const Peer& peer) const {
  List list;
  const std::string name = traits_->named_by_address ? name_and_port(peer.address, *symbols_) : peer.id.text();
  add_common(list, name, peer, flags_of(peer));
  list.add("last-hello-message", age(peer.last_hello));
  list.add("voted-leader", peer.leader ? peer.leader->text() : "?");
  list.add("voted-leader-epoch", std::to_string(peer.leader_epoch.value));
  return std::move(list).reply();
}

Reply SentinelFields::pending_scripts() const {
  std::vector<Reply> jobs;
  for (const model::ScriptJob& job : sentinel_->scripts()) {
    std::vector<Reply> argv;
    for (std::string& word : script_words(job.path, job.arguments, *symbols_))
      argv.push_back(bulk_reply(std::move(word)));
    const bool runs = job.pid != 0;
    const model::Millis age = now_ - job.start;
    const model::Millis delay = std::max(model::Millis{0}, job.start == kNever ? model::Millis{0} : -age);
    List list;
    list.add("argv", array_reply(std::move(argv)));
    list.add("flags", runs ? "running" : "scheduled");
    list.add("pid", job.pid);
    list.add(runs ? "run-time" : "run-delay", runs ? age : delay);
    list.add("retry-num", job.runs);
    jobs.push_back(std::move(list).reply());
  }
  return array_reply(std::move(jobs));
}

// --- INFO -------------------------------------------------------------------------------------------------

// genRedisInfoString(), the section "sentinel".
std::string SentinelFields::info() const {
  std::string text = "# Sentinel\r\n";
  const auto add = [&text](std::string_view name, std::int64_t value) {
    text += std::string{name} + ":" + std::to_string(value) + "\r\n";
  };
  add("sentinel_masters", static_cast<std::int64_t>(sentinel_->masters().size()));
  add("sentinel_tilt", sentinel_->tilt() ? 1 : 0);
  if (traits_->tells_tilt_since) {
    const auto since = std::chrono::duration_cast<std::chrono::seconds>(now_ - sentinel_->tilt_since());
    add("sentinel_tilt_since_seconds", sentinel_->tilt() ? since.count() : -1);
  }
  add("sentinel_running_scripts", sentinel_->running_scripts());
  add("sentinel_scripts_queue_length", static_cast<std::int64_t>(sentinel_->scripts().size()));
  if (traits_->simulates_failures) {
    const model::SimulateFailureCommand& failure = sentinel_->simulated_failure();
    add("sentinel_simulate_failure_flags",
        (failure.crash_after_election ? 1 : 0) + (failure.crash_after_promotion ? 2 : 0));
  }
  std::size_t place = 0;
  for (const Master& master : sentinel_->masters()) {
    text += "master" + std::to_string(place++) + ":name=" + std::string{symbols_->text(master.name)} +
            ",status=" + std::string{status_of(master)} + ",address=" + host(master.address) + ":" +
            std::to_string(master.address.port) + ",slaves=" + std::to_string(master.replicas.size()) +
            ",sentinels=" + std::to_string(master.peers.size() + 1) + "\r\n";
  }
  return text;
}

Reply SentinelFields::info_of(const Master& master) const {
  if (master.info_refresh == kNever) return {Nil{}};
  std::string text = info_heading(master);
  std::size_t place = 0;
  for (const Replica& replica : master.replicas) {
    text += "slave" + std::to_string(place++) + ":ip=" + host(replica.address) +
            ",port=" + std::to_string(replica.address.port) + "\r\n";
  }
  return bulk_reply(text);
}

Reply SentinelFields::info_of(const Replica& replica) const {
  if (replica.info_refresh == kNever) return {Nil{}};
  std::string text = info_heading(replica);
  if (replica.role_reported == InstanceKind::kMaster || !replica.master) return bulk_reply(text);
  text += "master_host:" + host(*replica.master) + "\r\nmaster_port:" + std::to_string(replica.master->port) +
          "\r\nmaster_link_status:" + (replica.master_link_up ? "up" : "down") +
          "\r\nslave_repl_offset:" + std::to_string(replica.offset) + "\r\n";
  if (!replica.master_link_up) {
    const auto down = std::chrono::duration_cast<std::chrono::seconds>(replica.link_down_time).count();
    text += "master_link_down_since_seconds:" + std::to_string(down) + "\r\n";
  }
  text += "slave_priority:" + std::to_string(replica.priority) + "\r\n";
  if (traits_->knows_announced) text += std::string{"replica_announced:"} + (replica.announced ? "1" : "0") + "\r\n";
  return bulk_reply(text);
}

}  // namespace sentinel::sim
