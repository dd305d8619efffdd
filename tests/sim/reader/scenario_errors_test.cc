// Every mistake in a scenario file is reported in one line: file, line, JSON pointer, what is wrong, what would be
// right.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "tests/sim/reader/error_of.h"

namespace sentinel::sim {
namespace {

// A broken scenario; `text` may begin with one of the placeholders below.
struct Mistake {
  std::string_view text;
  std::string_view message;
};

// What test programs and ctest call it: the start of the message, as far as letters and digits go.
std::string name_of(const Mistake& mistake) {
  constexpr std::size_t kFile = std::string_view{"x.json:"}.size();
  constexpr std::size_t kEnough = 60;
  std::string name;
  for (const char c : mistake.message.substr(kFile, kEnough)) {
    const bool is_plain = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
    if (is_plain) name += c;
    if (!is_plain && !name.ends_with('_')) name += '_';
  }
  return name;
}

void PrintTo(const Mistake& mistake, std::ostream* out) { *out << name_of(mistake); }

// `CLUSTER` stands for the start of a good scenario, up to line 2.
std::string expanded(std::string_view text) {
  constexpr std::string_view kCluster = "CLUSTER";
  if (!text.starts_with(kCluster)) return std::string{text};
  return "{\"about\": \"x\", \"until\": \"60s\", \"cluster\": {\"quorum\": 2},\n" +
         std::string{text.substr(kCluster.size())} + "}";
}

const std::vector<Mistake> kSyntax = {
    {"",
     "x.json:1: is no valid JSON: syntax error while parsing value - unexpected end of input; expected '[', '{', or a "
     "literal"},
    {"{\"about\": \"x\",\n\"until\"\n\n",
     "x.json:2: is no valid JSON: syntax error while parsing object separator - "
     "unexpected end of input; expected ':'"},
    {"{\n\"about\" \"x\"}",
     "x.json:2: is no valid JSON: syntax error while parsing object separator - unexpected string "
     "literal; expected ':'"},
    {"{\n\"about\": \"x\xFF\"}",
     "x.json:2: is no valid JSON: syntax error while parsing value - invalid string: "
     "ill-formed UTF-8 byte; last read: '\"x\\xff'"},
    {"{\n\xC3\x28}",
     "x.json:2: is no valid JSON: syntax error while parsing object key - invalid literal; last read: "
     "'{<U+000A>\\xc3'; expected string literal"},
    {"{\"until\": 1e999}", "x.json:1: is no valid JSON: number overflow parsing '1e999'"},
    {"[]", "x.json:1: expected an object, not a list"},
    {"null", "x.json:1: expected an object, not null"},
    {"{\"about\": \"x\",\n\"until\": \"1s\",\n\"until\": \"2s\"}",
     "x.json:3: /until: is there twice, in line 2 too: a key may appear once in an object"},
};

const std::vector<Mistake> kTopLevel = {
    {"{}", "x.json:1: 'about' is missing: what the scenario shows, and why"},
    {"{\"about\": \" \"}", "x.json:1: /about: expected what the scenario shows, and why"},
    {"{\"about\": 1}", "x.json:1: /about: expected a text, not the number 1"},
    {"{\"about\": \"x\"}", "x.json:1: 'until' is missing: when the run ends, such as \"60s\""},
    {"{\"about\": \"x\", \"until\": 60}", "x.json:1: /until: a time needs a unit: \"60s\" or \"60ms\", not 60"},
    {"{\"about\": \"x\", \"until\": null}", "x.json:1: /until: expected a time with a unit, such as \"10s\", not null"},
    {"{\"about\": \"x\", \"until\": \"0s\"}", "x.json:1: /until: '0s' is too short: at least 1us"},
    {"{\"about\": \"x\", \"until\": \"1s\", \"from\": \"1s\"}",
     "x.json:1: /from: expected a time before 'until', '1s'"},
    {"{\"about\": \"x\", \"until\": \"1s\"}", "x.json:1: a scenario without nodes: expected 'cluster' or 'nodes'"},
    {"{\"abuot\": \"x\"}",
     "x.json:1: /abuot: unknown field of a scenario (did you mean 'about'?); known are: $schema, about, "
     "extends, cases, vary, profile, cluster, nodes, directives, sites, clients, scripts, network, disk, hash-order, "
     "wall-clock, "
     "steps, schedule, from, until, expect, for"},
};

const std::vector<Mistake> kClocks = {
    {R"(CLUSTER"wall-clock": "now")", "x.json:2: /wall-clock: expected \"full-second\" or \"random\", not 'now'"},
};

const std::vector<Mistake> kNodes = {
    {R"({"about": "x", "until": "1s", "cluster": {}})",
     "x.json:1: /cluster: 'quorum' is missing: how many sentinels must agree that a master is down"},
    {R"({"about": "x", "until": "1s", "cluster": {"quorum": 0}})",
     "x.json:1: /cluster/quorum: expected a whole number from 1 to 2147483647, not '0'"},
    {R"({"about": "x", "until": "1s", "cluster": {"quorum": 1, "replicas": 5000}})",
     "x.json:1: /cluster/replicas: expected a whole number from 0 to 4096, not '5000'"},
    {R"({"about": "x", "until": "1s", "cluster": {"quorum": 1, "replicas": 4096}})",
     "x.json:1: /cluster: more than 4096 nodes"},
    {R"({"about": "x", "until": "1s", "cluster": {"quorum": 1, "masters": []}})",
     "x.json:1: /cluster/masters: expected the name of at least one master, such as \"mymaster\""},
    {R"({"about": "x", "until": "1s", "cluster": {"quorum": 1, "masters": ["a", "a"]}})",
     "x.json:1: /cluster/masters/1: 'a' is there twice"},
    {R"({"about": "x", "until": "1s", "cluster": {"quorum": 1, "down-after-milliseconds": "5s"}})",
     "x.json:1: /cluster/down-after-milliseconds: expected a number, not the text '5s'"},
    {R"(CLUSTER"nodes": {"R 4": {}})",
     "x.json:2: /nodes/R 4: 'R 4' is no name of a node: expected up to 64 letters, digits, '_', '.' and '-', such as "
     "'R1'"},
    {R"(CLUSTER"nodes": {"a/~b": {}})",
     "x.json:2: /nodes/a~1~0b: 'a/~b' is no name of a node: expected up to 64 letters, digits, '_', '.' and '-', such "
     "as 'R1'"},
    {R"(CLUSTER"nodes": {"R4": {}})",
     "x.json:2: /nodes/R4: 'address' is missing: where the node listens, such as \"127.0.0.1:6379\""},
    {R"(CLUSTER"nodes": {"R4": {"adress": "127.0.0.1:1"}})",
     "x.json:2: /nodes/R4/adress: unknown field of a node (did you mean 'address'?); known are: address, kind, conf, "
     "conf-file, "
     "run-id, running, transfer-time, load-time, data-size, save-rate, bandwidth, load-rate, args, hash-order"},
    {R"(CLUSTER"nodes": {"R1": {"data-size": "4 gigs"}})",
     "x.json:2: /nodes/R1/data-size: '4 gigs' is no amount of memory: expected a number with a unit (b, k, kb, m, mb, "
     "g or gb), such as '1mb'"},
    {R"(CLUSTER"nodes": {"R1": {"load-rate": "0b"}})", "x.json:2: /nodes/R1/load-rate: expected 1b to 1048576gb"},
    {R"(CLUSTER"nodes": {"S1": {"data-size": "1gb"}})",
     "x.json:2: /nodes/S1/data-size: only data nodes have data: this node is a sentinel"},
    {R"(CLUSTER"nodes": {"R2": {"args": "--port 7"}})",
     "x.json:2: /nodes/R2/args: expected --replicaof <host> <port> (or --slaveof): no other option is simulated"},
    {R"(CLUSTER"nodes": {"R4": {"address": "127.0.0.1"}})",
     "x.json:2: /nodes/R4/address: '127.0.0.1' is no address: expected 'host:port', such as '127.0.0.1:6379' or "
     "'[::1]:6379'"},
    {R"(CLUSTER"nodes": {"R4": {"address": "127.0.0.1:70000"}})",
     "x.json:2: /nodes/R4/address: expected a whole number from 1 to 65535, not '70000'"},
    {"CLUSTER\"nodes\": {\n\"R4\": {\"address\": \"127.0.0.1:7002\"}}",
     "x.json:3: /nodes/R4: R3 and R4 have the same address, host '127.0.0.1' and port 7002: each needs its own"},
    {R"(CLUSTER"nodes": {"R1": {"kind": "sentinel"}})",
     "x.json:2: /nodes/R1/kind: the cluster gives it the other kind"},
    {R"(CLUSTER"nodes": {"R1": {"kind": "master"}})",
     "x.json:2: /nodes/R1/kind: expected \"data\" or \"sentinel\", not 'master'"},
    {R"(CLUSTER"nodes": {"R1": {"run-id": "12"}})",
     "x.json:2: /nodes/R1/run-id: expected 40 hexadecimal digits, not all 0, instead of '12'"},
    {R"(CLUSTER"nodes": {"R1": {"running": "no"}})",
     "x.json:2: /nodes/R1/running: expected true or false, not the text 'no'"},
    {R"(CLUSTER"nodes": {"R1": {"load-time": "1us"}})",
     "x.json:2: /nodes/R1/load-time: expected a whole number of milliseconds, such as \"10ms\""},
    {R"(CLUSTER"nodes": {"S1": {"load-time": "1ms"}})",
     "x.json:2: /nodes/S1/load-time: only data nodes have data: this node is a sentinel"},
    {"CLUSTER\"nodes\": {\"R1\": {\"conf\": [\n\"replica-priority 1\",\n\"replica-prority 10\"]}}",
     "x.json:4: /nodes/R1/conf/1: 'replica-prority 10': unknown directive 'replica-prority' of a data node (did you "
     "mean "
     "'replica-priority'?)"},
    {R"(CLUSTER"nodes": {"S1": {"conf": ["sentinel monitor other 127.0.0.1 7000 0"]}})",
     "x.json:2: /nodes/S1/conf/0: 'sentinel monitor other 127.0.0.1 7000 0': Quorum must be 1 or greater"},
    {R"(CLUSTER"nodes": {"R1": {"conf": "port 7000"}})",
     "x.json:2: /nodes/R1/conf: expected a list, not the text 'port 7000'"},
    {R"(CLUSTER"nodes": {"R1": {"conf-file": "/etc/passwd"}})",
     "x.json:2: /nodes/R1/conf-file: '/etc/passwd' is no path below the folder of the scenario: expected one without "
     "'..'"},
    {R"(CLUSTER"nodes": {"R1": {"conf-file": "a/../../b"}})",
     "x.json:2: /nodes/R1/conf-file: 'a/../../b' is no path below the folder of the scenario: expected one without "
     "'..'"},
    {R"(CLUSTER"nodes": {"R1": {"conf-file": "no/such.conf"}})",
     "x.json:2: /nodes/R1/conf-file: no/such.conf: no such file"},
};

const std::vector<Mistake> kNetwork = {
    {R"(CLUSTER"network": {"latncy": "1ms"})",
     "x.json:2: /network/latncy: unknown field of a network (did you mean 'latency'?); known are: latency, "
     "paths, retransmission"},
    {R"(CLUSTER"network": {"paths": [{"latency": "1ms"}]})",
     "x.json:2: /network/paths/0: 'between' is missing: nodes or sites, such as [\"east\", \"west\"]"},
    {R"(CLUSTER"sites": {"east": ["R1"], "west": ["S1", "R1"]})", "x.json:2: /sites/west/1: 'R1' is at a site already"},
    {R"(CLUSTER"sites": {"R1": ["R2"]})", "x.json:2: /sites/R1: 'R1' is a node: a site needs a name of its own"},
    {R"(CLUSTER"sites": {"east": []})",
     "x.json:2: /sites/east: expected the nodes that are there, such as [\"R1\", \"S1\"]"},
    {R"(CLUSTER"sites": {"east": ["R1"]}, "steps": [{"at": "1s", "do": "partition", "between": ["east", ["S1", "R1"]]}])",
     "x.json:2: /steps/0/between/1/1: 'R1' is in two groups: a node may be in one"},
    {R"(CLUSTER"network": {"latency": 1})",
     "x.json:2: /network/latency: a time needs a unit: \"1s\" or \"1ms\", not 1"},
    {R"(CLUSTER"network": {"latency": {"max": "1ms"}})",
     "x.json:2: /network/latency: 'median' is missing: what the others lie around"},
    {R"(CLUSTER"network": {"latency": {"median": "3ms", "max": "1ms"}})",
     "x.json:2: /network/latency: expected min <= median <= p90 <= p99 <= max, not 1500us, 3ms, 1ms, 1ms, 1ms"},
    {R"(CLUSTER"network": {"latency": "2h"})", "x.json:2: /network/latency: expected at most 1h"},
    {R"(CLUSTER"network": {"latency": {"loss": "0.1"}})",
     "x.json:2: /network/latency/loss: '0.1' is no share: expected a percentage with up to four decimals, such as "
     "'0.1%'"},
    {R"(CLUSTER"network": {"latency": {"loss": "100%"}})",
     "x.json:2: /network/latency/loss: expected at most 90%: where nothing passes is a partition"},
    {R"(CLUSTER"network": {"retransmission": {"first": "3s", "most": "2s"}})",
     "x.json:2: /network/retransmission: expected first <= most and first-connect <= most, not 3s, 1s and 2s"},
    {R"(CLUSTER"network": {"retransmission": {"first": "0s"}})",
     "x.json:2: /network/retransmission/first: '0s' is too short: at least 1ms"},
};

const std::vector<Mistake> kSteps = {
    {R"(CLUSTER"steps": {})", "x.json:2: /steps: expected a list, not an object"},
    {R"(CLUSTER"steps": [1])", "x.json:2: /steps/0: expected an object, not the number 1"},
    {R"(CLUSTER"steps": [{"at": "1s", "node": "R1"}])",
     "x.json:2: /steps/0: 'do' is missing: what happens, such as \"crash\""},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "Crash", "node": "R1"}])",
     "x.json:2: /steps/0/do: unknown step 'Crash' (did you mean 'crash'?); known are: crash, stop, start, pause, "
     "resume, "
     "stall, partition, heal, latency, hold, release, bandwidth, resolve, clock, command, write, disk, script"},
    {R"(CLUSTER"steps": [{"do": "crash", "node": "R1"}])",
     "x.json:2: /steps/0: 'at' is missing: when the step happens, such as \"10s\" (or 'on', the event that makes it "
     "happen)"},
    {R"(CLUSTER"steps": [{"at": "-1s", "do": "crash", "node": "R1"}])",
     "x.json:2: /steps/0/at: '-1s' is negative: expected a duration such as '250ms'"},
    {R"(CLUSTER"steps": [{"at": 10, "do": "crash", "node": "R1"}])",
     "x.json:2: /steps/0/at: a time needs a unit: \"10s\" or \"10ms\", not 10"},
    {R"(CLUSTER"steps": [{"at": "61s", "do": "crash", "node": "R1"}])",
     "x.json:2: /steps/0/at: is after the end of the run, 'until' 1m"},
    {"CLUSTER\"steps\": [\n{\"at\": \"1s\", \"do\": \"heal\"},\n{\"at\": \"1s\", \"do\": \"crash\",\n\"node\": "
     "\"R11\"}]",
     "x.json:5: /steps/1/node: unknown node 'R11' (did you mean 'R1'?)"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "crash"}])",
     "x.json:2: /steps/0: 'node' is missing: whom the step happens to (or 'nodes', a list)"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "crash", "node": "R1", "nodes": ["R2"]}])",
     "x.json:2: /steps/0/nodes: expected either 'node' or 'nodes', not both"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "crash", "nodes": []}])",
     "x.json:2: /steps/0/nodes: expected at least one node"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "crash", "nodes": ["R1", "R1"]}])",
     "x.json:2: /steps/0/nodes/1: 'R1' is there twice"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "crash", "node": "R1", "for": "1s"}])",
     "x.json:2: /steps/0/for: unknown field of a step 'crash'; known are: at, on, by, after, jitter, every, times, do, "
     "why, node, nodes"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "stall", "node": "R1"}])",
     "x.json:2: /steps/0: 'for' is missing: how long the node does nothing, such as \"3s\""},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "disk", "node": "R1"}])",
     "x.json:2: /steps/0: 'fails' is missing: whether nothing can be written from now on, true or false"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "disk", "node": "R1", "fails": "yes"}])",
     "x.json:2: /steps/0/fails: expected true or false, not the text 'yes'"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "script", "node": "R1"}])",
     "x.json:2: /steps/0: 'for' is missing: how long the script runs, such as \"20s\""},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "script", "node": "S1", "for": "1s"}])",
     "x.json:2: /steps/0/for: 'S1' is no data node: only these run scripts"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "start", "node": "R1", "data": "lost"}])",
     "x.json:2: /steps/0/data: expected \"empty\" (nothing is left) or \"kept\" (what it had), not 'lost'"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "start", "nodes": ["R1", "S1"], "data": "kept"}])",
     "x.json:2: /steps/0/data: 'S1' is no data node: only these have a data set"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "start", "node": "S1", "load-time": "1s"}])",
     "x.json:2: /steps/0/load-time: 'S1' is no data node: only these have a data set"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "command", "node": "R1", "args": ["SCRIPT", "FLUSH"]}])",
     "x.json:2: /steps/0/args: unknown SCRIPT command 'FLUSH'"},
    {R"(CLUSTER"steps": [{"at": "1s", "on": "+odown", "do": "crash", "node": "R1"}])",
     "x.json:2: /steps/0/on: expected either 'at' or 'on', not both"},
    {R"(CLUSTER"steps": [{"at": "1s", "after": "1s", "do": "crash", "node": "R1"}])",
     "x.json:2: /steps/0/after: belongs to a step that has 'on'"},
    {R"(CLUSTER"steps": [{"on": "+odwon", "do": "crash", "node": "R1"}])",
     "x.json:2: /steps/0/on: unknown event '+odwon' (did you mean '+odown'?)"},
    {R"(CLUSTER"steps": [{"on": "+odown", "by": "R1", "do": "crash", "node": "R1"}])",
     "x.json:2: /steps/0/by: 'R1' is a data node: only sentinels report events"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "partition", "between": [["R1"]]}])",
     "x.json:2: /steps/0/between: expected at least two groups of nodes, such as [[\"S1\"], [\"R1\", \"S2\"]]"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "partition", "between": [["R1", "S1"], ["R2", "S1"]]}])",
     "x.json:2: /steps/0/between/1/1: 'S1' is in two groups: a node may be in one"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "partition", "between": [["R1"], ["R2"]], "mode": "reset"}])",
     "x.json:2: /steps/0/mode: expected \"drop\" (silence) or \"reject\" (reset), not 'reset'"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "latency"}])",
     "x.json:2: /steps/0: 'latency' is missing: the new one, such as \"1ms\""},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "clock", "node": "S1"}])",
     "x.json:2: /steps/0: 'step' is missing: by how much the clock jumps (or 'drift-ppm')"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "clock", "node": "S1", "drift-ppm": 1.5}])",
     "x.json:2: /steps/0/drift-ppm: expected a whole number from -100000 to 100000, not '1.5'"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "command", "node": "S1", "args": ["SENTINEL", "FAILOVR", "mymaster"]}])",
     "x.json:2: /steps/0/args: unknown SENTINEL command 'FAILOVR' (did you mean 'failover'?)"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "command", "node": "S1", "args": "SENTINEL FAILOVER mymaster"}])",
     "x.json:2: /steps/0/args: expected a list, not the text 'SENTINEL FAILOVER mymaster'"},
    {R"(CLUSTER"steps": [{"on": "+odown", "every": "1s", "do": "crash", "node": "R1"}])",
     "x.json:2: /steps/0/every: belongs to a step that has 'at'"},
    {R"(CLUSTER"steps": [{"at": "1s", "times": 2, "do": "crash", "node": "R1"}])",
     "x.json:2: /steps/0/times: belongs to a step that has 'every'"},
    {R"(CLUSTER"steps": [{"at": "1s", "every": "0s", "do": "crash", "node": "R1"}])",
     "x.json:2: /steps/0/every: '0s' is too short: at least 1us"},
    {R"(CLUSTER"steps": [{"at": "50s", "every": "5s", "times": 4, "do": "crash", "node": "R1"}])",
     "x.json:2: /steps/0/times: the last one is after the end of the run, 'until' 1m: expected at most 3"},
    {R"(CLUSTER"steps": [{"at": "1s", "every": "5s", "for": "5s", "do": "pause", "node": "R1"}])",
     "x.json:2: /steps/0/for: expected less than 'every', 5s"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "hold"}])",
     "x.json:2: /steps/0: 'messages' is missing: which ones wait, such as \"vote\""},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "hold", "messages": ["ping", "vot"]}])",
     "x.json:2: /steps/0/messages/1: unknown kind of message 'vot' (did you mean 'vote'?); known are: ping, "
     "ping-reply, "
     "info, info-reply, hello, is-master-down, is-master-down-reply, vote-request, vote, replicaof, replicaof-reply, "
     "psync, snapshot, replication, replication-ack, client-request, client-reply, event"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "release", "messages": []}])",
     "x.json:2: /steps/0/messages: expected at least one kind of message, such as \"vote\""},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "bandwidth", "node": "R1"}])",
     "x.json:2: /steps/0: 'rate' is missing: bytes a second, such as \"10mb\""},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "bandwidth", "nodes": ["R1", "S1"], "rate": "1mb"}])",
     "x.json:2: /steps/0/nodes: 'S1' is no data node: only these send snapshots"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "resolve", "name": "redis-9", "takes": "5s"}])",
     "x.json:2: /steps/0/name: no node is at 'redis-9'"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "resolve", "name": "127.0.0.1", "takes": "5s"}])",
     "x.json:2: /steps/0/name: nobody looks it up: no sentinel has 'sentinel resolve-hostnames yes'"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "start", "node": "R1", "address": "10.0.0.1"}])",
     "x.json:2: /steps/0/address: '10.0.0.1' is no address: expected 'host:port', such as '127.0.0.1:6379' or "
     "'[::1]:6379'"},
    {R"(CLUSTER"steps": [{"at": "1s", "do": "start", "nodes": ["R1", "R2"], "address": "10.0.0.1:1"}])",
     "x.json:2: /steps/0/address: belongs to a step with one node: each needs its own"},
    {R"(CLUSTER"steps": [{"on": "+sdown", "do": "start", "node": "$node", "address": "10.0.0.1:1"}])",
     "x.json:2: /steps/0/address: belongs to a step that names its node"},
};

