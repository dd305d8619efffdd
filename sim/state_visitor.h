// Goes through values of the model, and makes a number of all that the future depends on.
#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <ranges>
#include <span>
#include <type_traits>
#include <variant>

#include "model/client.h"
#include "model/data_node.h"
#include "model/random.h"
#include "model/sentinel.h"
#include "model/watcher.h"
#include "sim/state_hash.h"
#include "sim/time.h"

namespace sentinel::sim {

// 128 bits of all words that are mixed in, in their order.
class StateDigest {
 public:
  void mix(std::uint64_t word) {
    constexpr std::uint64_t kFirst = 0x9FB2'1C65'1E98'DF25ULL;
    constexpr std::uint64_t kSecond = 0xD6E8'FEB8'6659'FD93ULL;
    high_ = std::rotl((high_ ^ word) * kFirst, 32);
    low_ = (std::rotl(low_, 29) + word) * kSecond;
  }
  void mix(const StateHash& hash) {
    mix(hash.high);
    mix(hash.low);
  }
  StateHash value() const { return {model::mix_bits(high_), model::mix_bits(low_)}; }

 private:
  std::uint64_t high_ = 0x243F'6A88'85A3'08D3ULL;
  std::uint64_t low_ = 0x1319'8A2E'0370'7344ULL;
};

// How many fields a plain struct has; a field that is added makes the structured bindings below fail.
template <class T, class... Others>
concept IsOneOf = (std::same_as<T, Others> || ...);
template <class T>
inline constexpr int kFields = 0;
template <class T>
  requires IsOneOf<T, model::Epoch, model::Auth, model::Ping, model::Publish, model::MasterAddressRequest,
                   model::ReplicasRequest, model::ReplConf, model::Acknowledge, model::StatusReply, model::ReadReply,
                   model::RoleReply, model::WaitReply, model::MasterAddressReply, model::ReplicasReply,
                   model::HelloPush, model::SnapshotHeader, model::EventPush, model::Disconnect, model::KillScript,
                   model::Stall>
inline constexpr int kFields<T> = 1;
template <class T>
  requires IsOneOf<T, model::Address, model::WriteId, model::KnownSentinel, model::Reconfigure, model::WriteRequest,
                   model::WaitRequest, model::Psync, model::ReplicasReply::Entry, model::Connect, model::Applied,
                   model::ScriptDropped, model::ScriptEnd, model::SimulateFailureCommand, model::StoredData::History,
                   model::Registry, model::Registry::Entry>
inline constexpr int kFields<T> = 2;
template <class T>
  requires IsOneOf<T, model::IsMasterDown, model::IsMasterDownReply, model::PsyncReply, model::StoredData,
                   model::Snapshot, model::Send, model::DataReplaced>
inline constexpr int kFields<T> = 3;
template <class T>
  requires IsOneOf<T, model::StartScript, model::ClientReconfiguration>
inline constexpr int kFields<T> = 4;
template <class T>
  requires IsOneOf<T, model::SentinelConfig, model::ReplicationStream, model::Callback, model::Answer,
                   model::ScriptCollected>
inline constexpr int kFields<T> = 5;
template <class T>
  requires IsOneOf<T, model::Hello, model::ScriptJob>
inline constexpr int kFields<T> = 6;
template <class T>
  requires IsOneOf<T, model::InfoReply, model::Outcome>
inline constexpr int kFields<T> = 9;
template <class T>
  requires IsOneOf<T, model::LogLine>
inline constexpr int kFields<T> = 10;
template <class T>
  requires IsOneOf<T, model::Link>
inline constexpr int kFields<T> = 14;
template <class T>
  requires IsOneOf<T, model::MonitoredMaster>
inline constexpr int kFields<T> = 15;
template <class T>
  requires IsOneOf<T, model::Event>
inline constexpr int kFields<T> = 17;

// What cannot be told by looking at one process alone.
struct StateContext {
  SimTime now{};
  model::Instant clock{};  // what the wall clock of the process shows
  model::Millis uptime{};
  std::span<const StateHash> connections{};  // by their number: what stands for each
  bool latency_matters = true;               // a draw of it can come out in two ways
  bool disk_matters = true;
};

class StateVisitor {
 public:
  explicit StateVisitor(const StateContext& context) : context_(context) {}

