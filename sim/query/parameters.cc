#include "sim/query/parameters.h"

#include <algorithm>
#include <array>
#include <chrono>

#include "sim/event_text.h"

namespace sentinel::sim {
namespace {

using Config = model::DataNodeConfig;
using enum Parameter::Kind;

template <auto member>
std::string number(const Config& config, const Node& /*node*/, const Scenario& /*scenario*/) {
  return std::to_string(config.*member);
}

template <auto member>
std::string seconds(const Config& config, const Node& /*node*/, const Scenario& /*scenario*/) {
  return std::to_string(std::chrono::duration_cast<std::chrono::seconds>(config.*member).count());
}

template <auto member>
std::string millis(const Config& config, const Node& /*node*/, const Scenario& /*scenario*/) {
  return std::to_string((config.*member).count());
}

std::string yes_no(bool value) { return value ? "yes" : "no"; }

template <auto member>
std::string flag(const Config& config, const Node& /*node*/, const Scenario& /*scenario*/) {
  return yes_no(config.*member);
}

template <auto member>
std::string text(const Config& config, const Node& /*node*/, const Scenario& scenario) {
  return std::string{scenario.symbols.text(config.*member)};
}

std::string replicaof(const Config& config, const Node& /*node*/, const Scenario& scenario) {
  return config.replicaof ? address_text(*config.replicaof, scenario.symbols) : "";
}

std::string diskless(const Config& config, const Node& /*node*/, const Scenario& scenario) {
  return yes_no(config.diskless_sync.value_or(scenario.profile->data_node.syncs_diskless));
}

std::string port(const Config& /*config*/, const Node& node, const Scenario& /*scenario*/) {
  return std::to_string(node.address.port);
}

std::string announce_ip(const Config& config, const Node& node, const Scenario& scenario) {
  const model::Symbol host = config.announced.host;
  return host == node.address.host ? "" : std::string{scenario.symbols.text(host)};
}

std::string announce_port(const Config& config, const Node& node, const Scenario& /*scenario*/) {
  return config.announced.port == node.address.port ? "0" : std::to_string(config.announced.port);
}

constexpr auto kParameters = std::to_array<Parameter>({
    {"port", "", kNumber, false, port},
    {"replicaof", "slaveof", kText, false, replicaof},
    {"masterauth", "", kText, true, text<&Config::master_password>},
    {"requirepass", "", kText, true, text<&Config::password>},
    {"replica-announce-ip", "slave-announce-ip", kText, false, announce_ip},
    {"replica-announce-port", "slave-announce-port", kNumber, false, announce_port},
    {"replica-priority", "slave-priority", kNumber, true, number<&Config::priority>},
    {"replica-read-only", "slave-read-only", kFlag, true, flag<&Config::read_only>},
    {"replica-serve-stale-data", "slave-serve-stale-data", kFlag, true, flag<&Config::serve_stale_data>},
    {"replica-announced", "", kFlag, false, flag<&Config::announce_replica>},
    {"min-replicas-to-write", "min-slaves-to-write", kNumber, true, number<&Config::min_replicas_to_write>},
    {"min-replicas-max-lag", "min-slaves-max-lag", kNumber, true, seconds<&Config::min_replicas_max_lag>},
    {"repl-timeout", "", kNumber, true, seconds<&Config::replication_timeout>},
    {"repl-ping-replica-period", "repl-ping-slave-period", kNumber, true, seconds<&Config::replica_ping_period>},
    {"repl-backlog-size", "", kNumber, false, number<&Config::backlog_size>},
    {"repl-backlog-ttl", "", kNumber, true, seconds<&Config::backlog_time_to_live>},
    {"repl-diskless-sync", "", kFlag, false, diskless},
    {"repl-diskless-sync-delay", "", kNumber, true, seconds<&Config::diskless_sync_delay>},
    {"stop-writes-on-bgsave-error", "", kFlag, true, flag<&Config::stops_writes>},
    {"busy-reply-threshold", "lua-time-limit", kNumber, true, millis<&Config::script_limit>},
});

}  // namespace

std::span<const Parameter> parameters() { return kParameters; }

const Parameter* find_parameter(std::string_view name) {
  const auto has_name = [name](const Parameter& each) { return each.name == name || each.old_name == name; };
  const auto* const found = std::ranges::find_if(kParameters, has_name);
  return name.empty() || found == kParameters.end() ? nullptr : found;
}

bool knows(const model::Profile& profile, const Parameter& parameter) {
  return parameter.name != "replica-announced" || profile.data_node.tells_announced;
}

std::string_view name_in(const model::Profile& profile, const Parameter& parameter) {
  const bool is_busy = parameter.name == "busy-reply-threshold";  // 7.0+, as is the other rule
  const bool has_new = is_busy ? profile.data_node.restores_history : profile.data_node.says_replica;
  return parameter.old_name.empty() || has_new ? parameter.name : parameter.old_name;
}

}  // namespace sentinel::sim
