#include "sim/query/data_node_query.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <variant>

#include "sim/answer_reply.h"
#include "sim/query/command_table.h"
#include "sim/query/info_text.h"
#include "sim/query/parameters.h"
#include "sim/query/replication_text.h"
#include "sim/reader/directives.h"

namespace sentinel::sim {
namespace {

using Kind = model::Answer::Kind;

constexpr model::Socket kAsker{std::numeric_limits<std::uint32_t>::max()};

// Who is asked, and when.
struct Asked {
  const Run& run;
  NodeId node{};
  const model::DataNode& data_node;
  model::Instant now;

  const Scenario& scenario() const { return run.scenario(); }
  const model::Profile& profile() const { return *scenario().profile; }
  Reply reply(Kind kind) const { return reply_of({.kind = kind}, scenario().symbols, profile()); }

  // What a copy does about it, when it knows the client.
  model::Effects effects_of(const model::Input& input) const {
    model::DataNode copy = data_node;
    model::Random random{run.seed(), static_cast<std::uint32_t>(node)};
    model::Effects effects;
    const model::Message auth = model::Auth{data_node.config().password};
    copy.step(now, run.uptime(node), model::MessageArrived{kAsker, {}, &auth}, random, effects);
    effects.clear();
    copy.step(now, run.uptime(node), input, random, effects);
    return effects;
  }

