// The redis-server that is recorded: which product and version it is.
#pragma once

#include <array>
#include <filesystem>
#include <string>
#include <string_view>

namespace sentinel::analysis::recorder {

using Version = std::array<int, 3>;

struct Server {
  std::string program;  // as the shell would find it
  std::string product;  // redis, valkey
  Version version{};

  std::string version_text() const;
  bool is_at_least(const Version& other) const { return version >= other; }
};

// Asks `program --version`. Throws BadInput if there is no such program, or if it is no server from 2.8 on.
Server find_server(const std::string& program);

// `Redis server v=7.0.15 sha=00000000:0 ...`. Throws BadInput if it is something else.
Server parse_version(const std::string& program, std::string_view printed);

}  // namespace sentinel::analysis::recorder
