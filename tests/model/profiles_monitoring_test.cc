// How versions differ in links, periodic commands and failure detection.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;

// The most periodic commands that were sent to `to` at once.
int most_at_once(const SentinelLab& lab, Address to) {
  std::map<Instant, int> counts;
  for (const Sent& sent : lab.sent()) {
    const bool is_periodic = std::holds_alternative<model::InfoRequest>(sent.message) ||
                             std::holds_alternative<model::Ping>(sent.message) ||
                             std::holds_alternative<model::Publish>(sent.message);
    if (sent.to == to && is_periodic) ++counts[sent.at];
  }
  int most = 0;
  for (const auto& [at, count] : counts) most = std::max(most, count);
  return most;
}

// Up to 4.0.9 a tick sends one command on a link: INFO, or else PING, or else a hello.
TEST(ProfilesMonitoring, CommandsPerTick) {
  const auto most = [](std::string_view profile) {
    SentinelLab lab(lone_sentinel(), {.profile = profile});
    lab.run_for(1s);
    lab.forget();
    lab.run_for(120s);
    return most_at_once(lab, kM);
  };
  EXPECT_EQ(most("redis-2.8"), 1);
  EXPECT_EQ(most("redis-3.2"), 1);
  EXPECT_GT(most("redis-6.2"), 1);
  EXPECT_GT(most("valkey-8.0"), 1);
}

// With one command in a tick all three kinds get through in their periods.
TEST(ProfilesMonitoring, OneCommandPerTickStarvesNobody) {
  SentinelLab lab(sentinel_among({kS2}), {.profile = "redis-3.2"});
  lab.run_for(60s);
  EXPECT_GE(lab.sent<model::InfoRequest>(kR1).size(), 6);
  EXPECT_GE(lab.sent<model::Ping>(kR1).size(), 50);
  EXPECT_GE(lab.sent<model::Publish>(kR1).size(), 26);
  EXPECT_EQ(lab.count(kSdown), 0);
}

// A master that hangs while INFO is due and no PING is outstanding: where INFO keeps PING from being sent it is never
// found out; where all are sent it goes down.
TEST(ProfilesMonitoring, HungMasterMayEscape) {
  const auto goes_down = [](std::string_view profile) {
    SentinelLab lab(lone_sentinel(), {.profile = profile});
    lab.run_for(15s);
    const Instant info_due = lab.master().info_refresh + 10s;
    lab.run_for(info_due - lab.now());
    EXPECT_EQ(lab.link(lab.master()).active_ping, model::kNever);
    lab.hang(kM);
    return lab.run_until([&] { return lab.count(kSdown, kM) > 0; }, 46s);
  };
  EXPECT_FALSE(goes_down("redis-2.8"));
  EXPECT_FALSE(goes_down("redis-3.2"));
  EXPECT_TRUE(goes_down("redis-6.2"));
  EXPECT_TRUE(goes_down("redis-7.0"));
}

// A master that hangs at another moment is found out by all.
TEST(ProfilesMonitoring, HungMasterUsuallyGoesDown) {
  for (const model::Profile& profile : model::profiles()) {
    SentinelLab lab(lone_sentinel(), {.profile = profile.name});
    lab.run_for(15s);
    lab.hang(kM);
    EXPECT_TRUE(lab.run_until(kSdown, 7s)) << profile.name;
    EXPECT_EQ(lab.last(kSdown).event.address, kM);
  }
}

// An unanswered PING is repeated after half a second; in 2.8 at every tick.
TEST(ProfilesMonitoring, RepeatedPings) {
  const auto pings = [](std::string_view profile) {
    SentinelLab lab(sentinel_among({kS2}), {.profile = profile});
    lab.run_for(3s);
    lab.hang(kS2);
    lab.run_for(1200ms);
    lab.forget();
    lab.run_for(2s);
    return lab.sent<model::Ping>(kS2).size();
  };
  EXPECT_GE(pings("redis-2.8"), 20);
  EXPECT_LE(pings("redis-3.2"), 4);
  EXPECT_LE(pings("redis-7.0"), 4);
}

// A link that is refused is tried once a second; in 2.8 at every tick.
TEST(ProfilesMonitoring, Reconnects) {
  const auto tries = [](std::string_view profile) {
    SentinelLab lab(lone_sentinel(), {.profile = profile});
    lab.run_for(3s);
    lab.crash(kR1);
    lab.forget();
    lab.run_for(3s);
    return lab.sent<model::Subscribe>(kR1).size();
  };
  EXPECT_GE(tries("redis-2.8"), 30);
  EXPECT_LE(tries("redis-3.2"), 3);
  EXPECT_LE(tries("redis-7.4"), 3);
}

