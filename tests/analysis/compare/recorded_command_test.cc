// Which recorded commands matter to what sentinels say.
#include "analysis/compare/recorded_command.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

namespace sentinel::analysis {
namespace {

using namespace std::chrono_literals;
using testing::IsEmpty;

std::vector<std::string> words(const std::string& text) {
  std::istringstream in{text};
  return {std::istream_iterator<std::string>{in}, {}};
}

std::vector<std::string> effect(const std::string& text, bool refused = false, sim::Micros took = 1ms) {
  return effective_words({.args = words(text), .refused = refused, .took = took});
}

// What asks, what is about data, and what changes parameters that nobody sees.
TEST(RecordedCommand, LeavesOutWhatHasNoEffect) {
  for (const char* const text : {"GET a",
                                 "SET a b",
                                 "INCR x",
                                 "FLUSHALL",
                                 "SAVE",
                                 "INFO replication",
                                 "ROLE",
                                 "WAIT 1 100",
                                 "PUBLISH channel x",
                                 "CLIENT LIST",
                                 "ACL WHOAMI",
                                 "CONFIG GET *",
                                 "CONFIG RESETSTAT",
                                 "CONFIG SET loglevel debug maxmemory 1mb",
                                 "CONFIG SET replica-announced no",
                                 "DEBUG POPULATE 1000",
                                 "SENTINEL MASTERS",
                                 "SENTINEL CKQUORUM m",
                                 "SENTINEL DEBUG",
                                 "SENTINEL CONFIG GET *",
                                 "SENTINEL IS-MASTER-DOWN-BY-ADDR 127.0.0.1 7000 0 *",
                                 "SHUTDOWN ABORT"}) {
    EXPECT_THAT(effect(text), IsEmpty()) << text;
  }
}

// What has one stays as it is, also if it is not simulated, so that the reader can refuse it.
TEST(RecordedCommand, KeepsWhatHasAnEffect) {
  for (const char* const text :
       {"SLAVEOF NO ONE", "CONFIG SET slave-priority 10", "CONFIG SET maxclients 4", "CLIENT PAUSE 100",
        "CLIENT KILL TYPE normal", "DEBUG SLEEP 3", "SHUTDOWN NOSAVE", "FAILOVER", "SENTINEL FAILOVER m",
        "SENTINEL RESET *", "SENTINEL SET m quorum 2", "SENTINEL IS-MASTER-DOWN-BY-ADDR 127.0.0.1 7000 1 aa",
        "PUBLISH __sentinel__:hello x", "SENTINEL DEBUG info-period 5"}) {
    EXPECT_EQ(effect(text), words(text)) << text;
  }
}

// CONFIG SET keeps the parameters that matter; ALL is what CLIENT PAUSE does without being told.
TEST(RecordedCommand, LeavesOutIdleWords) {
  EXPECT_EQ(effect("CONFIG SET hz 10 slave-priority 5 save x"), words("CONFIG SET slave-priority 5"));
  EXPECT_EQ(effect("client pause 100 all"), words("client pause 100"));
  EXPECT_EQ(effect("client pause 100 write"), words("client pause 100 write"));
}

// A server that refuses has done nothing, but for the options of SENTINEL SET before the wrong one.
TEST(RecordedCommand, LeavesOutWhatWasRefused) {
  EXPECT_THAT(effect("SENTINEL FAILOVER m", true), IsEmpty());
  EXPECT_THAT(effect("SENTINEL MONITOR m 127.0.0.1 99999 0", true), IsEmpty());
  EXPECT_THAT(effect("SLAVEOF 127.0.0.1 7001", true), IsEmpty());
  EXPECT_EQ(effect("SENTINEL SET m quorum 3 parallel-syncs 0", true), words("SENTINEL SET m quorum 3"));
  EXPECT_THAT(effect("SENTINEL SET m nonsense 3", true), IsEmpty());
}

// Scripts and reloads keep a server from answering if they take long.
TEST(RecordedCommand, LeavesOutWhatIsOverSoon) {
  EXPECT_THAT(effect("EVAL x 0"), IsEmpty());
  EXPECT_EQ(effect("EVAL x 0", false, 3s), words("EVAL x 0"));
  EXPECT_THAT(effect("DEBUG RELOAD"), IsEmpty());
  EXPECT_EQ(effect("DEBUG RELOAD", false, 3s), words("DEBUG RELOAD"));
}

// Some of DEBUG are the end of a process.
TEST(RecordedCommand, KnowsDeadlyOnes) {
  EXPECT_TRUE(is_deadly(words("DEBUG SEGFAULT")));
  EXPECT_FALSE(is_deadly(words("DEBUG SLEEP 1")));
  EXPECT_FALSE(is_deadly(words("DEBUG")));
}

// Errors of the server, and of a recorder that lost its connection.
TEST(RecordedCommand, KnowsRefusals) {
  EXPECT_TRUE(is_refusal("ERR No such master with that name"));
  EXPECT_TRUE(is_refusal("NOGOODSLAVE No suitable replica to promote"));
  EXPECT_FALSE(is_refusal("connection closed"));
  EXPECT_FALSE(is_refusal("LAB ConnectionError: closed"));
  EXPECT_FALSE(is_refusal(""));
}

}  // namespace
}  // namespace sentinel::analysis
