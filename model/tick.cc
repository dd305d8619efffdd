// The timer of a sentinel, TILT, and the handling of one instance in a tick.
#include <algorithm>

#include "model/sentinel.h"

namespace sentinel::model {
namespace {

constexpr Millis kFirstTick{1};
constexpr std::uint32_t kBaseHz = 10;
constexpr std::uint32_t kHzSpread = 10;

}  // namespace

// Nobody can be subscribed yet: these events are in the log only (sentinelGenerateInitialMonitorEvents).
void Sentinel::start(Turn& turn) {
  for (const Master& master : masters_) {
    Event monitor = event(EventKind::kMonitor, master, master);
    monitor.quorum = master.quorum;
    monitor.published = false;
    emit(turn, monitor, master);
  }
  turn.out.next_timer = kFirstTick;
}

// sentinelTimer(). All masters are handled before one of them is switched, and only the last one that is ready:
// the others wait for the next ticks.
void Sentinel::tick(Turn& turn) {
  check_tilt(turn);
  Master* to_switch = nullptr;
  for (Master& master : masters_) {
    if (!tilt_ && turn.now < master.all_quiet_until) continue;
    if (!is_quiet(turn, master, master)) handle(turn, master);
    for (Replica& replica : master.replicas) {
      if (!is_quiet(turn, master, replica)) monitor(turn, master, replica);
    }
    for (Peer& peer : master.peers) {
      if (!is_quiet(turn, master, peer)) monitor(turn, master, peer);
    }
    master.all_quiet_until = next_due(master);
    if (master.state == FailoverState::kUpdateConfig) to_switch = &master;
  }
  if (to_switch != nullptr) switch_to_promoted(turn, *to_switch);
  if (!scripts_.empty()) handle_scripts(turn);
  turn.out.next_timer = next_tick(turn);
}

// serverCron(): hz is drawn again at the end of every tick, the only thing that keeps sentinels out of step.
Millis Sentinel::next_tick(Turn& turn) {
  const std::uint32_t hz = kBaseHz + turn.random.below(Random::Stream::kTick, kHzSpread);
  return Millis{1000 / hz};
}

// sentinelCheckTiltCondition(). Said again at each jump, which starts the 30 s again.
void Sentinel::check_tilt(Turn& turn) {
  const Millis delta = turn.now - previous_tick_;
  if (delta < Millis{0} || delta > profile_->periods.tilt_trigger) {
    tilt_ = true;
    tilt_since_ = turn.now;
    wake();
    emit_tilt(turn, EventKind::kTilt);
  }
  previous_tick_ = turn.now;
}

bool Sentinel::still_in_tilt(Turn& turn) {
  if (!tilt_) return false;
  if (turn.now - tilt_since_ < profile_->periods.tilt) return true;
  tilt_ = false;
  emit_tilt(turn, EventKind::kTiltEnd);
  return false;
}

// sentinelHandleRedisInstance(). The monitoring half goes on in TILT; false if the acting half must not follow.
template <class AnyInstance>
bool Sentinel::monitor(Turn& turn, Master& master, AnyInstance& instance) {
  reconnect(turn, master, instance);
  send_periodic_commands(turn, master, instance);
  if (still_in_tilt(turn)) return false;
  check_subjectively_down(turn, master, instance);
  instance.quiet_until = next_due(master, instance);
  return true;
}

// The same for a master, with what only masters have.
void Sentinel::handle(Turn& turn, Master& master) {
  if (!monitor(turn, master, master)) return;
  check_objectively_down(turn, master);
  if (start_failover_if_needed(turn, master)) ask_other_sentinels(turn, master, true);
  run_failover(turn, master);
  ask_other_sentinels(turn, master, false);
}

}  // namespace sentinel::model
