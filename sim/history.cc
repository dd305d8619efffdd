#include "sim/history.h"

#include <algorithm>
#include <variant>

namespace sentinel::sim {
namespace {

using Input = Moment::Input;

Input kind_of(const model::Input& input) {
  return std::visit(model::Overloaded{[](const model::Started&) { return Input::kStarted; },
                                      [](const model::TimerFired&) { return Input::kTimer; },
                                      [](const model::Connected&) { return Input::kConnected; },
                                      [](const model::Disconnected&) { return Input::kDisconnected; },
                                      [](const model::MessageArrived&) { return Input::kMessage; },
                                      [](const model::CommandArrived&) { return Input::kCommand; },
                                      [](const model::ScriptEnded&) { return Input::kScriptEnded; }},
                    input);
}

std::optional<model::Socket> socket_of(const model::Input& input) {
  return std::visit(
      [](const auto& given) -> std::optional<model::Socket> {
        if constexpr (requires { given.socket; }) return given.socket;
        return std::nullopt;
      },
      input);
}

}  // namespace

void History::begin(const Happening& what, std::uint64_t next_sequence) {
  moments_.push_back(
      {.at = what.at, .happening = what, .scheduled_in = scheduler_of(what.sequence), .first_sequence = next_sequence});
}

MomentNumber History::scheduler_of(std::uint64_t sequence) const {
  return static_cast<MomentNumber>(std::ranges::upper_bound(moments_, sequence, {}, &Moment::first_sequence) -
                                   moments_.begin());
}

void History::fed(NodeId node, const model::Input& input, const Delivery& delivery) {
  Moment& moment = moments_.back();
  moment.node = node;
  moment.input = kind_of(input);
  moment.socket = socket_of(input);
  if (!moment.socket) return;
  moment.peer = delivery.peer;
  moment.sent_in = delivery.sent_in;
  if (moment.input != Input::kMessage) return;
  const std::span<const SentMessage> sent = sent_in(delivery.sent_in);
  const std::size_t place = static_cast<std::size_t>(sent.data() - messages_.data()) + delivery.place;
  moment.message = static_cast<std::uint32_t>(place);
  messages_[place].arrived_in = size();
}

void History::flushed(NodeId node, MomentNumber handled_in) {
  Moment& moment = moments_.back();
  moment.node = node;
  moment.input = Input::kFlushed;
  moment.scheduled_in = handled_in;
}

void History::sent(NodeId from, std::optional<NodeId> to, const model::Send& send) {
  messages_.push_back({.sent_in = size(),
                       .from = from,
                       .to = to,
                       .socket = send.socket,
                       .callback = send.callback,
                       .message = send.message});
}

void History::said(const std::vector<Record>& records) {
  for (const Record& record : records) records_.push_back({size(), record});
}

std::span<const HistoricRecord> History::records_of(MomentNumber number) const {
  const auto [first, last] = std::ranges::equal_range(records_, number, {}, &HistoricRecord::moment);
  return {first, last};
}

std::span<const SentMessage> History::sent_in(MomentNumber number) const {
  const auto [first, last] = std::ranges::equal_range(messages_, number, {}, &SentMessage::sent_in);
  return {first, last};
}

MomentNumber History::handled_in(MomentNumber number) const {
  return moment(number).input == Input::kFlushed ? moment(number).scheduled_in : number;
}

MomentNumber History::previous(NodeId node, MomentNumber number) const {
  do {
    --number;
  } while (number > 0 && moment(number).node != node);
  return number;
}

}  // namespace sentinel::sim
