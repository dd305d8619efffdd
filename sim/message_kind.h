// Kinds of messages, by the names that scenarios call them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/messages.h"

namespace sentinel::sim {

enum class MessageKind : std::uint8_t {};

// In the order of the kinds.
std::vector<std::string_view> message_kind_names();
std::optional<MessageKind> find_message_kind(std::string_view name);
// A message may be of several kinds: a vote is a reply to is-master-down-by-addr, too.
bool is_of_kind(MessageKind kind, const model::Message& message, const model::Callback& callback);

}  // namespace sentinel::sim
