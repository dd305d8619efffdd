// The one shape of every process: (now, input, random) in, effects out.
#pragma once

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "model/commands.h"
#include "model/events.h"
#include "model/ids.h"
#include "model/messages.h"
#include "model/node_log.h"
#include "model/scripts.h"

namespace sentinel::model {

// --- inputs -----------------------------------------------------------------------------------------------

struct Started {};     // the process was started; the first input of its life
struct TimerFired {};  // the timer that the process asked for
struct Connected {     // a connection that the process opened is established
  Socket socket{};
};
struct Disconnected {  // refused, reset or closed by the other end
  Socket socket{};
};
struct MessageArrived {
  Socket socket{};
  Callback callback{};
  const Message* message = nullptr;  // valid during the step
};
struct CommandArrived {
  const Command* command = nullptr;  // valid during the step
};
struct ScriptEnded {  // a child process of a sentinel
  std::uint32_t pid = 0;
  ScriptEnd end{};
};
using Input = std::variant<Started, TimerFired, Connected, Disconnected, MessageArrived, CommandArrived, ScriptEnded>;

// One function for each kind of input.
template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

// --- effects ----------------------------------------------------------------------------------------------

struct Connect {
  Socket socket{};
  Address to{};
};
struct Disconnect {
  Socket socket{};
};
struct Send {
  Socket socket{};
  Callback callback{};
  Message message{};
};
// For who keeps the books of writes and reads:
struct Applied {  // a data node did a client's write
  WriteId write{};
  WriteId before{};  // the last write of its data set until then
};
struct DataReplaced {  // a data node gave up its data set for another one
  enum class Why : std::uint8_t { kFullResync, kRestart };
  WriteId had{};
  WriteId has{};
  Why why = Why::kFullResync;
};

// What became of one try of a client to write or to read.
struct Outcome {
  enum class Fate : std::uint8_t {
    kAcknowledged,
    kRefused,      // `status` says why
    kLost,         // the connection was lost before a reply: nobody knows
    kTimedOut,     // no reply in time: nobody knows
    kUnsent,       // there was no connection to a master in time
    kUnconfirmed,  // it was done, but too few replicas acknowledged it
  };
  bool reads = false;
  Fate fate = Fate::kAcknowledged;
  Status status = Status::kOk;
  bool is_last = true;          // it is not tried again
  std::uint32_t operation = 0;  // all tries of one operation have its number
  WriteId write{};              // that was tried
  WriteId data{};               // that was read: the last write of the data set
  std::optional<Address> node{};
  Millis took{};  // since the operation began

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

struct StartScript {  // fork() and exec()
  std::uint32_t pid = 0;
  Symbol path{};
  ScriptArguments arguments{};
  int run = 1;  // the how-manieth of this job
};
struct KillScript {  // SIGKILL
  std::uint32_t pid = 0;
};
// For who wants to know why:
struct ScriptCollected {
  std::uint32_t pid = 0;
  Symbol path{};
  ScriptEnd end{};
  int run = 1;
  std::optional<Millis> again_after{};  // nullopt: that was its last run
};
struct ScriptDropped {  // it never runs, because the queue is full
  Symbol path{};
  ScriptArguments arguments{};
};

struct Stall {  // the event loop does nothing else for so long
  Millis period{};
};
struct Persist {};  // the configuration is written to disk now
struct Exit {};     // the process ends; what comes behind it in the step does not happen
using Action = std::variant<Connect, Disconnect, Send, Event, Answer, Applied, DataReplaced, Outcome, LogLine,
                            StartScript, KillScript, ScriptCollected, ScriptDropped, Stall, Persist, Exit>;

// What a step wants done: a scratch buffer of the driver that is cleared and used again; never part of a run.
struct Effects {
  std::vector<Action> actions;       // in order
  std::optional<Millis> next_timer;  // replaces the timer that is set, counted from now
  bool persists = false;             // whether a Persist is among them

  void clear() {
    actions.clear();
    next_timer.reset();
    persists = false;
  }
  void connect(Socket socket, Address to) { actions.emplace_back(Connect{socket, to}); }
  void disconnect(Socket socket) { actions.emplace_back(Disconnect{socket}); }
  // The same, for who sends nothing before the step is over: what it queued for this connection never leaves.
  void discard(Socket socket) {
    std::erase_if(actions, [&](const Action& action) {
      const auto* const send = std::get_if<Send>(&action);
      return send != nullptr && send->socket == socket;
    });
    disconnect(socket);
  }
  void send(Socket socket, const Callback& callback, Message&& message) {
    actions.emplace_back(std::in_place_type<Send>, socket, callback, std::move(message));
  }
  void emit(const Event& event) { actions.emplace_back(event); }
  void answer(const Answer& answer) { actions.emplace_back(answer); }
  void applied(const Applied& applied) { actions.emplace_back(applied); }
  void data_replaced(const DataReplaced& replaced) { actions.emplace_back(replaced); }
  void report(const Outcome& outcome) { actions.emplace_back(outcome); }
  void log(const LogLine& line) { actions.emplace_back(line); }
  void start_script(const StartScript& start) { actions.emplace_back(start); }
  void kill_script(std::uint32_t pid) { actions.emplace_back(KillScript{pid}); }
  void report(const ScriptCollected& collected) { actions.emplace_back(collected); }
  void report(const ScriptDropped& dropped) { actions.emplace_back(dropped); }
  void stall(Millis period) { actions.emplace_back(Stall{period}); }
  void persist() {
    actions.emplace_back(Persist{});
    persists = true;
  }
  // An event loop writes to its connections when the handlers are done: of what the step has said so far only the log
  // and the disk keep something.
  void exit() {
    std::erase_if(actions, [](const Action& action) {
      return !std::holds_alternative<Event>(action) && !std::holds_alternative<Persist>(action);
    });
    for (Action& action : actions) {
      if (auto* event = std::get_if<Event>(&action)) event->published = false;
    }
    actions.emplace_back(Exit{});
  }
};

}  // namespace sentinel::model
