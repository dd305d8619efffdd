#include "analysis/explain/explanation.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "analysis/explain/diagnosis_text.h"
#include "analysis/step_text.h"
#include "sim/formats.h"
#include "sim/replay.h"

namespace sentinel::analysis {
namespace {

using Json = nlohmann::ordered_json;
using model::EventKind;

// What one failover of a master changed.
struct Switch {
  model::Symbol master{};
  model::Epoch epoch{};  // of the configuration
  model::Address from{};
  model::Address to{};
  Fact first{};
  Fact last{};
};

// More are told of in short.
constexpr std::size_t kMostSwitches = 3;

// Of the master that a sentinel switches to.
model::Epoch config_epoch(const CauseFinder& causes, const Fact& said) {
  const sim::Run then = causes.replay().after(said.moment);
  const model::Master* const master = then.monitored(*said.node, causes.event_of(said).master_name);
  return master == nullptr ? model::Epoch{} : master->config_epoch;
}

std::vector<Switch> switches_of(const CauseFinder& causes) {
  std::vector<Switch> switches;
  for (std::size_t i = 0; i < causes.history().records().size(); ++i) {
    const model::Event* const event = causes.event_at(i);
    if (event == nullptr || event->kind != EventKind::kSwitchMaster) continue;
    if (event->master_address == event->new_address) continue;  // what is still told after a restart
    const Fact fact = causes.event_fact(i);
    const model::Epoch epoch = config_epoch(causes, fact);
    const auto same = std::ranges::find_if(switches, [&](const Switch& known) {
      return known.master == event->master_name && known.epoch == epoch && known.to == event->new_address;
    });
    if (same == switches.end()) {
      switches.push_back({event->master_name, epoch, event->master_address, event->new_address, fact, fact});
    } else {
      same->last = fact;
    }
  }
  return switches;
}

// What was done to a master that was found to be down last.
std::string fault_text(const CauseFinder& causes, model::Symbol master) {
  for (std::size_t i = causes.history().records().size(); i-- > 0;) {
    const sim::HistoricRecord& said = causes.history().records()[i];
    const auto* const event = std::get_if<model::Event>(&said.record.what);
    const bool is_down = event != nullptr && event->kind == EventKind::kSdown && event->master_name == master &&
                         event->subject == model::InstanceKind::kMaster;
    const std::optional<sim::NodeId> node = is_down ? causes.scenario().node_at(event->address) : std::nullopt;
    const std::optional<Fact> fault = node ? causes.fault_of(*node, said.record.node, said.record.at) : std::nullopt;
    if (fault) return " (" + causes.text(*fault) + " at " + sim::time_text(fault->at) + ")";
  }
  return {};
}

std::vector<std::string> outcomes_of(const CauseFinder& causes, const std::vector<Switch>& switches) {
  const sim::Scenario& scenario = causes.scenario();
  std::map<std::uint32_t, std::size_t> tries;  // by master
  std::vector<model::Symbol> masters;
  for (const sim::Node& node : scenario.nodes) {
    const auto* const config = std::get_if<model::SentinelConfig>(&node.config);
    if (config == nullptr) continue;
    for (const auto& monitored : config->masters) {
      if (std::ranges::find(masters, monitored.name) == masters.end()) masters.push_back(monitored.name);
    }
  }
  for (const sim::HistoricRecord& said : causes.history().records()) {
    const auto* const event = std::get_if<model::Event>(&said.record.what);
    if (event != nullptr && event->kind == EventKind::kTryFailover) ++tries[event->master_name.index];
  }
  std::vector<std::string> outcomes;
  if (switches.size() > kMostSwitches) {
    const auto first = std::ranges::min_element(switches, {}, [](const Switch& change) { return change.first.at; });
    const auto last = std::ranges::max_element(switches, {}, [](const Switch& change) { return change.last.at; });
    outcomes.push_back(std::to_string(switches.size()) + " failovers, the first told at " +
                       sim::time_text(first->first.at) + " (" + std::string{scenario.symbols.text(first->master)} +
                       "), the last at " + sim::time_text(last->last.at) + " (" +
                       std::string{scenario.symbols.text(last->master)} + ")");
  }
  for (const model::Symbol master : masters) {
    const std::string name{scenario.symbols.text(master)};
    bool switched = false;
    for (const Switch& change : switches) {
      if (change.master != master) continue;
      switched = true;
      if (switches.size() > kMostSwitches) break;
      outcomes.push_back(name + ": " + causes.name(change.from) + " -> " + causes.name(change.to) + ", first told at " +
                         sim::time_text(change.first.at) + " by " + causes.name(*change.first.node) + ", last at " +
                         sim::time_text(change.last.at) + " by " + causes.name(*change.last.node));
    }
    if (switched) continue;
    const std::size_t tried = tries[master.index];
    outcomes.push_back(
        name + ": no failover" + fault_text(causes, master) +
        (tried == 0 ? ", and no try" : ", tried " + std::to_string(tried) + (tried == 1 ? " time" : " times")));
  }
  return outcomes;
}

// Greedy; words that are longer than a line stand alone.
std::string wrapped(const std::string& text, std::size_t first_indent, std::size_t indent, std::size_t width) {
  std::string out(first_indent, ' ');
  std::size_t column = first_indent;
  bool starts = true;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    const std::size_t length = end - begin;
    if (!starts && column + 1 + length > width) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
      starts = true;
    }
    if (!starts) {
      out += ' ';
      ++column;
    }
    out.append(text, begin, length);
    column += length;
    starts = false;
    begin = end + 1;
  }
  return out + "\n";
}

