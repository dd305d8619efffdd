// Redis' own configuration directives, as they stand in redis.conf and sentinel.conf.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
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
  bool announces_host = false;            // a line says what others are told instead of it
  bool announces_port = false;
  bool resolves_hostnames = false;
};

// What a process that reads these lines is configured to do; lines may only agree with an `address` that is given.
// Throws BadInput, which names the line and quotes it.
Configured<model::DataNodeConfig> configure_data_node(const Conf& conf, std::optional<model::Address> address,
                                                      SymbolTable& symbols);
Configured<model::SentinelConfig> configure_sentinel(const Conf& conf, std::optional<model::Address> address,
                                                     SymbolTable& symbols);

// What follows CONFIG SET, as redis.conf would have it. Throws BadInput.
model::ConfigSetCommand parse_config_set(std::span<const std::string> parameter, SymbolTable& symbols);

// Whether one of the lines is about Sentinel.
bool is_sentinel_conf(const Conf& conf);

}  // namespace sentinel::sim
