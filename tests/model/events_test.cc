#include "model/events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace sentinel::model {
namespace {

// Every event that a profile publishes, but those of scripts and of single connections, with its level.
constexpr std::pair<std::string_view, Level> kPublished[] = {
    {"+monitor", Level::kWarning},
    {"-monitor", Level::kWarning},
    {"+set", Level::kWarning},
    {"+reset-master", Level::kWarning},
    {"+slave", Level::kNotice},
    {"+sentinel", Level::kNotice},
    {"-dup-sentinel", Level::kNotice},
    {"+sentinel-address-switch", Level::kNotice},
    {"+sentinel-address-update", Level::kNotice},
    {"+sentinel-invalid-addr", Level::kNotice},
    {"+reboot", Level::kNotice},
    {"+role-change", Level::kVerbose},
    {"-role-change", Level::kVerbose},
    {"+sdown", Level::kWarning},
    {"-sdown", Level::kWarning},
    {"+odown", Level::kWarning},
    {"-odown", Level::kWarning},
    {"+new-epoch", Level::kWarning},
    {"+try-failover", Level::kWarning},
    {"+vote-for-leader", Level::kWarning},
    {"+elected-leader", Level::kWarning},
    {"+failover-state-select-slave", Level::kWarning},
    {"+selected-slave", Level::kWarning},
    {"+failover-state-send-slaveof-noone", Level::kNotice},
    {"+failover-state-wait-promotion", Level::kNotice},
    {"+promoted-slave", Level::kWarning},
    {"+failover-state-reconf-slaves", Level::kWarning},
    {"+slave-reconf-sent", Level::kNotice},
    {"-slave-reconf-sent-timeout", Level::kNotice},
    {"+slave-reconf-inprog", Level::kNotice},
    {"+slave-reconf-done", Level::kNotice},
    {"+slave-reconf-sent-be", Level::kNotice},
    {"+failover-end-for-timeout", Level::kWarning},
    {"+failover-end", Level::kWarning},
    {"+switch-master", Level::kWarning},
    {"+config-update-from", Level::kWarning},
    {"+convert-to-slave", Level::kNotice},
    {"+fix-slave-config", Level::kNotice},
    {"-failover-abort-not-elected", Level::kWarning},
    {"-failover-abort-no-good-slave", Level::kWarning},
    {"-failover-abort-slave-timeout", Level::kWarning},
    {"+tilt", Level::kWarning},
    {"-tilt", Level::kWarning},
    {"-script-error", Level::kWarning},
    {"-script-timeout", Level::kWarning},
};

// Each event has the level that Redis gives to it.
TEST(Events, LevelsAreThoseOfRedis) {
  for (const auto& [channel, level] : kPublished) {
    const std::optional<EventKind> kind = find_event(channel);
    ASSERT_TRUE(kind) << channel;
    EXPECT_EQ(event_row(*kind).channel, channel);
    EXPECT_EQ(event_row(*kind).level, level) << channel;
  }
}

// The catalogue publishes what Redis publishes and nothing else; the rest are lines of the log.
TEST(Events, CatalogueIsComplete) {
  std::vector<std::string_view> channels;
  for (const EventRow& row : event_catalogue()) {
    if (!row.channel.empty()) channels.push_back(row.channel);
  }
  std::vector<std::string_view> expected;
  for (const auto& row : kPublished) expected.push_back(row.first);
  EXPECT_THAT(channels, testing::UnorderedElementsAreArray(expected));
}

// Rows are in the order of their kinds, and each says what it means.
TEST(Events, RowsAreFoundByKind) {
  ASSERT_EQ(event_catalogue().size(), kEventKinds);
  for (std::size_t i = 0; i < kEventKinds; ++i) {
    EXPECT_EQ(event_row(static_cast<EventKind>(i)).kind, static_cast<EventKind>(i));
    EXPECT_FALSE(event_catalogue()[i].meaning.empty());
  }
}

// Texts that are no channel find nothing, nor does the empty channel of lines that are only logged.
TEST(Events, UnknownChannelIsNotFound) {
  EXPECT_EQ(find_event(""), std::nullopt);
  EXPECT_EQ(find_event("+failover-detected"), std::nullopt);
}

// Events say slave where the code says replica.
TEST(Events, InstancesHaveTheNamesOfRedis) {
  EXPECT_EQ(instance_kind_name(InstanceKind::kMaster), "master");
  EXPECT_EQ(instance_kind_name(InstanceKind::kReplica), "slave");
  EXPECT_EQ(instance_kind_name(InstanceKind::kSentinel), "sentinel");
}

}  // namespace
}  // namespace sentinel::model
