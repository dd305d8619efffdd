#include "analysis/step_text.h"

#include <cstddef>
#include <variant>

#include "model/step.h"
#include "sim/units.h"

namespace sentinel::analysis {
namespace {

using Nodes = std::vector<sim::NodeId>;

std::string name_text(const sim::Scenario& scenario, sim::NodeId node) {
  if (node == sim::kSpeaker) return "who said it";
  if (node == sim::kSubject) return "whom it is about";
  if (node == sim::kOtherReplica) return "another replica";
  return scenario.node(node).name;
}

std::string groups_text(const sim::Scenario& scenario, const std::vector<Nodes>& groups) {
  std::string text;
  for (const Nodes& group : groups) {
    if (!text.empty()) text += " | ";
    text += names_text(scenario, group);
  }
  return text;
}

}  // namespace

std::string names_text(const sim::Scenario& scenario, const Nodes& nodes) {
  std::string text;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    if (i > 0) text += i + 1 == nodes.size() ? " and " : ", ";
    text += name_text(scenario, nodes[i]);
  }
  return text;
}

std::string step_text(const sim::Scenario& scenario, const sim::Step& step) {
  const auto are = [&](const Nodes& nodes, const std::string& what) {
    return names_text(scenario, nodes) + (nodes.size() > 1 ? " are " : " is ") + what;
  };
  const auto of = [&](const Nodes& nodes) { return " of " + names_text(scenario, nodes); };
  return std::visit(
      model::Overloaded{
          [&](const sim::CrashStep& done) { return are(done.nodes, "killed"); },
          [&](const sim::StopStep& done) { return are(done.nodes, "shut down"); },
          [&](const sim::StartStep& done) { return are(done.nodes, "started"); },
          [&](const sim::PauseStep& done) { return are(done.nodes, "stopped (SIGSTOP)"); },
          [&](const sim::ResumeStep& done) { return are(done.nodes, "continued (SIGCONT)"); },
          [&](const sim::StallStep& done) {
            return are(done.nodes, "busy for " + sim::format_duration(done.duration));
          },
          [&](const sim::PartitionStep& done) {
            return "the network is cut: " + groups_text(scenario, done.groups) + (done.one_way ? ", one way" : "");
          },
          [&](const sim::HealStep& done) {
            return done.groups.empty() ? std::string{"all cuts are healed"}
                                       : "the cut is healed: " + groups_text(scenario, done.groups);
          },
          [&](const sim::LatencyStep& done) {
            std::string text = done.latency ? "the latency changes" : "the latency is as before";
            return done.groups.empty() ? text : text.append(": ").append(groups_text(scenario, done.groups));
          },
          [&](const sim::ClockStep& done) { return "the clock" + of(done.nodes) + " is changed"; },
          [&](const sim::CommandStep& done) { return are(done.nodes, "told " + done.text); },
          [&](const sim::WriteStep& done) { return "a client writes to " + scenario.node(done.node).name; },
          [&](const sim::HoldStep&) { return std::string{"messages are held back"}; },
          [&](const sim::ReleaseStep&) { return std::string{"held messages are released"}; },
          [&](const sim::BandwidthStep& done) { return "the bandwidth" + of(done.nodes) + " changes"; },
          [&](const sim::ResolveStep& done) {
            return "looking up " + std::string{scenario.symbols.text(done.host)} + " takes " +
                   sim::format_duration(done.takes);
          },
          [&](const sim::DiskStep& done) {
            return "the disk" + of(done.nodes) + (done.fails ? " cannot be written" : " can be written again");
          }},
      step.action);
}

}  // namespace sentinel::analysis
