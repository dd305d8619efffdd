// A laboratory: one sentinel, driven by hand in milliseconds of its wall clock among scripted stand-ins.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "model/random.h"
#include "model/sentinel.h"
#include "model/step.h"
#include "tests/support/deployment.h"

namespace sentinel::test {

// A process around the sentinel: how it can be reached, and what it answers.
struct StandIn {
  enum class State : std::uint8_t { kUp, kRefusing, kSilent };
  State state = State::kUp;
  Millis delay{0};  // until its replies arrive
  model::Status ping = model::Status::kPong;
  bool refuses = false;  // answers all but PING with an error

  // A data node.
  model::InfoReply info{};
  bool obeys = true;   // SLAVEOF changes what INFO says
  bool syncs = true;   // and the link to the new master is up at once
  bool echoes = true;  // hellos to its subscribers

  // Another sentinel.
  bool says_down = false;
  bool votes = true;                                  // for whoever asks, in the epoch that was asked for
  std::optional<Id> favourite{};                      // gets its votes instead
  std::optional<model::IsMasterDownReply> verdict{};  // its answer word for word instead
};

struct Seen {
  Instant at{};
  model::Event event{};
};

struct Sent {
  Instant at{};
  Address to{};
  model::Message message{};
};

struct LabOptions {
  std::string_view profile = "redis-7.4";
  std::optional<model::SentinelTraits> traits{};  // instead of those of the profile
  std::uint64_t seed = 1;
  std::uint64_t hash_seed = 0;
};

class SentinelLab {
 public:
  // Starts the sentinel. The data nodes that the configuration names are stand-ins that fit it.
  explicit SentinelLab(const model::SentinelConfig& config, const LabOptions& options = {});

  // --- the surroundings -------------------------------------------------------------------------

  StandIn& at(Address address) { return stand_ins_[address.port]; }
  void crash(Address address);  // connections are reset, new ones refused
  void hang(Address address) { at(address).state = StandIn::State::kSilent; }  // connections stay
  void revive(Address address);                                                // what it did not read yet is answered
  void cut(Address address);  // connections are reset, new ones accepted
  void cut_subscription(Address address);

  // --- time -------------------------------------------------------------------------------------

  void run_for(Millis period);
  // Until an event of this kind is emitted; false if that does not happen in time.
  bool run_until(EventKind kind, Millis limit = 60s);
  bool run_until(const std::function<bool()>& holds, Millis limit = 60s);
  std::vector<EventKind> tick();                 // until the next tick; what that tick itself emits
  void stall(Millis period) { now_ += period; }  // the process does not run
  void step_clock(Millis by);                    // the wall clock is set; timers do not care
  void restart(Millis down_time);                // with the configuration that was flushed last

  // --- input ------------------------------------------------------------------------------------

  void hear(const model::Hello& hello);           // from kM, by pub/sub
  void hear_directly(const model::Hello& hello);  // by the PUBLISH of the other sentinel
  model::IsMasterDownReply ask(const model::IsMasterDown& question);
  model::Message request(const model::Message& message);  // of another sentinel
  model::Answer command(const model::Command& command);
  void end_script(std::uint32_t pid, model::ScriptEnd end = {});  // found at the next tick

  // --- what can be seen -------------------------------------------------------------------------

  Instant now() const { return now_; }
  const model::Sentinel& sentinel() const { return sentinel_; }
  model::Sentinel& sentinel() { return sentinel_; }
  const model::Master& master() const { return sentinel_.masters().front(); }
  const model::Replica& replica(Address address) const;
  const model::Peer& peer(Address address) const;
  const model::Link& link(const model::Instance& instance) const { return sentinel_.link_of(instance); }
  const model::SentinelConfig& saved() const { return saved_; }
  std::size_t flushes() const { return flushes_; }
  bool exited() const { return exited_; }  // it ended its process; time stands still then