// However often a connection was refused, when it comes about everything is asked at once: nothing is left pending.
TEST(ProfilesMonitoring, RefusedConnectionsLeaveNothingPending) {
  for (const model::Profile& profile : model::profiles()) {
    SentinelLab lab(lone_sentinel(), {.profile = profile.name});
    lab.run_for(3s);
    lab.crash(kR1);
    lab.run_for(60s);
    lab.forget();
    lab.revive(kR1);
    lab.run_for(1200ms);
    EXPECT_FALSE(lab.sent<model::InfoRequest>(kR1).empty()) << profile.name;
    EXPECT_EQ(lab.link(lab.replica(kR1)).pending, 0) << profile.name;
  }
}

// A link that is lost while no PING is outstanding counts as silent from the last reply on, until the next try to
// connect. In 2.8 it does not, and the next try is in the next tick: each of the two would do.
TEST(ProfilesMonitoring, LostLink) {
  const auto downs = [](const LabOptions& options) {
    model::SentinelConfig config = lone_sentinel();
    config.masters[0].down_after = 300ms;
    SentinelLab lab(config, options);
    lab.run_for(3s);
    lab.cut(kR1);
    lab.run_for(150ms);  // connected again
    EXPECT_EQ(lab.count(kSdown), 0);
    lab.cut(kR1);  // 3.2 waits until a second after the last try
    lab.run_for(2s);
    return lab.count(kSdown, kR1);
  };
  EXPECT_EQ(downs({.profile = "redis-2.8"}), 0);
  EXPECT_EQ(downs({.profile = "redis-3.2"}), 1);
  EXPECT_EQ(downs({.profile = "redis-7.0"}), 1);
  EXPECT_EQ(downs({.traits = model::SentinelTraits{.counts_lost_links = false}}), 0);
}

// A replica whose link to its master is down is asked for INFO each second; in 2.8 every 10 s as ever.
TEST(ProfilesMonitoring, UnlinkedReplica) {
  const auto infos = [](std::string_view profile) {
    SentinelLab lab(lone_sentinel(), {.profile = profile});
    lab.at(kR1).info.link_up = false;
    lab.at(kR1).info.link_down_seconds = 5;
    lab.run_for(1s);
    lab.forget();
    lab.run_for(9s);
    return lab.sent<model::InfoRequest>(kR1).size();
  };
  EXPECT_EQ(infos("redis-2.8"), 0);
  EXPECT_GE(infos("redis-3.2"), 8);
}

// In 2.8 each master has its own link to a sentinel that watches both.
TEST(ProfilesMonitoring, LinksOfSentinels) {
  const auto links = [](std::string_view profile) {
    SentinelLab lab(with_second_master(sentinel_among({kS2})), {.profile = profile});
    lab.run_for(1s);
    return lab.sent<model::SetName>(kS2).size();
  };
  EXPECT_EQ(links("redis-2.8"), 2);
  EXPECT_EQ(links("redis-3.2"), 1);
}

// master-reboot-down-after-period has an effect from 7.0 on.
TEST(ProfilesMonitoring, RebootRule) {
  const auto goes_down = [](std::string_view profile) {
    model::SentinelConfig config = lone_sentinel();
    config.masters[0].master_reboot_down_after = 3s;
    SentinelLab lab(config, {.profile = profile});
    lab.run_for(3s);
    lab.at(kM).info.run_id = id_of(kElsewhere);
    lab.at(kM).ping = model::Status::kLoading;
    EXPECT_TRUE(lab.run_until(kReboot, 20s));
    return lab.run_until(kSdown, 10s);
  };
  EXPECT_FALSE(goes_down("redis-2.8"));
  EXPECT_FALSE(goes_down("redis-3.2"));
  EXPECT_FALSE(goes_down("redis-6.2"));
  EXPECT_TRUE(goes_down("redis-7.0"));
  EXPECT_TRUE(goes_down("valkey-8.0"));
}

// replica_announced is read from 6.2.2 on; before, every replica counts as announced.
TEST(ProfilesMonitoring, ReplicaAnnounced) {
  const auto announced = [](std::string_view profile) {
    SentinelLab lab(lone_sentinel(), {.profile = profile});
    lab.at(kR1).info.announced = false;
    lab.run_for(1s);
    return lab.replica(kR1).announced;
  };
  EXPECT_TRUE(announced("redis-2.8"));
  EXPECT_TRUE(announced("redis-3.2"));
  EXPECT_FALSE(announced("redis-6.2"));
  EXPECT_FALSE(announced("redis-7.0"));
}

}  // namespace
}  // namespace sentinel::test
