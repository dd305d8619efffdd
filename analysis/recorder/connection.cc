#include "analysis/recorder/connection.h"

#include <algorithm>
#include <cerrno>

namespace sentinel::analysis::recorder {
namespace {

Reply to_json(const redisReply& reply) {
  switch (reply.type) {
    case REDIS_REPLY_INTEGER: return reply.integer;
    case REDIS_REPLY_NIL: return nullptr;
    case REDIS_REPLY_ERROR: return {{"error", std::string(reply.str, reply.len)}};
    case REDIS_REPLY_ARRAY: {
      Reply list = Reply::array();
      for (std::size_t i = 0; i < reply.elements; ++i) list.push_back(to_json(*reply.element[i]));
      return list;
    }
    default: return std::string(reply.str, reply.len);
  }
}

}  // namespace

bool is_error(const Reply& reply) { return reply.is_object() && reply.contains("error"); }

void Connection::Free::operator()(redisContext* context) const { redisFree(context); }

Connection::Connection(const Endpoint& endpoint)
    : context_(redisConnectNonBlock(endpoint.host.c_str(), endpoint.port)) {}

void Connection::send(const std::vector<std::string>& words) {
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const std::string& word : words) {
    texts.push_back(word.data());
    sizes.push_back(word.size());
  }
  redisAppendCommandArgv(context_.get(), static_cast<int>(words.size()), texts.data(), sizes.data());
  unsent_ = true;
}

pollfd Connection::interest() const {
  const int events = POLLIN | (unsent_ ? POLLOUT : 0);
  const bool usable = context_ != nullptr && context_->err == 0;
  return {.fd = usable ? context_->fd : -1, .events = static_cast<short>(events), .revents = 0};
}

bool Connection::work(const std::function<void(const Reply&)>& take) {
  if (context_ == nullptr || context_->err != 0 || !flush()) return false;
  const bool alive = fill();
  while (const std::optional<Reply> reply = next_reply()) take(*reply);
  return alive && context_->err == 0;
}

bool Connection::flush() {
  int done = 0;
  if (redisBufferWrite(context_.get(), &done) != REDIS_OK) return false;
  unsent_ = done == 0;
  return true;
}

// A socket that is still connecting has nothing to read, which must not be taken for an error.
bool Connection::fill() {
  pollfd readable{.fd = context_->fd, .events = POLLIN, .revents = 0};
  if (poll(&readable, 1, 0) <= 0) return true;
  return redisBufferRead(context_.get()) == REDIS_OK;
}

std::optional<Reply> Connection::next_reply() {
  void* reply = nullptr;
  if (redisReaderGetReply(context_->reader, &reply) != REDIS_OK || reply == nullptr) return std::nullopt;
  const std::unique_ptr<void, void (*)(void*)> owner(reply, freeReplyObject);
  return to_json(*static_cast<const redisReply*>(reply));
}

std::optional<std::vector<Reply>> ask(const Endpoint& endpoint, const Commands& commands,
                                      std::chrono::milliseconds patience) {
  const auto end = std::chrono::steady_clock::now() + patience;
  Connection connection(endpoint);
  for (const auto& command : commands) connection.send(command);
  std::vector<Reply> replies;
  while (connection.work([&](const Reply& reply) { replies.push_back(reply); })) {
    if (replies.size() >= commands.size()) break;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now()).count();
    if (left <= 0) return std::nullopt;
    pollfd waiting = connection.interest();
    poll(&waiting, 1, static_cast<int>(left));
  }
  if (replies.size() < commands.size()) return std::nullopt;
  return replies;
}

}  // namespace sentinel::analysis::recorder