  const std::vector<Seen>& seen() const { return seen_; }
  std::vector<EventKind> kinds() const;  // of all that was seen, without lines of the log only
  std::size_t count(EventKind kind) const;
  std::size_t count(EventKind kind, Address subject) const;
  // The last event of this kind; there must be one.
  const Seen& last(EventKind kind) const;
  const Seen& last(EventKind kind, Address subject) const;

  const std::vector<Sent>& sent() const { return sent_; }
  template <class AnyMessage>
  std::vector<Sent> sent(Address to) const {
    std::vector<Sent> found;
    for (const Sent& each : sent_) {
      if (each.to == to && std::holds_alternative<AnyMessage>(each.message)) found.push_back(each);
    }
    return found;
  }
  bool connected(Address address) const;  // a connection to it is open
  const std::vector<model::StartScript>& scripts_started() const { return scripts_started_; }
  const std::vector<std::uint32_t>& scripts_killed() const { return scripts_killed_; }
  const std::vector<model::ScriptCollected>& scripts_collected() const { return scripts_collected_; }
  const std::vector<model::ScriptDropped>& scripts_dropped() const { return scripts_dropped_; }
  void forget();  // what was seen and sent until now

 private:
  struct Connection {
    Address to{};
    std::uint32_t number = 0;  // tells it from earlier connections of the same socket
    bool subscribed = false;
    std::vector<model::Send> unread{};
  };

  void step(const model::Input& input);
  bool advance(Instant limit);  // to the next input; false if there is none by then
  void carry_out(const model::Connect& connect);
  void carry_out(const model::Disconnect& disconnect);
  void carry_out(const model::Send& send);
  void carry_out(const model::Event& event) { seen_.push_back({now_, event}); }
  void carry_out(const model::Answer& answer) { answer_ = answer; }
  void carry_out(const model::Persist& persist);
  void carry_out(const model::Applied&) {}
  void carry_out(const model::DataReplaced&) {}
  void carry_out(const model::Stall&) {}
  void carry_out(const model::Outcome&) {}
  void carry_out(const model::LogLine&) {}  // no sentinel does
  void carry_out(const model::StartScript& start) { scripts_started_.push_back(start); }
  void carry_out(const model::KillScript& kill) { scripts_killed_.push_back(kill.pid); }
  void carry_out(const model::ScriptCollected& collected) { scripts_collected_.push_back(collected); }
  void carry_out(const model::ScriptDropped& dropped) { scripts_dropped_.push_back(dropped); }
  void carry_out(const model::Exit&) { exited_ = true; }
  void serve(StandIn& stand_in, Connection& connection, const model::Send& request);
  void obey(StandIn& stand_in, const Connection& connection, const model::Reconfigure& order);
  void deliver(Millis delay, model::Socket socket, const model::Callback& callback, model::Message message);
  void arrive(model::Socket socket, std::function<void()> what, Millis delay = 0ms);
  void reset(model::Socket socket);
  std::optional<model::Socket> subscription_to(Address address) const;

  model::Profile profile_;
  std::uint64_t hash_seed_;
  model::SentinelConfig saved_;
  model::Random random_;
  Instant now_ = kStart;
  model::Sentinel sentinel_;
  Instant timer_ = kStart;
  std::multimap<Instant, std::function<void()>> agenda_;
  std::unordered_map<std::uint16_t, StandIn> stand_ins_;  // by port
  std::map<model::Socket, Connection> connections_;
  std::uint32_t next_connection_ = 1;
  std::size_t flushes_ = 0;
  bool exited_ = false;
  std::vector<Seen> seen_;
  std::vector<Sent> sent_;
  std::vector<model::StartScript> scripts_started_;
  std::vector<std::uint32_t> scripts_killed_;
  std::vector<model::ScriptCollected> scripts_collected_;
  std::vector<model::ScriptDropped> scripts_dropped_;
  std::optional<model::Message> reply_;
  model::Answer answer_;
};

}  // namespace sentinel::test
