// redis.conf, as far as it concerns replication, and what CONFIG SET changes of it.
#include <algorithm>
#include <array>
#include <limits>

#include "sim/reader/conf_reader.h"
#include "sim/units.h"

namespace sentinel::sim {
namespace {

constexpr std::uint16_t kDefaultPort = 6379;

struct Reader {
  SymbolTable& symbols;
  Listening listening;
  Announced announced{};
  model::DataNodeConfig config{};
  std::optional<model::ConfigSetCommand> change{};  // the last one that CONFIG SET can make as well
};

std::int64_t parse_count(std::string_view text, std::int64_t least) {
  return parse_integer(text, least, std::numeric_limits<std::int32_t>::max());
}

model::Millis parse_seconds(std::string_view text, std::int64_t least) {
  return std::chrono::seconds{parse_integer(text, least, kLongestDuration / std::chrono::seconds{1})};
}

// --- what CONFIG SET can change as well -------------------------------------------------------------------

template <class Value>
void change(Reader& reader, Value model::DataNodeConfig::* parameter, Value value) {
  reader.config.*parameter = value;
  reader.change = model::ConfigSetCommand{model::Setting<Value>{parameter, value}};
}

template <int model::DataNodeConfig::* parameter>
void set_count(Reader& reader, Args args) {
  change(reader, parameter, static_cast<int>(parse_count(args[0], 0)));
}

template <bool model::DataNodeConfig::* parameter>
void set_flag(Reader& reader, Args args) {
  change(reader, parameter, parse_yes_no(args[0]));
}

template <model::Millis model::DataNodeConfig::* parameter, std::int64_t least>
void set_seconds(Reader& reader, Args args) {
  change(reader, parameter, parse_seconds(args[0], least));
}

template <model::Symbol model::DataNodeConfig::* parameter>
void set_text(Reader& reader, Args args) {
  change(reader, parameter, intern_text(reader.symbols, args[0]));
}

template <model::Millis model::DataNodeConfig::* parameter>
void set_millis(Reader& reader, Args args) {
  change(reader, parameter, model::Millis{parse_integer(args[0], 0, kLongestDuration / model::Millis{1})});
}

constexpr auto kSetPingPeriod = set_seconds<&model::DataNodeConfig::replica_ping_period, 1>;
constexpr auto kSetMaxLag = set_seconds<&model::DataNodeConfig::min_replicas_max_lag, 0>;

constexpr auto kParameters = std::to_array<Word<Reader>>({
    {"replica-priority", "<priority>", set_count<&model::DataNodeConfig::priority>},
    {"slave-priority", "<priority>", set_count<&model::DataNodeConfig::priority>},
    {"requirepass", "<password>", set_text<&model::DataNodeConfig::password>},
    {"masterauth", "<password>", set_text<&model::DataNodeConfig::master_password>},
    {"repl-timeout", "<seconds>", set_seconds<&model::DataNodeConfig::replication_timeout, 1>},
    {"repl-ping-replica-period", "<seconds>", kSetPingPeriod},
    {"repl-ping-slave-period", "<seconds>", kSetPingPeriod},
    {"repl-diskless-sync-delay", "<seconds>", set_seconds<&model::DataNodeConfig::diskless_sync_delay, 0>},
    {"repl-backlog-ttl", "<seconds>", set_seconds<&model::DataNodeConfig::backlog_time_to_live, 0>},
    {"replica-serve-stale-data", "<yes|no>", set_flag<&model::DataNodeConfig::serve_stale_data>},
    {"slave-serve-stale-data", "<yes|no>", set_flag<&model::DataNodeConfig::serve_stale_data>},
    {"replica-read-only", "<yes|no>", set_flag<&model::DataNodeConfig::read_only>},
    {"slave-read-only", "<yes|no>", set_flag<&model::DataNodeConfig::read_only>},
    {"min-replicas-to-write", "<count>", set_count<&model::DataNodeConfig::min_replicas_to_write>},
    {"min-slaves-to-write", "<count>", set_count<&model::DataNodeConfig::min_replicas_to_write>},
    {"min-replicas-max-lag", "<seconds>", kSetMaxLag},
    {"min-slaves-max-lag", "<seconds>", kSetMaxLag},
    {"stop-writes-on-bgsave-error", "<yes|no>", set_flag<&model::DataNodeConfig::stops_writes>},
    {"busy-reply-threshold", "<milliseconds>", set_millis<&model::DataNodeConfig::script_limit>},
    {"lua-time-limit", "<milliseconds>", set_millis<&model::DataNodeConfig::script_limit>},
});

// --- what only the file can tell --------------------------------------------------------------------------

void set_port(Reader& reader, Args args) { reader.listening.set_port(args[0]); }
void set_bind(Reader& reader, Args args) { reader.listening.bind(args); }

void set_replicaof(Reader& reader, Args args) {
  if (lower_case(args[0]) == "no" && lower_case(args[1]) == "one") {
    reader.config.replicaof.reset();
  } else {
    reader.config.replicaof = parse_address(reader.symbols, args[0], args[1]);
  }
}

void set_announce_ip(Reader& reader, Args args) { reader.announced.set_host(args[0], reader.symbols); }
void set_announce_port(Reader& reader, Args args) { reader.announced.set_port(args[0]); }
void set_announced(Reader& reader, Args args) { reader.config.announce_replica = parse_yes_no(args[0]); }

void set_diskless_sync(Reader& reader, Args args) { reader.config.diskless_sync = parse_yes_no(args[0]); }
void set_backlog_size(Reader& reader, Args args) {
  reader.config.backlog_size = parse_memory(args[0]);
  if (reader.config.backlog_size == 0) throw BadInput("expected at least one byte, such as '1mb'");
}

void set_renamed(Reader& reader, Args args) {
  if (lower_case(args[0]) == "psync") reader.config.knows_psync = false;
  if (lower_case(args[0]) == "slaveof") reader.config.knows_replicaof = lower_case(args[1]) == "slaveof";
  if (lower_case(args[0]) == "ping") {
    reader.config.ping_name = name_of_ping(reader.symbols, args[1]);
    reader.config.knows_ping = lower_case(args[1]) == "ping";
  }
}

constexpr auto kFixed = std::to_array<Word<Reader>>({
    {"port", "<port>", set_port},
    {"bind", "<address>...", set_bind},
    {"replicaof", "<host> <port>", set_replicaof},
    {"slaveof", "<host> <port>", set_replicaof},
    {"replica-announce-ip", "<host>", set_announce_ip},
    {"slave-announce-ip", "<host>", set_announce_ip},
    {"replica-announce-port", "<port>", set_announce_port},
    {"slave-announce-port", "<port>", set_announce_port},
    {"replica-announced", "<yes|no>", set_announced},
    {"repl-diskless-sync", "<yes|no>", set_diskless_sync},
    {"repl-backlog-size", "<bytes>", set_backlog_size},
    {"rename-command", "<command> <new-name>", set_renamed},
});

constexpr auto kDirectives = [] {
  std::array<Word<Reader>, kFixed.size() + kParameters.size()> all{};
  std::ranges::copy(kParameters, std::ranges::copy(kFixed, all.begin()).out);
  return all;
}();

}  // namespace

Configured<model::DataNodeConfig> configure_data_node(const Conf& conf, std::optional<model::Address> address,
                                                      SymbolTable& symbols, const OnBadLine& on_bad) {
  Reader reader{.symbols = symbols, .listening = Listening(address, symbols)};
  for (const Directive& directive : split_directives(conf, on_bad)) {
    try {
      apply_directive<Reader>(kDirectives, reader, directive, "a data node");
    } catch (const BadInput& error) {
      on_bad(*directive.line, error.what());
    }
  }
  return configured(reader.config, reader.listening, reader.announced, kDefaultPort);
}

bool is_data_node_directive(std::string_view name) { return find_word(kDirectives, name) != nullptr; }

model::ConfigSetCommand parse_config_set(Args parameter, SymbolTable& symbols) {
  Reader reader{.symbols = symbols, .listening = Listening(std::nullopt, symbols)};
  run_word<Reader>(kParameters, reader, parameter, "parameter");
  return *reader.change;
}

}  // namespace sentinel::sim
