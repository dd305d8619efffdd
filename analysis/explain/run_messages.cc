#include "analysis/explain/run_messages.h"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "analysis/explain/message_text.h"

namespace sentinel::analysis {
namespace {

using Json = nlohmann::ordered_json;

struct Sent {
  sim::SimTime at{};
  std::optional<sim::SimTime> arrived{};
  const sim::SentMessage* message = nullptr;
};

sim::SimTime time_of(const sim::History& history, sim::MomentNumber moment) {
  return moment == 0 ? sim::SimTime{} : history.moment(moment).at;
}

std::vector<Sent> all_messages(const sim::Run& run, const sim::History& history) {
  std::vector<Sent> all;
  for (const sim::SentMessage& message : history.messages()) {
    const sim::SimTime at = time_of(history, message.sent_in);
    if (at < run.scenario().from || !message.to) continue;
    const bool arrived = message.arrived_in != 0;
    all.push_back({at, arrived ? std::optional{time_of(history, message.arrived_in)} : std::nullopt, &message});
  }
  return all;
}

// When sentinels say something other than whom they have found.
std::vector<sim::SimTime> lively_times(const sim::History& history) {
  std::vector<sim::SimTime> times;
  for (const auto& [moment, record] : history.records()) {
    const auto* const event = std::get_if<model::Event>(&record.what);
    if (event == nullptr || !event->published || event->kind == model::EventKind::kReplica ||
        event->kind == model::EventKind::kSentinel) {
      continue;
    }
    times.push_back(record.at);
  }
  return times;
}

// Keeps `most`: those that are nearest to a lively time, whichever that is, so that the first of many failovers do not
// take the place of the last. Returns how near: all that are nearer are there.
sim::Micros keep_the_nearest(std::vector<Sent>& messages, const std::vector<sim::SimTime>& lively, std::size_t most) {
  std::vector<std::pair<sim::Micros, std::size_t>> order;  // distance and place
  for (std::size_t i = 0; i < messages.size(); ++i) {
    const auto next = std::ranges::lower_bound(lively, messages[i].at);
    sim::Micros distance = sim::Micros::max();
    if (next != lively.end()) distance = *next - messages[i].at;
    if (next != lively.begin()) distance = std::min(distance, messages[i].at - *std::prev(next));
    order.emplace_back(distance, i);
  }
  const auto end = order.begin() + static_cast<std::ptrdiff_t>(most);
  std::ranges::nth_element(order, end);
  const sim::Micros near = end->first;
  std::ranges::sort(order.begin(), end, {}, &std::pair<sim::Micros, std::size_t>::second);
  std::vector<Sent> kept;
  std::transform(order.begin(), end, std::back_inserter(kept), [&](const auto& each) { return messages[each.second]; });
  messages = std::move(kept);
  return near;
}

}  // namespace

Json messages_json(const sim::Run& run, const sim::History& history, std::size_t most) {
  std::vector<Sent> messages = all_messages(run, history);
  const std::size_t total = messages.size();
  std::optional<sim::Micros> near;
  if (total > most) near = keep_the_nearest(messages, lively_times(history), most);

  std::vector<std::string_view> kinds;
  Json rows = Json::array();
  for (const auto& [at, arrived, message] : messages) {
    const std::string_view kind = message_kind_text(message->message, message->callback);
    const auto known = std::ranges::find(kinds, kind);
    const auto place = known - kinds.begin();
    if (known == kinds.end()) kinds.push_back(kind);
    rows.push_back({at.time_since_epoch().count(), arrived ? Json(arrived->time_since_epoch().count()) : Json{},
                    static_cast<std::uint16_t>(message->from), static_cast<std::uint16_t>(*message->to), place,
                    message_text(run, message->message)});
  }
  return {{"kinds", kinds},
          {"rows", std::move(rows)},
          {"omitted", total - messages.size()},
          {"near", near && *near < sim::Micros::max() ? Json(near->count()) : Json{}}};
}

}  // namespace sentinel::analysis
