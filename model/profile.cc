#include "model/profile.h"

#include <algorithm>
#include <array>

namespace sentinel::model {
namespace {

using Displaced = SentinelTraits::Displaced;

constexpr DataNodeTraits kDataNode28{
    .shares_history = false,
    .link_up_clears_down_since = false,
    .tells_never_up = false,
    .connects_at_once = false,
    .keeps_sub_replicas = false,
    .syncs_diskless = false,
    .tells_announced = false,
    .stays_authenticated = false,
    .pauses_clients = false,
};
constexpr DataNodeTraits kDataNode32{
    .shares_history = false,
    .link_up_clears_down_since = false,
    .slaveof_clears_down_since = true,
    .tells_never_up = false,
    .connects_at_once = false,
    .keeps_sub_replicas = false,
    .syncs_diskless = false,
    .tells_announced = false,
    .stays_authenticated = false,
};
constexpr DataNodeTraits kDataNode62{.keeps_sub_replicas = false, .syncs_diskless = false};

// Each row stands for one release of its line: 7.0.15, 2.8.24, 3.2.13, 6.2.16, 7.4.1, 8.0.1.
constexpr std::array kProfiles = {
    Profile{.name = "redis-7.0"},
    Profile{.name = "redis-2.8",
            .sentinel{.keeps_id = false,
                      .named_by_address = true,
                      .displaced = Displaced::kDuplicate,
                      .shares_links = false,
                      .throttles_reconnects = false,
                      .one_command_per_tick = true,
                      .spaces_pings = false,
                      .watches_unlinked_replicas = false,
                      .counts_lost_links = false,
                      .knows_reboots = false,
                      .knows_announced = false,
                      .kills_subscribers = false,
                      .best_effort_spares_promoted = false,
                      .hides_passwords = false,
                      .answers_say_replica = false},
            .data_node = kDataNode28},
    Profile{.name = "redis-3.2",
            .sentinel{.displaced = Displaced::kKeptWithoutAddress,
                      .one_command_per_tick = true,
                      .knows_reboots = false,
                      .knows_announced = false,
                      .kills_subscribers = false,
                      .best_effort_spares_promoted = false,
                      .hides_passwords = false,
                      .answers_say_replica = false},
            .data_node = kDataNode32},
    Profile{.name = "redis-6.2",
            .sentinel{.displaced = Displaced::kKeptWithoutAddress, .knows_reboots = false},
            .data_node = kDataNode62},
    Profile{.name = "redis-7.4", .sentinel{.remark_level = Level::kNotice}},
    Profile{.name = "valkey-8.0", .sentinel{.remark_level = Level::kNotice}},
};

}  // namespace

std::span<const Profile> profiles() { return kProfiles; }

const Profile* find_profile(std::string_view name) {
  const auto found = std::ranges::find(kProfiles, name, &Profile::name);
  return found == kProfiles.end() ? nullptr : &*found;
}

}  // namespace sentinel::model
