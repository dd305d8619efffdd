// A watcher as a value: it listens to a sentinel, and keeps a registry of the master and its replicas for others.
#pragma once

#include <boost/container/small_vector.hpp>
#include <optional>

#include "model/alarm.h"
#include "model/config.h"
#include "model/step.h"

namespace sentinel::model {

// What a watcher takes the deployment to be.
struct Registry {
  struct Entry {
    Address address{};
    bool up = true;

    friend bool operator==(const Entry&, const Entry&) = default;
  };
  std::optional<Entry> master{};
  boost::container::small_vector<Entry, 4> replicas{};

  friend bool operator==(const Registry&, const Registry&) = default;
};

// It subscribes to all events of one sentinel, then asks it for the master and the replicas, and from then on believes
// the events. A connection that is lost is opened again; what was said meanwhile is not said again. The same state,
// time and input give the same effects.
class Watcher {
 public:
  explicit Watcher(const WatcherConfig& config) : config_(config) {}

  void step(Instant now, const Input& input, Effects& effects);

  // nullopt until it was told for the first time.
  const std::optional<Registry>& registry() const { return registry_; }
  bool is_subscribed() const { return subscribed_; }

  // All of its state, for who compares runs (sim/state_hash.h).
  template <class Visitor>
  void visit_state(Visitor& visit) const {
    const auto& [config, registry, subscribed, asking, subscribe_at, ask_at, deadline, alarm] = *this;
    visit(config, registry, subscribed, asking, subscribe_at, ask_at, deadline, alarm);
  }

  friend bool operator==(const Watcher&, const Watcher&) = default;

 private:
  struct Turn {
    Instant now;
    Effects& out;
  };

  void subscribe(Turn& turn);
  void ask(Turn& turn);
  void no_answer(Turn& turn);
  void connected(Turn& turn, Socket socket);
  void disconnected(Turn& turn, Socket socket);
  void timer_fired(Turn& turn);
  void arm_timer(Turn& turn);
  void message_arrived(Turn& turn, const Message& message);
  void told_master(const std::optional<Address>& address);
  void told_replicas(Turn& turn, const ReplicasReply& reply);
  void event_arrived(const Event& event);
  void put(const Event& event, bool up);

  WatcherConfig config_;
  std::optional<Registry> registry_{};
  bool subscribed_ = false;
  bool asking_ = false;
  Instant subscribe_at_{};  // kNever: not planned
  Instant ask_at_{};        // likewise
  Instant deadline_{};      // of the question
  Alarm alarm_{};
};

// The connections that a watcher opens.
inline constexpr Socket kWatcherEvents{0};
inline constexpr Socket kWatcherQuestion{1};

}  // namespace sentinel::model
