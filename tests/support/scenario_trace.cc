#include "tests/support/scenario_trace.h"

#include <algorithm>

#include "sim/formats.h"

namespace sentinel::sim {
namespace {

bool is(const Record& record, model::EventKind kind, std::optional<NodeId> by) {
  const auto* event = std::get_if<model::Event>(&record.what);
  return event != nullptr && event->kind == kind && by.value_or(record.node) == record.node;
}

std::vector<Record> records_until(Run& run, SimTime end) {
  std::vector<Record> records;
  Scratch scratch;
  run.run_until(end, scratch, [&records](const Record& record) { records.push_back(record); });
  return records;
}

std::vector<Record> all_records(const std::shared_ptr<const Scenario>& scenario, std::uint64_t seed) {
  Run run{scenario, seed};
  return records_until(run, scenario->until);
}

}  // namespace

Trace::Trace(const std::shared_ptr<const Scenario>& scenario, std::uint64_t seed)
    : scenario_(scenario), records_(all_records(scenario, seed)) {}

Trace::Trace(const std::shared_ptr<const Scenario>& scenario, Run& run, SimTime end)
    : scenario_(scenario), records_(records_until(run, end)) {}

std::vector<std::string> Trace::lines() const {
  std::vector<std::string> lines;
  for (const Record& record : records_) {
    const std::string line = event_line(*scenario_, record);
    if (!line.empty()) lines.push_back(line);
  }
  return lines;
}

std::string Trace::text() const {
  std::string text;
  for (const std::string& line : lines()) text += line + "\n";
  return text;
}

const Record* Trace::find(model::EventKind kind, std::optional<NodeId> by, SimTime from) const {
  const auto found =
      std::ranges::find_if(records_, [&](const Record& record) { return record.at >= from && is(record, kind, by); });
  return found == records_.end() ? nullptr : &*found;
}

std::size_t Trace::count(model::EventKind kind, std::optional<NodeId> by) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(records_, [&](const Record& record) { return is(record, kind, by); }));
}

std::vector<model::Answer> Trace::answers() const {
  std::vector<model::Answer> answers;
  for (const Record& record : records_) {
    if (const auto* reply = std::get_if<CommandReply>(&record.what)) answers.push_back(reply->answer);
  }
  return answers;
}

}  // namespace sentinel::sim
