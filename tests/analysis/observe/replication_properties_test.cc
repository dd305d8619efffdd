// What holds for replication and for the books of writes whatever happens: 5,000 random schedules of faults.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "analysis/observe/ledger.h"
#include "tests/support/random_faults.h"
#include "tests/support/replication_checker.h"

namespace sentinel::analysis {
namespace {

using model::DataReplaced;
using model::Outcome;
using model::WriteId;
using sim::NodeId;

// Keeps its own books of all that is said, to hold against those of the ledger.
class Auditor {
 public:
  void operator()(const sim::Record& record) {
    if (const auto* const replaced = std::get_if<DataReplaced>(&record.what)) {
      replaced_.push_back({.at = record.at, .node = record.node, .what = *replaced});
    }
    const auto* const outcome = std::get_if<Outcome>(&record.what);
    if (outcome == nullptr || outcome->reads) return;
    ClientReport& counted = counted_[record.node];
    if (outcome->is_last) ++counted.writes;
    const bool acknowledged = outcome->fate == Outcome::Fate::kAcknowledged;
    ++(acknowledged                               ? counted.acknowledged
       : outcome->fate == Outcome::Fate::kRefused ? counted.refused
                                                  : counted.unknown);
    if (acknowledged) acknowledged_[record.node].push_back({record.at, outcome->write});
  }

  // What is wrong with the ledger's report; empty if nothing is.
  std::string judge(const LedgerReport& report, const sim::Run& run, const sim::Chains& chains) const {
    std::string wrong;
    for (const ClientReport& client : report.clients) {
      wrong += judge_counts(client);
      const auto of_client = acknowledged_.find(client.client);
      if (of_client != acknowledged_.end()) wrong += judge_losses(of_client->second, client, report, run, chains);
    }
    return wrong;
  }

 private:
  struct Replaced {
    sim::SimTime at{};
    NodeId node{};
    DataReplaced what{};
  };
  struct Acknowledged {
    sim::SimTime at{};
    WriteId write{};
  };

  std::string judge_counts(const ClientReport& client) const {
    const auto found = counted_.find(client.client);
    const ClientReport counted = found == counted_.end() ? ClientReport{} : found->second;
    const bool same = client.writes == counted.writes && client.acknowledged == counted.acknowledged &&
                      client.refused == counted.refused && client.unknown == counted.unknown;
    return same ? "" : "the tries of a client were counted wrongly; ";
  }

  // In the order in which they were acknowledged, the lost writes are those of one loss after the other.
  std::string judge_losses(const std::vector<Acknowledged>& acknowledged, const ClientReport& client,
                           const LedgerReport& report, const sim::Run& run, const sim::Chains& chains) const {
    std::vector<Loss> losses = report.losses;
    std::erase_if(losses, [&](const Loss& loss) { return loss.client != client.client; });
    const bool has_master = report.master && run.is_running(*report.master);
    if (!has_master) return "";  // what stands for it then is the ledger's own choice
    std::uint64_t lost = 0;
    auto loss = losses.begin();
    std::uint64_t of_loss = 0;
    for (const Acknowledged& each : acknowledged) {
      if (chains.has(run.data_node(*report.master)->data(), each.write)) continue;
      ++lost;
      if (loss == losses.end()) return "a lost write without a cause; ";
      if (each.at < loss->acknowledged.begin || each.at > loss->acknowledged.end)
        return "a lost write out of its loss; ";
      if (!explains(*loss, each.write, run, chains)) return "a cause that cannot be; ";
      if (++of_loss == loss->writes) {
        ++loss;
        of_loss = 0;
      }
    }
    if (loss != losses.end()) return "a loss of what is still there; ";
    return lost == client.lost ? "" : "the lost writes of a client were counted wrongly; ";
  }

  bool explains(const Loss& loss, WriteId write, const sim::Run& run, const sim::Chains& chains) const {
    if (!loss.at) {
      return run.is_running(loss.node) == (loss.why == Loss::Why::kStranded) &&
             chains.has(run.data_node(loss.node)->data(), write);
    }
    // Nobody tells of it. Either there are writable replicas, or a run id names two histories: up to 3.x SLAVEOF sets
    // the offset back to 0, so that a replica of old may be let in where the new stream has got as far.
    if (loss.why == Loss::Why::kOverwritten) {
      if (!run.scenario().profile->data_node.shares_history) return true;
      return std::ranges::any_of(run.scenario().nodes, [](const sim::Node& node) {
        const auto* const config = std::get_if<model::DataNodeConfig>(&node.config);
        return config != nullptr && !config->read_only;
      });
    }
    return std::ranges::any_of(replaced_, [&](const Replaced& each) {
      const bool restart = each.what.why == DataReplaced::Why::kRestart;
      return each.at == *loss.at && each.node == loss.node && restart == (loss.why == Loss::Why::kRestart) &&
             chains.has(each.what.had, write) && !chains.has(each.what.has, write);
    });
  }

  std::vector<Replaced> replaced_;
  std::map<NodeId, ClientReport> counted_;
  std::map<NodeId, std::vector<Acknowledged>> acknowledged_;
};

// What is wrong with a run; empty if nothing is.
std::string play(std::uint64_t seed) {
  sim::Run run{sim::random_faults(seed), seed};
  sim::Scratch scratch;
  sim::ReplicationChecker checker{run.scenario()};
  Ledger ledger{run.scenario()};
  Auditor auditor;
  const auto sinks = [&](const sim::Record& record) {
    checker(record);
    ledger(record);
    auditor(record);
  };
  run.run_until(run.scenario().until, scratch, sinks, [&](const sim::Run& now) {
    checker.observe(now);
    ledger.observe(now);
  });
  return checker.wrong() + auditor.judge(ledger.close(run), run, checker.chains());
}

// All 5,000, but one in ten under AddressSanitizer, which takes several times as long.
constexpr std::uint64_t kShares = 10;
#if defined(__SANITIZE_ADDRESS__)
#define SENTINEL_SIM_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SENTINEL_SIM_ASAN 1
#endif
#endif
#ifdef SENTINEL_SIM_ASAN
constexpr std::uint64_t kSeedsOfShare = 50;
#else
constexpr std::uint64_t kSeedsOfShare = 500;
#endif

class ReplicationProperties : public testing::TestWithParam<std::uint64_t> {};

// Offsets do not run backwards on one history, a replica has a beginning of its master's history, and each acknowledged
// write is in the data in the end or lost with a cause that can be checked.
TEST_P(ReplicationProperties, HoldWhateverHappens) {
  for (std::uint64_t i = 0; i < kSeedsOfShare; ++i) {
    const std::uint64_t seed = GetParam() * kSeedsOfShare + i + 1;
    ASSERT_EQ(play(seed), "") << "seed " << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(Share, ReplicationProperties, testing::Range(std::uint64_t{0}, kShares));

}  // namespace
}  // namespace sentinel::analysis
