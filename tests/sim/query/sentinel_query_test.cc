#include "sim/query/sentinel_query.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "sim/bad_input.h"
#include "tests/sim/query/asking.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const std::string kSentinels = R"({"about": "x", "until": "60s",
    "cluster": {"quorum": 2, "down-after-milliseconds": 2000, "failover-timeout": 20000},
    "steps": [{"at": "10s", "do": "crash", "node": "R1"}]})";

const Reply& item(const Reply& reply, std::size_t place) { return std::get<std::vector<Reply>>(reply.value).at(place); }

// --- fields ---------------------------------------------------------------------------------------------------

// The fields of a master, in the order of a real sentinel 7.0.15.
TEST(SentinelQuery, TellsOfMasters) {
  const Asking asking(kSentinels, 9s);
  const Reply master = asking.reply("S1", "SENTINEL MASTER mymaster");
  EXPECT_THAT(names_in(master),
              ElementsAre("name", "ip", "port", "runid", "flags", "link-pending-commands", "link-refcount",
                          "last-ping-sent", "last-ok-ping-reply", "last-ping-reply", "down-after-milliseconds",
                          "info-refresh", "role-reported", "role-reported-time", "config-epoch", "num-slaves",
                          "num-other-sentinels", "quorum", "failover-timeout", "parallel-syncs"));
  EXPECT_EQ(value_in(master, "flags"), "master");
  EXPECT_EQ(value_in(master, "num-slaves"), "2");
  EXPECT_EQ(value_in(master, "num-other-sentinels"), "2");
  EXPECT_EQ(asking.reply("S1", "sentinel masters"), array_reply({master}));
}

// Likewise those of replicas and of other sentinels.
TEST(SentinelQuery, TellsOfReplicasAndSentinels) {
  const Asking asking(kSentinels, 9s);
  const Reply replica = item(asking.reply("S1", "SENTINEL REPLICAS mymaster"), 0);
  EXPECT_THAT(
      names_in(replica),
      ElementsAre("name", "ip", "port", "runid", "flags", "link-pending-commands", "link-refcount", "last-ping-sent",
                  "last-ok-ping-reply", "last-ping-reply", "down-after-milliseconds", "info-refresh", "role-reported",
                  "role-reported-time", "master-link-down-time", "master-link-status", "master-host", "master-port",
                  "slave-priority", "slave-repl-offset", "replica-announced"));
  EXPECT_EQ(value_in(replica, "master-link-status"), "ok");
  const Reply peer = item(asking.reply("S1", "SENTINEL SENTINELS mymaster"), 0);
  EXPECT_THAT(names_in(peer),
              ElementsAre("name", "ip", "port", "runid", "flags", "link-pending-commands", "link-refcount",
                          "last-ping-sent", "last-ok-ping-reply", "last-ping-reply", "down-after-milliseconds",
                          "last-hello-message", "voted-leader", "voted-leader-epoch"));
  EXPECT_EQ(value_in(peer, "name"), value_in(peer, "runid"));
  EXPECT_EQ(value_in(peer, "voted-leader"), "?");
}

// A master that is down and being replaced has three fields more, where real sentinels have them.
TEST(SentinelQuery, TellsOfAFailover) {
  for (Micros at = 12s; at < 16s; at += 10ms) {
    const Asking asking(kSentinels, at);
    for (const char* const sentinel : {"S1", "S2", "S3"}) {
      const Reply master = asking.reply(sentinel, "SENTINEL MASTER mymaster");
      if (value_in(master, "failover-state") != "wait_promotion") continue;
      const std::vector<std::string> names = names_in(master);
      EXPECT_THAT(std::vector(names.begin() + 6, names.begin() + 14),
                  ElementsAre("link-refcount", "failover-state", "last-ping-sent", "last-ok-ping-reply",
                              "last-ping-reply", "s-down-time", "o-down-time", "down-after-milliseconds"));
      EXPECT_EQ(value_in(master, "flags"), "s_down,o_down,master,disconnected,failover_in_progress");
      EXPECT_THAT(asking.ask(sentinel, "SENTINEL FAILOVER mymaster"), "(error) INPROG Failover already in progress");
      EXPECT_THAT(asking.ask(sentinel, "INFO sentinel"), HasSubstr("status=odown"));
      return;
    }
  }
  FAIL() << "nobody waited for a promotion";
}

// Ages are differences on the sentinel's own clock, and grow by what has passed.
TEST(SentinelQuery, CountsAgesOnTheOwnClock) {
  const Asking early(kSentinels, 20s);
  const Asking late(kSentinels, 20s + 7ms);
  const auto down_for = [](const Asking& asking) {
    const Reply replicas = asking.reply("S1", "SENTINEL REPLICAS mymaster");
    return std::stol(value_in(item(replicas, 1), "s-down-time"));
  };
  EXPECT_EQ(down_for(late) - down_for(early), 7);
}

