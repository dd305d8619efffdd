#include "analysis/recorder/router.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <utility>

namespace sentinel::analysis::recorder {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error{what + ": " + std::strerror(errno) + " (--net namespaces needs root on Linux)"};
}

int own_network() {
  const int network = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  if (network < 0) fail("cannot open the network namespace");
  return network;
}

int new_network() {
  if (unshare(CLONE_NEWNET) != 0) fail("cannot make a network namespace");
  return own_network();
}

void enter(int network) {
  if (setns(network, CLONE_NEWNET) != 0) fail("cannot enter a network namespace");
}

void write_file(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out{file};
  out << text << std::flush;
  if (!out) throw std::runtime_error{"cannot write " + file.string()};
}

// The router's address in the network of `host`.
std::string router_beside(const std::string& host) { return host.substr(0, host.rfind('.')) + ".254"; }

}  // namespace

Router::Router(const std::vector<std::string>& hosts, std::filesystem::path scratch)
    : hosts_(hosts), scratch_(std::move(scratch)), outside_(own_network()) {
  try {
    open_networks();
    connect_all();
  } catch (...) {
    leave();
    throw;
  }
}

Router::~Router() { leave(); }

void Router::leave() {
  setns(outside_, CLONE_NEWNET);
  for (const int network : networks_) close(network);
  close(inside_);
  close(outside_);
}

void Router::open_networks() {
  for (std::size_t i = 0; i < hosts_.size(); ++i) networks_.push_back(new_network());
  inside_ = new_network();
}

// Each host has a wire of its own to the router, and sends everything to it.
void Router::connect_all() {
  std::ostringstream wires;
  wires << "link set lo up\n";
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    wires << "link add host" << i << " type veth peer name eth0 netns /proc/" << getpid() << "/fd/" << networks_[i]
          << "\naddr add " << router_beside(hosts_[i]) << "/32 peer " << hosts_[i] << " dev host" << i
          << "\nlink set host" << i << " up\n";
  }
  run({"ip", "-batch", "-"}, wires.str(), inside_).finish();
  for (std::size_t i = 0; i < hosts_.size(); ++i) {
    const std::string router = router_beside(hosts_[i]);
    std::ostringstream own;
    own << "link set lo up\naddr add " << hosts_[i] << "/32 peer " << router << " dev eth0\nlink set eth0 up\n"
        << "route add default via " << router << " dev eth0\n";
    run({"ip", "-batch", "-"}, own.str(), networks_[i]).finish();
  }
  enter(inside_);
  write_file("/proc/sys/net/ipv4/ip_forward", "1\n");
}

Tool Router::set_cuts(const Cuts& cuts) {
  std::ostringstream rules;
  rules << "table ip cuts\ndelete table ip cuts\ntable ip cuts {\nchain forward {\n"
        << "type filter hook forward priority 0; policy accept;\n";
  for (const auto& [direction, cut] : cuts) {
    rules << "ip saddr " << hosts_[direction.first] << " ip daddr " << hosts_[direction.second]
          << (cut == Cut::kDrop ? " drop\n" : " ip protocol tcp reject with tcp reset\n");
  }
  rules << "}\n}\n";
  return run({"nft", "-f", "-"}, rules.str(), inside_);
}

Tool Router::run(const std::vector<std::string>& command, const std::string& input, int network) {
  const std::filesystem::path file = scratch_ / ".tool-input";
  write_file(file, input);
  return Tool({.command = command, .network = network, .input = file}, scratch_);
}

}  // namespace sentinel::analysis::recorder
