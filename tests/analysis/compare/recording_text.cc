#include "tests/analysis/compare/recording_text.h"

#include "analysis/compare/recorded_scenario.h"

namespace sentinel::analysis {

Json quiet_recording() {
  Json recording = Json::parse(R"({
    "scenario": {
      "id": "quiet", "title": "nothing happens",
      "topology": {"net": "loopback", "nodes": [{"name": "R1"}, {"name": "R2"}], "sentinels": [{"name": "S1"}]},
      "actions": [], "duration_ms": 10000
    },
    "run": 1, "server_product": "redis", "server_version": "7.0.15", "recorded_ms": 10000.2,
    "conf": {
      "R1": "port 7000\nbind 127.0.0.1\ndir $LAB/R1\n",
      "R2": "port 7001\nbind 127.0.0.1\nreplicaof 127.0.0.1 7000\n",
      "S1": "port 5000\nbind 127.0.0.1\nsentinel monitor mymaster 127.0.0.1 7000 1\nsentinel down-after-milliseconds mymaster 1000\n"
    },
    "topology_at_start": {"R1": {"addr": "127.0.0.1:7000"}, "R2": {"addr": "127.0.0.1:7001"},
                          "S1": {"addr": "127.0.0.1:5000"}},
    "actions": [], "events": [],
    "notes": [{"t_ms": -4990.0, "sentinel": "S1", "text": "subscribed"}],
    "sentinel_log": [[-5000.0, "S1", "#", "+monitor master mymaster 127.0.0.1 7000 quorum 1"]],
    "node_log": []
  })");
  recording["topology_at_start"]["R1"]["runid"] = std::string(40, 'a');
  recording["topology_at_start"]["S1"]["runid"] = std::string(40, '1');
  return recording;
}

Json recording_of_a_failover() {
  Json recording = quiet_recording();
  recording["scenario"]["id"] = "failover";
  recording["actions"] = Json::parse(R"([{"t_ms": 1000.3, "end_ms": 1001.0, "do": "kill", "who": ["R1"]}])");
  return recording;
}

void add_event(Json& recording, double t_ms, const std::string& sentinel, const std::string& channel,
               const std::string& message) {
  recording["events"].push_back({{"t_ms", t_ms}, {"sentinel", sentinel}, {"channel", channel}, {"message", message}});
}

void say_what_is_simulated(Json& recording, std::uint64_t seed) {
  const Recording silent = parsed(recording);
  const RecordedScenario made = scenario_of(silent);
  recording["events"] = Json::array();
  for (const Said& said : simulate(made.scenario, seed, {.at = made.scenario->until.time_since_epoch()})) {
    const double t_ms = static_cast<double>((said.at - made.begin).count()) / 1'000;
    add_event(recording, t_ms, silent.nodes.at(said.node).name, said.channel, said.message);
  }
}

Recording parsed(const Json& recording) { return parse_recording(recording.dump(), "test.json"); }

}  // namespace sentinel::analysis
