// The causal graph of an event, and the critical path in it: the causes that came last, whose times add up to the
// total.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/explain/causes.h"
#include "sim/time.h"

namespace sentinel::analysis {

// What a failover goes through.
enum class Stage : std::uint8_t { kDetection, kAgreement, kElection, kPromotion, kPropagation, kReconfiguration };
inline constexpr std::size_t kStages = static_cast<std::size_t>(Stage::kReconfiguration) + 1;
std::string_view stage_name(Stage stage);

struct Segment {
  Fact from{};
  Fact to{};
  Stage stage{};       // that ends with `to`, or with the next event that ends one
  std::string wait{};  // what this time was spent on
  sim::Micros took() const { return to.at - from.at; }
};

// From what nothing caused to `target`, without gaps: the time of all segments is that from the one to the other.
struct CriticalPath {
  Fact origin{};
  Fact target{};
  std::vector<Segment> segments{};

  sim::Micros took() const { return target.at - origin.at; }
  sim::Micros took(Stage stage) const;
};
CriticalPath critical_path(const CauseFinder& causes, const Fact& target);

// All causes of an event, in the language of Graphviz; the critical path is drawn bold.
std::string causes_dot(const CauseFinder& causes, const Fact& target);

}  // namespace sentinel::analysis
