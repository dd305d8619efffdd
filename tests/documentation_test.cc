// The tables in the documentation list what the code knows: all of it, and nothing else.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <vector>

#include "analysis/fuzz/coverage.h"
#include "analysis/fuzz/nemeses.h"
#include "analysis/observe/measures.h"
#include "model/events.h"
#include "model/profile.h"
#include "sim/bounds.h"
#include "sim/formats.h"
#include "sim/invariants.h"
#include "tests/support/documentation.h"

namespace sentinel {
namespace {

using Names = std::set<std::string>;
using Rows = std::vector<std::vector<std::string>>;

const std::string kScenarios = "scenarios/README.md";

std::string code(std::string_view name) { return std::string{'`'}.append(name).append(1, '`'); }

// What the reader of scenarios accepts: other tests hold the schema equal to it.
const nlohmann::json& schema() {
  static const nlohmann::json kSchema = nlohmann::json::parse(test::project_text("scenarios/schema.json"));
  return kSchema;
}

Names fields_of(const nlohmann::json& object) {
  Names names;
  for (const auto& [name, value] : object.at("properties").items()) names.insert(name);
  return names;
}

template <class Row>
Names names_of(const Row& rows) {
  Names names;
  for (const auto& row : rows) names.emplace(row.name);
  return names;
}

const char* level_name(model::Level level) {
  switch (level) {
    case model::Level::kWarning: return "warning";
    case model::Level::kNotice: return "notice";
    case model::Level::kVerbose: return "verbose";
    default: return "?";
  }
}

// Each event that is published, with its level and its meaning, in the order of the catalogue.
TEST(Documentation, TellsTheEvents) {
  Rows rows;
  for (const model::EventRow& row : model::event_catalogue()) {
    if (row.channel.empty()) continue;
    rows.push_back({code(row.channel), level_name(row.level), std::string{row.meaning}});
  }
  EXPECT_EQ(test::table("model/README.md", "| event | level | meaning |"), rows);
}

// The profiles stand at the head of the table that says which release each is.
TEST(Documentation, TellsTheProfiles) {
  const std::vector<std::string> lines = test::project_lines("model/README.md");
  const auto is_head = [](const std::string& line) {
    return line.starts_with("| `") && test::code_words(line) == names_of(model::profiles());
  };
  EXPECT_EQ(std::ranges::count_if(lines, is_head), 1);
}

// Each field that a scenario may have.
TEST(Documentation, TellsTheFields) {
  Names fields = fields_of(schema());
  fields.erase("$schema");
  EXPECT_EQ(test::names_in_table(kScenarios, "| field | |"), fields);
}

// Each kind of step, and in its row each of its fields but the nodes.
TEST(Documentation, TellsTheSteps) {
  const std::string header = "| `do` | with | |";
  const Rows rows = test::table(kScenarios, header);
  Names kinds;
  for (const nlohmann::json& rule : schema().at("$defs").at("step").at("allOf")) {
    const std::string kind = rule.at("if").at("properties").at("do").at("const");
    kinds.insert(kind);
    const auto is_told = [&](const auto& row) { return test::code_words(row.front()).contains(kind); };
    const auto row = std::ranges::find_if(rows, is_told);
    ASSERT_NE(row, rows.end()) << kind;
    std::string text;
    for (const std::string& cell : *row) text.append(cell).append(" ");
    if (!rule.at("then").contains("properties")) continue;
    for (const std::string& field : fields_of(rule.at("then"))) {
      if (field == "node" || field == "nodes") continue;
      EXPECT_TRUE(text.find(code(field)) != std::string::npos || text.find('"' + field + '"') != std::string::npos)
          << kind << ": " << field;
    }
  }
  EXPECT_EQ(test::names_in_table(kScenarios, header), kinds);
}

// Each kind of expectation, in the table of events and states or in that of bounds.
TEST(Documentation, TellsTheExpectations) {
  const Names bounds = test::names_in_table(kScenarios, "| bound | |");
  EXPECT_EQ(bounds, names_of(sim::bounds()));
  Names expectations = test::names_in_table(kScenarios, "| expectation | |");
  expectations.insert(bounds.begin(), bounds.end());
  EXPECT_EQ(expectations, fields_of(schema().at("$defs").at("expect")));
}

// Each invariant; what stands in the rows is the matter of another test.
TEST(Documentation, TellsTheInvariants) {
  EXPECT_EQ(test::names_in_table(kScenarios, "| invariant | | |"), names_of(sim::invariants()));
}

// Each format of streams, and the one that is none.
TEST(Documentation, TellsTheFormats) {
  Names formats(sim::format_names().begin(), sim::format_names().end());
  formats.insert("trace");
  EXPECT_EQ(test::names_in_table("sim/README.md", "| format | |"), formats);
}

// Each fault of random scenarios, with its family and what it does.
TEST(Documentation, TellsTheNemeses) {
  Rows rows;
  for (const analysis::Nemesis& nemesis : analysis::nemeses()) {
    rows.push_back(
        {code(nemesis.name), std::string{analysis::fault_family_name(nemesis.family)}, std::string{nemesis.what}});
  }
  EXPECT_EQ(test::table("analysis/fuzz/README.md", "| fault | family | what |"), rows);
}

// Whether a probe is a fault of some family in a state of a failover.
bool is_of_family(const std::string& probe) {
  for (std::size_t family = 0; family < analysis::kFaultFamilies; ++family) {
    const std::string begin{analysis::fault_family_name(static_cast<analysis::FaultFamily>(family))};
    if (probe.starts_with(begin + " in ")) return true;
  }
  return false;
}

// Each rare state that has a name of its own.
TEST(Documentation, TellsTheProbes) {
  Rows rows;
  for (const analysis::Probe& probe : analysis::probes()) {
    if (!is_of_family(probe.name)) rows.push_back({probe.name, probe.rare ? "yes" : ""});
  }
  EXPECT_EQ(test::table("analysis/fuzz/README.md", "| state | rare |"), rows);
}

// Each measure that goals of a sweep may name, with what it is.
TEST(Documentation, TellsTheMeasures) {
  const Rows rows = test::table("analysis/README.md", "| measure | | of a run |");
  ASSERT_EQ(rows.size(), analysis::measures().size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(rows[i].front(), code(analysis::measures()[i].name));
    EXPECT_EQ(rows[i].back(), analysis::measures()[i].meaning);
  }
}

// What an editor says of a step or an invariant while it completes the name, and the events that it proposes.
TEST(Documentation, EditorsExplainWhatTheyComplete) {
  const nlohmann::json& definitions = schema().at("$defs");
  const nlohmann::json& step = definitions.at("step");
  nlohmann::json steps = nlohmann::json::array();
  for (const nlohmann::json& rule : step.at("allOf")) steps.push_back(rule.at("then").at("description"));
  EXPECT_EQ(step.at("properties").at("do").at("enumDescriptions"), steps);

  const nlohmann::json& names = definitions.at("invariants").at("items");
  std::map<std::string, std::string> meanings;
  for (std::size_t i = 0; i < names.at("enum").size(); ++i) {
    meanings[names.at("enum").at(i)] = names.at("enumDescriptions").at(i);
  }
  for (const sim::InvariantRow& row : sim::invariants()) EXPECT_EQ(meanings[std::string{row.name}], row.meaning);

  nlohmann::json channels = nlohmann::json::array();
  for (const model::EventRow& row : model::event_catalogue()) {
    if (!row.channel.empty()) channels.push_back(row.channel);
  }
  EXPECT_EQ(definitions.at("patternObject").at("properties").at("channel").at("examples"), channels);
}

}  // namespace
}  // namespace sentinel
