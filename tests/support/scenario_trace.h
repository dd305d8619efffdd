// What was said in a run, in a form that tests can ask questions of.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sim/run.h"

namespace sentinel::sim {

class Trace {
 public:
  // The whole run of a scenario.
  explicit Trace(const std::shared_ptr<const Scenario>& scenario, std::uint64_t seed = 1);
  // What a run of it says from now until `end`.
  Trace(const std::shared_ptr<const Scenario>& scenario, Run& run, SimTime end);

  const std::vector<Record>& records() const { return records_; }
  // Lines of the published events, as in golden streams, and of the answers.
  std::vector<std::string> lines() const;
  std::string text() const;

  // The first event of a kind at or after `from`; of one node, if it is given.
  const Record* find(model::EventKind kind, std::optional<NodeId> by = std::nullopt,
                     SimTime from = SimTime::min()) const;
  bool has(model::EventKind kind, std::optional<NodeId> by = std::nullopt) const { return find(kind, by) != nullptr; }
  std::size_t count(model::EventKind kind, std::optional<NodeId> by = std::nullopt) const;
  // The answers to the commands of the scenario, in order.
  std::vector<model::Answer> answers() const;

 private:
  std::shared_ptr<const Scenario> scenario_;
  std::vector<Record> records_;
};

}  // namespace sentinel::sim
