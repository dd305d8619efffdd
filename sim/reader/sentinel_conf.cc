// sentinel.conf.
#include <algorithm>
#include <array>
#include <limits>

#include "sim/reader/conf_reader.h"
#include "sim/reader/node_draft.h"
#include "sim/units.h"

namespace sentinel::sim {
namespace {

constexpr std::uint16_t kDefaultPort = 26379;
constexpr std::size_t kMostKnown = 4'096;

struct Reader {
  SymbolTable& symbols;
  Listening listening;
  Announced announced{};
  bool resolves_hostnames = false;
  model::SentinelConfig config{};
};

int parse_count(std::string_view text) {
  return static_cast<int>(parse_integer(text, 1, std::numeric_limits<int>::max()));
}

model::Millis parse_millis(std::string_view text, std::int64_t least = 1) {
  return model::Millis{parse_integer(text, least, kLongestDuration / model::Millis{1})};
}

// --- about the sentinel -----------------------------------------------------------------------------------

void set_port(Reader& reader, Args args) { reader.listening.set_port(args[0]); }
void set_bind(Reader& reader, Args args) { reader.listening.bind(args); }

void set_id(Reader& reader, Args args) { reader.config.id = parse_id(args[0]); }
void set_current_epoch(Reader& reader, Args args) { reader.config.current_epoch = model::Epoch{parse_epoch(args[0])}; }
void set_announce_ip(Reader& reader, Args args) { reader.announced.set_host(args[0], reader.symbols); }
void set_announce_port(Reader& reader, Args args) { reader.announced.set_port(args[0]); }
void set_deny_scripts(Reader& reader, Args args) { reader.config.denies_scripts_reconfig = parse_yes_no(args[0]); }
void set_resolve_hostnames(Reader& reader, Args args) { reader.resolves_hostnames = parse_yes_no(args[0]); }
void check_yes_no(Reader& /*reader*/, Args args) { parse_yes_no(args[0]); }
void ignore(Reader& /*reader*/, Args /*args*/) {}

// --- about a master ---------------------------------------------------------------------------------------

model::MonitoredMaster& master_of(Reader& reader, Args args) {
  auto& masters = reader.config.masters;
  const auto name_of = [&](const model::MonitoredMaster& master) { return reader.symbols.text(master.name); };
  const auto found = std::ranges::find(masters, args[0], name_of);
  if (found != masters.end()) return *found;
  std::vector<std::string_view> names;
  std::ranges::transform(masters, std::back_inserter(names), name_of);
  throw BadInput("no line 'sentinel monitor' names a master " + in_quotes(args[0]) + suggestion(args[0], names));
}

void monitor(Reader& reader, Args args) {
  auto& masters = reader.config.masters;
  model::MonitoredMaster master{.name = intern_name(reader.symbols, args[0]),
                                .address = parse_address(reader.symbols, args[1], args[2])};
  if (args[3] == "0" || args[3].starts_with('-')) throw BadInput("Quorum must be 1 or greater");
  master.quorum = parse_count(args[3]);
  if (std::ranges::find(masters, master.name, &model::MonitoredMaster::name) != masters.end()) {
    throw BadInput("Duplicate master name: " + in_quotes(args[0]) + " is monitored already");
  }
  if (masters.size() == kMostMasters) throw BadInput("a sentinel that monitors more than 1000 masters");
  masters.push_back(master);
}

void set_down_after(Reader& reader, Args args) { master_of(reader, args).down_after = parse_millis(args[1]); }
void set_failover_timeout(Reader& reader, Args args) {
  master_of(reader, args).failover_timeout = parse_millis(args[1]);
}
void set_parallel_syncs(Reader& reader, Args args) { master_of(reader, args).parallel_syncs = parse_count(args[1]); }
void set_auth_pass(Reader& reader, Args args) {
  master_of(reader, args).auth_pass = intern_text(reader.symbols, args[1]);
}
void set_notification_script(Reader& reader, Args args) {
  master_of(reader, args).notification_script = intern_text(reader.symbols, args[1]);
}
void set_client_reconfig_script(Reader& reader, Args args) {
  master_of(reader, args).client_reconfig_script = intern_text(reader.symbols, args[1]);
}
void set_reboot_down_after(Reader& reader, Args args) {
  master_of(reader, args).master_reboot_down_after = parse_millis(args[1], 0);
}
void set_config_epoch(Reader& reader, Args args) {
  master_of(reader, args).config_epoch = model::Epoch{parse_epoch(args[1])};
}
void set_leader_epoch(Reader& reader, Args args) {
  master_of(reader, args).leader_epoch = model::Epoch{parse_epoch(args[1])};
}

void add_known_replica(Reader& reader, Args args) {
  auto& known = master_of(reader, args).known_replicas;
  const model::Address address = parse_address(reader.symbols, args[1], args[2]);
  if (std::ranges::find(known, address) != known.end()) throw BadInput("this replica is known already");
  if (known.size() == kMostKnown) throw BadInput("a master with more than 4096 known replicas");
  known.push_back(address);
}

void add_known_sentinel(Reader& reader, Args args) {
  auto& known = master_of(reader, args).known_sentinels;
  const model::KnownSentinel peer{.address = parse_address(reader.symbols, args[1], args[2]), .id = parse_id(args[3])};
  const auto is_same = [&](const model::KnownSentinel& other) {
    return other.id == peer.id || other.address == peer.address;
  };
  if (std::ranges::any_of(known, is_same)) throw BadInput("a sentinel with this id or address is known already");
  if (known.size() == kMostKnown) throw BadInput("a master with more than 4096 known sentinels");
  known.push_back(peer);
}

void set_renamed(Reader& reader, Args args) {
  if (lower_case(args[1]) == "ping") master_of(reader, args).ping_name = name_of_ping(reader.symbols, args[2]);
  master_of(reader, args);
}
void check_master(Reader& reader, Args args) { master_of(reader, args); }

// --- the tables -------------------------------------------------------------------------------------------

// Whatever their order in the file, lines are read in this one (from 6.2 on, loadSentinelConfigFromQueue).
constexpr auto kGlobal = std::to_array<Word<Reader>>({
    {"sentinel myid", "<id>", set_id},
    {"sentinel current-epoch", "<epoch>", set_current_epoch},
    {"sentinel announce-ip", "<host>", set_announce_ip},
    {"sentinel announce-port", "<port>", set_announce_port},
    {"sentinel deny-scripts-reconfig", "<yes|no>", set_deny_scripts},
    {"sentinel resolve-hostnames", "<yes|no>", set_resolve_hostnames},
    {"sentinel announce-hostnames", "<yes|no>", check_yes_no},
    {"sentinel sentinel-user", "<user>", ignore},
    {"sentinel sentinel-pass", "<password>", ignore},
});
constexpr auto kMonitor = std::to_array<Word<Reader>>({
    {"sentinel monitor", "<name> <host> <port> <quorum>", monitor},
});
constexpr auto kAboutMaster = std::to_array<Word<Reader>>({
    {"sentinel down-after-milliseconds", "<name> <milliseconds>", set_down_after},
    {"sentinel failover-timeout", "<name> <milliseconds>", set_failover_timeout},
    {"sentinel parallel-syncs", "<name> <count>", set_parallel_syncs},
    {"sentinel auth-pass", "<name> <password>", set_auth_pass},
    {"sentinel auth-user", "<name> <user>", check_master},
    {"sentinel notification-script", "<name> <path>", set_notification_script},
    {"sentinel client-reconfig-script", "<name> <path>", set_client_reconfig_script},
    {"sentinel master-reboot-down-after-period", "<name> <milliseconds>", set_reboot_down_after},
    {"sentinel primary-reboot-down-after-period", "<name> <milliseconds>", set_reboot_down_after},
    {"sentinel config-epoch", "<name> <epoch>", set_config_epoch},
    {"sentinel leader-epoch", "<name> <epoch>", set_leader_epoch},
    {"sentinel known-replica", "<name> <host> <port>", add_known_replica},
    {"sentinel known-slave", "<name> <host> <port>", add_known_replica},
    {"sentinel known-sentinel", "<name> <host> <port> <id>", add_known_sentinel},
    {"sentinel rename-command", "<name> <command> <new-name>", set_renamed},
});
constexpr auto kPasses = std::to_array<std::span<const Word<Reader>>>({kGlobal, kMonitor, kAboutMaster});

// The directives that do not begin with `sentinel`.
constexpr auto kServer = std::to_array<Word<Reader>>({
    {"port", "<port>", set_port},
    {"bind", "<address>...", set_bind},
    {"aclfile", "<path>", ignore},
    {"requirepass", "<password>", ignore},
    {"user", "<name>...", ignore},
});

bool is_about_sentinel(const Directive& directive) { return lower_case(directive.name()) == "sentinel"; }

std::string sentinel_name(const Directive& directive) { return "sentinel " + directive.args().front(); }

void check_known(const Directive& directive) {
  if (directive.args().empty()) throw BadInput("expected 'sentinel <option> ...'");
  const std::string name = sentinel_name(directive);
  std::vector<std::string_view> known;
  for (const std::span<const Word<Reader>> pass : kPasses) {
    if (find_word(pass, name) != nullptr) return;
    std::ranges::copy(names_of(pass), std::back_inserter(known));
  }
  throw BadInput("unknown directive " + in_quotes(name) + suggestion(name, known));
}

void read_server_directive(Reader& reader, const Directive& directive) {
  if (is_about_sentinel(directive)) {
    check_known(directive);
  } else {
    apply_directive<Reader>(kServer, reader, directive, "a sentinel");
  }
}

void read_in_pass(Reader& reader, const Directive& directive, std::span<const Word<Reader>> pass) {
  if (!is_about_sentinel(directive) || directive.args().empty()) return;
  const Word<Reader>* const word = find_word(pass, sentinel_name(directive));
  if (word != nullptr) apply(*word, reader, directive.args().subspan(1));
}

template <class Read>
void for_each(const std::vector<Directive>& directives, const OnBadLine& on_bad, Read read) {
  for (const Directive& directive : directives) {
    try {
      read(directive);
    } catch (const BadInput& error) {
      on_bad(*directive.line, error.what());
    }
  }
}

}  // namespace

Configured<model::SentinelConfig> configure_sentinel(const Conf& conf, std::optional<model::Address> address,
                                                     SymbolTable& symbols, const OnBadLine& on_bad) {
  Reader reader{.symbols = symbols, .listening = Listening(address, symbols)};
  const std::vector<Directive> directives = split_directives(conf, on_bad);
  for_each(directives, on_bad, [&](const Directive& directive) { read_server_directive(reader, directive); });
  for (const std::span<const Word<Reader>> pass : kPasses) {
    for_each(directives, on_bad, [&](const Directive& directive) { read_in_pass(reader, directive, pass); });
  }
  Configured<model::SentinelConfig> read = configured(reader.config, reader.listening, reader.announced, kDefaultPort);
  read.resolves_hostnames = reader.resolves_hostnames;
  return read;
}

}  // namespace sentinel::sim
