#include "sim/reader/command_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/bad_input.h"

namespace sentinel::sim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::ThrowsMessage;
using namespace std::chrono_literals;

class CommandParser : public testing::Test {
 protected:
  using Words = std::vector<std::string>;

  Request parse(const Words& words) { return parse_command(words, {"db1", "db2", "cache"}, symbols); }

  template <class Command>
  Command parse_as(const Words& words) {
    return std::get<Command>(std::get<model::Command>(parse(words)));
  }

  std::string error(const Words& words) {
    try {
      parse(words);
    } catch (const BadInput& bad) {
      return bad.what();
    }
    return "no error";
  }

  std::string_view text(model::Symbol symbol) const { return symbols.text(symbol); }

  SymbolTable symbols;
};

// Commands about one master, in any case of letters; the name keeps its own.
TEST_F(CommandParser, ReadsCommandsAboutAMaster) {
  EXPECT_EQ(text(parse_as<model::FailoverCommand>({"sentinel", "Failover", "MyMaster"}).master), "MyMaster");
  EXPECT_EQ(text(parse_as<model::RemoveCommand>({"SENTINEL", "REMOVE", "x"}).master), "x");
  EXPECT_EQ(text(parse_as<model::CkquorumCommand>({"SENTINEL", "CKQUORUM", "x"}).master), "x");
  EXPECT_EQ(text(parse_as<model::GetMasterAddrCommand>({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", "x"}).master), "x");
}

// The pattern of RESET stands for the masters of the scenario that it matches.
TEST_F(CommandParser, ExpandsThePatternOfReset) {
  const auto names = [&](const std::string& pattern) {
    std::vector<std::string_view> matched;
    for (const model::Symbol name : parse_as<model::ResetCommand>({"SENTINEL", "RESET", pattern}).masters) {
      matched.push_back(text(name));
    }
    return matched;
  };
  EXPECT_THAT(names("*"), ElementsAre("db1", "db2", "cache"));
  EXPECT_THAT(names("db?"), ElementsAre("db1", "db2"));
  EXPECT_THAT(names("other"), IsEmpty());
}

// MONITOR names an address and a quorum.
TEST_F(CommandParser, ReadsMonitor) {
  const auto command = parse_as<model::MonitorCommand>({"SENTINEL", "MONITOR", "db3", "10.0.0.1", "6379", "2"});
  EXPECT_EQ(text(command.master), "db3");
  EXPECT_EQ(text(command.address.host), "10.0.0.1");
  EXPECT_EQ(command.address.port, 6379);
  EXPECT_EQ(command.quorum, 2);
}

// SET takes several options at once and keeps them as they were written.
TEST_F(CommandParser, ReadsSet) {
  const auto command =
      parse_as<model::SetCommand>({"SENTINEL", "SET", "db1", "Quorum", "3", "failover-timeout", "10000"});
  ASSERT_EQ(command.changes.size(), 2U);
  EXPECT_EQ(command.changes[0].option, model::SetCommand::Option::kQuorum);
  EXPECT_EQ(command.changes[0].number, 3);
  EXPECT_EQ(text(command.changes[0].name_text), "Quorum");
  EXPECT_EQ(text(command.changes[1].value_text), "10000");
}

// A password reaches the sentinel, but no event shows it.
TEST_F(CommandParser, HidesPasswords) {
  const auto command = parse_as<model::SetCommand>({"SENTINEL", "SET", "db1", "auth-pass", "secret"});
  EXPECT_EQ(text(command.changes[0].secret), "secret");
  EXPECT_EQ(text(command.changes[0].value_text), "******");
}

// Both words for replication, and the way back to being a master.
TEST_F(CommandParser, ReadsReplicaof) {
  EXPECT_EQ(parse_as<model::ReplicaofCommand>({"SLAVEOF", "10.0.0.1", "6379"}).master->port, 6379);
  EXPECT_FALSE(parse_as<model::ReplicaofCommand>({"replicaof", "no", "ONE"}).master);
}

// Priorities can be set by the old and the new name.
TEST_F(CommandParser, ReadsConfigSet) {
  EXPECT_EQ(parse_as<model::SetPriorityCommand>({"CONFIG", "SET", "replica-priority", "0"}).priority, 0);
  EXPECT_EQ(parse_as<model::SetPriorityCommand>({"config", "set", "slave-priority", "10"}).priority, 10);
}

// Commands that the simulator has steps for.
TEST_F(CommandParser, ReadsCommandsThatAreFaults) {
  EXPECT_EQ(std::get<SleepRequest>(parse({"DEBUG", "SLEEP", "1.5"})).duration, 1'500ms);
  EXPECT_TRUE(std::holds_alternative<ShutdownRequest>(parse({"SHUTDOWN", "NOSAVE"})));
}

// The masters that MONITOR adds can be reset later.
TEST_F(CommandParser, FindsAddedMasters) {
  EXPECT_EQ(added_master({"sentinel", "monitor", "db3", "10.0.0.1", "6379", "2"}), "db3");
  EXPECT_EQ(added_master({"SENTINEL", "REMOVE", "db3"}), std::nullopt);
  EXPECT_EQ(added_master({}), std::nullopt);
}

// Errors tell what would be right.
TEST_F(CommandParser, SaysWhatWouldBeRight) {
  EXPECT_EQ(error({}), "expected a command, such as 'sentinel'");
  EXPECT_EQ(error({"SENTINL", "FAILOVER", "x"}), "unknown command 'SENTINL' (did you mean 'sentinel'?)");
  EXPECT_EQ(error({"SENTINEL"}), "expected a SENTINEL command, such as 'failover'");
  EXPECT_EQ(error({"SENTINEL", "failovr", "x"}), "unknown SENTINEL command 'failovr' (did you mean 'failover'?)");
  EXPECT_EQ(error({"SENTINEL", "FAILOVER"}), "expected 'failover <master>'");
  EXPECT_EQ(error({"SENTINEL", "FAILOVER", "a b"}),
            "'a b' is no name of a master: expected one word of up to 128 characters");
  EXPECT_EQ(error({"SENTINEL", "MONITOR", "x", "10.0.0.1", "0", "1"}),
            "expected a whole number from 1 to 65535, not '0'");
  EXPECT_EQ(error({"SENTINEL", "MONITOR", "x", "10.0.0.1", "1", "0"}),
            "expected a whole number from 1 to 2147483647, not '0'");
  EXPECT_EQ(error({"SENTINEL", "SET", "x", "quorum", "1", "failover-timeout"}),
            "option 'failover-timeout' has no value");
  EXPECT_EQ(error({"SENTINEL", "SET", "x", "down-after", "1"}),
            "unknown option 'down-after' (did you mean 'down-after-milliseconds'?)");
  EXPECT_EQ(error({"CONFIG", "SET", "replica-prio", "1"}),
            "unknown parameter 'replica-prio' (did you mean 'replica-priority'?)");
  EXPECT_EQ(error({"DEBUG", "SEGFAULT"}), "unknown DEBUG command 'SEGFAULT'");
  EXPECT_EQ(error({"SHUTDOWN", "NOW", "PLEASE"}),
            "unknown option of SHUTDOWN 'PLEASE': expected nosave, save, now or force");
}

}  // namespace
}  // namespace sentinel::sim
