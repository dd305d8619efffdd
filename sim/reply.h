// What a Redis process replies to a command, as a value: the types of its protocol.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace sentinel::sim {

struct StatusText {  // `+OK`
  std::string text;

  friend bool operator==(const StatusText&, const StatusText&) = default;
};
struct ErrorText {  // `-ERR no`, without the minus
  std::string text;

  friend bool operator==(const ErrorText&, const ErrorText&) = default;
};
struct Nil {  // no text, or no array
  friend bool operator==(const Nil&, const Nil&) = default;
};

struct Reply {
  std::variant<StatusText, ErrorText, Nil, std::int64_t, std::string, std::vector<Reply>> value{};

  friend bool operator==(const Reply&, const Reply&) = default;
};

inline Reply status_reply(std::string text) { return {StatusText{std::move(text)}}; }
inline Reply error_reply(std::string text) { return {ErrorText{std::move(text)}}; }
inline Reply bulk_reply(std::string text) { return {std::move(text)}; }
inline Reply integer_reply(std::int64_t number) { return {number}; }
inline Reply array_reply(std::vector<Reply> items) { return {std::move(items)}; }

}  // namespace sentinel::sim
