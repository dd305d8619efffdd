#include "sim/query/sentinel_query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <variant>

#include "sim/answer_reply.h"
#include "sim/query/command_table.h"
#include "sim/query/info_text.h"
#include "sim/query/sentinel_fields.h"
#include "sim/reader/command_parser.h"

namespace sentinel::sim {
namespace {

using model::Master;

// Who is asked, and when.
struct Asked {
  const Run& run;
  NodeId node{};
  const model::Sentinel& sentinel;
  model::Instant now;

  const Scenario& scenario() const { return run.scenario(); }
  const model::SentinelTraits& traits() const { return scenario().profile->sentinel; }
  SentinelFields fields() const { return {sentinel, scenario(), now}; }
  std::string name_of(const Master& master) const { return std::string{scenario().symbols.text(master.name)}; }

  const Master* find(std::string_view name) const {
    const auto& masters = sentinel.masters();
    const auto found = std::ranges::find(masters, name, [this](const Master& master) { return name_of(master); });
    return found == masters.end() ? nullptr : &*found;
  }

  // What a copy does about it.
  model::Effects effects_of(const model::Input& input) const {
    model::Sentinel copy = sentinel;
    model::Random random{run.seed(), static_cast<std::uint32_t>(node)};
    model::Effects effects;
    copy.step(now, input, random, effects);
    return effects;
  }
};

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Reply no_such_master() { return error_reply("ERR No such master with that name"); }

Reply order(const Asked& asked, const model::Command& command, const SymbolTable& symbols) {
  for (const model::Action& action : asked.effects_of(model::CommandArrived{&command}).actions) {
    if (const auto* const answer = std::get_if<model::Answer>(&action)) {
      return reply_of(*answer, symbols, *asked.scenario().profile);
    }
  }
  return {};
}

Reply order(const Asked& asked, const model::Command& command) {
  return order(asked, command, asked.scenario().symbols);
}

// --- records ----------------------------------------------------------------------------------------------

Reply masters(const Asked& asked, Args /*args*/) {
  std::vector<Reply> all;
  for (const Master& each : asked.sentinel.masters()) all.push_back(asked.fields().master(each));
  return array_reply(std::move(all));
}

Reply master(const Asked& asked, Args args) {
  const Master* const found = asked.find(args[0]);
  return found == nullptr ? no_such_master() : asked.fields().master(*found);
}

Reply replicas(const Asked& asked, Args args) {
  const Master* const found = asked.find(args[0]);
  if (found == nullptr) return no_such_master();
  std::vector<Reply> all;
  for (const model::Replica& replica : found->replicas) {
    if (replica.announced) all.push_back(asked.fields().replica(replica));
  }
  return array_reply(std::move(all));
}

Reply sentinels(const Asked& asked, Args args) {
  const Master* const found = asked.find(args[0]);
  if (found == nullptr) return no_such_master();
  std::vector<Reply> all;
  for (const model::Peer& peer : found->peers) all.push_back(asked.fields().peer(peer));
  return array_reply(std::move(all));
}

// Of the masters that are named: their names, and under each what it and its replicas said, with its age.
Reply info_cache(const Asked& asked, Args args) {
  const SentinelFields fields = asked.fields();
  std::vector<Reply> all;
  for (const Master& each : asked.sentinel.masters()) {
    const std::string name = asked.name_of(each);
    if (std::ranges::find(args, name) == args.end()) continue;
    const auto entry = [&](const auto& instance) {
      return array_reply({integer_reply(fields.age_of_info(instance)), fields.info_of(instance)});
    };
    std::vector<Reply> entries{entry(each)};
    for (const model::Replica& replica : each.replicas) entries.push_back(entry(replica));
    all.push_back(bulk_reply(name));
    all.push_back(array_reply(std::move(entries)));
  }
  return array_reply(std::move(all));
}

Reply myid(const Asked& asked, Args /*args*/) { return bulk_reply(asked.sentinel.id().text()); }

Reply pending_scripts(const Asked& asked, Args /*args*/) { return asked.fields().pending_scripts(); }

// --- orders -----------------------------------------------------------------------------------------------

template <class Command>
Reply about_master(const Asked& asked, Args args) {
  const Master* const found = asked.find(args[0]);
  return found == nullptr ? no_such_master() : order(asked, Command{found->name});
}

Reply get_master_addr(const Asked& asked, Args args) {
  const Master* const found = asked.find(args[0]);
  return found == nullptr ? Reply{Nil{}} : order(asked, model::GetMasterAddrCommand{found->name});
}

Reply reset(const Asked& asked, Args args) {
  model::ResetCommand command;
  for (const Master& each : asked.sentinel.masters()) {
    if (glob_matches(args[0], asked.name_of(each))) command.masters.push_back(each.name);
  }
  return order(asked, command);
}

// An address, or a name that the scenario knows.
bool is_host(const Asked& asked, std::string_view text) {
  const bool looks_like_one =
      std::ranges::count(text, '.') == 3 && text.find_first_not_of("0123456789.") == std::string_view::npos;
  const auto& known = asked.scenario().symbols.texts();
  return looks_like_one || text.find(':') != std::string_view::npos || std::ranges::find(known, text) != known.end();
}

Reply monitor(const Asked& asked, Args args) {
  constexpr int kLastPort = std::numeric_limits<std::uint16_t>::max();
  const std::optional<std::int64_t> quorum = number_of(args[3]);
  const std::optional<std::int64_t> port = number_of(args[2]);
  if (!quorum) return error_reply("ERR Invalid quorum");
  if (!port) return error_reply("ERR Invalid port");
  if (*quorum <= 0) return error_reply("ERR Quorum must be 1 or greater.");
  if (!is_host(asked, args[1])) return error_reply("ERR Invalid IP address or hostname specified");
  if (*port < 0 || *port > kLastPort) return error_reply("ERR Invalid port number.");
  SymbolTable symbols = asked.scenario().symbols;
  const model::Address address{symbols.intern(args[1]), static_cast<std::uint16_t>(*port)};
  const int voters = static_cast<int>(std::min<std::int64_t>(*quorum, std::numeric_limits<int>::max()));
  return order(asked, model::MonitorCommand{symbols.intern(args[0]), address, voters}, symbols);
}

bool parses(Args args, SymbolTable& symbols) {
  std::vector<std::string> words{"sentinel", "set"};
  words.insert(words.end(), args.begin(), args.end());
  try {
    parse_command(words, {}, symbols);
    return true;
  } catch (const BadInput&) {
    return false;
  }
}

// Options of Redis that change nothing that is simulated.
constexpr auto kOtherOptions = std::to_array<std::string_view>({"auth-user"});

// One option after the other; what is wrong ends it.
Reply set(const Asked& asked, Args args) {
  const Master* const found = asked.find(args[0]);
  if (found == nullptr) return no_such_master();
  SymbolTable symbols = asked.scenario().symbols;
  for (std::size_t i = 1; i < args.size(); i += 2) {
    const std::string option = lower_case(args[i]);
    if (option == "rename-command" && asked.traits().says_replica && i + 2 < args.size()) {  // both 5.0+
      ++i;
      continue;
    }
    if (std::ranges::find(kOtherOptions, option) != kOtherOptions.end()) {
      throw BadInput("command 'SENTINEL SET' with option " + in_quotes(option) +
                     ": Redis knows it, but it is not simulated");
    }
    const bool too_new = option == "master-reboot-down-after-period" && !asked.traits().knows_reboots;
    const std::vector<std::string> with_one{args[0], option, "1"};
    if (too_new || i + 1 == args.size() || !parses(with_one, symbols)) {
      return error_reply("ERR Unknown option or number of arguments for SENTINEL SET '" + args[i] + "'");
    }
    const bool is_script = option == "notification-script" || option == "client-reconfig-script";
    if (is_script && asked.sentinel.denies_scripts_reconfig()) {
      return reply_of({.kind = model::Answer::Kind::kScriptsDenied}, symbols, *asked.scenario().profile);
    }
    const std::vector<std::string> given{args[0], option, args[i + 1]};
    if (!parses(given, symbols)) {
      return error_reply("ERR Invalid argument '" + args[i + 1] + "' for SENTINEL SET '" + args[i] + "'");
    }
  }
  return status_reply("OK");
}

Reply flush_config(const Asked& /*asked*/, Args /*args*/) { return status_reply("OK"); }

Reply simulate_failure(const Asked& /*asked*/, Args args) {
  for (const std::string& word : args) {
    const std::string failure = lower_case(word);
    if (failure == "help")
      return array_reply({bulk_reply("crash-after-election"), bulk_reply("crash-after-promotion")});
    if (failure != "crash-after-election" && failure != "crash-after-promotion") {
      return error_reply("ERR Unknown failure simulation specified");
    }
  }
  return status_reply("OK");
}

// Whom a vote is asked for: any text but `*`, which asks for none. What is no id, or is written in another way than ids
// are, has one that stands for it.
std::optional<model::Id> candidate_named(const std::string& text) {
  if (text == "*") return std::nullopt;
  const std::optional<model::Id> id = model::Id::parse(text);
  if (id && id->text() == text) return id;
  std::array<std::uint8_t, model::Id::kBytes> stand_in{};
  stand_in.fill(std::numeric_limits<std::uint8_t>::max());
  return model::Id{stand_in};
}

Reply is_master_down(const Asked& asked, Args args) {
  const std::optional<std::int64_t> port = number_of(args[1]);
  const std::optional<std::int64_t> epoch = number_of(args[2]);
  if (!port || !epoch) return error_reply("ERR value is not an integer or out of range");
  const std::optional<model::Id> candidate = candidate_named(args[3]);
  SymbolTable symbols = asked.scenario().symbols;
  model::Message request = model::IsMasterDown{.master = {symbols.intern(args[0]), static_cast<std::uint16_t>(*port)},
                                               .epoch = {static_cast<std::uint64_t>(*epoch)},
                                               .candidate = candidate};
  constexpr model::Socket kAsker{std::numeric_limits<std::uint32_t>::max()};
  for (const model::Action& action : asked.effects_of(model::MessageArrived{kAsker, {}, &request}).actions) {
    const auto* const send = std::get_if<model::Send>(&action);
    const auto* const reply = send == nullptr ? nullptr : std::get_if<model::IsMasterDownReply>(&send->message);
    if (reply == nullptr) continue;
    const bool for_candidate = reply->leader && reply->leader == candidate;
    const std::string leader = for_candidate ? args[3] : reply->leader ? reply->leader->text() : "*";
    return array_reply({integer_reply(reply->down ? 1 : 0), bulk_reply(leader),
                        integer_reply(static_cast<std::int64_t>(reply->leader_epoch.value))});
  }
  return {};
}

// --- tables -----------------------------------------------------------------------------------------------

using Row = ReplyRow<Asked>;

constexpr auto kPrimary = [](const Asked& asked) { return asked.traits().says_primary; };
constexpr auto kReplica = [](const Asked& asked) { return asked.traits().says_replica; };
constexpr auto kFailures = [](const Asked& asked) { return asked.traits().simulates_failures; };
constexpr auto kInfoCache = [](const Asked& asked) { return asked.traits().keeps_info; };
constexpr auto kMyid = [](const Asked& asked) { return asked.traits().tells_id; };

constexpr auto kSubcommands = std::to_array<Row>({
    {"masters", 0, 0, masters},
    {"primaries", 0, 0, masters, kPrimary},
    {"master", 1, 1, master},
    {"primary", 1, 1, master, kPrimary},
    {"slaves", 1, 1, replicas},
    {"replicas", 1, 1, replicas, kReplica},
    {"sentinels", 1, 1, sentinels},
    {"get-master-addr-by-name", 1, 1, get_master_addr},
    {"get-primary-addr-by-name", 1, 1, get_master_addr, kPrimary},
    {"is-master-down-by-addr", 4, 4, is_master_down},
    {"is-primary-down-by-addr", 4, 4, is_master_down, kPrimary},
    {"ckquorum", 1, 1, about_master<model::CkquorumCommand>},
    {"failover", 1, 1, about_master<model::FailoverCommand>},
    {"reset", 1, 1, reset},
    {"remove", 1, 1, about_master<model::RemoveCommand>},
    {"monitor", 4, 4, monitor},
    {"set", 3, Row::kAny, set},
    {"flushconfig", 0, 0, flush_config},
    {"pending-scripts", 0, 0, pending_scripts},
    {"simulate-failure", 1, Row::kAny, simulate_failure, kFailures},
    {"info-cache", 1, Row::kAny, info_cache, kInfoCache},
    {"myid", 0, 0, myid, kMyid},
    {"config"},
    {"debug"},
    {"help"},
});

Reply sentinel_command(const Asked& asked, Args args) {
  return answer_from<Asked>(kSubcommands, asked, args, "sentinel");
}

Reply info(const Asked& asked, Args args) {
  const model::Profile& profile = *asked.scenario().profile;
  const Node node = asked.run.node(asked.node);
  // Where the id is kept it is not the run id.
  const model::Id run_id = profile.sentinel.keeps_id ? model::Id{} : asked.sentinel.id();
  return info_reply({{"server", server_section(node, profile, run_id)}, {"sentinel", asked.fields().info()}}, args);
}

Reply role(const Asked& asked, Args /*args*/) {
  std::vector<Reply> names;
  for (const Master& each : asked.sentinel.masters()) names.push_back(bulk_reply(asked.name_of(each)));
  return array_reply({bulk_reply("sentinel"), array_reply(std::move(names))});
}

Reply ping(const Asked& /*asked*/, Args args) { return args.empty() ? status_reply("PONG") : bulk_reply(args[0]); }

constexpr auto kCommands = std::to_array<Row>({
    {"ping", 0, 1, ping},
    {"sentinel", 1, Row::kAny, sentinel_command},
    {"info", 0, Row::kAny, info},
    {"role", 0, 0, role},
    {"acl"},
    {"auth"},
    {"client"},
    {"command"},
    {"hello"},
    {"psubscribe"},
    {"publish"},
    {"punsubscribe"},
    {"shutdown"},
    {"subscribe"},
    {"unsubscribe"},
});

}  // namespace

Reply ask_sentinel(const Run& run, NodeId node, Args words) {
  const Asked asked{.run = run, .node = node, .sentinel = *run.sentinel(node), .now = run.wall_clock(node)};
  return answer_from<Asked>(kCommands, asked, words, "");
}

}  // namespace sentinel::sim
