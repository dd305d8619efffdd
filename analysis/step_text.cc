#include "analysis/step_text.h"

#include <string_view>
#include <vector>

#include "model/step.h"
#include "sim/message_kind.h"
#include "sim/units.h"

namespace sentinel::analysis {
namespace {

std::string name_of(const sim::Scenario& scenario, sim::NodeId node) {
  if (node == sim::kSpeaker) return "the sentinel that said it";
  if (node == sim::kSubject) return "the node that it names";
  if (node == sim::kOtherReplica) return "the other replica";
  return scenario.node(node).name;
}

void append(std::string& text, std::string_view separator, std::string_view more) {
  if (!text.empty()) text += separator;
  text += more;
}

std::string names(const sim::Scenario& scenario, const std::vector<sim::NodeId>& nodes) {
  std::string text;
  for (const sim::NodeId node : nodes) append(text, ", ", name_of(scenario, node));
  return text;
}

std::string group_names(const sim::Scenario& scenario, const std::vector<std::vector<sim::NodeId>>& groups) {
  std::string text;
  for (const std::vector<sim::NodeId>& group : groups) append(text, " | ", names(scenario, group));
  return text;
}

std::string latency_text(const sim::Latency& latency) {
  const std::string median = sim::format_duration(latency.median);
  return latency.min == latency.max ? median : median + " (median), up to " + sim::format_duration(latency.max);
}

std::string message_text(const sim::Scenario& scenario, const sim::HeldMessages& messages) {
  const std::vector<std::string_view> known = sim::message_kind_names();
  std::string text;
  for (const sim::MessageKind kind : messages.kinds) append(text, ", ", known[static_cast<std::size_t>(kind)]);
  if (text.empty()) text = "all messages";
  if (messages.from) text += " from " + names(scenario, *messages.from);
  if (messages.to) text += " to " + names(scenario, *messages.to);
  return text;
}

std::string start_text(const sim::Scenario& scenario, const sim::StartStep& step) {
  std::string text = "start " + names(scenario, step.nodes);
  if (step.fresh) text += " with the configuration of the scenario";
  if (step.keeps_data) text += " with the data that it had";
  if (step.address)
    text += " at " + std::string{scenario.symbols.text(step.address->host)} + ":" + std::to_string(step.address->port);
  return text;
}

std::string partition_text(const sim::Scenario& scenario, const sim::PartitionStep& step) {
  return "partition " + group_names(scenario, step.groups) +
         (step.mode == sim::CutMode::kReject ? " (reject" : " (drop") + (step.one_way ? ", one way)" : ")");
}

std::string clock_text(const sim::Scenario& scenario, const sim::ClockStep& step) {
  std::string text = "clock of " + names(scenario, step.nodes);
  if (step.step != sim::Micros{0}) {
    const bool back = step.step < sim::Micros{0};
    text += back ? " set back by " : " set forward by ";
    text += sim::format_duration(back ? -step.step : step.step);
  }
  if (step.drift_ppm) text += " runs " + std::to_string(*step.drift_ppm) + " ppm too fast";
  return text;
}

}  // namespace

std::string step_text(const sim::Scenario& scenario, const sim::Action& action) {
  const auto of = [&](const std::vector<sim::NodeId>& nodes) { return names(scenario, nodes); };
  const auto everywhere = [&](const auto& groups) {
    return groups.empty() ? std::string{"everywhere"} : "between " + group_names(scenario, groups);
  };
  return std::visit(
      model::Overloaded{[&](const sim::CrashStep& step) { return "crash " + of(step.nodes); },
                        [&](const sim::StopStep& step) { return "stop " + of(step.nodes); },
                        [&](const sim::StartStep& step) { return start_text(scenario, step); },
                        [&](const sim::PauseStep& step) { return "pause " + of(step.nodes); },
                        [&](const sim::ResumeStep& step) { return "resume " + of(step.nodes); },
                        [&](const sim::StallStep& step) {
                          return "stall " + of(step.nodes) + " for " + sim::format_duration(step.duration);
                        },
                        [&](const sim::PartitionStep& step) { return partition_text(scenario, step); },
                        [&](const sim::HealStep& step) { return "heal " + everywhere(step.groups); },
                        [&](const sim::LatencyStep& step) {
                          return "latency " + everywhere(step.groups) + ": " +
                                 (step.latency ? latency_text(*step.latency) : "as before");
                        },
                        [&](const sim::ClockStep& step) { return clock_text(scenario, step); },
                        [&](const sim::CommandStep& step) { return of(step.nodes) + ": " + step.text; },
                        [&](const sim::WriteStep& step) {
                          return "write to " + name_of(scenario, step.node) +
                                 (step.duration ? " for " + sim::format_duration(*step.duration) : "");
                        },
                        [&](const sim::HoldStep& step) { return "hold " + message_text(scenario, step.messages); },
                        [&](const sim::ReleaseStep& step) {
                          return "release " + (step.messages ? message_text(scenario, *step.messages) : "all messages");
                        },
                        [&](const sim::BandwidthStep& step) {
                          return "bandwidth of " + of(step.nodes) + ": " + std::to_string(step.rate) +
                                 " bytes a second";
                        },
                        [&](const sim::ResolveStep& step) {
                          return "looking up " + std::string{scenario.symbols.text(step.host)} + " takes " +
                                 sim::format_duration(step.takes);
                        },
                        [&](const sim::DiskStep& step) {
                          return "disk of " + of(step.nodes) + (step.fails ? " fails" : " works again");
                        }},
      action);
}

}  // namespace sentinel::analysis
