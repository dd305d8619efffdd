// The small deployment that the model tests talk about: names, addresses, ids, configurations.
#pragma once

#include <initializer_list>
#include <iosfwd>

#include "model/config.h"
#include "model/events.h"
#include "model/ids.h"
#include "model/messages.h"

namespace sentinel::model {

// For the messages of failed tests.
void PrintTo(EventKind kind, std::ostream* out);
void PrintTo(const Address& address, std::ostream* out);
void PrintTo(const Id& id, std::ostream* out);
void PrintTo(Epoch epoch, std::ostream* out);
void PrintTo(Instant instant, std::ostream* out);  // milliseconds since test::kStart

}  // namespace sentinel::model

namespace sentinel::test {

using model::Address;
using model::EventKind;
using model::Id;
using model::Instant;
using model::Millis;
using namespace std::chrono_literals;

inline constexpr Instant kStart{Millis{1'767'225'600'000}};  // far from model::kNever

inline constexpr model::Symbol kMaster1{1, 8};  // names of masters
inline constexpr model::Symbol kMaster2{2, 8};
inline constexpr model::Symbol kHost{3, 9};

inline constexpr Address kM{kHost, 7000};   // the first master
inline constexpr Address kR1{kHost, 7001};  // its replicas
inline constexpr Address kR2{kHost, 7002};
inline constexpr Address kR3{kHost, 7003};
inline constexpr Address kElsewhere{kHost, 7999};
inline constexpr Address kS1{kHost, 5001};  // the sentinel under test
inline constexpr Address kS2{kHost, 5002};  // the others
inline constexpr Address kS3{kHost, 5003};
inline constexpr Address kS4{kHost, 5004};
inline constexpr Address kS5{kHost, 5005};

// The id of the process at this address, for sentinels and, as run id, for data nodes. Grows with the port.
Id id_of(Address address);

// kS1 monitors kM, whose replicas are kR1 and kR2; down-after 5 s, failover-timeout 60 s.
model::SentinelConfig lone_sentinel();                                        // quorum 1
model::SentinelConfig with_failover_timeout(Millis timeout);                  // the same, with this failover-timeout
model::SentinelConfig with_three_replicas(int parallel_syncs = 1);            // the same, with kR3 as well
model::SentinelConfig sentinel_among(std::initializer_list<Address> others);  // quorum 2
// The same sentinel and the same others for a second master as well: kElsewhere, whose replica is kR3.
model::SentinelConfig with_second_master(const model::SentinelConfig& config);

model::InfoReply info_of_master(Address self, std::initializer_list<Address> replicas = {});
model::InfoReply info_of_replica(Address self, Address master);  // in sync with it

// What the sentinel at `sender` says about kMaster1 at kM, in epoch 0.
model::Hello hello_from(Address sender);

}  // namespace sentinel::test
