#include "sim/reader/script_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/sim/reader/error_of.h"

namespace sentinel::sim {
namespace {

using model::ScriptEnd;
using testing::ElementsAre;
using testing::HasSubstr;

std::string with_scripts(const std::string& scripts) {
  return R"({"about": "x", "until": "10s", "cluster": {"sentinels": 1, "quorum": 1, "sentinel-conf": [
               "sentinel notification-script mymaster /opt/notify.sh", "sentinel deny-scripts-reconfig no"]},
             "steps": [{"at": "5s", "do": "command", "node": "S1",
                        "args": ["SENTINEL", "SET", "mymaster", "client-reconfig-script", "/opt/reconfig.sh"]}],
             "scripts": )" +
         scripts + "}";
}

// What the directives say is in the configuration.
TEST(ScriptReader, TakesPathsFromTheConfiguration) {
  const Scenario scenario = parse_scenario(with_scripts("{}"), "x.json");
  const auto& config = std::get<model::SentinelConfig>(scenario.node(*scenario.find_node("S1")).config);
  EXPECT_EQ(scenario.symbols.text(config.masters[0].notification_script), "/opt/notify.sh");
  EXPECT_FALSE(config.masters[0].client_reconfig_script);
  EXPECT_FALSE(config.denies_scripts_reconfig);
}

// A script is known from a configuration or from a step that sets it.
TEST(ScriptReader, TellsHowRunsEnd) {
  const Scenario scenario = parse_scenario(
      with_scripts(R"({"/opt/notify.sh": {"takes": "2s", "exits": [1, 3, 0]}, "/opt/reconfig.sh": {"signal": 9}})"),
      "x.json");
  ASSERT_EQ(scenario.scripts.size(), 2U);
  EXPECT_EQ(scenario.symbols.text(scenario.scripts[0].path), "/opt/notify.sh");
  EXPECT_EQ(scenario.scripts[0].takes, std::chrono::seconds{2});
  EXPECT_THAT(scenario.scripts[0].ends, ElementsAre(ScriptEnd{.exit_code = 1}, ScriptEnd{.exit_code = 3}, ScriptEnd{}));
  EXPECT_EQ(scenario.scripts[1].takes, std::chrono::milliseconds{100});
  EXPECT_THAT(scenario.scripts[1].ends, ElementsAre(ScriptEnd{.signal = 9}));
}

// What is wrong with a script is told in one line that names the place.
TEST(ScriptReader, TellsWhatIsWrong) {
  const auto error = [](const std::string& scripts) { return error_of(with_scripts(scripts)); };
  EXPECT_THAT(error(R"({"/opt/notify": {}})"),
              HasSubstr("no sentinel has a script '/opt/notify' (did you mean '/opt/notify.sh'?)"));
  EXPECT_THAT(error(R"({"/opt/notify.sh": {"exit": [0]}})"), HasSubstr("did you mean 'exits'?"));
  EXPECT_THAT(error(R"({"/opt/notify.sh": {"exits": []}})"), HasSubstr("expected at least one exit code"));
  EXPECT_THAT(error(R"({"/opt/notify.sh": {"exits": [256]}})"), HasSubstr("/scripts/~1opt~1notify.sh/exits/0"));
  EXPECT_THAT(error(R"({"/opt/notify.sh": {"exits": [0], "signal": 9}})"), HasSubstr("not both"));
}

}  // namespace
}  // namespace sentinel::sim
