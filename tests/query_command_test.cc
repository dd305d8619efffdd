// `sentinel-sim query` as a program: its exit codes, and one clear line for each mistake.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <string>

#include "tests/support/shell.h"

namespace sentinel {
namespace {

using test::Outcome;
using test::run_program;
using testing::HasSubstr;
using testing::StartsWith;

Outcome query(const std::string& arguments) { return run_program("query " + arguments + " 2>&1"); }

const std::string kFile = "scenarios/failover/master_down.json";

// What is missing or unknown is named, with what would be right.
TEST(QueryCommand, TellsWhatIsWrong) {
  const std::array<std::pair<std::string, std::string>, 9> mistakes{{
      {"", "query needs a scenario file"},
      {kFile + " --node S1 PING", "query needs --at, such as --at 30s"},
      {kFile + " --at 5s PING", "query needs --node, such as --node S1"},
      {kFile + " --at 5s --node S1", "query needs a command, such as SENTINEL masters"},
      {kFile + " --at 5 --node S1 PING", "--at: "},
      {kFile + " --at 5s --node S11 PING", "--node 'S11' is no node of " + kFile + " (did you mean 'S1'?)"},
      {kFile + " --at 5s --node S1 --format jso PING", "--format 'jso' is not known (did you mean 'json'?)"},
      {kFile + " --at 5s --node S1 --conf PING", "--conf shows the configuration file: it takes no command"},
      {kFile + " --at 5s --node S1 SENTINEL debug", "command 'debug': Redis knows it, but it is not simulated"},
  }};
  for (const auto& [arguments, message] : mistakes) {
    const Outcome outcome = query(arguments);
    EXPECT_EQ(outcome.status, 2) << arguments;
    EXPECT_THAT(outcome.output, StartsWith("sentinel-sim: ")) << arguments;
    EXPECT_THAT(outcome.output, HasSubstr(message)) << arguments;
  }
}

// An error of Redis is an answer, and so is that nobody listens.
TEST(QueryCommand, TellsErrorsOfRedis) {
  const Outcome unknown = query(kFile + " --at 5s --node S1 FOO");
  EXPECT_EQ(unknown.status, 0);
  EXPECT_EQ(unknown.output, "(error) ERR unknown command 'FOO', with args beginning with: \n");
  const Outcome dead = query(kFile + " --at 12s --node R1 PING");
  EXPECT_EQ(dead.status, 0);
  EXPECT_EQ(dead.output, "Could not connect to Redis at 127.0.0.1:7000: Connection refused\n");
}

// What looks like an option is a word of the command, once that has begun; before it, it is an option.
TEST(QueryCommand, TakesWordsThatLookLikeOptions) {
  EXPECT_EQ(query(kFile + " --at 5s --node R1 REPLICAOF 127.0.0.1 -1").output, "(error) ERR Invalid master port\n");
  EXPECT_EQ(query(kFile + " --at 5s --node R1 PING --at").output, "\"--at\"\n");
  EXPECT_EQ(query(kFile + " PING --at 5s --node R1").status, 2);
  EXPECT_THAT(query(kFile + " --at 5s --node S1 -1 PING").output, HasSubstr("unknown option"));
  EXPECT_EQ(query("--at 5s --node R1 " + kFile + " ECHO -h").status,
            query(kFile + " --at=5s --node=R1 ECHO -h").status);
}

// Who asks a process that is stopped waits until it goes on.
TEST(QueryCommand, WaitsForAStoppedProcess) {
  const Outcome late = query("scenarios/failover/master_pause.json --at 21s --node R1 --format json PING");
  EXPECT_EQ(late.status, 0);
  EXPECT_THAT(late.output, HasSubstr("\"reply\": \"PONG\""));
  EXPECT_THAT(late.output, HasSubstr("\"t\": 50"));
}

// JSON has the reply by its types, and when it was given.
TEST(QueryCommand, WritesJson) {
  const Outcome address = query(kFile + " --at 5s --node S1 --format json SENTINEL get-master-addr-by-name mymaster");
  EXPECT_EQ(address.output,
            "{\n  \"t\": 5000000,\n  \"node\": \"S1\",\n  \"command\": [\n    \"SENTINEL\",\n"
            "    \"get-master-addr-by-name\",\n    \"mymaster\"\n  ],\n"
            "  \"reply\": [\n    \"127.0.0.1\",\n    \"7000\"\n  ]\n}\n");
}

}  // namespace
}  // namespace sentinel
