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
    .runs_scripts_again = true,
    .says_replica = false,
    .restores_history = false,
    .keeps_cached_master = false,
    .tells_failover = false,
    .tells_read_offset = false,
    .rewritten_defaults = "",
    .rewritten_user = "",
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
    .runs_scripts_again = true,
    .says_replica = false,
    .restores_history = false,
    .keeps_cached_master = false,
    .tells_failover = false,
    .tells_read_offset = false,
    .rewritten_defaults = "",
    .rewritten_user = "",
};

// From 7.2 on, and in 6.2, the user has a flag more.
constexpr std::string_view kUser = "user default on nopass sanitize-payload ~* &* +@all\n";
constexpr std::string_view kSentinelDefaults62 =
    "protected-mode no\nuser default on nopass sanitize-payload ~* &* +@all\n";
constexpr std::string_view kSentinelDefaults74 =
    "protected-mode no\nlatency-tracking-info-percentiles 50 99 99.9\n"
    "user default on nopass sanitize-payload ~* &* +@all\n";

constexpr DataNodeTraits kDataNode62{.keeps_sub_replicas = false,
                                     .syncs_diskless = false,
                                     .restores_history = false,
                                     .keeps_cached_master = false,
                                     .rewritten_defaults = "",
                                     .rewritten_user = kUser};
constexpr DataNodeTraits kDataNode74{.warns_of_changes = false, .names_transport = true, .rewritten_user = kUser};

// Each row stands for one release of its line: 7.0.15, 2.8.24, 3.2.13, 6.2.16, 7.4.1, 8.0.1.
constexpr std::array kProfiles = {
    Profile{.name = "redis-7.0", .release = "7.0.15"},
    Profile{.name = "redis-2.8",
            .release = "2.8.24",
            .log_layout = LogLayout::kBrackets,
            .spaces_rewritten_lines = false,
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
                      .denies_scripts_reconfig = false,
                      .frees_retried_scripts = false,
                      .says_replica = false,
                      .tells_unsaved = false,
                      .tells_tilt_since = false,
                      .simulates_failures = false,
                      .tells_forced_failover = false,
                      .tells_never_refreshed = false,
                      .keeps_info = false,
                      .tells_id = false,
                      .rewrites_each_directive = false,
                      .rewritten_defaults = ""},
            .data_node = kDataNode28},
    Profile{.name = "redis-3.2",
            .release = "3.2.13",
            .log_layout = LogLayout::kRole,
            .spaces_rewritten_lines = false,
            .sentinel{.displaced = Displaced::kKeptWithoutAddress,
                      .one_command_per_tick = true,
                      .knows_reboots = false,
                      .knows_announced = false,
                      .kills_subscribers = false,
                      .best_effort_spares_promoted = false,
                      .hides_passwords = false,
                      .frees_retried_scripts = false,
                      .says_replica = false,
                      .tells_unsaved = false,
                      .tells_tilt_since = false,
                      .tells_forced_failover = false,
                      .tells_never_refreshed = false,
                      .tells_id = false,
                      .rewrites_each_directive = false,
                      .rewritten_defaults = ""},
            .data_node = kDataNode32},
    Profile{.name = "redis-6.2",
            .release = "6.2.16",
            .spaces_rewritten_lines = false,
            .sentinel{.displaced = Displaced::kKeptWithoutAddress,
                      .knows_reboots = false,
                      .tells_unsaved = false,
                      .tells_tilt_since = false,
                      .rewritten_defaults = kSentinelDefaults62},
            .data_node = kDataNode62},
    Profile{.name = "redis-7.4",
            .release = "7.4.1",
            .sentinel{.rewritten_defaults = kSentinelDefaults74, .remark_level = Level::kNotice},
            .data_node = kDataNode74},
    Profile{.name = "valkey-8.0",
            .release = "7.2.4",
            .valkey_release = "8.0.1",
            .sentinel{.says_primary = true, .rewritten_defaults = kSentinelDefaults74, .remark_level = Level::kNotice},
            .data_node = kDataNode74},
};

}  // namespace

std::span<const Profile> profiles() { return kProfiles; }

const Profile* find_profile(std::string_view name) {
  const auto found = std::ranges::find(kProfiles, name, &Profile::name);
  return found == kProfiles.end() ? nullptr : &*found;
}

}  // namespace sentinel::model
