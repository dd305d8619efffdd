// `sentinel-sim query`: what a client would be told at a moment.
#include <algorithm>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <type_traits>

#include "analysis/cli/command_line.h"
#include "sim/bad_input.h"
#include "sim/query/conf_file.h"
#include "sim/query/query.h"
#include "sim/reader/scenario_reader.h"
#include "sim/redis_cli.h"
#include "sim/words.h"

namespace sentinel::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  std::shared_ptr<sim::Scenario> scenario;
  std::uint64_t seed = 1;
  sim::SimTime at{};
  sim::NodeId node{};
  bool json = false;
  bool conf = false;
  std::vector<std::string> words;
};

// A command may be given in one word, as a shell passes it on in quotes.
std::vector<std::string> command_of(std::vector<std::string> words) {
  if (words.size() == 1) words = sim::split_words(words.front());
  if (words.empty())
    throw sim::BadInput{"query needs a command, such as SENTINEL masters; see sentinel-sim query --help"};
  return words;
}

std::string required(const po::variables_map& values, const std::string& option, const std::string& example) {
  if (values.count(option) != 0) return values[option].as<std::string>();
  throw sim::BadInput{"query needs --" + option + ", such as --" + option + " " + example +
                      "; see sentinel-sim query --help"};
}

// `command` are the words behind the first one of the command, which is an option's neighbour like the scenario.
Options read_options(const po::variables_map& values, const Arguments& command) {
  require_scenario(values, "query");
  Options options;
  options.seed = positive_number(values["seed"].as<std::string>(), "--seed");
  options.json = is_json(values["format"].as<std::string>(), "--format");
  options.conf = values.count("conf") != 0;
  const std::string at = required(values, "at", "30s");
  const std::string node = required(values, "node", "S1");
  options.at = time_of(at, "--at");
  std::vector<std::string> words = values["SCENARIO"].as<std::vector<std::string>>();
  options.scenario = std::make_shared<sim::Scenario>(sim::read_scenario(words.front(), text_of(values, "case")));
  words.erase(words.begin());
  words.insert(words.end(), command.begin(), command.end());
  if (options.conf && !words.empty()) throw sim::BadInput{"--conf shows the configuration file: it takes no command"};
  if (!options.conf) options.words = command_of(std::move(words));
  if (values.count("profile") != 0) options.scenario->profile = profile_named(values["profile"].as<std::string>());
  options.node =
      node_named(*options.scenario, node, "--node", "node", [](const sim::Node& each) { return each.listens(); });
  options.scenario->until = std::max(options.scenario->until, options.at);
  return options;
}

Json json_of(const sim::Reply& reply) {
  return std::visit(
      [](const auto& value) -> Json {
        using Value = std::decay_t<decltype(value)>;
        if constexpr (std::is_same_v<Value, sim::StatusText>) {
          return value.text;
        } else if constexpr (std::is_same_v<Value, sim::ErrorText>) {
          return Json{{"error", value.text}};
        } else if constexpr (std::is_same_v<Value, sim::Nil>) {
          return nullptr;
        } else if constexpr (std::is_same_v<Value, std::vector<sim::Reply>>) {
          Json items = Json::array();
          for (const sim::Reply& item : value) items.push_back(json_of(item));
          return items;
        } else {
          return value;
        }
      },
      reply.value);
}

void print_json(const Options& options, const sim::Run& run, const char* field, const Json& what) {
  Json line{{"t", run.now().time_since_epoch().count()}, {"node", options.scenario->node(options.node).name}};
  if (!options.conf) line["command"] = options.words;
  line[field] = what;
  std::cout << line.dump(2, ' ', false, Json::error_handler_t::replace) << '\n';
}

int show_conf(const Options& options, sim::Run& run) {
  const std::string text = sim::conf_text_at(run, options.node, options.at);
  options.json ? print_json(options, run, "conf", text) : void(std::cout << text);
  return kAsExpected;
}

// Who asks a process that is stopped or busy is answered when that goes on.
int ask(const Options& options, sim::Run& run) {
  const sim::Node& node = options.scenario->node(options.node);
  sim::Scratch scratch;
  const auto nothing = [](const sim::Record&) {};
  run.run_until(options.at, scratch, nothing);
  while (run.is_running(options.node) && !run.answers(options.node)) {
    if (run.step_until(options.scenario->until, scratch)) continue;
    std::cerr << "sentinel-sim: " << node.name
              << " does not answer until the end of the scenario: it is stopped or busy\n";
    return kInconclusive;
  }
  if (!run.is_running(options.node)) {
    const std::string address =
        std::string{options.scenario->symbols.text(node.address.host)} + ":" + std::to_string(node.address.port);
    const std::string text = "Could not connect to Redis at " + address + ": Connection refused";
    options.json ? print_json(options, run, "reply", {{"error", text}}) : void(std::cout << text << '\n');
    return kAsExpected;
  }
  run.wait_until(std::max(run.now(), options.at));
  const sim::Reply reply = sim::answer(run, options.node, options.words);
  options.json ? print_json(options, run, "reply", json_of(reply))
               : void(std::cout << sim::redis_cli_text(reply, options.words.front()));
  return kAsExpected;
}

}  // namespace

int query_command(const Arguments& arguments) {
  CommandLine line{
      "sentinel-sim query SCENARIO [--case NAME] --at T --node NAME [--seed N] [--profile P] [--format F] COMMAND...",
      "sentinel-sim query scenarios/failover/master_down.json --at 20s --node S1 SENTINEL masters"};
  line.options()("at", po::value<std::string>(), "when the client asks, for example 20s")(
      "node", po::value<std::string>(), "whom it asks")("seed", po::value<std::string>()->default_value("1"),
                                                        "of all chances of the run")(
      "case", po::value<std::string>(), "which case of the scenario, if it has several")(
      "profile", po::value<std::string>(), "version of Redis; default: the scenario's")(
      "format", po::value<std::string>()->default_value("text"), "text (as redis-cli prints it) or json")(
      "conf", "show the node's configuration file instead of asking a COMMAND");
  line.positional("SCENARIO", -1);
  // From its second word on the command may have words such as -1, which are no options.
  const auto own = static_cast<std::ptrdiff_t>(line.through_positional(arguments, 2));
  po::variables_map values;
  if (!line.parse({arguments.begin(), arguments.begin() + own}, values)) return kAsExpected;
  const Options options = read_options(values, {arguments.begin() + own, arguments.end()});
  sim::Run run{options.scenario, options.seed};
  return options.conf ? show_conf(options, run) : ask(options, run);
}

}  // namespace sentinel::cli
