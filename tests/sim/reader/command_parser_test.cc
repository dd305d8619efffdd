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

// Whether a master is monitored is a matter of the moment when the command is given, not of the reader.
TEST_F(CommandParser, AcceptsUnknownMasters) {
  EXPECT_EQ(text(parse_as<model::FailoverCommand>({"SENTINEL", "FAILOVER", "nobody"}).master), "nobody");
  EXPECT_EQ(text(parse_as<model::RemoveCommand>({"SENTINEL", "REMOVE", "nobody"}).master), "nobody");
  EXPECT_EQ(text(parse_as<model::SetCommand>({"SENTINEL", "SET", "nobody", "quorum", "1"}).master), "nobody");
}

// FLUSHCONFIG takes nothing.
TEST_F(CommandParser, ReadsFlushConfig) {
  parse_as<model::FlushConfigCommand>({"SENTINEL", "FLUSHCONFIG"});
  EXPECT_EQ(error({"SENTINEL", "FLUSHCONFIG", "now"}), "expected 'flushconfig'");
}

// SIMULATE-FAILURE takes any number of failures; none means that there are none any more.
TEST_F(CommandParser, ReadsSimulateFailure) {
  const auto read = [&](const Words& failures) {
    Words words = {"SENTINEL", "SIMULATE-FAILURE"};
    words.insert(words.end(), failures.begin(), failures.end());
    return parse_as<model::SimulateFailureCommand>(words);
  };
  EXPECT_EQ(read({}), model::SimulateFailureCommand{});
  EXPECT_EQ(read({"Crash-After-Election"}), (model::SimulateFailureCommand{.crash_after_election = true}));
  EXPECT_EQ(read({"crash-after-promotion", "crash-after-election"}),
            (model::SimulateFailureCommand{.crash_after_election = true, .crash_after_promotion = true}));
  EXPECT_EQ(error({"SENTINEL", "SIMULATE-FAILURE", "crash"}),
            "unknown failure 'crash': expected crash-after-election or crash-after-promotion");
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
  EXPECT_EQ(text(command.changes[0].text), "secret");
  EXPECT_EQ(text(command.changes[0].value_text), "******");
}

// Both words for replication, and the way back to being a master.
TEST_F(CommandParser, ReadsReplicaof) {
  EXPECT_EQ(parse_as<model::ReplicaofCommand>({"SLAVEOF", "10.0.0.1", "6379"}).master->port, 6379);
  EXPECT_FALSE(parse_as<model::ReplicaofCommand>({"replicaof", "no", "ONE"}).master);
}

// The other name of PING is the same in any case; PING itself is none.
TEST_F(CommandParser, RenamedPing) {
  const auto renamed = [&](const std::string& name) {
    const auto command =
        parse_as<model::SetCommand>({"SENTINEL", "SET", "db1", "rename-command", "PING", name, "quorum", "3"});
    EXPECT_EQ(command.changes.size(), 2);
    EXPECT_EQ(text(command.changes[0].value_text), "PING " + name);
    return command.changes[0].text;
  };
  EXPECT_EQ(renamed("PONG"), renamed("pong"));
  EXPECT_TRUE(renamed("PONG"));
  EXPECT_FALSE(renamed("ping"));
  EXPECT_EQ(error({"SENTINEL", "SET", "db1", "rename-command", "CONFIG", "x"}),
            "command 'CONFIG' cannot be renamed here: only PING is asked by another name");
  EXPECT_EQ(error({"SENTINEL", "SET", "db1", "rename-command", "PING"}), "option 'rename-command' has no value");
}

// CONFIG SET takes what redis.conf takes, by the old and the new name.
TEST_F(CommandParser, ReadsConfigSet) {
  using Config = model::DataNodeConfig;
  const auto setting = [&]<class Value>(Value Config::* parameter, const std::string& name, const std::string& value) {
    const auto command = parse_as<model::ConfigSetCommand>({"config", "SET", name, value});
    const auto set = std::get<model::Setting<Value>>(command.setting);
    EXPECT_EQ(set.parameter, parameter) << name;
    return set.value;
  };
  EXPECT_EQ(setting(&Config::priority, "replica-priority", "0"), 0);
  EXPECT_EQ(setting(&Config::priority, "slave-priority", "10"), 10);
  EXPECT_EQ(text(setting(&Config::password, "requirepass", "secret")), "secret");
  EXPECT_FALSE(setting(&Config::password, "requirepass", ""));
  EXPECT_EQ(text(setting(&Config::master_password, "masterauth", "secret")), "secret");
  EXPECT_EQ(setting(&Config::replication_timeout, "repl-timeout", "7"), 7s);
  EXPECT_EQ(setting(&Config::replica_ping_period, "repl-ping-slave-period", "8"), 8s);
  EXPECT_EQ(setting(&Config::diskless_sync_delay, "repl-diskless-sync-delay", "0"), 0s);
  EXPECT_EQ(setting(&Config::backlog_time_to_live, "repl-backlog-ttl", "9"), 9s);
  EXPECT_FALSE(setting(&Config::serve_stale_data, "replica-serve-stale-data", "no"));
  EXPECT_TRUE(setting(&Config::read_only, "slave-read-only", "yes"));
  EXPECT_EQ(setting(&Config::min_replicas_to_write, "min-slaves-to-write", "1"), 1);
  EXPECT_EQ(setting(&Config::min_replicas_max_lag, "min-replicas-max-lag", "3"), 3s);
}

// CLIENT PAUSE counts in milliseconds.
TEST_F(CommandParser, ReadsClientPause) {
  EXPECT_EQ(parse_as<model::ClientPauseCommand>({"CLIENT", "PAUSE", "2500"}).period, 2'500ms);
  EXPECT_EQ(error({"CLIENT", "KILL"}), "unknown CLIENT command 'KILL'");
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
