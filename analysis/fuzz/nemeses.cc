#include "analysis/fuzz/nemeses.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace sentinel::analysis {
namespace {

using namespace std::chrono_literals;
using model::Millis;
using Names = std::vector<std::string>;

// Nothing that an event makes happen begins so shortly before the faults are over.
constexpr Millis kLast = 1s;

Document step(std::string_view what, const Names& nodes) {
  Document made{{"do", what}};
  if (nodes.size() == 1) {
    made["node"] = nodes.front();
  } else {
    made["nodes"] = nodes;
  }
  return made;
}

Document lasting(Document step, Millis period) {
  step["for"] = duration_text(period);
  return step;
}

Document command(const std::string& node, const Names& words) {
  Document made = step("command", {node});
  made["args"] = words;
  return made;
}

// Two draws are never arguments of one call: compilers differ in which they make first.

// --- crashes ----------------------------------------------------------------------------------------------

// A process is down from now on for so long.
void take_down(FaultPlan& plan, const std::string& node, Millis at, Millis period, const Document& how_it_starts) {
  plan.add(at, step("crash", {node}));
  Document start = step("start", {node});
  start.update(how_it_starts);
  plan.add(at + period, std::move(start));
  plan.occupy(node, at + period + 1ms);
}

void crash_for(FaultPlan& plan, const std::string& node, Millis least, Millis most,
               const Document& start = Document::object()) {
  if (const auto at = plan.free_time(node, least)) take_down(plan, node, *at, plan.duration(*at, least, most), start);
}

void crash_one(FaultPlan& plan) { crash_for(plan, plan.chance.pick(plan.cast.servers()), 100ms, 25s); }
void crash_master(FaultPlan& plan) { crash_for(plan, plan.chance.pick(plan.cast.master_nodes), 100ms, 25s); }
void restart_soon(FaultPlan& plan) {
  crash_for(plan, plan.chance.pick(plan.cast.servers()), 50ms, plan.cast.down_after);
}

void kill_all_masters(FaultPlan& plan) {
  const Millis at = plan.moment(5s);
  for (const std::string& master : plan.cast.master_nodes) {
    if (plan.is_free(master, at)) take_down(plan, master, at, plan.duration(at, 1s, 25s), Document::object());
  }
}

void restart_all(FaultPlan& plan) {
  Names order = plan.cast.servers();
  plan.chance.shuffle(order);
  const Millis gap = plan.chance.between(100ms, 3'000ms);
  const Millis down = plan.chance.between(50ms, 2'000ms);
  Millis at = plan.moment(10s);
  for (const std::string& node : order) {
    if (at + down > plan.end) return;
    if (plan.is_free(node, at)) take_down(plan, node, at, down, Document::object());
    at += gap;
  }
}

void kill_all_sentinels(FaultPlan& plan) {
  const Millis at = plan.moment(2s);
  const Millis down = plan.duration(at, 100ms, 5s);
  for (const std::string& sentinel : plan.cast.sentinels) {
    if (plan.is_free(sentinel, at)) take_down(plan, sentinel, at, down, Document::object());
  }
}

// --- pauses and stalls ------------------------------------------------------------------------------------

void pause_at(FaultPlan& plan, const std::string& node, Millis at, Millis period) {
  plan.add(at, lasting(step("pause", {node}), period));
  plan.occupy(node, at + period + 1ms);
}

void pause_one(FaultPlan& plan) {
  const std::string node = plan.chance.pick(plan.cast.servers());
  if (const auto at = plan.free_time(node, 100ms)) pause_at(plan, node, *at, plan.duration(*at, 100ms, 15s));
}

// So long to one process after the other, in any order, as long as there is time.
template <class Strike>
void in_turn(FaultPlan& plan, Strike strike) {
  Names order = plan.cast.servers();
  plan.chance.shuffle(order);
  const Millis period = plan.chance.between(500ms, 4'000ms);
  Millis at = plan.moment(8s);
  for (const std::string& node : order) {
    if (at + period > plan.end) return;
    strike(node, at, period);
    at += period;
  }
}

void rolling_pause(FaultPlan& plan) {
  in_turn(plan, [&](const std::string& node, Millis at, Millis period) {
    if (plan.is_free(node, at)) pause_at(plan, node, at, period);
  });
}

void stall_one(FaultPlan& plan) {
  const Millis at = plan.moment(100ms);
  const Millis period = plan.duration(at, 50ms, 5s);
  plan.add(at, lasting(step("stall", {plan.chance.pick(plan.cast.servers())}), period));
}

// --- the network ------------------------------------------------------------------------------------------

void cut(FaultPlan& plan, Millis at, Millis period, Names one, Names other) {
  if (one.empty() || other.empty()) return;
  Document partition{{"do", "partition"}, {"between", Document::array({std::move(one), std::move(other)})}};
  if (plan.chance.is_likely(25)) partition["mode"] = "reject";
  if (plan.chance.is_likely(15)) partition["one-way"] = true;
  plan.add(at, lasting(std::move(partition), period));
}

Names everybody(const FaultPlan& plan) {
  Names all = plan.cast.servers();
  all.insert(all.end(), plan.cast.clients.begin(), plan.cast.clients.end());
  return all;
}

Names all_but(const FaultPlan& plan, const std::string& one) {
  Names others = everybody(plan);
  std::erase(others, one);
  return others;
}

void split(FaultPlan& plan) {
  std::array<Names, 2> sides;
  for (std::string& name : everybody(plan)) sides[plan.chance.below(2)].push_back(std::move(name));
  const Millis at = plan.moment(200ms);
  cut(plan, at, plan.duration(at, 200ms, 20s), std::move(sides[0]), std::move(sides[1]));
}

void isolate_one(FaultPlan& plan) {
  const std::string node = plan.chance.pick(plan.cast.servers());
  const Millis at = plan.moment(200ms);
  cut(plan, at, plan.duration(at, 200ms, 15s), {node}, all_but(plan, node));
}

void cut_link(FaultPlan& plan) {
  const std::string node = plan.chance.pick(plan.cast.servers());
  const Millis at = plan.moment(200ms);
  const std::string other = plan.chance.pick(all_but(plan, node));
  cut(plan, at, plan.duration(at, 200ms, 15s), {node}, {other});
}

void isolate_each(FaultPlan& plan) {
  in_turn(plan, [&](const std::string& node, Millis at, Millis period) {
    cut(plan, at, period, {node}, all_but(plan, node));
  });
}

// Nodes are cut off one by one, and come back in another order (Jepsen's swizzle-clog).
void swizzle(FaultPlan& plan) {
  Names order = plan.cast.servers();
  plan.chance.shuffle(order);
  order.resize(1 + plan.chance.below(order.size()));
  const Millis gap = plan.chance.between(100ms, 1'500ms);
  const Millis begin = plan.moment(10s);
  std::vector<Millis> ends;
  for (std::size_t i = 0; i < order.size(); ++i) {
    ends.push_back(begin + gap * static_cast<int>(order.size() + i));
  }
  plan.chance.shuffle(ends);
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Millis at = begin + gap * static_cast<int>(i);
    const Millis back = std::min(ends[i], plan.end);
    if (at < back) cut(plan, at, back - at, {order[i]}, all_but(plan, order[i]));
  }
}

void flap(FaultPlan& plan) {
  const std::string node = plan.chance.pick(plan.cast.servers());
  const Millis period = plan.chance.between(200ms, 2'500ms);
  Millis at = plan.moment(8s);
  for (int i = 0; i < 5 && at + period <= plan.end; ++i) {
    cut(plan, at, period, {node}, all_but(plan, node));
    at += period + plan.chance.between(200ms, 2'500ms);
  }
}

void slow_network(FaultPlan& plan) {
  const Millis at = plan.moment(1s);
  Document slow{{"do", "latency"}, {"latency", plan.chance.one_of({"20ms", "100ms", "300ms", "800ms"})}};
  if (plan.chance.is_likely(50)) {
    const std::string node = plan.chance.pick(plan.cast.servers());
    slow["between"] = Document::array({Names{node}, all_but(plan, node)});
  }
  plan.add(at, lasting(std::move(slow), plan.duration(at, 1s, 15s)));
}

void late_messages(FaultPlan& plan) {
  const Millis at = plan.moment(200ms);
  Document hold{
      {"do", "hold"},
      {"messages", plan.chance.one_of({"vote", "vote-request", "hello", "info-reply", "ping-reply", "replicaof",
                                       "replicaof-reply", "is-master-down-reply", "is-master-down"})}};
  if (plan.chance.is_likely(60)) hold["from"] = Names{plan.chance.pick(plan.cast.servers())};
  if (plan.chance.is_likely(30)) hold["to"] = Names{plan.chance.pick(plan.cast.sentinels)};
  plan.add(at, lasting(std::move(hold), plan.duration(at, 200ms, 8s)));
}

// --- clocks and disks -------------------------------------------------------------------------------------

void step_clock(FaultPlan& plan) {
  Document clock = step("clock", {plan.chance.pick(plan.cast.sentinels)});
  clock["step"] = plan.chance.one_of({"2.5s", "10s", "60s", "-1s", "-30s", "1.5s"});
  plan.add(plan.moment(), std::move(clock));
}
void drifting_clock(FaultPlan& plan) {
  Document clock = step("clock", {plan.chance.pick(plan.cast.servers())});
  clock["step"] = "0s";
  clock["drift-ppm"] = plan.chance.one_of({500, -500, 20'000, -20'000});
  plan.add(plan.moment(), std::move(clock));
}

void full_disk(FaultPlan& plan, const std::string& node) {
  Document fails = step("disk", {node});
  fails["fails"] = true;
  const Millis at = plan.moment(1s);
  plan.add(at, fails);
  fails["fails"] = false;
  plan.add(at + plan.duration(at, 1s, 20s), std::move(fails));
}
void full_disk_of_data_node(FaultPlan& plan) { full_disk(plan, plan.chance.pick(plan.cast.data_nodes)); }
void full_disk_of_sentinel(FaultPlan& plan) { full_disk(plan, plan.chance.pick(plan.cast.sentinels)); }

void lost_configuration(FaultPlan& plan) {
  crash_for(plan, plan.chance.pick(plan.cast.sentinels), 50ms, 5s, {{"fresh", true}});
}

// --- operators --------------------------------------------------------------------------------------------

void late_sentinel(FaultPlan& plan) {
  const std::string& sentinel = plan.cast.sentinels.back();
  if (plan.cast.sentinels.size() < 2 || plan.nodes.contains(sentinel)) return;
  const auto at = plan.free_time(sentinel, 0ms);
  if (!at) return;
  Names late{sentinel};
  if (plan.cast.sentinels.size() > 3 && plan.chance.is_likely(60)) late.push_back(*(plan.cast.sentinels.end() - 2));
  const Millis begin = plan.moment(1s);
  for (const std::string& node : late) {
    plan.nodes[node] = {{"running", false}};
    plan.occupy(node, begin + 1ms);
  }
  plan.add(begin, step("start", late));
}
void reset(FaultPlan& plan) {
  const std::string sentinel = plan.chance.pick(plan.cast.sentinels);
  plan.add(plan.moment(), command(sentinel, {"SENTINEL", "RESET", "*"}));
}

void manual_failover(FaultPlan& plan) {
  const std::string master = plan.chance.pick(plan.cast.masters);
  Names asked{plan.chance.pick(plan.cast.sentinels)};
  if (plan.cast.sentinels.size() > 1 && plan.chance.is_likely(25))
    asked.push_back(plan.chance.pick(plan.cast.sentinels));
  const Millis at = plan.moment(1s);
  for (const std::string& sentinel : asked) plan.add(at, command(sentinel, {"SENTINEL", "FAILOVER", master}));
}

// --- what happens just when it hurts most -----------------------------------------------------------------

void crash_in_failover(FaultPlan& plan) {
  const auto when = plan.chance.one_of({"crash-after-election", "crash-after-promotion"});
  for (const std::string& sentinel : plan.cast.sentinels) {
    plan.add(plan.begin, command(sentinel, {"SENTINEL", "SIMULATE-FAILURE", when}));
    plan.add(plan.end - kLast, step("crash", {sentinel}));  // whoever is still there forgets it
  }
}

// A step that waits for the first such event.
Document on(const FaultPlan& plan, const char* event) {
  return {{"on", {{"channel", event}, {"until", duration_text(plan.end - kLast)}}}};
}

void at_some_event(FaultPlan& plan, const Document& step) {
  Document triggered =
      on(plan, plan.chance.one_of({"+odown", "+try-failover", "+vote-for-leader", "+elected-leader", "+selected-slave",
                                   "+failover-state-wait-promotion", "+promoted-slave", "+slave-reconf-sent",
                                   "+slave-reconf-inprog", "+failover-end", "+switch-master", "+config-update-from"}));
  if (plan.chance.is_likely(50)) triggered["after"] = duration_text(plan.chance.between(0ms, 600ms));
  triggered.update(step);
  plan.add_triggered(std::move(triggered));
}
void crash_speaker(FaultPlan& plan) { at_some_event(plan, {{"do", "crash"}, {"node", "$sentinel"}}); }
void stall_speaker(FaultPlan& plan) {
  const Millis period = plan.chance.between(200ms, 4'000ms);
  at_some_event(plan, {{"do", "stall"}, {"node", "$sentinel"}, {"for", duration_text(period)}});
}
void crash_subject(FaultPlan& plan) { at_some_event(plan, {{"do", "crash"}, {"node", "$node"}}); }

// Who said something hears late of what answers it.
void hold_from(FaultPlan& plan, const char* event, const char* messages) {
  Document triggered = on(plan, event);
  triggered.update({{"do", "hold"}, {"messages", messages}, {"to", Names{"$sentinel"}}});
  plan.add_triggered(lasting(std::move(triggered), plan.chance.between(500ms, 12'000ms)));
}
void late_votes(FaultPlan& plan) { hold_from(plan, "+try-failover", "vote"); }
void late_info(FaultPlan& plan) { hold_from(plan, "+failover-state-wait-promotion", "info-reply"); }

// --- loading ----------------------------------------------------------------------------------------------

void slow_start(FaultPlan& plan) {
  const Millis load_time = plan.chance.between(500ms, 30'000ms);
  crash_for(plan, plan.chance.pick(plan.cast.data_nodes), 100ms, 3s, {{"load-time", duration_text(load_time)}});
}
void restart_with_data(FaultPlan& plan) {
  crash_for(plan, plan.chance.pick(plan.cast.data_nodes), 50ms, 5s, {{"data", "kept"}});
}

constexpr auto kNemeses = std::to_array<Nemesis>({
    {"crash-one", FaultFamily::kCrash, "a process is killed, and started again", crash_one},
    {"crash-master", FaultFamily::kCrash, "a master is killed, and started again", crash_master},
    {"restart-soon", FaultFamily::kCrash, "a process is back before anybody says that it is down", restart_soon},
    {"kill-all-masters", FaultFamily::kCrash, "all masters die at once", kill_all_masters},
    {"restart-all", FaultFamily::kCrash, "all processes are restarted one after the other, in any order", restart_all},
    {"kill-all-sentinels", FaultFamily::kCrash, "all sentinels are restarted at once", kill_all_sentinels},
    {"pause-one", FaultFamily::kPause, "a process is stopped for a while", pause_one},
    {"rolling-pause", FaultFamily::kPause, "processes are stopped one after the other", rolling_pause},
    {"stall-one", FaultFamily::kStall, "a process is busy for a while", stall_one},
    {"split", FaultFamily::kPartition, "the network is divided in two", split},
    {"isolate-one", FaultFamily::kPartition, "a process is cut off from all others", isolate_one},
    {"cut-link", FaultFamily::kPartition, "two processes cannot reach each other", cut_link},
    {"isolate-each", FaultFamily::kPartition, "processes are cut off in turn", isolate_each},
    {"swizzle", FaultFamily::kPartition, "processes are cut off one by one, and come back in another order", swizzle},
    {"flap", FaultFamily::kPartition, "a process is cut off again and again", flap},
    {"slow-network", FaultFamily::kLatency, "packets are late, everywhere or of one process", slow_network},
    {"late-messages", FaultFamily::kLateMessages, "messages of one kind are late: votes, hellos, INFO", late_messages},
    {"step-clock", FaultFamily::kClock, "the clock of a sentinel jumps", step_clock},
    {"drifting-clock", FaultFamily::kClock, "a clock is too fast or too slow", drifting_clock},
    {"full-disk-of-data-node", FaultFamily::kDisk, "a data node cannot write", full_disk_of_data_node},
    {"full-disk-of-sentinel", FaultFamily::kDisk, "a sentinel cannot save its configuration", full_disk_of_sentinel},
    {"lost-configuration", FaultFamily::kLostConfiguration, "a sentinel is restarted without what it had saved",
     lost_configuration},
    {"late-sentinel", FaultFamily::kMembership, "sentinels are added", late_sentinel},
    {"reset", FaultFamily::kMembership, "SENTINEL RESET", reset},
    {"manual-failover", FaultFamily::kManualFailover, "SENTINEL FAILOVER, of one sentinel or of two", manual_failover},
    {"crash-in-failover", FaultFamily::kFaultPoint, "leaders die after their election, or after the promotion",
     crash_in_failover},
    {"crash-speaker", FaultFamily::kFaultPoint, "a sentinel dies when it said something", crash_speaker},
    {"stall-speaker", FaultFamily::kFaultPoint, "a sentinel is slow when it said something", stall_speaker},
    {"crash-subject", FaultFamily::kFaultPoint, "a data node dies when something was said of it", crash_subject},
    {"late-votes", FaultFamily::kFaultPoint, "votes for a candidate are late", late_votes},
    {"late-info", FaultFamily::kFaultPoint, "a leader hears late of a promotion", late_info},
    {"slow-start", FaultFamily::kLoading, "a data node is restarted, and loads its data for long", slow_start},
    {"restart-with-data", FaultFamily::kLoading, "a data node is restarted with its data", restart_with_data},
});

constexpr std::array<std::string_view, kFaultFamilies> kFamilyNames{
    "crash",           "pause",       "stall",  "partition",          "latency",
    "late-messages",   "clock",       "disk",   "lost-configuration", "membership",
    "manual-failover", "fault-point", "loading"};

}  // namespace

std::string_view fault_family_name(FaultFamily family) { return kFamilyNames[static_cast<std::size_t>(family)]; }

std::span<const Nemesis> nemeses() { return kNemeses; }

std::vector<std::string> Cast::servers() const {
  std::vector<std::string> all = data_nodes;
  all.insert(all.end(), sentinels.begin(), sentinels.end());
  return all;
}

std::optional<Millis> FaultPlan::free_time(const std::string& node, Millis least) {
  const auto busy = busy_.find(node);
  const Millis from = busy == busy_.end() ? begin : busy->second;
  if (from + least >= end) return std::nullopt;
  return chance.between(from, end - least);
}

bool FaultPlan::is_free(const std::string& node, Millis at) const {
  const auto busy = busy_.find(node);
  return busy == busy_.end() || busy->second <= at;
}

Millis FaultPlan::moment(Millis least) { return chance.between(begin, std::max(begin, end - least)); }

Millis FaultPlan::duration(Millis at, Millis least, Millis most) {
  const Millis left = end - at;
  return chance.between(std::min(least, left), std::max(std::min(most, left), std::min(least, left)));
}

void FaultPlan::add(Millis at, Document step) {
  Document timed{{"at", duration_text(at)}};
  timed.update(step);
  timed_.push_back({at, std::move(timed)});
}

Document FaultPlan::steps() const {
  std::vector<Timed> sorted = timed_;
  std::ranges::stable_sort(sorted, {}, &Timed::at);
  Document steps = Document::array();
  for (const Document& step : triggered_) steps.push_back(step);
  for (Timed& timed : sorted) steps.push_back(std::move(timed.step));
  return steps;
}

}  // namespace sentinel::analysis
