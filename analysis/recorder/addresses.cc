#include "analysis/recorder/addresses.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "sim/bad_input.h"

namespace sentinel::analysis::recorder {
namespace {

constexpr std::uint16_t kDataPort = 6379;
constexpr std::uint16_t kSentinelPort = 26379;

std::vector<Endpoint> given_addresses(const sim::Scenario& scenario) {
  std::vector<Endpoint> addresses;
  addresses.reserve(scenario.nodes.size());
  for (const sim::Node& node : scenario.nodes) {
    if (!node.listens()) break;  // they are the last ones
    addresses.push_back({.host = std::string{scenario.symbols.text(node.address.host)}, .port = node.address.port});
  }
  return addresses;
}

// The parts of `10.0.0.11`; none if it is a name or something else.
std::vector<int> parts_of(const std::string& host) {
  constexpr std::size_t kParts = 4;
  constexpr int kMost = 255;
  std::vector<int> parts;
  const char* at = host.data();
  const char* const end = at + host.size();
  while (parts.size() < kParts) {
    const auto [stop, error] = std::from_chars(at, end, parts.emplace_back());
    if (error != std::errc{} || parts.back() < 0 || parts.back() > kMost) return {};
    if (stop == end) break;
    if (*stop != '.') return {};
    at = stop + 1;
  }
  return parts.size() == kParts && host.back() != '.' ? parts : std::vector<int>{};
}

bool is_loopback(const Endpoint& endpoint) {
  constexpr int kLoopback = 127;
  const std::vector<int> parts = parts_of(endpoint.host);
  return !parts.empty() && parts.front() == kLoopback;
}

// The recorder itself is at .254, and .0 and .255 are no hosts.
bool are_hosts_of_one_network(const std::vector<Endpoint>& addresses) {
  constexpr int kRecorder = 254;
  std::set<std::vector<int>> hosts;
  std::set<std::vector<int>> networks;
  for (const Endpoint& address : addresses) {
    std::vector<int> parts = parts_of(address.host);
    if (is_loopback(address) || parts.empty() || parts.back() == 0 || parts.back() >= kRecorder) return false;
    hosts.insert(parts);
    parts.pop_back();
    networks.insert(parts);
  }
  return hosts.size() == addresses.size() && networks.size() == 1;
}

std::string host_in_own_network(int place) { return "10.0.0." + std::to_string(place); }

}  // namespace

bool Addresses::are_on_loopback(const sim::Scenario& scenario) {
  return std::ranges::all_of(given_addresses(scenario), is_loopback);
}

Addresses Addresses::on_loopback(const sim::Scenario& scenario) {
  Addresses addresses;
  addresses.given_ = given_addresses(scenario);
  addresses.real_ = addresses.given_;
  const auto other = std::ranges::find_if_not(addresses.given_, is_loopback);
  if (other == addresses.given_.end()) return addresses;
  const auto& node = scenario.nodes[static_cast<std::size_t>(other - addresses.given_.begin())];
  throw sim::BadInput{scenario.file, 0, "/nodes/" + node.name,
                      "the address " + other->text() + " is not on loopback (127.0.0.1): use --net namespaces"};
}

Addresses Addresses::in_namespaces(const sim::Scenario& scenario) {
  constexpr int kBeforeData = 10;
  constexpr int kBeforeSentinels = 100;
  constexpr int kBehindSentinels = 254;
  Addresses addresses;
  addresses.given_ = given_addresses(scenario);
  addresses.real_ = addresses.given_;
  if (are_hosts_of_one_network(addresses.given_)) return addresses;
  int data = kBeforeData;
  int sentinels = kBeforeSentinels;
  for (std::size_t i = 0; i < addresses.given_.size(); ++i) {
    const bool is_sentinel = scenario.nodes[i].is_sentinel();
    addresses.real_[i] = {.host = host_in_own_network(is_sentinel ? ++sentinels : ++data),
                          .port = is_sentinel ? kSentinelPort : kDataPort};
  }
  if (data > kBeforeSentinels || sentinels >= kBehindSentinels) {
    throw sim::BadInput{scenario.file, 0, "",
                        "too many nodes for --net namespaces: expected at most 90 data nodes and "
                        "153 sentinels"};
  }
  return addresses;
}

void Addresses::rewrite(std::vector<std::string>& words) const {
  for (std::size_t i = 0; i < words.size(); ++i) {
    for (std::size_t node = 0; node < given_.size(); ++node) {
      if (words[i] == given_[node].text()) {
        words[i] = real_[node].text();
        break;
      }
      const bool is_pair =
          i + 1 < words.size() && words[i] == given_[node].host && words[i + 1] == std::to_string(given_[node].port);
      if (!is_pair) continue;
      words[i] = real_[node].host;
      words[i + 1] = std::to_string(real_[node].port);
      break;
    }
  }
}

std::string Addresses::rewritten(const std::string& text) const {
  std::vector<std::string> words(1);
  for (const char c : text) {
    if (c == ' ') {
      words.emplace_back();
    } else {
      words.back() += c;
    }
  }
  rewrite(words);
  std::string joined = words.front();
  for (std::size_t i = 1; i < words.size(); ++i) joined += " " + words[i];
  return joined;
}

}  // namespace sentinel::analysis::recorder