  template <class... T>
  void operator()(const T&... values) {
    (visit(values), ...);
  }
  // Times that count from the start of the process.
  void uptime(model::Millis at) { visit(at - context_.uptime); }
  void uptime(const std::optional<model::Millis>& at) {
    visit(at.has_value());
    if (at) uptime(*at);
  }
  void mix(const StateHash& hash) { digest_.mix(hash); }
  StateHash value() const { return digest_.value(); }

 private:
  template <class T>
  void visit(const T& x) {
    if constexpr (std::is_enum_v<T>) {
      visit_number(static_cast<std::underlying_type_t<T>>(x));
    } else if constexpr (std::is_integral_v<T>) {
      visit_number(x);
    } else if constexpr (std::is_pointer_v<T> || std::is_empty_v<T>) {
      // A profile, which is that of the scenario, or nothing.
    } else if constexpr (std::ranges::range<T>) {
      visit_number(std::ranges::size(x));
      for (const auto& each : x) visit(each);
    } else if constexpr (requires { x.visit_state(*this); }) {
      x.visit_state(*this);
    } else {
      visit_fields(x);
    }
  }
  template <class T>
  void visit_fields(const T& x) {
    if constexpr (kFields<T> == 1) {
      const auto& [a] = x;
      (*this)(a);
    } else if constexpr (kFields<T> == 2) {
      const auto& [a, b] = x;
      (*this)(a, b);
    } else if constexpr (kFields<T> == 3) {
      const auto& [a, b, c] = x;
      (*this)(a, b, c);
    } else if constexpr (kFields<T> == 4) {
      const auto& [a, b, c, d] = x;
      (*this)(a, b, c, d);
    } else if constexpr (kFields<T> == 5) {
      const auto& [a, b, c, d, e] = x;
      (*this)(a, b, c, d, e);
    } else if constexpr (kFields<T> == 6) {
      const auto& [a, b, c, d, e, f] = x;
      (*this)(a, b, c, d, e, f);
    } else if constexpr (kFields<T> == 9) {
      const auto& [a, b, c, d, e, f, g, h, i] = x;
      (*this)(a, b, c, d, e, f, g, h, i);
    } else if constexpr (kFields<T> == 10) {
      const auto& [a, b, c, d, e, f, g, h, i, j] = x;
      (*this)(a, b, c, d, e, f, g, h, i, j);
    } else if constexpr (kFields<T> == 14) {
      const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n] = x;
      (*this)(a, b, c, d, e, f, g, h, i, j, k, l, m, n);
    } else if constexpr (kFields<T> == 15) {
      const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o] = x;
      (*this)(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o);
    } else if constexpr (kFields<T> == 17) {
      const auto& [a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q] = x;
      (*this)(a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q);
    } else {
      static_assert(kFields<T> != kFields<T>, "how many fields does it have?");
    }
  }

  template <class T>
  void visit_number(T number) {
    digest_.mix(static_cast<std::uint64_t>(number));
  }
  template <class Rep, class Period>
  void visit(const std::chrono::duration<Rep, Period>& duration) {
    visit_number(duration.count());
  }
  void visit(const model::Instant& at) {
    constexpr std::uint64_t kNeverWord = 0x8000'0000'0000'0001ULL;  // no difference of two times
    digest_.mix(at == model::kNever ? kNeverWord : static_cast<std::uint64_t>((at - context_.clock).count()));
  }
  void visit(const SimTime& at) {
    constexpr std::uint64_t kMinWord = 0x8000'0000'0000'0002ULL;
    digest_.mix(at == SimTime::min() ? kMinWord : static_cast<std::uint64_t>((at - context_.now).count()));
  }
  void visit(const model::Symbol& symbol) { visit_number(symbol.index); }
  void visit(const model::Id& id) {
    std::array<std::uint64_t, 3> words{};
    static_assert(sizeof(words) >= model::Id::kBytes);
    std::memcpy(words.data(), id.bytes().data(), model::Id::kBytes);
    visit(words);
  }
  // The network numbers the ends that it accepts by their connections.
  void visit(const model::Socket& socket) {
    const auto number = static_cast<std::uint32_t>(socket);
    if (number < model::kAccepted) {
      visit_number(number);
    } else {
      digest_.mix(context_.connections[number - model::kAccepted]);
    }
  }
  template <class T>
  void visit(const std::optional<T>& x) {
    visit_number(x.has_value());
    if (x) visit(*x);
  }
  template <class... T>
  void visit(const std::variant<T...>& x) {
    visit_number(x.index());
    std::visit([&](const auto& held) { visit(held); }, x);
  }
  void visit(const model::Random& random) {
    using Stream = model::Random::Stream;
    for (std::size_t i = 0; i < model::Random::kStreams; ++i) {
      const auto stream = static_cast<Stream>(i);
      if (stream == Stream::kLatency && !context_.latency_matters) continue;
      if (stream == Stream::kDisk && !context_.disk_matters) continue;
      visit_number(random.state(stream));
    }
  }

  // Structured bindings do not reach into what a struct is derived from. Until when they are quiet follows from the
  // rest.
  void visit(const model::Instance& x) {
    static_assert(sizeof(model::Instance) == 88);
    (*this)(x.kind, x.serial, x.address, x.id, x.link, x.s_down, x.s_down_since, x.down_after, x.last_publish,
            x.script_kill_sent);
  }
  void visit(const model::DataInstance& x) {
    static_assert(sizeof(model::DataInstance) == sizeof(model::Instance) + 32);
    visit(static_cast<const model::Instance&>(x));
    (*this)(x.info_refresh, x.role_reported, x.role_reported_since, x.replica_conf_change);
  }
  void visit(const model::Replica& x) {
    static_assert(sizeof(model::Replica) == sizeof(model::DataInstance) + 64);
    visit(static_cast<const model::DataInstance&>(x));
    (*this)(x.promoted, x.reconf, x.reconf_sent_at, x.link_down_time, x.priority, x.announced, x.master,
            x.master_link_up, x.offset);
  }
  void visit(const model::Peer& x) {
    static_assert(sizeof(model::Peer) == sizeof(model::Instance) + 48);
    visit(static_cast<const model::Instance&>(x));
    (*this)(x.last_hello, x.last_down_reply, x.says_master_down, x.leader, x.leader_epoch);
  }
  void visit(const model::Master& x) {
    static_assert(sizeof(model::Master) == sizeof(model::DataInstance) + 1528);
    visit(static_cast<const model::DataInstance&>(x));
    (*this)(x.name, x.quorum, x.parallel_syncs, x.auth_pass, x.notification_script, x.client_reconfig_script,
            x.ping_name, x.failover_timeout, x.reboot_down_after, x.o_down, x.o_down_since, x.rebooted, x.rebooted_at);
    (*this)(x.config_epoch, x.leader, x.leader_epoch, x.state, x.state_since, x.in_progress, x.forced, x.failover_epoch,
            x.failover_start, x.delay_logged, x.promoted, x.replicas, x.peers);
  }

  void visit(const model::DataNodeConfig& config) {
    const auto& [announced, replicaof, priority, announce_replica, serve_stale_data, read_only, knows_psync,
                 knows_replicaof, knows_ping, ping_name, stops_writes, password, master_password, replication_timeout,
                 replica_ping_period, backlog_size, backlog_time_to_live, diskless_sync, diskless_sync_delay,
                 min_replicas_to_write, min_replicas_max_lag, script_limit, transfer_time, load_time, data_size,
                 save_rate, bandwidth, load_rate] = config;
    (*this)(announced, replicaof, priority, announce_replica, serve_stale_data, read_only, knows_psync, knows_replicaof,
            knows_ping, ping_name, stops_writes, password, master_password, replication_timeout, replica_ping_period,
            backlog_size, backlog_time_to_live, diskless_sync, diskless_sync_delay, min_replicas_to_write,
            min_replicas_max_lag, script_limit, transfer_time, load_time, data_size, save_rate, bandwidth, load_rate);
  }
  void visit(const model::ClientConfig& /*config*/) {}  // never changes
  void visit(const model::WatcherConfig& /*config*/) {}

  StateContext context_;
  StateDigest digest_;
};

}  // namespace sentinel::sim
