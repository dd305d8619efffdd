#include "analysis/explain/run_causes.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <tuple>

#include "analysis/explain/critical_path.h"
#include "analysis/explain/diagnosis.h"

namespace sentinel::analysis {
namespace {

using Json = nlohmann::ordered_json;

// A page of more events is of a run that nobody reads event by event; the last ones have no causes then.
constexpr std::size_t kMostPaths = 3'000;

// Paths have most of their segments in common: each is told once.
class Segments {
 public:
  explicit Segments(const CauseFinder& causes) : causes_(&causes) {}

  Json add(const CriticalPath& path) {
    Json places = Json::array();
    for (const Segment& segment : path.segments) places.push_back(place_of(segment));
    return places;
  }
  Json facts() && { return std::move(facts_); }
  Json segments() && { return std::move(segments_); }

 private:
  std::size_t place_of(const Segment& segment) {
    const auto [found, is_new] =
        segment_places_.try_emplace({segment.from, segment.to, segment.stage}, segments_.size());
    if (is_new) {
      segments_.push_back({place_of(segment.from), place_of(segment.to), stage_name(segment.stage), segment.wait});
    }
    return found->second;
  }
  std::size_t place_of(const Fact& fact) {
    const auto [found, is_new] = fact_places_.try_emplace(fact, facts_.size());
    if (is_new) {
      facts_.push_back({fact.at.time_since_epoch().count(),
                        fact.node ? Json(static_cast<std::uint16_t>(*fact.node)) : Json{}, causes_->text(fact)});
    }
    return found->second;
  }

  const CauseFinder* causes_;
  std::map<Fact, std::size_t> fact_places_;
  std::map<std::tuple<Fact, Fact, Stage>, std::size_t> segment_places_;
  Json facts_ = Json::array();
  Json segments_ = Json::array();
};

}  // namespace

Json causes_json(const CauseFinder& causes, const std::vector<std::optional<std::size_t>>& records) {
  Segments segments{causes};
  Json paths = Json::array();
  for (const std::optional<std::size_t>& record : records) {
    const bool is_told = record && paths.size() < kMostPaths;
    paths.push_back(is_told ? segments.add(critical_path(causes, causes.event_fact(*record))) : Json{});
  }
  return {{"paths", std::move(paths)},
          {"segments", std::move(segments).segments()},
          {"facts", std::move(segments).facts()},
          {"told", std::min(records.size(), kMostPaths)}};
}

Json findings_json(const CauseFinder& causes) {
  Json findings = Json::array();
  for (const Finding& finding : diagnose(causes)) {
    findings.push_back({{"at", finding.at.time_since_epoch().count()},
                        {"what", finding.what},
                        {"details", finding.details},
                        {"times", finding.times}});
  }
  return findings;
}

}  // namespace sentinel::analysis
