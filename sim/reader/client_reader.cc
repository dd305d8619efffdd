#include "sim/reader/client_reader.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "sim/reader/json_fields.h"
#include "sim/reader/names.h"
#include "sim/reader/node_draft.h"
#include "sim/reader/node_names.h"

namespace sentinel::sim {
namespace {

using model::ClientConfig;

constexpr auto kClientFields = std::to_array<std::string_view>({
    "sentinels",     "node",       "watches",
    "asks-again",    "master",     "password",
    "verifies-role", "subscribes", "leaves-when-refused",
    "on-loss",       "asks-every", "writes",
    "reads",         "size",       "wait-replicas",
    "wait-timeout",  "timeout",    "retries",
    "retry-after",   "running",
});

model::Millis millis_of(const Json& value, Micros least) {
  const Micros duration = duration_of(value, least);
  const auto millis = std::chrono::duration_cast<model::Millis>(duration);
  if (millis != duration) value.fail("expected a whole number of milliseconds, such as \"100ms\"");
  return millis;
}

ClientConfig::OnLoss read_on_loss(const Json& json) {
  const std::string_view text = string_of(json);
  if (text == "ask") return ClientConfig::OnLoss::kAsk;
  if (text == "same") return ClientConfig::OnLoss::kSame;
  if (text == "stop") return ClientConfig::OnLoss::kStop;
  json.fail(R"(expected "ask" (the sentinels), "same" (address again) or "stop", not )" + in_quotes(text));
}

const model::SentinelConfig* sentinel_config(const Scenario& scenario, NodeId node) {
  return std::get_if<model::SentinelConfig>(&scenario.node(node).config);
}

bool watches(const Scenario& scenario, NodeId sentinel, model::Symbol master) {
  const model::SentinelConfig* const config = sentinel_config(scenario, sentinel);
  return config != nullptr &&
         std::ranges::find(config->masters, master, &model::MonitoredMaster::name) != config->masters.end();
}

// The master of the first sentinel that has one.
model::Symbol first_master(const Scenario& scenario, const std::vector<NodeId>& sentinels) {
  for (const NodeId sentinel : sentinels) {
    const model::SentinelConfig* const config = sentinel_config(scenario, sentinel);
    if (!config->masters.empty()) return config->masters.front().name;
  }
  return {};
}

std::vector<NodeId> all_sentinels(const Scenario& scenario) {
  std::vector<NodeId> sentinels;
  for (std::size_t i = 0; i < scenario.nodes.size(); ++i) {
    if (scenario.nodes[i].is_sentinel()) sentinels.push_back(node_id(i));
  }
  return sentinels;
}

class ClientReader {
 public:
  ClientReader(const Json& json, const NodeNames& names, Scenario& scenario)
      : fields_(json, "a client", kClientFields), names_(names), scenario_(scenario) {}

  Node read(const std::string& name) {
    Node node{.name = name};
    if (fields_.find("watches") != nullptr) {
      node.config = read_watcher();
    } else {
      read_client();
      node.config = config_;
    }
    read_flag("running", node.running);
    return node;
  }

 private:
  void read_client() {
    if (const Json* const again = fields_.find("asks-again")) again->fail("belongs to a client that 'watches'");
    read_sentinels();
    config_.master = read_master();
    read_password();
    read_load();
    read_habits();
  }

  // A watcher does not go to the master.
  model::WatcherConfig read_watcher() {
    static constexpr auto kOwn = std::to_array<std::string_view>(
        {"watches", "asks-again", "asks-every", "master", "timeout", "retry-after", "running"});
    for (const Json* const field : fields_.object().items) {
      if (std::ranges::find(kOwn, field->name) == kOwn.end()) {
        field->fail("is about writes and reads, and a client that 'watches' does none");
      }
    }
    const Json& watched = *fields_.find("watches");
    sentinels_.push_back(names_.find_sentinel(string_of(watched), watched));
    model::WatcherConfig config{.sentinel = scenario_.node(sentinels_.front()).address, .master = read_master()};
    read_flag("asks-again", config.asks_again);
    read_times(config);
    return config;
  }

  void read_sentinels() {
    const Json* const list = fields_.find("sentinels");
    const Json* const node = fields_.find("node");
    if (list != nullptr && node != nullptr) node->fail("expected either 'sentinels' or 'node', not both");
    if (node != nullptr) {
      config_ = plain_writer(scenario_, names_.find_data_node(string_of(*node), *node));
      config_.timeout = ClientConfig{}.timeout;
      return;
    }
    if (list == nullptr) sentinels_ = all_sentinels(scenario_);
    if (list != nullptr) {
      for (const Json* const name : list_of(*list)) sentinels_.push_back(names_.find_sentinel(string_of(*name), *name));
    }
    if (sentinels_.empty()) {
      fields_.object().fail("has nobody to ask: expected 'sentinels', or 'node' for one that asks nobody");
    }
    for (const NodeId sentinel : sentinels_) config_.sentinels.push_back(scenario_.node(sentinel).address);
  }

