#include "sim/reader/cluster_shorthand.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "sim/reader/json_fields.h"
#include "sim/reader/names.h"
#include "sim/words.h"

namespace sentinel::sim {
namespace {

constexpr auto kClusterFields = std::to_array<std::string_view>({
    "masters",
    "replicas",
    "sentinels",
    "quorum",
    "down-after-milliseconds",
    "failover-timeout",
    "parallel-syncs",
    "data-conf",
    "replica-conf",
    "sentinel-conf",
});
constexpr auto kOptions =
    std::to_array<std::string_view>({"down-after-milliseconds", "failover-timeout", "parallel-syncs"});

constexpr std::string_view kHost = "127.0.0.1";
constexpr std::size_t kFirstDataPort = 7000;
constexpr std::size_t kFirstSentinelPort = 5000;

std::vector<std::string> read_masters(const Json* list) {
  if (list == nullptr) return {"mymaster"};
  std::vector<std::string> masters;
  for (const Json* const item : list_of(*list)) {
    const std::string_view name = string_of(*item);
    if (std::ranges::find(masters, name) != masters.end()) item->fail(in_quotes(name) + " is there twice");
    masters.emplace_back(name);
    if (masters.size() > kMostNodes) list->fail("more than 4096 masters");
  }
  if (masters.empty()) list->fail("expected the name of at least one master, such as \"mymaster\"");
  return masters;
}

std::size_t read_count(const Json* count, std::size_t usual) {
  if (count == nullptr) return usual;
  return static_cast<std::size_t>(integer_of(*count, 0, static_cast<std::int64_t>(kMostNodes)));
}

Conf read_conf(const Json* list, ConfStore& store) { return list == nullptr ? Conf{} : store.add_all(*list); }

NodeDraft draft(const Json& json, char letter, std::size_t place, std::size_t first_port, SymbolTable& symbols) {
  const auto port = static_cast<std::uint16_t>(first_port + place);
  return {.name = letter + std::to_string(place + 1),
          .json = &json,
          .is_sentinel = letter == 'S',
          .address = model::Address{intern_host(symbols, kHost), port}};
}

std::array<std::string, 2> host_and_port(const model::Address& address, const SymbolTable& symbols) {
  return {std::string{symbols.text(address.host)}, std::to_string(address.port)};
}

}  // namespace

bool ClusterShorthand::has_field(std::string_view name) {
  return std::ranges::find(kClusterFields, name) != kClusterFields.end();
}

std::span<const std::string_view> ClusterShorthand::fields() { return kClusterFields; }

ClusterShorthand::ClusterShorthand(const Json& json, ConfStore& store) : json_(&json), store_(&store) {
  constexpr std::size_t kReplicas = 2;
  constexpr std::size_t kSentinels = 3;
  const Fields fields(json, "a cluster", kClusterFields);
  masters_ = read_masters(fields.find("masters"));
  replicas_ = read_count(fields.find("replicas"), kReplicas);
  sentinels_ = read_count(fields.find("sentinels"), kSentinels);
  quorum_ = integer_of(fields.get("quorum", "how many sentinels must agree that a master is down"), 1,
                       std::numeric_limits<std::int32_t>::max());
  if (data_nodes() + sentinels_ > kMostNodes) json.fail("more than 4096 nodes");
  for (const std::string_view option : kOptions) {
    const Json* const value = fields.find(option);
    if (value == nullptr) continue;
    const std::int64_t number = integer_of(*value, 1, std::numeric_limits<std::int32_t>::max());
    options_.push_back({"sentinel", std::string{option}, "", std::to_string(number)});
  }
  data_conf_ = read_conf(fields.find("data-conf"), store);
  replica_conf_ = read_conf(fields.find("replica-conf"), store);
  sentinel_conf_ = read_conf(fields.find("sentinel-conf"), store);
}

std::vector<NodeDraft> ClusterShorthand::drafts(SymbolTable& symbols) const {
  std::vector<NodeDraft> drafts;
  drafts.reserve(data_nodes() + sentinels_);
  for (std::size_t i = 0; i < data_nodes(); ++i) drafts.push_back(draft(*json_, 'R', i, kFirstDataPort, symbols));
  for (std::size_t i = 0; i < sentinels_; ++i) drafts.push_back(draft(*json_, 'S', i, kFirstSentinelPort, symbols));
  return drafts;
}

void ClusterShorthand::configure(std::span<NodeDraft> drafts, const SymbolTable& symbols) const {
  for (std::size_t i = 0; i < data_nodes(); ++i) {
    store_->give(drafts[i], data_conf_);
    const std::size_t master = i - i % (1 + replicas_);
    if (i != master) configure_replica(drafts[i], drafts[master], symbols);
  }
  for (std::size_t i = 0; i < sentinels_; ++i) configure_sentinel(drafts[data_nodes() + i], drafts, symbols);
}

void ClusterShorthand::give(NodeDraft& node, const std::vector<std::string>& words) const {
  store_->give(node, store_->add({.text = join_words(words),
                                  .file = json_->document->file(),
                                  .line = json_->line,
                                  .json_path = json_->path()}));
}

void ClusterShorthand::configure_replica(NodeDraft& node, const NodeDraft& master, const SymbolTable& symbols) const {
  const auto [host, port] = host_and_port(*master.address, symbols);
  give(node, {"replicaof", host, port});
  store_->give(node, replica_conf_);
}

void ClusterShorthand::configure_sentinel(NodeDraft& node, std::span<const NodeDraft> drafts,
                                          const SymbolTable& symbols) const {
  for (std::size_t i = 0; i < masters_.size(); ++i) {
    const auto [host, port] = host_and_port(*drafts[i * (1 + replicas_)].address, symbols);
    give(node, {"sentinel", "monitor", masters_[i], host, port, std::to_string(quorum_)});
    for (std::vector<std::string> option : options_) {
      option[2] = masters_[i];
      give(node, option);
    }
  }
  store_->give(node, sentinel_conf_);
}

}  // namespace sentinel::sim