std::string finding_text(const CauseFinder& causes, const Finding& finding, std::size_t width) {
  std::string what = finding.what;
  if (finding.times > 1) what += " (" + std::to_string(finding.times) + " times)";
  if (!finding.also.empty()) what += "; likewise " + names_text(causes.scenario(), finding.also);
  std::string text = wrapped(what, 0, 2, width);
  for (const std::string& detail : finding.details) text += wrapped("- " + detail, 2, 4, width);
  return text;
}

// What took no time worth speaking of becomes part of what follows.
std::vector<Segment> condensed(const CriticalPath& path) {
  constexpr sim::Micros kShort{20'000};
  std::vector<Segment> segments;
  std::optional<Fact> begin;
  for (const Segment& segment : path.segments) {
    const bool is_last = segment.to == path.target;
    const bool is_event = segment.to.kind == Fact::Kind::kEvent && segment.took() > sim::Micros{0};
    if (segment.took() < kShort && !is_event && !is_last) {
      if (!begin) begin = segment.from;
      continue;
    }
    segments.push_back(segment);
    if (begin) segments.back().from = *begin;
    begin.reset();
  }
  return segments;
}

// How many segments two paths share at their beginning.
std::size_t shared(const CriticalPath& a, const CriticalPath& b) {
  const auto same = [](const Segment& one, const Segment& other) {
    return one.from == other.from && one.to == other.to;
  };
  return static_cast<std::size_t>(std::ranges::mismatch(a.segments, b.segments, same).in1 - a.segments.begin());
}

// What it shares with `told` is not told again.
std::string path_text(const CauseFinder& causes, CriticalPath path, const CriticalPath* told,
                      const ExplanationLayout& layout) {
  constexpr std::size_t kIndent = 21;
  std::string text = wrapped(causes.text(path.target), 0, 2, layout.width);
  text += wrapped("came at " + sim::time_text(path.target.at) + ", " + seconds(path.took()) + " after " +
                      (path.segments.empty() ? std::string{"nothing that is known"} : causes.text(path.origin)),
                  2, 2, layout.width);
  std::string shares;
  for (std::size_t i = 0; i < kStages; ++i) {
    const Stage stage{static_cast<std::uint8_t>(i)};
    const sim::Micros took = path.took(stage);
    if (took > sim::Micros{0})
      shares += (shares.empty() ? "" : ", ") + std::string{stage_name(stage)} + " " + seconds(took);
  }
  if (!shares.empty()) text += wrapped(shares, 2, 2, layout.width);
  const auto line = [&](sim::SimTime at, const std::string& took, const std::string& what) {
    std::string head = sim::seconds_text(at);
    const std::size_t used = head.size() + took.size() + 2;
    head += std::string(kIndent > used ? kIndent - used : 1, ' ') + took + "  ";
    text += head + wrapped(what, kIndent, kIndent, layout.width).substr(kIndent);
  };
  text += "\n";
  const std::size_t known = told == nullptr ? 0 : shared(path, *told);
  path.segments.erase(path.segments.begin(), path.segments.begin() + static_cast<std::ptrdiff_t>(known));
  if (known > 0) text += "            as above, until\n";
  if (!path.segments.empty()) line(path.segments.front().from.at, "", causes.text(path.segments.front().from));
  std::optional<Stage> stage;
  for (const Segment& segment : layout.all ? path.segments : condensed(path)) {
    if (segment.stage != stage) text += "  " + std::string{stage_name(segment.stage)} + "\n";
    stage = segment.stage;
    line(segment.to.at, "+" + sim::time_text(sim::SimTime{segment.took()}), causes.text(segment.to));
    if (!segment.wait.empty()) text += wrapped(segment.wait, kIndent + 2, kIndent + 2, layout.width);
  }
  return text;
}

std::string_view kind_name(Fact::Kind kind) {
  switch (kind) {
    case Fact::Kind::kStep: return "step";
    case Fact::Kind::kStart: return "start";
    case Fact::Kind::kEvent: return "event";
    case Fact::Kind::kSent: return "sent";
    case Fact::Kind::kArrived: return "arrived";
    case Fact::Kind::kLost: return "lost";
  }
  return "";
}

Json fact_json(const CauseFinder& causes, const Fact& fact) {
  Json json{{"t", fact.at.time_since_epoch().count()}, {"kind", kind_name(fact.kind)}};
  if (fact.node) json["node"] = causes.name(*fact.node);
  json["text"] = causes.text(fact);
  return json;
}

Json finding_json(const CauseFinder& causes, const Finding& finding) {
  Json also = Json::array();
  for (const sim::NodeId node : finding.also) also.push_back(causes.name(node));
  return Json{{"finding", finding_name(finding.kind)},
              {"t", finding.at.time_since_epoch().count()},
              {"node", causes.name(finding.node)},
              {"master", causes.scenario().symbols.text(finding.master)},
              {"what", finding.what},
              {"details", finding.details},
              {"times", finding.times},
              {"also", std::move(also)}};
}

Json path_json(const CauseFinder& causes, const CriticalPath& path) {
  Json segments = Json::array();
  for (const Segment& segment : path.segments) {
    segments.push_back({{"stage", stage_name(segment.stage)},
                        {"took", segment.took().count()},
                        {"wait", segment.wait},
                        {"to", fact_json(causes, segment.to)}});
  }
  return Json{{"target", fact_json(causes, path.target)},
              {"origin", fact_json(causes, path.origin)},
              {"took", path.took().count()},
              {"segments", std::move(segments)}};
}

}  // namespace

