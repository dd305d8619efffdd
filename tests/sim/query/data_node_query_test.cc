#include "sim/query/data_node_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>
#include <vector>

#include "sim/bad_input.h"
#include "tests/sim/query/asking.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string kDataNodes = R"({"about": "x", "until": "60s",
    "cluster": {"sentinels": 1, "quorum": 1, "replica-conf": ["min-replicas-to-write 1"]},
    "nodes": {"R2": {"conf": ["requirepass p"]}},
    "steps": [{"at": "10s", "do": "crash", "node": "R1"}]})";

// The names before the colons.
std::vector<std::string> lines_of(const std::string& info) {
  std::vector<std::string> names;
  std::istringstream in{info};
  for (std::string line; std::getline(in, line);) names.push_back(line.substr(0, line.find(':')));
  return names;
}

// The lines of INFO replication, in the order of a real master and a real replica 7.0.15.
TEST(DataNodeQuery, TellsReplication) {
  const Asking asking(kDataNodes, 9s);
  EXPECT_THAT(
      lines_of(asking.ask("R1", "INFO replication")),
      ElementsAre("# Replication", "role", "connected_slaves", "slave0", "slave1", "master_failover_state",
                  "master_replid", "master_replid2", "master_repl_offset", "second_repl_offset", "repl_backlog_active",
                  "repl_backlog_size", "repl_backlog_first_byte_offset", "repl_backlog_histlen"));
  EXPECT_THAT(lines_of(asking.ask("R3", "INFO replication")),
              ElementsAre("# Replication", "role", "master_host", "master_port", "master_link_status",
                          "master_last_io_seconds_ago", "master_sync_in_progress", "slave_read_repl_offset",
                          "slave_repl_offset", "slave_priority", "slave_read_only", "replica_announced",
                          "connected_slaves", "min_slaves_good_slaves", "master_failover_state", "master_replid",
                          "master_replid2", "master_repl_offset", "second_repl_offset", "repl_backlog_active",
                          "repl_backlog_size", "repl_backlog_first_byte_offset", "repl_backlog_histlen"));
}

// A replica whose master is gone says so, and since when.
TEST(DataNodeQuery, TellsOfALostMaster) {
  const std::string info = Asking(kDataNodes, 15s).ask("R3", "INFO replication");
  EXPECT_THAT(info, AllOf(HasSubstr("master_link_status:down\nmaster_last_io_seconds_ago:-1\n"),
                          HasSubstr("\nmaster_link_down_since_seconds:5\nslave_priority:")));
  EXPECT_THAT(Asking(kDataNodes, 15s).ask("R3", "ROLE"),
              testing::ContainsRegex("1\\) \"slave\"\n2\\) \"127.0.0.1\"\n3\\) \\(integer\\) 7000\n"
                                     "4\\) \"connect(ing)?\"\n5\\) \\(integer\\) -1"));
}

// While a snapshot is on its way the master says wait_bgsave, as real 7.0.15 does in a diskless transfer, and the
// replica tells of bytes that are not counted here.
TEST(DataNodeQuery, TellsOfATransfer) {
  const std::string slow = R"({"about": "x", "until": "9s", "nodes": {
      "M": {"address": "10.0.0.1:6379", "transfer-time": "60s"},
      "R": {"address": "10.0.0.2:6379", "conf": ["replicaof 10.0.0.1 6379"]}}})";
  const Asking asking(slow, 5s);
  EXPECT_THAT(asking.ask("M", "INFO replication"),
              HasSubstr("slave0:ip=10.0.0.2,port=6379,state=wait_bgsave,offset=0,lag=0\n"));
  EXPECT_THAT(asking.ask("M", "ROLE"), HasSubstr("3) (empty array)"));
  const std::vector<std::string> names = lines_of(asking.ask("R", "INFO replication"));
  EXPECT_THAT(
      std::vector(names.begin() + 5, names.begin() + 15),
      ElementsAre("master_last_io_seconds_ago", "master_sync_in_progress", "slave_read_repl_offset",
                  "slave_repl_offset", "master_sync_total_bytes", "master_sync_read_bytes", "master_sync_left_bytes",
                  "master_sync_perc", "master_sync_last_io_seconds_ago", "master_link_down_since_seconds"));
  EXPECT_THAT(asking.ask("R", "ROLE"), HasSubstr("4) \"sync\"\n5) (integer) -1"));
}

// 2.8 tells neither the name of its history nor what came later.
TEST(DataNodeQuery, SpeaksAsItsVersion) {
  const Asking asking(in_version(kDataNodes, "redis-2.8"), 9s);
  EXPECT_THAT(asking.ask("R3", "INFO replication"),
              AllOf(Not(HasSubstr("replid")), Not(HasSubstr("announced")), Not(HasSubstr("read_repl_offset"))));
  EXPECT_EQ(asking.ask("R3", "SET a b"), "(error) READONLY You can't write against a read only slave.");
  EXPECT_EQ(asking.ask("R3", "CONFIG GET *-read-only"), "1) \"slave-read-only\"\n2) \"yes\"");
  EXPECT_THAT(asking.ask("R3", "REPLICAOF no one"), HasSubstr("ERR unknown command 'REPLICAOF'"));
}

