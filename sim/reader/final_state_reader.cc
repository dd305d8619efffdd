#include "sim/reader/final_state_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <span>
#include <string>

#include "sim/event_text.h"
#include "sim/final_fact.h"
#include "sim/reader/names.h"

namespace sentinel::sim {
namespace {

using What = FinalFact::What;

// Reads the value of one field of a node, and adds what it says to `facts`.
struct Place {
  const NodeNames& names;
  Scenario& scenario;
  NodeId id;
  std::vector<FinalFact>& facts;

  const Node& node() const { return scenario.node(id); }
  void add(What what, std::string value, model::Symbol master = {}, std::optional<NodeId> instance = {}) const {
    facts.push_back({.node = id, .what = what, .master = master, .instance = instance, .value = std::move(value)});
  }
};

std::string number_text(const Json& json) {
  return std::to_string(integer_of(json, 0, std::numeric_limits<std::int64_t>::max()));
}

// One of a few words.
template <std::size_t count>
std::string word_of(const Json& json, const std::array<std::string_view, count>& words) {
  const std::string_view word = string_of(json);
  if (std::ranges::find(words, word) != words.end()) return std::string{word};
  json.fail("unknown word " + in_quotes(word) + alternatives(word, words));
}

// A data node, or an address at which none listens.
std::string read_target(const Json& json, const Place& place) {
  const std::string_view text = string_of(json);
  if (text.find(':') == std::string_view::npos) {
    return place.scenario.node(place.names.find_data_node(text, json)).name;
  }
  const model::Address address = at(json, [&] { return parse_address(place.scenario.symbols, text); });
  const std::optional<NodeId> node = place.scenario.node_at(address);
  return node ? place.scenario.node(*node).name : name_and_port(address, place.scenario.symbols);
}

// The masters that a sentinel may monitor in the end: configured, or added by a step.
std::vector<model::Symbol> masters_of(const Place& place) {
  std::vector<model::Symbol> masters;
  const auto add = [&](model::Symbol name) {
    if (std::ranges::find(masters, name) == masters.end()) masters.push_back(name);
  };
  for (const model::MonitoredMaster& each : std::get<model::SentinelConfig>(place.node().config).masters)
    add(each.name);
  for (const Step& step : place.scenario.steps) {
    const auto* const command = std::get_if<CommandStep>(&step.action);
    if (command == nullptr) continue;
    const auto* const monitor = std::get_if<model::MonitorCommand>(&command->command);
    if (monitor == nullptr) continue;
    const auto may_be_it = [&](NodeId node) { return node == place.id || node == kSpeaker; };
    if (std::ranges::any_of(command->nodes, may_be_it)) add(monitor->master);
  }
  return masters;
}

// What a sentinel knows of a master: the value itself if it monitors one, or an object by the names of masters.
template <class Read>
void read_by_master(const Json& json, const Place& place, What what, Read read) {
  const std::vector<model::Symbol> masters = masters_of(place);
  if (json.kind != Json::Kind::kObject) {
    if (masters.size() != 1) {
      json.fail(in_quotes(place.node().name) + " monitors " + std::to_string(masters.size()) +
                " masters: expected an object by their names");
    }
    place.add(what, read(json), masters.front());
    return;
  }
  std::vector<std::string_view> known;
  known.reserve(masters.size());
  for (const model::Symbol master : masters) known.push_back(place.scenario.symbols.text(master));
  const Fields fields(json, "the masters of " + place.node().name, known);
  for (const model::Symbol master : masters) {
    const Json* const value = fields.find(place.scenario.symbols.text(master));
    if (value != nullptr) place.add(what, read(*value), master);
  }
}

// --- the fields -------------------------------------------------------------------------------------------

void read_truth(const Json& json, const Place& place, What what) { place.add(what, bool_of(json) ? "true" : "false"); }

void read_number(const Json& json, const Place& place, What what) { place.add(what, number_text(json)); }

void read_number_by_master(const Json& json, const Place& place, What what) {
  read_by_master(json, place, what, number_text);
}

void read_master_told(const Json& json, const Place& place, What what) {
  read_by_master(json, place, what, [&](const Json& value) { return read_target(value, place); });
}

void read_master_followed(const Json& json, const Place& place, What what) {
  place.add(what, read_target(json, place));
}

void read_role(const Json& json, const Place& place, What what) {
  static constexpr auto kRoles = std::to_array<std::string_view>({"master", "slave"});
  place.add(what, word_of(json, kRoles));
}

void read_link(const Json& json, const Place& place, What what) {
  static constexpr auto kLinks = std::to_array<std::string_view>({"up", "down"});
  place.add(what, word_of(json, kLinks));
}

void read_flags(const Json& json, const Place& place, What what) {
  for (const Json* const member : members_of(json)) {
    const NodeId instance = place.names.find(member->name, *member);
    if (!place.scenario.node(instance).listens()) member->fail("is a client: no sentinel keeps a record of it");
    place.add(what, std::string{string_of(*member)}, {}, instance);
  }
}

struct StateField {
  What what;
  void (*read)(const Json& json, const Place& place, What what);
};
constexpr auto kSentinelFields = std::to_array<StateField>({
    {What::kRunning, read_truth},
    {What::kMaster, read_master_told},
    {What::kEpoch, read_number},
    {What::kConfigEpoch, read_number_by_master},
    {What::kReplicas, read_number_by_master},
    {What::kSentinels, read_number_by_master},
    {What::kFlags, read_flags},
    {What::kTilt, read_truth},
});
constexpr auto kDataNodeFields = std::to_array<StateField>({
    {What::kRunning, read_truth},
    {What::kRole, read_role},
    {What::kMaster, read_master_followed},
    {What::kLink, read_link},
});

void read_node_state(const Json& json, const Place& place) {
  const bool is_sentinel = place.node().is_sentinel();
  const auto table = is_sentinel ? std::span<const StateField>{kSentinelFields} : kDataNodeFields;
  std::vector<std::string_view> known;
  for (const StateField& field : table) known.push_back(final_fact_name(field.what));
  const Fields fields(json, is_sentinel ? "the state of a sentinel" : "the state of a data node", known);
  for (const StateField& field : table) {
    const Json* const value = fields.find(final_fact_name(field.what));
    if (value != nullptr) field.read(*value, place, field.what);
  }
}

std::vector<NodeId> named_nodes(const Json& member, const NodeNames& names, const Scenario& scenario) {
  if (member.name.find('*') == std::string::npos) return {names.find(member.name, member)};
  std::vector<NodeId> nodes;
  for (std::size_t i = 0; i < scenario.nodes.size(); ++i) {
    if (scenario.nodes[i].listens() && matches_glob(member.name, scenario.nodes[i].name)) nodes.push_back(node_id(i));
  }
  if (nodes.empty()) member.fail("no node has such a name");
  return nodes;
}

}  // namespace

std::vector<FinalFact> read_final_state(const Json& json, const NodeNames& names, Scenario& scenario) {
  std::vector<FinalFact> facts;
  for (const Json* const member : members_of(json)) {
    for (const NodeId node : named_nodes(*member, names, scenario)) {
      if (!scenario.node(node).listens()) {
        member->fail("is a client: what it suffers is bounded, such as by 'lost-writes'");
      }
      read_node_state(*member, {names, scenario, node, facts});
    }
  }
  return facts;
}

}  // namespace sentinel::sim
