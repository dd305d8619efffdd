// What differs between the versions of Redis and Valkey, as data.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "model/ids.h"

namespace sentinel::model {

// Constants of sentinel.c that SENTINEL DEBUG can change from 7.0 on (addReplySentinelDebugInfo).
struct Periods {
  Millis info{10'000};
  Millis ping{1'000};
  Millis ask{1'000};
  Millis publish{2'000};
  Millis default_down_after{30'000};
  Millis default_failover_timeout{180'000};
  Millis tilt_trigger{2'000};
  Millis tilt{30'000};
  Millis replica_reconf_timeout{10'000};
  Millis min_link_reconnect{15'000};
  Millis election_timeout{10'000};
};

struct Profile {
  std::string_view name;
  Periods periods{};
  Millis diskless_sync_delay{5'000};  // repl-diskless-sync-delay; full syncs are diskless by default from 7.0 on
};

// All profiles, the baseline first.
std::span<const Profile> profiles();
const Profile* find_profile(std::string_view name);  // nullptr if there is none

}  // namespace sentinel::model
