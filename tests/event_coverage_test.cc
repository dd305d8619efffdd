// The library shows all that sentinels can say.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "analysis/check/check.h"
#include "model/events.h"

namespace sentinel {
namespace {

namespace fs = std::filesystem;

// The channels of a golden stream, whose lines are time, sentinel, channel, payload.
std::set<std::string> channels_in(const fs::path& golden) {
  std::set<std::string> channels;
  std::ifstream in{golden};
  for (std::string line; std::getline(in, line);) {
    std::string time;
    std::string sentinel;
    std::string channel;
    std::istringstream{line} >> time >> sentinel >> channel;
    channels.insert(channel);
  }
  return channels;
}

// Every event that some profile publishes occurs in a golden stream, so that a reader of the library finds an example.
TEST(EventCatalogue, OccursInGoldenStreams) {
  std::set<std::string> seen;
  for (fs::path file : analysis::scenario_files(fs::path{SENTINEL_SIM_SOURCE_DIR} / "scenarios"))
    seen.merge(channels_in(file.replace_extension(".events")));
  std::set<std::string> missing;
  for (const model::EventRow& row : model::event_catalogue()) {
    const bool is_published = !row.channel.empty();
    if (is_published && !seen.contains(std::string{row.channel})) missing.insert(std::string{row.channel});
  }
  EXPECT_THAT(missing, testing::IsEmpty());
}

}  // namespace
}  // namespace sentinel
