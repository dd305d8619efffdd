#include "analysis/run_messages.h"

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "analysis/message_text.h"

namespace sentinel::analysis {
namespace {

using Json = nlohmann::ordered_json;

// Of a page of about a megabyte.
constexpr std::size_t kMostMessages = 20'000;
// Around what sentinels say, all messages are kept.
constexpr sim::Micros kNear{1'000'000};

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

// Those near to a lively time, in the order of these, as many as there may be.
void keep_the_near(std::vector<Sent>& messages, const std::vector<sim::SimTime>& lively) {
  std::erase_if(messages, [&](const Sent& sent) {
    const auto next = std::ranges::lower_bound(lively, sent.at - kNear);
    return next == lively.end() || *next > sent.at + kNear;
  });
  if (messages.size() > kMostMessages) messages.resize(kMostMessages);
}

}  // namespace

Json messages_json(const sim::Run& run, const sim::History& history) {
  std::vector<Sent> messages = all_messages(run, history);
  const std::size_t total = messages.size();
  if (total > kMostMessages) keep_the_near(messages, lively_times(history));

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
  return {{"kinds", kinds}, {"rows", std::move(rows)}, {"omitted", total - messages.size()}};
}

}  // namespace sentinel::analysis
