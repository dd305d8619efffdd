#include "analysis/recorder/writer.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace sentinel::analysis::recorder {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kQuestions{250};  // between two to the sentinel

const PlannedNode* find_node(const Plan& plan, const Endpoint& endpoint) {
  const auto node = std::ranges::find(plan.nodes, endpoint, &PlannedNode::endpoint);
  return node == plan.nodes.end() ? nullptr : &*node;
}

// The next of the times that are so far apart; those that were missed are not made up for.
SteadyTime next_after(SteadyTime due, SteadyTime now, std::chrono::nanoseconds period) {
  return due + period * ((now - due) / period + 1);
}

}  // namespace

Writer::Writer(const WriteAction& action, const Plan& plan, const TimeAxis& axis)
    : plan_(&plan), action_(action), axis_(axis), next_write_(Clock::now()), next_question_(next_write_) {
  record_.name = action.writer;
  record_.master = action.master;
  if (action.via) {
    next_write_ += action.period / 2;  // not while the answer is on its way that says where to
  } else {
    next_question_ = SteadyTime::max();
    write_to(plan.nodes[action.target].endpoint);
  }
}

void Writer::work(SteadyTime now) {
  if (over_) return;
  take_replies();
  if (now >= next_question_) {
    next_question_ = next_after(next_question_, now, kQuestions);
    const Endpoint& sentinel = plan_->nodes[action_.target].endpoint;
    if (!sentinel_.waiting) request(sentinel_, sentinel, {"SENTINEL", "GET-MASTER-ADDR-BY-NAME", action_.master});
  }
  if (now >= next_write_) {
    next_write_ = next_after(next_write_, now, action_.period);
    if (target_ && !data_.waiting) request(data_, *target_, write_command(record_.name, ++number_, action_.bytes));
  }
  take_replies();  // a refusal is known at once
}

void Writer::stop() {
  over_ = true;
  data_ = {};
  sentinel_ = {};
}

SteadyTime Writer::next_wake() const { return over_ ? SteadyTime::max() : std::min(next_write_, next_question_); }

void Writer::add_interests(std::vector<pollfd>& sockets) const {
  if (data_.connection) sockets.push_back(data_.connection->interest());
  if (sentinel_.connection) sockets.push_back(sentinel_.connection->interest());
}

void Writer::request(Exchange& exchange, const Endpoint& endpoint, const std::vector<std::string>& words) {
  if (!exchange.connection) {
    exchange = {};
    exchange.connection.emplace(endpoint);
    const PlannedNode* const node = find_node(*plan_, endpoint);
    if (node != nullptr && !node->password.empty()) {
      exchange.connection->send({"AUTH", node->password});
      exchange.unwanted = 1;
    }
  }
  exchange.connection->send(words);
  exchange.waiting = true;
}

// What was asked for, or an error if nobody will answer any more.
std::optional<Reply> Writer::receive(Exchange& exchange) {
  if (!exchange.connection) return std::nullopt;
  std::optional<Reply> wanted;
  const bool alive = exchange.connection->work([&](const Reply& reply) {
    exchange.was_up = true;
    if (exchange.unwanted > 0) {
      --exchange.unwanted;
    } else {
      wanted = reply;
    }
  });
  if (!alive) {
    exchange.connection.reset();
    if (exchange.waiting && !wanted) {
      wanted = Reply{{"error", exchange.was_up ? "ConnectionError" : "ConnectionRefusedError"}};
    }
  }
  if (wanted) exchange.waiting = false;
  return wanted;
}

void Writer::take_replies() {
  if (const std::optional<Reply> address = receive(sentinel_)) follow(*address);
  if (const std::optional<Reply> reply = receive(data_)) count(*reply);
}

// A sentinel that does not answer, or does not know, changes nothing.
void Writer::follow(const Reply& address) {
  if (!address.is_array() || address.size() != 2) return;
  Endpoint endpoint{.host = address[0].get<std::string>()};
  const std::string port = address[1].get<std::string>();
  std::from_chars(port.data(), port.data() + port.size(), endpoint.port);
  if (endpoint != target_) write_to(endpoint);
}

void Writer::write_to(const Endpoint& endpoint) {
  if (data_.waiting) count_error("ConnectionError");  // it is not waited for any longer
  data_ = {};
  target_ = endpoint;
  const PlannedNode* const node = find_node(*plan_, endpoint);
  record_.targets.emplace_back(axis_.of(Clock::now()), node == nullptr ? endpoint.text() : node->name);
}

void Writer::count(const Reply& reply) {
  if (is_error(reply)) {
    const std::string text = reply["error"].get<std::string>();
    count_error(text.substr(0, text.find(' ')));
  } else {
    record_.acked.emplace_back(number_, axis_.of(Clock::now()));
  }
}

void Writer::count_error(const std::string& kind) {
  const double now = axis_.of(Clock::now());
  WriterRecord::Failures& failures = record_.errors[kind];
  if (failures.count++ == 0) failures.first_ms = now;
  failures.last_ms = now;
}

// --- the command ------------------------------------------------------------------------------------------

namespace {

std::size_t digits_of(std::size_t number) { return std::to_string(number).size(); }

}  // namespace

std::vector<std::string> write_command(const std::string& key, std::uint64_t number, std::int64_t bytes) {
  constexpr std::string_view kAround = "*3\r\n$5\r\nRPUSH\r\n$\r\n\r\n$\r\n\r\n";
  const std::size_t taken = kAround.size() + digits_of(key.size()) + key.size();
  std::string text = std::to_string(number);
  const auto whole = static_cast<std::size_t>(bytes);
  const std::size_t room = whole > taken ? whole - taken : 0;  // for the number, and the digits of its size
  std::size_t size = room;
  while (size > 0 && size + digits_of(size) > room) --size;
  if (size > text.size()) text.insert(0, size - text.size(), '0');
  return {"RPUSH", key, text};
}

std::uint64_t number_of(const std::string& text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

}  // namespace sentinel::analysis::recorder
