// The scripts of a sentinel: who is told what, the queue, its limits and its retries.
#include "model/scripts.h"

#include <algorithm>

#include "model/sentinel.h"

namespace sentinel::model {
namespace {

constexpr std::size_t kMostQueued = 256;
constexpr std::uint32_t kMostRunning = 16;
constexpr int kMostRuns = 10;
constexpr Millis kLongestRun{60'000};
constexpr Millis kRetryDelay{30'000};  // twice as long before each further run
constexpr int kRetryExit = 1;          // a script that exits so is run again
constexpr std::uint32_t kFirstPid = 10'001;

bool wants_retry(const ScriptEnd& end) { return end.signal != 0 || end.exit_code == kRetryExit; }

}  // namespace

// sentinelEvent(): a warning that is about a master or one of its instances.
void Sentinel::notify(Turn& turn, const Master& master, const Event& event) {
  const EventRow& row = event_row(event.kind);
  if (row.level == Level::kWarning) schedule_script(turn, master.notification_script, event);
}

// sentinelCallClientReconfScript(): the leader when the promotion is seen, the others when they hear of it.
void Sentinel::reconfigure_clients(Turn& turn, const Master& master, bool leads, Address from, Address to) {
  if (!master.client_reconfig_script) return;
  schedule_script(turn, master.client_reconfig_script, ClientReconfiguration{master.name, leads, from, to});
}

// sentinelScheduleScriptExecution(). Of a full queue the oldest that does not run gives way.
void Sentinel::schedule_script(Turn& turn, Symbol path, const ScriptArguments& arguments) {
  scripts_.push_back({.path = path, .arguments = arguments});
  if (scripts_.size() <= kMostQueued) return;
  const auto oldest = std::ranges::find(scripts_, 0U, &ScriptJob::pid);
  turn.out.report(ScriptDropped{oldest->path, oldest->arguments});
  scripts_.erase(oldest);
}

// The end of sentinelTimer(), in TILT as well.
void Sentinel::handle_scripts(Turn& turn) {
  run_pending_scripts(turn);
  collect_ended_scripts(turn);
  kill_late_scripts(turn);
}

// sentinelRunPendingScripts().
void Sentinel::run_pending_scripts(Turn& turn) {
  for (ScriptJob& job : scripts_) {
    if (running_scripts_ >= kMostRunning) return;
    if (job.pid != 0 || job.start > turn.now) continue;
    job.start = turn.now;
    job.pid = kFirstPid + script_pids_++;
    ++job.runs;
    ++running_scripts_;
    turn.out.start_script({.pid = job.pid, .path = job.path, .arguments = job.arguments, .run = job.runs});
  }
}

// A child that is dead stays until it is waited for.
void Sentinel::script_ended(const ScriptEnded& input) {
  const auto job = std::ranges::find(scripts_, input.pid, &ScriptJob::pid);
  if (job != scripts_.end()) job->ended = input.end;
}

// sentinelCollectTerminatedScripts().
void Sentinel::collect_ended_scripts(Turn& turn) {
  for (std::size_t i = 0; i < scripts_.size();) {
    const bool is_done = scripts_[i].ended && collect(turn, scripts_[i]);
    if (is_done) {
      scripts_.erase(scripts_.begin() + static_cast<std::ptrdiff_t>(i));
    } else {
      ++i;
    }
  }
}

// True if that was the last run of the job.
bool Sentinel::collect(Turn& turn, ScriptJob& job) {
  ScriptCollected collected{.pid = job.pid, .path = job.path, .end = *job.ended, .run = job.runs};
  const bool is_done = !wants_retry(collected.end) || job.runs == kMostRuns;
  if (!is_done) collected.again_after = kRetryDelay * (1 << (job.runs - 1));
  turn.out.report(collected);
  if (is_done || traits().frees_retried_scripts) --running_scripts_;
  if (is_done && collected.end != ScriptEnd{}) {
    turn.out.emit(Event{.kind = EventKind::kScriptError,
                        .value = collected.end.signal,
                        .quorum = collected.end.exit_code,
                        .option = job.path});
  }
  if (is_done) return true;
  job.pid = 0;
  job.start = turn.now + *collected.again_after;
  job.ended.reset();
  return false;
}

// sentinelKillTimedoutScripts(): said at each tick until it is collected.
void Sentinel::kill_late_scripts(Turn& turn) {
  for (const ScriptJob& job : scripts_) {
    if (job.pid == 0 || turn.now - job.start <= kLongestRun) continue;
    turn.out.emit(Event{.kind = EventKind::kScriptTimeout, .value = job.pid, .option = job.path});
    turn.out.kill_script(job.pid);
  }
}

}  // namespace sentinel::model
