#include "sim/event_text.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>

#include "sim/event_fields.h"

namespace sentinel::sim {
namespace {

using model::Answer;
using model::Event;
using model::EventKind;
using model::InstanceKind;

const std::string kId(40, 'a');
const std::string kCandidate(40, 'b');

// An event with all facts, so that each payload can take those that it shows.
class EventTextTest : public testing::Test {
 protected:
  Event event(EventKind kind, InstanceKind subject = InstanceKind::kMaster) {
    return {.kind = kind,
            .subject = subject,
            .master_name = symbols.intern("mymaster"),
            .master_address = {symbols.intern("10.0.0.1"), 6379},
            .address = {symbols.intern("10.0.0.2"), 6380},
            .id = model::Id::parse(kId).value(),
            .candidate = model::Id::parse(kCandidate).value(),
            .epoch = {7},
            .value = 3,
            .quorum = 2,
            .role = InstanceKind::kReplica,
            .new_address = {symbols.intern("10.0.0.9"), 9999},
            .option = symbols.intern("quorum"),
            .option_value = symbols.intern("2"),
            .until = model::Instant{std::chrono::seconds{1'528'819'814}}};
  }
  std::string text(const Event& event) { return payload_text(event, symbols); }
  std::string text(const Answer& answer) { return answer_text(answer, symbols, model::profiles().front()); }

  SymbolTable symbols;
};

// Masters are named by their address alone, replicas by ip:port, sentinels by their id; both say whose they are.
TEST_F(EventTextTest, NamesInstances) {
  EXPECT_EQ(text(event(EventKind::kSdown)), "master mymaster 10.0.0.1 6379");
  EXPECT_EQ(text(event(EventKind::kSdown, InstanceKind::kReplica)),
            "slave 10.0.0.2:6380 10.0.0.2 6380 @ mymaster 10.0.0.1 6379");
  EXPECT_EQ(text(event(EventKind::kSdown, InstanceKind::kSentinel)),
            "sentinel " + kId + " 10.0.0.2 6380 @ mymaster 10.0.0.1 6379");
}

// In 2.8 sentinels are named as replicas are, also where their votes are logged.
TEST_F(EventTextTest, NamesSentinelsByAddress) {
  Event sdown = event(EventKind::kSdown, InstanceKind::kSentinel);
  sdown.named_by_address = true;
  EXPECT_EQ(text(sdown), "sentinel 10.0.0.2:6380 10.0.0.2 6380 @ mymaster 10.0.0.1 6379");
  Event voted = event(EventKind::kVotedFor, InstanceKind::kSentinel);
  voted.named_by_address = true;
  EXPECT_EQ(text(voted), "10.0.0.2:6380 voted for " + kCandidate + " 7");
}

// An IPv6 address stands in brackets where a port follows it directly.
TEST_F(EventTextTest, BracketsIpv6InNames) {
  Event replica = event(EventKind::kReplica, InstanceKind::kReplica);
  replica.address = {symbols.intern("2001:db8::2"), 6380};
  EXPECT_EQ(text(replica), "slave [2001:db8::2]:6380 2001:db8::2 6380 @ mymaster 10.0.0.1 6379");
}

// Each kind of payload is written as Redis writes it.
TEST_F(EventTextTest, WritesEachPayload) {
  using enum EventKind;
  EXPECT_EQ(text(event(kMonitor)), "master mymaster 10.0.0.1 6379 quorum 2");
  EXPECT_EQ(text(event(kOdown)), "master mymaster 10.0.0.1 6379 #quorum 3/2");
  EXPECT_EQ(text(event(kRoleChanged)), "master mymaster 10.0.0.1 6379 new reported role is slave");
  EXPECT_EQ(text(event(kSet)), "master mymaster 10.0.0.1 6379 quorum 2");
  EXPECT_EQ(text(event(kSentinelAddressSwitch)), "master mymaster 10.0.0.1 6379 ip 10.0.0.9 port 9999 for " + kId);
  EXPECT_EQ(text(event(kSentinelAddressUpdate)), "master mymaster 10.0.0.1 6379 3 additional matching instances");
  EXPECT_EQ(text(event(kDuplicateSentinel)), "master mymaster 10.0.0.1 6379 #duplicate of 10.0.0.9:9999 or " + kId);
  EXPECT_EQ(text(event(kNewEpoch)), "7");
  EXPECT_EQ(text(event(kVoteForLeader)), kCandidate + " 7");
  EXPECT_EQ(text(event(kSwitchMaster)), "mymaster 10.0.0.1 6379 10.0.0.9 9999");
  EXPECT_EQ(text(event(kTilt)), "#tilt mode entered");
  EXPECT_EQ(text(event(kTiltEnd)), "#tilt mode exited");
  EXPECT_EQ(text(event(kVotedFor)), kId + " voted for " + kCandidate + " 7");
  EXPECT_EQ(text(event(kUserFailover)), "Executing user requested FAILOVER of 'mymaster'");
  EXPECT_EQ(text(event(kNextFailoverDelay)),
            "Next failover delay: I will not start a failover before Tue Jun 12 16:10:14 2018");
}

// The days of one digit are padded with a space, as ctime() does it.
TEST_F(EventTextTest, PadsDays) {
  Event delay = event(EventKind::kNextFailoverDelay);
  delay.until = model::Instant{std::chrono::milliseconds{1'767'225'600'999}};
  EXPECT_TRUE(text(delay).ends_with(" Thu Jan  1 00:00:00 2026")) << text(delay);
}

// No event of the catalogue is without a text.
TEST_F(EventTextTest, KnowsAllEvents) {
  for (const model::EventRow& row : model::event_catalogue())
    EXPECT_FALSE(text(event(row.kind)).empty()) << row.channel;
}

// Answers stand on one line, as redis-cli shows them.
TEST_F(EventTextTest, WritesAnswers) {
  using enum Answer::Kind;
  EXPECT_EQ(text(Answer{}), "OK");
  EXPECT_EQ(text(Answer{.kind = kInteger, .number = 2}), "(integer) 2");
  EXPECT_EQ(text(Answer{.kind = kNull}), "(nil)");
  EXPECT_EQ(text(Answer{.kind = kAddress, .address = {symbols.intern("10.0.0.1"), 6379}}),
            R"(1) "10.0.0.1" 2) "6379")");
  EXPECT_EQ(text(Answer{.kind = kInProgress}), "(error) INPROG Failover already in progress");
  EXPECT_EQ(text(Answer{.kind = kNoGoodReplica}), "(error) NOGOODSLAVE No suitable replica to promote");
  EXPECT_EQ(text(Answer{.kind = kNoGoodSlave}), "(error) NOGOODSLAVE No suitable slave to promote");
  EXPECT_EQ(text(Answer{.kind = kQuorumReachable, .number = 3}),
            "OK 3 usable Sentinels. Quorum and failover authorization can be reached");
}

// Why a failover is out of reach: the quorum, the majority, or both.
TEST_F(EventTextTest, WritesWhatIsOutOfReach) {
  const std::string quorum = "Not enough available Sentinels to reach the specified quorum for this master";
  const std::string majority = "Not enough available Sentinels to reach the majority and authorize a failover";
  const auto answer = [](bool no_quorum, bool no_majority) {
    return Answer{.kind = Answer::Kind::kNoQuorum,
                  .number = 1,
                  .address = {},
                  .quorum_unreachable = no_quorum,
                  .majority_unreachable = no_majority};
  };
  EXPECT_EQ(text(answer(true, false)), "(error) NOQUORUM 1 usable Sentinels. " + quorum);
  EXPECT_EQ(text(answer(false, true)), "(error) NOQUORUM 1 usable Sentinels. " + majority);
  EXPECT_EQ(text(answer(true, true)), "(error) NOQUORUM 1 usable Sentinels. " + quorum + ". " + majority);
}

// --- patterns -----------------------------------------------------------------------------------------------

// `*` stands for any text, also for none; all else for itself.
TEST(Glob, StarsStandForAnyText) {
  EXPECT_TRUE(matches_glob("", ""));
  EXPECT_TRUE(matches_glob("*", ""));
  EXPECT_TRUE(matches_glob("master * 6379", "master mymaster 10.0.0.1 6379"));
  EXPECT_TRUE(matches_glob("*a*b*", "xaxbx"));
  EXPECT_TRUE(matches_glob("a*b", "abb"));
  EXPECT_FALSE(matches_glob("", "x"));
  EXPECT_FALSE(matches_glob("master", "master mymaster"));
  EXPECT_FALSE(matches_glob("a*b", "ba"));
  EXPECT_FALSE(matches_glob("a?c", "abc"));
}

// Putting stars for any parts of a text gives a pattern that matches it.
RC_GTEST_PROP(Glob, MatchesWhatItWasMadeFrom, ()) {
  const auto text = *rc::gen::container<std::string>(rc::gen::element('a', 'b'));
  std::string pattern;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (*rc::gen::inRange(0, 3) == 0) {
      pattern += '*';
      i += static_cast<std::size_t>(*rc::gen::inRange(0, 4));
    } else {
      pattern += text[i];
    }
  }
  RC_ASSERT(matches_glob(pattern, text));
}

// The slow and obvious definition says the same.
RC_GTEST_PROP(Glob, AgreesWithItsDefinition, ()) {
  constexpr std::size_t kMost = 12;
  const auto pattern = (*rc::gen::container<std::string>(rc::gen::element('a', 'b', '*'))).substr(0, kMost);
  const auto text = (*rc::gen::container<std::string>(rc::gen::element('a', 'b'))).substr(0, kMost);
  const auto obvious = [](const auto& self, std::string_view p, std::string_view t) -> bool {
    if (p.empty()) return t.empty();
    if (p[0] == '*') return self(self, p.substr(1), t) || (!t.empty() && self(self, p, t.substr(1)));
    return !t.empty() && p[0] == t[0] && self(self, p.substr(1), t.substr(1));
  };
  RC_ASSERT(matches_glob(pattern, text) == obvious(obvious, pattern, text));
}

// A pattern means events of its kind; of some nodes, with one payload, with fields and at a time, if it says so.
TEST_F(EventTextTest, PatternsMatchEvents) {
  const Event sdown = event(EventKind::kSdown);
  const std::string payload = text(sdown);
  EventPattern pattern{.text = {}, .kind = EventKind::kSdown, .payload = {}};
  Occurrence said{.at = SimTime{Micros{1'000}}, .node = NodeId{3}, .event = &sdown, .payload = payload};
  const Event odown = event(EventKind::kOdown);
  EXPECT_FALSE(matches(pattern, {.at = said.at, .node = said.node, .event = &odown, .payload = payload}, symbols));
  const auto mismatches_now = [&] { return mismatches(pattern, said, symbols); };
  EXPECT_EQ(mismatches_now(), 0U);
  pattern.nodes = {NodeId{4}, NodeId{5}};
  EXPECT_EQ(mismatches_now(), 1U);
  said.node = NodeId{5};
  EXPECT_EQ(mismatches_now(), 0U);
  pattern.payload = "master * 6379";
  EXPECT_EQ(mismatches_now(), 0U);
  pattern.payload = "slave *";
  EXPECT_EQ(mismatches_now(), 1U);
  pattern.from = SimTime{Micros{1'000}};
  pattern.until = SimTime{Micros{1'000}};
  EXPECT_EQ(mismatches_now(), 1U);
  pattern.until = SimTime{Micros{999}};
  EXPECT_EQ(mismatches_now(), 2U);
  pattern.fields = {{EventField::kInstance, "mast*"}, {EventField::kQuorum, "0"}};
  EXPECT_EQ(mismatches_now(), 3U);  // +sdown has no quorum
  EXPECT_TRUE(
      matches({.text = {}, .kind = EventKind::kSdown, .fields = {{EventField::kInstance, "m*r"}}}, said, symbols));
}

}  // namespace
}  // namespace sentinel::sim
