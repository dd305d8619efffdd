// Networks of their own for processes on one machine, and a router between them that can drop what it should pass on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "analysis/recorder/process.h"

namespace sentinel::analysis::recorder {

// One network namespace for each host, and one for the router, in which the calling thread is as long as this lives: it
// reaches every host, and is never cut off. The namespaces have no names: they end with the last process that holds
// them, however that ends. Only root can make them.
class Router {
 public:
  // `hosts` are addresses of one network, 10.0.0.0/24 or the like, without 10.0.0.254, which is the router's.
  // Throws std::runtime_error if the system cannot do it.
  Router(const std::vector<std::string>& hosts, std::filesystem::path scratch);
  Router(const Router&) = delete;
  Router(Router&&) = delete;
  Router& operator=(const Router&) = delete;
  Router& operator=(Router&&) = delete;
  ~Router();  // the thread goes back to where it was

  // For setns(); `host` is its place in `hosts`.
  int network_of(std::size_t host) const { return networks_[host]; }

  enum class Cut : std::uint8_t { kDrop, kReject };
  using Direction = std::pair<std::size_t, std::size_t>;  // from, to
  using Cuts = std::map<Direction, Cut>;

  // When the tool has ended, these cuts hold, and no others; they change all at once.
  Tool set_cuts(const Cuts& cuts);

 private:
  void leave();
  void open_networks();
  void connect_all();
  Tool run(const std::vector<std::string>& command, const std::string& input, int network);

  std::vector<std::string> hosts_;
  std::filesystem::path scratch_;
  int outside_ = -1;  // where the thread came from
  int inside_ = -1;   // where it is
  std::vector<int> networks_;
};

}  // namespace sentinel::analysis::recorder