// A replica that never answered INFO: 0 from 6.2.2 on, the whole clock before.
TEST(SentinelQuery, TellsThatThereWasNoInfo) {
  const auto age = [](const char* profile) {
    const Asking asking(in_version(kSentinels, profile), 20s);
    return value_in(item(asking.reply("S1", "SENTINEL SLAVES mymaster"), 1), "info-refresh");
  };
  EXPECT_EQ(age("redis-7.0"), "0");
  EXPECT_EQ(age("redis-3.2"), "1767225620000");
}

// --- versions -------------------------------------------------------------------------------------------------

// 2.8 has no shared links, names sentinels by their addresses, and knows fewer commands.
TEST(SentinelQuery, SpeaksAsItsVersion) {
  const Asking asking(in_version(kSentinels, "redis-2.8"), 9s);
  const std::vector<std::string> names = names_in(asking.reply("S1", "SENTINEL MASTER mymaster"));
  EXPECT_THAT(names, Contains("pending-commands"));
  EXPECT_THAT(names, Not(Contains("link-refcount")));
  EXPECT_EQ(value_in(item(asking.reply("S1", "SENTINEL SENTINELS mymaster"), 0), "name"), "127.0.0.1:5002");
  EXPECT_EQ(asking.ask("S1", "SENTINEL REPLICAS mymaster"),
            "(error) ERR unknown subcommand 'REPLICAS'. Try SENTINEL HELP.");
  EXPECT_EQ(asking.ask("S1", "SENTINEL MYID"), "(error) ERR unknown subcommand 'MYID'. Try SENTINEL HELP.");
  EXPECT_EQ(asking.ask("S1", "INFO sentinel"),
            "# Sentinel\nsentinel_masters:1\nsentinel_tilt:0\nsentinel_running_scripts:0\n"
            "sentinel_scripts_queue_length:0\n"
            "master0:name=mymaster,status=ok,address=127.0.0.1:7000,slaves=2,sentinels=3");
}

// Each version has its own lines of INFO.
TEST(SentinelQuery, TellsInfo) {
  EXPECT_EQ(Asking(kSentinels, 9s).ask("S1", "INFO sentinel"),
            "# Sentinel\nsentinel_masters:1\nsentinel_tilt:0\nsentinel_tilt_since_seconds:-1\n"
            "sentinel_running_scripts:0\nsentinel_scripts_queue_length:0\nsentinel_simulate_failure_flags:0\n"
            "master0:name=mymaster,status=ok,address=127.0.0.1:7000,slaves=2,sentinels=3");
  EXPECT_THAT(Asking(in_version(kSentinels, "redis-3.2"), 9s).ask("S1", "INFO sentinel"),
              testing::AllOf(HasSubstr("simulate_failure_flags"), Not(HasSubstr("tilt_since"))));
  EXPECT_THAT(Asking(kSentinels, 9s).ask("S1", "INFO"), testing::StartsWith("# Server\nredis_version:7.0.15\n"));
}

// Valkey says "primary" as well.
TEST(SentinelQuery, KnowsPrimaries) {
  const Asking asking(in_version(kSentinels, "valkey-8.0"), 9s);
  EXPECT_EQ(asking.ask("S1", "SENTINEL PRIMARIES"), asking.ask("S1", "SENTINEL MASTERS"));
  EXPECT_THAT(Asking(kSentinels, 9s).ask("S1", "SENTINEL PRIMARIES"), HasSubstr("unknown subcommand"));
}

// --- answers --------------------------------------------------------------------------------------------------