Explanation explain(const CauseFinder& causes) {
  const std::vector<Switch> switches = switches_of(causes);
  Explanation explanation{.outcomes = outcomes_of(causes, switches), .findings = diagnose(causes)};
  // A long wait matters more than what had failed before it.
  std::ranges::stable_partition(explanation.findings, [&](const Finding& finding) {
    constexpr std::chrono::seconds kLongWait{30};
    return finding.kind == Finding::Kind::kLeaderLost ||
           (finding.kind == Finding::Kind::kWaited && finding.until - finding.at >= kLongWait);
  });
  if (switches.size() > kMostSwitches) {
    const auto last = std::ranges::max_element(switches, {}, [](const Switch& change) { return change.first.at; });
    explanation.paths.push_back(critical_path(causes, last->first));
    return explanation;
  }
  for (const Switch& change : switches) {
    explanation.paths.push_back(critical_path(causes, change.first));
    if (!(change.last == change.first)) explanation.paths.push_back(critical_path(causes, change.last));
  }
  return explanation;
}

std::string explanation_text(const CauseFinder& causes, const Explanation& explanation,
                             const ExplanationLayout& layout) {
  std::string text;
  for (const std::string& outcome : explanation.outcomes) text += wrapped(outcome, 0, 2, layout.width);
  for (const Finding& finding : explanation.findings) text += finding_text(causes, finding, layout.width);
  const CriticalPath* told = nullptr;
  for (const CriticalPath& path : explanation.paths) {
    if (!text.empty()) text += "\n";
    text += path_text(causes, path, told, layout);
    told = &path;
  }
  return text;
}

std::string explanation_text(const std::shared_ptr<const sim::Scenario>& scenario, std::uint64_t seed) {
  const sim::Replay replay{scenario, seed};
  const CauseFinder causes{replay};
  return explanation_text(causes, explain(causes), {});
}

Json explanation_json(const CauseFinder& causes, const Explanation& explanation) {
  Json findings = Json::array();
  for (const Finding& finding : explanation.findings) findings.push_back(finding_json(causes, finding));
  Json paths = Json::array();
  for (const CriticalPath& path : explanation.paths) paths.push_back(path_json(causes, path));
  return Json{{"outcomes", explanation.outcomes}, {"findings", std::move(findings)}, {"paths", std::move(paths)}};
}

}  // namespace sentinel::analysis
