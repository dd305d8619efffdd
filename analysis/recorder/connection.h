// A connection to a Redis process that never blocks.
#pragma once

#include <hiredis/hiredis.h>
#include <poll.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace sentinel::analysis::recorder {

// A reply as JSON: texts, numbers, lists, null; `{"error": "ERR ..."}`.
using Reply = nlohmann::ordered_json;

bool is_error(const Reply& reply);

struct Endpoint {
  std::string host;  // in digits
  std::uint16_t port = 0;

  std::string text() const { return host + ":" + std::to_string(port); }
  friend bool operator==(const Endpoint&, const Endpoint&) = default;
};

class Connection {
 public:
  explicit Connection(const Endpoint& endpoint);

  void send(const std::vector<std::string>& words);

  // What poll() is to wait for.
  pollfd interest() const;

  // Writes what is waiting, and gives what has arrived to `take`. False if the connection is lost, or never came about.
  bool work(const std::function<void(const Reply&)>& take);

 private:
  bool flush();
  bool fill();
  std::optional<Reply> next_reply();

  struct Free {
    void operator()(redisContext* context) const;
  };
  std::unique_ptr<redisContext, Free> context_;
  bool unsent_ = true;  // also until it is known whether the connection came about
};

// Waits for the replies to `commands`, which are sent at once. Nullopt if they are not there in time.
using Commands = std::vector<std::vector<std::string>>;
std::optional<std::vector<Reply>> ask(const Endpoint& endpoint, const Commands& commands,
                                      std::chrono::milliseconds patience);

}  // namespace sentinel::analysis::recorder
