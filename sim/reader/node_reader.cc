#include "sim/reader/node_reader.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <utility>

#include "sim/reader/cluster_shorthand.h"
#include "sim/reader/directive_overrides.h"
#include "sim/reader/names.h"
#include "sim/reader/node_draft.h"
#include "sim/reader/node_names.h"
#include "sim/reader/text_file.h"
#include "sim/units.h"

namespace sentinel::sim {
namespace {

constexpr auto kNodeFields = std::to_array<std::string_view>({
    "address",
    "kind",
    "conf",
    "conf-file",
    "run-id",
    "running",
    "transfer-time",
    "load-time",
    "data-size",
    "save-rate",
    "bandwidth",
    "load-rate",
    "args",
    "hash-order",
});

bool read_kind(const Json& kind) {
  const std::string_view text = string_of(kind);
  if (text == "sentinel") return true;
  if (text == "data") return false;
  kind.fail(R"(expected "data" or "sentinel", not )" + in_quotes(text));
}

std::string read_conf_file(const Json& name) {
  const std::filesystem::path path = path_beside(name);
  return at(name, [&] { return read_text_file(path); });
}

void give_conf_file(NodeDraft& node, const Json& name, ConfStore& store) {
  const std::filesystem::path path = path_beside(name);
  const std::string text = read_conf_file(name);
  std::string_view rest = text;
  for (std::size_t line = 1; !rest.empty(); ++line) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view content = rest.substr(0, end);
    if (content.ends_with('\r')) content.remove_suffix(1);
    store.give(node, store.add({.text = std::string{content}, .file = path, .line = line, .json_path = ""}));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
}

// One, or a list of one for each start.
std::vector<model::Id> read_run_ids(const Json& json) {
  const auto read = [](const Json& id) {
    const std::string_view text = string_of(id);
    return at(id, [&] { return parse_id(text); });
  };
  std::vector<model::Id> ids;
  if (json.kind != Json::Kind::kList) return {read(json)};
  for (const Json* const id : list_of(json)) ids.push_back(read(*id));
  return ids;
}

// What an entry of `nodes` says, of a new node or of one of the shorthand.
void read_draft(const Json& json, NodeDraft& node, ConfStore& store, SymbolTable& symbols) {
  const Fields fields(json, "a node", kNodeFields);
  node.json = &json;
  if (const Json* const kind = fields.find("kind")) {
    const bool is_sentinel = read_kind(*kind);
    if (is_sentinel == !node.is_sentinel.value_or(is_sentinel)) kind->fail("the cluster gives it the other kind");
    node.is_sentinel = is_sentinel;
  }
  if (const Json* const address = fields.find("address")) {
    const std::string_view text = string_of(*address);
    node.address = at(*address, [&] { return parse_address(symbols, text); });
  }
  if (const Json* const file = fields.find("conf-file")) give_conf_file(node, *file, store);
  if (const Json* const conf = fields.find("conf")) store.give(node, store.add_all(*conf));
  if (const Json* const id = fields.find("run-id")) {
    node.run_ids = read_run_ids(*id);
  }
  if (const Json* const running = fields.find("running")) node.running = bool_of(*running);
  node.transfer_time = fields.find("transfer-time");
  node.load_time = fields.find("load-time");
  node.data_size = fields.find("data-size");
  node.save_rate = fields.find("save-rate");
  node.bandwidth = fields.find("bandwidth");
  node.load_rate = fields.find("load-rate");
  node.args = fields.find("args");
  node.hash_order = fields.find("hash-order");
}

model::Millis whole_millis_of(const Json& value) {
  const Micros duration = duration_of(value);
  const auto millis = std::chrono::duration_cast<model::Millis>(duration);
  if (millis != duration) value.fail("expected a whole number of milliseconds, such as \"10ms\"");
  return millis;
}

void finish(const NodeDraft& draft, model::DataNodeConfig& config) {
  if (draft.transfer_time != nullptr) config.transfer_time = whole_millis_of(*draft.transfer_time);
  if (draft.load_time != nullptr) config.load_time = whole_millis_of(*draft.load_time);
  if (draft.data_size != nullptr) config.data_size = memory_of(*draft.data_size, 0);
  if (draft.save_rate != nullptr) config.save_rate = memory_of(*draft.save_rate, 1);
  if (draft.bandwidth != nullptr) config.bandwidth = memory_of(*draft.bandwidth, 1);
  if (draft.load_rate != nullptr) config.load_rate = memory_of(*draft.load_rate, 1);
}

void finish(const NodeDraft& draft, const model::SentinelConfig& /*config*/) {
  for (const Json* const field : {draft.transfer_time, draft.load_time, draft.data_size, draft.save_rate,
                                  draft.bandwidth, draft.load_rate, draft.args}) {
    if (field != nullptr) field->fail("only data nodes have data: this node is a sentinel");
  }
}

// Options behind the name of the configuration file, as far as they tell of replication.
std::optional<model::Address> replicaof_option(const Json* args, SymbolTable& symbols) {
  if (args == nullptr) return std::nullopt;
  std::istringstream words{std::string{string_of(*args)}};
  std::string option;
  std::string host;
  std::string port;
  std::string more;
  words >> option >> host >> port;
  if ((option != "--slaveof" && option != "--replicaof") || port.empty() || words >> more) {
    args->fail("expected --replicaof <host> <port> (or --slaveof): no other option is simulated");
  }
  return at(*args, [&] { return parse_address(symbols, host, port); });
}

std::vector<std::string> texts_of(const Conf& conf) {
  std::vector<std::string> texts;
  for (const ConfLine* const line : conf) texts.push_back(line->text);
  return texts;
}

template <class Config>
Node finished(const NodeDraft& draft, Configured<Config> configured) {
  finish(draft, configured.config);
  if (!configured.address) draft.json->fail("'address' is missing: where the node listens, such as \"127.0.0.1:6379\"");
  return {.name = draft.name,
          .address = *configured.address,
          .announces_host = configured.announced.host != model::Symbol{},
          .announces_port = configured.announced.port != 0,
          .resolves_hostnames = configured.resolves_hostnames,
          .config = configured.config,
          .run_ids = draft.run_ids,
          .running = draft.running,
          .conf = texts_of(draft.conf)};
}

Node make_node(const NodeDraft& draft, SymbolTable& symbols) {
  if (draft.is_sentinel.value_or(is_sentinel_conf(draft.conf))) {
    return finished(draft, configure_sentinel(draft.conf, draft.address, symbols));
  }
  Node node = finished(draft, configure_data_node(draft.conf, draft.address, symbols));
  node.replicaof_option = replicaof_option(draft.args, symbols);
  return node;
}

// Reads `nodes`; the drafts of the shorthand, by their names, are there already.
class DraftReader {
 public:
  DraftReader(std::vector<NodeDraft>& drafts, ConfStore& store, SymbolTable& symbols)
      : drafts_(drafts), store_(store), symbols_(symbols) {
    for (std::size_t i = 0; i < drafts.size(); ++i) places_.emplace(drafts[i].name, i);
  }