const std::vector<Mistake> kExpectations = {
    {R"(CLUSTER"expect": {"lost-writes": {"at-most": 0}})",
     "x.json:2: /expect/lost-writes: needs a client with 'writes', or a step 'write'"},
    {R"(CLUSTER"clients": {"C1": {"writes": 1}}, "expect": {"stale-reads": {"at-most": 0}})",
     "x.json:2: /expect/stale-reads: needs a client with 'reads'"},
    {R"(CLUSTER"expect": {"unavailable": {"at-most": "1s"}})",
     "x.json:2: /expect/unavailable: needs a client with 'writes' or 'reads'"},
    {R"(CLUSTER"expect": {"stale-registry": {"at-most": "1s"}})",
     "x.json:2: /expect/stale-registry: needs a client that 'watches'"},
    {R"(CLUSTER"expect": {"never": [{"channel": "+odown", "from": "61s"}]})",
     "x.json:2: /expect/never/0: begins after the end of the run, 'until' 1m"},
    {R"(CLUSTER"sites": {"east": ["R1"]}, "expect": {"never": ["east +odown"]})",
     "x.json:2: /expect/never/0: 'east' is a site: expected a node"},
    {R"(CLUSTER"sites": {"east": ["S1"]}, "steps": [{"at": "1s", "do": "script", "node": "east", "for": "1s"}])",
     "x.json:2: /steps/0/for: there is nobody at this site that could do it"},
    {R"(CLUSTER"from": "10s", "expect": {"exactly": [{"event": {"channel": "+odown", "until": "5s"}, "times": 0}]})",
     "x.json:2: /expect/exactly/0: ends before the streams begin, 'from' 10s"},
    {R"(CLUSTER"expect": {"allways": []})",
     "x.json:2: /expect/allways: unknown field of an expectation; known are: eventually, never, order, "
     "exactly, within, finally, phases, invariants, breaks, lost-writes, refused-writes, stale-reads, unavailable, "
     "two-masters, stale-registry"},
    {R"(CLUSTER"expect": {"never": ["odown"]})",
     "x.json:2: /expect/never/0: expected '[NODE ]CHANNEL[ PAYLOAD]', such as \"+odown\" or \"S1 +sdown master *\", "
     "not 'odown'"},
    {R"(CLUSTER"expect": {"never": ["S1 +sdwn"]})",
     "x.json:2: /expect/never/0: unknown event '+sdwn' (did you mean '+sdown'?)"},
    {R"(CLUSTER"expect": {"never": ["S9 +sdown"]})",
     "x.json:2: /expect/never/0: unknown node 'S9' (did you mean 'S1'?)"},
    {R"(CLUSTER"expect": {"never": ["R1 +sdown"]})",
     "x.json:2: /expect/never/0: 'R1' is a data node: only sentinels report events"},
    {R"(CLUSTER"expect": {"order": [["+sdown"], "+odown"]})",
     "x.json:2: /expect/order/1: expected a list, not the text '+odown'"},
    {R"(CLUSTER"expect": {"never": [{"node": "S1"}]})",
     "x.json:2: /expect/never/0: 'channel' is missing: which event, such as \"+odown\""},
    {R"(CLUSTER"expect": {"never": [{"channel": "+odown", "when": "1s"}]})",
     "x.json:2: /expect/never/0/when: unknown field of a pattern; known are: node, channel, payload, fields, from, "
     "until"},
    {R"(CLUSTER"expect": {"never": [{"channel": "+odown", "node": ["S1", "S1"]}]})",
     "x.json:2: /expect/never/0/node/1: 'S1' is there twice"},
    {R"(CLUSTER"expect": {"never": [{"channel": "+odown", "fields": {"vote": 2}}]})",
     "x.json:2: /expect/never/0/fields/vote: unknown field of '+odown' (did you mean 'votes'?); known are: master, "
     "master_address, instance, address, id, votes, quorum"},
    {R"(CLUSTER"expect": {"never": [{"channel": "+odown", "fields": {"votes": "2"}}]})",
     "x.json:2: /expect/never/0/fields/votes: expected a number, not the text '2'"},
    {R"(CLUSTER"expect": {"never": [{"channel": "+tilt", "fields": {"votes": 2}}]})",
     "x.json:2: /expect/never/0/fields: '+tilt' has no fields"},
    {R"(CLUSTER"expect": {"never": [{"channel": "+odown", "from": "9s", "until": "8s"}]})",
     "x.json:2: /expect/never/0/until: is before 'from', '9s'"},
    {R"(CLUSTER"expect": {"exactly": [{"event": "+odown"}]})",
     "x.json:2: /expect/exactly/0: 'times' is missing: how often the event comes, such as 1"},
    {R"(CLUSTER"expect": {"exactly": [{"event": "+odown", "times": 1, "at-most": 2}]})",
     "x.json:2: /expect/exactly/0/times: expected either 'times' or bounds, not both"},
    {R"(CLUSTER"expect": {"exactly": [{"event": "+odown", "at-least": 3, "at-most": 2}]})",
     "x.json:2: /expect/exactly/0/at-most: is less than 'at-least'"},
    {R"(CLUSTER"expect": {"within": [{"event": "+odown", "within": "5s"}]})",
     "x.json:2: /expect/within/0: 'after' is missing: a pattern, or a time such as \"10s\""},
    {R"(CLUSTER"expect": {"within": [{"event": "+odown", "after": 10, "within": "5s"}]})",
     "x.json:2: /expect/within/0/after: a time needs a unit: \"10s\" or \"10ms\", not 10"},
    {R"(CLUSTER"expect": {"within": [{"event": "+odown", "after": "10s", "within": "5s", "not-before": "6s"}]})",
     "x.json:2: /expect/within/0/not-before: is more than 'within'"},
    {R"(CLUSTER"expect": {"finally": {"S9": {}}})",
     "x.json:2: /expect/finally/S9: unknown node 'S9' (did you mean 'S1'?)"},
    {R"(CLUSTER"expect": {"finally": {"X*": {}}})", "x.json:2: /expect/finally/X*: no node has such a name"},
    {R"(CLUSTER"expect": {"finally": {"S1": {"role": "master"}}})",
     "x.json:2: /expect/finally/S1/role: unknown field of the state of a sentinel; known are: running, master, epoch, "
     "config-epoch, replicas, sentinels, flags, tilt"},
    {R"(CLUSTER"expect": {"finally": {"R1": {"role": "replica"}}})",
     "x.json:2: /expect/finally/R1/role: unknown word 'replica'; known are: master, slave"},
    {R"(CLUSTER"expect": {"finally": {"S1": {"master": "S2"}}})",
     "x.json:2: /expect/finally/S1/master: 'S2' is a sentinel: it has no data"},
    {R"(CLUSTER"expect": {"finally": {"S1": {"epoch": -1}}})",
     "x.json:2: /expect/finally/S1/epoch: expected a whole number from 0 to 9223372036854775807, not '-1'"},
    {R"(CLUSTER"nodes": {"S1": {"conf": ["sentinel monitor b 127.0.0.1 7001 1"]}}, "expect": {"finally": {"S1": {"master": "R2"}}})",
     "x.json:2: /expect/finally/S1/master: 'S1' monitors 2 masters: expected an object by their names"},
    {R"(CLUSTER"expect": {"finally": {"S1": {"master": {"mymastr": "R2"}}}})",
     "x.json:2: /expect/finally/S1/master/mymastr: unknown field of the masters of S1 (did you mean 'mymaster'?); "
     "known "
     "are: mymaster"},
    {R"(CLUSTER"expect": {"phases": {"fault -> first sdown": {"at-most": "3s"}}})",
     "x.json:2: /expect/phases/fault -> first sdown: unknown field of phases (did you mean 'fault -> first +sdown'?); "
     "known are: fault -> first +sdown, fault -> last +sdown, first +sdown -> first +odown, fault -> first +odown, "
     "+odown -> +try-failover, +try-failover -> +elected-leader, +odown -> +elected-leader, +elected-leader -> "
     "+selected-slave, +selected-slave -> +promoted-slave, +elected-leader -> +promoted-slave, +elected-leader -> "
     "first +switch-master, fault -> first +switch-master, first -> last +switch-master, fault -> last +switch-master, "
     "fault -> clients moved, +promoted-slave -> +slave-reconf-done, +promoted-slave -> all reconfigured, "
     "+promoted-slave -> +failover-end, +try-failover -> -failover-abort, back -> +reboot, back -> -role-change, back "
     "-> -sdown, -role-change -> +convert-to-slave, +convert-to-slave -> +role-change, back -> +role-change"},
    {R"(CLUSTER"expect": {"phases": {"back -> -sdown": {}}})",
     "x.json:2: /expect/phases/back -> -sdown: 'at-most' is missing: such as \"8s\""},
    {R"(CLUSTER"expect": {"invariants": ["one-leader-per-epcoh"]})",
     "x.json:2: /expect/invariants/0: unknown invariant 'one-leader-per-epcoh' (did you mean 'one-leader-per-epoch'?); "
     "known are: one-leader-per-epoch, votes-once-per-epoch, elected-by-majority, epochs-never-go-back, "
     "config-epoch-never-goes-back, failover-needs-odown, one-name-in-the-end, "
     "all-follow-in-the-end, writable-in-the-end, elected-in-its-epoch, one-promotion-per-config-epoch, "
     "switches-to-promoted, promotes-a-copy, no-replica-left-out, one-writable-master, keeps-acknowledged-writes"},
    {R"(CLUSTER"expect": {"invariants": ["keeps-acknowledged-writes"]})",
     "x.json:2: /expect/invariants/0: needs a client with 'writes', or a step 'write'"},
    {R"(CLUSTER"expect": {"invariants": ["one-leader-per-epoch"], "breaks": ["one-leader-per-epoch"]})",
     "x.json:2: /expect/breaks/0: 'one-leader-per-epoch' is among 'invariants', too"},
    {R"(CLUSTER"for": {"seed": 7, "seeds": 7})", "x.json:2: /for/seed: expected either 'seeds' or 'seed', not both"},
    {R"(CLUSTER"for": {"seeds": 0})", "x.json:2: /for/seeds: expected a whole number from 1 to 100000, not '0'"},
};

