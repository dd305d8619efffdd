#include "analysis/recorder/configuration.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "sim/words.h"

namespace sentinel::analysis::recorder {
namespace {

using Words = std::vector<std::string>;

constexpr Version kCalledReplicas{5, 0, 0};
constexpr Version kProtects{3, 2, 0};
constexpr Version kKeepsId{3, 2, 0};
constexpr Version kGuardsDebug{7, 0, 0};

// What the recorder decides itself, and what would touch the machine outside the temporary folder: scripts, sockets.
constexpr auto kReplaced = std::to_array<std::string_view>({
    "aclfile",
    "bind",
    "daemonize",
    "dir",
    "logfile",
    "loglevel",
    "pidfile",
    "port",
    "sentinel client-reconfig-script",
    "sentinel notification-script",
    "supervised",
    "syslog-enabled",
    "syslog-facility",
    "syslog-ident",
    "unixsocket",
    "unixsocketperm",
});

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (auto at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string in_words_of(const Server& server, const std::string& word) {
  return server.is_at_least(kCalledReplicas) ? word : replaced(sim::lower_case(word), "replica", "slave");
}

// `sentinel monitor`, `replicaof`: the words that say what a line is about.
std::string directive_of(const Words& words) {
  const std::string first = sim::lower_case(words.front());
  return first == "sentinel" && words.size() > 1 ? first + " " + sim::lower_case(words[1]) : first;
}

void translate_directive(Words& words, const Server& server) {
  const std::size_t named = sim::lower_case(words.front()) == "sentinel" && words.size() > 1 ? 1 : 0;
  words[named] = in_words_of(server, words[named]);
}

// An announced address stands in two lines, so that rewriting pairs of words does not find it.
void move_announced(Words& words, const std::string& directive, const Endpoint& given, const Endpoint& real) {
  if (words.back() == given.host && directive.ends_with("announce-ip")) words.back() = real.host;
  if (words.back() == std::to_string(given.port) && directive.ends_with("announce-port")) {
    words.back() = std::to_string(real.port);
  }
}

std::vector<Words> given_lines(const sim::Scenario& scenario, std::size_t place, const Addresses& addresses,
                               const Server& server) {
  const sim::Node& node = scenario.nodes[place];
  const Endpoint given{.host = std::string{scenario.symbols.text(node.address.host)}, .port = node.address.port};
  std::vector<Words> lines;
  for (const std::string& line : node.conf) {
    Words words = line.starts_with('#') ? Words{} : sim::split_words(line);
    if (words.empty() || words.front().starts_with('#')) continue;
    const std::string directive = directive_of(words);
    if (std::ranges::find(kReplaced, directive) != kReplaced.end()) continue;
    addresses.rewrite(words);
    move_announced(words, directive, given, addresses.of(place));
    translate_directive(words, server);
    lines.push_back(std::move(words));
  }
  return lines;
}

// S1: 1111..., S10: aaaa..., then numbers.
std::string id_of_sentinel(std::size_t number) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  constexpr std::size_t kLength = 40;
  const bool has_digit = number < kDigits.size();
  const std::string text = has_digit ? "" : std::to_string(number);
  std::string id(kLength - text.size(), has_digit ? kDigits[number] : 'e');
  return id += text;
}

std::size_t number_of_sentinel(const sim::Scenario& scenario, std::size_t place) {
  const auto end = scenario.nodes.begin() + static_cast<std::ptrdiff_t>(place) + 1;
  return static_cast<std::size_t>(
      std::count_if(scenario.nodes.begin(), end, [](const sim::Node& node) { return node.is_sentinel(); }));
}

// What holds unless the scenario says otherwise.
std::vector<Words> usual_lines(const sim::Scenario& scenario, std::size_t place, const Server& server) {
  std::vector<Words> lines;
  const bool is_sentinel = scenario.nodes[place].is_sentinel();
  if (!is_sentinel) lines = {{"save", ""}, {"appendonly", "no"}, {"databases", "1"}};
  if (server.is_at_least(kProtects)) lines.push_back({"protected-mode", "no"});
  if (!is_sentinel) lines.push_back({"repl-diskless-sync-delay", "0"});
  if (!is_sentinel && server.is_at_least(kGuardsDebug)) lines.push_back({"enable-debug-command", "yes"});
  if (is_sentinel && server.is_at_least(kKeepsId)) {
    lines.push_back({"sentinel", "myid", id_of_sentinel(number_of_sentinel(scenario, place))});
  }
  return lines;
}

}  // namespace

std::vector<std::string> configuration(const sim::Scenario& scenario, std::size_t node, const Addresses& addresses,
                                       const Server& server) {
  const Endpoint& endpoint = addresses.of(node);
  std::vector<Words> lines{{"port", std::to_string(endpoint.port)}, {"bind", endpoint.host}, {"loglevel", "verbose"}};
  const std::vector<Words> given = given_lines(scenario, node, addresses, server);
  for (Words& usual : usual_lines(scenario, node, server)) {
    const bool is_given = std::ranges::find(given, directive_of(usual), directive_of) != given.end();
    if (!is_given) lines.push_back(std::move(usual));
  }
  std::vector<std::string> conf;
  conf.reserve(lines.size() + given.size());
  for (const Words& words : lines) conf.push_back(sim::join_words(words));
  for (const Words& words : given) conf.push_back(sim::join_words(words));
  return conf;
}

void translate_command(std::vector<std::string>& words, const Server& server) {
  if (server.is_at_least(kCalledReplicas)) return;
  const std::string command = sim::lower_case(words.front());
  if (command == "replicaof") words.front() = "SLAVEOF";
  constexpr std::size_t kParameter = 2;
  if (command == "config" && words.size() > kParameter) words[kParameter] = in_words_of(server, words[kParameter]);
}

std::string last_word_of(const std::vector<std::string>& conf, std::string_view directive) {
  std::string last;
  for (const std::string& line : conf) {
    const Words words = sim::split_words(line);
    if (directive_of(words) == directive) last = words.back();
  }
  return last;
}

}  // namespace sentinel::analysis::recorder