  void read(const Json& nodes) {
    for (const Json* const node : members_of(nodes)) {
      check_node_name(*node);
      const auto [place, is_new] = places_.try_emplace(node->name, drafts_.size());
      if (is_new) drafts_.push_back({.name = node->name});
      if (drafts_.size() > kMostNodes) node->fail("more than 4096 nodes");
      read_draft(*node, drafts_[place->second], store_, symbols_);
    }
  }

 private:
  std::vector<NodeDraft>& drafts_;
  ConfStore& store_;
  SymbolTable& symbols_;
  std::map<std::string, std::size_t> places_;
};

// Later lines win, and those of the shorthand come first.
void configure(const ClusterShorthand& cluster, std::vector<NodeDraft>& drafts, ConfStore& store,
               const SymbolTable& symbols) {
  std::vector<Conf> own;
  own.reserve(drafts.size());
  for (NodeDraft& draft : drafts) own.push_back(std::exchange(draft.conf, {}));
  cluster.configure(drafts, symbols);
  for (std::size_t i = 0; i < drafts.size(); ++i) store.give(drafts[i], own[i]);
}

// What a sentinel is known to walk through in this order. There is a chance of 1 in n! that a seed gives it.
void read_hash_orders(const std::vector<NodeDraft>& drafts, std::vector<Node>& nodes) {
  constexpr std::size_t kMost = 7;
  const NodeNames names(nodes);
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Json* const order = drafts[i].hash_order;
    if (order == nullptr) continue;
    if (!nodes[i].is_sentinel()) order->fail("only sentinels have one: this node is a data node");
    for (const Json* const name : list_of(*order)) {
      const NodeId node = names.find_data_node(string_of(*name), *name);
      if (std::ranges::find(nodes[i].hash_order, node) != nodes[i].hash_order.end()) {
        name->fail(in_quotes(string_of(*name)) + " is there twice");
      }
      nodes[i].hash_order.push_back(node);
    }
    if (nodes[i].hash_order.size() > kMost) order->fail("expected at most 7 nodes: a seed must be found that gives it");
  }
}

void refuse_shared_addresses(const std::vector<Node>& nodes, const std::vector<NodeDraft>& drafts,
                             const SymbolTable& symbols) {
  std::map<std::pair<std::uint32_t, std::uint16_t>, std::string_view> owners;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const model::Address& address = nodes[i].address;
    const auto [owner, is_new] = owners.try_emplace({address.host.index, address.port}, nodes[i].name);
    if (is_new) continue;
    drafts[i].json->fail(std::string{owner->second} + " and " + nodes[i].name + " have the same address, host " +
                         in_quotes(symbols.text(address.host)) + " and port " + std::to_string(address.port) +
                         ": each needs its own");
  }
}

}  // namespace

std::vector<Node> read_nodes(const Fields& scenario, SymbolTable& symbols) {
  const Json* const cluster_json = scenario.find("cluster");
  const Json* const nodes_json = scenario.find("nodes");
  ConfStore store;
  std::vector<NodeDraft> drafts;
  std::optional<ClusterShorthand> cluster;
  if (cluster_json != nullptr) drafts = cluster.emplace(*cluster_json, store).drafts(symbols);
  if (nodes_json != nullptr) DraftReader(drafts, store, symbols).read(*nodes_json);
  if (drafts.empty()) scenario.object().fail("a scenario without nodes: expected 'cluster' or 'nodes'");
  if (cluster) configure(*cluster, drafts, store, symbols);
  if (const Json* const directives = scenario.find("directives")) override_directives(*directives, drafts, store);

  std::vector<Node> nodes;
  nodes.reserve(drafts.size());
  for (const NodeDraft& draft : drafts) nodes.push_back(make_node(draft, symbols));
  refuse_shared_addresses(nodes, drafts, symbols);
  read_hash_orders(drafts, nodes);
  return nodes;
}

}  // namespace sentinel::sim