std::string numbered_name(const testing::TestParamInfo<Mistake>& mistake) {
  return std::to_string(mistake.index) + "_" + name_of(mistake.param);
}

class ScenarioErrors : public testing::TestWithParam<Mistake> {};

// The message is exactly what the table says.
TEST_P(ScenarioErrors, AreReportedInOneLine) { EXPECT_EQ(error_of(expanded(GetParam().text)), GetParam().message); }

INSTANTIATE_TEST_SUITE_P(Syntax, ScenarioErrors, testing::ValuesIn(kSyntax), numbered_name);
INSTANTIATE_TEST_SUITE_P(TopLevel, ScenarioErrors, testing::ValuesIn(kTopLevel), numbered_name);
INSTANTIATE_TEST_SUITE_P(Clocks, ScenarioErrors, testing::ValuesIn(kClocks), numbered_name);
INSTANTIATE_TEST_SUITE_P(Nodes, ScenarioErrors, testing::ValuesIn(kNodes), numbered_name);
INSTANTIATE_TEST_SUITE_P(Network, ScenarioErrors, testing::ValuesIn(kNetwork), numbered_name);
INSTANTIATE_TEST_SUITE_P(Steps, ScenarioErrors, testing::ValuesIn(kSteps), numbered_name);
INSTANTIATE_TEST_SUITE_P(Expectations, ScenarioErrors, testing::ValuesIn(kExpectations), numbered_name);

