// What a sentinel tells of its records: the fields of masters, replicas and other sentinels, and INFO.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "model/sentinel.h"
#include "sim/reply.h"
#include "sim/scenario.h"

namespace sentinel::sim {

// The field `failover-state`.
std::string_view failover_state_name(model::FailoverState state);

// The fields of each record in order, as this version has them (addReplySentinelRedisInstance). Ages are counted from
// `now` on the sentinel's own clock.
class SentinelFields {
 public:
  SentinelFields(const model::Sentinel& sentinel, const Scenario& scenario, model::Instant now)
      : sentinel_(&sentinel), symbols_(&scenario.symbols), traits_(&scenario.profile->sentinel), now_(now) {}

  Reply master(const model::Master& master) const;
  Reply replica(const model::Replica& replica) const;
  Reply peer(const model::Peer& peer) const;

  // Of a record, with commas: the field `flags`.
  std::string flags_of(const model::Master& master) const;
  std::string flags_of(const model::Replica& replica) const;
  std::string flags_of(const model::Peer& peer) const;

  // The queue of scripts (sentinelPendingScriptsCommand).
  Reply pending_scripts() const;

  // INFO sentinel, with its heading and the line ends of the protocol.
  std::string info() const;
  // What it read last in the INFO of this node, as far as it looks at it; Nil if it has read nothing yet.
  Reply info_of(const model::Master& master) const;
  Reply info_of(const model::Replica& replica) const;
  std::int64_t age_of_info(const model::DataInstance& instance) const;

 private:
  class List;

  void add_common(List& list, const std::string& name, const model::Instance& instance, const std::string& flags) const;
  void add_info_fields(List& list, const model::DataInstance& instance) const;
  std::string age(model::Instant since) const { return std::to_string((now_ - since).count()); }
  std::string flags_of(const model::Instance& instance) const;
  std::string host(const model::Address& address) const { return std::string{symbols_->text(address.host)}; }

  const model::Sentinel* sentinel_;
  const SymbolTable* symbols_;
  const model::SentinelTraits* traits_;
  model::Instant now_;
};

}  // namespace sentinel::sim
