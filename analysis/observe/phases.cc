#include "analysis/observe/phases.h"

#include <algorithm>
#include <map>
#include <type_traits>
#include <variant>

namespace sentinel::analysis {
namespace {

using enum sim::Mark::Kind;

bool begins_with(const Said& said, std::string_view words) {
  const std::size_t space = words.find(' ');
  if (space == std::string_view::npos) return said.channel.starts_with(words);
  return said.channel == words.substr(0, space) && said.message.starts_with(words.substr(space + 1));
}

std::optional<sim::Micros> first_after(const Stream& stream, sim::Micros begin, std::string_view words) {
  const auto found =
      std::ranges::find_if(stream, [&](const Said& said) { return said.at >= begin && begins_with(said, words); });
  return found == stream.end() ? std::nullopt : std::optional{found->at};
}

std::optional<sim::Micros> last_after(const Stream& stream, sim::Micros begin, std::string_view words) {
  std::optional<sim::Micros> last;
  for (const Said& said : stream) {
    if (said.at >= begin && begins_with(said, words)) last = said.at;
  }
  return last;
}

std::optional<sim::Micros> last_of_firsts(const Stream& stream, sim::Micros begin, std::string_view words) {
  std::map<std::uint16_t, sim::Micros> firsts;
  for (const Said& said : stream) {
    if (said.at >= begin && begins_with(said, words)) firsts.try_emplace(said.node, said.at);
  }
  std::optional<sim::Micros> last;
  for (const auto& [node, at] : firsts) last = std::max(last, std::optional{at});
  return last;
}

std::optional<sim::Micros> find(const sim::Mark& mark, const Stream& stream, const Incident& incident) {
  switch (mark.kind) {
    case kFault: return incident.fault;
    case kBack: return incident.back;
    case kFirst: return first_after(stream, incident.fault, mark.words);
    case kLastOfFirsts: return last_of_firsts(stream, incident.fault, mark.words);
    case kLast: return last_after(stream, incident.fault, mark.words);
    case kClientsMoved: return incident.clients_moved;
    case kFirstBack: return incident.back ? first_after(stream, *incident.back, mark.words) : std::nullopt;
  }
  return std::nullopt;
}

// --- what was done ----------------------------------------------------------------------------------------

bool holds(const std::vector<sim::NodeId>& nodes, sim::NodeId node) {
  return std::ranges::find(nodes, node) != nodes.end();
}

struct Deed {
  sim::Micros at{};
  bool is_fault = false;
  bool mends = false;
  bool of_first = false;  // it is done to the first data node
};

Deed deed_of(const sim::Action& action, sim::Micros at, sim::NodeId first) {
  return std::visit(
      [&](const auto& done) -> Deed {
        using Done = std::decay_t<decltype(done)>;
        if constexpr (std::is_same_v<Done, sim::CrashStep> || std::is_same_v<Done, sim::StopStep> ||
                      std::is_same_v<Done, sim::PauseStep> || std::is_same_v<Done, sim::StallStep>) {
          return {.at = at, .is_fault = true, .of_first = holds(done.nodes, first)};
        } else if constexpr (std::is_same_v<Done, sim::PartitionStep>) {
          return {.at = at, .is_fault = true, .of_first = holds(done.groups.front(), first)};
        } else if constexpr (std::is_same_v<Done, sim::CommandStep>) {
          const bool is_script = std::holds_alternative<model::ScriptCommand>(done.command);
          return {.at = at,
                  .is_fault = is_script || std::holds_alternative<model::FailoverCommand>(done.command),
                  .of_first = is_script && holds(done.nodes, first)};
        } else if constexpr (std::is_same_v<Done, sim::DiskStep>) {
          return {.at = at, .is_fault = done.fails, .mends = !done.fails, .of_first = holds(done.nodes, first)};
        } else if constexpr (std::is_same_v<Done, sim::StartStep> || std::is_same_v<Done, sim::ResumeStep> ||
                             std::is_same_v<Done, sim::HealStep>) {
          return {.at = at, .mends = true};
        } else {
          return {.at = at};
        }
      },
      action);
}

}  // namespace

std::optional<Incident> incident_of(const sim::Scenario& scenario) {
  const auto first_data_node = std::ranges::find_if_not(scenario.nodes, &sim::Node::is_sentinel);
  const sim::NodeId first{static_cast<std::uint16_t>(first_data_node - scenario.nodes.begin())};
  std::vector<Deed> deeds;
  for (const sim::Step& step : scenario.steps) {
    const auto* const at = std::get_if<sim::SimTime>(&step.when);
    if (at != nullptr) deeds.push_back(deed_of(step.action, at->time_since_epoch(), first));
  }
  std::ranges::stable_sort(deeds, {}, &Deed::at);  // the order of steps in a file is free

  auto fault = std::ranges::find_if(deeds, [](const Deed& deed) { return deed.is_fault && deed.of_first; });
  if (fault == deeds.end()) fault = std::ranges::find_if(deeds, &Deed::is_fault);
  if (fault == deeds.end()) return std::nullopt;
  const auto back = std::ranges::find_if(deeds, [&](const Deed& deed) { return deed.mends && deed.at > fault->at; });
  return Incident{.fault = fault->at, .back = back == deeds.end() ? std::nullopt : std::optional{back->at}};
}

std::optional<sim::Micros> clients_moved(const LedgerReport& ledger) {
  std::optional<sim::Micros> last;
  for (const ClientReport& client : ledger.clients) {
    if (!client.settled) return std::nullopt;
    last = std::max(last, std::optional{client.settled->time_since_epoch()});
  }
  return last;
}

std::optional<sim::Micros> begin_of(const sim::Phase& phase, const Stream& stream, const Incident& incident) {
  return find(phase.from, stream, incident);
}

std::optional<sim::Micros> duration_of(const sim::Phase& phase, const Stream& stream, const Incident& incident) {
  const std::optional<sim::Micros> from = find(phase.from, stream, incident);
  const std::optional<sim::Micros> to = find(phase.to, stream, incident);
  if (!from || !to || *to < *from) return std::nullopt;
  return *to - *from;
}

}  // namespace sentinel::analysis