// --- anything at all --------------------------------------------------------------------------------------

constexpr std::string_view kGood = R"({
  "about": "all fields", "profile": "redis-7.0",
  "cluster": {"masters": ["a", "b"], "replicas": 1, "sentinels": 3, "quorum": 2, "down-after-milliseconds": 2000},
  "nodes": {"R1": {"conf": ["repl-timeout 5", "requirepass \"x\""]}, "R9": {"address": "[::1]:1", "load-time": "1s"}},
  "network": {"latency": {"median": "0.2ms", "loss": "0.1%"}, "retransmission": {"first": "50ms"}},
  "steps": [{"at": "1s", "do": "partition", "between": [["S1"], ["R1", "R2"]], "mode": "reject"},
            {"on": "+odown", "by": "S1", "after": "1ms", "do": "crash", "nodes": ["R1"]},
            {"at": "2s", "do": "clock", "node": "S2", "step": "-5s", "drift-ppm": 100},
            {"at": "3s", "do": "command", "node": "S2", "args": ["SENTINEL", "RESET", "[ab]*"]}],
  "from": "1s", "until": "60s",
  "expect": {"order": [["+sdown", "S1 +odown master *"]], "never": ["+tilt"],
             "exactly": [{"event": {"node": ["S1"], "channel": "+odown", "fields": {"votes": 2}}, "at-least": 1}],
             "within": [{"event": "+odown", "after": "+sdown", "within": "5s", "not-before": "1ms"}],
             "finally": {"S*": {"master": {"a": "R1"}, "flags": {"R2": "slave"}}, "R2": {"link": "up"}},
             "phases": {"fault -> first +sdown": {"at-most": "3s"}}, "invariants": ["one-leader-per-epoch"],
             "breaks": ["elected-by-majority"]},
  "for": {"seeds": 20}})";

