// Every scenario file of the library, as `sentinel-sim check` runs it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>
#include <sstream>

#include "analysis/check/check.h"
#include "sim/formats.h"
#include "sim/reader/scenario_reader.h"
#include "sim/run.h"
#include "tests/support/documentation.h"

namespace sentinel {
namespace {

const std::filesystem::path kLibrary = test::kRoot / "scenarios";

std::string test_name(const testing::TestParamInfo<std::filesystem::path>& info) {
  std::string name = std::filesystem::relative(info.param, kLibrary).replace_extension().string();
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

class Scenarios : public testing::TestWithParam<std::filesystem::path> {};

// Builds that are not optimised, or sanitised, are not there to find rare seeds.
#ifdef NDEBUG
constexpr std::uint64_t kSeedsOfEach = 200;
#else
constexpr std::uint64_t kSeedsOfEach = 5;
#endif

// The golden stream is there and equal, and the expectations hold for many seeds. UPDATE_GOLDEN=1 records it again.
TEST_P(Scenarios, DoesWhatItSays) {
  const bool update = std::getenv("UPDATE_GOLDEN") != nullptr;
  const analysis::CheckResult result =
      analysis::check_file(GetParam(), {.seeds = kSeedsOfEach, .jobs = 2, .update_golden = update});
  EXPECT_EQ(result.error, "");
  EXPECT_FALSE(result.contradiction) << "seed 1 gave two different digests";
  for (const analysis::Failure& failure : result.failures)
    ADD_FAILURE() << "seed " << failure.seed << " " << failure.case_name << ": "
                  << analysis::text_of(failure.violation);
  EXPECT_TRUE(std::filesystem::exists(std::filesystem::path{GetParam()}.replace_extension(".events")));
}

INSTANTIATE_TEST_SUITE_P(All, Scenarios, testing::ValuesIn(analysis::scenario_files(kLibrary)), test_name);

class DocumentedStreams : public testing::TestWithParam<const char*> {};

// The stream on the screen is, byte for byte, the one that was printed for real Redis, whatever the seed.
TEST_P(DocumentedStreams, AreReproducedByteForByte) {
  const std::filesystem::path file = kLibrary / "documented" / GetParam();
  const auto scenario =
      std::make_shared<const sim::Scenario>(sim::read_scenario(std::filesystem::path{file} += ".json"));
  const std::string printed = test::project_text((std::filesystem::path{file} += ".pmessage").string());
  ASSERT_FALSE(printed.empty());
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    std::ostringstream screen;
    sim::Run run{scenario, seed};
    sim::Scratch scratch;
    run.run_until(scenario->until, scratch, sim::StreamWriter{sim::Format::kPmessage, *scenario, screen});
    ASSERT_EQ(screen.str(), printed) << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(All, DocumentedStreams,
                         testing::Values("slave_down", "slave_up", "master_down", "master_up", "slave_add"),
                         [](const auto& test) { return std::string{test.param}; });

}  // namespace
}  // namespace sentinel