// What real 7.0.15 replies. The client knows the password of R2.
TEST(DataNodeQuery, RepliesAsRedisDoes) {
  const Asking asking(kDataNodes, 9s);
  const std::vector<std::pair<std::string, std::string>> expected{
      {"PING", "PONG"},
      {"SET a b", "(error) READONLY You can't write against a read only replica."},
      {"SET a", "(error) ERR wrong number of arguments for 'set' command"},
      {"SLAVEOF 127.0.0.1 7000", "OK Already connected to specified master"},
      {"REPLICAOF NO ONE", "OK"},
      {"REPLICAOF 1", "(error) ERR wrong number of arguments for 'replicaof' command"},
      {"REPLICAOF a b", "(error) ERR Invalid master port"},
      {"CONFIG GET slave-read-only", "1) \"slave-read-only\"\n2) \"yes\""},
      {"CONFIG GET replicaof", "1) \"replicaof\"\n2) \"127.0.0.1 7000\""},
      {"CONFIG GET requirepass", "1) \"requirepass\"\n2) \"p\""},
      {"CONFIG GET nope", "(empty array)"},
      {"CONFIG SET repl-timeout 5", "OK"},
      {"CONFIG SET nope 1", "(error) ERR Unknown option or number of arguments for CONFIG SET - 'nope'"},
      {"CONFIG SET slave-priority x",
       "(error) ERR CONFIG SET failed (possibly related to argument 'slave-priority') - argument couldn't be parsed "
       "into an integer"},
      {"CONFIG SET repl-timeout 0",
       "(error) ERR CONFIG SET failed (possibly related to argument 'repl-timeout') - argument must be between 1 and "
       "2147483647 inclusive"},
      {"CONFIG SET slave-read-only maybe",
       "(error) ERR CONFIG SET failed (possibly related to argument 'slave-read-only') - argument must be 'yes' or "
       "'no'"},
      {"CONFIG FOO", "(error) ERR unknown subcommand 'FOO'. Try CONFIG HELP."},
      {"CONFIG GET", "(error) ERR wrong number of arguments for 'config|get' command"},
      {"SENTINEL masters", "(error) ERR unknown command 'SENTINEL', with args beginning with: 'masters' "},
      {"FOO", "(error) ERR unknown command 'FOO', with args beginning with: "},
  };
  for (const auto& [command, reply] : expected) EXPECT_EQ(asking.ask("R2", command), reply) << command;
  EXPECT_EQ(asking.ask("R1", "SET a b"), "OK");
  EXPECT_THROW(asking.ask("R1", "GET a"), BadInput);
}

// A master without enough replicas refuses writes, a node that loads its data refuses more.
TEST(DataNodeQuery, RepliesAsItsStateDemands) {
  const std::string lonely = R"({"about": "x", "until": "9s", "nodes": {
      "R": {"address": "10.0.0.1:6379", "conf": ["min-slaves-to-write 1"]},
      "L": {"address": "10.0.0.2:6379", "load-time": "60s"}}})";
  const Asking asking(lonely, 5s);
  EXPECT_EQ(asking.ask("R", "SET a b"), "(error) NOREPLICAS Not enough good replicas to write.");
  EXPECT_EQ(asking.ask("R", "INCR a"), "(error) NOREPLICAS Not enough good replicas to write.");
  EXPECT_EQ(asking.ask("L", "GET a"), "(error) LOADING Redis is loading the dataset in memory");
  EXPECT_EQ(asking.ask("L", "PING"), "(error) LOADING Redis is loading the dataset in memory");
  EXPECT_EQ(asking.ask("L", "REPLICAOF 10.0.0.1 6379"), "(error) LOADING Redis is loading the dataset in memory");
}

// One that runs a script answers only whether that can be killed.
TEST(DataNodeQuery, RepliesWhenBusy) {
  const std::string busy = R"({"about": "x", "until": "29s", "cluster": {"quorum": 1}, "steps": [
      {"at": "1s", "do": "script", "node": "R1", "for": "20s", "writes": true}]})";
  const Asking asking(busy, 10s);
  EXPECT_THAT(asking.ask("R1", "PING"), HasSubstr("(error) BUSY Redis is busy running a script."));
  EXPECT_THAT(asking.ask("R1", "SCRIPT KILL"), HasSubstr("(error) UNKILLABLE Sorry the script already executed"));
  EXPECT_EQ(asking.ask("R2", "SCRIPT KILL"), "(error) NOTBUSY No scripts in execution right now.");
}

// Whoever asks changes nothing.
TEST(DataNodeQuery, ChangesNothing) {
  const Asking asking(kDataNodes, 9s);
  const model::DataNode before = *asking.run().data_node(asking.node("R3"));
  asking.ask("R3", "REPLICAOF NO ONE");
  asking.ask("R3", "CONFIG SET replica-priority 1");
  EXPECT_EQ(*asking.run().data_node(asking.node("R3")), before);
}

}  // namespace
}  // namespace sentinel::sim
