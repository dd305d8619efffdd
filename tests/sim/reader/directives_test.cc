#include "sim/reader/directives.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <deque>
#include <string>
#include <vector>

#include "sim/bad_input.h"

namespace sentinel::sim {
namespace {

using namespace std::chrono_literals;

const std::string kId(40, 'a');

class Directives : public testing::Test {
 protected:
  using Lines = std::vector<std::string>;

  Conf conf(const Lines& lines) {
    Conf conf;
    for (const std::string& line : lines) {
      conf.push_back(
          &lines_.emplace_back(ConfLine{.text = line, .file = "x.conf", .line = conf.size() + 1, .json_path = ""}));
    }
    return conf;
  }

  model::Address address() { return {symbols.intern("10.0.0.1"), 7000}; }

  model::DataNodeConfig data_node(const Lines& lines) {
    return configure_data_node(conf(lines), address(), symbols).config;
  }
  model::SentinelConfig sentinel(const Lines& lines) {
    return configure_sentinel(conf(lines), address(), symbols).config;
  }

  template <class Read>
  std::string error_of(Read read) {
    try {
      read();
    } catch (const BadInput& bad) {
      return bad.what();
    }
    return "no error";
  }
  std::string data_node_error(const Lines& lines) {
    return error_of([&] { data_node(lines); });
  }
  std::string sentinel_error(const Lines& lines) {
    return error_of([&] { sentinel(lines); });
  }

  std::string text(const model::Address& address) const {
    return std::string{symbols.text(address.host)} + ":" + std::to_string(address.port);
  }

  SymbolTable symbols;

