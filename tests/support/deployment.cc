#include "tests/support/deployment.h"

#include <ostream>

namespace sentinel::model {

void PrintTo(EventKind kind, std::ostream* out) {
  const EventRow& row = event_row(kind);
  *out << (row.channel.empty() ? row.meaning : row.channel);
}

void PrintTo(const Address& address, std::ostream* out) { *out << "host" << address.host.index << ':' << address.port; }

void PrintTo(const Id& id, std::ostream* out) { *out << id.text(); }

void PrintTo(Epoch epoch, std::ostream* out) { *out << "epoch " << epoch.value; }

void PrintTo(Instant instant, std::ostream* out) {
  if (instant == kNever) {
    *out << "never";
  } else {
    *out << "start + " << (instant - test::kStart).count() << " ms";
  }
}

}  // namespace sentinel::model

namespace sentinel::test {

Id id_of(Address address) {
  std::array<std::uint8_t, Id::kBytes> bytes{};
  bytes[0] = static_cast<std::uint8_t>(address.port >> 8U);
  bytes[1] = static_cast<std::uint8_t>(address.port & 0xFFU);
  return Id{bytes};
}

model::SentinelConfig lone_sentinel() {
  model::SentinelConfig config{.announced = kS1, .id = id_of(kS1)};
  config.masters.push_back({.name = kMaster1,
                            .address = kM,
                            .quorum = 1,
                            .down_after = 5s,
                            .failover_timeout = 60s,
                            .known_replicas = {kR1, kR2}});
  return config;
}

model::SentinelConfig with_failover_timeout(Millis timeout) {
  model::SentinelConfig config = lone_sentinel();
  config.masters[0].failover_timeout = timeout;
  return config;
}

model::SentinelConfig with_three_replicas(int parallel_syncs) {
  model::SentinelConfig config = lone_sentinel();
  config.masters[0].known_replicas = {kR1, kR2, kR3};
  config.masters[0].parallel_syncs = parallel_syncs;
  return config;
}

model::SentinelConfig sentinel_among(std::initializer_list<Address> others) {
  model::SentinelConfig config = lone_sentinel();
  config.masters[0].quorum = 2;
  for (const Address& other : others) {
    config.masters[0].known_sentinels.push_back({other, id_of(other)});
  }
  return config;
}

model::SentinelConfig with_second_master(const model::SentinelConfig& config) {
  model::MonitoredMaster second = config.masters[0];
  second.name = kMaster2;
  second.address = kElsewhere;
  second.known_replicas = {kR3};
  model::SentinelConfig both = config;
  both.masters.push_back(second);
  return both;
}

model::InfoReply info_of_master(Address self, std::initializer_list<Address> replicas) {
  model::InfoReply info;
  info.run_id = id_of(self);
  info.replicas.assign(replicas.begin(), replicas.end());
  return info;
}

model::InfoReply info_of_replica(Address self, Address master) {
  model::InfoReply info;
  info.run_id = id_of(self);
  info.role = model::InstanceKind::kReplica;
  info.master = master;
  info.link_up = true;
  info.offset = 1000;
  return info;
}

model::Hello hello_from(Address sender) {
  return {.sender = sender, .sender_id = id_of(sender), .master_name = kMaster1, .master = kM};
}

}  // namespace sentinel::test
