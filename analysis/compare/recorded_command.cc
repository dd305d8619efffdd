#include "analysis/compare/recorded_command.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

#include "sim/bad_input.h"
#include "sim/reader/command_parser.h"
#include "sim/reader/conf_reader.h"
#include "sim/words.h"

namespace sentinel::analysis {
namespace {

using Words = std::vector<std::string>;

bool is_in(const auto& list, std::string_view word) { return std::ranges::find(list, word) != list.end(); }

// Of Redis' commands these may change what sentinels see; all others ask, or are about data. (A write moves the offset
// of the replication, but so does each hello, and replicas that are connected follow.)
constexpr auto kMayMatter = std::to_array<std::string_view>(
    {"acl", "client", "config", "debug", "eval", "evalsha", "failover", "fcall", "function", "module", "psync",
     "publish", "replicaof", "script", "sentinel", "shutdown", "slaveof", "swapdb", "sync"});

// Scripts and reloads that are over so soon are none that keep a server busy.
constexpr sim::Micros kShort = std::chrono::milliseconds{100};

// Of a command with subcommands: those that only ask, or change what nobody sees.
bool only_asks(std::string_view command, std::string_view subcommand, const Words& args) {
  static constexpr auto kAcl =
      std::to_array<std::string_view>({"cat", "getuser", "help", "list", "log", "users", "whoami"});
  static constexpr auto kClientMatters = std::to_array<std::string_view>({"kill", "pause", "unpause"});
  static constexpr auto kSentinel =
      std::to_array<std::string_view>({"ckquorum", "get-master-addr-by-name", "help", "info-cache", "master", "masters",
                                       "myid", "pending-scripts", "replicas", "sentinels", "slaves"});
  static constexpr auto kDebugMatters =
      std::to_array<std::string_view>({"assert", "change-repl-id", "crash-and-recover", "loadaof", "oom", "panic",
                                       "reload", "replicate", "restart", "segfault", "sleep"});
  constexpr std::size_t kNoMore = 2;
  if (command == "acl") return is_in(kAcl, subcommand);
  if (command == "client") return !is_in(kClientMatters, subcommand);
  if (command == "config") return subcommand != "set";
  if (command == "debug") return !is_in(kDebugMatters, subcommand);
  if (command == "publish") return subcommand != "__sentinel__:hello";
  if (command != "sentinel") return false;
  if (subcommand == "debug") return args.size() == kNoMore;
  if (subcommand == "config") return args.size() > kNoMore && sim::lower_case(args[2]) == "get";
  if (subcommand == "is-master-down-by-addr") return args.back() == "*";  // else it asks for a vote
  return is_in(kSentinel, subcommand);
}

bool is_over_soon(std::string_view command, std::string_view subcommand) {
  static constexpr auto kScripts =
      std::to_array<std::string_view>({"eval", "evalsha", "fcall", "function", "module", "script", "swapdb"});
  return is_in(kScripts, command) || (command == "debug" && (subcommand == "reload" || subcommand == "loadaof"));
}

// CONFIG SET without the parameters that change nothing that is simulated.
Words without_idle_parameters(const Words& args) {
  static constexpr auto kMatters = std::to_array<std::string_view>({"maxclients", "rename-command"});
  static constexpr auto kOnlyShown = std::to_array<std::string_view>({"replica-announced"});  // not in events
  Words left{args[0], args[1]};
  for (std::size_t i = 2; i < args.size(); i += 2) {
    const std::string name = sim::lower_case(args[i]);
    const bool idle =
        (is_in(sim::directives_without_effect(), name) && !is_in(kMatters, name)) || is_in(kOnlyShown, name);
    if (idle) continue;
    left.insert(left.end(), args.begin() + static_cast<std::ptrdiff_t>(i),
                args.begin() + static_cast<std::ptrdiff_t>(std::min(i + 2, args.size())));
  }
  return left.size() > 2 ? left : Words{};
}

// SENTINEL SET applies its options one by one: those before the first that is wrong are applied.
Words applied_options(const Words& args) {
  constexpr std::size_t kShortest = 5;  // SENTINEL SET <master> <option> <value>
  for (std::size_t size = args.size(); size >= kShortest; --size) {
    const Words part(args.begin(), args.begin() + static_cast<std::ptrdiff_t>(size));
    sim::SymbolTable symbols;
    try {
      sim::parse_command(part, {}, symbols);
      return part;
    } catch (const sim::BadInput&) {  // NOLINT(bugprone-empty-catch): the next is shorter
    }
  }
  return {};
}

}  // namespace

std::vector<std::string> effective_words(const RecordedCommand& command) {
  const Words& args = command.args;
  if (args.empty()) return {};
  const std::string name = sim::lower_case(args[0]);
  const std::string subcommand = args.size() > 1 ? sim::lower_case(args[1]) : "";
  if (!is_in(kMayMatter, name)) return {};
  if (name == "sentinel" && subcommand == "set" && command.refused) return applied_options(args);
  if (command.refused || only_asks(name, subcommand, args)) return {};
  if (is_over_soon(name, subcommand) && command.took < kShort) return {};
  if (name == "shutdown" && subcommand == "abort") return {};
  if (name == "config") return without_idle_parameters(args);
  constexpr std::size_t kPauseOfAll = 4;
  if (name == "client" && subcommand == "pause" && args.size() == kPauseOfAll && sim::lower_case(args[3]) == "all") {
    return {args.begin(), args.end() - 1};
  }
  return args;
}

bool is_deadly(const std::vector<std::string>& args) {
  static constexpr auto kDeaths = std::to_array<std::string_view>({"assert", "oom", "panic", "segfault"});
  return args.size() > 1 && sim::lower_case(args[0]) == "debug" && is_in(kDeaths, sim::lower_case(args[1]));
}

bool is_refusal(const std::string& error) {
  const std::string_view code = std::string_view{error}.substr(0, std::min(error.find(' '), error.size()));
  const auto is_capital = [](char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; };
  return code.size() > 1 && code != "LAB" && std::ranges::all_of(code, is_capital);
}

}  // namespace sentinel::analysis
