#include "sim/reader/command_parser.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>

#include "sim/reader/directives.h"
#include "sim/reader/names.h"
#include "sim/units.h"
#include "sim/word_table.h"

namespace sentinel::sim {
namespace {

constexpr std::int64_t kMostCount = std::numeric_limits<int>::max();
constexpr std::int64_t kMostMillis = kLongestDuration / model::Millis{1};

struct Reader {
  const std::vector<std::string>& masters;
  SymbolTable& symbols;
  Request request{};
};

int parse_count(std::string_view text, std::int64_t least) {
  return static_cast<int>(parse_integer(text, least, kMostCount));
}

// --- SENTINEL ---------------------------------------------------------------------------------------------

template <class Command>
void about_master(Reader& reader, Args args) {
  reader.request = Command{.master = intern_name(reader.symbols, args[0])};
}

void reset(Reader& reader, Args args) {
  if (args[0].size() > kLongestName) throw BadInput("expected a pattern of up to 128 characters");
  model::ResetCommand command;
  for (const std::string& master : reader.masters) {
    if (glob_matches(args[0], master)) command.masters.push_back(intern_name(reader.symbols, master));
  }
  reader.request = command;
}

void monitor(Reader& reader, Args args) {
  reader.request = model::MonitorCommand{.master = intern_name(reader.symbols, args[0]),
                                         .address = parse_address(reader.symbols, args[1], args[2]),
                                         .quorum = parse_count(args[3], 1)};
}

struct SetOption {
  std::string_view name;
  model::SetCommand::Option option;
  std::int64_t least;
  std::int64_t most;
};
constexpr auto kSetOptions = std::to_array<SetOption>({
    {"down-after-milliseconds", model::SetCommand::Option::kDownAfter, 1, kMostMillis},
    {"failover-timeout", model::SetCommand::Option::kFailoverTimeout, 1, kMostMillis},
    {"parallel-syncs", model::SetCommand::Option::kParallelSyncs, 1, kMostCount},
    {"quorum", model::SetCommand::Option::kQuorum, 1, kMostCount},
    {"auth-pass", model::SetCommand::Option::kAuthPass, 0, 0},
    {"notification-script", model::SetCommand::Option::kNotificationScript, 0, 0},
    {"client-reconfig-script", model::SetCommand::Option::kClientReconfigScript, 0, 0},
    {"rename-command", model::SetCommand::Option::kRenamePing, 0, 0},
    {"master-reboot-down-after-period", model::SetCommand::Option::kMasterRebootDownAfter, 0, kMostMillis},
});

model::SetCommand::Change parse_change(Reader& reader, const std::string& name, const std::string& value) {
  const SetOption* const row = find_word(kSetOptions, name);
  if (row == nullptr) {
    throw BadInput("unknown option " + in_quotes(name) + suggestion(name, names_of(kSetOptions)));
  }
  model::SetCommand::Change change{.option = row->option, .name_text = intern_text(reader.symbols, name)};
  if (row->option == model::SetCommand::Option::kAuthPass) {
    change.text = intern_text(reader.symbols, value);
    change.value_text = intern_text(reader.symbols, "******");  // what +set shows
  } else {
    change.value_text = intern_text(reader.symbols, value);
    if (model::SetCommand::names_script(row->option)) {
      change.text = change.value_text;
    } else {
      change.number = parse_integer(value, row->least, row->most);
    }
  }
  return change;
}

// `rename-command` has two values.
model::SetCommand::Change parse_renaming(Reader& reader, Args args) {
  const std::string& command = args[1];
  if (lower_case(command) != "ping") {
    throw BadInput("command " + in_quotes(command) + " cannot be renamed here: only PING is asked by another name");
  }
  return {.option = model::SetCommand::Option::kRenamePing,
          .text = name_of_ping(reader.symbols, args[2]),
          .name_text = intern_text(reader.symbols, args[0]),
          .value_text = intern_text(reader.symbols, command + " " + args[2])};
}

void set(Reader& reader, Args args) {
  model::SetCommand command{.master = intern_name(reader.symbols, args[0])};
  for (std::size_t i = 1; i < args.size();) {
    const bool renames = lower_case(args[i]) == "rename-command";
    const std::size_t words = renames ? 3 : 2;
    if (args.size() < i + words) throw BadInput("option " + in_quotes(args[i]) + " has no value");
    command.changes.push_back(renames ? parse_renaming(reader, args.subspan(i, words))
                                      : parse_change(reader, args[i], args[i + 1]));
    i += words;
  }
  reader.request = command;
}

void flush_config(Reader& reader, Args /*args*/) { reader.request = model::FlushConfigCommand{}; }

void simulate_failure(Reader& reader, Args args) {
  model::SimulateFailureCommand command;
  for (const std::string& failure : args) {
    if (lower_case(failure) == "crash-after-election") {
      command.crash_after_election = true;
    } else if (lower_case(failure) == "crash-after-promotion") {
      command.crash_after_promotion = true;
    } else {
      throw BadInput("unknown failure " + in_quotes(failure) +
                     ": expected crash-after-election or crash-after-promotion");
    }
  }
  reader.request = command;
}

constexpr auto kSentinelCommands = std::to_array<Word<Reader>>({
    {"failover", "<master>", about_master<model::FailoverCommand>},
    {"reset", "<pattern>", reset},
    {"monitor", "<master> <host> <port> <quorum>", monitor},
    {"remove", "<master>", about_master<model::RemoveCommand>},
    {"set", "<master> <option> <value>...", set},
    {"get-master-addr-by-name", "<master>", about_master<model::GetMasterAddrCommand>},
    {"ckquorum", "<master>", about_master<model::CkquorumCommand>},
    {"flushconfig", "", flush_config},
    {"simulate-failure", "...", simulate_failure},
});

void sentinel(Reader& reader, Args args) { run_word<Reader>(kSentinelCommands, reader, args, "SENTINEL command"); }

// --- to data nodes, and to both ---------------------------------------------------------------------------

void replicaof(Reader& reader, Args args) {
  model::ReplicaofCommand command;
  if (lower_case(args[0]) != "no" || lower_case(args[1]) != "one") {
    command.master = parse_address(reader.symbols, args[0], args[1]);
  }
  reader.request = command;
}

void config_set(Reader& reader, Args args) { reader.request = parse_config_set(args, reader.symbols); }

constexpr auto kConfigCommands = std::to_array<Word<Reader>>({{"set", "...", config_set}});

void config(Reader& reader, Args args) { run_word<Reader>(kConfigCommands, reader, args, "CONFIG command"); }

void client_pause(Reader& reader, Args args) {
  reader.request = model::ClientPauseCommand{model::Millis{parse_integer(args[0], 0, kMostMillis)}};
}

constexpr auto kClientCommands = std::to_array<Word<Reader>>({{"pause", "<milliseconds>", client_pause}});

void client(Reader& reader, Args args) { run_word<Reader>(kClientCommands, reader, args, "CLIENT command"); }

void debug_sleep(Reader& reader, Args args) { reader.request = SleepRequest{parse_duration(args[0] + "s")}; }

constexpr auto kDebugCommands = std::to_array<Word<Reader>>({{"sleep", "<seconds>", debug_sleep}});

void debug(Reader& reader, Args args) { run_word<Reader>(kDebugCommands, reader, args, "DEBUG command"); }

void script_kill(Reader& reader, Args /*args*/) { reader.request = model::ScriptKillCommand{}; }

constexpr auto kScriptCommands = std::to_array<Word<Reader>>({{"kill", "", script_kill}});

void script(Reader& reader, Args args) { run_word<Reader>(kScriptCommands, reader, args, "SCRIPT command"); }

void shutdown(Reader& reader, Args args) {
  static constexpr auto kOptions = std::to_array<std::string_view>({"nosave", "save", "now", "force"});
  for (const std::string& option : args) {
    if (std::ranges::find(kOptions, lower_case(option)) != kOptions.end()) continue;
    throw BadInput("unknown option of SHUTDOWN " + in_quotes(option) + ": expected nosave, save, now or force");
  }
  reader.request = ShutdownRequest{};
}

constexpr auto kCommands = std::to_array<Word<Reader>>({
    {"sentinel", "...", sentinel},
    {"replicaof", "<host> <port>", replicaof},
    {"slaveof", "<host> <port>", replicaof},
    {"config", "...", config},
    {"client", "...", client},
    {"debug", "...", debug},
    {"script", "...", script},
    {"shutdown", "...", shutdown},
});

}  // namespace

Request parse_command(const std::vector<std::string>& words, const std::vector<std::string>& masters,
                      SymbolTable& symbols) {
  Reader reader{.masters = masters, .symbols = symbols};
  run_word<Reader>(kCommands, reader, words, "command");
  return reader.request;
}

std::optional<std::string_view> added_master(const std::vector<std::string>& words) {
  constexpr std::size_t kWords = 6;
  if (words.size() != kWords || lower_case(words[0]) != "sentinel" || lower_case(words[1]) != "monitor") {
    return std::nullopt;
  }
  return words[2];
}

}  // namespace sentinel::sim
