// redis.conf, as far as it concerns replication.
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
  bool diskless_sync = true;
  model::DataNodeConfig config{};
};

std::int64_t parse_count(std::string_view text, std::int64_t least) {
  return parse_integer(text, least, std::numeric_limits<std::int32_t>::max());
}

model::Millis parse_seconds(std::string_view text, std::int64_t least) {
  return std::chrono::seconds{parse_integer(text, least, kLongestDuration / std::chrono::seconds{1})};
}

void set_port(Reader& reader, Args args) { reader.listening.set_port(args[0]); }
void set_bind(Reader& reader, Args args) { reader.listening.bind(args); }

void set_replicaof(Reader& reader, Args args) {
  if (lower_case(args[0]) == "no" && lower_case(args[1]) == "one") {
    reader.config.replicaof.reset();
  } else {
    reader.config.replicaof = parse_address(reader.symbols, args[0], args[1]);
  }
}

void set_priority(Reader& reader, Args args) { reader.config.priority = static_cast<int>(parse_count(args[0], 0)); }

void set_announce_ip(Reader& reader, Args args) { reader.announced.set_host(args[0], reader.symbols); }
void set_announce_port(Reader& reader, Args args) { reader.announced.set_port(args[0]); }
void set_announced(Reader& reader, Args args) { reader.config.announce_replica = parse_yes_no(args[0]); }

void set_password(Reader& reader, Args args) { reader.config.password = intern_text(reader.symbols, args[0]); }
void set_master_password(Reader& reader, Args args) {
  reader.config.master_password = intern_text(reader.symbols, args[0]);
}

void set_timeout(Reader& reader, Args args) { reader.config.replication_timeout = parse_seconds(args[0], 1); }
void set_ping_period(Reader& reader, Args args) { reader.config.replica_ping_period = parse_seconds(args[0], 1); }

void set_diskless_sync(Reader& reader, Args args) { reader.diskless_sync = parse_yes_no(args[0]); }
void set_diskless_sync_delay(Reader& reader, Args args) {
  reader.config.diskless_sync_delay = parse_seconds(args[0], 0);
}

void set_backlog_size(Reader& reader, Args args) {
  reader.config.backlog_size = parse_memory(args[0]);
  if (reader.config.backlog_size == 0) throw BadInput("expected at least one byte, such as '1mb'");
}

void set_serve_stale_data(Reader& reader, Args args) { reader.config.serve_stale_data = parse_yes_no(args[0]); }

constexpr auto kDirectives = std::to_array<Word<Reader>>({
    {"port", "<port>", set_port},
    {"bind", "<address>...", set_bind},
    {"replicaof", "<host> <port>", set_replicaof},
    {"slaveof", "<host> <port>", set_replicaof},
    {"replica-priority", "<priority>", set_priority},
    {"slave-priority", "<priority>", set_priority},
    {"replica-announce-ip", "<host>", set_announce_ip},
    {"slave-announce-ip", "<host>", set_announce_ip},
    {"replica-announce-port", "<port>", set_announce_port},
    {"slave-announce-port", "<port>", set_announce_port},
    {"replica-announced", "<yes|no>", set_announced},
    {"requirepass", "<password>", set_password},
    {"masterauth", "<password>", set_master_password},
    {"repl-timeout", "<seconds>", set_timeout},
    {"repl-ping-replica-period", "<seconds>", set_ping_period},
    {"repl-ping-slave-period", "<seconds>", set_ping_period},
    {"repl-diskless-sync", "<yes|no>", set_diskless_sync},
    {"repl-diskless-sync-delay", "<seconds>", set_diskless_sync_delay},
    {"repl-backlog-size", "<bytes>", set_backlog_size},
    {"replica-serve-stale-data", "<yes|no>", set_serve_stale_data},
    {"slave-serve-stale-data", "<yes|no>", set_serve_stale_data},
});

}  // namespace

Configured<model::DataNodeConfig> configure_data_node(const Conf& conf, std::optional<model::Address> address,
                                                      const model::Profile& profile, SymbolTable& symbols) {
  Reader reader{.symbols = symbols, .listening = Listening(address, symbols)};
  reader.config.diskless_sync_delay = profile.diskless_sync_delay;
  for (const Directive& directive : split_directives(conf)) {
    try {
      apply_directive<Reader>(kDirectives, reader, directive, "a data node");
    } catch (const BadInput& error) {
      fail(*directive.line, error.what());
    }
  }
  if (!reader.diskless_sync) reader.config.diskless_sync_delay = model::Millis{0};
  const std::optional<model::Address> listens = reader.listening.address(kDefaultPort);
  if (listens) reader.config.announced = reader.announced.instead_of(*listens);
  return {.config = reader.config, .address = listens};
}

}  // namespace sentinel::sim
