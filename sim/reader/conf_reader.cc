#include "sim/reader/conf_reader.h"

#include <algorithm>
#include <array>
#include <string>

#include "sim/units.h"

namespace sentinel::sim {
namespace {

constexpr auto kWithoutEffect = std::to_array<std::string_view>({
    "acl-pubsub-default",
    "aclfile",
    "acllog-max-len",
    "active-defrag-cycle-max",
    "active-defrag-cycle-min",
    "active-defrag-ignore-bytes",
    "active-defrag-max-scan-fields",
    "active-defrag-threshold-lower",
    "active-defrag-threshold-upper",
    "activedefrag",
    "activerehashing",
    "always-show-logo",
    "aof-load-truncated",
    "aof-rewrite-incremental-fsync",
    "aof-timestamp-enabled",
    "aof-use-rdb-preamble",
    "aof_rewrite_cpulist",
    "appenddirname",
    "appendfilename",
    "appendfsync",
    "appendonly",
    "auto-aof-rewrite-min-size",
    "auto-aof-rewrite-percentage",
    "bgsave_cpulist",
    "bind-source-addr",
    "bio_cpulist",
    "client-output-buffer-limit",
    "client-query-buffer-limit",
    "close-on-oom",
    "crash-log-enabled",
    "crash-memcheck-enabled",
    "daemonize",
    "databases",
    "dbfilename",
    "dir",
    "disable-thp",
    "dynamic-hz",
    "enable-debug-command",
    "enable-module-command",
    "enable-protected-configs",
    "extended-redis-compatibility",
    "gopher-enabled",
    "hash-max-listpack-entries",
    "hash-max-listpack-value",
    "hash-max-ziplist-entries",
    "hash-max-ziplist-value",
    "hll-sparse-max-bytes",
    "hz",
    "ignore-warnings",
    "io-threads",
    "io-threads-do-reads",
    "jemalloc-bg-thread",
    "key-load-delay",
    "latency-monitor-threshold",
    "latency-tracking",
    "latency-tracking-info-percentiles",
    "lazyfree-lazy-eviction",
    "lazyfree-lazy-expire",
    "lazyfree-lazy-server-del",
    "lazyfree-lazy-user-del",
    "lazyfree-lazy-user-flush",
    "lfu-decay-time",
    "lfu-log-factor",
    "list-compress-depth",
    "list-max-listpack-size",
    "list-max-ziplist-entries",
    "list-max-ziplist-size",
    "list-max-ziplist-value",
    "loading-process-events-interval-bytes",
    "locale-collate",
    "logfile",
    "loglevel",
    "maxclients",
    "maxmemory",
    "maxmemory-clients",
    "maxmemory-eviction-tenacity",
    "maxmemory-policy",
    "maxmemory-samples",
    "no-appendfsync-on-rewrite",
    "notify-keyspace-events",
    "oom-score-adj",
    "oom-score-adj-values",
    "pidfile",
    "proc-title-template",
    "protected-mode",
    "propagation-error-behavior",
    "proto-max-bulk-len",
    "rdb-del-sync-files",
    "rdb-key-save-delay",
    "rdb-save-incremental-fsync",
    "rdbchecksum",
    "rdbcompression",
    "repl-disable-tcp-nodelay",
    "repl-diskless-load",
    "repl-diskless-sync-max-replicas",
    "replica-ignore-maxmemory",
    "replica-lazy-flush",
    "sanitize-dump-payload",
    "save",
    "server_cpulist",
    "set-max-intset-entries",
    "set-max-listpack-entries",
    "set-max-listpack-value",
    "set-proc-title",
    "shutdown-on-sigint",
    "shutdown-on-sigterm",
    "shutdown-timeout",
    "slave-ignore-maxmemory",
    "slave-lazy-flush",
    "slowlog-log-slower-than",
    "slowlog-max-len",
    "socket-mark-id",
    "stream-node-max-bytes",
    "stream-node-max-entries",
    "supervised",
    "syslog-enabled",
    "syslog-facility",
    "syslog-ident",
    "tcp-backlog",
    "tcp-keepalive",
    "timeout",
    "tracking-table-max-keys",
    "unixsocket",
    "unixsocketperm",
    "user",
    "zset-max-listpack-entries",
    "zset-max-listpack-value",
    "zset-max-ziplist-entries",
    "zset-max-ziplist-value",
});

std::vector<std::string> words_of(const ConfLine& line) {
  constexpr std::size_t kLongestLine = 4'096;
  if (line.text.size() > kLongestLine) {
    throw BadInput("the line is longer than " + std::to_string(kLongestLine) + " characters");
  }
  if (line.text.find_first_of("\r\n") != std::string::npos)
    throw BadInput("a line break: each directive is a line of its own");
  const std::size_t first = line.text.find_first_not_of(" \t");
  if (first == std::string::npos || line.text[first] == '#') return {};
  return split_words(line.text);
}

// A name stands for addresses that are not known here.
bool is_name(std::string_view host) {
  return host.find(':') == std::string_view::npos && host.find_first_not_of("0123456789.") != std::string_view::npos;
}

bool is_any_address(std::string_view host) { return host == "*" || host == "0.0.0.0" || host == "::" || host == "::*"; }

// Without the `-` of an address that may be missing.
std::string_view bound_host(std::string_view word) { return word.substr(word.starts_with('-') ? 1 : 0); }

}  // namespace

std::vector<Directive> split_directives(const Conf& conf, const OnBadLine& on_bad) {
  std::vector<Directive> directives;
  for (const ConfLine* const line : conf) {
    try {
      std::vector<std::string> words = words_of(*line);
      if (!words.empty()) directives.push_back({.line = line, .words = std::move(words)});
    } catch (const BadInput& error) {
      on_bad(*line, error.what());
    }
  }
  return directives;
}

void fail(const ConfLine& line, std::string_view message) {
  throw BadInput(line.file, line.line, line.json_path, in_quotes(line.text) + ": " + std::string{message});
}

std::span<const std::string_view> directives_without_effect() { return kWithoutEffect; }

bool is_sentinel_conf(const Conf& conf) {
  return std::ranges::any_of(split_directives(conf),
                             [](const Directive& directive) { return lower_case(directive.name()) == "sentinel"; });
}

void Listening::set_port(std::string_view text) {
  port_ = parse_port(text);
  if (!given_ || given_->port == port_) return;
  throw BadInput("the node's address has port " + std::to_string(given_->port));
}

void Listening::bind(Args hosts) {
  const auto is_any = [](std::string_view host) { return is_any_address(bound_host(host)); };
  if (std::ranges::any_of(hosts, is_any)) return;
  if (!given_) {
    hosts_.clear();
    for (const std::string& host : hosts) hosts_.push_back(intern_host(*symbols_, bound_host(host)));
    return;
  }
  const std::string_view host = symbols_->text(given_->host);
  if (is_name(host) || std::ranges::find(hosts, host, bound_host) != hosts.end()) return;
  throw BadInput("the node's address has host " + in_quotes(host));
}

std::optional<model::Address> Listening::address(std::uint16_t default_port) const {
  if (given_) return given_;
  if (hosts_.empty()) return std::nullopt;
  return model::Address{hosts_.front(), port(default_port)};
}

void Announced::set_host(std::string_view text, SymbolTable& symbols) {
  host = text.empty() ? model::Symbol{} : intern_host(symbols, text);
}

void Announced::set_port(std::string_view text) { port = text == "0" ? std::uint16_t{0} : parse_port(text); }

model::Address Announced::instead_of(const model::Address& real) const {
  return {host ? host : real.host, port == 0 ? real.port : port};
}

bool parse_yes_no(std::string_view text) {
  const std::string lower = lower_case(text);
  if (lower == "yes") return true;
  if (lower == "no") return false;
  throw BadInput("expected 'yes' or 'no', not " + in_quotes(text));
}

}  // namespace sentinel::sim
