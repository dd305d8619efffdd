// The schema that editors use says what the reader does.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <nlohmann/json.hpp>
#include <set>
#include <string>

#include "model/events.h"
#include "sim/bad_input.h"
#include "sim/invariants.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::sim {
namespace {

using Names = std::set<std::string>;
using nlohmann::json;

const json& schema() {
  static const json kSchema =
      json::parse(std::ifstream(std::filesystem::path(SENTINEL_SIM_SOURCE_DIR) / "scenarios" / "schema.json"));
  return kSchema;
}

const json& definition(const std::string& name) { return schema().at("$defs").at(name); }

Names fields_of(const json& object) {
  Names names;
  for (const auto& [name, value] : object.at("properties").items()) names.insert(name);
  return names;
}

// What the reader lists as known when something in the scenario is not.
Names known_to_reader(const json& fields) {
  json scenario = {{"about", "x"}, {"until", "1s"}, {"cluster", {{"quorum", 1}}}};
  scenario.update(fields);
  std::string message;
  try {
    parse_scenario(scenario.dump(), "x.json");
  } catch (const BadInput& bad) {
    message = bad.what();
  }
  constexpr std::string_view kKnown = "known are: ";
  const std::size_t start = message.find(kKnown);
  if (start == std::string::npos) return {message};
  Names names;
  std::istringstream list(message.substr(start + kKnown.size()));
  for (std::string name; std::getline(list >> std::ws, name, ',');) names.insert(name);
  return names;
}

const json kUnknown = {{"zzzzzzzz", 1}};

// Objects that are always the same.
TEST(Schema, HasTheFieldsOfTheReader) {
  EXPECT_EQ(fields_of(schema()), known_to_reader(kUnknown));
  EXPECT_EQ(fields_of(definition("cluster")), known_to_reader({{"cluster", kUnknown}}));
  EXPECT_EQ(fields_of(definition("node")), known_to_reader({{"nodes", {{"R1", kUnknown}}}}));
  EXPECT_EQ(fields_of(definition("client")), known_to_reader({{"clients", {{"C1", kUnknown}}}}));
  EXPECT_EQ(
      fields_of(definition("script")),
      known_to_reader({{"cluster", {{"quorum", 1}, {"sentinel-conf", {"sentinel notification-script mymaster /s"}}}},
                       {"scripts", {{"/s", kUnknown}}}}));
  EXPECT_EQ(fields_of(definition("bound")), known_to_reader({{"expect", {{"two-masters", kUnknown}}}}));
  EXPECT_EQ(fields_of(definition("disk")), known_to_reader({{"disk", kUnknown}}));
  EXPECT_EQ(fields_of(definition("expect")), known_to_reader({{"expect", kUnknown}}));
  EXPECT_EQ(fields_of(definition("latency").at("oneOf").at(1)),
            known_to_reader({{"network", {{"latency", kUnknown}}}}));
  EXPECT_EQ(fields_of(definition("path")), known_to_reader({{"network", {{"paths", {kUnknown}}}}}));
  const json& network = definition("network");
  EXPECT_EQ(fields_of(network), known_to_reader({{"network", kUnknown}}));
  EXPECT_EQ(fields_of(network.at("properties").at("retransmission")),
            known_to_reader({{"network", {{"retransmission", kUnknown}}}}));
}

Names fields_of_step(const json& rule) {
  Names names = fields_of(definition("step"));
  const json& own = rule.at("then");
  if (own.contains("properties")) names.merge(fields_of(own));
  if (own.contains("$ref")) names.merge(fields_of(definition("ofNodes")));
  return names;
}

// Each kind of step has its own fields.
TEST(Schema, HasTheFieldsOfEachStep) {
  Names kinds;
  for (const json& rule : definition("step").at("allOf")) {
    const std::string kind = rule.at("if").at("properties").at("do").at("const");
    kinds.insert(kind);
    EXPECT_EQ(fields_of_step(rule), known_to_reader({{"steps", {{{"do", kind}, {"zzzzzzzz", 1}}}}})) << kind;
  }
  EXPECT_EQ(kinds, known_to_reader({{"steps", {{{"do", "zzzzzzzz"}}}}}));
  EXPECT_EQ(kinds, definition("step").at("properties").at("do").at("enum").get<Names>());
}

Names known_to_expectations(const json& fields) { return known_to_reader({{"expect", fields}}); }

// What is expected has parts with fields of their own.
TEST(Schema, HasTheFieldsOfExpectations) {
  EXPECT_EQ(fields_of(schema().at("properties").at("for")), known_to_reader({{"for", kUnknown}}));
  EXPECT_EQ(fields_of(definition("patternObject")), known_to_expectations({{"never", {kUnknown}}}));
  EXPECT_EQ(fields_of(definition("eventCount")), known_to_expectations({{"exactly", {kUnknown}}}));
  EXPECT_EQ(fields_of(definition("deadline")), known_to_expectations({{"within", {kUnknown}}}));
  EXPECT_EQ(fields_of(definition("phases")), known_to_expectations({{"phases", kUnknown}}));
  EXPECT_EQ(fields_of(definition("phaseBound")), known_to_expectations({{"phases", {{"back -> -sdown", kUnknown}}}}));
  Names state = known_to_expectations({{"finally", {{"S1", kUnknown}}}});
  state.merge(known_to_expectations({{"finally", {{"R1", kUnknown}}}}));
  EXPECT_EQ(fields_of(definition("finalState")), state);
  EXPECT_EQ(definition("invariants").at("items").at("enum").get<Names>(),
            known_to_expectations({{"invariants", {"zzzzzzzz"}}}));
}

// The README of the scenarios has a word on each field, step and expectation.
TEST(Schema, ReadmeTellsAllNames) {
  std::ifstream in{std::filesystem::path(SENTINEL_SIM_SOURCE_DIR) / "scenarios" / "README.md"};
  const std::string readme{std::istreambuf_iterator<char>{in}, {}};
  Names names = fields_of(schema());
  for (const char* const object : {"cluster", "node", "client", "script", "network", "expect"}) {
    names.merge(fields_of(definition(object)));
  }
  for (const json& rule : definition("step").at("allOf")) {
    names.insert(rule.at("if").at("properties").at("do").at("const").get<std::string>());
    names.merge(fields_of_step(rule));
  }
  for (const std::string& name : names) {
    const bool is_told =
        readme.find('`' + name + '`') != std::string::npos || readme.find('"' + name + '"') != std::string::npos;
    EXPECT_TRUE(is_told) << name;
  }
}

// The README of the scenarios says of each invariant what the table says, and that it is promised, or how it is known.
TEST(Schema, ReadmeTellsTheInvariants) {
  std::ifstream in{std::filesystem::path(SENTINEL_SIM_SOURCE_DIR) / "scenarios" / "README.md"};
  const std::string readme{std::istreambuf_iterator<char>{in}, {}};
  for (const InvariantRow& row : invariants()) {
    const std::string meaning =
        std::string{row.meaning}.substr(1, row.meaning.size() - 2);  // neither begin nor full stop
    const std::size_t line = readme.find("| `" + std::string{row.name} + "` | ");
    ASSERT_NE(line, std::string::npos) << row.name;
    const std::string promise = row.is_promised() ? "promised" : "known: " + std::string{row.known};
    EXPECT_THAT(readme.substr(line, readme.find('\n', line) - line),
                testing::EndsWith(meaning + " | " + promise + " |"));
  }
}

// Each event has some of the fields of patterns.
TEST(Schema, HasTheFieldsOfEvents) {
  Names names;
  for (const model::EventRow& row : model::event_catalogue()) {
    if (row.channel.empty() || row.payload == model::Payload::kTilt) continue;
    names.merge(known_to_expectations({{"never", {{{"channel", row.channel}, {"fields", kUnknown}}}}}));
  }
  EXPECT_EQ(fields_of(definition("eventFields")), names);
}

// A new profile must be known to editors too.
TEST(Schema, HasTheProfiles) {
  Names profiles;
  for (const json& name : schema().at("properties").at("profile").at("enum")) {
    if (!name.is_null()) profiles.insert(name.get<std::string>());  // null: that of the scenario that is extended
  }
  EXPECT_EQ(profiles, known_to_reader({{"profile", "zzzzzzzz"}}));
}

// Calls `visit` with the name and the schema of every property, wherever it is described.
void for_each_property(const json& part, const std::function<void(const std::string&, const json&)>& visit) {
  if (!part.is_structured()) return;
  if (part.is_object() && part.contains("properties") && part.at("properties").is_object()) {
    for (const auto& [name, property] : part.at("properties").items()) visit(name, property);
  }
  for (const json& inner : part) for_each_property(inner, visit);
}

// Whoever points at a field in an editor is told what it is, at the field or where it is defined.
TEST(Schema, DescribesEveryField) {
  int described = 0;
  for_each_property(schema(), [&](const std::string& name, const json& property) {
    const bool is_condition = property.contains("const") || (property.size() == 1 && property.contains("required"));
    if (is_condition) return;
    const json& definition = property.contains("$ref")
                                 ? schema().at(json::json_pointer(property.at("$ref").get<std::string>().substr(1)))
                                 : property;
    EXPECT_TRUE(property.contains("description") || definition.contains("description")) << name << ": " << property;
    ++described;
  });
  EXPECT_GT(described, 80);
}

}  // namespace
}  // namespace sentinel::sim
