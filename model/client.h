// A client of Redis as a value: it finds the master, and writes and reads there.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <optional>

#include "model/alarm.h"
#include "model/config.h"
#include "model/step.h"

namespace sentinel::model {

// It does one operation at a time, at most so many a second as it is configured to; times that are missed while one
// waits are not made up for. How it finds the master is what the guidelines for clients of Sentinel say, and the
// configuration leaves out what many clients leave out. The same state, time and input give the same effects.
//
// client.cc: life, time, operations; client_discovery.cc: sentinels, the connection to the master.
class Client {
 public:
  // `number` tells its writes from those of others, and `written` from those of its earlier lives: so many it has made.
  Client(const ClientConfig& config, std::uint32_t number, std::uint32_t written = 0);

  void step(Instant now, const Input& input, Effects& effects);

  const ClientConfig& config() const { return config_; }
  // Where it works now; nullopt while it has no connection that it trusts.
  std::optional<Address> works_at() const { return link_.state == LinkState::kReady ? link_.address : std::nullopt; }

  std::uint32_t written() const { return writes_; }
  // When the operation began that is under way.
  std::optional<Instant> waits_since() const {
    return operation_.active ? std::optional{operation_.began} : std::nullopt;
  }

  // All of its state, for who compares runs (sim/state_hash.h).
  template <class Visitor>
  void visit_state(Visitor& visit) const {
    const auto& [config, number, question, link, subscriptions, operation, operations, requests, writes, next_write,
                 next_read, find_at, refresh_at, alarm] = *this;
    visit(config, number, question, link, subscriptions, operation, operations, requests, writes, next_write, next_read,
          find_at, refresh_at, alarm);
  }

  friend bool operator==(const Client&, const Client&) = default;

 private:
  struct Turn {
    Instant now;
    Effects& out;
  };

  // A question to a sentinel: where is the master?
  struct Question {
    bool asked = false;
    std::uint16_t sentinel = 0;  // place in config_.sentinels
    std::uint16_t failed = 0;    // that were asked in vain since the last answer
    Instant deadline{};

    template <class Visitor>
    void visit_state(Visitor& visit) const {
      const auto& [is_asked, place, failures, until] = *this;
      visit(is_asked, place, failures, until);
    }
    friend bool operator==(const Question&, const Question&) = default;
  };

  enum class LinkState : std::uint8_t { kNone, kConnecting, kVerifying, kReady, kGone };

  // The connection to what is taken to be the master.
  struct DataLink {
    LinkState state = LinkState::kNone;
    std::optional<Address> address{};
    Instant deadline{};  // of connecting and verifying

    template <class Visitor>
    void visit_state(Visitor& visit) const {
      const auto& [how, where, until] = *this;
      visit(how, where, until);
    }
    friend bool operator==(const DataLink&, const DataLink&) = default;
  };

  struct Subscription {
    bool open = false;
    Instant retry_at{};  // kNever: it is not tried

    template <class Visitor>
    void visit_state(Visitor& visit) const {
      const auto& [is_open, again_at] = *this;
      visit(is_open, again_at);
    }
    friend bool operator==(const Subscription&, const Subscription&) = default;
  };

  struct Operation {
    bool active = false;
    bool reads = false;
    bool sent = false;  // a try is on its way
    int tries = 0;
    std::uint32_t number = 0;
    std::uint32_t request = 0;  // what the reply must name
    WriteId write{};
    Instant began{};
    Instant deadline{};  // of this try
    Instant retry_at{};  // not before; kNever: at once

    template <class Visitor>
    void visit_state(Visitor& visit) const {
      const auto& [is_active, is_read, is_sent, tried, operation_number, request_number, written_id, since, until,
                   again_at] = *this;
      visit(is_active, is_read, is_sent, tried, operation_number, request_number, written_id, since, until, again_at);
    }
    friend bool operator==(const Operation&, const Operation&) = default;
  };

  // client.cc
  void start(Turn& turn);
  void timer_fired(Turn& turn);
  void arm_timer(Turn& turn);
  void begin_operation(Turn& turn);
  void try_operation(Turn& turn);
  void confirm(Turn& turn);
  void try_failed(Turn& turn, Outcome::Fate fate, Status status);
  void report(Turn& turn, Outcome outcome) const;
  void reply_arrived(Turn& turn, const MessageArrived& input);

  // client_discovery.cc
  void find_master(Turn& turn);
  void ask(Turn& turn);
  void no_answer(Turn& turn);
  void told(Turn& turn, const std::optional<Address>& address);
  void connect_to(Turn& turn, const Address& address);
  void connected(Turn& turn, Socket socket);
  void introduce(Turn& turn);
  void verified(Turn& turn, InstanceKind role);
  void ready(Turn& turn);
  void leave(Turn& turn, Outcome::Fate fate);
  void link_failed(Turn& turn, Outcome::Fate fate);
  void disconnected(Turn& turn, Socket socket);
  void subscribe(Turn& turn, std::size_t sentinel);
  void event_arrived(Turn& turn, const Event& event);

  ClientConfig config_;
  std::uint32_t number_;
  Question question_{};
  DataLink link_{};
  boost::container::small_vector<Subscription, 4> subscriptions_{};  // by place of the sentinel
  Operation operation_{};
  std::uint32_t operations_ = 0;
  std::uint32_t requests_ = 0;
  std::uint32_t writes_ = 0;
  Instant next_write_{};  // kNever: none
  Instant next_read_{};
  Instant find_at_{};  // when the master is looked for again; kNever: not planned
  Instant refresh_at_{};
  Alarm alarm_{};
};

// The connections that a client opens; those of its subscriptions have the numbers behind these.
inline constexpr Socket kClientQuestion{0};
inline constexpr Socket kClientData{1};

}  // namespace sentinel::model
