// A recording of real processes: who ran, what was done to them, and what the sentinels said.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analysis/observe/stream.h"
#include "sim/time.h"

namespace sentinel::analysis {

// All times of a recording count from its own time 0.
using sim::Micros;

struct RecordedNode {
  std::string name{};
  bool is_sentinel = false;
  std::string address{};                // `host:port`
  std::optional<std::string> run_id{};  // of its first life, a sentinel's id
  std::vector<std::string> conf{};      // lines of the file that it was started with
  bool from_start = true;               // false: an action starts it
  std::vector<Micros> up_at{};          // when it was seen to be up, once for each of its lives
  std::optional<Micros> loads_for{};    // its data set, when it starts again
};

struct RecordedTrigger {
  std::string channel{};
  std::string part_of_message{};  // empty: any
  std::string sentinel{};         // empty: any
  Micros delay{};
};

// One entry of `actions`, as performed; what a trigger makes happen, as planned.
struct RecordedAction {
  std::string what{};  // kill, term, stop, cont, start, cmd, cut, heal, write
  Micros at{};
  std::optional<RecordedTrigger> on{};
  std::vector<std::string> who{};
  std::vector<std::string> args{};    // of cmd
  bool refused = false;               // of cmd: the answer was an error
  Micros took{};                      // of cmd: until the answer
  std::vector<std::string> side_a{};  // of cut
  std::vector<std::string> side_b{};
  bool reject = false;
  bool one_way = false;
  bool fresh = false;             // start with the first configuration
  std::string via{};              // of write: the sentinel that is asked
  std::int64_t rate = 0;          // of write: a second
  std::int64_t bytes = 0;         // of write: 0 if not said
  std::optional<Micros> until{};  // of write
};

// The recording ended `grace` after the `count`-th event on `channel`.
struct RecordedEnd {
  std::string channel{};
  std::uint64_t count = 0;
  Micros grace{};
};

// The recorder itself did not run: what it noticed at the end happened at any time since the begin.
struct RecordedStall {
  Micros begin{};
  Micros end{};
};

struct Recording {
  std::filesystem::path file{};
  std::string scenario{};  // its id, such as 05_master_down
  std::string title{};
  std::string product{};  // redis or valkey
  std::string version{};
  std::string scenario_file{};  // that was recorded, if it was a file
  bool cold = false;            // time 0 is the start of the sentinels; otherwise all of them knew each other by then
  bool namespaces = false;      // each process on a host of its own
  Micros duration{};
  std::optional<RecordedEnd> end{};
  std::vector<RecordedNode> nodes{};
  std::vector<RecordedAction> actions{};
  std::vector<RecordedStall> stalls{};
  Stream stream{};                       // from time 0 on, in order; indices are places in `nodes`
  std::vector<std::string> known_ids{};  // by place in `nodes`: ids of sentinels as they stand in the stream
};

// The recording in `file`. Throws BadInput that names the file and what is missing or wrong.
Recording read_recording(const std::filesystem::path& file);

// The same for a text; `file` is named in errors.
Recording parse_recording(std::string_view text, const std::filesystem::path& file);

// Recordings that `path` names: itself, or all `*.json` below it, in order of name. Throws BadInput if there are none.
std::vector<std::filesystem::path> recording_files(const std::filesystem::path& path);

}  // namespace sentinel::analysis
