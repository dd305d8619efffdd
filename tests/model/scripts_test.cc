// The scripts of a sentinel: what they are told, their queue, its limits and retries.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/sentinel_lab.h"

namespace sentinel::test {
namespace {

using enum EventKind;
using model::ScriptEnd;
using model::ScriptJob;
using testing::ElementsAre;

constexpr model::Symbol kNotify{70, 10};
constexpr model::Symbol kReconfig{71, 12};

model::SentinelConfig with_scripts(model::SentinelConfig config) {
  config.masters[0].notification_script = kNotify;
  config.masters[0].client_reconfig_script = kReconfig;
  return config;
}

// The events that notification scripts were told of, and nullopt for each client reconfiguration, in order.
std::vector<std::optional<EventKind>> told(const SentinelLab& lab) {
  std::vector<std::optional<EventKind>> kinds;
  for (const model::StartScript& start : lab.scripts_started()) {
    const auto* const event = std::get_if<model::Event>(&start.arguments);
    kinds.push_back(event == nullptr ? std::nullopt : std::optional{event->kind});
  }
  return kinds;
}

// A sentinel whose scripts of the start are over, and that is asked to run one more.
SentinelLab lab_with_one_script(std::string_view profile = "redis-7.0") {
  SentinelLab lab(with_scripts(lone_sentinel()), {.profile = profile});
  lab.run_for(1s);
  lab.end_script(lab.scripts_started().back().pid);
  lab.run_for(1s);
  lab.forget();
  return lab;
}

// SENTINEL SET of the quorum: a warning about the master, so a script.
void notify(SentinelLab& lab) {
  model::SetCommand set{kMaster1, {}};
  set.changes.push_back({.option = model::SetCommand::Option::kQuorum, .number = 1});
  lab.command(set);
}

// --- what they are told ---------------------------------------------------------------------------

// A leader's scripts are those that a real 7.0.15 ran, in this order; notices, remarks and TILT go to none.
TEST(Scripts, OfALeader) {
  SentinelLab lab(with_scripts(lone_sentinel()));
  lab.run_for(3s);
  for (const model::StartScript& start : lab.scripts_started()) lab.end_script(start.pid);
  lab.run_for(1s);
  EXPECT_THAT(told(lab), ElementsAre(kMonitor));
  lab.forget();
  lab.command(model::FailoverCommand{kMaster1});
  ASSERT_TRUE(lab.run_until(kSwitchMaster));
  lab.tick();
  EXPECT_THAT(told(lab),
              ElementsAre(kNewEpoch, kTryFailover, kVoteForLeader, kElectedLeader, kSelectReplica, kSelectedReplica,
                          kPromotedReplica, kReconfReplicas, std::nullopt, kFailoverEnd, kSwitchMaster));
  const model::StartScript& reconfig = lab.scripts_started()[8];
  EXPECT_EQ(reconfig.path, kReconfig);
  const auto& change = std::get<model::ClientReconfiguration>(reconfig.arguments);
  EXPECT_EQ(change, (model::ClientReconfiguration{.master = kMaster1, .leads = true, .from = kM, .to = change.to}));
  EXPECT_EQ(change.to, lab.last(kSwitchMaster).event.new_address);
}

// An observer's client-reconfig-script runs when it hears of the new configuration, after the notifications of that.
TEST(Scripts, OfAnObserver) {
  SentinelLab lab(with_scripts(sentinel_among({kS2})));
  lab.run_for(3s);
  lab.forget();
  model::Hello hello = hello_from(kS2);
  hello.current_epoch = hello.config_epoch = model::Epoch{1};
  hello.master = kR1;
  lab.hear(hello);
  lab.run_for(1s);
  EXPECT_THAT(told(lab), ElementsAre(kNewEpoch, kConfigUpdateFrom, kSwitchMaster, std::nullopt));
  EXPECT_EQ(std::get<model::ClientReconfiguration>(lab.scripts_started()[3].arguments),
            (model::ClientReconfiguration{.master = kMaster1, .leads = false, .from = kM, .to = kR1}));
}

// Scripts are started by the tick, not when they are queued; and what ended is found by a tick.
TEST(Scripts, StartAndEndWithATick) {
  SentinelLab lab = lab_with_one_script();
  notify(lab);
  ASSERT_EQ(lab.sentinel().scripts().size(), 1U);
  EXPECT_EQ(lab.sentinel().scripts()[0].pid, 0U);
  EXPECT_TRUE(lab.scripts_started().empty());
  lab.tick();
  ASSERT_EQ(lab.scripts_started().size(), 1U);
  EXPECT_EQ(lab.sentinel().running_scripts(), 1U);
  lab.end_script(lab.scripts_started()[0].pid);
  EXPECT_EQ(lab.sentinel().scripts().size(), 1U);
  lab.tick();
  EXPECT_TRUE(lab.sentinel().scripts().empty());
  EXPECT_EQ(lab.sentinel().running_scripts(), 0U);
  EXPECT_TRUE(lab.seen().size() == 1 && lab.seen()[0].event.kind == kSet);  // success is not told
}

// --- ends -----------------------------------------------------------------------------------------

// Exit code 1 and death by a signal mean: again, after 30 s, then twice as long each time, ten runs in all.
TEST(Scripts, AreTriedTenTimes) {
  for (const ScriptEnd end : {ScriptEnd{.exit_code = 1}, ScriptEnd{.signal = 11}}) {
    SentinelLab lab = lab_with_one_script();
    notify(lab);
    Millis delay = 30s;
    for (int run = 1; run <= 10; ++run, delay *= 2) {
      lab.run_for(400ms);
      ASSERT_EQ(lab.scripts_started().size(), static_cast<std::size_t>(run));
      EXPECT_EQ(lab.scripts_started().back().run, run);
      EXPECT_EQ(lab.count(kScriptError), 0U);
      lab.end_script(lab.scripts_started().back().pid, end);
      lab.tick();
      if (run == 10) break;
      EXPECT_EQ(lab.scripts_collected().back().again_after, delay);
      EXPECT_EQ(lab.sentinel().running_scripts(), 0U);
      lab.run_for(delay - 200ms);
      EXPECT_EQ(lab.scripts_started().size(), static_cast<std::size_t>(run)) << "too early";
    }
    ASSERT_EQ(lab.count(kScriptError), 1U);
    const model::Event& error = lab.last(kScriptError).event;
    EXPECT_EQ(error.option, kNotify);
    EXPECT_EQ(error.value, end.signal);
    EXPECT_EQ(error.quorum, end.exit_code);
    EXPECT_TRUE(lab.sentinel().scripts().empty());
  }
}

// Any other exit code is final.
TEST(Scripts, FailForGood) {
  SentinelLab lab = lab_with_one_script();
  notify(lab);
  lab.tick();
  lab.end_script(lab.scripts_started()[0].pid, {.exit_code = 3});
  lab.tick();
  EXPECT_EQ(lab.last(kScriptError).event.quorum, 3);
  EXPECT_TRUE(lab.sentinel().scripts().empty());
}

// After 60 s a script is killed, which is said at each tick until it is dead.
TEST(Scripts, AreKilledAfterAMinute) {
  SentinelLab lab = lab_with_one_script();
  notify(lab);
  lab.tick();
  const std::uint32_t pid = lab.scripts_started()[0].pid;
  lab.run_for(59'900ms);
  EXPECT_EQ(lab.count(kScriptTimeout), 0U);
  ASSERT_TRUE(lab.run_until(kScriptTimeout));
  EXPECT_EQ(lab.last(kScriptTimeout).event.value, pid);
  EXPECT_EQ(lab.last(kScriptTimeout).event.option, kNotify);
  lab.tick();
  EXPECT_EQ(lab.count(kScriptTimeout), 2U);
  EXPECT_THAT(lab.scripts_killed(), ElementsAre(pid, pid));
  lab.end_script(pid, {.signal = 9});
  lab.tick();
  EXPECT_EQ(lab.count(kScriptTimeout), 2U);
  ASSERT_EQ(lab.sentinel().scripts().size(), 1U);
  EXPECT_EQ(lab.sentinel().scripts()[0].pid, 0U);
}

// --- limits ---------------------------------------------------------------------------------------

// Sixteen scripts run at a time; of 256 in the queue the oldest that does not run gives way to a new one.
TEST(Scripts, AreLimited) {
  SentinelLab lab = lab_with_one_script();
  for (int i = 0; i < 20; ++i) notify(lab);
  lab.tick();
  EXPECT_EQ(lab.scripts_started().size(), 16U);
  for (int i = 20; i < 256; ++i) notify(lab);
  EXPECT_TRUE(lab.scripts_dropped().empty());
  notify(lab);
  EXPECT_EQ(lab.scripts_dropped().size(), 1U);
  EXPECT_EQ(lab.sentinel().scripts().size(), 256U);
  EXPECT_EQ(lab.sentinel().scripts()[15].pid, lab.scripts_started()[15].pid);  // those that run stay
  lab.end_script(lab.scripts_started()[3].pid);
  lab.tick();  // the place is free when the next tick begins
  lab.tick();
  EXPECT_EQ(lab.scripts_started().size(), 17U);
}

// The queue is not persisted, the paths are.
TEST(Scripts, AreForgottenByARestart) {
  SentinelLab lab = lab_with_one_script();
  notify(lab);
  lab.restart(1s);
  ASSERT_EQ(lab.sentinel().scripts().size(), 1U);
  EXPECT_EQ(std::get<model::Event>(lab.sentinel().scripts()[0].arguments).kind, kMonitor);
  EXPECT_EQ(lab.master().notification_script, kNotify);
  EXPECT_EQ(lab.master().client_reconfig_script, kReconfig);
}

// Up to 5.0 a script that is to be run again counts as running for ever: after sixteen such ends none runs any more.
TEST(Scripts, StopForEverInOldVersions) {
  const auto runs_after = [](std::string_view profile) {
    SentinelLab lab = lab_with_one_script(profile);
    for (int i = 0; i < 16; ++i) notify(lab);
    lab.tick();
    for (const model::StartScript& start : std::vector(lab.scripts_started())) {
      lab.end_script(start.pid, {.exit_code = 1});
    }
    lab.tick();
    lab.forget();
    notify(lab);
    lab.run_for(120s);
    return lab.scripts_started().size();
  };
  EXPECT_EQ(runs_after("redis-2.8"), 0U);
  EXPECT_EQ(runs_after("redis-3.2"), 0U);
  EXPECT_EQ(runs_after("redis-6.2"), 16U);  // none of which ends
}

// --- SENTINEL SET ---------------------------------------------------------------------------------

model::Answer set_script(SentinelLab& lab) {
  model::SetCommand set{kMaster1, {}};
  set.changes.push_back({.option = model::SetCommand::Option::kQuorum, .number = 1});
  set.changes.push_back({.option = model::SetCommand::Option::kNotificationScript, .text = kNotify});
  return lab.command(set);
}

// By default scripts may not be changed; the options before them are changed, and that is written.
TEST(Scripts, MayNotBeChanged) {
  SentinelLab lab(sentinel_among({kS2}));
  lab.run_for(1s);
  const std::size_t flushes = lab.flushes();
  EXPECT_EQ(set_script(lab).kind, model::Answer::Kind::kScriptsDenied);
  EXPECT_FALSE(lab.master().notification_script);
  EXPECT_EQ(lab.master().quorum, 1);
  EXPECT_EQ(lab.count(kSet), 1U);
  EXPECT_EQ(lab.flushes(), flushes + 1);
}

// They may with `deny-scripts-reconfig no`, and in 2.8, which does not know that. The new script hears of it first.
TEST(Scripts, MayBeChangedWhereThatIsAllowed) {
  for (const std::string_view profile : {"redis-2.8", "redis-3.2", "redis-7.0"}) {
    model::SentinelConfig config = lone_sentinel();
    config.denies_scripts_reconfig = profile == "redis-2.8";
    SentinelLab lab(config, {.profile = profile});
    lab.run_for(1s);
    EXPECT_EQ(set_script(lab).kind, model::Answer::Kind::kOk) << profile;
    EXPECT_EQ(lab.saved().masters[0].notification_script, kNotify);
    lab.tick();
    EXPECT_THAT(told(lab), ElementsAre(kSet));
  }
}

}  // namespace
}  // namespace sentinel::test
