#include "sim/query/conf_file.h"

#include <algorithm>
#include <array>
#include <utility>
#include <variant>

#include "sim/event_text.h"
#include "sim/query/parameters.h"
#include "sim/words.h"

namespace sentinel::sim {
namespace {

constexpr model::Millis kDownAfter{30'000};
constexpr model::Millis kFailoverTimeout{180'000};

// A process that listens elsewhere than at its default port has to be told so.
std::vector<std::string> original_lines(const Node& node) {
  std::vector<std::string> lines = node.conf;
  const bool has_port =
      std::ranges::any_of(lines, [](const std::string& line) { return lower_case(line).starts_with("port "); });
  if (!has_port) lines.insert(lines.begin(), "port " + std::to_string(node.address.port));
  return lines;
}

}  // namespace

ConfFile::ConfFile(const Scenario& scenario, NodeId node)
    : scenario_(&scenario), node_(&scenario.node(node)), original_(original_lines(*node_)), lines_(original_) {}

std::string ConfFile::text() const {
  std::string text;
  for (const std::string& line : lines_) text += line + '\n';
  return text;
}

// Only what the file does not say already.
void ConfFile::put_defaults(RewrittenLines& lines, std::string_view defaults) const {
  while (!defaults.empty()) {
    const std::size_t end = defaults.find('\n');
    const std::string line{defaults.substr(0, end)};
    defaults.remove_prefix(end + 1);
    if (!lines.has(RewrittenLines::directive_of(line, *scenario_->profile))) lines.put(line);
  }
}

// --- sentinels --------------------------------------------------------------------------------------------

// What is not simulated stays as it was given.
void ConfFile::put_original(RewrittenLines& lines, std::string_view directive, std::string_view master) const {
  for (const std::string& line : original_) {
    if (RewrittenLines::directive_of(line, *scenario_->profile).empty()) continue;
    const std::vector<std::string> words = split_words(line);
    const bool is_meant = words.size() > 2 && lower_case(words[0]) == "sentinel" && lower_case(words[1]) == directive &&
                          (master.empty() || words[2] == master);
    const bool is_ping = directive == "rename-command" && words.size() > 3 && lower_case(words[3]) == "ping";
    if (!is_meant || is_ping) continue;
    const bool is_quoted = directive == "announce-ip" && scenario_->profile->sentinel.rewrites_each_directive;
    lines.put(is_quoted ? "sentinel announce-ip \"" + words[2] + "\"" : line);
  }
}

// rewriteConfigSentinelOption()
void ConfFile::rewrite(const model::SentinelConfig& config) {
  static constexpr auto kWritten = std::to_array<std::string_view>({
      "sentinel",
      "sentinel myid",
      "sentinel monitor",
      "sentinel down-after-milliseconds",
      "sentinel failover-timeout",
      "sentinel parallel-syncs",
      "sentinel notification-script",
      "sentinel client-reconfig-script",
      "sentinel auth-pass",
      "sentinel master-reboot-down-after-period",
      "sentinel config-epoch",
      "sentinel leader-epoch",
      "sentinel known-replica",
      "sentinel known-sentinel",
      "sentinel current-epoch",
  });
  const model::SentinelTraits& traits = scenario_->profile->sentinel;
  RewrittenLines lines(std::move(lines_), *scenario_->profile);
  put_defaults(lines, traits.rewritten_defaults);
  if (traits.keeps_id) lines.put("sentinel myid " + config.id.text());
  for (const std::string_view global : {"deny-scripts-reconfig", "resolve-hostnames", "announce-hostnames"}) {
    put_original(lines, global, "");
  }
  for (const model::MonitoredMaster& master : config.masters) put_master(lines, master);
  lines.put("sentinel current-epoch " + std::to_string(config.current_epoch.value));
  for (const std::string_view global : {"announce-ip", "announce-port", "sentinel-user", "sentinel-pass"}) {
    put_original(lines, global, "");
  }
  for (const std::string_view name : kWritten) lines.drop_rest(name);
  lines_ = std::move(lines).finished();
}

void ConfFile::put_master(RewrittenLines& lines, const model::MonitoredMaster& master) const {
  const SymbolTable& symbols = scenario_->symbols;
  const model::SentinelTraits& traits = scenario_->profile->sentinel;
  const std::string name{symbols.text(master.name)};
  const auto put = [&](const std::string& directive, const std::string& value) {
    lines.put("sentinel " + directive + " " + name + " " + value);
  };
  const auto put_period = [&](const std::string& directive, model::Millis period, model::Millis usual) {
    if (period != usual) put(directive, std::to_string(period.count()));
  };
  put("monitor", address_text(master.address, symbols) + " " + std::to_string(master.quorum));
  put_period("down-after-milliseconds", master.down_after, kDownAfter);
  put_period("failover-timeout", master.failover_timeout, kFailoverTimeout);
  if (master.parallel_syncs != 1) put("parallel-syncs", std::to_string(master.parallel_syncs));
  const auto put_text = [&](const std::string& directive, model::Symbol text) {
    if (text) put(directive, std::string{symbols.text(text)});
  };
  put_text("notification-script", master.notification_script);
  put_text("client-reconfig-script", master.client_reconfig_script);
  put_text("auth-pass", master.auth_pass);
  put_original(lines, "auth-user", name);
  const std::string reboot = traits.says_primary ? "primary" : "master";
  put_period(reboot + "-reboot-down-after-period", master.master_reboot_down_after, model::Millis{0});
  put("config-epoch", std::to_string(master.config_epoch.value));
  put("leader-epoch", std::to_string(master.leader_epoch.value));
  put_known(lines, master);
  put_original(lines, "rename-command", name);
  if (master.ping_name) put("rename-command", "PING " + std::string{symbols.text(master.ping_name)});
}

void ConfFile::put_known(RewrittenLines& lines, const model::MonitoredMaster& master) const {
  const SymbolTable& symbols = scenario_->symbols;
  const std::string name{symbols.text(master.name)};
  const std::string replica =
      (scenario_->profile->sentinel.says_replica ? "sentinel known-replica " : "sentinel known-slave ") + name + " ";
  for (const model::Address& address : master.known_replicas) {
    lines.put(replica + address_text(address, symbols));
  }
  for (const model::KnownSentinel& known : master.known_sentinels) {
    lines.put("sentinel known-sentinel " + name + " " + address_text(known.address, symbols) + " " + known.id.text());
  }
}

// --- data nodes -------------------------------------------------------------------------------------------

// A parameter that can change is written if it is not the default, or if the file has it already. Users come last;
// of one with a password stands a hash there, which is left out.
void ConfFile::rewrite(const model::DataNodeConfig& config) {
  const model::Profile& profile = *scenario_->profile;
  RewrittenLines lines(std::move(lines_), profile);
  put_defaults(lines, profile.data_node.rewritten_defaults);
  model::DataNodeConfig usual;
  usual.announced = config.announced;
  for (const Parameter& parameter : parameters()) {
    const bool is_replicaof = parameter.name == "replicaof";
    if (!parameter.settable && !is_replicaof) continue;
    const std::string value = parameter.text(config, *node_, *scenario_);
    const bool is_usual = value == parameter.text(usual, *node_, *scenario_);
    const bool is_quoted = parameter.kind == Parameter::Kind::kText && !is_replicaof;
    if (!is_usual || (lines.has(parameter.name) && !value.empty())) {
      const std::string_view name = name_in(profile, parameter);
      lines.put(std::string{name} + " " + (is_quoted ? "\"" + value + "\"" : value));
    }
    lines.drop_rest(parameter.name);
  }
  if (!config.password) put_defaults(lines, profile.data_node.rewritten_user);
  lines_ = std::move(lines).finished();
}

// --- of a run ---------------------------------------------------------------------------------------------

namespace {

using Disk = Run::Disk;

void rewrite(ConfFile& file, const Disk& disk) {
  if (const auto* sentinel = std::get_if<model::SentinelConfig>(&disk)) file.rewrite(*sentinel);
  if (const auto* data_node = std::get_if<model::DataNodeConfig>(&disk)) file.rewrite(*data_node);
}

// Without the last `missing` replicas that were not known `before`.
void forget_replicas(Disk& disk, const Disk& before, std::size_t missing) {
  auto* const config = std::get_if<model::SentinelConfig>(&disk);
  if (config == nullptr) return;
  const auto& masters = std::get<model::SentinelConfig>(before).masters;
  for (std::size_t i = 0; i < std::min(masters.size(), config->masters.size()); ++i) {
    auto& replicas = config->masters[i].known_replicas;
    const std::size_t known = std::min(masters[i].known_replicas.size(), replicas.size());
    replicas.resize(std::max(known, replicas.size() - std::min(missing, replicas.size())));
  }
}

}  // namespace

// A step that writes the file several times has learnt of one replica each time (sentinelRefreshInstanceInfo).
std::string conf_text_at(Run& run, NodeId node, SimTime at) {
  const ConfFile original(run.scenario(), node);
  ConfFile file = original;
  Disk known = run.disk(node);
  std::uint32_t seen = 0;
  Scratch scratch;
  while (run.step_until(at, scratch)) {
    const std::uint32_t count = run.rewrites(node);
    if (count == seen) continue;
    if (count < seen) {
      file = original;
      seen = 0;
    }
    for (; seen < count; ++seen) {
      Disk disk = run.disk(node);
      forget_replicas(disk, known, count - seen - 1);
      rewrite(file, disk);
    }
    known = run.disk(node);
  }
  run.wait_until(at);
  return file.text();
}

}  // namespace sentinel::sim