 private:
  std::deque<ConfLine> lines_;
};

// --- data nodes -------------------------------------------------------------------------------------------

// Everything that concerns replication reaches the model.
TEST_F(Directives, ConfigureADataNode) {
  const model::DataNodeConfig config =
      data_node({"replicaof 10.0.0.2 7001", "replica-priority 10", "replica-announced no", "requirepass \"a b\"",
                 "masterauth c", "repl-timeout 30", "repl-ping-replica-period 5", "repl-diskless-sync-delay 1",
                 "repl-backlog-size 2mb", "replica-serve-stale-data no", "replica-read-only no", "repl-backlog-ttl 60",
                 "min-replicas-to-write 2", "min-replicas-max-lag 4"});
  EXPECT_EQ(text(*config.replicaof), "10.0.0.2:7001");
  EXPECT_EQ(config.priority, 10);
  EXPECT_FALSE(config.announce_replica);
  EXPECT_EQ(symbols.text(config.password), "a b");
  EXPECT_EQ(symbols.text(config.master_password), "c");
  EXPECT_EQ(config.replication_timeout, 30s);
  EXPECT_EQ(config.replica_ping_period, 5s);
  EXPECT_EQ(config.diskless_sync_delay, 1s);
  EXPECT_EQ(config.backlog_size, 2 << 20);
  EXPECT_FALSE(config.serve_stale_data);
  EXPECT_FALSE(config.read_only);
  EXPECT_EQ(config.backlog_time_to_live, 60s);
  EXPECT_EQ(config.min_replicas_to_write, 2);
  EXPECT_EQ(config.min_replicas_max_lag, 4s);
}

// The words of Redis before 5.0, in any case of letters.
TEST_F(Directives, KnowTheOldNames) {
  const model::DataNodeConfig config =
      data_node({"SLAVEOF 10.0.0.2 7001", "slave-priority 0", "repl-ping-slave-period 2", "slave-announce-ip 1.2.3.4",
                 "slave-announce-port 9"});
  EXPECT_EQ(text(*config.replicaof), "10.0.0.2:7001");
  EXPECT_EQ(config.priority, 0);
  EXPECT_EQ(config.replica_ping_period, 2s);
  EXPECT_EQ(text(config.announced), "1.2.3.4:9");
}

// Without directives, the struct's defaults hold, and a node announces where it listens.
TEST_F(Directives, KeepDefaults) {
  model::DataNodeConfig expected;
  expected.announced = address();
  EXPECT_EQ(data_node({}), expected);
  EXPECT_EQ(data_node({"", "  # replicaof 10.0.0.2 7001", "save \"\"", "appendonly no", "protected-mode no",
                       "replica-announce-ip \"\"", "replica-announce-port 0"}),
            expected);
}

// The later of two lines wins, and a master can be taken back.
TEST_F(Directives, AreReadInOrder) {
  EXPECT_EQ(data_node({"replica-priority 1", "replica-priority 2"}).priority, 2);
  EXPECT_FALSE(data_node({"replicaof 10.0.0.2 7001", "replicaof no one"}).replicaof);
}

// Whether a synchronisation goes over the disk is left to the version unless a directive says it.
TEST_F(Directives, KnowSynchronisationByDisk) {
  EXPECT_EQ(data_node({"repl-diskless-sync-delay 7"}).diskless_sync, std::nullopt);
  EXPECT_EQ(data_node({"repl-diskless-sync no"}).diskless_sync, false);
  EXPECT_EQ(data_node({"repl-diskless-sync yes"}).diskless_sync, true);
}

// Only one half of the address may be announced.
TEST_F(Directives, AnnounceParts) {
  EXPECT_EQ(text(data_node({"replica-announce-ip nat"}).announced), "nat:7000");
  EXPECT_EQ(text(data_node({"replica-announce-port 9"}).announced), "10.0.0.1:9");
  EXPECT_EQ(text(sentinel({"sentinel announce-ip nat", "sentinel announce-port 9"}).announced), "nat:9");
}

// `port` and `bind` may agree with the address of the node, or bind to all.
TEST_F(Directives, AgreeWithTheAddress) {
  EXPECT_EQ(data_node_error({"port 7000", "bind 127.0.0.1 10.0.0.1"}), "no error");
  EXPECT_EQ(data_node_error({"bind * -::*"}), "no error");
  EXPECT_EQ(data_node_error({"port 7001"}), "x.conf:1: 'port 7001': the node's address has port 7000");
  EXPECT_EQ(sentinel_error({"bind 10.0.0.2"}), "x.conf:1: 'bind 10.0.0.2': the node's address has host '10.0.0.1'");
}

// Where no address is given, the lines tell it, with the ports that the programs have by default.
TEST_F(Directives, TellTheAddress) {
  const auto listens = [&](const Lines& lines) { return configure_sentinel(conf(lines), {}, symbols).address; };
  EXPECT_EQ(text(*listens({"bind -127.0.0.1 -::1", "port 5000"})), "127.0.0.1:5000");
  EXPECT_EQ(text(*listens({"bind 127.0.0.1"})), "127.0.0.1:26379");
  EXPECT_FALSE(listens({"port 5000"}));
  EXPECT_EQ(configure_data_node(conf({"bind ::1"}), {}, symbols).address->port, 6379);
}

// Without an address, what tells of it is kept, even if it is not enough for one.
TEST_F(Directives, KeepWhatIsToldOfTheAddress) {
  const auto told =
      configure_data_node(conf({"port 9", "bind 127.0.0.1 -10.0.0.3", "replica-announce-port 31000"}), {}, symbols);
  EXPECT_EQ(told.port, 9);
  ASSERT_EQ(told.hosts.size(), 2U);
  EXPECT_EQ(symbols.text(told.hosts[1]), "10.0.0.3");
  EXPECT_EQ(told.announced, (model::Address{{}, 31000}));
  EXPECT_EQ(configure_sentinel(conf({"bind *"}), {}, symbols).port, 26379);
}

// Lines that cannot be read can be passed over: each is told of once, and the others count.
TEST_F(Directives, PassOverBadLines) {
  std::string told;
  const auto note = [&](const ConfLine& line, std::string_view why) {
    told += std::to_string(line.line) + ": " + std::string{why} + '\n';
  };
  const Conf lines = conf({"sentinel", "sentinel monitor m 10.0.0.1 7000 2", "sentinel monitor m x 1 1",
                           "sentinel down-after-milliseconds n 1", "port \"", "sentinel down-after-milliseconds m 7"});
  const model::SentinelConfig config = configure_sentinel(lines, {}, symbols, note).config;
  ASSERT_EQ(config.masters.size(), 1U);
  EXPECT_EQ(config.masters[0].down_after, 7ms);
  EXPECT_EQ(told,
            "5: a quote is not closed: \" is missing\n1: expected 'sentinel <option> ...'\n"
            "3: Duplicate master name: 'm' is monitored already\n"
            "4: no line 'sentinel monitor' names a master 'n'\n");
  told.clear();
  EXPECT_EQ(configure_data_node(conf({"replicaof x", "replica-priority 3"}), {}, symbols, note).config.priority, 3);
  EXPECT_EQ(told, "1: expected 'replicaof <host> <port>'\n");
}

// Errors name file and line, quote the directive and say what would be right.
TEST_F(Directives, SayWhatIsWrongWithADataNode) {
  EXPECT_EQ(data_node_error({"", "replica-prority 1"}),
            "x.conf:2: 'replica-prority 1': unknown directive 'replica-prority' of a data node "
            "(did you mean 'replica-priority'?)");
  EXPECT_EQ(data_node_error({"replicaof 10.0.0.2"}),
            "x.conf:1: 'replicaof 10.0.0.2': expected 'replicaof <host> <port>'");
  EXPECT_EQ(data_node_error({"replicaof a/b 7000"}),
            "x.conf:1: 'replicaof a/b 7000': 'a/b' is no host: expected an address or a name, such as '127.0.0.1' or "
            "'redis-1'");
  EXPECT_EQ(data_node_error({"replica-announced maybe"}),
            "x.conf:1: 'replica-announced maybe': expected 'yes' or 'no', not 'maybe'");
  EXPECT_EQ(data_node_error({"repl-timeout 0"}),
            "x.conf:1: 'repl-timeout 0': expected a whole number from 1 to 86400000, not '0'");
  EXPECT_EQ(data_node_error({"repl-backlog-size 0"}),
            "x.conf:1: 'repl-backlog-size 0': expected at least one byte, such as '1mb'");
  EXPECT_EQ(data_node_error({"requirepass \"x"}), "x.conf:1: 'requirepass \"x': a quote is not closed: \" is missing");
  EXPECT_EQ(data_node_error({"port 7000\nport 7000"}),
            "x.conf:1: 'port 7000\\x0aport 7000': a line break: each directive is a line of its own");
  EXPECT_EQ(data_node_error({"sentinel monitor m 10.0.0.1 7000 2"}),
            "x.conf:1: 'sentinel monitor m 10.0.0.1 7000 2': unknown directive 'sentinel' of a data node");
}

// --- sentinels --------------------------------------------------------------------------------------------

// All lines about the sentinel and its masters reach the model.
TEST_F(Directives, ConfigureASentinel) {
  const model::SentinelConfig config = sentinel(
      {"sentinel myid " + kId, "sentinel current-epoch 7", "sentinel monitor m 10.0.0.2 7001 2",
       "sentinel down-after-milliseconds m 5000", "sentinel failover-timeout m 60000", "sentinel parallel-syncs m 3",
       "sentinel auth-pass m secret", "sentinel master-reboot-down-after-period m 8", "sentinel config-epoch m 5",
       "sentinel leader-epoch m 6", "sentinel known-replica m 10.0.0.3 7002", "sentinel known-slave m 10.0.0.4 7003",
       "sentinel known-sentinel m 10.0.0.5 5001 " + std::string(40, 'b')});
  EXPECT_EQ(config.id.text(), kId);
  EXPECT_EQ(config.current_epoch.value, 7U);
  ASSERT_EQ(config.masters.size(), 1U);
  const model::MonitoredMaster& master = config.masters[0];
  EXPECT_EQ(symbols.text(master.name), "m");
  EXPECT_EQ(text(master.address), "10.0.0.2:7001");
  EXPECT_EQ(master.quorum, 2);
  EXPECT_EQ(master.down_after, 5s);
  EXPECT_EQ(master.failover_timeout, 60s);
  EXPECT_EQ(master.parallel_syncs, 3);
  EXPECT_EQ(symbols.text(master.auth_pass), "secret");
  EXPECT_EQ(master.master_reboot_down_after, 8ms);
  EXPECT_EQ(master.config_epoch.value, 5U);
  EXPECT_EQ(master.leader_epoch.value, 6U);
  ASSERT_EQ(master.known_replicas.size(), 2U);
  EXPECT_EQ(text(master.known_replicas[1]), "10.0.0.4:7003");
  ASSERT_EQ(master.known_sentinels.size(), 1U);
  EXPECT_EQ(text(master.known_sentinels[0].address), "10.0.0.5:5001");
}

// Valkey says `primary` where Redis says `master`.
TEST_F(Directives, KnowTheWordsOfValkey) {
  const model::SentinelConfig config =
      sentinel({"sentinel monitor m 10.0.0.2 7001 2", "sentinel primary-reboot-down-after-period m 9"});
  EXPECT_EQ(config.masters.at(0).master_reboot_down_after, 9ms);
}

// From 6.2 on a master may be configured before the line that monitors it.
TEST_F(Directives, MayStandInAnyOrder) {
  const model::SentinelConfig config =
      sentinel({"sentinel down-after-milliseconds m 5000", "sentinel monitor m 10.0.0.2 7001 2"});
  EXPECT_EQ(config.masters[0].down_after, 5s);
}

// A sentinel may start without a master, and gets one by command.
TEST_F(Directives, AllowASentinelWithoutMasters) {
  EXPECT_TRUE(sentinel({}).masters.empty());
  EXPECT_FALSE(sentinel({}).id.known());
}

// What Redis writes into the file itself, or what changes nothing here, is accepted.
TEST_F(Directives, AcceptWhatHasNoEffect) {
  EXPECT_EQ(
      sentinel_error({"daemonize no", "dir \"/tmp\"", "user default on nopass ~* &* +@all",
                      "latency-tracking-info-percentiles 50 99 99.9", "sentinel deny-scripts-reconfig yes",
                      "sentinel resolve-hostnames no", "sentinel announce-hostnames no", "sentinel sentinel-user u",
                      "sentinel sentinel-pass p", "sentinel monitor m 10.0.0.2 7001 2",
                      "sentinel notification-script m /bin/true", "sentinel client-reconfig-script m /bin/true",
                      "sentinel auth-user m u", "sentinel rename-command m CONFIG GUESSME"}),
      "no error");
}

// The same for data nodes: what has nothing to do with replication changes nothing.
TEST_F(Directives, AcceptWhatHasNoEffectOnADataNode) {
  model::DataNodeConfig expected;
  expected.announced = address();
  EXPECT_EQ(data_node({"dir /tmp",
                       "logfile \"\"",
                       "loglevel verbose",
                       "save \"\"",
                       "appendonly no",
                       "databases 1",
                       "protected-mode no",
                       "enable-debug-command yes",
                       "daemonize no",
                       "pidfile /tmp/x.pid",
                       "maxmemory 100mb",
                       "hz 10",
                       "dynamic-hz yes",
                       "timeout 0",
                       "tcp-keepalive 300",
                       "supervised no",
                       "unixsocket /tmp/x",
                       "rename-command FLUSHALL \"\"",
                       "user default on nopass ~* &* +@all",
                       "aclfile /tmp/x.acl",
                       "key-load-delay 100",
                       "loading-process-events-interval-bytes 1024",
                       "stop-writes-on-bgsave-error yes",
                       "io-threads 2"}),
            expected);
}

// Errors name file and line, quote the directive and say what would be right.
TEST_F(Directives, SayWhatIsWrongWithASentinel) {
  const std::string monitor = "sentinel monitor mymaster 10.0.0.2 7001 2";
  EXPECT_EQ(sentinel_error({"sentinel monitr mymaster 10.0.0.2 7001 2"}),
            "x.conf:1: 'sentinel monitr mymaster 10.0.0.2 7001 2': unknown directive 'sentinel monitr' "
            "(did you mean 'sentinel monitor'?)");
  EXPECT_EQ(sentinel_error({"sentinel"}), "x.conf:1: 'sentinel': expected 'sentinel <option> ...'");
  EXPECT_EQ(sentinel_error({"sentinel monitor mymaster 10.0.0.2 7001"}),
            "x.conf:1: 'sentinel monitor mymaster 10.0.0.2 7001': expected 'sentinel monitor <name> <host> <port> "
            "<quorum>'");
  EXPECT_EQ(sentinel_error({"sentinel monitor mymaster 10.0.0.2 7001 0"}),
            "x.conf:1: 'sentinel monitor mymaster 10.0.0.2 7001 0': Quorum must be 1 or greater");
  EXPECT_EQ(sentinel_error({monitor, monitor}),
            "x.conf:2: '" + monitor + "': Duplicate master name: 'mymaster' is monitored already");
  EXPECT_EQ(sentinel_error({monitor, "sentinel failover-timeout mymastr 1"}),
            "x.conf:2: 'sentinel failover-timeout mymastr 1': no line 'sentinel monitor' names a master 'mymastr' "
            "(did you mean 'mymaster'?)");
  EXPECT_EQ(sentinel_error({monitor, "sentinel down-after-milliseconds mymaster 0"}),
            "x.conf:2: 'sentinel down-after-milliseconds mymaster 0': expected a whole number from 1 to 86400000000, "
            "not '0'");
  EXPECT_EQ(sentinel_error({"sentinel myid 123"}),
            "x.conf:1: 'sentinel myid 123': expected 40 hexadecimal digits, not all 0, instead of '123'");
  EXPECT_EQ(sentinel_error({monitor, "sentinel known-replica mymaster h 1", "sentinel known-slave mymaster h 1"}),
            "x.conf:3: 'sentinel known-slave mymaster h 1': this replica is known already");
  EXPECT_EQ(sentinel_error({"replicaof 10.0.0.2 7001"}),
            "x.conf:1: 'replicaof 10.0.0.2 7001': unknown directive 'replicaof' of a sentinel");
}

}  // namespace
}  // namespace sentinel::sim