// What real 7.0.15 replies to what is right, and to what is not.
TEST(SentinelQuery, RepliesAsRedisDoes) {
  const Asking asking(kSentinels, 9s);
  const std::vector<std::pair<std::string, std::string>> expected{
      {"PING", "PONG"},
      {"PING hello", "\"hello\""},
      {"ROLE", "1) \"sentinel\"\n2) 1) \"mymaster\""},
      {"SENTINEL CKQUORUM mymaster", "OK 3 usable Sentinels. Quorum and failover authorization can be reached"},
      {"SENTINEL GET-MASTER-ADDR-BY-NAME mymaster", "1) \"127.0.0.1\"\n2) \"7000\""},
      {"SENTINEL GET-MASTER-ADDR-BY-NAME x", "(nil)"},
      {"SENTINEL PENDING-SCRIPTS", "(empty array)"},
      {"SENTINEL SET mymaster notification-script /bin/true",
       "(error) ERR Reconfiguration of scripts path is denied for security reasons. Check the deny-scripts-reconfig "
       "configuration directive in your Sentinel configuration"},
      {"SENTINEL INFO-CACHE x", "(empty array)"},
      {"SENTINEL IS-MASTER-DOWN-BY-ADDR 127.0.0.1 7000 0 *", "1) (integer) 0\n2) \"*\"\n3) (integer) 0"},
      {"SENTINEL RESET my*", "(integer) 1"},
      {"SENTINEL FAILOVER mymaster", "OK"},
      {"SENTINEL FLUSHCONFIG", "OK"},
      {"SENTINEL REMOVE mymaster", "OK"},
      {"SENTINEL MONITOR other 127.0.0.1 7001 1", "OK"},
      {"SENTINEL SET mymaster quorum 1 parallel-syncs 2", "OK"},
      {"SENTINEL SET mymaster rename-command CONFIG GUESSME quorum 2", "OK"},
      {"SENTINEL SIMULATE-FAILURE crash-after-election", "OK"},
      {"FOO bar", "(error) ERR unknown command 'FOO', with args beginning with: 'bar' "},
      {"CONFIG GET x", "(error) ERR unknown command 'CONFIG', with args beginning with: 'GET' 'x' "},
      {"PING a b", "(error) ERR wrong number of arguments for 'ping' command"},
      {"SENTINEL", "(error) ERR wrong number of arguments for 'sentinel' command"},
      {"SENTINEL MASTER", "(error) ERR wrong number of arguments for 'sentinel|master' command"},
      {"SENTINEL FOO", "(error) ERR unknown subcommand 'FOO'. Try SENTINEL HELP."},
      {"SENTINEL MASTER x", "(error) ERR No such master with that name"},
      {"SENTINEL REMOVE x", "(error) ERR No such master with that name"},
      {"SENTINEL MONITOR a b c d", "(error) ERR Invalid quorum"},
      {"SENTINEL MONITOR a 127.0.0.1 c 1", "(error) ERR Invalid port"},
      {"SENTINEL MONITOR a 127.0.0.1 1 0", "(error) ERR Quorum must be 1 or greater."},
      {"SENTINEL MONITOR a nowhere 1 1", "(error) ERR Invalid IP address or hostname specified"},
      {"SENTINEL MONITOR a 127.0.0.1 99999999 2", "(error) ERR Invalid port number."},
      {"SENTINEL MONITOR mymaster 127.0.0.1 1 1", "(error) ERR Duplicate master name."},
      {"SENTINEL SET mymaster foo bar", "(error) ERR Unknown option or number of arguments for SENTINEL SET 'foo'"},
      {"SENTINEL SET mymaster quorum x", "(error) ERR Invalid argument 'x' for SENTINEL SET 'quorum'"},
      {"SENTINEL SIMULATE-FAILURE foo", "(error) ERR Unknown failure simulation specified"},
      {"SENTINEL IS-MASTER-DOWN-BY-ADDR 127.0.0.1 x 0 *", "(error) ERR value is not an integer or out of range"},
  };
  for (const auto& [command, reply] : expected) EXPECT_EQ(asking.ask("S1", command), reply) << command;
}

// Whoever asks changes nothing, whatever the command.
TEST(SentinelQuery, ChangesNothing) {
  const Asking asking(kSentinels, 9s);
  const model::Sentinel before = *asking.run().sentinel(asking.node("S1"));
  for (const char* const command : {"SENTINEL FAILOVER mymaster", "SENTINEL RESET *", "SENTINEL REMOVE mymaster"}) {
    asking.ask("S1", command);
    EXPECT_EQ(*asking.run().sentinel(asking.node("S1")), before) << command;
  }
}

// A sentinel that is asked for its vote gives it to the candidate.
TEST(SentinelQuery, VotesWhenAsked) {
  const std::string candidate(40, 'a');
  EXPECT_EQ(Asking(kSentinels, 9s).ask("S1", "SENTINEL IS-MASTER-DOWN-BY-ADDR 127.0.0.1 7000 7 " + candidate),
            "1) (integer) 0\n2) \"" + candidate + "\"\n3) (integer) 7");
}

// The vote is for whatever was given, be it an id or not, and is told as it was given.
TEST(SentinelQuery, VotesForWhateverIsGiven) {
  for (const std::string& candidate : {std::string{"me"}, std::string(40, 'A'), std::string(41, 'a')}) {
    EXPECT_EQ(Asking(kSentinels, 9s).ask("S1", "SENTINEL IS-MASTER-DOWN-BY-ADDR 127.0.0.1 7000 7 " + candidate),
              "1) (integer) 0\n2) \"" + candidate + "\"\n3) (integer) 7");
    EXPECT_EQ(Asking(kSentinels, 9s).ask("S1", "SENTINEL IS-MASTER-DOWN-BY-ADDR 127.0.0.1 7009 7 " + candidate),
              "1) (integer) 0\n2) \"*\"\n3) (integer) 0");
  }
}

// INFO-CACHE has what a sentinel read last, or nothing of a node that never answered.
TEST(SentinelQuery, TellsWhatItRead) {
  const Reply cache = Asking(kSentinels, 20s).reply("S1", "SENTINEL INFO-CACHE mymaster");
  const Reply& replicas = item(cache, 1);
  EXPECT_THAT(std::get<std::string>(item(item(replicas, 1), 1).value), HasSubstr("role:slave\r\n"));
  EXPECT_EQ(item(item(replicas, 2), 1), Reply{Nil{}});
}

// What Redis would do and the simulation cannot is refused, not made up.
TEST(SentinelQuery, RefusesWhatIsNotSimulated) {
  const Asking asking(kSentinels, 9s);
  for (const char* const command : {"SENTINEL DEBUG", "SUBSCRIBE +sdown", "SENTINEL SET mymaster auth-user x"}) {
    EXPECT_THROW(asking.ask("S1", command), BadInput) << command;
  }
}

}  // namespace
}  // namespace sentinel::sim
