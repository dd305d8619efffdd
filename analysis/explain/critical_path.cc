#include "analysis/explain/critical_path.h"

#include <algorithm>
#include <array>
#include <boost/graph/adjacency_list.hpp>
#include <boost/graph/graphviz.hpp>
#include <map>
#include <sstream>

#include "sim/formats.h"

namespace sentinel::analysis {
namespace {

struct Vertex {
  Fact fact{};
};
struct Edge {
  std::string wait{};
};
// From causes to what they cause.
using Graph = boost::adjacency_list<boost::vecS, boost::vecS, boost::bidirectionalS, Vertex, Edge>;
using Place = boost::graph_traits<Graph>::vertex_descriptor;

// Far more than the causes of one failover.
constexpr std::size_t kMostFacts = 20'000;

// The first vertex is the target.
Graph causal_graph(const CauseFinder& causes, const Fact& target) {
  Graph graph;
  std::map<Fact, Place> places;
  std::vector<Place> open;
  const auto place_of = [&](const Fact& fact) {
    const auto [found, is_new] = places.try_emplace(fact, Place{});
    if (is_new) {
      found->second = boost::add_vertex(Vertex{fact}, graph);
      open.push_back(found->second);
    }
    return found->second;
  };
  place_of(target);
  while (!open.empty() && boost::num_vertices(graph) < kMostFacts) {
    const Place place = open.back();
    open.pop_back();
    const Fact fact = graph[place].fact;
    for (const Cause& cause : causes.causes_of(fact)) {
      if (cause.fact == fact || cause.fact.at > fact.at) continue;
      boost::add_edge(place_of(cause.fact), place, Edge{cause.wait}, graph);
    }
  }
  return graph;
}

// The cause that came last: all others were there already. Of several at the same time the one that was named last,
// as messages come after what they are about.
struct Step {
  Place from{};
  std::string wait{};
};
std::optional<Step> last_cause(const Graph& graph, Place place, const std::vector<bool>& seen) {
  std::optional<Step> last;
  for (auto [edge, end] = boost::in_edges(place, graph); edge != end; ++edge) {
    const Place from = boost::source(*edge, graph);
    if (seen[from]) continue;
    if (!last || graph[from].fact.at >= graph[last->from].fact.at) last = Step{from, graph[*edge].wait};
  }
  return last;
}

std::vector<Segment> walk_back(const Graph& graph) {
  std::vector<Segment> segments;
  std::vector<bool> seen(boost::num_vertices(graph), false);
  Place place = 0;
  seen[place] = true;
  while (const std::optional<Step> step = last_cause(graph, place, seen)) {
    segments.push_back({.from = graph[step->from].fact, .to = graph[place].fact, .wait = step->wait});
    place = step->from;
    seen[place] = true;
  }
  std::ranges::reverse(segments);
  return segments;
}

// The stage that an event ends.
std::optional<Stage> stage_ended_by(const model::Event& event) {
  using enum model::EventKind;
  switch (event.kind) {
    case kSdown: return Stage::kDetection;
    case kOdown: return Stage::kAgreement;
    case kTryFailover:
    case kElectedLeader:
    case kSelectReplica:
    case kVoteForLeader:
    case kAbortNotElected: return Stage::kElection;
    case kSelectedReplica:
    case kSendReplicaofNoOne:
    case kWaitPromotion:
    case kPromotedReplica:
    case kAbortNoGoodReplica:
    case kAbortReplicaTimeout: return Stage::kPromotion;
    case kReconfSent:
    case kReconfInProgress:
    case kReconfDone:
    case kReconfSentTimeout:
    case kReconfSentBestEffort:
    case kFailoverEndForTimeout:
    case kFailoverEnd:
    case kConvertToReplica:
    case kFixReplicaConfig: return Stage::kReconfiguration;
    case kConfigUpdateFrom:
    case kSwitchMaster: return Stage::kPropagation;
    default: return std::nullopt;
  }
}

void name_stages(const CauseFinder& causes, std::vector<Segment>& segments) {
  Stage next = Stage::kDetection;
  if (!segments.empty() && segments.back().to.kind == Fact::Kind::kEvent) {
    next = stage_ended_by(causes.event_of(segments.back().to)).value_or(Stage::kDetection);
  }
  for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
    if (segment->to.kind == Fact::Kind::kEvent) {
      next = stage_ended_by(causes.event_of(segment->to)).value_or(next);
    }
    segment->stage = next;
  }
}

std::string quoted(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '"' || c == '\\') safe += '\\';
    safe += c;
  }
  return safe;
}

}  // namespace

std::string_view stage_name(Stage stage) {
  static constexpr std::array<std::string_view, kStages> kNames = {"detection", "agreement",   "election",
                                                                   "promotion", "propagation", "reconfiguration"};
  return kNames[static_cast<std::size_t>(stage)];
}

sim::Micros CriticalPath::took(Stage stage) const {
  sim::Micros sum{0};
  for (const Segment& segment : segments) sum += segment.stage == stage ? segment.took() : sim::Micros{0};
  return sum;
}

CriticalPath critical_path(const CauseFinder& causes, const Fact& target) {
  CriticalPath path{.origin = target, .target = target, .segments = walk_back(causal_graph(causes, target))};
  if (!path.segments.empty()) path.origin = path.segments.front().from;
  name_stages(causes, path.segments);
  return path;
}

std::string causes_dot(const CauseFinder& causes, const Fact& target) {
  const Graph graph = causal_graph(causes, target);
  const std::vector<Segment> critical = walk_back(graph);
  std::ostringstream out;
  boost::write_graphviz(
      out, graph,
      [&](std::ostream& label, Place place) {
        const Fact& fact = graph[place].fact;
        label << "[shape=box, label=\"" << sim::time_text(fact.at) << "\\n" << quoted(causes.text(fact)) << "\"]";
      },
      [&](std::ostream& label, const boost::graph_traits<Graph>::edge_descriptor& edge) {
        const Fact& from = graph[boost::source(edge, graph)].fact;
        const Fact& to = graph[boost::target(edge, graph)].fact;
        const bool bold = std::ranges::any_of(
            critical, [&](const Segment& segment) { return segment.from == from && segment.to == to; });
        label << "[label=\"" << quoted(graph[edge].wait) << "\"" << (bold ? ", penwidth=3" : "") << "]";
      },
      [](std::ostream& properties) { properties << "rankdir=TB\n"; });
  return out.str();
}

}  // namespace sentinel::analysis