  // Of its sentinels; a client that asks none has none.
  model::Symbol read_master() {
    const Json* const master = fields_.find("master");
    if (master == nullptr) return first_master(scenario_, sentinels_);
    const std::string_view name = string_of(*master);
    const model::Symbol symbol = at(*master, [&] { return intern_name(scenario_.symbols, name); });
    const bool is_known = std::ranges::any_of(all_sentinels(scenario_),
                                              [&](NodeId sentinel) { return watches(scenario_, sentinel, symbol); });
    if (!is_known) master->fail("no sentinel starts with a master " + in_quotes(name));
    return symbol;
  }

  void read_password() {
    if (const Json* const password = fields_.find("password")) {
      const std::string_view text = string_of(*password);
      config_.password = at(*password, [&] { return intern_text(scenario_.symbols, text); });
    }
  }

  void read_load() {
    const Json* const writes = fields_.find("writes");
    const Json* const reads = fields_.find("reads");
    if (writes == nullptr && reads == nullptr) fields_.get("writes", "how many a second, such as 20 (or 'reads')");
    if (writes != nullptr) config_.writes = static_cast<int>(integer_of(*writes, 0, kMostRate));
    if (reads != nullptr) config_.reads = static_cast<int>(integer_of(*reads, 0, kMostRate));
    if (const Json* const size = fields_.find("size")) config_.bytes = integer_of(*size, 1, kMostWriteBytes);
    if (const Json* const wait = fields_.find("wait-replicas")) {
      config_.wait_replicas = static_cast<int>(integer_of(*wait, 0, kMostNodes));
    }
    read_millis("wait-timeout", Micros{0}, config_.wait_timeout);
  }

  void read_habits() {
    constexpr std::int64_t kMostRetries = 1'000;
    read_flag("verifies-role", config_.verifies_role);
    read_flag("subscribes", config_.subscribes);
    read_flag("leaves-when-refused", config_.leaves_when_refused);
    if (const Json* const loss = fields_.find("on-loss")) config_.on_loss = read_on_loss(*loss);
    read_times(config_);
    if (const Json* const retries = fields_.find("retries")) {
      config_.retries = static_cast<int>(integer_of(*retries, 0, kMostRetries));
    }
    if (!config_.fixed) return;
    for (const std::string_view name : {"subscribes", "asks-every", "leaves-when-refused"}) {
      if (const Json* const field = fields_.find(name)) field->fail("is about sentinels, and this client asks none");
    }
  }

  template <class Config>
  void read_times(Config& config) {
    constexpr Micros kLeastPause = std::chrono::milliseconds{1};
    read_millis("asks-every", kLeastPause, config.asks_every);
    read_millis("timeout", Micros{0}, config.timeout);
    read_millis("retry-after", kLeastPause, config.retry_after);
  }

  void read_millis(std::string_view name, Micros least, model::Millis& time) {
    if (const Json* const value = fields_.find(name)) time = millis_of(*value, least);
  }

  void read_flag(std::string_view name, bool& flag) {
    if (const Json* const value = fields_.find(name)) flag = bool_of(*value);
  }

  Fields fields_;
  const NodeNames& names_;
  Scenario& scenario_;
  std::vector<NodeId> sentinels_{};
  ClientConfig config_{};
};

}  // namespace

void read_clients(const Json& clients, Scenario& scenario) {
  std::vector<Node> read;
  const NodeNames names(scenario.nodes);
  for (const Json* const client : members_of(clients)) {
    check_node_name(*client);
    if (scenario.find_node(client->name)) client->fail("there is a node " + in_quotes(client->name) + " already");
    if (scenario.nodes.size() + read.size() == kMostNodes) client->fail("more than 4096 nodes");
    read.push_back(ClientReader(*client, names, scenario).read(client->name));
  }
  std::ranges::move(read, std::back_inserter(scenario.nodes));
}

model::ClientConfig plain_writer(const Scenario& scenario, NodeId node) {
  constexpr model::Millis kAsksEvery{250};
  ClientConfig config{.verifies_role = false,
                      .subscribes = false,
                      .leaves_when_refused = false,
                      .on_loss = ClientConfig::OnLoss::kSame,
                      .timeout = model::Millis{0}};
  if (const auto* data = std::get_if<model::DataNodeConfig>(&scenario.node(node).config)) {
    config.fixed = scenario.node(node).address;
    config.password = data->password;
    return config;
  }
  const model::SentinelConfig* const sentinel = sentinel_config(scenario, node);
  if (sentinel->masters.empty()) {
    throw BadInput("expected a sentinel that starts with a master: this one names none");
  }
  config.sentinels.push_back(scenario.node(node).address);
  config.master = sentinel->masters.front().name;
  config.password = sentinel->masters.front().auth_pass;
  config.asks_every = kAsksEvery;
  return config;
}

}  // namespace sentinel::sim
