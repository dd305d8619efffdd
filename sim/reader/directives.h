// Redis' own configuration directives, as they stand in redis.conf and sentinel.conf.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/commands.h"
#include "model/config.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// A line of a configuration, and where it stands.
struct ConfLine {
  std::string text;
  std::filesystem::path file;
  std::size_t line = 0;
  std::string json_path;
};
using Conf = std::vector<const ConfLine*>;

template <class Config>
struct Configured {
  Config config{};
  std::optional<model::Address> address;  // where the process listens; nullopt if nothing tells its host
  std::uint16_t port = 0;                 // where it listens: as told, or the default
  std::vector<model::Symbol> hosts{};     // that it is told to bind, without those that stand for all
  model::Address announced{};             // as told, host or port or both; empty or 0: the real one
  bool resolves_hostnames = false;
};

// What becomes of a line that cannot be read, and why it cannot.
using OnBadLine = std::function<void(const ConfLine& line, std::string_view why)>;

// Throws BadInput that names the line and quotes it.
[[noreturn]] void fail(const ConfLine& line, std::string_view message);

// What a process that reads these lines is configured to do; lines may only agree with an `address` that is given.
// Passes over lines that cannot be read, if `on_bad` returns.
Configured<model::DataNodeConfig> configure_data_node(const Conf& conf, std::optional<model::Address> address,
                                                      SymbolTable& symbols, const OnBadLine& on_bad = fail);
Configured<model::SentinelConfig> configure_sentinel(const Conf& conf, std::optional<model::Address> address,
                                                     SymbolTable& symbols, const OnBadLine& on_bad = fail);

// What follows CONFIG SET, as redis.conf would have it. Throws BadInput.
model::ConfigSetCommand parse_config_set(std::span<const std::string> parameter, SymbolTable& symbols);

// Whether redis.conf has a directive of this name that changes something of what is simulated.
bool is_data_node_directive(std::string_view name);

// Whether one of the lines is about Sentinel.
bool is_sentinel_conf(const Conf& conf);

}  // namespace sentinel::sim
