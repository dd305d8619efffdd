#include "sim/message_kind.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace sentinel::sim {
namespace {

using model::Callback;
using model::Message;

template <class... Alternatives>
bool is_one_of(const Message& message) {
  return (std::holds_alternative<Alternatives>(message) || ...);
}

bool is_reply(const Message& message) {
  return is_one_of<model::StatusReply, model::InfoReply, model::IsMasterDownReply, model::PsyncReply, model::ReadReply,
                   model::RoleReply, model::WaitReply, model::MasterAddressReply, model::ReplicasReply>(message);
}

template <class... Alternatives>
bool is_message(const Message& message, const Callback& /*callback*/) {
  return is_one_of<Alternatives...>(message);
}

// Whatever the reply is: an error, too.
template <Callback::What what>
bool is_reply_to(const Message& message, const Callback& callback) {
  return callback.what == what && is_reply(message);
}

bool is_vote_request(const Message& message, const Callback& /*callback*/) {
  const auto* const request = std::get_if<model::IsMasterDown>(&message);
  return request != nullptr && request->candidate;
}

bool is_vote(const Message& message, const Callback& /*callback*/) {
  const auto* const reply = std::get_if<model::IsMasterDownReply>(&message);
  return reply != nullptr && reply->leader;
}

bool is_client_request(const Message& message, const Callback& callback) {
  return callback.what == Callback::What::kClient && !is_reply(message);
}

struct MessageRow {
  std::string_view name;
  bool (*matches)(const Message&, const Callback&);
};
constexpr auto kMessageRows = std::to_array<MessageRow>({
    {"ping", is_message<model::Ping>},
    {"ping-reply", is_reply_to<Callback::What::kPing>},
    {"info", is_message<model::InfoRequest>},
    {"info-reply", is_reply_to<Callback::What::kInfo>},
    {"hello", is_message<model::Publish, model::HelloPush>},
    {"is-master-down", is_message<model::IsMasterDown>},
    {"is-master-down-reply", is_reply_to<Callback::What::kIsMasterDown>},
    {"vote-request", is_vote_request},
    {"vote", is_vote},
    {"replicaof", is_message<model::Reconfigure>},
    {"replicaof-reply", is_reply_to<Callback::What::kReconfigure>},
    {"psync", is_message<model::Psync, model::Sync>},
    {"snapshot", is_message<model::SnapshotHeader, model::Snapshot>},
    {"replication", is_message<model::ReplicationStream>},
    {"replication-ack", is_message<model::Acknowledge>},
    {"client-request", is_client_request},
    {"client-reply", is_reply_to<Callback::What::kClient>},
    {"event", is_message<model::EventPush>},
});

}  // namespace

std::vector<std::string_view> message_kind_names() {
  std::vector<std::string_view> names;
  std::ranges::transform(kMessageRows, std::back_inserter(names), &MessageRow::name);
  return names;
}

std::optional<MessageKind> find_message_kind(std::string_view name) {
  const auto row = std::ranges::find(kMessageRows, name, &MessageRow::name);
  if (row == kMessageRows.end()) return std::nullopt;
  return MessageKind{static_cast<std::uint8_t>(row - kMessageRows.begin())};
}

bool is_of_kind(MessageKind kind, const Message& message, const Callback& callback) {
  return kMessageRows[static_cast<std::size_t>(kind)].matches(message, callback);
}

}  // namespace sentinel::sim
