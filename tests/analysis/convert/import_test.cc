#include "analysis/convert/import.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "analysis/check/expectations.h"
#include "sim/bad_input.h"
#include "sim/event_text.h"
#include "sim/reader/scenario_reader.h"
#include "sim/reader/text_file.h"
#include "sim/run.h"

namespace sentinel::analysis {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const std::filesystem::path kFolder{SENTINEL_SIM_SOURCE_DIR "/tests/data/conf"};

std::vector<ConfText> files(const std::vector<std::string>& names) {
  std::vector<ConfText> files;
  for (const std::string& name : names) files.push_back({kFolder / name, sim::read_text_file(kFolder / name)});
  return files;
}

sim::Scenario scenario_of(const ImportedScenario& imported) { return sim::parse_scenario(imported.text, "x.json"); }

// `R1 10.0.0.1:6379`
std::vector<std::string> cast_of(const ImportedScenario& imported) {
  const sim::Scenario scenario = scenario_of(imported);
  std::vector<std::string> cast;
  for (const sim::Node& node : scenario.nodes) {
    cast.push_back(node.name + " " + sim::name_and_port(node.address, scenario.symbols));
  }
  return cast;
}

std::vector<std::string> conf_of(const ImportedScenario& imported, const char* node) {
  const sim::Scenario scenario = scenario_of(imported);
  return scenario.node(scenario.find_node(node).value()).conf;
}

// Without the folder.
std::vector<std::string> short_names(std::vector<std::string> remarks) {
  for (std::string& remark : remarks) {
    for (auto at = remark.find(kFolder.string()); at != std::string::npos; at = remark.find(kFolder.string())) {
      remark.erase(at, kFolder.string().size() + 1);
    }
  }
  return remarks;
}

std::string error_of(const std::vector<ConfText>& conf, const ImportOptions& options = {}) {
  try {
    import_conf(conf, options);
    return "no error";
  } catch (const sim::BadInput& bad) {
    return bad.what();
  }
}

// What the scenario expects holds for these seeds.
void expect_to_hold(const ImportedScenario& imported, int seeds = 10) {
  const auto scenario = std::make_shared<const sim::Scenario>(scenario_of(imported));
  for (int seed = 1; seed <= seeds; ++seed) {
    sim::Run run{scenario, static_cast<std::uint64_t>(seed)};
    sim::Scratch scratch;
    ExpectationChecker checker{*scenario};
    run.run_until(scenario->until, scratch, checker);
    EXPECT_THAT(checker.violations(), IsEmpty()) << "seed " << seed << " of\n" << imported.text;
  }
}

const std::vector<std::string> kPlain{"plain/sentinel-1.conf", "plain/sentinel-2.conf", "plain/sentinel-3.conf",
                                      "plain/redis-3.conf",    "plain/redis-1.conf",    "plain/redis-2.conf"};

// Files that say all: the lines are taken as they are, masters come first, and nothing has to be assumed.
TEST(Import, TakesLinesAsTheyAre) {
  const ImportedScenario imported = import_conf(files(kPlain), {});
  EXPECT_THAT(cast_of(imported), ElementsAre("R1 10.0.0.1:6379", "R2 10.0.0.3:6379", "R3 10.0.0.2:6379",
                                             "S1 10.0.0.1:26379", "S2 10.0.0.2:26379", "S3 10.0.0.3:26379"));
  EXPECT_THAT(conf_of(imported, "R3"), ElementsAre("bind 10.0.0.2", "port 6379", "replicaof 10.0.0.1 6379",
                                                   "requirepass s3cret", "masterauth s3cret"));
  EXPECT_THAT(imported.remarks.warnings, IsEmpty());
  EXPECT_THAT(short_names(imported.remarks.notes),
              ElementsAre("plain/redis-1.conf: the scenario holds its password, in plain text"));
}

// The scenario runs at once: the master dies and is replaced, whatever the seed.
TEST(Import, ReplacesTheMasterThatDies) { expect_to_hold(import_conf(files(kPlain), {})); }

// What sentinels have found out names the processes that have no file; they get what the others say of them.
TEST(Import, AddsWhoIsOnlyNamed) {
  const ImportedScenario imported = import_conf(files({"rewritten/sentinel-1.conf", "rewritten/sentinel-3.conf"}), {});
  EXPECT_THAT(cast_of(imported),
              ElementsAre("R1 192.168.10.12:6379", "R2 192.168.10.13:6379", "R3 192.168.10.11:6379",
                          "S1 192.168.10.11:26379", "S2 192.168.10.13:26379", "S3 192.168.10.12:26379"));
  EXPECT_THAT(conf_of(imported, "R2"), ElementsAre("replicaof 192.168.10.12 6379"));
  EXPECT_THAT(conf_of(imported, "S3"),
              ElementsAre("sentinel monitor mymaster 192.168.10.12 6379 2",
                          "sentinel down-after-milliseconds mymaster 5000", "sentinel failover-timeout mymaster 10000",
                          "sentinel config-epoch mymaster 4", "sentinel leader-epoch mymaster 4",
                          "sentinel current-epoch 4", "sentinel myid a6b1d7c3e5f9081726354453627180f9e8d7c6b5"));
  EXPECT_THAT(imported.remarks.warnings, IsEmpty());
  EXPECT_THAT(short_names(imported.remarks.notes),
              Contains("rewritten/sentinel-1.conf: the replica 192.168.10.13:6379 has no file: its configuration is "
                       "assumed"));
  expect_to_hold(imported);
}

// The rewritten files of all sentinels: each is where the others know its id, and the epochs go on.
TEST(Import, FindsSentinelsByTheirIds) {
  const ImportedScenario imported =
      import_conf(files({"rewritten/sentinel-1.conf", "rewritten/sentinel-2.conf", "rewritten/sentinel-3.conf"}), {});
  EXPECT_THAT(cast_of(imported), Contains("S2 192.168.10.12:26379"));
  const sim::Scenario scenario = scenario_of(imported);
  const auto& config = std::get<model::SentinelConfig>(scenario.nodes.back().config);
  EXPECT_EQ(config.current_epoch, model::Epoch{4});
  EXPECT_EQ(config.masters[0].known_sentinels.size(), 2U);
}

// Distributions bind to loopback: of the same file on several machines, each process still has an address of its own.
TEST(Import, TellsApartMachinesWithTheSameFile) {
  const ImportedScenario imported = import_conf(
      files({"debian/redis.conf", "debian/redis.conf", "debian/sentinel.conf", "debian/sentinel.conf"}), {});
  EXPECT_THAT(cast_of(imported),
              ElementsAre("R1 127.0.0.1:6379", "R2 127.0.0.2:6379", "S1 127.0.0.1:26379", "S2 127.0.0.2:26379"));
  EXPECT_THAT(imported.remarks.warnings, IsEmpty());
  EXPECT_THAT(short_names(imported.remarks.notes),
              Contains("debian/redis.conf: does not say at which address others reach it: 127.0.0.2:6379 is assumed"));
}

// On one machine, what is bound to loopback needs no guess.
TEST(Import, TakesLoopbackOnOneMachine) {
  const ImportedScenario imported =
      import_conf({{"r.conf", "bind 127.0.0.1\nport 7001\nreplicaof 127.0.0.1 7000\n"},
                   {"m.conf", "bind 127.0.0.1 ::1\nport 7000\n"},
                   {"s.conf", "bind ::1\nport 5000\nsentinel monitor m 127.0.0.1 7000 1\n"}},
                  {});
  EXPECT_THAT(cast_of(imported), ElementsAre("R1 127.0.0.1:7000", "R2 127.0.0.1:7001", "S1 [::1]:5000"));
  EXPECT_THAT(imported.remarks.notes, IsEmpty());
}

// Announced host names are the addresses, as in Kubernetes; quoted passwords stay what they are.
TEST(Import, TakesAnnouncedNames) {
  const ImportedScenario imported =
      import_conf(files({"names/redis-node-0.conf", "names/redis-node-1.conf", "names/redis-node-2.conf",
                         "names/sentinel-0.conf", "names/sentinel-1.conf", "names/sentinel-2.conf"}),
                  {});
  EXPECT_THAT(cast_of(imported), Contains("R2 redis-node-1.redis-headless.default.svc.cluster.local:6379"));
  EXPECT_THAT(cast_of(imported), Contains("S3 redis-node-2.redis-headless.default.svc.cluster.local:26379"));
  EXPECT_THAT(imported.remarks.warnings, IsEmpty());
  EXPECT_THAT(conf_of(imported, "R1"), Contains("requirepass \"pa ss\""));
  expect_to_hold(imported);
}

// A line that is not simulated although it matters, or that is wrong, is left out and told of with file and line; the
// scenario says so as well.
TEST(Import, WarnsOfWhatItLeavesOut) {
  const ImportedScenario imported = import_conf(files({"odd/redis-a.conf", "odd/sentinel-a.conf"}), {});
  EXPECT_THAT(
      short_names(imported.remarks.warnings),
      ElementsAre(
          "odd/redis-a.conf:2: 'include /etc/redis/secret.conf': no file of that name is beside this one; what it says "
          "is left out",
          "odd/redis-a.conf:4: 'tls-port 6380': TLS is not simulated: its port is taken for the plain one",
          "odd/common.conf:4: 'user app on >pw ~app:* +@all': users are not simulated: what they may not do is allowed",
          "odd/redis-a.conf:5: 'tls-replication yes': TLS is not simulated: connections are plain",
          "odd/redis-a.conf:6: 'tls-cert-file /etc/redis/redis.crt': TLS is not simulated: connections are plain",
          "odd/redis-a.conf:7: 'rename-command CONFIG 5f3a9c': sentinels and replicas send this command, by its usual "
          "name in the simulation",
          "odd/redis-a.conf:9: 'loadmodule /usr/lib/redis/modules/bloom.so': modules are not simulated",
          "odd/redis-a.conf:10: 'replica-prioritty 50': unknown directive 'replica-prioritty' of a data node (did you "
          "mean 'replica-priority'?); left out",
          "odd/sentinel-a.conf:2: 'requirepass sesame': sentinels do not ask for passwords in the simulation",
          "odd/sentinel-a.conf:4: 'sentinel auth-user cache sentinel': users are not simulated: sentinels log in with "
          "auth-pass alone",
          "odd/sentinel-a.conf:5: 'sentinel rename-command cache CONFIG 5f3a9c': sentinels use the usual names of "
          "commands but PING in the simulation",
          "odd/sentinel-a.conf:7: 'sentinel down-after-milliseconds cahce 3000': no line 'sentinel monitor' names a "
          "master 'cahce' (did you mean 'cache'?); left out"));
  EXPECT_THAT(conf_of(imported, "R1"), ElementsAre("maxmemory 2gb", "maxmemory-policy allkeys-lru", "repl-timeout 30",
                                                   "port 6380", "rename-command FLUSHALL \"\""));
  EXPECT_THAT(scenario_of(imported).about, HasSubstr("Left out: include, tls-port, user, "));
}

// The same process may be called by its name and by its address; the scenario knows one of them.
TEST(Import, TakesANameForTheOnlyMaster) {
  const ImportedScenario imported = import_conf({{"m.conf", "port 6379\n"},
                                                 {"r.conf", "bind 10.0.0.2\nreplicaof redis-master 6379\n"},
                                                 {"sentinel.conf", "sentinel monitor m 10.0.0.1 6379 1\n"}},
                                                {});
  EXPECT_THAT(cast_of(imported), ElementsAre("R1 10.0.0.1:6379", "R2 10.0.0.2:6379", "S1 10.0.0.1:26379"));
  EXPECT_THAT(conf_of(imported, "R2"), Contains("replicaof 10.0.0.1 6379"));
  EXPECT_THAT(imported.remarks.notes, Contains("r.conf: takes redis-master:6379 for another name of 10.0.0.1:6379: its "
                                               "lines name that"));
}

// What is announced is where the others reach it; lines that say where it really listens would contradict that.
TEST(Import, PrefersWhatIsAnnounced) {
  const ImportedScenario imported = import_conf(
      {{"r.conf", "bind 172.17.0.2\nport 6379\nreplica-announce-ip 10.0.0.9\nreplica-announce-port 31000\n"}}, {});
  EXPECT_THAT(cast_of(imported), ElementsAre("R1 10.0.0.9:31000"));
  EXPECT_THAT(imported.remarks.notes, Contains(HasSubstr("r.conf:2: 'port 6379': left out")));
  EXPECT_THAT(conf_of(imported, "R1"), ElementsAre("replica-announce-ip 10.0.0.9", "replica-announce-port 31000"));
}

// Replicas that no file names can be asked for; without one nobody can be promoted, and the scenario does not expect
// it.
TEST(Import, AddsReplicasOnRequest) {
  const std::vector<ConfText> sentinel{{"sentinel.conf",
                                        "sentinel monitor m 10.0.0.1 6379 1\n"
                                        "sentinel auth-pass m secret\n"}};
  const ImportedScenario none = import_conf(sentinel, {});
  EXPECT_THAT(none.remarks.notes, Contains("no replica of m is named: give its file, or say --replicas N"));
  EXPECT_THAT(none.text, HasSubstr("\"+sdown master m *\""));
  expect_to_hold(none, 5);

  const ImportedScenario two = import_conf(sentinel, {.replicas = 2});
  EXPECT_THAT(cast_of(two),
              ElementsAre("R1 10.0.0.1:6379", "R2 10.0.0.2:6379", "R3 10.0.0.3:6379", "S1 10.0.0.1:26379"));
  EXPECT_THAT(conf_of(two, "R3"), ElementsAre("replicaof 10.0.0.1 6379", "requirepass secret", "masterauth secret"));
  EXPECT_THAT(two.text, HasSubstr("\"+switch-master m *\""));
  expect_to_hold(two, 5);
}

// Of several masters, the one that dies can be chosen; the nearest name is suggested.
TEST(Import, LetsChooseWhoDies) {
  const std::vector<ConfText> sentinel{
      {"sentinel.conf", "sentinel monitor orders 10.0.0.1 6379 1\nsentinel monitor users 10.0.0.2 6379 1\n"}};
  EXPECT_THAT(import_conf(sentinel, {.down = "users"}).text, HasSubstr(R"("do": "crash", "node": "R2")"));
  EXPECT_EQ(error_of(sentinel, {.down = "user"}),
            "--down 'user' is no master that a sentinel monitors (did you mean 'users'?)");
  EXPECT_EQ(error_of({{"r.conf", ""}}, {.down = "users"}), "--down: no sentinel monitors a master");
}

// Copied rewritten files have one id, which makes two sentinels one for all others.
TEST(Import, TellsOfCopiedIds) {
  const std::string conf =
      "sentinel myid 3f1c3b2f0c9b7a6b8c8e5d4f3a2b1c0d9e8f7a6b\nsentinel monitor m 10.0.0.1 6379 1\n";
  EXPECT_THAT(import_conf({{"sentinel-1.conf", conf}, {"sentinel-2.conf", conf}}, {}).remarks.notes,
              Contains("sentinel-2.conf: has the myid of sentinel-1.conf: the other sentinels take the two for one"));
}

// What is assumed without being written anywhere is told: how scripts end, and that other hosts are let in.
TEST(Import, TellsWhatItAssumes) {
  const std::string script = "sentinel notification-script m /bin/notify\n";
  const ImportedScenario imported = import_conf({{"r.conf", "replicaof 10.0.0.1 6379\n"},
                                                 {"s.conf", "sentinel monitor m 10.0.0.1 6379 1\n" + script},
                                                 {"t.conf", "port 1\nsentinel monitor m 10.0.0.1 6379 1\n" + script}},
                                                {});
  EXPECT_THAT(imported.remarks.notes, Contains(HasSubstr("r.conf: neither 'bind' nor 'requirepass'")).Times(1));
  EXPECT_THAT(imported.remarks.notes, Contains(HasSubstr("the script /bin/notify is taken to succeed")).Times(1));
}

// Without lines of Sentinel, the port or the name of the file tells that it is one.
TEST(Import, KnowsASentinelByItsFile) {
  const ImportedScenario imported = import_conf({{"my-sentinel.conf", "port 5000\n"}, {"b.conf", "port 26379\n"}}, {});
  EXPECT_THAT(cast_of(imported), ElementsAre("S1 127.0.0.1:5000", "S2 127.0.0.1:26379"));
}

// Bytes that a scenario cannot hold are refused line by line.
TEST(Import, LeavesOutWhatIsNoText) {
  const ImportedScenario imported =
      import_conf({{"r.conf", std::string{"masterauth \xff\xfe\nrequirepass a\x01z\n\"\n"}}}, {});
  EXPECT_EQ(imported.remarks.warnings.size(), 3U);
  EXPECT_THAT(conf_of(imported, "R1"), IsEmpty());
}

}  // namespace
}  // namespace sentinel::analysis