// One random change: a byte, one that keeps the syntax more often, a piece that is left out, or one that is there
// twice.
std::string mutated(std::string text) {
  const auto position = *rc::gen::inRange<std::size_t>(0, text.size());
  const auto length = *rc::gen::inRange<std::size_t>(0, 20);
  switch (*rc::gen::inRange(0, 6)) {
    case 0: text[position] = *rc::gen::arbitrary<char>(); break;
    case 1: text.erase(position, length); break;
    case 2: text.insert(position, text.substr(*rc::gen::inRange<std::size_t>(0, text.size()), length)); break;
    default: text[position] = *rc::gen::elementOf(std::string{"019azRS+- .:"});
  }
  return text;
}

// Whatever happens to a good scenario, it is read or refused in one line that names the file.
RC_GTEST_PROP(ScenarioErrors, AreOneLineForAllMutations, ()) {
  std::string text{kGood};
  const int changes = *rc::gen::inRange(1, 4);
  for (int i = 0; i < changes && !text.empty(); ++i) text = mutated(text);
  const std::string message = error_of(text);
  RC_CLASSIFY(message == "no error");
  RC_ASSERT(message == "no error" || message.starts_with("x.json:"));
  RC_ASSERT(std::ranges::none_of(message, [](char c) { return static_cast<unsigned char>(c) < ' '; }));
}

// An unknown profile is told which there are.
TEST(ScenarioErrors, NameTheProfiles) {
  EXPECT_THAT(
      error_of("{\"about\": \"x\", \"until\": \"1s\",\n\"profile\": \"redis-7\"}"),
      testing::StartsWith("x.json:2: /profile: unknown profile 'redis-7' (did you mean 'redis-7.0'?); known are: "));
}

// The text that is changed above is a good one.
TEST(ScenarioErrors, AreNotSeenInAGoodScenario) { EXPECT_EQ(error_of(kGood), "no error"); }

}  // namespace
}  // namespace sentinel::sim
