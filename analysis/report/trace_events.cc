#include "analysis/report/trace_events.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "analysis/explain/message_text.h"
#include "analysis/observe/observed_run.h"
#include "analysis/step_text.h"

namespace sentinel::analysis {
namespace {

using Json = nlohmann::ordered_json;

// Numbers of processes and of their tracks, which are shown in this order.
constexpr int kFailovers = 0;
constexpr int kFirstNode = 1;
constexpr int kEvents = 0;
constexpr int kMessages = 1;
constexpr int kFirstState = 2;

class TraceWriter {
 public:
  explicit TraceWriter(const sim::Scenario& scenario) : scenario_(&scenario) {
    name_process(kFailovers, "failovers");
    for (std::size_t i = 0; i < scenario.nodes.size(); ++i) {
      const int process = kFirstNode + static_cast<int>(i);
      name_process(process, scenario.nodes[i].name);
      name_track(process, kEvents, "says");
      name_track(process, kMessages, "messages");
    }
  }

  // --- what is written ---
  void span(int process, int track, std::string_view name, sim::SimTime from, sim::SimTime to) {
    events_.push_back({{"ph", "X"},
                       {"name", name},
                       {"pid", process},
                       {"tid", track},
                       {"ts", micros(from)},
                       {"dur", micros(to) - micros(from)}});
  }
  void instant(int process, std::string_view name, std::string_view about, sim::SimTime at, std::string_view scope) {
    Json event{{"ph", "i"}, {"s", scope}, {"name", name}, {"pid", process}, {"tid", kEvents}, {"ts", micros(at)}};
    if (!about.empty()) event["args"] = {{"about", about}};
    events_.push_back(std::move(event));
  }
  // An arrow leads from a short span to another one.
  void message(std::size_t number, std::string_view name, sim::NodeId from, sim::SimTime sent, sim::NodeId to,
               std::optional<sim::SimTime> arrived) {
    const std::string text = std::string{name} + (arrived ? "" : " (never arrives)");
    span(process_of(from), kMessages, text, sent, sent + kShort);
    if (!arrived) return;
    span(process_of(to), kMessages, text, *arrived, *arrived + kShort);
    flow("s", number, text, process_of(from), sent);
    flow("f", number, text, process_of(to), *arrived);
  }
  void state(const StateTrack& track, sim::SimTime end) {
    const int process = process_of(track.fact.node);
    const int number = kFirstState + states_[track.fact.node]++;
    std::string name{state_fact_name(track.fact.what)};
    if (track.fact.master) name += " of " + std::string{scenario_->symbols.text(track.fact.master)};
    if (track.fact.other) name += ": " + scenario_->node(*track.fact.other).name;
    name_track(process, number, name);
    for (std::size_t i = 0; i < track.changes.size(); ++i) {
      const StateChange& change = track.changes[i];
      const sim::SimTime to = i + 1 < track.changes.size() ? track.changes[i + 1].at : end;
      if (!change.value.empty() && change.at < to) span(process, number, change.value, change.at, to);
    }
  }
  void failover(const Failover& failover, int track) {
    name_track(kFailovers, track, std::string{scenario_->symbols.text(failover.name)});
    const std::vector<std::pair<std::string_view, std::optional<sim::SimTime>>> phases{
        {"detection", failover.sdown},
        {"agreement", failover.odown},
        {"waiting", failover.tried},
        {"election and promotion", failover.promoted},
        {"propagation", failover.switched}};
    sim::SimTime from = failover.fault.value_or(failover.begin);
    for (const auto& [name, to] : phases) {
      if (!to || *to <= from) continue;
      span(kFailovers, track, name, from, *to);
      from = *to;
    }
  }

  Json json() && { return {{"displayTimeUnit", "ms"}, {"traceEvents", std::move(events_)}}; }

  static int process_of(sim::NodeId node) { return kFirstNode + static_cast<int>(node); }

 private:
  static constexpr sim::Micros kShort{10};

  static std::int64_t micros(sim::SimTime at) { return at.time_since_epoch().count(); }

  void name_process(int process, const std::string& name) {
    events_.push_back({{"ph", "M"}, {"name", "process_name"}, {"pid", process}, {"args", {{"name", name}}}});
    events_.push_back(
        {{"ph", "M"}, {"name", "process_sort_index"}, {"pid", process}, {"args", {{"sort_index", process}}}});
  }
  void name_track(int process, int track, const std::string& name) {
    events_.push_back(
        {{"ph", "M"}, {"name", "thread_name"}, {"pid", process}, {"tid", track}, {"args", {{"name", name}}}});
  }
  void flow(std::string_view phase, std::size_t number, std::string_view name, int process, sim::SimTime at) {
    Json event{{"ph", phase},    {"name", name},     {"cat", "message"}, {"id", number},
               {"pid", process}, {"tid", kMessages}, {"ts", micros(at)}};
    if (phase == "f") event["bp"] = "e";  // it ends at the span that begins then
    events_.push_back(std::move(event));
  }

  const sim::Scenario* scenario_;
  Json events_ = Json::array();
  std::map<sim::NodeId, int> states_;  // tracks of states so far
};

}  // namespace

Json trace_events(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed) {
  const ObservedRun observed = observe_run(scenario, seed);
  const sim::History& history = observed.replay.history();
  TraceWriter trace{*scenario};
  for (const Failover& failover : observed.failovers) {
    trace.failover(failover, kFirstNode + static_cast<int>(failover.name.index));
  }
  for (const StepDone& done : steps_done(history)) {
    const sim::Step& step = scenario->steps[done.step];
    trace.instant(kFailovers, step_text(*scenario, step), step.why, done.at, "g");
  }
  for (const sim::HistoricRecord& historic : history.records()) {
    const std::optional<Told> words = told(*scenario, historic.record);
    if (!words) continue;
    trace.instant(TraceWriter::process_of(historic.record.node), words->what, words->about, historic.record.at, "t");
  }
  for (const StateTrack& track : observed.states) trace.state(track, scenario->until);
  for (std::size_t i = 0; i < history.messages().size(); ++i) {
    const sim::SentMessage& message = history.messages()[i];
    if (message.sent_in == 0 || !message.to) continue;
    const sim::SimTime sent = history.moment(message.sent_in).at;
    if (sent < scenario->from) continue;
    const auto arrived = message.arrived_in == 0 ? std::nullopt : std::optional{history.moment(message.arrived_in).at};
    trace.message(i, message_kind_text(message.message, message.callback), message.from, sent, *message.to, arrived);
  }
  return std::move(trace).json();
}

}  // namespace sentinel::analysis
