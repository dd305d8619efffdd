#include "analysis/recorder/cluster.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "sim/bad_input.h"

namespace sentinel::analysis::recorder {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr milliseconds kNodePatience{1'000};  // with a process that should answer
constexpr milliseconds kSyncTime{30'000};     // of all replicas
constexpr milliseconds kSyncPoll{20};

// As redis-server binds it.
void check_free(const PlannedNode& node) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(node.endpoint.port);
  inet_pton(AF_INET, node.endpoint.host.c_str(), &address.sin_addr);
  const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (socket < 0) throw std::runtime_error{std::string{"cannot make a socket: "} + std::strerror(errno)};
  const int yes = 1;
  setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const bool is_free = bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  const int error = errno;
  close(socket);
  if (is_free) return;
  throw sim::BadInput{node.endpoint.text() + ", the address of " + node.name + ", cannot be listened at (" +
                      std::strerror(error) + "): end what listens there, or give the node another 'address'"};
}

std::vector<std::string> hosts_of(const Plan& plan) {
  std::vector<std::string> hosts;
  hosts.reserve(plan.nodes.size());
  for (const PlannedNode& node : plan.nodes) hosts.push_back(node.endpoint.host);
  return hosts;
}

std::string last_line(const std::filesystem::path& file) {
  std::ifstream in{file};
  std::string last;
  for (std::string line; std::getline(in, line);) {
    if (line.find_first_not_of(" \t\r") != std::string::npos) last = line;
  }
  return last;
}

std::size_t count_online(const Reply& info) {
  std::size_t online = 0;
  for (const auto& [name, value] : info.items()) {
    if (name.starts_with("slave") && value.get<std::string>().find("state=online") != std::string::npos) ++online;
  }
  return online;
}

}  // namespace

Cluster::Cluster(const Plan& plan, const Server& server) : plan_(plan), server_(server), members_(plan.nodes.size()) {
  if (plan.in_namespaces) {
    router_.emplace(hosts_of(plan), scratch_.path());
  } else {
    std::ranges::for_each(plan.nodes, check_free);
  }
  for (std::size_t i = 0; i < plan.nodes.size(); ++i) {
    std::filesystem::create_directory(folder(i));
    write_conf(i);
  }
}

void Cluster::write_conf(std::size_t node) const { std::ofstream{conf_file(node)} << conf_in(node, scratch_.path()); }

std::string Cluster::conf_in(std::size_t node, const std::string& lab) const {
  const std::string own = lab + "/" + plan_.nodes[node].name;
  std::string text = "dir " + own + "\nlogfile " + own + "/log\n";
  for (const std::string& line : plan_.nodes[node].conf) text += line + "\n";
  return text;
}

std::string Cluster::conf_text(std::size_t node) const { return conf_in(node, "$LAB"); }

// --- processes --------------------------------------------------------------------------------------------

void Cluster::start(std::size_t node, bool fresh) {
  if (running(node)) return;
  if (fresh) write_conf(node);
  Launch launch{.command = {server_.program, conf_file(node)}, .output = folder(node) / "output"};
  if (plan_.nodes[node].is_sentinel) launch.command.emplace_back("--sentinel");
  if (router_) launch.network = router_->network_of(node);
  Member& member = members_[node];
  member.may_end = false;
  member.process.emplace(launch);
  if (!member.first_pid) member.first_pid = member.process->pid();
}

bool Cluster::signal(std::size_t node, int number) {
  return members_[node].process && members_[node].process->signal(number);
}

bool Cluster::kill(std::size_t node) {
  if (!running(node)) return false;
  expect_end(node);
  members_[node].process->kill();
  return true;
}

bool Cluster::terminate(std::size_t node) {
  expect_end(node);
  return signal(node, SIGTERM);
}

bool Cluster::stop(std::size_t node) { return signal(node, SIGSTOP); }
bool Cluster::resume(std::size_t node) { return signal(node, SIGCONT); }

bool Cluster::running(std::size_t node) { return members_[node].process && members_[node].process->running(); }

std::string Cluster::state(std::size_t node) {
  return members_[node].process ? members_[node].process->state() : "not started";
}

void Cluster::check_alive() {
  for (std::size_t i = 0; i < members_.size(); ++i) {
    if (!members_[i].process || members_[i].may_end || members_[i].process->running()) continue;
    throw std::runtime_error{plan_.nodes[i].name + " (" + server_.program + ") " + state(i) + ": " + last_words(i)};
  }
}

// What is wrong with a configuration is printed, the rest is in the log.
std::string Cluster::last_words(std::size_t node) const {
  const std::string printed = last_line(folder(node) / "output");
  return printed.empty() ? last_line(log_file(node)) : printed;
}

// --- synchronisation --------------------------------------------------------------------------------------

void Cluster::start_data_nodes(const Interrupts& interrupts) {
  for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
    if (plan_.nodes[i].running && !plan_.nodes[i].is_sentinel) start(i);
  }
  const Clock::time_point end = Clock::now() + kSyncTime;
  while (const std::optional<std::size_t> behind = replica_behind()) {
    interrupts.check();
    check_alive();
    if (Clock::now() > end) {
      throw std::runtime_error{plan_.nodes[*behind].name + " is not in sync within " +
                               std::to_string(kSyncTime.count() / 1'000) + " s: " + last_words(*behind)};
    }
    std::this_thread::sleep_for(kSyncPoll);
  }
}

// The first data node that does not answer yet, or that lacks its master's data.
std::optional<std::size_t> Cluster::replica_behind() const {
  for (std::size_t i = 0; i < plan_.nodes.size(); ++i) {
    if (plan_.nodes[i].running && !plan_.nodes[i].is_sentinel && !in_sync(i)) return i;
  }
  return std::nullopt;
}

// Its link is up, and so are, in its own eyes, the links of its replicas. One whose master is not there waits in vain.
bool Cluster::in_sync(std::size_t node) const {
  const auto replies = ask_node(plan_.nodes[node], {{"INFO", "replication"}}, kNodePatience);
  if (!replies || is_error(replies->back())) return false;
  const Reply info = parse_info(replies->back());
  const auto has_master = plan_.nodes[node].replica_of && plan_.nodes[*plan_.nodes[node].replica_of].running;
  if (has_master && info.value("master_link_status", "") != "up") return false;
  const auto replicas = std::ranges::count_if(
      plan_.nodes, [&](const PlannedNode& other) { return other.running && other.replica_of == node; });
  return count_online(info) >= static_cast<std::size_t>(replicas);
}

Reply parse_info(const Reply& info) {
  Reply fields = Reply::object();
  if (!info.is_string()) return fields;
  std::istringstream in{info.get<std::string>()};
  for (std::string line; std::getline(in, line);) {
    if (line.ends_with('\r')) line.pop_back();
    const std::size_t colon = line.find(':');
    if (colon != std::string::npos) fields[line.substr(0, colon)] = line.substr(colon + 1);
  }
  return fields;
}

std::optional<std::vector<Reply>> ask_node(const PlannedNode& node, Commands commands,
                                           std::chrono::milliseconds patience) {
  const bool locked = !node.password.empty();
  if (locked) commands.insert(commands.begin(), {"AUTH", node.password});
  auto replies = ask(node.endpoint, commands, patience);
  if (replies && locked) replies->erase(replies->begin());
  return replies;
}

}  // namespace sentinel::analysis::recorder