  model::Status ping() const {
    const model::Message ping = model::Ping{};
    for (const model::Action& action : effects_of(model::MessageArrived{kAsker, {}, &ping}).actions) {
      const auto* const send = std::get_if<model::Send>(&action);
      const auto* const status = send == nullptr ? nullptr : std::get_if<model::StatusReply>(&send->message);
      if (status != nullptr) return status->status;
    }
    return model::Status::kPong;
  }
};

Reply order(const Asked& asked, const model::Command& command) {
  for (const model::Action& action : asked.effects_of(model::CommandArrived{&command}).actions) {
    if (const auto* const answer = std::get_if<model::Answer>(&action)) {
      return reply_of(*answer, asked.scenario().symbols, asked.profile());
    }
  }
  return {};
}

Reply ping(const Asked& asked, Args args) {
  switch (asked.ping()) {
    case model::Status::kLoading: return asked.reply(Kind::kLoading);
    case model::Status::kMasterDown: return asked.reply(Kind::kMasterDown);
    case model::Status::kMisconf: return asked.reply(Kind::kMisconf);
    case model::Status::kBusy: return asked.reply(Kind::kBusy);
    case model::Status::kUnknownCommand: return asked.reply(Kind::kUnknownCommand);
    default: return args.empty() ? status_reply("PONG") : bulk_reply(args[0]);
  }
}

Reply info(const Asked& asked, Args args) {
  const Node node = asked.run.node(asked.node);
  return info_reply({{"server", server_section(node, asked.profile(), asked.data_node.run_id())},
                     {"replication", replication_section(asked.data_node, asked.scenario(), asked.now)}},
                    args);
}

Reply role(const Asked& asked, Args /*args*/) { return role_reply(asked.data_node, asked.scenario(), asked.now); }

Reply replicaof(const Asked& asked, Args args) {
  if (lower_case(args[0]) == "no" && lower_case(args[1]) == "one") return order(asked, model::ReplicaofCommand{});
  int port = 0;
  const auto [end, error] = std::from_chars(args[1].data(), args[1].data() + args[1].size(), port);
  const bool is_number = error == std::errc{} && end == args[1].data() + args[1].size();
  if (!is_number || port < 0 || port > std::numeric_limits<std::uint16_t>::max()) {
    return error_reply("ERR Invalid master port");
  }
  SymbolTable symbols = asked.scenario().symbols;
  return order(asked, model::ReplicaofCommand{
                          .master = model::Address{symbols.intern(args[0]), static_cast<std::uint16_t>(port)}});
}

Reply script_kill(const Asked& asked, Args /*args*/) { return order(asked, model::ScriptKillCommand{}); }

constexpr auto kScriptCommands = std::to_array<ReplyRow<Asked>>({
    {"kill", 0, 0, script_kill},
    {"debug"},
    {"exists"},
    {"flush"},
    {"load"},
});

Reply script(const Asked& asked, Args args) { return answer_from<Asked>(kScriptCommands, asked, args, "script"); }

// --- data: keys and values are not simulated, only whether commands are refused ------------------------------

[[noreturn]] void fail_without_data() {
  throw BadInput("the command would be done, but its reply depends on keys and values, which are not simulated");
}

// Refused or done.
Reply write(const Asked& asked, Args /*args*/) { return order(asked, model::WriteCommand{.bytes = 1}); }

Reply change(const Asked& asked, Args args) {
  Reply reply = write(asked, args);
  if (std::holds_alternative<StatusText>(reply.value)) fail_without_data();
  return reply;
}

Reply read(const Asked& asked, Args /*args*/) {
  switch (asked.ping()) {
    case model::Status::kLoading: return asked.reply(Kind::kLoading);
    case model::Status::kMasterDown: return asked.reply(Kind::kMasterDown);
    default: fail_without_data();
  }
}

// --- CONFIG -----------------------------------------------------------------------------------------------

Reply config_get(const Asked& asked, Args patterns) {
  const Node node = asked.run.node(asked.node);
  std::vector<Reply> items;
  const auto add = [&](std::string_view name, const Parameter& parameter) {
    const bool is_meant = std::ranges::any_of(
        patterns, [&](const std::string& pattern) { return glob_matches(lower_case(pattern), name); });
    if (!is_meant) return;
    items.push_back(bulk_reply(std::string{name}));
    items.push_back(bulk_reply(parameter.text(asked.data_node.config(), node, asked.scenario())));
  };
  for (const Parameter& parameter : parameters()) {
    if (!knows(asked.profile(), parameter)) continue;
    const std::string_view name = name_in(asked.profile(), parameter);
    add(name, parameter);
    if (!parameter.old_name.empty() && name != parameter.old_name) add(parameter.old_name, parameter);
  }
  return array_reply(std::move(items));
}

std::string what_is_wrong(const Parameter& parameter, const std::string& value) {
  if (parameter.kind == Parameter::Kind::kFlag) return "argument must be 'yes' or 'no'";
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc{} || end != value.data() + value.size()) {
    return "argument couldn't be parsed into an integer";
  }
  const bool may_be_none = parameter.name != "repl-timeout" && parameter.name != "repl-ping-replica-period";
  return std::string{"argument must be between "} + (may_be_none ? "0" : "1") + " and 2147483647 inclusive";
}

// All or nothing.
Reply config_set(const Asked& asked, Args args) {
  if (args.size() % 2 != 0) return error_reply("ERR syntax error");
  SymbolTable symbols = asked.scenario().symbols;
  for (std::size_t i = 0; i < args.size(); i += 2) {
    const std::string name = lower_case(args[i]);
    const Parameter* const parameter = find_parameter(name);
    if (parameter == nullptr || !knows(asked.profile(), *parameter)) {
      return error_reply("ERR Unknown option or number of arguments for CONFIG SET - '" + args[i] + "'");
    }
    if (!parameter->settable) {
      throw BadInput("command 'CONFIG SET' with parameter " + in_quotes(name) +
                     ": Redis knows it, but it is not simulated");
    }
    try {
      const std::vector<std::string> pair{name, args[i + 1]};
      parse_config_set(pair, symbols);
    } catch (const BadInput&) {
      return error_reply("ERR CONFIG SET failed (possibly related to argument '" + args[i] + "') - " +
                         what_is_wrong(*parameter, args[i + 1]));
    }
  }
  return status_reply("OK");
}

Reply config_rewrite(const Asked& /*asked*/, Args /*args*/) { return status_reply("OK"); }

using Row = ReplyRow<Asked>;

constexpr auto kConfigCommands = std::to_array<Row>({
    {"get", 1, Row::kAny, config_get},
    {"set", 2, Row::kAny, config_set},
    {"rewrite", 0, 0, config_rewrite},
    {"help"},
    {"resetstat"},
});

Reply config(const Asked& asked, Args args) { return answer_from<Asked>(kConfigCommands, asked, args, "config"); }

constexpr auto kCommands = std::to_array<Row>({
    {"ping", 0, 1, ping},
    {"info", 0, Row::kAny, info},
    {"role", 0, 0, role},
    {"script", 1, Row::kAny, script},
    {"config", 1, Row::kAny, config},
    {"replicaof", 2, 2, replicaof, [](const Asked& asked) { return asked.profile().data_node.says_replica; }},
    {"slaveof", 2, 2, replicaof},
    {"flushall", 0, 1, write},
    {"hmset", 3, Row::kAny, write},
    {"mset", 2, Row::kAny, write},
    {"set", 2, Row::kAny, write},
    {"setex", 3, 3, write},
    {"append", 2, 2, change},
    {"del", 1, Row::kAny, change},
    {"expire", 2, Row::kAny, change},
    {"hset", 3, Row::kAny, change},
    {"incr", 1, 1, change},
    {"lpush", 2, Row::kAny, change},
    {"rpush", 2, Row::kAny, change},
    {"sadd", 2, Row::kAny, change},
    {"zadd", 3, Row::kAny, change},
    {"dbsize", 0, 0, read},
    {"exists", 1, Row::kAny, read},
    {"get", 1, 1, read},
    {"mget", 1, Row::kAny, read},
    {"acl"},
    {"auth"},
    {"client"},
    {"command"},
    {"debug"},
    {"failover"},
    {"psubscribe"},
    {"publish"},
    {"save"},
    {"shutdown"},
    {"subscribe"},
    {"wait"},
});

}  // namespace

Reply ask_data_node(const Run& run, NodeId node, Args words) {
  const Asked asked{.run = run, .node = node, .data_node = *run.data_node(node), .now = run.wall_clock(node)};
  const bool is_allowed = words.size() == 2 && lower_case(words[0]) == "script" && lower_case(words[1]) == "kill";
  if (asked.ping() == model::Status::kBusy && !is_allowed) return asked.reply(Kind::kBusy);
  return answer_from<Asked>(kCommands, asked, words, "");
}

}  // namespace sentinel::sim
