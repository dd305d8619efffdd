// Scenarios as documents: what the shrinker cuts is the scenario that people wrote.
#include "analysis/document.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "analysis/check/check.h"
#include "sim/reader/scenario_reader.h"
#include "sim/run.h"

namespace sentinel::analysis {
namespace {

namespace fs = std::filesystem;

std::uint64_t digest_of(const std::shared_ptr<const sim::Scenario>& scenario) {
  sim::Run run{scenario, 1};
  sim::Scratch scratch;
  run.run_until(std::min(scenario->until, sim::SimTime{std::chrono::seconds{30}}), scratch, [](const sim::Record&) {});
  return run.digest();
}

// A document stands alone, without what its file extends or names, and runs as the file does.
TEST(Documents, RunAsTheirFilesDo) {
  std::size_t files = 0;
  for (const char* const folder : {"cases", "configs", "documented"}) {
    for (const fs::path& file : scenario_files(fs::path{SENTINEL_SIM_SOURCE_DIR} / "scenarios" / folder)) {
      for (const sim::Scenario& scenario : sim::read_scenarios(file)) {
        const auto name = scenario.case_name.empty() ? std::nullopt : std::optional{scenario.case_name};
        const auto original = std::make_shared<const sim::Scenario>(scenario);
        EXPECT_EQ(digest_of(scenario_of(read_document(file, name))), digest_of(original)) << file << scenario.case_name;
      }
      ++files;
    }
  }
  EXPECT_GT(files, 100U);
}

// The text is laid out for people: a step a line.
TEST(Documents, AreToldAStepALine) {
  const Document document{{"about", "x"},
                          {"cluster", {{"quorum", 1}}},
                          {"steps", {{{"at", "1s"}, {"do", "heal"}}, {{"at", "2s"}, {"do", "heal"}}}},
                          {"until", "3s"}};
  EXPECT_EQ(document_text(document), R"({
  "about": "x",
  "cluster": {"quorum": 1},
  "steps": [
    {"at": "1s", "do": "heal"},
    {"at": "2s", "do": "heal"}
  ],
  "until": "3s"
}
)");
}

}  // namespace
}  // namespace sentinel::analysis
