// The ledger against what real clients of real servers lost, and that it always balances.
#include "analysis/observe/ledger.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <memory>
#include <string>

#include "analysis/observe/ledger_text.h"
#include "sim/reader/scenario_reader.h"

namespace sentinel::analysis {
namespace {

using testing::AllOf;
using testing::Ge;
using testing::Le;

std::shared_ptr<const sim::Scenario> library_scenario(const std::string& name) {
  const auto file = std::filesystem::path(SENTINEL_SIM_SOURCE_DIR) / "scenarios" / (name + ".json");
  return std::make_shared<const sim::Scenario>(sim::read_scenario(file));
}

LedgerReport run(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed) {
  sim::Run run{scenario, seed};
  sim::Scratch scratch;
  return run_with_ledger(run, scratch, [](const sim::Record&) {});
}

// A master that is cut off with a client loses all that this client was acknowledged until it is converted: as many of
// 20 a second as four recorded runs lost (662 to 671, and 64 to 78 beside the majority).
TEST(Ledger, LosesAsMuchAsRecordedClientsDid) {
  const auto cut = library_scenario("conformance/27a_minority_writes");
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const LedgerReport report = run(cut, seed);
    EXPECT_THAT(report.clients.at(0).lost, AllOf(Ge(650U), Le(690U))) << "seed " << seed;
    EXPECT_THAT(report.clients.at(1).lost, AllOf(Ge(60U), Le(90U))) << "seed " << seed;
  }
}

// With min-replicas-to-write 1 and a lag of 10 s the loss ends with the lag: recorded 206 to 215.
TEST(Ledger, LosesLessWithEnoughReplicas) {
  const auto cut = library_scenario("conformance/27b_minority_min_slaves");
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    EXPECT_THAT(run(cut, seed).clients.at(0).lost, AllOf(Ge(198U), Le(226U))) << "seed " << seed;
  }
}

// What is told of an acknowledged write that is gone is when and by whom.
TEST(Ledger, TellsWhyWritesAreGone) {
  const LedgerReport empty = run(library_scenario("clients/empty_restart"), 1);
  ASSERT_FALSE(empty.losses.empty());
  EXPECT_EQ(empty.losses[0].why, Loss::Why::kFullResync);
  const LedgerReport crashed = run(library_scenario("clients/never_synchronised_promoted"), 1);
  ASSERT_FALSE(crashed.losses.empty());
  EXPECT_EQ(crashed.losses[0].why, Loss::Why::kCrash);
}

// A replica that takes writes of clients loses them when its master's stream goes on, at the first PING of it.
TEST(Ledger, TellsWhenAReplicaOverwrites) {
  const auto writable = std::make_shared<const sim::Scenario>(sim::parse_scenario(
      R"({"about": "x", "until": "20s",
          "cluster": {"replicas": 1, "sentinels": 1, "quorum": 1, "replica-conf": ["replica-read-only no"]},
          "clients": {"C1": {"node": "R2", "verifies-role": false, "writes": 10}}})",
      "x.json"));
  const LedgerReport report = run(writable, 1);
  EXPECT_EQ(report.clients.at(0).lost, report.clients.at(0).acknowledged);
  EXPECT_THAT(report.lost(), Ge(190U));
  ASSERT_FALSE(report.losses.empty());
  EXPECT_EQ(report.losses[0].why, Loss::Why::kOverwritten);
  EXPECT_THAT(ledger_text(*writable, report), testing::HasSubstr(": R2 went on with its master at "));
}

// A client that is started again makes new writes, and does not take those of its earlier life for its own.
TEST(Ledger, KnowsTheLivesOfAClient) {
  const auto restarted = std::make_shared<const sim::Scenario>(sim::parse_scenario(
      R"({"about": "x", "until": "20s", "cluster": {"replicas": 1, "sentinels": 1, "quorum": 1},
          "clients": {"C1": {"writes": 10}},
          "steps": [{"at": "5s", "do": "crash", "node": "C1"}, {"at": "10s", "do": "start", "node": "C1"}]})",
      "x.json"));
  const LedgerReport report = run(restarted, 1);
  EXPECT_THAT(report.clients.at(0).acknowledged, AllOf(Ge(140U), Le(155U)));
  EXPECT_EQ(report.lost(), 0U);
}

// The table says what the report does, in 80 columns.
TEST(Ledger, IsAShortTable) {
  const auto naive = library_scenario("clients/naive_clients");
  const std::string text = ledger_text(*naive, run(naive, 1));
  EXPECT_THAT(text, testing::StartsWith("client    writes   acked   lost refused unknown"));
  EXPECT_THAT(text, testing::HasSubstr("master in the end: R"));
  for (std::size_t at = 0; at < text.size(); at = text.find('\n', at) + 1) {
    EXPECT_LE(text.find('\n', at) - at, 80U);
  }
}

// The books balance for every seed: each acknowledged write is in the data in the end or is lost with a cause, and
// what a client tried is acknowledged, refused or unknown.
RC_GTEST_PROP(LedgerProperties, Balances, ()) {
  static const std::vector kScenarios = {library_scenario("clients/naive_clients"),
                                         library_scenario("clients/manual_failover")};
  const auto played = *rc::gen::elementOf(kScenarios);
  const LedgerReport report = run(played, *rc::gen::inRange<std::uint64_t>(1, 100'000));
  std::uint64_t explained = 0;
  for (const Loss& loss : report.losses) {
    RC_ASSERT(loss.acknowledged.begin <= loss.acknowledged.end);
    RC_ASSERT(!loss.at || *loss.at >= loss.acknowledged.begin);
    explained += loss.writes;
  }
  RC_ASSERT(explained == report.lost());
  for (const ClientReport& client : report.clients) {
    RC_ASSERT(client.lost <= client.acknowledged);
    RC_ASSERT(client.acknowledged + client.refused + client.unknown >= client.writes);
    RC_ASSERT(client.stale <= client.reads);
  }
}

}  // namespace
}  // namespace sentinel::analysis
